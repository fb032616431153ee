"""Text from filings is shown, never obeyed."""

import pytest

from plimsoll.kernel.visible import on_one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u202egnp.exe", "pay[U+202E]gnp.exe"),
        ("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m"),
        ("zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"),
        ("half \ud800 pair", "half [U+D800] pair"),
        ("tag\U000e0041", "tag[U+E0041]"),
        ("נמל תל אביב", "נמל תל אביב"),
        ("می‌خواهم", "می‌خواهم"),
        ("two\tlines\n", "two\tlines\n"),
    ],
)
def test_disguises_are_written_out_and_scripts_are_left_alone(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_cell_of_a_table_keeps_its_line() -> None:
    assert on_one_line("two\tlines\n") == "two[U+0009]lines[U+000A]"
