"""Uncertain amounts and what they say about a line: true, false or unknown, and which value would flip the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.rounding import divide_half_even

Comparator = Literal["gt", "ge", "lt", "le"]


class Truth(Enum):
    """Kleene's three values. Missing data is `UNKNOWN`, never `FALSE`."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool | None) -> Truth:
        return Truth.UNKNOWN if value is None else Truth.TRUE if value else Truth.FALSE

    def __invert__(self) -> Truth:
        return _NOT[self]


_NOT = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}


def all_of(values: Iterable[Truth]) -> Truth:
    """Conjunction: false beats unknown beats true; of nothing, true."""
    found = Truth.TRUE
    for value in values:
        if value is Truth.FALSE:
            return value
        if value is Truth.UNKNOWN:
            found = value
    return found


def any_of(values: Iterable[Truth]) -> Truth:
    """Disjunction: true beats unknown beats false; of nothing, false."""
    found = Truth.FALSE
    for value in values:
        if value is Truth.TRUE:
            return value
        if value is Truth.UNKNOWN:
            found = value
    return found


@dataclass(frozen=True, slots=True)
class Estimate:
    """An amount known within bounds: ``low <= point <= high``, whole numbers of one unit.

    `high` is None where nothing bounds the amount from above, e.g. when parts of it were not declared.
    """

    low: int
    point: int
    high: int | None

    def __post_init__(self) -> None:
        if self.low > self.point or (self.high is not None and self.high < self.point):
            raise PlimsollError(
                "estimate.order",
                f"low {self.low}, point {self.point} and high {self.high} are not in ascending order",
                fix="Give low <= point <= high.",
            )

    @classmethod
    def exact(cls, amount: int) -> Estimate:
        return cls(amount, amount, amount)

    @classmethod
    def with_margin(cls, point: int, margin: Fraction) -> Estimate:
        """`point` give or take a fraction of itself, e.g. 3/10 for the EU's 30 % (guidelines, Annex A.2).

        Low is rounded down and high up, so that the interval never loses a value that the margin allows.
        """
        low = point * (1 - margin)
        high = point * (1 + margin)
        return cls(max(0, low.__floor__()), point, high.__ceil__())

    def __add__(self, other: Estimate) -> Estimate:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Estimate(self.low + other.low, self.point + other.point, high)

    def scaled(self, numerator: int, denominator: int) -> Estimate:
        """The estimate times a non-negative fraction, each bound rounded once, half-even."""
        high = None if self.high is None else divide_half_even(self.high * numerator, denominator)
        return Estimate(
            divide_half_even(self.low * numerator, denominator),
            divide_half_even(self.point * numerator, denominator),
            high,
        )


ZERO = Estimate(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer to "is this amount past that threshold?".

    Attributes:
        result: over the whole interval of the estimate.
        by_point: by the point estimate alone, which is what starts a legal duty.
        flip_at: the nearest whole amount whose point answer differs from `by_point`; where there is no estimate,
            the nearest amount whose answer is true.
    """

    result: Truth
    by_point: Truth
    flip_at: int


def compare(estimate: Estimate | None, comparator: Comparator, threshold: int | Fraction) -> Comparison:
    """Compares an estimate with a threshold, three-valued and exact.

    For ``gt``: true when all of the interval lies above the threshold, false when none of it does, else unknown.
    No estimate gives unknown.
    """
    first_past = _first_past(comparator, threshold)
    if comparator in ("gt", "ge"):
        if estimate is None:
            return Comparison(Truth.UNKNOWN, Truth.UNKNOWN, first_past)
        by_point = estimate.point >= first_past
        sure = estimate.low >= first_past
        never = estimate.high is not None and estimate.high < first_past
        return _comparison(sure, never, by_point, first_past - 1 if by_point else first_past)
    last_below = first_past - 1
    if estimate is None:
        return Comparison(Truth.UNKNOWN, Truth.UNKNOWN, last_below)
    by_point = estimate.point <= last_below
    sure = estimate.high is not None and estimate.high <= last_below
    never = estimate.low > last_below
    return _comparison(sure, never, by_point, first_past if by_point else last_below)


def _first_past(comparator: Comparator, threshold: int | Fraction) -> int:
    """The smallest integer that is past the threshold for gt and ge, or no longer under it for lt and le."""
    if comparator in ("gt", "le"):
        return threshold.__floor__() + 1
    return threshold.__ceil__()


def _comparison(sure: bool, never: bool, by_point: bool, flip_at: int) -> Comparison:
    result = Truth.TRUE if sure else Truth.FALSE if never else Truth.UNKNOWN
    return Comparison(result, Truth.of(by_point), flip_at)
