"""How likely an account changes its level around a given hour for reasons of its own, or of everybody.

The chance that account `j` has a change in one direction within `REACH` hours of hour `t` is taken to be the largest
of what three common alternatives to collusion make it:

* **Habit**: the share of past occasions on which `j` changed at such a time: of days at this hour of day, and, where it
  did so at least twice on other occasions, of weeks at this hour of the week and of months at this hour of the month.
  Half a change is added to the count and one occasion to the number (Krichevsky and Trofimov, 1981), so no chance is
  zero. A nightly job at two o'clock explains any change at two o'clock.
* **Crowd**: how much larger than usual the share of accounts that change at `t` is, of those that could have: for a
  fall, accounts that ran; for a rise, accounts that were low after a fall in the week before. In the same region of the
  same provider, at the provider, and overall; the largest of the three, `i` and `j` not counted. An outage explains
  itself. Where regions are not told, a provider is taken to have `REGIONS` of them, all of whose share one may make up.
* **Calendar**: within `CALENDAR` hours of the first of a month, 00:00 UTC, the chance is at least one half: contracts,
  quotas and budgets begin then, in whatever zone of time.

What the chance is worth as evidence is told by `gain` and `loss`: the logarithm of the likelihood ratio between "`j`
does what `i` does, `FAITHFUL` of the time" and chance, when `j` changed at `t` with `i`, and when it did not; in the
second case the crowd excuses nothing. They are whole hundredths of a bit, so that sums do not depend on their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from plimsoll.assess.synchrony.changes import LEAST, REACH, Changes
from plimsoll.assess.synchrony.levels import DAY, AnyWhole, Counts, Flags, Levels, Reals, Whole

FAITHFUL = 0.6
"""Share of changes that accounts under one hand are taken to have in common. It is an assumption: the lower, the more
noise between them is forgiven, and the more coincidences are needed."""

MOST = 700
"""No single coincidence counts more than seven bits, so that a few cannot carry a set."""

CALENDAR = 14
"""Hours to either side of a month's first midnight, UTC: the first has begun somewhere on Earth, or not everywhere."""

REGIONS = 4
"""A cloud sells from several regions, and an outage is usually of one."""

AGAIN = 2
"""A weekly or monthly habit counts from so many other occasions on."""

_WEEK = 7 * DAY
_MONTH = 31 * DAY
_CENTI = 100
_AT_A_TIME = 250
"""Accounts whose changes are counted at once, to bound memory."""


@dataclass(frozen=True)
class Crowd:
    """What accounts of one kind of crowd do together.

    Attributes:
        of: which crowd each account belongs to, -1 for none.
        times: what part of a whole crowd one cause may strike: its share is taken so many times.
        changed: for crowd, direction and hour, how many accounts changed within `REACH` hours.
        able: likewise, how many could have.
        usual: for crowd and direction, the share over all hours.
        whole: everybody is in it, so that one account more or less is nothing.
    """

    of: Whole
    times: Whole
    changed: Whole
    able: Whole
    usual: Reals
    whole: bool

    def excess(
        self, who: AnyWhole, direction: AnyWhole, when: AnyWhole, beside: int, out: tuple[Flags, Flags]
    ) -> Reals:
        """The share of others that changed, less the usual one; the arguments as for `Chance.crowd`.

        Args:
            out: whether the account, and the one that it is compared with, changed: neither is one of the others.
        """
        crowd = self.of[who]
        left_out = out[0].astype(np.int32) + (out[1] & (crowd == self.of[beside]) & (not self.whole))
        others = self.able[crowd, direction, when] - left_out
        share = (self.changed[crowd, direction, when] - left_out) / np.maximum(others, 1)
        known = (crowd >= 0) & (others > 0)
        most = np.minimum((share - self.usual[crowd, direction]) * self.times[who], 1.0)
        return np.where(known, most, 0.0)


@dataclass(frozen=True)
class Chance:
    """What is needed to tell the chance of any account at any hour.

    Attributes:
        near: account, direction (0 down, 1 up), hour: whether it has a change within `REACH` hours.
        habits: per kind (day, week, month): for account, direction and hour of the period, how often it changed within
            `REACH` hours; which hour of the period each hour is; per account how many periods it was seen.
        crowds: region, provider, all.
        calendar: hours at which a new month may begin.
    """

    near: Flags
    habits: tuple[tuple[Counts, Whole, Reals], ...]
    crowds: tuple[Crowd, ...]
    calendar: Flags

    def worth(self, accounts: Whole, up: Flags, hour: Whole, beside: int) -> tuple[Flags, Whole]:
        """For accounts (rows) and changes of the account `beside` (columns): do they match, and the centibits."""
        who, direction, when = accounts[:, None], up.astype(np.intp)[None, :], hour[None, :]
        match: Flags = self.near[who, direction, when]
        habit, crowd = self.habit(who, direction, when), self.crowd(who, direction, when, beside)
        return match, np.where(match, gain(np.maximum(habit, crowd)), loss(habit))

    def weekly(self, account: int) -> bool:
        """Whether the account changes at one hour of the week, in one direction, in half of the weeks or more."""
        counts, _, weeks = self.habits[1]
        most = int(counts[account].max())
        return most > AGAIN and 2 * most >= weeks[account]

    def habit(self, who: AnyWhole, direction: AnyWhole, when: AnyWhole) -> Reals:
        """The chance by the account's own habits; the arguments are broadcast against each other."""
        match = self.near[who, direction, when]
        likely = np.zeros(match.shape)
        for number, (counts, phase, periods) in enumerate(self.habits):
            others = counts[who, direction, phase[when]] - match
            share = (others + 0.5) / (periods[who] + 1.0)
            likely = np.maximum(likely, share if number == 0 else np.where(others >= AGAIN, share, 0.0))
        return likely

    def crowd(self, who: AnyWhole, direction: AnyWhole, when: AnyWhole, beside: int) -> Reals:
        """The chance by what everybody else does, and by the calendar; the arguments as for `habit`.

        Args:
            beside: the account with which it is compared.
        """
        out = self.near[who, direction, when], self.near[beside, direction, when]
        likely = np.where(self.calendar[when], 0.5, np.zeros(out[0].shape))
        for crowd in self.crowds:
            likely = np.maximum(likely, crowd.excess(who, direction, when, beside, out))
        return likely


def gain(chance: Reals) -> Whole:
    """Centibits for a change in common; at least nothing."""
    worth = _CENTI * np.log2(FAITHFUL / np.maximum(chance, 1e-9))
    whole: Whole = np.clip(np.rint(worth), 0, MOST).astype(np.int32)
    return whole


def loss(chance: Reals) -> Whole:
    """Centibits for a change that is not in common; at most nothing."""
    worth = _CENTI * np.log2((1.0 - FAITHFUL) / np.maximum(1.0 - chance, 1e-9))
    whole: Whole = np.minimum(np.rint(worth), 0).astype(np.int32)
    return whole


def chances(levels: Levels, changes: Changes) -> Chance:
    """Counts habits and crowds."""
    near = _near(levels, changes)
    hour = np.arange(levels.hours, dtype=np.int64)
    month = _hour_of_month(levels)
    long = np.maximum(changes.last - changes.first, 1)
    periods = (
        ((hour % DAY).astype(np.int32), DAY, DAY),
        (((hour + levels.start) % _WEEK).astype(np.int32), _WEEK, _WEEK),
        (month, _MONTH, 365.25 / 12 * DAY),
    )
    counts = _habits(near, [(phase, period) for phase, period, _ in periods])
    habits = tuple(
        (count, phase, np.maximum(long / length, 1.0))
        for count, (phase, _, length) in zip(counts, periods, strict=True)
    )
    crowds = _crowds(levels, changes, near)
    calendar = np.zeros(levels.hours, dtype=np.bool_)
    for first in np.flatnonzero(month == 0).tolist():
        calendar[max(0, first - CALENDAR) : first + CALENDAR + 1] = True
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=levels.start + levels.hours)
    if end.day == 1:
        calendar[-CALENDAR:] = True
    return Chance(near, habits, crowds, calendar)


def _near(levels: Levels, changes: Changes) -> Flags:
    near = np.zeros((len(levels.subjects), 2, levels.hours), dtype=np.bool_)
    direction = changes.up.astype(np.intp)
    for offset in range(-REACH, REACH + 1):
        hour = changes.hour + offset
        inside = (hour >= 0) & (hour < levels.hours)
        near[changes.owner[inside], direction[inside], hour[inside]] = True
    return near


def _habits(near: Flags, periods: Sequence[tuple[Whole, int]]) -> list[Counts]:
    """For each period, how many changes each account has within `REACH` hours of each hour of it."""
    found = [np.zeros((*near.shape[:2], period), dtype=np.int16) for _, period in periods]
    for start in range(0, len(near), _AT_A_TIME):
        part = near[start : start + _AT_A_TIME].reshape(-1, near.shape[2])
        row, hour = np.nonzero(part)
        for counts, (phase, period) in zip(found, periods, strict=True):
            here = np.bincount(row * period + phase[hour], minlength=len(part) * period)
            counts[start : start + _AT_A_TIME] = here.reshape(-1, 2, period)
    return found


def _hour_of_month(levels: Levels) -> Whole:
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=levels.start)
    days = [(first + timedelta(days=number)).day - 1 for number in range(levels.hours // DAY)]
    return (np.repeat(np.array(days), DAY) * DAY + np.tile(np.arange(DAY), len(days))).astype(np.int32)


def _numbered(names: tuple[str | None, ...]) -> Whole:
    """A number for each name, in order of names; -1 for none."""
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([-1 if name is None else numbers[name] for name in names], dtype=np.int32)


def _crowds(levels: Levels, changes: Changes, near: Flags) -> tuple[Crowd, ...]:
    """Those of regions, of providers, and of everybody."""
    one = np.ones(len(levels.subjects), dtype=np.int32)
    told = np.where([place is not None for place in levels.places], 1, REGIONS).astype(np.int32)
    everybody = np.zeros(len(levels.subjects), dtype=np.int32)
    groups = ((_numbered(levels.places), one), (_numbered(levels.providers), told), (everybody, one))
    shapes = [(max(1, int(group.max(initial=-1)) + 1), 2, levels.hours) for group, _ in groups]
    changed = [np.zeros(shape, dtype=np.int32) for shape in shapes]
    able = [np.zeros(shape, dtype=np.int32) for shape in shapes]
    for account, row in enumerate(levels.rows()):
        could = _able(row, changes, account) | near[account]
        for number, (group, _) in enumerate(groups):
            if (crowd := int(group[account])) >= 0:
                changed[number][crowd] += near[account]
                able[number][crowd] += could
    return tuple(
        Crowd(group, times, moved, could, moved.sum(axis=2) / np.maximum(could.sum(axis=2), 1), group is everybody)
        for (group, times), moved, could in zip(groups, changed, able, strict=True)
    )


def _able(level: Whole, changes: Changes, account: int) -> Flags:
    """Direction and hour: whether the account could have changed within `REACH` hours."""
    able = np.zeros((2, len(level)), dtype=np.bool_)
    typical = int(changes.typical[account])
    if not typical:
        return able
    fell = np.zeros(len(level), dtype=np.bool_)
    own = changes.of(account)
    for hour in changes.hour[own][~changes.up[own]].tolist():
        fell[hour : hour + _WEEK] = True
    for direction, could in enumerate((level >= typical * LEAST, (level < typical * (1 - LEAST)) & fell)):
        # A change within REACH hours begins from the hour before.
        reach = np.convolve(could, np.ones(2 * REACH + 1), mode="same") > 0
        able[direction, 1:] = reach[:-1]
    return able
