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
