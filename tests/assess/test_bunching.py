"""The crowd below the line: counts at the edges, and the binomial tail against hand-made sums."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from plimsoll.assess.bunching import Bunching, below_line_e4, bunching, upper_tail_e6
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.evidence import RuleEvidence


def _line(flop: int, comparator: str = "gt") -> HeldLine:
    return HeldLine(RuleEvidence("r", "p", "m", comparator, flop, "proposed", "s. 1"))


@pytest.mark.parametrize(
    ("size", "counted"),
    [(6_399, (0, 0, 0)), (6_400, (1, 0, 0)), (7_999, (1, 0, 0)), (8_000, (0, 1, 0)), (10_000, (0, 1, 0)),
     (10_001, (0, 0, 1)), (12_499, (0, 0, 1)), (12_500, (0, 0, 0))],
)  # fmt: skip
def test_stretches_around_the_line(size: int, counted: tuple[int, int, int]) -> None:
    found = bunching([size], _line(1))

    assert (found.below, found.just_below, found.just_above) == counted


def test_what_is_exactly_on_the_line_is_past_it_where_the_law_says_at_least() -> None:
    assert bunching([10_000], _line(1, "ge")).just_above == 1


def test_the_smallest_counted_size_is_in_ten_thousandths() -> None:
    assert below_line_e4(_line(100)) == 640_000


@pytest.mark.parametrize(("middle", "total"), [(0, 0), (0, 9), (3, 3), (4, 9), (9, 9), (20, 31)])
def test_the_tail_is_the_binomial_one(middle: int, total: int) -> None:
    exact = sum(
        (comb(total, k) * Fraction(1, 3) ** k * Fraction(2, 3) ** (total - k) for k in range(middle, total + 1)),
        Fraction(0),
    )

    assert upper_tail_e6(middle, total) == -(-exact.numerator * 10**6 // exact.denominator)


def test_three_of_three_is_one_in_twenty_seven() -> None:
    assert Bunching(0, 3, 0).p_e6 == 37_038


def test_many_are_scaled_down_and_stay_sure() -> None:
    assert Bunching(10_000, 20_000, 10_000).p_e6 == 1
    assert Bunching(10_000, 10_000, 10_000).p_e6 > 400_000
