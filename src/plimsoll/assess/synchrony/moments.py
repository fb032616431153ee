"""The hours in which accounts of a set changed level together, most telling first found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from plimsoll.assess.synchrony.chance import Chance
from plimsoll.assess.synchrony.changes import REACH, Changes
from plimsoll.assess.synchrony.levels import Levels, Whole
from plimsoll.assess.synchrony.pairs import SAME


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour within `REACH` of which several accounts of a set changed level in one direction.

    Attributes:
        hour: hours since 1970.
        changes: account and change in hundredths of its typical level, in order of accounts.
        centibits: how telling it is: what the changes of the others are worth beside the first one's, added up.
    """

    hour: int
    changes: tuple[tuple[str, int], ...]
    centibits: int


def together_at(chance: Chance, members: Whole, least: int) -> tuple[tuple[int, int], ...]:
    """Hour and direction (0 down, 1 up) of every time at which at least `least` of the members changed, in order.

    The hour with the most of them is taken first, the earlier of equals; a change belongs to one moment.
    """
    found = []
    for direction in (0, 1):
        together = chance.near[members, direction].sum(axis=0)
        while int(together.max(initial=0)) >= least:
            best = np.flatnonzero(together == together.max())
            unbroken = best[best - np.arange(len(best)) == best[0]]
            hour = int(unbroken[len(unbroken) // 2])
            found.append((hour, direction))
            together[max(0, hour - 2 * REACH) : hour + 2 * REACH + 1] = 0
    return tuple(sorted(found))


def count_events(moments: Iterable[tuple[int, int]]) -> int:
    """How many of them are more than `SAME` hours after the one before that counted; they come in order."""
    count, last = 0, None
    for hour, _ in moments:
        if last is None or hour - last > SAME:
            count, last = count + 1, hour
    return count


def most_telling(
    levels: Levels, changes: Changes, chance: Chance, members: Whole, least: int, most: int
) -> tuple[Moment, ...]:
    """The `most` most telling of the moments of `together_at`, in order of time."""
    moments = [
        _moment(levels, changes, chance, members, hour, direction)
        for hour, direction in together_at(chance, members, least)
    ]
    chosen = sorted(moments, key=lambda moment: (-moment.centibits, moment.hour))[:most]
    return tuple(sorted(chosen, key=lambda moment: moment.hour))


def _moment(levels: Levels, changes: Changes, chance: Chance, members: Whole, hour: int, direction: int) -> Moment:
    up, when = np.array([bool(direction)]), np.array([hour], dtype=np.int32)
    moved = []
    changed = members[chance.near[members, direction, hour]]
    for member in changed.tolist():
        own = changes.of(member)
        near = (np.abs(changes.hour[own] - hour) <= REACH) & (changes.up[own] == bool(direction))
        moved += [(levels.subjects[member], int(percent)) for percent in changes.percent[own][near][:1]]
    centibits = int(chance.worth(changed[1:], up, when, int(changed[0]))[1].sum())
    return Moment(levels.start + hour, tuple(sorted(moved)), centibits)
