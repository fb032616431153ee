"""Which pairs of accounts change together more than chance has it.

No pair is looked at for its own sake. An index of changes by direction and hour gives, for each change of an account,
the accounts that changed within `REACH` hours; hours in which many did are passed over, for they say little and cost
much. Whoever comes up far more often than its number of changes explains is then compared exactly: the sum of `gain`
and `loss` over the changes of one that fall into the time in which the other was in use, both ways, the smaller of the
two sums. Changes within `SAME` hours after one that was in common count no further: a restart is one event, not two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plimsoll.assess.synchrony.chance import Chance
from plimsoll.assess.synchrony.changes import APART, REACH, Changes
from plimsoll.assess.synchrony.levels import Flags, Reals, Whole

SAME = 12
"""Hours within which changes of one account belong to one event, whatever their directions."""

FEWEST = 3
"""Accounts with fewer changes are compared with nobody: steady use has no moment to share."""

LEAST_PAIR = 700
"""Centibits from which a pair is linked. 2^-15 of the pairs of unrelated accounts reach it by chance."""

_CROWDED = 0.05
"""An hour around which a larger share of all accounts changes is passed over in the search, unless they are few."""
_FEW = 40
_SURPLUS = 3.0
"""A partner is compared if it comes up so many standard deviations more often than chance has it."""
_PARTNERS = 60
"""At most so many partners per account are compared, those that come up most beyond chance."""


@dataclass(frozen=True)
class Pairs:
    """Linked pairs: `one` < `other`, rows of accounts, in order; `centibits` at least `LEAST_PAIR`."""

    one: Whole
    other: Whole
    centibits: Whole


def find_pairs(changes: Changes, chance: Chance, hours: int) -> Pairs:
    """All linked pairs."""
    found: set[tuple[int, int]] = set()
    index = _Index(changes, hours)
    for account in range(len(changes.first)):
        for partner in index.partners(account).tolist():
            found.add((min(account, partner), max(account, partner)))
    pairs = np.array(sorted(found), dtype=np.int32).reshape(-1, 2)
    both = compare(changes, chance, pairs)
    linked = both >= LEAST_PAIR
    return Pairs(pairs[linked, 0], pairs[linked, 1], both[linked])


def compare(changes: Changes, chance: Chance, pairs: Whole) -> Whole:
    """Centibits for each pair (a row of two accounts): the smaller of the two directions."""
    worth = np.zeros((2, len(pairs)), dtype=np.int32)
    for way, (mine, theirs) in enumerate(((0, 1), (1, 0))):
        order = np.argsort(pairs[:, mine], kind="stable")
        for part in np.split(order, np.flatnonzero(np.diff(pairs[order, mine])) + 1):
            if len(part):
                worth[way, part] = one_way(changes, chance, int(pairs[part[0], mine]), pairs[part, theirs])
    smaller: Whole = worth.min(axis=0)
    return smaller


def one_way(changes: Changes, chance: Chance, account: int, partners: Whole) -> Whole:
    """Centibits that each partner does what the account does."""
    hour, up = changes.hour[changes.of(account)], changes.up[changes.of(account)]
    match, worth = chance.worth(partners, up, hour, account)
    during = (hour >= changes.first[partners, None] - REACH) & (hour <= changes.last[partners, None] + REACH)
    total: Whole = np.where(during & ~(match & repeats(hour, match)), worth, 0).sum(axis=1, dtype=np.int32)
    return total


def repeats(hour: Whole, match: Flags) -> Flags:
    """Changes (columns) that follow one that was in common within `SAME` hours; the hours are in order."""
    follows = np.zeros(match.shape, dtype=np.bool_)
    follows[:, 1:] = match[:, :-1] & (np.diff(hour) <= SAME)
    return follows


class _Index:
    """The changes by direction and hour."""

    def __init__(self, changes: Changes, hours: int) -> None:
        self._changes = changes
        self._hours = hours
        self._accounts = len(changes.first)
        self._counts = np.diff(changes.begin)
        key = changes.up.astype(np.int64) * (hours + 2 * APART) + changes.hour + APART
        order = np.argsort(key, kind="stable")
        self._key = key[order]
        self._owner = changes.owner[order]
        self._rate = self._counts * (2 * REACH + 1) / np.maximum(2.0 * (changes.last - changes.first), APART)

    def partners(self, account: int) -> Whole:
        """Accounts with more changes in common than chance has it, most first."""
        mine = self._changes.of(account)
        if mine.stop - mine.start < FEWEST:
            return np.empty(0, dtype=np.int32)
        centre = self._changes.up[mine].astype(np.int64) * (self._hours + 2 * APART) + self._changes.hour[mine] + APART
        begin = np.searchsorted(self._key, centre - REACH)
        end = np.searchsorted(self._key, centre + REACH, side="right")
        rare = (end - begin) <= max(_FEW, _CROWDED * self._accounts)
        if not rare.any():
            return np.empty(0, dtype=np.int32)
        near = np.concatenate([self._owner[a:b] for a, b in zip(begin[rare], end[rare], strict=True)])
        common = np.bincount(near, minlength=self._accounts)
        expected: Reals = np.minimum(self._rate, 1.0) * rare.sum()
        surplus = (common - expected) / np.sqrt(expected + 1.0)
        surplus[account] = 0.0
        chosen = np.flatnonzero((surplus > _SURPLUS) & (self._counts >= FEWEST) & (common >= FEWEST))
        ordered = chosen[np.lexsort((chosen, -surplus[chosen]))]
        return ordered[:_PARTNERS].astype(np.int32)
