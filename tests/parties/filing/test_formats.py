"""The same records in every format, and what each format can get wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.parties.filing.delivery import KycDelivery, KycRejection
from plimsoll.parties.filing.detect import inspect
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.filing.fields import record_from
from plimsoll.parties.filing.filed import as_filed
from plimsoll.parties.filing.jsonl import read_object, record_text
from plimsoll.parties.filing.write import WRITERS, csv_header, write_records
from plimsoll.parties.kyc import CustomerRecord, Downstream, Holder, Kind, Role
from plimsoll.parties.records import records_of

Read = Callable[[], KycDelivery]
Write = Callable[..., Path]

RECORDS = [
    EXAMPLE,
    CustomerRecord("nimbus", "bare", "Quillon"),
    replace(EXAMPLE, account="person", kind=Kind.PERSON, downstream=None, reseller=False),
    replace(EXAMPLE, account="body", kind=Kind.PUBLIC_BODY, downstream=()),
    replace(
        EXAMPLE,
        account="other, with \"quotes\" and | bars",
        kind=Kind.OTHER,
        legal_name="شركة النور\nof two lines",
        aliases=("a|b", "[c]"),
        holders=tuple(
            Holder("Anna Voss", role, share_bp=bp, share_max_bp=most, until=date(2026, 1, 1))
            for role in Role
            for bp, most in ((None, None), (0, 0), (100, None), (100, 200))
        ),
        downstream=(Downstream("Reed & Co"), Downstream("", "FR", EXAMPLE.identifiers)),
    ),
]  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_written_is_read_again_without_loss(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"records.{form}"
    rejections: list[KycRejection] = []

    assert write_records(iter(RECORDS), path, form) == len(RECORDS)
    found = list(as_filed([path], rejections))

    assert rejections == []
    assert found == RECORDS
    assert inspect(path).format == ("ftm" if form == "ftm" else f"kyc-{form}")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_records_are_the_same_bytes(form: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_records(RECORDS, tmp_path / name, form)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@given(st.text(max_size=40), st.text(min_size=1, max_size=40), st.lists(st.text(max_size=10), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_text_that_was_read_once_comes_back_the_same(name: str, account: str, aliases: list[str]) -> None:
    line = json.dumps({"provider": "p", "account": f"a{account}", "legal_name": name, "aliases": aliases})
    record, _ = record_from(read_object(line.encode()), None, None)

    again, problems = record_from(read_object(record_text(record).encode()), None, None)

    assert again == record
    assert problems == []


def test_simple_columns_are_enough_for_csv(write: Write, read: Read) -> None:
    write(
        "Account;Legal_Name;Registration_Number;LEI;Jurisdiction;street;city;postcode;country;Owners;Directors;Downstream\n"
        "a;Quillon Data Ltd;08412973;;GB;1 Main Street;Ely;CB7 4AA;GB;Anna Voss;Bo Lind\n".replace(
            "Anna Voss;", "Anna Voss\\;".replace("\\;", ";")
        ).replace(";Anna Voss;Bo Lind", ';"Anna Voss;60;1970-03-01;DE|Pell BV";Bo Lind;Reed Ltd|Marsh Ltd'),
        "a.csv",
    )

    delivery = read()
    (record,) = records_of(delivery.records)

    assert delivery.rejections == ()
    assert [(each.scheme, each.value) for each in record.identifiers] == [("reg:GB", "08412973")]
    assert [(each.name, each.role, each.share_bp, each.born) for each in record.holders] == [
        ("Anna Voss", Role.OWNER, 6_000, "1970-03-01"),
        ("Pell BV", Role.OWNER, None, None),
        ("Bo Lind", Role.DIRECTOR, None, None),
    ]
    assert [each.name for each in record.downstream or ()] == ["Reed Ltd", "Marsh Ltd"]
    assert record.addresses[0].postcode == "CB7 4AA"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"a,b,c,d,e\n", "csv.cells"),
        (b"a\n", "csv.cells"),
        (b"\xff\xfe,Quillon,\n", "text.not_utf8"),
        (b'a,Quillon,"[{broken"\n', "json.syntax"),
        (b"a,Quillon,somebody\n", "cell.unreadable"),
        (b",Quillon,\n", "account.missing"),
    ],
)
def test_a_wrong_row_of_csv_is_rejected_by_itself(row: bytes, code: str, write: Write, read: Read) -> None:
    write(b"account,legal_name,holders\ngood,Quillon,\n" + row + b"also,Quillon,\n", "a.csv")

    delivery = read()

    assert [(each.row, each.code) for each in delivery.rejections] == [(2, code)]
    assert delivery.records["account"].to_pylist() == ["also", "good"]


def test_a_quotation_mark_that_is_never_closed_ends_the_file_with_a_reason(write: Write, read: Read) -> None:
    write(b'account,legal_name\ngood,Quillon\nbad,"open\n' + b"x,y\n" * 3_000_000, "a.csv")

    delivery = read()

    assert [(each.row, each.code) for each in delivery.rejections] == [(2, "line.too_long")]
    assert delivery.records["account"].to_pylist() == ["good"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("account,account,legal_name", "csv.duplicate_columns"),
        ("account,jurisdiction", "kyc.missing_columns"),
        ("a,b,c", "kyc.unknown_format"),
    ],
)
def test_a_header_that_does_not_do_is_refused(header: str, code: str, write: Write, read: Read) -> None:
    write(header + "\n1,2,3\n", "a.csv")

    assert [(each.row, each.code) for each in read().rejections] == [(0, code)]


def test_the_content_tells_the_format_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "anything.txt"
    for form in WRITERS:
        write_records(RECORDS, path, form)
        assert inspect(path).format.endswith(form)


def test_parquet_with_wrong_types_gives_problems_and_columns_of_others_are_named(write: Write, read: Read) -> None:
    path = write("", "a.parquet")
    pq.write_table(pa.table({"account": ["a"], "legal_name": ["Quillon"], "emails": [1.5], "shoe": ["44"]}), path)

    delivery = read()

    assert [each.code for each in delivery.problems["nimbus/a"]] == ["field.wrong_type"]
    assert any("shoe" in note for note in delivery.notes)


def test_the_header_of_csv_is_documented() -> None:
    reference = Path(__file__).resolve().parents[3] / "docs" / "reference" / "kyc-formats.md"

    assert csv_header().strip() in reference.read_text()
