"""Scales for amounts of compute: which kind to draw, where an amount lies on it, and where its ticks go.

Positions are whole hundredths of a percent of the axis, so that the same amounts give the same bytes everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from plimsoll.kernel.flop import show_flop
from plimsoll.kernel.rounding import divide_half_even

FULL = 10_000
"""The position at the far end of an axis."""

_FAR = 12
"""Beyond this ratio between line and largest amount one of the two would be squeezed against the start of the axis."""
_MOST_DECADES = 8
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`.

    Attributes:
        kind: on a linear axis `low` is 0; on a logarithmic one both ends are powers of ten.
        reason: why this kind was chosen and how to read it, as a sentence for the reader.
    """

    kind: Literal["linear", "log"]
    low: int
    high: int
    reason: str

    def position(self, amount: int) -> int:
        """Where `amount` lies, from 0 to `FULL`; what lies beyond an end is held at that end."""
        if amount <= self.low:
            return 0
        if amount >= self.high:
            return FULL
        if self.kind == "linear":
            return divide_half_even(amount * FULL, self.high)
        share = (math.log10(amount) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low))
        return round(share * FULL)

    @property
    def ticks(self) -> tuple[int, ...]:
        """Round amounts inside the axis, ends included where they are round; at most six."""
        if self.kind == "linear":
            step = _round_step(self.high)
            return tuple(range(0, self.high + 1, step))
        decades = _exponent(self.high) - _exponent(self.low)
        stride = -(-decades // _MOST_TICKS)
        return tuple(10**exponent for exponent in range(_exponent(self.low), _exponent(self.high) + 1, stride))


def choose_scale(amounts: Iterable[int], line: int) -> Scale:
    """The scale on which `amounts` can be judged against `line`.

    Linear wherever both stay readable, because only there can lengths be compared by eye; logarithmic where the
    largest amount and the line are more than twelve times apart.
    """
    positive = [amount for amount in amounts if amount > 0]
    largest = max(positive, default=line)
    top = max(largest, line)
    if largest <= line * _FAR and line <= largest * _FAR:
        return Scale("linear", 0, top + max(top // 12, 1), "Linear scale: twice the length is twice the compute.")
    apart = (
        f"the largest amount is {_times(largest // line)} the line"
        if largest > line
        else f"the line is {_times(line // largest)} the largest amount"
    )
    high = _exponent(top + top // 4) + 1
    lowest = max(_exponent(min([*positive, line])), high - _MOST_DECADES)
    low = max(min(lowest, _exponent(line) - 1), 0)
    reason = f"Logarithmic scale, because {apart}: each equal step to the right or upwards multiplies the compute."
    return Scale("log", 10**low, 10**high, reason)


def _times(ratio: int) -> str:
    return f"{f'{ratio:,}' if ratio < 1_000_000 else show_flop(ratio)} times"


def percent(position: int) -> str:
    """A position as an SVG coordinate, e.g. ``45.67%``."""
    return f"{position // 100}.{position % 100:02}%"


def _round_step(high: int) -> int:
    """The smallest of 1, 2 or 5 times a power of ten that gives at most `_MOST_TICKS` steps."""
    power: int = 10 ** max(_exponent(max(high // _MOST_TICKS, 1)), 0)
    return next(step for factor in (1, 2, 5, 10) if (step := factor * power) * _MOST_TICKS >= high)


def _exponent(amount: int) -> int:
    return len(str(amount)) - 1
