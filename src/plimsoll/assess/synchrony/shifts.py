"""The permutation test: are the accounts as similar when their clocks are shifted at random?

Each account's clock is turned by whole days within its own time in use, so that it keeps its daily rhythm, its
restarts, its busy and its quiet stretches, and nothing but the alignment with the others is lost (circular-shift
surrogates: Andrzejak et al., 2003; Harrison, Amarasingham and Kass, 2013). Where an account was in use for half a year
or more, or has a weekly habit, the days are whole weeks, which keeps its weekdays too. The first and the last use stay
where they are, so that accounts which merely began and ended in the same quarter are not told together by that.

    p = (1 + number of shifts at least as similar) / (1 + number of shifts)          (Davison and Hinkley, 1997, 4.3)

times the number of sets that were tested (Bonferroni). Shifts are drawn from SplitMix64 (Steele, Lea and Flood, 2014)
over the accounts' names, so the same accounts give the same shifts on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.assess.synchrony.chance import Chance, gain, loss
from plimsoll.assess.synchrony.changes import REACH, Changes
from plimsoll.assess.synchrony.levels import DAY, Counts, Whole
from plimsoll.assess.synchrony.pairs import SAME

Words = NDArray[np.uint64]
Sums = NDArray[np.int64]

WEEKS_FROM = 26 * 7
"""Days in use from which a clock is turned by whole weeks."""

_WEEK = 7
HOPELESS = 5
"""So many of the first shifts at least as similar, and the test ends."""

_AT_A_TIME = 1_000
_ROOM = (_WEEK + 1) * DAY
_OUT = -10_000
"""Stands where an account was not in use, so that it could not have changed."""


@dataclass(frozen=True, slots=True)
class ShiftTest:
    """The answer of the permutation test.

    Attributes:
        permutations: how many shifts were tried.
        as_similar: in how many the accounts were at least as similar as they are.
        similarity_e4: share of the changes of one account, while another one was in use, that the other has too, over
            all ordered pairs of the set; in ten-thousandths.
        expected_e4: the mean of that share over the shifts.
    """

    permutations: int
    as_similar: int
    similarity_e4: int
    expected_e4: int

    def p_e6(self, tested: int) -> int:
        """The corrected probability in millionths, rounded up; at most 1,000,000."""
        return min(10**6, -(-(1 + self.as_similar) * tested * 10**6 // (1 + self.permutations)))


def shift_test(changes: Changes, chance: Chance, members: Whole, name: str, permutations: int) -> ShiftTest:
    """Tests one set of accounts. It stops early where the first shifts show that chance does as well.

    Args:
        members: rows of the accounts.
        name: what seeds the shifts.
    """
    clocks = [_Clock(changes, chance, int(member)) for member in members]
    observed, similarity = _compared(clocks, np.zeros((1, len(clocks)), dtype=np.int32))
    as_similar = expected = tried = 0
    for start in range(0, permutations, _AT_A_TIME):
        if as_similar > HOPELESS:
            break
        numbers = range(start, min(start + _AT_A_TIME, permutations))
        turns = [clock.draw(f"{name}\n{number}", numbers) for number, clock in enumerate(clocks)]
        worth, shares = _compared(clocks, np.stack(turns, axis=1))
        as_similar += int((worth >= observed[0]).sum())
        expected += int(shares.sum())
        tried = numbers.stop
    return ShiftTest(tried, as_similar, int(similarity[0]), expected // max(tried, 1))


def _compared(clocks: Sequence[_Clock], turns: Whole) -> tuple[Sums, Sums]:
    """For each row of turns (hours, a column per clock): centibits over all ordered pairs, and the share in common."""
    worth, common, possible = (np.zeros(len(turns), dtype=np.int64) for _ in range(3))
    for number, clock in enumerate(clocks):
        hour = clock.turned(turns[:, number])
        for partner, other in enumerate(clocks):
            if partner != number:
                parts = other.follows(clock, hour, turns[:, partner])
                worth += parts[0]
                common += parts[1]
                possible += parts[2]
    return worth, 10_000 * common // np.maximum(possible, 1)


class _Clock:
    """One account's time in use as a circle, and what changes of others at any hour are worth for it."""

    def __init__(self, changes: Changes, chance: Chance, account: int) -> None:
        own = changes.of(account)
        self.hour, self.direction = changes.hour[own], changes.up[own].astype(np.int32)
        self._first, self._last = int(changes.first[account]), int(changes.last[account])
        days = max(1, -(-(self._last - self._first) // DAY))
        self._step = _WEEK if days >= WEEKS_FROM or chance.weekly(account) else 1
        self._length = -(-days // self._step) * self._step * DAY
        every = np.arange(chance.near.shape[2])[None, :]
        both, who = np.arange(2)[:, None], np.array([[account]])
        habit = chance.habit(who, both, every)
        worth = np.where(chance.near[account], gain(habit) + 1, loss(habit))
        worth[:, : max(0, self._first - REACH)] = _OUT
        worth[:, self._last + REACH + 1 :] = _OUT
        self._own = _table(worth, _OUT)
        self._width = chance.near.shape[2] + _ROOM
        self._account, self._provider = account, int(chance.crowds[1].of[account])
        self._chance = chance
        self._gains: dict[int, Counts] = {}

    def _gain(self, other: _Clock) -> Counts:
        """What the crowd leaves of a change in common; away from the other's provider it is not told apart."""
        key = other._account if other._provider == self._provider else -1
        if key not in self._gains:
            every = np.arange(self._chance.near.shape[2])[None, :]
            who, both = np.array([[self._account]]), np.arange(2)[:, None]
            self._gains[key] = _table(gain(self._chance.crowd(who, both, every, other._account)), 0)
        return self._gains[key]

    def draw(self, name: str, numbers: range) -> Whole:
        """Turns in hours, one for each of `numbers`; those of one name are a stream of their own."""
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        words = splitmix64(np.arange(numbers.start, numbers.stop, dtype=np.uint64), seed)
        count = self._length // (self._step * DAY)
        turns = ((words >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int32)
        return turns * np.int32(self._step * DAY)

    def turned(self, by: Whole) -> Whole:
        """The hours of its changes (columns) after each turn (rows); the first and the last use stay."""
        return self._around(self.hour[None, :], by[:, None])

    def _around(self, hour: Whole, by: Whole) -> Whole:
        moved = hour + by
        moved -= np.where(moved >= self._first + self._length, np.int32(self._length), np.int32(0))
        return np.where((hour > self._first) & (hour < self._last), moved, hour)

    def follows(self, other: _Clock, hour: Whole, by: Whole) -> tuple[Sums, Sums, Sums]:
        """How well this account, turned, does what another one does: centibits, changes in common, and possible ones.

        Args:
            hour: of the other's changes (columns) after each turn (rows).
            by: how far this account is turned, for each row.
        """
        shift = other.direction * np.int32(self._width)
        own = self._own.take(self._around(hour, self._length - by[:, None]) + shift)
        match, during = own > 0, own != _OUT
        worth = np.where(during, own, 0)
        matched = np.flatnonzero(match)
        worth.flat[matched] = np.minimum(own.flat[matched] - 1, self._gain(other).take((hour + shift).flat[matched]))
        again = np.flatnonzero(np.diff(other.hour) <= SAME) + 1
        worth[:, again] *= ~(match[:, again] & match[:, again - 1])
        return worth.sum(axis=1, dtype=np.int64), match.sum(axis=1), during.sum(axis=1)


def _table(worth: Whole, beyond: int) -> Counts:
    """Both directions in one row, with room for the hours that a turned clock may reach beyond the last."""
    return np.pad(worth, ((0, 0), (0, _ROOM)), constant_values=beyond).astype(np.int16).ravel()


def splitmix64(counter: Words, seed: int) -> Words:
    """The words of SplitMix64 with this seed, by their number from 0."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + (counter + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))
