"""When a line is crossed at a constant rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.forecast import NS_PER_DAY, Rate, crossing
from plimsoll.kernel.errors import PlimsollError

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_exactly_the_line_is_not_past_it() -> None:
    one_per_ns = Rate(Fraction(1))
    strict = crossing(1_000, one_per_ns, start=START)
    loose = crossing(1_000, one_per_ns, start=START, comparator="ge")
    assert (strict.after_ns, loose.after_ns) == (1_001, 1_000)
    assert loose.instant == START + timedelta(microseconds=1)
    assert strict.instant == START + timedelta(microseconds=2), "rounded up: the line is crossed at that instant"


def test_compute_already_done_counts() -> None:
    assert crossing(1_000, Rate(Fraction(1)), start=START, done=999).after_ns == 2
    assert not crossing(1_000, Rate(Fraction(1)), start=START, done=1_000).already
    assert crossing(1_000, Rate(Fraction(1)), start=START, done=1_000, comparator="ge").already
    past = crossing(1_000, Rate(Fraction(1)), start=START, done=1_001)
    assert (past.already, past.after_ns, past.instant, past.days) == (True, 0, START, 0)


def test_a_run_that_stands_still_never_crosses() -> None:
    found = crossing(1_000, Rate(Fraction(0)), start=START)
    assert (found.after_ns, found.instant, found.days) == (None, None, None)


def test_a_crossing_beyond_the_calendar_has_days_but_no_date() -> None:
    found = crossing(10**38, Rate(Fraction(1)), start=START)
    assert found.instant is None
    assert found.days is not None
    assert found.days > 10**20


def test_rates_from_chips_and_from_amounts() -> None:
    assert Rate.of_chips(24_576, 989_400, Fraction(2, 5)).flop_per_ns == 24_576 * 989_400 * Fraction(2, 5)
    assert Rate.of_amount(5 * NS_PER_DAY, NS_PER_DAY).flop_per_ns == 5
    with pytest.raises(PlimsollError) as refused:
        Rate.of_amount(5, 0)
    assert refused.value.code == "forecast.rate"
    with pytest.raises(PlimsollError):
        Rate(Fraction(-1))


@settings(max_examples=80)
@given(
    line=st.integers(1, 10**27),
    done=st.integers(0, 10**27),
    rate=st.fractions(min_value=Fraction(1, 1000), max_value=10**12),
    comparator=st.sampled_from(["gt", "ge"]),
)
def test_the_crossing_is_the_first_nanosecond_past_the_line(
    line: int, done: int, rate: Fraction, comparator: str
) -> None:
    found = crossing(line, Rate(rate), start=START, done=done, comparator=comparator)  # type: ignore[arg-type]
    assert found.after_ns is not None

    def past(nanoseconds: int) -> bool:
        amount = done + rate * nanoseconds
        return amount > line if comparator == "gt" else amount >= line

    assert past(found.after_ns)
    assert found.already or not past(found.after_ns - 1)
