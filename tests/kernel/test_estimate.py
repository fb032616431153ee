"""What an uncertain amount says about a line."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate, Truth, all_of, any_of, compare

LINE = 10**25
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("op", "amount", "expected"),
    [
        ("gt", LINE - 1, F),
        ("gt", LINE, F),
        ("gt", LINE + 1, T),
        ("ge", LINE - 1, F),
        ("ge", LINE, T),
        ("ge", LINE + 1, T),
        ("lt", LINE - 1, T),
        ("lt", LINE, F),
        ("le", LINE, T),
        ("le", LINE + 1, F),
    ],
)
def test_strict_and_non_strict_lines_at_the_boundary(op: str, amount: int, expected: Truth) -> None:
    answer = compare(Estimate.exact(amount), op, LINE)  # type: ignore[arg-type]

    assert (answer.result, answer.by_point) == (expected, expected)


@pytest.mark.parametrize(
    ("low", "point", "high", "result", "by_point"),
    [
        (LINE + 1, LINE + 2, LINE + 3, T, T),
        (LINE, LINE + 2, LINE + 3, U, T),
        (1, 2, LINE, F, F),
        (1, 2, LINE + 1, U, F),
        (1, 2, None, U, F),
        (LINE + 1, LINE + 1, None, T, T),
    ],
)
def test_an_interval_across_the_line_is_unknown(
    low: int, point: int, high: int | None, result: Truth, by_point: Truth
) -> None:
    answer = compare(Estimate(low, point, high), "gt", LINE)

    assert (answer.result, answer.by_point) == (result, by_point)


def test_no_estimate_is_unknown_and_never_below() -> None:
    answer = compare(None, "gt", LINE)

    assert (answer.result, answer.by_point, answer.flip_at) == (U, U, LINE + 1)


@given(st.sampled_from(["gt", "ge", "lt", "le"]), st.integers(0, 10**6), st.fractions(0, 10**6))
def test_the_flipping_value_is_the_nearest_one_that_flips(op: str, amount: int, threshold: Fraction) -> None:
    answer = compare(Estimate.exact(amount), op, threshold)  # type: ignore[arg-type]
    flipped = compare(Estimate.exact(answer.flip_at), op, threshold)  # type: ignore[arg-type]
    towards = answer.flip_at + (1 if answer.flip_at < amount else -1)

    assert flipped.by_point is ~answer.by_point
    assert compare(Estimate.exact(towards), op, threshold).by_point is answer.by_point  # type: ignore[arg-type]


@given(st.lists(st.sampled_from([T, F, U]), max_size=5))
def test_and_and_or_are_each_others_mirror(values: list[Truth]) -> None:
    assert ~all_of(values) is any_of(~v for v in values)


def test_false_beats_unknown_beats_true_in_a_conjunction() -> None:
    assert all_of([T, U, F]) is F
    assert all_of([T, U]) is U
    assert any_of([F, U, T]) is T
    assert any_of([F, U]) is U


def test_a_margin_never_loses_an_allowed_value() -> None:
    assert Estimate.with_margin(10, Fraction("0.3")) == Estimate(7, 10, 13)
    assert Estimate.with_margin(11, Fraction("0.3")) == Estimate(7, 11, 15)


def test_an_open_sum_stays_open() -> None:
    assert Estimate(1, 2, None) + Estimate(1, 2, 3) == Estimate(2, 4, None)
    assert Estimate(1, 2, None).scaled(3, 2) == Estimate(2, 3, None)


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(PlimsollError) as refusal:
        Estimate(3, 2, 4)

    assert refusal.value.code == "estimate.order"
