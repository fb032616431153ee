"""What can link two parties, one row per value."""

from dataclasses import replace
from datetime import date

from plimsoll.parties.attributes import attribute_table
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.kyc import CustomerRecord, Holder, Role
from plimsoll.parties.records import record_table


def _rows(*records: CustomerRecord) -> list[tuple[int, str, str]]:
    return [(row["record"], row["tie"], row["value"]) for row in attribute_table(record_table(records)).to_pylist()]


def test_every_value_that_can_link_has_a_row() -> None:
    assert _rows(EXAMPLE) == [
        (0, "address", "gb|bs14qa|12 harbour st"),
        (0, "director", "havel tomas|1981"),
        (0, "email", "@ostrava-robotics.example"),
        (0, "network", "hk1:ffeeddccbbaa99887766554433221100"),
        (0, "owner", "kovarik marta|1978-11-02"),
        (0, "owner", "reg:NL=61234567"),
        (0, "owner", "~lumen|NL"),
        (0, "payment", "hk1:00112233445566778899aabbccddeeff"),
        (0, "phone", "hk1:0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    ]


def test_a_free_mailbox_links_by_itself_and_not_by_its_domain() -> None:
    record = replace(EXAMPLE, emails=("anna@gmail.com",))

    assert (0, "email", "anna@gmail.com") in _rows(record)


def test_holders_keep_their_dates_and_spellings_of_one_are_one() -> None:
    since = date(2024, 1, 1)
    record = CustomerRecord(
        "nimbus",
        "a",
        "Quillon Data Ltd",
        holders=(
            Holder("Anna Müller", Role.OWNER, born="1970", since=since),
            Holder("MULLER ANNA", Role.OWNER, born="1970", since=since),
            Holder("Anna Müller", Role.ON_BEHALF, born="1970", until=since),
        ),
    )

    rows = attribute_table(record_table([record])).to_pylist()

    assert [(row["tie"], row["value"], row["since"], row["until"]) for row in rows] == [
        ("on_behalf", "anna muller|1970", None, since),
        ("owner", "anna muller|1970", since, None),
    ]


def test_names_that_say_nothing_and_empty_records_give_no_row() -> None:
    nobody = CustomerRecord("nimbus", "a", "", holders=(Holder("★★★", Role.OWNER), Holder("", Role.DIRECTOR)))

    assert _rows(nobody) == []
    assert _rows() == []
