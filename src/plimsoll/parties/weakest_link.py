"""The least evidence that must be a coincidence for a group to fall apart: its minimum cut.

A bond among many parties is one coincidence, so the graph is a hypergraph: a cut costs each bond that it divides once.
Up to `EXACT` parties the cut is exact (Klimmek and Wagner 1996, after Stoer and Wagner). In larger groups it is the
cheapest among those that divide a single bond and those that take out a single party: linear, and an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plimsoll.parties.ties import Bond

EXACT = 64


@dataclass(frozen=True, slots=True)
class Cut:
    """`apart` are the parties of the smaller side (their places), in order; `centibits` the bonds it divides."""

    centibits: int
    apart: tuple[int, ...]

    @property
    def order(self) -> tuple[int, int, tuple[int, ...]]:
        return (self.centibits, len(self.apart), self.apart)


def minimum_cut(parties: Sequence[int], bonds: Sequence[Bond]) -> Cut:
    """The weakest way to divide the parties, which the bonds connect; equal cuts by size, then by order of parties."""
    if len(parties) <= EXACT:
        return _exact(parties, bonds)
    return min([*_single_parties(parties, bonds), *_single_bonds(parties, bonds)], key=lambda cut: cut.order)


def _cut(parties: Sequence[int], side: Iterable[int], centibits: int) -> Cut:
    one = tuple(sorted(side))
    inside = set(one)
    other = tuple(party for party in sorted(parties) if party not in inside)
    return Cut(centibits, min((one, other), key=lambda apart: (len(apart), apart)))


def _exact(parties: Sequence[int], bonds: Sequence[Bond]) -> Cut:
    """Each phase grows a set from the first node by the most strongly attached next one; the last alone is a cut."""
    nodes: dict[int, tuple[int, ...]] = {party: (party,) for party in sorted(parties)}
    edges = [({member.party for member in bond.members}, bond.centibits) for bond in bonds]
    best: Cut | None = None
    while len(nodes) > 1:
        last, before = _phase(nodes, edges)
        cost = sum(weight for ends, weight in edges if last in ends and len(ends) > 1)
        cut = _cut(parties, nodes[last], cost)
        if best is None or cut.order < best.order:
            best = cut
        nodes[before] += nodes.pop(last)
        for ends, _ in edges:
            if last in ends:
                ends.discard(last)
                ends.add(before)
        edges = [(ends, weight) for ends, weight in edges if len(ends) > 1]
    assert best is not None
    return best


def _phase(nodes: dict[int, tuple[int, ...]], edges: list[tuple[set[int], int]]) -> tuple[int, int]:
    touching: dict[int, list[int]] = {node: [] for node in nodes}
    for number, (ends, _) in enumerate(edges):
        for node in ends:
            touching[node].append(number)
    pull = dict.fromkeys(nodes, 0)
    reached: set[int] = set()
    last = before = -1
    while pull:
        node = max(pull, key=lambda each: (pull[each], -each))
        del pull[node]
        before, last = last, node
        for number in touching[node]:
            if number not in reached:
                reached.add(number)
                ends, weight = edges[number]
                for other in ends:
                    if other in pull:
                        pull[other] += weight
    return last, before


def _single_parties(parties: Sequence[int], bonds: Sequence[Bond]) -> list[Cut]:
    held = dict.fromkeys(parties, 0)
    for bond in bonds:
        for party in {member.party for member in bond.members}:
            held[party] += bond.centibits
    party = min(held, key=lambda each: (held[each], each))
    return [Cut(held[party], (party,))]


def _single_bonds(parties: Sequence[int], bonds: Sequence[Bond]) -> list[Cut]:
    """Bonds without which the group is not connected: articulation points of the graph of parties and bonds."""
    import rustworkx

    place = {party: number for number, party in enumerate(parties)}
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(parties) + len(bonds)))
    graph.add_edges_from_no_data(
        [
            (place[party], len(parties) + number)
            for number, bond in enumerate(bonds)
            for party in sorted({member.party for member in bond.members})
        ]
    )
    weak = sorted(
        (node for node in rustworkx.articulation_points(graph) if node >= len(parties)),
        key=lambda node: (bonds[node - len(parties)].centibits, node),
    )
    if not weak:
        return []
    lightest = bonds[weak[0] - len(parties)].centibits
    cuts = []
    for node in [node for node in weak if bonds[node - len(parties)].centibits == lightest][:_TRIED]:
        rest = graph.copy()
        rest.remove_node(node)
        sides = [
            sorted(parties[each] for each in side if each < len(parties))
            for side in rustworkx.connected_components(rest)
        ]
        smallest = min((side for side in sides if side), key=lambda side: (len(side), side))
        cuts.append(_cut(parties, smallest, lightest))
    return cuts


_TRIED = 8
"""Lightest single bonds that are compared by what they take off; among equals the first ones stand for all."""
