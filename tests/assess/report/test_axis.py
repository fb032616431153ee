"""Scales: the kind that fits, exact places on it, round ticks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.report.axis import FULL, Scale, choose_scale, percent

LINE = 10**25
amounts = st.integers(0, 10**38 - 1)


def test_linear_while_line_and_largest_amount_can_both_be_read() -> None:
    scale = choose_scale([14 * 10**24, 10**22], LINE)

    assert scale.kind == "linear"
    assert scale.reason == "Linear scale: twice the length is twice the compute."
    assert abs(scale.position(7 * 10**24) * 2 - scale.position(14 * 10**24)) <= 1


@pytest.mark.parametrize(
    ("largest", "words"),
    [
        (10**28, "the largest amount is 1,000 times the line"),
        (3 * 10**20, "the line is 33,333 times the largest amount"),
    ],
)
def test_logarithmic_beyond_that_with_the_reason_stated(largest: int, words: str) -> None:
    scale = choose_scale([largest], LINE)

    assert scale.kind == "log"
    assert words in scale.reason
    assert 0 < scale.position(LINE) < FULL
    assert 0 < scale.position(largest) < FULL


def test_no_amounts_and_only_zeros_leave_the_line_in_the_picture() -> None:
    for nothing in ([], [0, 0]):
        assert 0 < choose_scale(nothing, LINE).position(LINE) < FULL


def test_ticks_are_round_and_few() -> None:
    assert choose_scale([45 * 10**24], LINE).ticks == tuple(n * 10**25 for n in range(5))
    assert Scale("log", 10**19, 10**29, "").ticks == tuple(10**n for n in range(19, 30, 2))
    assert Scale("linear", 0, 3, "").ticks == (0, 1, 2, 3)


@settings(max_examples=200)
@given(values=st.lists(amounts, max_size=6), line=st.integers(1, 10**38 - 1))
def test_every_scale_keeps_order_shows_the_line_and_has_few_ticks(values: list[int], line: int) -> None:
    scale = choose_scale(values, line)
    places = [scale.position(value) for value in sorted(values)]

    assert places == sorted(places)
    assert all(0 <= place <= FULL for place in places)
    assert 0 < scale.position(line) < FULL or line < 10
    assert 2 <= len(scale.ticks) <= 6
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


def test_a_place_is_a_percentage_with_two_decimals() -> None:
    assert [percent(0), percent(7), percent(4567), percent(FULL)] == ["0.00%", "0.07%", "45.67%", "100.00%"]
