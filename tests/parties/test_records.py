"""The table of records."""

from dataclasses import replace
from datetime import date
from itertools import permutations

from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.parties.records import record_schema, record_table, records_of


def test_a_record_comes_out_of_the_table_as_it_went_in() -> None:
    records = [
        EXAMPLE,
        CustomerRecord("nimbus", "bare", "Quillon"),
        replace(EXAMPLE, account="none-given", downstream=None),
        replace(EXAMPLE, account="empty-list", downstream=()),
    ]

    table = record_table(records)

    assert table.schema == record_schema()
    assert list(records_of(table)) == sorted(records, key=lambda each: each.subject)
    assert table["record"].to_pylist() == [0, 1, 2, 3]


def test_the_record_filed_last_stands() -> None:
    old = CustomerRecord("nimbus", "a", "Old", filed_on=date(2026, 1, 31))
    new = replace(old, legal_name="New", filed_on=date(2026, 2, 28))
    undated = replace(old, legal_name="Undated", filed_on=None)

    assert [each.legal_name for each in records_of(record_table([new, undated, old]))] == ["New"]


def test_of_one_day_the_record_that_says_more_stands_in_any_order() -> None:
    bare = CustomerRecord("nimbus", "a", "Bare Ltd", filed_on=date(2026, 1, 31))
    told = replace(bare, legal_name="Anode Ltd", phones=("hk1:abc",))
    undated = [replace(each, filed_on=None) for each in (bare, told, replace(told, legal_name="Zinc Ltd"))]

    for records, stands in (([bare, told], "Anode Ltd"), (undated, "Zinc Ltd")):
        for order in permutations(records):
            assert [each.legal_name for each in records_of(record_table(order))] == [stands]


def test_no_records_are_an_empty_table() -> None:
    assert record_table([]).num_rows == 0
