"""The control graph: who is run by one hand, why, and what would disprove it.

Every thing that parties have in common is a bond with a weight in bits; bonds are linear in size (one bond among many
parties, never every pair), components are the control groups, and each group names its weakest link. What too many
share links nobody and is reported as a hub, with the accounts behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id
from plimsoll.kernel.visible import on_one_line
from plimsoll.parties.chains import chains
from plimsoll.parties.combinations import combined
from plimsoll.parties.components import components
from plimsoll.parties.control_group import ControlGroup, Hub, Tie, WeakestLink
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.group_links import links
from plimsoll.parties.held import held, pieces_of
from plimsoll.parties.holders import Stake, stakes
from plimsoll.parties.known import KycProblem
from plimsoll.parties.ownership import OwnershipProblem
from plimsoll.parties.resale import resale
from plimsoll.parties.shared_values import Value, shared_values
from plimsoll.parties.ties import Bond, bonds_of, rarity
from plimsoll.parties.together import together
from plimsoll.parties.weakest_link import EXACT, minimum_cut

if TYPE_CHECKING:
    import pyarrow as pa

Cluster = Callable[[int, Sequence[tuple[int, int]]], list[list[int]]]
"""Finds connected components: `components.components`, or Splink's clustering on an engine."""


@dataclass(frozen=True, slots=True)
class ControlGraph:
    """The answer.

    Attributes:
        groups: in order of id.
        hubs: most parties first.
        problems: of parties, by id: shares that contradict themselves, holders with two numbers.
    """

    groups: tuple[ControlGroup, ...]
    hubs: tuple[Hub, ...]
    problems: Mapping[str, tuple[KycProblem, ...]]


def control_graph(
    parties_of: Sequence[str],
    records: pa.Table,
    attributes: pa.Table,
    settings: ControlSettings | None = None,
    cluster: Cluster = components,
) -> ControlGraph:
    """Groups the parties.

    Args:
        parties_of: the party of each record, in the order of records.
        records: as `records.record_schema`.
        attributes: as `attributes.attribute_schema`.
        cluster: finds components; the answer does not depend on it.

    Raises:
        PlimsollError: ``control.unequal`` if there is not one party per record.
    """
    settings = settings or ControlSettings()
    if len(parties_of) != records.num_rows:
        raise PlimsollError(
            "control.unequal",
            f"there are {len(parties_of):,} parties for {records.num_rows:,} records",
            fix="Give the resolution of exactly these records.",
        )
    ids = sorted(set(parties_of))
    place = {party: number for number, party in enumerate(ids)}
    places = [place[party] for party in parties_of]
    return _Drawing(ids, place, places, records, settings).graph(attributes, cluster)


class _Drawing:
    """One control graph in the making."""

    def __init__(
        self,
        ids: Sequence[str],
        place: Mapping[str, int],
        places: Sequence[int],
        records: pa.Table,
        settings: ControlSettings,
    ) -> None:
        self._ids, self._place, self._places, self._records, self._settings = ids, place, places, records, settings
        self._population = max(len(ids), settings.population)
        self._accounts: dict[int, list[str]] = defaultdict(list)
        for party, subject in zip(places, records["subject"].to_pylist(), strict=True):
            self._accounts[party].append(subject)
        self._bonds: list[Bond] = []
        self._hubs: list[Value] = []
        self._weak: list[Value] = []

    def graph(self, attributes: pa.Table, cluster: Cluster) -> ControlGraph:
        self._take_values(shared_values(attributes, self._places))
        behind = stakes(self._records, self._places, self._ids)
        holders = behind.found
        pieces = pieces_of(holders)
        followed = chains(pieces, holders, self._ids, self._names(holders), self._settings)
        ties = held(holders, pieces, followed.indirect, self._place, self._population, self._settings)
        self._bonds += ties.bonds
        self._hubs += ties.hubs
        self._weak += ties.weak
        self._bonds += combined([*self._weak, *self._hubs], self._population, self._settings)
        edges = [(bond.members[0].party, member.party) for bond in self._bonds for member in bond.members[1:]]
        groups = self._groups(cluster(len(self._ids), edges))
        return ControlGraph(groups, self._reported_hubs(), self._problems(followed.problems, behind.problems))

    def _take_values(self, values: Sequence[Value]) -> None:
        sold = resale(self._records, self._places)
        for value in values:
            count = len(value.parties)
            if count > self._settings.hub_cap:
                self._hubs.append(value)
                continue
            lent = sold.lent(value.parties, payment=value.tie is Tie.PAYMENT)
            if lent:
                self._hubs.append(value)
                value = replace(value, members=tuple(m for m in value.members if m.party not in lent))  # noqa: PLW2901
                if len(value.parties) < 2:
                    continue
            if value.weak:
                self._weak.append(value)
            else:
                self._bonds += self._bond(value, count)

    def _bond(self, value: Value, count: int) -> list[Bond]:
        weight = rarity(self._population, count, self._settings.discounts.get(value.tie, 0))
        return bonds_of(value.tie, value.shown, count, weight, value.members)

    def _groups(self, parts: Sequence[Sequence[int]]) -> tuple[ControlGroup, ...]:
        group_of = {party: number for number, part in enumerate(parts) for party in part}
        bonds: list[list[Bond]] = [[] for _ in parts]
        for bond in self._bonds:
            bonds[group_of[bond.members[0].party]].append(bond)
        support = self._support(group_of, parts)
        groups = [
            self._group(part, ties, support.get(number, []))
            for number, (part, ties) in enumerate(zip(parts, bonds, strict=True))
        ]
        groups += [
            self._group([party], [], [])
            for party, accounts in self._accounts.items()
            if len(accounts) > 1 and party not in group_of
        ]
        return tuple(sorted(groups, key=lambda group: group.id))

    def _support(
        self, group_of: Mapping[int, int], parts: Sequence[Sequence[int]]
    ) -> dict[int, list[tuple[str, Bond]]]:
        """Weak values within groups: they join nobody, but where parties are joined they count."""
        found: dict[int, list[tuple[str, Bond]]] = defaultdict(list)
        for value in self._weak:
            inside: dict[int, list[int]] = defaultdict(list)
            for party in value.parties:
                group = group_of.get(party)
                if group is not None and len(parts[group]) <= EXACT:
                    inside[group].append(party)
            for group, parties in inside.items():
                if len(parties) > 1:
                    those = set(parties)
                    kept = replace(value, members=tuple(m for m in value.members if m.party in those))
                    found[group] += [(value.key, bond) for bond in self._bond(kept, len(value.parties))]
        return found

    def _group(
        self, parties: Sequence[int], bonds: Sequence[Bond], support: Sequence[tuple[str, Bond]]
    ) -> ControlGroup:
        names = tuple(self._ids[party] for party in parties)
        accounts = tuple(sorted(name for party in parties for name in self._accounts[party]))
        sets = together(parties, bonds, self._accounts, self._settings.longest_epochs)
        key = content_id("G", list(names))
        if len(parties) == 1:
            return ControlGroup(key, names, accounts, (), None, sets)
        combined_already = {key for bond in bonds for key in bond.combines}
        everything = [*bonds, *(bond for key, bond in support if key not in combined_already)]
        cut = minimum_cut(parties, everything)
        side = frozenset(cut.apart)
        drawn = links(everything, side, self._ids)
        apart = tuple(self._ids[party] for party in cut.apart)
        off = frozenset(apart)
        across = tuple(link for link in drawn if (link.one in off) != (link.other in off))
        return ControlGroup(key, names, accounts, drawn, WeakestLink(across, apart, cut.centibits), sets)

    def _reported_hubs(self) -> tuple[Hub, ...]:
        hubs = [
            Hub(
                value.tie,
                value.shown,
                len(value.parties),
                tuple(sorted(name for party in value.parties for name in self._accounts[party])),
            )
            for value in self._hubs
        ]
        return tuple(sorted(hubs, key=lambda hub: (-hub.parties, hub.tie.value, hub.shown, hub.accounts)))

    def _names(self, holders: Sequence[Stake]) -> dict[str, str]:
        names = {stake.holder: stake.shown for stake in sorted(holders, key=lambda s: s.shown, reverse=True)}
        for party, name in zip(self._places, self._records["legal_name"].to_pylist(), strict=True):
            names[self._ids[party]] = on_one_line(name)
        return names

    def _problems(
        self, found: Sequence[OwnershipProblem], of_holders: Sequence[tuple[int, KycProblem]]
    ) -> dict[str, tuple[KycProblem, ...]]:
        by_party: dict[str, list[KycProblem]] = defaultdict(list)
        for party, told in of_holders:
            by_party[self._ids[party]].append(told)
        for problem in found:
            for company in problem.companies:
                if company in self._place:
                    by_party[company].append(KycProblem(problem.code, problem.what))
        return {party: tuple(by_party[party]) for party in sorted(by_party)}
