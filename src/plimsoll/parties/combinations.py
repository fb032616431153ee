"""Values that mean nothing alone and something together: two parties in one hub are two of many; in three, a pair.

Evidence adds up only where it is independent: values of one kind do not, nor do two that more than a hub's worth of
parties have in common (an agent's telephone and the agent's address say one thing). What adds up must exceed what
chance finds among all parties: ``log2(parties)`` plus a margin. Linear: of each party the eight rarest such values and
the two rarest of each tie, in twos and threes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from plimsoll.parties.control_group import Tie
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.shared_values import Value
from plimsoll.parties.ties import Bond, Member, bonds_of, centibits, common_span, rarity

_LOOKED_AT = 8
_OF_EACH = 2
_LEAST = 100


def combined(values: Sequence[Value], parties: int, settings: ControlSettings) -> list[Bond]:
    """Bonds of parties that share several of the values.

    Args:
        parties: against which rarity is counted.
    """
    chance = centibits(parties, 1)
    bits = [rarity(parties, len(value.parties), settings.discounts.get(value.tie, 0)) for value in values]
    found = _candidates(values, bits, chance + settings.margin_centibits)
    sets = _Sets(values)
    best: dict[tuple[int, ...], tuple[int, ...]] = {}
    for combination, members in sorted(found.items()):
        if not 2 <= len(members) <= settings.hub_cap or sets.repeat(combination, settings.hub_cap):
            continue
        group = tuple(members)
        rival = best.get(group)
        if rival is None or sum(bits[n] for n in combination) > sum(bits[n] for n in rival):
            best[group] = combination
    bonds = []
    for group, combination in sorted(best.items()):
        shown = "; ".join(f"{values[n].tie.value.replace('_', ' ')} {values[n].shown}" for n in combination)
        weight = min(sum(bits[n] for n in combination) - chance, rarity(parties, len(group)))
        having = [member for party in group for member in _spans([values[n] for n in combination], party)]
        keys = tuple(values[n].key for n in combination)
        bonds += bonds_of(Tie.SEVERAL, shown, len(group), max(1, weight), having, keys)
    return bonds


def _candidates(values: Sequence[Value], bits: Sequence[int], wanted: int) -> dict[tuple[int, ...], list[int]]:
    held: dict[int, list[int]] = defaultdict(list)
    for number, value in enumerate(values):
        if bits[number] >= _LEAST:
            for party in value.parties:
                held[party].append(number)
    found: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for party in sorted(held):
        rarest = _looked_at(held[party], values, bits)
        for size in (2, 3):
            for chosen in combinations(rarest, size):
                weights = [bits[n] for n in chosen]
                enough = sum(weights) >= wanted and (size == 2 or sum(weights) - min(weights) < wanted)
                if enough and len({values[n].kind for n in chosen}) == size:
                    found[tuple(sorted(chosen))].append(party)
    return found


def _looked_at(held: Sequence[int], values: Sequence[Value], bits: Sequence[int]) -> list[int]:
    """The rarest values of a party, and the rarest of each tie: a list of invented directors hides no shared card."""
    ordered = sorted(held, key=lambda n: (-bits[n], n))
    taken = ordered[:_LOOKED_AT]
    seen: dict[Tie, int] = defaultdict(int)
    for number in ordered:
        seen[values[number].tie] += 1
        if seen[values[number].tie] <= _OF_EACH and number not in taken:
            taken.append(number)
    return taken


class _Sets:
    """Remembers which two values are one thing said twice."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values
        self._parties: dict[int, frozenset[int]] = {}
        self._both: dict[tuple[int, int], int] = {}

    def repeat(self, combination: Sequence[int], cap: int) -> bool:
        return any(self._in_common(one, other) > cap for one, other in combinations(combination, 2))

    def _in_common(self, one: int, other: int) -> int:
        if (one, other) not in self._both:
            self._both[one, other] = len(self._of(one) & self._of(other))
        return self._both[one, other]

    def _of(self, number: int) -> frozenset[int]:
        if number not in self._parties:
            self._parties[number] = frozenset(self._values[number].parties)
        return self._parties[number]


def _spans(values: Sequence[Value], party: int) -> list[Member]:
    """When the party has all of the values at once."""
    spans = [member.span for member in values[0].members if member.party == party]
    for value in values[1:]:
        spans = [
            span
            for known in spans
            for member in value.members
            if member.party == party and (span := common_span(known, member.span)) is not None
        ]
    return [Member(party, span) for span in spans]
