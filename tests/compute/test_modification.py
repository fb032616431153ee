"""The one-third rule for those who change somebody else's model."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.modification import makes_provider
from plimsoll.kernel.estimate import Estimate, Truth


def exactly(amount: int) -> Estimate:
    return Estimate.exact(amount)


def test_exactly_one_third_is_not_more_than_one_third() -> None:
    at, above = makes_provider(exactly(100), exactly(300)), makes_provider(exactly(101), exactly(300))
    assert (at.result, above.result) == (Truth.FALSE, Truth.TRUE)
    assert (at.flip_at, above.flip_at) == (101, 100)
    assert at.ratio == Fraction(1, 3)
    assert at.basis == "known_original"


def test_bounds_on_either_side_leave_it_unknown_but_the_point_decides_the_duty() -> None:
    found = makes_provider(exactly(120), Estimate(200, 300, 400))
    assert (found.result, found.by_point) == (Truth.UNKNOWN, Truth.TRUE)
    assert makes_provider(exactly(140), Estimate(200, 300, 400)).result is Truth.TRUE
    assert makes_provider(exactly(140), Estimate(200, 300, None)).result is Truth.UNKNOWN
    assert makes_provider(Estimate(10, 50, 66), Estimate(200, 300, None)).result is Truth.FALSE
    assert makes_provider(Estimate(10, 50, None), exactly(300)).result is Truth.UNKNOWN


@pytest.mark.parametrize(("systemic", "line"), [(True, 10**25), (False, 10**23)])
def test_a_line_stands_in_for_an_unknown_original(systemic: bool, line: int) -> None:
    found = makes_provider(exactly(line // 3 + 1), None, original_is_systemic_risk=systemic)
    assert found.result is Truth.TRUE
    assert found.threshold == Fraction(line, 3)
    assert makes_provider(exactly(line // 3), None, original_is_systemic_risk=systemic).result is Truth.FALSE


@pytest.mark.parametrize(
    ("modification", "expected"), [(10**22, Truth.FALSE), (10**24, Truth.UNKNOWN), (10**25, Truth.TRUE)]
)
def test_where_even_the_lines_choice_is_unknown_both_must_say_the_same(modification: int, expected: Truth) -> None:
    found = makes_provider(exactly(modification), None)
    assert found.result is expected
    assert found.by_point is expected
    assert found.basis == "either_line"


def test_the_original_provider_stays_the_provider_of_the_same_model() -> None:
    found = makes_provider(exactly(10**26), exactly(1), by_original_provider=True)
    assert found.result is Truth.FALSE
    assert found.basis == "original_provider"


def test_an_unknown_modification_is_unknown_and_names_what_would_be_enough() -> None:
    found = makes_provider(None, exactly(300))
    assert (found.result, found.by_point, found.flip_at, found.ratio) == (Truth.UNKNOWN, Truth.UNKNOWN, 101, None)
    assert makes_provider(exactly(1), exactly(0)).ratio is None


@settings(max_examples=80)
@given(st.integers(0, 10**26), st.integers(0, 10**26))
def test_exact_figures_are_never_unknown(modification: int, original: int) -> None:
    found = makes_provider(exactly(modification), exactly(original))
    assert found.result is found.by_point is Truth.of(3 * modification > original)
