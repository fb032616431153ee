"""Files that somebody damaged, on purpose or not: the rest of them is read, and what is said can be written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.parties.filing.delivery import KycDelivery

Read = Callable[[], KycDelivery]
Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('{"account":"x","account":"y"}', "json.duplicate_key"),
        ("1", "json.not_an_object"),
        ("[2]", "json.not_an_object"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 3])
def test_one_bad_part_of_an_array_does_not_take_the_others_with_it(
    part: str, code: str, before: int, write: Write, read: Read
) -> None:
    good = [f'{{"account":"a{n}","legal_name":"Quillon {n} Ltd"}}' for n in range(4)]
    write("[\n" + ",".join([*good[:before], part, *good[before:]]) + "]", "a.json")
    delivery = read()

    if before or part[0] == "{":
        assert delivery.records.num_rows == 4
        assert [(each.row, each.code) for each in delivery.rejections] == [(before + 1, code)]
    else:
        assert delivery.rejections


def _good(number: int) -> bytes:
    return f'{{"account":"a{number}",\n"legal_name":"Quillon {number} Ltd"}}'.encode()


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_a_byte_that_is_no_text_costs_its_record_and_no_other(bad: bytes, write: Write, read: Read) -> None:
    wrong = _good(1).replace(b"Quillon", b"Quill" + bad + b"on")
    write(b"[\n" + b",\n".join([_good(0), wrong, _good(2)]) + b"]", "a.json")
    delivery = read()

    assert delivery.records["account"].to_pylist() == ["a0", "a2"]
    [rejection] = delivery.rejections
    assert (rejection.row, rejection.code) == (2, "text.not_utf8")
    assert "line 4" in rejection.what


@pytest.mark.parametrize("broken", [b'{"account":"x" "y"}', b"nonsense", b"\xff", b'{"account":"x'])
def test_a_fault_that_ends_an_array_keeps_what_stands_before_it_and_says_where_it_is(
    broken: bytes, write: Write, read: Read
) -> None:
    write(b"[\n" + b",\n".join([_good(0), _good(1), broken, _good(3)]) + b"]", "a.json")
    delivery = read()

    assert delivery.records["account"].to_pylist() == ["a0", "a1"]
    [rejection] = delivery.rejections
    assert (rejection.row, rejection.code) == (3, "json.syntax")
    assert "line 6 of the file; 2 before it are read, nothing after it is" in rejection.what


@pytest.mark.parametrize(
    "wrong",
    [
        '"opened":"\\ud800"',
        '"reseller":"\\ud800"',
        '"\\ud800":1',
        '"holders":[{"name":"A B","role":"owner","share":"\\ud800"}]',
        '"holders":[{"name":"A B","role":"owner","share_bp":"\\ud800"}]',
        '"\\ud800":1,"\\ud800":2',
    ],
)
def test_what_is_said_of_a_filing_can_always_be_written(wrong: str, write: Write, read: Read) -> None:
    write(f'{{"account":"a","legal_name":"Quillon Ltd",{wrong}}}\n')
    delivery = read()
    said = [each.what for problems in delivery.problems.values() for each in problems]
    said += [*delivery.notes, *(each.what for each in delivery.rejections)]

    assert said
    assert "".join(said).encode()


def test_a_file_that_cannot_be_read_is_named_in_the_notes(write: Write, read: Read) -> None:
    write(b"PAR1 and no more", "2026-05-31.parquet")
    write('{"account":"a","legal_name":"Quillon Ltd"}\n')

    assert any("2026-05-31.parquet" in note for note in read().notes)


def test_a_slash_in_a_providers_name_makes_no_account_of_another_provider(write: Write, read: Read) -> None:
    write('{"account":"b/c","legal_name":"Quillon Ltd"}\n', provider="a")
    write('{"account":"c","legal_name":"Marlow Ltd"}\n', provider="a%2Fb")

    assert read().records["subject"].to_pylist() == ["a%2Fb/c", "a/b/c"]
