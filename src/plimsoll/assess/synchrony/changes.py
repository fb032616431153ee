"""When an account's level changed: starts, stops, restarts and changes of scale, measured by its own typical level.

Three things keep everyday use from looking like changes. The typical level of an account is that at which half of its
accelerator time was used, so that a small background does not make a large run's noise, or the other way about. The
account's own daily wave is taken off first: per hour of day, on working days and at weekends, the median distance from
the day's median. And a change must exceed the account's own hourly noise six times, measured by the median absolute
change (Rousseeuw and Croux, 1993: 1.4826 times it estimates the standard deviation of a normal).

Changes of one direction that lie within `REACH` hours of each other are one change, the largest of them; so no window
of `REACH` hours to either side holds two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from plimsoll.assess.synchrony.levels import DAY, Flags, Levels, Reals, Whole

REACH = 3
"""Hours by which two changes may miss each other and still be called simultaneous."""

APART = 2 * REACH + 1
"""Two changes of one account in one direction are at least so many hours apart."""

LEAST = 0.2
"""A change is at least this share of the typical level."""

SIGMAS = 6.0
_NORMAL = 1.4826


@dataclass(frozen=True)
class Changes:
    """The changes of all accounts, in order of account and hour.

    Attributes:
        hour: the first hour of the new level, counted from `Levels.start`.
        up: whether the level rose.
        percent: the change in hundredths of the account's typical level.
        owner: row of the account.
        begin: account `i` has the changes from ``begin[i]`` up to ``begin[i + 1]``.
        typical: per account, its typical level; zero where it used nothing.
        first, last: per account, the hours from its first use up to, not including, the hour after its last one; both
            zero where it used nothing.
    """

    hour: Whole
    up: Flags
    percent: Whole
    owner: Whole
    begin: Whole
    typical: Whole
    first: Whole
    last: Whole

    def of(self, account: int) -> slice:
        return slice(int(self.begin[account]), int(self.begin[account + 1]))

    def only(self, wanted: Sequence[bool]) -> Changes:
        """The same accounts, of which those that are not wanted have no changes."""
        kept = np.array(wanted, dtype=np.bool_)[self.owner]
        counts = np.bincount(self.owner[kept], minlength=len(wanted))
        begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return replace(
            self,
            hour=self.hour[kept],
            up=self.up[kept],
            percent=self.percent[kept],
            owner=self.owner[kept],
            begin=begin,
        )


def find_changes(levels: Levels) -> Changes:
    """The changes of every account."""
    weekend = ((levels.start // DAY + np.arange(levels.hours // DAY)) + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    typical = [typical_level(row) for row in levels.rows()]
    found = [_changes(row, level, weekend) for row, level in zip(levels.rows(), typical, strict=True)]
    counts = [len(hours) for hours, _ in found]
    used = [np.flatnonzero(row) for row in levels.rows()]
    whole = np.concatenate([hours for hours, _ in found]) if found else np.empty(0)
    percent = np.concatenate([percent for _, percent in found]) if found else np.empty(0)
    return Changes(
        hour=whole.astype(np.int32),
        up=percent > 0,
        percent=percent.astype(np.int32),
        owner=np.repeat(np.arange(len(found), dtype=np.int32), counts),
        begin=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        typical=np.array(typical, dtype=np.int32),
        first=np.array([hours[0] if len(hours) else 0 for hours in used], dtype=np.int32),
        last=np.array([hours[-1] + 1 if len(hours) else 0 for hours in used], dtype=np.int32),
    )


def typical_level(level: Whole) -> int:
    """The level at which half of the accelerator time was used: that share of it lies in hours at or above it."""
    ordered = np.sort(level[level > 0])
    if not len(ordered):
        return 0
    running = np.cumsum(ordered, dtype=np.int64)
    return int(ordered[np.searchsorted(running, running[-1] // 2, side="right")])


def _changes(level: Whole, typical: int, weekend: Flags) -> tuple[Whole, Whole]:
    """Hours and percentages of one account's changes."""
    if not typical:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    step = np.diff(level.astype(np.float64) - _daily_wave(level, weekend))
    busy = (level[1:] > 0) & (level[:-1] > 0)
    noise = _NORMAL * float(np.median(np.abs(step[busy]))) if busy.any() else 0.0
    least = max(LEAST * typical, SIGMAS * noise)
    # An hour that is partly at the old and partly at the new level makes one change look like two.
    two = step.copy()
    same = np.sign(step[:-1]) == np.sign(step[1:])
    two[:-1] += np.where(same, step[1:], 0.0)
    candidates = np.flatnonzero(np.abs(two) >= least).astype(np.int32)
    kept = _apart(candidates, two[candidates], len(step))
    # The hour of the larger of the two steps is that of the change.
    later = np.minimum(kept + 1, len(step) - 1)
    towards = np.sign(step[later]) == np.sign(two[kept])
    moved = np.where(towards & (np.abs(step[later]) > np.abs(step[kept])), later, kept)
    percent = np.rint(np.clip(100 * two[kept] / typical, -9_999, 9_999))
    return (moved + 1).astype(np.int32), percent.astype(np.int32)


def _apart(hours: Whole, steps: Reals, length: int) -> Whole:
    """Those of the changes that are the largest of their direction within `APART` hours, the earlier of equals."""
    order = np.lexsort((hours, -np.abs(steps)))
    near = {True: np.zeros(length, dtype=np.bool_), False: np.zeros(length, dtype=np.bool_)}
    kept = []
    for place in order.tolist():
        hour, rises = int(hours[place]), bool(steps[place] > 0)
        if not near[rises][hour]:
            kept.append(hour)
            near[rises][max(0, hour - APART) : hour + APART + 1] = True
    return np.array(sorted(kept), dtype=np.int32)


def _daily_wave(level: Whole, weekend: Flags) -> Reals:
    """By hour, how far an account usually is from the day's median at this hour of day."""
    days = level.reshape(-1, DAY)
    used = days.any(axis=1)
    wave = np.zeros((len(days), DAY))
    distance = days - np.median(days, axis=1, keepdims=True)
    for kind in (weekend, ~weekend):
        sample = distance[used & kind]
        if len(sample):
            wave[used & kind] = np.median(sample, axis=0)
    return wave.ravel()
