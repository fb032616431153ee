"""Sets of accounts of which, on average, every two are linked: average linkage, so that chains do not grow into sets.

Within each connected part of the graph of linked pairs, the two sets with the largest mean evidence between their
members are joined, as long as that mean is at least `LEAST_MEAN` (UPGMA: Sokal and Michener, 1958). Pairs that are not
linked count with what they were found to have, which may be less than nothing: so a set stops growing where its
members do not all agree, and one account that resembles two sets does not join them.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from plimsoll.assess.synchrony.levels import Whole
from plimsoll.assess.synchrony.pairs import Pairs

LEAST_MEAN = 500
"""Mean centibits between two sets from which they are joined."""

LARGEST_PART = 400
"""A connected part with more accounts is compared along its links alone; what is not linked counts as `APART`."""

APART = -1_000
"""Centibits that an unlinked pair counts in a part that is too large to compare in full."""

_FINE = 1_000
"""Means are compared in thousandths of a centibit, whole numbers, so that ties are ties on every machine."""

Compare = Callable[[Whole], Whole]
"""Centibits for each of the given pairs of rows."""


def find_sets(pairs: Pairs, compare: Compare) -> tuple[tuple[int, ...], ...]:
    """Disjoint sets of two or more accounts, each in order, sets by their first account.

    Args:
        compare: called with the unlinked pairs within connected parts.
    """
    links: dict[tuple[int, int], int] = {
        (int(one), int(other)): int(centibits)
        for one, other, centibits in zip(pairs.one, pairs.other, pairs.centibits, strict=True)
    }
    found = []
    for part in _parts(links):
        if len(part) <= LARGEST_PART:
            known = {pair: links[pair] for pair in _pairs_of(part) if pair in links}
            missing = [pair for pair in _pairs_of(part) if pair not in links]
            worth = compare(np.array(missing, dtype=np.int32).reshape(-1, 2)).tolist()
            known |= dict(zip(missing, worth, strict=True))
        else:
            inside = set(part)
            known = {pair: centibits for pair, centibits in links.items() if pair[0] in inside}
        found += _average_linkage(part, known)
    return tuple(sorted(found))


def _parts(links: dict[tuple[int, int], int]) -> Iterator[list[int]]:
    """The connected parts, each in order."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for one, other in links:
        neighbours[one].append(other)
        neighbours[other].append(one)
    seen: set[int] = set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        part, waiting = {start}, [start]
        while waiting:
            for other in neighbours[waiting.pop()]:
                if other not in part:
                    part.add(other)
                    waiting.append(other)
        seen |= part
        yield sorted(part)


def _pairs_of(part: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((one, other) for place, one in enumerate(part) for other in part[place + 1 :])


def _average_linkage(part: Sequence[int], known: dict[tuple[int, int], int]) -> list[tuple[int, ...]]:
    """Joins sets while the mean between them is large enough; sums are whole, so no order of adding matters."""
    members: dict[int, list[int]] = {account: [account] for account in part}
    between: dict[int, dict[int, int]] = {account: {} for account in part}
    heap: list[tuple[int, int, int]] = []
    for (one, other), centibits in known.items():
        between[one][other] = between[other][one] = centibits
        heap.append((-centibits * _FINE, one, other))
    heapq.heapify(heap)
    fresh = max(part) + 1
    while heap:
        negative, one, other = heapq.heappop(heap)
        if -negative < LEAST_MEAN * _FINE:
            break
        if one not in members or other not in members:
            continue
        sizes = len(members[one]), len(members[other])
        members[fresh] = members.pop(one) + members.pop(other)
        first, second = between.pop(one), between.pop(other)
        between[fresh] = {}
        for third in sorted((first.keys() | second.keys()) & members.keys()):
            size = len(members[third])
            total = first.get(third, APART * sizes[0] * size) + second.get(third, APART * sizes[1] * size)
            between[fresh][third] = between[third][fresh] = total
            heapq.heappush(heap, (-(total * _FINE // (size * sum(sizes))), third, fresh))
        fresh += 1
    return [tuple(sorted(accounts)) for accounts in members.values() if len(accounts) > 1]
