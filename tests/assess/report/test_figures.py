"""Figures as people read them: rounded for the eye, exact underneath, never saying more than is known."""

from datetime import date

import pytest

from plimsoll.assess.report.figures import (
    Figure,
    count,
    cut,
    deciding,
    exact_flop,
    flop,
    flop_words,
    month_name,
    name,
    of_line,
    part_of_rows,
    share,
)

LINE = 10**25


@pytest.mark.parametrize(
    ("amount", "words"),
    [(10**25, "10²⁵"), (10**25 + 1, "1 × 10²⁵"), (114 * 10**23, "1.14 × 10²⁵"), (0, "0"), (9_999, "9999"),
     (10**38 - 1, "1 × 10³⁸")],
)  # fmt: skip
def test_flop_in_words(amount: int, words: str) -> None:
    assert flop_words(amount) == words


def test_an_amount_carries_its_exact_integer() -> None:
    assert flop(11_400_000_000_000_000_000_000_001).html == (
        '<data class="flop" value="11400000000000000000000001" '
        'title="exactly 11400000000000000000000001 FLOP">1.14 × 10²⁵</data>'
    )
    assert "not bounded" in flop(None).html


def test_exact_digits_are_spaced_without_a_space_in_them() -> None:
    assert exact_flop(1_234_567).html == '<span class="digits"><i>1</i><i>234</i><i>567</i></span>'
    assert exact_flop(0).html == '<span class="digits"><i>0</i></span>'


@pytest.mark.parametrize(
    ("amount", "text"),
    [(LINE, "exactly 100 %"), (LINE + 1, "just over 100 %"), (LINE - 1, "just under 100 %"), (0, "0 %"),
     (1, "under 1 %"), (LINE * 114 // 100, "114 %"), (LINE * 3_240, "3,240 ×")],
)  # fmt: skip
def test_share_of_the_line_never_rounds_onto_it(amount: int, text: str) -> None:
    assert share(amount, LINE) == text


def test_share_in_a_sentence() -> None:
    assert of_line(LINE * 2, LINE) == "200 % of the line"
    assert of_line(LINE * 20, LINE) == "20 times the line"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0 %"), (10, 10, "100 %"), (9_999, 10_000, "99.9 %"), (1, 100_000, "under 0.1 %"), (1, 4, "25 %"),
     (0, 0, "none"), (429, 224_583, "0.2 %")],
)  # fmt: skip
def test_part_of_rows_is_all_or_none_only_when_it_is(part: int, whole: int, text: str) -> None:
    assert part_of_rows(part, whole) == text


def test_counting_words() -> None:
    assert [count(0, "row"), count(1, "row"), count(12_345, "row")] == ["no rows", "1 row", "12,345 rows"]
    assert [month_name(date(2027, 1, 1)), month_name(date(2026, 8, 1))] == ["Jan 2027", "Aug"]


def test_a_very_long_name_is_cut_and_kept_whole_on_hover() -> None:
    made = name("x" * 3_000).html

    assert "x" * 159 + "…</bdi>" in made
    assert f'title="{"x" * 2_000}"' in made
    assert cut("y" * 400).endswith("…")
    assert len(cut("y" * 400)) == 300


def test_at_most_four_figures_decide() -> None:
    with pytest.raises(ValueError, match="at most four"):
        deciding([Figure("a", "1", "")] * 5)
