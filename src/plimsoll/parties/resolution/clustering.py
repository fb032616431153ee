"""From linked pairs to parties: the strongest pairs first, and never two records that cannot be one legal person.

A chain of links would otherwise join records that contradict each other. Pairs are taken from the strongest to the
weakest (ties in order of the subjects), and one that would bring a contradiction into a party is cut. So a cluster with
a contradiction falls apart at its weakest pairs, in the same way whatever order the records came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Numbers = Mapping[str, frozenset[str]]
"""Per scheme of which a legal person has one number only, the valid numbers that a record states."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A linked pair of record numbers, `one` < `other`."""

    one: int
    other: int
    centibits: int


@dataclass(frozen=True, slots=True)
class Clusters:
    """Parties as sets of records.

    Attributes:
        of: per record, the lowest record number of its party.
        cut: linked pairs whose records nevertheless lie in different parties, and why: ``numbers`` or ``officer``.
    """

    of: tuple[int, ...]
    cut: tuple[tuple[Pair, str], ...]


def cluster(
    size: int,
    pairs: Sequence[Pair],
    numbers: Mapping[int, Numbers],
    same: Sequence[tuple[int, int]],
    different: Sequence[tuple[int, int]],
) -> Clusters:
    """Joins records into parties.

    Args:
        size: how many records there are.
        pairs: that the model links. Records are numbered in order of subject, so ties break alike on every run.
        numbers: of the records that state any.
        same, different: an officer's decisions in force; they do not contradict each other.
    """
    sets = _Sets(size, numbers, different)
    for one, other in same:
        sets.join(one, other)
    for pair in sorted(pairs, key=lambda pair: (-pair.centibits, pair.one, pair.other)):
        if sets.obstacle(pair.one, pair.other) is None:
            sets.join(pair.one, pair.other)
    of = tuple(sets.root(record) for record in range(size))
    apart = [pair for pair in pairs if of[pair.one] != of[pair.other]]
    cut = [(pair, sets.obstacle(pair.one, pair.other) or "numbers") for pair in apart]
    return Clusters(of, tuple(sorted(cut, key=lambda part: (part[0].one, part[0].other, part[0].centibits))))


class _Sets:
    """Disjoint sets that know their numbers and whom they may not meet; the root is the lowest record."""

    def __init__(self, size: int, numbers: Mapping[int, Numbers], different: Sequence[tuple[int, int]]) -> None:
        self._parent = list(range(size))
        self._numbers: dict[int, dict[str, frozenset[str]]] = {key: dict(value) for key, value in numbers.items()}
        self._never: dict[int, set[int]] = {}
        for one, other in different:
            self._never.setdefault(one, set()).add(other)
            self._never.setdefault(other, set()).add(one)

    def root(self, record: int) -> int:
        parent = self._parent
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def obstacle(self, one: int, other: int) -> str | None:
        """Why the sets of the two may not become one; None where they may, or are."""
        first, second = self.root(one), self.root(other)
        if first == second:
            return None
        if any(self.root(enemy) == second for enemy in self._never.get(first, ())):
            return "officer"
        mine, theirs = self._numbers.get(first), self._numbers.get(second)
        if not mine or not theirs:
            return None
        # More than one number stands in a set only where an officer joined them: then either side must know both.
        clash = any(
            not (mine[scheme] <= theirs[scheme] or theirs[scheme] <= mine[scheme])
            for scheme in mine.keys() & theirs.keys()
        )
        return "numbers" if clash else None

    def join(self, one: int, other: int) -> None:
        root, gone = sorted((self.root(one), self.root(other)))
        if root == gone:
            return
        self._parent[gone] = root
        for scheme, values in self._numbers.pop(gone, {}).items():
            known = self._numbers.setdefault(root, {})
            known[scheme] = known.get(scheme, frozenset()) | values
        if enemies := self._never.pop(gone, None):
            self._never.setdefault(root, set()).update(enemies)
