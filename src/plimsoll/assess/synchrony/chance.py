"""How likely an account changes its level around a given hour for reasons of its own, or of everybody.

The chance that account `j` has a change in one direction within `REACH` hours of hour `t` is taken to be the largest
of what three common alternatives to collusion make it:

* **Habit**: the share of past occasions on which `j` changed at such a time: of days at this hour of day, and, where it
  did so at least twice on other occasions, of weeks at this hour of the week and of months at this hour of the month.
  Half a change is added to the count and one occasion to the number (Krichevsky and Trofimov, 1981), so no chance is
  zero. A nightly job at two o'clock explains any change at two o'clock.
* **Crowd**: how much larger than usual the share of accounts that change at `t` is: in the same region of the same
  provider, at the provider, and overall; the largest of the three, `j` itself not counted. An outage explains itself.
* **Calendar**: within `CALENDAR` hours of the first of a month, 00:00 UTC, the chance is at least one half: contracts,
  quotas and budgets begin then, in whatever zone of time.

What the chance is worth as evidence is told by `gain` and `loss`: the logarithm of the likelihood ratio between "`j`
does what `i` does, `FAITHFUL` of the time" and chance, when `j` changed at `t` with `i`, and when it did not. They are
whole hundredths of a bit, so that sums do not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from plimsoll.assess.synchrony.changes import REACH, Changes
from plimsoll.assess.synchrony.levels import DAY, AnyWhole, Counts, Flags, Levels, Reals, Whole

FAITHFUL = 0.6
"""Share of changes that accounts under one hand are taken to have in common. It is an assumption: the lower, the more
noise between them is forgiven, and the more coincidences are needed."""

MOST = 700
"""No single coincidence counts more than seven bits, so that a few cannot carry a set."""

CALENDAR = 14
"""Hours to either side of a month's first midnight, UTC: the first has begun somewhere on Earth, or not everywhere."""

AGAIN = 2
"""A weekly or monthly habit counts from so many other occasions on."""

_WEEK = 7 * DAY
_MONTH = 31 * DAY
_CENTI = 100
_AT_A_TIME = 250
"""Accounts whose changes are counted at once, to bound memory."""


@dataclass(frozen=True)
class Chance:
    """What is needed to tell the chance of any account at any hour.

    Attributes:
        near: account, direction (0 down, 1 up), hour: whether it has a change within `REACH` hours.
        habits: per kind (day, week, month): for account, direction and hour of the period, how often it changed within
            `REACH` hours; which hour of the period each hour is; per account how many periods it was seen.
        crowds: per kind (region, provider, all): which crowd each account belongs to (-1 for none); for crowd,
            direction and hour, how many accounts changed; for crowd and hour, how many were in use; for crowd and
            direction, the usual share.
        calendar: hours at which a new month may begin.
    """

    near: Flags
    habits: tuple[tuple[Counts, Whole, Reals], ...]
    crowds: tuple[tuple[Whole, Whole, Whole, Reals], ...]
    calendar: Flags

    def of(self, accounts: Whole, up: Flags, hour: Whole) -> tuple[Flags, Reals]:
        """For accounts (rows) and changes of somebody else (columns): do they match, and how likely was that?"""
        who, direction, when = accounts[:, None], up.astype(np.intp)[None, :], hour[None, :]
        match: Flags = self.near[who, direction, when]
        return match, np.maximum(self.habit(who, direction, when), self.crowd(who, direction, when))

    def habit(self, who: AnyWhole, direction: AnyWhole, when: AnyWhole) -> Reals:
        """The chance by the account's own habits; the arguments are broadcast against each other."""
        match = self.near[who, direction, when]
        likely = np.zeros(match.shape)
        for number, (counts, phase, periods) in enumerate(self.habits):
            others = counts[who, direction, phase[when]] - match
            share = (others + 0.5) / (periods[who] + 1.0)
            likely = np.maximum(likely, share if number == 0 else np.where(others >= AGAIN, share, 0.0))
        return likely

    def crowd(self, who: AnyWhole, direction: AnyWhole, when: AnyWhole) -> Reals:
        """The chance by what everybody else does, and by the calendar; the arguments as for `habit`."""
        match = self.near[who, direction, when]
        likely = np.where(self.calendar[when], 0.5, np.zeros(match.shape))
        for crowd_of, changed, active, usual in self.crowds:
            crowd = crowd_of[who]
            others = active[crowd, when] - 1
            share = (changed[crowd, direction, when] - match) / np.maximum(others, 1)
            known = (crowd >= 0) & (others > 0)
            likely = np.maximum(likely, np.where(known, share - usual[crowd, direction], 0.0))
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
    habits = tuple(
        (_habit(near, phase, period), phase, np.maximum(long / length, 1.0))
        for phase, period, length in (
            ((hour % DAY).astype(np.int32), DAY, DAY),
            (((hour + levels.start) % _WEEK).astype(np.int32), _WEEK, _WEEK),
            (month, _MONTH, 365.25 / 12 * DAY),
        )
    )
    everybody = np.zeros(len(levels.subjects), dtype=np.int32)
    groups = (_numbered(levels.places), _numbered(levels.providers), everybody)
    crowds = tuple(_crowd(group, near, changes, levels.hours) for group in groups)
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


def _habit(near: Flags, phase: Whole, period: int) -> Counts:
    """How many changes each account has within `REACH` hours of each hour of the period."""
    counts = np.zeros((*near.shape[:2], period), dtype=np.int16)
    for start in range(0, len(near), _AT_A_TIME):
        account, direction, hour = np.nonzero(near[start : start + _AT_A_TIME])
        np.add.at(counts, (account + start, direction, phase[hour]), 1)
    return counts


def _hour_of_month(levels: Levels) -> Whole:
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=levels.start)
    days = [(first + timedelta(days=number)).day - 1 for number in range(levels.hours // DAY)]
    return (np.repeat(np.array(days), DAY) * DAY + np.tile(np.arange(DAY), len(days))).astype(np.int32)


def _numbered(names: tuple[str | None, ...]) -> Whole:
    """A number for each name, in order of names; -1 for none."""
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([-1 if name is None else numbers[name] for name in names], dtype=np.int32)


def _crowd(group: Whole, near: Flags, changes: Changes, hours: int) -> tuple[Whole, Whole, Whole, Reals]:
    """See `Chance.crowds`."""
    count = max(1, int(group.max(initial=-1)) + 1)
    changed = np.zeros((count, 2, hours), dtype=np.int32)
    edges = np.zeros((count, hours + 1), dtype=np.int32)
    for account, crowd in enumerate(group.tolist()):
        if crowd >= 0 and changes.last[account]:
            changed[crowd] += near[account]
            edges[crowd, max(0, int(changes.first[account]) - REACH)] += 1
            edges[crowd, min(hours, int(changes.last[account]) + REACH)] -= 1
    active = np.cumsum(edges, axis=1, dtype=np.int32)[:, :-1]
    usual = changed.sum(axis=2) / np.maximum(active.sum(axis=1), 1)[:, None]
    return group, changed, active, usual
