"""Screens parties and their holders against lists: by number exactly, and by name where a matcher is at hand.

A number is the same or it is not. A name is first looked up by its rarest word, so that a list of a million entries
costs little, and then judged by the matcher. Nothing is decided by a name alone here: a finding says on which list
somebody was found, and the authority looks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.parties.kyc import Kind
from plimsoll.parties.normalise import name_tokens
from plimsoll.parties.screening.lists import Listed, ListFile, listed, unique_names
from plimsoll.parties.screening.names import Entity, Matcher

if TYPE_CHECKING:
    import pyarrow as pa

FROM_SCORE = 70
"""From which score on, in hundredths, a name counts as found: nomenklatura's own default."""

_SCHEMES = {"leiCode": "lei", "registrationNumber": "reg", "ogrnCode": "reg"}
_TAX = "tax"
_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody of a party found on a list. `by` is ``number`` or ``name``; `score` is 100 for a number."""

    party: str
    who: str
    list_name: str
    entity: str
    caption: str
    by: str
    score: int


@dataclass(frozen=True, slots=True)
class _Somebody:
    party: str
    name: str
    person: bool
    country: str | None
    born: str | None
    numbers: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...] = ()


def screen(
    parties_of: Sequence[str], records: pa.Table, lists: Sequence[Path], matcher: Matcher | None = None
) -> dict[str, tuple[str, ...]]:
    """Of each party the names of the lists on which it or a holder was found; empty for a party that was not.

    Args:
        parties_of: the party of each record.
        matcher: compares names (`names.nomenklatura`); None to compare numbers only.
    """
    found: dict[str, set[str]] = {party: set() for party in parties_of}
    for hit in hits(parties_of, records, lists, matcher):
        found[hit.party].add(hit.list_name)
    return {party: tuple(sorted(found[party])) for party in sorted(found)}


def hits(
    parties_of: Sequence[str], records: pa.Table, lists: Sequence[Path], matcher: Matcher | None = None
) -> tuple[Hit, ...]:
    """Every hit, in order of party and list; a list is read once, as a stream.

    Raises:
        PlimsollError: ``screening.unreadable``, ``screening.absent``.
    """
    everybody = _Register(_everybody(parties_of, records))
    found: set[Hit] = set()
    for path, file in zip(lists, unique_names(lists), strict=True):
        for entity in listed(path, file):
            found.update(everybody.on(entity, file, matcher))
    return tuple(sorted(found, key=lambda h: (h.party, h.list_name, h.entity, h.who, h.by)))


class _Register:
    """All parties and holders, indexed by number and by word of the name."""

    def __init__(self, people: Iterable[_Somebody]) -> None:
        self._people = list(people)
        self._by_number: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self._people):
            for scheme, value in one.numbers:
                self._by_number[scheme, _bare(value)].append(place)
            for word in {word for name in (one.name, *one.aliases) for word in name_tokens(name)}:
                self._by_word[word].append(place)

    def on(self, entity: Listed, file: ListFile, matcher: Matcher | None) -> Iterator[Hit]:
        by_number = sorted(self._with_numbers(entity))
        for place in by_number:
            yield self._hit(place, entity, file, "number", 100)
        if matcher is None:
            return
        other = _as_entity(entity)
        for place in self._with_names(entity):
            if place not in by_number:
                score = matcher.score(_somebody_as_entity(self._people[place]), other)
                if score is not None and score >= FROM_SCORE:
                    yield self._hit(place, entity, file, "name", score)

    def _hit(self, place: int, entity: Listed, file: ListFile, by: str, score: int) -> Hit:
        one = self._people[place]
        return Hit(one.party, one.name, file.name, entity.id, entity.caption, by, score)

    def _with_numbers(self, entity: Listed) -> set[int]:
        countries = {country.upper() for country in entity.countries}
        found: set[int] = set()
        for kind, value in entity.numbers:
            scheme = _SCHEMES.get(kind, _TAX)
            keys = [scheme] if scheme == "lei" else [f"{scheme}:{country}" for country in countries]
            for key in keys:
                found.update(self._by_number.get((key, _bare(value)), ()))
        return found

    def _with_names(self, entity: Listed) -> list[int]:
        """Who shares the two rarest words of a name with it, or its only word."""
        shared: Counter[int] = Counter()
        for name in entity.names:
            known = sorted(
                {word for word in name_tokens(name) if word in self._by_word},
                key=lambda word: (len(self._by_word[word]), word),
            )
            for word in known[:2]:
                if len(self._by_word[word]) <= _COMMON:
                    shared.update(self._by_word[word])
        return [place for place, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]]


_COMMON = 2_000
"""A word that more parties bear finds nobody by itself."""


def _everybody(parties_of: Sequence[str], records: pa.Table) -> Iterator[_Somebody]:
    columns = ["legal_name", "kind", "jurisdiction", "identifiers", "aliases", "holders"]
    seen: set[_Somebody] = set()
    for party, row in zip(parties_of, records.select(columns).to_pylist(), strict=True):
        customer = _Somebody(
            party, row["legal_name"], row["kind"] == Kind.PERSON.value, row["jurisdiction"], None,
            _numbers(row["identifiers"]), tuple(row["aliases"] or ()),
        )  # fmt: skip
        holders = [
            _Somebody(
                party, holder["name"] or "", holder["kind"] == Kind.PERSON.value, holder["country"], holder["born"],
                _numbers(holder["identifiers"]),
            )
            for holder in row["holders"] or ()
        ]  # fmt: skip
        for one in (customer, *holders):
            if one not in seen and (one.name or one.numbers):
                seen.add(one)
                yield one


def _numbers(rows: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((row["scheme"], row["value"]) for row in rows or ())


def _bare(value: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", value.upper())


def _as_entity(entity: Listed) -> Entity:
    return {
        "schema": entity.schema,
        "properties": {
            "name": entity.names,
            "birthDate" if entity.schema == "Person" else "incorporationDate": entity.born,
            "country": entity.countries,
        },
    }


def _somebody_as_entity(one: _Somebody) -> Entity:
    born = [one.born] if one.born and one.person else []
    return {
        "schema": "Person" if one.person else "LegalEntity",
        "properties": {
            "name": [one.name, *one.aliases],
            "birthDate" if one.person else "incorporationDate": born,
            "country": [one.country.lower()[:2]] if one.country else [],
        },
    }
