"""Finds the sets of accounts that change level together, and says how sure that is and when it shows most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plimsoll.assess.synchrony.chance import Chance, chances
from plimsoll.assess.synchrony.changes import Changes, find_changes
from plimsoll.assess.synchrony.clusters import find_sets
from plimsoll.assess.synchrony.levels import Levels, Whole
from plimsoll.assess.synchrony.moments import Moment, count_events, most_telling, together_at
from plimsoll.assess.synchrony.pairs import compare, find_pairs, one_way
from plimsoll.assess.synchrony.shifts import ShiftTest, shift_test

SIGNIFICANT_E6 = 10_000
"""A set counts if the corrected probability of its similarity by chance is at most one in a hundred."""

SHIFTS = 1_999
"""Shifts behind a reported probability, at least; with many sets as many as the correction asks for."""

COMPARED = 8
"""At most so many accounts of a set are put to the test, those that used most. They are chosen without regard to what
they have in common, so the test of them is valid; what the others have in common as well only makes it harder."""

FEWEST_EVENTS = 4
"""Events, more than `SAME` hours apart, that at least a third of a set must have in common."""

MOMENTS = 12
"""How many of the most telling hours are told."""

Choose = Callable[[Sequence[tuple[str, ...]]], Sequence[tuple[str, ...]]]
"""Tells, for each set of accounts, those of them about whom there is anything to say together; none if there is not."""


@dataclass(frozen=True, slots=True)
class SynchronousSet:
    """Accounts that change level together.

    Attributes:
        placed: whether the place of every account is told, so that an outage of one region cannot be the reason.
        compared: how many of the accounts, the largest, were put to the test.
        events: events, more than `SAME` hours apart, that at least two of the accounts have in common.
        test: the permutation test behind it; `p_e6` is its probability, corrected for `tested` sets.
        moments: the most telling ones, at most `MOMENTS`, in order of time.
    """

    accounts: tuple[str, ...]
    placed: bool
    compared: int
    events: int
    test: ShiftTest
    tested: int
    p_e6: int
    moments: tuple[Moment, ...]


def synchronous_sets(
    levels: Levels,
    wanted: frozenset[str] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    choose: Choose = lambda sets: sets,
) -> tuple[SynchronousSet, ...]:
    """The sets whose similarity is significant, in order of their first account.

    Args:
        levels: of all accounts; those that are not wanted serve to tell what everybody does.
        wanted: the subjects that may be in a set; None for all.
        progress: told how many of the sets have been tested.
        choose: what may not depend on when accounts changed. Sets of which it leaves less than two accounts are not
            tested, and the correction does not count them.
    """
    changes = find_changes(levels)
    chance = chances(levels, changes)
    searched = changes if wanted is None else changes.only([subject in wanted for subject in levels.subjects])
    pairs = find_pairs(searched, chance, levels.hours)
    likely = [
        members
        for found in find_sets(pairs, lambda unlinked: compare(searched, chance, unlinked))
        if _eventful(chance, members := _agreeing(searched, chance, np.array(found, dtype=np.int32)))
    ]
    sets = [members for members in _chosen(levels, likely, choose) if _eventful(chance, members)]
    shifts = max(SHIFTS, 100 * len(sets) - 1)
    significant = []
    for number, members in enumerate(sets):
        progress(number, len(sets))
        compared = _largest(levels, members)
        seed = "\n".join(_names(levels, compared))
        test = shift_test(searched, chance, compared, seed, shifts)
        p_e6 = test.p_e6(len(sets))
        if p_e6 <= SIGNIFICANT_E6:
            placed = all(levels.places[member] is not None for member in members.tolist())
            events = count_events(together_at(chance, members, 2))
            moments = most_telling(levels, searched, chance, members, _third(members), MOMENTS)
            names = _names(levels, members)
            found_set = SynchronousSet(names, placed, len(compared), events, test, len(sets), p_e6, moments)
            significant.append(found_set)
    return tuple(significant)


def _names(levels: Levels, members: Whole) -> tuple[str, ...]:
    return tuple(levels.subjects[member] for member in members.tolist())


def _chosen(levels: Levels, sets: Sequence[Whole], choose: Choose) -> Iterator[Whole]:
    """What is left of each set; the subjects are sorted, so the rows stay in order."""
    row = {subject: number for number, subject in enumerate(levels.subjects)}
    for names in choose([_names(levels, members) for members in sets]):
        yield np.array(sorted(row[name] for name in names), dtype=np.int32)


def _eventful(chance: Chance, members: Whole) -> bool:
    return len(members) > 1 and count_events(together_at(chance, members, _third(members))) >= FEWEST_EVENTS


def _largest(levels: Levels, members: Whole) -> Whole:
    """At most `COMPARED` of the members, those that used most, the first of equals."""
    used = levels.level[members].sum(axis=1, dtype=np.int64)
    return np.sort(members[np.lexsort((members, -used))[:COMPARED]])


def _third(members: Whole) -> int:
    return max(2, -(-len(members) // 3))


def _agreeing(changes: Changes, chance: Chance, members: Whole) -> Whole:
    """The set without accounts that, on the whole, contradict the others; the least fitting is taken out first."""
    while len(members) > 1:
        worth = np.array([_with_others(changes, chance, int(member), members) for member in members])
        if worth.min() > 0:
            break
        members = np.delete(members, int(worth.argmin()))
    return members


def _with_others(changes: Changes, chance: Chance, member: int, members: Whole) -> int:
    return int(one_way(changes, chance, member, members[members != member]).sum())
