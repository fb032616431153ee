"""Use added up over windows of days, exact: one window for every length and last day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from plimsoll.assess.detectors.figures import WINDOWS, DayUse


@dataclass(frozen=True, slots=True)
class Rolling:
    """Sums over the `days` days that end with `last`."""

    days: int
    last: date
    cap_flop: int
    est_e4: int
    prior_e4: int

    @property
    def start(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def end(self) -> date:
        return self.last + timedelta(days=1)


class Windows:
    """All windows of any length over some use, with a last day from the first use up to, not including, `as_of`.

    Where that lies far ahead they end a year after the last use, when no window holds any more. A window is made only
    where somebody looks at it; the sums of all of one length are a plain list, in order of their last days.
    """

    def __init__(self, days: Sequence[DayUse], as_of: date) -> None:
        self._days = days
        self._first = days[0].day if days else as_of
        end = min(as_of, days[-1].day + timedelta(days=max(WINDOWS) + 1)) if days else as_of
        self._count = max(0, (end - self._first).days)

    def cap_flop(self, length: int) -> list[int]:
        """The bound of every window of this length, in FLOP."""
        return _last(length, self._caps)

    def est_e4(self, length: int) -> list[int]:
        """The estimate of every window of this length, in 1/10,000 FLOP."""
        return _last(length, self._ests)

    def last(self, number: int) -> date:
        """The last day of a window, by its place in the lists."""
        return self._first + timedelta(days=number)

    def window(self, length: int, number: int) -> Rolling:
        """A window by its place in the lists; beyond them it holds nothing."""
        end = number + 1 if 0 <= number < self._count else 0
        start = max(0, end - length)
        caps, ests, priors = self._caps, self._ests, self._priors
        return Rolling(
            length, self.last(number), caps[end] - caps[start], ests[end] - ests[start], priors[end] - priors[start]
        )

    def ending(self, length: int, last: date) -> Rolling:
        """A window by its last day."""
        return self.window(length, (last - self._first).days)

    @cached_property
    def _caps(self) -> list[int]:
        return self._from_the_first((use.day, use.cap_flop) for use in self._days)

    @cached_property
    def _ests(self) -> list[int]:
        return self._from_the_first((use.day, use.est_e4) for use in self._days)

    @cached_property
    def _priors(self) -> list[int]:
        return self._from_the_first((use.day, use.prior_e4) for use in self._days)

    def _from_the_first(self, amounts: Iterator[tuple[date, int]]) -> list[int]:
        """What was used before each day and before the end, so that a window is the difference of two of them."""
        daily = [0] * self._count
        for day, amount in amounts:
            if (number := (day - self._first).days) < self._count:
                daily[number] += amount
        return list(accumulate(daily, initial=0))


def _last(length: int, sums: Sequence[int]) -> list[int]:
    return [*sums[1 : length + 1], *(end - start for end, start in zip(sums[length + 1 :], sums[1:], strict=False))]
