"""The weakest link between the records of one party: if it is wrong, the party falls apart there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from plimsoll.parties.known import JoinedRecords, JoinStep
from plimsoll.parties.resolution.explain import shown

if TYPE_CHECKING:
    from plimsoll.parties.register.folder import Register


class WeakestLinks:
    """Finds it party by party; nothing is computed before the first is asked for."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._links: dict[str, list[int]] | None = None

    def of(self, party: str) -> JoinedRecords | None:
        """The last link that the records of the party need, strongest first; None where it has one record.

        An officer's word is stronger than any link of the model.
        """
        resolution = self._register.resolution
        links, root = resolution.links, dict[int, int]()

        def joins(one: int, other: int) -> bool:
            first, second = sorted((_find(root, one), _find(root, other)))
            root[second] = first
            return first != second

        place = {subject: number for number, subject in enumerate(resolution.known.subjects)}
        last: JoinedRecords | None = None
        for each in self._register.decisions:
            one, other = place.get(each.one), place.get(each.other)
            if not each.same or one is None or other is None or resolution.party_of[one] != party:
                continue
            if joins(one, other):
                last = JoinedRecords(each.one, each.other, None, (), each.id)
        weakest: int | None = None
        inside = self._by_party().get(party, [])
        for number in sorted(inside, key=lambda n: (-links[n].centibits, links[n].one, links[n].other)):
            if joins(links[number].one, links[number].other):
                weakest = number
        return last if weakest is None else self._told(weakest)

    def _by_party(self) -> dict[str, list[int]]:
        if self._links is None:
            found: dict[str, list[int]] = defaultdict(list)
            party_of = self._register.resolution.party_of
            for number, link in enumerate(self._register.resolution.links):
                if party_of[link.one] == party_of[link.other]:
                    found[party_of[link.one]].append(number)
            self._links = found
        return self._links

    def _told(self, number: int) -> JoinedRecords:
        resolution, model = self._register.resolution, self._register.model
        link = resolution.links[number]
        one, other = self._register.delivery.records.take([link.one, link.other]).to_pylist()
        steps = []
        for comparison, gamma in zip(model.comparisons, resolution.gammas[number].tolist(), strict=True):
            level = comparison.levels[gamma]
            if level.centibits:
                values = shown(comparison.name, one), shown(comparison.name, other)
                steps.append(JoinStep(comparison.name, level.words, *values, level.centibits))
        return JoinedRecords(one["subject"], other["subject"], link.centibits, tuple(steps))


def _find(root: dict[int, int], number: int) -> int:
    while (up := root.get(number, number)) != number:
        root[number] = root.get(up, up)
        number = up
    return number
