"""When a run that goes on as it does now will cross a line.

Exact: a rate is a fraction of FLOP per nanosecond, and a crossing is the first whole nanosecond after which the line is
passed. "Days to the line" decides whether a two-week notice can still be kept, so it must not depend on rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from plimsoll.kernel.errors import PlimsollError, Where

NS_PER_DAY = 86_400 * 10**9

Upward = Literal["gt", "ge"]


@dataclass(frozen=True, slots=True)
class Rate:
    """Compute per time that stays constant, in FLOP per nanosecond (which is GFLOP/s), exact.

    Raises:
        PlimsollError: ``forecast.rate`` for a negative rate.
    """

    flop_per_ns: Fraction

    def __post_init__(self) -> None:
        if self.flop_per_ns < 0:
            raise PlimsollError(
                "forecast.rate",
                f"the rate {self.flop_per_ns} FLOP per nanosecond is less than zero",
                fix="Give a rate of zero or more.",
                where=Where(field="rate"),
            )

    @classmethod
    def of_chips(cls, count: int, peak_gflops: int, utilisation: int | Fraction) -> Rate:
        """`count` accelerators with that peak, used to that share of it."""
        return cls(count * peak_gflops * Fraction(utilisation))

    @classmethod
    def of_amount(cls, flop: int, nanoseconds: int) -> Rate:
        """`flop` done in that time, e.g. the past thirty days as a guide to the next.

        Raises:
            PlimsollError: ``forecast.rate`` for no time at all.
        """
        if nanoseconds <= 0:
            raise PlimsollError(
                "forecast.rate",
                f"an amount over {nanoseconds} ns is not a rate",
                fix="Give a period longer than zero.",
                where=Where(field="rate"),
            )
        return cls(Fraction(flop, nanoseconds))


@dataclass(frozen=True, slots=True)
class Crossing:
    """When one line is crossed.

    Attributes:
        line: the line, in FLOP.
        already: it is crossed at the start.
        after_ns: nanoseconds from the start; 0 if `already`; None if it is never crossed at this rate.
        instant: that moment in UTC, rounded up to a microsecond, so that the line is crossed at it; None if never, or
            beyond the year 9999.
    """

    line: int
    already: bool
    after_ns: int | None
    instant: datetime | None

    @property
    def days(self) -> Fraction | None:
        """Days from the start, exact; None if the line is never crossed."""
        return None if self.after_ns is None else Fraction(self.after_ns, NS_PER_DAY)


def crossing(line: int, rate: Rate, *, start: datetime, done: int = 0, comparator: Upward = "gt") -> Crossing:
    """When `done` FLOP at `start`, growing at `rate`, first satisfies the comparison with `line`.

    Strictness matters at the boundary: with ``gt`` exactly the line is not yet past it.
    """
    missing = line - done
    if missing < 0 or (missing == 0 and comparator == "ge"):
        return Crossing(line, True, 0, start)
    if rate.flop_per_ns == 0:
        return Crossing(line, False, None, None)
    needed = missing / rate.flop_per_ns
    after_ns = needed.__floor__() + 1 if comparator == "gt" else needed.__ceil__()
    return Crossing(line, False, after_ns, _later(start, after_ns))


def _later(start: datetime, nanoseconds: int) -> datetime | None:
    microseconds = -(-nanoseconds // 1_000)
    try:
        return start + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
