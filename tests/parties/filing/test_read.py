"""Filings as they arrive: every bad row is named, none is fatal, and none hides another."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.delivery import KycDelivery
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.filing.jsonl import MAX_LINE, record_text
from plimsoll.parties.filing.read import read_filings
from plimsoll.parties.known import KycProblem
from plimsoll.parties.records import records_of

Read = Callable[[], KycDelivery]
Write = Callable[..., Path]
GOOD = '{"account":"good","legal_name":"Quillon Data Ltd"}\n'


def _codes(delivery: KycDelivery) -> list[tuple[int, str]]:
    return [(each.row, each.code) for each in delivery.rejections]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense\n", "json.syntax"),
        (b'{"account":"a"\n', "json.syntax"),
        (b'{"account":"a"} {"account":"b"}\n', "json.syntax"),
        (b'{"account":"a\x00"}\n', "json.syntax"),
        (b'{"account":NaN}\n', "json.syntax"),
        (b'{"account":"\xff\xfe"}\n', "text.not_utf8"),
        (b'{"account":"a","account":"b"}\n', "json.duplicate_key"),
        (b'{"account":"a","holders":[{"name":"x","name":"y"}]}\n', "json.duplicate_key"),
        (b'["account"]\n', "json.not_an_object"),
        (b'{"account":' + b"[" * 100_000 + b"\n", "json.too_deep"),
        (b'{"account":"a","legal_name":"' + b"x" * MAX_LINE + b'"}\n', "line.too_long"),
        (b'{"legal_name":"Nobody Ltd"}\n', "account.missing"),
        (b'{"account":["a"],"legal_name":"Nobody Ltd"}\n', "account.missing"),
        (b'{"account":"  ","legal_name":"Nobody Ltd"}\n', "account.missing"),
        (b'{"account":"a","provider":"cirrus","legal_name":"Nobody Ltd"}\n', "provider.contradicts_folder"),
        (b'{"account":' + b"9" * 10_000 + b"}\n", "json.syntax"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_that_stands_for_no_account_is_rejected_and_the_others_are_read(
    line: bytes, code: str, write: Write, read: Read
) -> None:
    write(GOOD.encode() + line + GOOD.replace("good", "also").encode())

    delivery = read()

    assert _codes(delivery) == [(2, code)]
    assert delivery.records["account"].to_pylist() == ["also", "good"]
    assert (delivery.files[0].rows, delivery.files[0].rejected) == (3, 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"opened": "2026-02-30"}, "date.impossible"),
        ({"opened": 20260230}, "date.impossible"),
        ({"opened": "0001-01-01"}, "date.impossible"),
        ({"legal_name": 5.5}, "name.missing"),
        ({"emails": {"a": 1}}, "field.wrong_type"),
        ({"kind": "spaceship"}, "field.unknown_word"),
        ({"reseller": "perhaps"}, "field.wrong_type"),
        ({"holders": ["Anna"]}, "field.wrong_type"),
        ({"holders": [{"role": "owner"}]}, "holder.unnamed"),
        ({"holders": [{"name": "A B"}]}, "holder.role_missing"),
        ({"holders": [{"name": "A B", "role": "owner", "share": "-1"}]}, "share.impossible"),
        ({"holders": [{"name": "A B", "role": "owner", "share": "100.01"}]}, "share.impossible"),
        ({"holders": [{"name": "A B", "role": "owner", "share": "half"}]}, "share.impossible"),
        ({"holders": [{"name": "A B", "role": "owner", "share_bp": 10_001}]}, "share.impossible"),
        ({"holders": [{"name": "A B", "role": "owner", "share": "50", "share_max": "25"}]}, "share.backwards"),
        ({"holders": [{"name": "A B", "role": "owner", "born": "1970-13-01"}]}, "date.impossible"),
        ({"identifiers": [{"scheme": "lei"}]}, "identifier.incomplete"),
        ({"downstream": [{}]}, "downstream.unnamed"),
        ({"payer": "x" * 3_000}, "text.too_long"),
        ({"payer": "nul \x00 and half a letter \ud800"}, "text.unreadable"),
    ],
)
def test_a_field_that_cannot_be_read_is_a_problem_of_a_record_that_stands(
    fields: dict[str, object], code: str, write: Write, read: Read
) -> None:
    write(
        json.dumps(
            {"account": "a", "legal_name": "Quillon Data Ltd", "payment_instruments": ["hk1:" + "1a" * 16], **fields}
        )
    )

    delivery = read()

    assert delivery.rejections == ()
    assert code in [each.code for each in delivery.problems["nimbus/a"]]
    assert delivery.records["payment_instruments"].to_pylist() == [["hk1:" + "1a" * 16]]


def test_shares_are_percent_in_files_and_basis_points_inside(write: Write, read: Read) -> None:
    shares = [{"share": "25.5"}, {"share": 30}, {"share": "10", "share_max": "20"}, {"share_bp": 100}, {"share": 0.5}]
    holders = [
        {"name": f"Person {letter}", "role": "owner", **share} for letter, share in zip("ABCDE", shares, strict=True)
    ]
    write(json.dumps({"account": "a", "legal_name": "Quillon Data Ltd", "holders": holders}))

    (record,) = records_of(read().records)

    assert [(each.share_bp, each.share_max_bp) for each in record.holders] == [
        (2_550, 2_550), (3_000, 3_000), (1_000, 2_000), (100, None), (50, 50),
    ]  # fmt: skip


def test_the_file_named_for_a_day_was_filed_on_it_and_the_later_record_stands(write: Write, read: Read) -> None:
    write(GOOD.replace("Quillon", "Newer"), "2026-07-31.jsonl")
    write(GOOD)

    delivery = read()

    assert delivery.records["legal_name"].to_pylist() == ["Newer Data Ltd"]
    assert delivery.records["filed_on"].to_pylist() == [date(2026, 7, 31)]
    assert delivery.superseded == 1


def test_an_account_filed_twice_on_one_day_says_so_and_the_order_decides_nothing(write: Write, read: Read) -> None:
    bare = GOOD.replace("Quillon", "Zinc")
    told = '{"account":"good","legal_name":"Quillon Data Ltd","phones":["+442079460001"]}\n'
    found = []
    for rows in ((bare + told,), (told + bare,), (bare, told), (told, bare)):
        for number in range(2):
            write(rows[number] if number < len(rows) else "\n", f"part-{number}.jsonl")
        delivery = read()
        found.append((delivery.records["legal_name"].to_pylist(), delivery.problems["nimbus/good"]))

    assert all(each == found[0] for each in found)
    assert found[0][0] == ["Quillon Data Ltd"]
    [problem] = found[0][1]
    assert problem == KycProblem(
        "account.filed_twice", "2 records filed without a day contradict each other; the one that says most stands"
    )


def test_the_same_record_twice_is_no_problem(write: Write, read: Read) -> None:
    two = '{"account":"good","legal_name":"Quillon Data Ltd","aliases":["A Ltd","B Ltd"]}\n'
    write(two + two.replace('"A Ltd","B Ltd"', '"B Ltd","A Ltd"'))

    assert read().problems == {}
    assert read().superseded == 1


def test_a_provider_cannot_replace_the_record_of_another(write: Write, read: Read) -> None:
    write(GOOD)
    write(
        '{"provider":"nimbus","account":"good","legal_name":"Somebody Else Ltd"}\n',
        "2026-12-31.jsonl",
        provider="cirrus",
    )

    delivery = read()

    assert delivery.records["legal_name"].to_pylist() == ["Quillon Data Ltd"]
    assert [each.code for each in delivery.rejections] == ["provider.contradicts_folder"]
    assert [each.code for each in delivery.problems["nimbus/good"]] == ["provider.filed_by_other"]


def test_one_customer_number_under_two_names_is_a_contradiction(write: Write, read: Read) -> None:
    rows = [("a", "Quillon Data Ltd"), ("b", "QUILLON DATA LIMITED"), ("c", "Pell Analytics SARL")]
    write("".join(json.dumps({"account": a, "customer_ref": "C1", "legal_name": name}) + "\n" for a, name in rows[:2]))
    assert read().problems == {}

    write("".join(json.dumps({"account": a, "customer_ref": "C1", "legal_name": name}) + "\n" for a, name in rows))
    assert {subject: [each.code for each in found] for subject, found in read().problems.items()} == {
        f"nimbus/{account}": ["customer_ref.several_names"] for account in "abc"
    }


def test_fields_that_nobody_asked_for_are_said_once_and_not_of_each_record(write: Write, read: Read) -> None:
    write("".join(GOOD.replace("good", f"a{each}").replace("}", ',"shoe_size":44}') for each in range(3)))

    delivery = read()

    assert delivery.problems == {}
    assert any("shoe_size" in note and "3 times" in note for note in delivery.notes)


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_read(write: Write, read: Read) -> None:
    write(GOOD)
    write("", "empty.jsonl")
    write("colour,shape\nred,round\n", "strange.csv")
    write(b"PAR1 and no more", "cut.parquet")
    whole = gzip.compress((GOOD.replace("good", "zipped") * 5_000).encode(), mtime=0)
    write(whole[: len(whole) // 2], "cut.jsonl.gz")

    delivery = read()

    assert "good" in delivery.records["account"].to_pylist()
    assert {Path(each.file).name: each.code for each in delivery.rejections} == {
        "empty.jsonl": "file.empty",
        "strange.csv": "kyc.unknown_format",
        "cut.parquet": "parquet.unreadable",
        "cut.jsonl.gz": "file.damaged",
    }


def test_only_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    address = Path("s3a://bucket/kyc")
    for path, code in (
        (tmp_path / "missing", "kyc.not_found"), (tmp_path, "kyc.nothing_found"), (address, "file.address")
    ):  # fmt: skip
        with pytest.raises(PlimsollError) as caught:
            read_filings([path])
        assert caught.value.code == code


def test_reading_twice_gives_the_same(write: Write, read: Read) -> None:
    write(record_text(EXAMPLE) + "\n" + GOOD, "mixed.jsonl")

    assert read() == read()


def test_a_json_array_and_objects_over_several_lines_are_read(write: Write, read: Read) -> None:
    rows = [{"account": f"a{each}", "legal_name": f"Quillon {each} Ltd"} for each in range(3)]
    write(json.dumps(rows), "line.json")
    write(json.dumps([{**row, "account": "b" + str(row["account"])} for row in rows], indent=2), "pretty.json")

    delivery = read()

    assert delivery.rejections == ()
    assert delivery.records.num_rows == 6


def test_a_person_with_forty_thousand_companies_and_a_mass_of_equal_names_are_read(write: Write, read: Read) -> None:
    holder = '"holders":[{"name":"Ivo Marek","born":"1960-01-02","role":"owner","share":"100"}]'
    write("".join(f'{{"account":"a{each}","legal_name":"Shell Ltd",{holder}}}\n' for each in range(40_000)))

    delivery = read()

    assert delivery.records.num_rows == 40_000
    assert delivery.rejections == ()
