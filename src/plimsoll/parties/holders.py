"""Who stands behind the customers: the holders of all records, each holder once, however often it was written down.

A holder is *known for sure* by a checked identifier, or as a person by name and full birth date. A company by name and
country is *likely* one company: registers rarely enter a name twice. A bare name is neither: many bear it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

from plimsoll.kernel.visible import on_one_line
from plimsoll.parties.holder_lines import Line, telling_lines
from plimsoll.parties.kyc import Identifier, Kind, Role
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import is_placeholder, name_key, person_key

if TYPE_CHECKING:
    import pyarrow as pa


class Sure(IntEnum):
    """How well a holder is known."""

    BY_NAME = 0
    LIKELY = 1
    IDENTIFIED = 2


@dataclass(frozen=True, slots=True)
class Stake:
    """One holder in one record.

    Attributes:
        holder: key of the holder: the id of a party, where it is a customer itself, else a key that starts with ``=``.
        party: place of the customer.
        record: the record that says so.
        low_bp, high_bp: as `kyc.Holder`; None where unknown.
    """

    holder: str
    sure: Sure
    shown: str
    party: int
    role: Role
    low_bp: int | None
    high_bp: int | None
    since: date | None
    until: date | None
    record: int
    person: bool


_PERSON = Kind.PERSON.value
_COMMON = 64
"""Bearers of one name (birth dates seen with it): of more, two share a birthday more often than once in eight names."""


def stakes(records: pa.Table, places: Sequence[int], ids: Sequence[str]) -> list[Stake]:
    """Every holder of every record that can tie parties to each other, in the order of records.

    That is one that stands behind several parties, one that is a customer itself, and the owners of such a customer.

    Args:
        records: as `records.record_schema`.
        places: of each record, the place of its party in `ids`.
        ids: the parties' ids, in order.
    """
    customers = _Customers(records, places)
    lines = telling_lines(records, places, customers.of)
    persons = _Persons(lines, places)
    keys: list[tuple[str, Sure]] = []
    owning: set[int] = set()
    behind: dict[str, int] = {}
    for line in lines:
        key, sure = persons.of(line)
        customer = customers.of(line) if key else None
        if customer is not None:
            key, sure = ids[customer[0]], customer[1]
            owning.add(customer[0])
        party = places[line.record]
        behind[key] = party if behind.get(key, party) == party and customer is None else _SEVERAL
        keys.append((key, sure))
    return [
        _stake(line, key, sure, places[line.record])
        for line, (key, sure) in zip(lines, keys, strict=True)
        if key and (behind[key] == _SEVERAL or places[line.record] in owning)
    ]


_SEVERAL = -1


def _stake(line: Line, key: str, sure: Sure, party: int) -> Stake:
    return Stake(
        key, sure, _shown(line), party, line.role, line.low_bp, line.high_bp, line.since, line.until, line.record,
        line.person,
    )  # fmt: skip


def _shown(line: Line) -> str:
    known = [f"{i.scheme} {i.value}" for i in line.identifiers[:1]] or ([f"born {line.born}"] if line.born else [])
    return on_one_line(f"{line.name[:120]}{f' ({known[0]})' if known else ''}")


class _Persons:
    """One key per holder: identifiers and full names of one holder are joined, contradicting ones are not.

    A name and birth date that stands with two numbers of one scheme is two persons, so it joins nothing. Nor does one
    of a name that so many bear that two of them share a birthday by chance. Either takes more than one party's word:
    otherwise a single invented record would cut the ties of everybody else.
    """

    def __init__(self, lines: Sequence[Line], places: Sequence[int]) -> None:
        said: dict[tuple[str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        births: dict[str, dict[int, str]] = defaultdict(dict)
        for line in lines:
            if name := line.strong_name:
                party = places[line.record]
                births[line.bare_name][party] = min(name, births[line.bare_name].get(party, name))
                for number in line.identifiers:
                    said[name, number.scheme][party].add(number.value)
        self._places = places
        self._numbered_twice = {
            (party, name) for (name, _), by in said.items() for party, numbers in by.items() if len(numbers) > 1
        }
        self._ambiguous = {name for (name, _), by in said.items() if len(_stated_alone(by)) > 1}
        crowded = {bare for bare, by in births.items() if len(set(by.values())) > _COMMON}
        self._ambiguous.update(name for line in lines if line.bare_name in crowded and (name := line.strong_name))
        self._root: dict[str, str] = {}
        for line in lines:
            keys = self._sure_keys(line)
            for key in keys[1:]:
                self._join(keys[0], key)

    def of(self, line: Line) -> tuple[str, Sure]:
        """The key, and how sure it is; empty where the line names nobody."""
        keys = self._sure_keys(line)
        if keys:
            return self._find(keys[0]), Sure.IDENTIFIED
        name = line.bare_name
        if not name:
            return "", Sure.BY_NAME
        if line.person:
            return f"=person {name}|{line.born or ''}", Sure.BY_NAME
        if line.country:
            return f"=company {name} {line.country}", Sure.LIKELY
        return f"=company {name}", Sure.BY_NAME

    def _sure_keys(self, line: Line) -> list[str]:
        keys = [f"={number.scheme} {number.value}" for number in _single(line.identifiers)]
        name = line.strong_name
        sure = name and name not in self._ambiguous and (self._places[line.record], name) not in self._numbered_twice
        return [*keys, f"=born {name}"] if sure else keys

    def _find(self, key: str) -> str:
        path = []
        while (up := self._root.get(key, key)) != key:
            path.append(key)
            key = up
        for each in path:
            self._root[each] = key
        return key

    def _join(self, one: str, other: str) -> None:
        first, second = sorted((self._find(one), self._find(other)))
        if first != second:
            self._root[second] = first


def _stated_alone(by_party: Mapping[int, set[str]]) -> set[str]:
    """The numbers of those parties that state one only."""
    return {number for numbers in by_party.values() if len(numbers) == 1 for number in numbers}


def _single(identifiers: Sequence[Identifier]) -> Sequence[Identifier]:
    """Without the schemes of which a line states two numbers: it would join two holders who have each one of them."""
    if len(identifiers) < 2:
        return identifiers
    schemes = [number.scheme for number in identifiers]
    return [number for number in identifiers if schemes.count(number.scheme) == 1]


class _Customers:
    """Finds holders that are customers themselves: by identifier, or as the only customer of that name and country."""

    def __init__(self, records: pa.Table, places: Sequence[int]) -> None:
        self._by_number: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._by_name: dict[tuple[str, str], set[int]] = defaultdict(set)
        self._numbers: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[int, set[str]] = defaultdict(set)
        numbered: set[int] = set()
        rows, numbers = parts_of(records["identifiers"])
        for row, scheme, value in zip(rows.tolist(), *fields_of(numbers, "scheme", "value"), strict=True):
            if not is_placeholder(value):
                numbered.add(row)
                self._by_number[scheme, value].add(places[row])
                self._numbers[places[row]][scheme].add(value)
        columns = [records[name].to_pylist() for name in ("legal_name", "kind", "jurisdiction")]
        for row, (name, kind, country) in enumerate(zip(*columns, strict=True)):
            party, person = places[row], kind == _PERSON
            if row in numbered:
                self._names[party].add(person_key(name) if person else name_key(name))
            if not person and country and (key := name_key(name)):
                self._by_name[key, country].add(party)

    def of(self, line: Line) -> tuple[int, Sure] | None:
        for number in _single(line.identifiers):
            found = self._by_number.get((number.scheme, number.value), set())
            if len(found) > 1:
                # A number that several claim belongs to the one whose name it is, not to nobody.
                found = {party for party in found if line.bare_name in self._names[party]}
            if len(found) == 1:
                return min(found), Sure.IDENTIFIED
        if line.person or not line.country:
            return None
        found = self._by_name.get((line.bare_name, line.country), set())
        if len(found) != 1 or self._contradicts(min(found), line):
            return None
        return min(found), Sure.LIKELY

    def _contradicts(self, party: int, line: Line) -> bool:
        known = self._numbers.get(party, {})
        return any(number.scheme in known and number.value not in known[number.scheme] for number in line.identifiers)
