"""Chance that repeats: numbers that depend on nothing but the seed and what they are drawn for.

The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), used
as a hash of a key and a counter. So a number can be drawn for any stream and any hour without drawing those before it,
in plain Python and in numpy alike, and no library release can change the sequence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from math import gcd
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Words: TypeAlias = NDArray[np.uint64]

_MASK = 2**64 - 1
_GAMMA = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


def key_of(seed: int, *labels: str | int) -> int:
    """A 64-bit key for what the labels name, e.g. ``key_of(7, "customer", 12)``."""
    text = "\x1f".join([str(seed), *map(str, labels)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


class Draw:
    """A sequence of draws for one purpose. Ranges are scaled, not rejected: the bias is below 2^-32 here."""

    def __init__(self, key: int) -> None:
        self._state = key & _MASK

    def word(self) -> int:
        """The next 64 bits."""
        self._state = word = (self._state + _GAMMA) & _MASK
        word = ((word ^ (word >> 30)) * _FIRST) & _MASK
        word = ((word ^ (word >> 27)) * _SECOND) & _MASK
        return word ^ (word >> 31)

    def below(self, count: int) -> int:
        """A whole number from 0 to ``count - 1``."""
        return (self.word() * count) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def happens(self, permille: int) -> bool:
        return self.below(1000) < permille

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, each as likely as its whole-number weight."""
        left = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            if left < weight:
                return choice
            left -= weight
        return choices[-1][0]


def noise(keys: Words, counters: Words) -> Words:
    """64 bits for every pair of a key (rows) and a counter (columns)."""
    words = keys[:, None] + (counters[None, :] + np.uint64(1)) * np.uint64(_GAMMA)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_FIRST)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_SECOND)
    mixed: Words = words ^ (words >> np.uint64(31))
    return mixed


def scaled(words: Words, count: int) -> NDArray[np.int64]:
    """Whole numbers from 0 to ``count - 1`` out of 64-bit words; `count` below 2^31."""
    return (((words >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32)).astype(np.int64)


class Shuffle:
    """A fixed reordering of 0 to ``size - 1`` that is never stored: distinct inputs give distinct outputs."""

    def __init__(self, key: int, size: int) -> None:
        draw = Draw(key)
        self.size = size
        self._add = draw.below(size)
        self._times = _coprime(size // 2 + draw.below(max(1, size // 2)), size)

    def __call__(self, index: int) -> int:
        return (index * self._times + self._add) % self.size


def _coprime(candidate: int, size: int) -> int:
    """The first number from `candidate` on that shares no factor with `size`."""
    while gcd(candidate, size) != 1:
        candidate += 1
    return candidate
