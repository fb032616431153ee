"""The hours in which accounts of a set changed level together, most telling first found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from plimsoll.assess.synchrony.chance import Chance, gain
from plimsoll.assess.synchrony.changes import REACH, Changes
from plimsoll.assess.synchrony.levels import Levels, Whole
from plimsoll.assess.synchrony.pairs import SAME


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour within `REACH` of which several accounts of a set changed level in one direction.

    Attributes:
        hour: hours since 1970.
        changes: account and change in hundredths of its typical level, in order of accounts.
        centibits: how telling it is: what the change is worth for each of the accounts, added up.
    """

    hour: int
    changes: tuple[tuple[str, int], ...]
    centibits: int


def find_moments(levels: Levels, changes: Changes, chance: Chance, members: Whole, least: int) -> tuple[Moment, ...]:
    """Every hour around which at least `least` of the members changed in one direction, in order of time.

    The hour with the most of them is taken first, the earlier of equals; a change belongs to one moment.
    """
    found = []
    for direction in (0, 1):
        together = chance.near[members, direction].sum(axis=0)
        while int(together.max(initial=0)) >= least:
            best = np.flatnonzero(together == together.max())
            unbroken = best[best - np.arange(len(best)) == best[0]]
            hour = int(unbroken[len(unbroken) // 2])
            found.append(_moment(levels, changes, chance, members, direction, hour))
            together[max(0, hour - 2 * REACH) : hour + 2 * REACH + 1] = 0
    return tuple(sorted(found, key=lambda moment: moment.hour))


def _moment(levels: Levels, changes: Changes, chance: Chance, members: Whole, direction: int, hour: int) -> Moment:
    moved, centibits = [], 0
    for member in members.tolist():
        own = changes.of(member)
        near = (np.abs(changes.hour[own] - hour) <= REACH) & (changes.up[own] == bool(direction))
        for place in np.flatnonzero(near)[:1].tolist():
            moved.append((levels.subjects[member], int(changes.percent[own][place])))
            up, when = np.array([bool(direction)]), np.array([hour], dtype=np.int32)
            centibits += int(gain(chance.of(np.array([member], dtype=np.int32), up, when)[1])[0, 0])
    return Moment(levels.start + hour, tuple(sorted(moved)), centibits)


def count_events(moments: Iterable[Moment]) -> int:
    """How many of them are more than `SAME` hours after the one before that counted."""
    count, last = 0, None
    for moment in sorted(moments, key=lambda each: each.hour):
        if last is None or moment.hour - last > SAME:
            count, last = count + 1, moment.hour
    return count
