"""What can link two parties, one row per value."""

from dataclasses import replace

from plimsoll.parties.attributes import attribute_table
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.kyc import Address, CustomerRecord
from plimsoll.parties.records import record_table


def _rows(*records: CustomerRecord) -> list[tuple[int, str, str]]:
    return [(row["record"], row["tie"], row["value"]) for row in attribute_table(record_table(records)).to_pylist()]


def test_every_value_that_can_link_has_a_row() -> None:
    assert _rows(EXAMPLE) == [
        (0, "address", "gb|bs14qa|12 harbour st"),
        (0, "email", "@ostrava-robotics.example"),
        (0, "network", "hk1:ffeeddccbbaa99887766554433221100"),
        (0, "payment", "hk1:00112233445566778899aabbccddeeff"),
        (0, "phone", "hk1:0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ]


def test_a_free_mailbox_links_by_itself_and_not_by_its_domain() -> None:
    record = replace(EXAMPLE, emails=("anna@gmail.com",))

    assert (0, "email", "anna@gmail.com") in _rows(record)


def test_an_address_that_is_written_twice_is_one_row_with_its_first_spelling() -> None:
    twice = (Address("12 Harbour St.", "Bristol", "BS1 4QA", "GB"), Address("12 HARBOUR Street", None, "BS14QA", "GB"))
    record = CustomerRecord("nimbus", "a", "Quillon Data Ltd", addresses=twice)

    [row] = attribute_table(record_table([record])).to_pylist()

    assert (row["value"], row["shown"]) == ("gb|bs14qa|12 harbour st", "12 HARBOUR Street, BS14QA, GB")


def test_values_that_say_nothing_and_empty_records_give_no_row() -> None:
    nobody = CustomerRecord("nimbus", "a", "", addresses=(Address("★★★", None, None, "GB"),), emails=("n/a",))

    assert _rows(nobody) == []
    assert _rows() == []
