"""Who stands behind the customers: the holders of all records, each holder once, however often it was written down.

A holder is *known for sure* by a checked identifier, or as a person by name and full birth date. A company by name and
country is *likely* one company: registers rarely enter a name twice. A bare name is neither: many bear it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from plimsoll.kernel.visible import on_one_line
from plimsoll.parties.holder_lines import Line, telling_lines
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Kind, Role
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import is_placeholder, name_key, person_key
from plimsoll.parties.one_holder import Persons, Sure, single

if TYPE_CHECKING:
    import pyarrow as pa


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


@dataclass(frozen=True, slots=True)
class Stakes:
    """Every holder of every record that can tie parties to each other, in the order of records.

    Attributes:
        problems: of parties, by place: persons who stand with two numbers.
    """

    found: list[Stake]
    problems: tuple[tuple[int, KycProblem], ...] = ()


def stakes(records: pa.Table, places: Sequence[int], ids: Sequence[str]) -> Stakes:
    """Every holder of every record that can tie parties to each other.

    That is one that stands behind several parties, one that is a customer itself, and the owners of such a customer.

    Args:
        records: as `records.record_schema`.
        places: of each record, the place of its party in `ids`.
        ids: the parties' ids, in order.
    """
    customers = _Customers(records, places)
    lines = telling_lines(records, places, customers.of)
    persons = Persons(lines, places)
    keys: list[tuple[str, Sure]] = []
    owning: set[int] = set()
    behind: dict[str, int] = {}
    for number, line in enumerate(lines):
        key, sure = persons.of(number)
        customer = customers.of(line) if key else None
        if customer is not None:
            key, sure = ids[customer[0]], customer[1]
            owning.add(customer[0])
        party = places[line.record]
        behind[key] = party if behind.get(key, party) == party and customer is None else _SEVERAL
        keys.append((key, sure))
    subjects = records["subject"]
    joined = persons.joined_by(lambda record: subjects[record].as_py())
    found = [
        _stake(line, key, sure, places[line.record], joined.get(key))
        for line, (key, sure) in zip(lines, keys, strict=True)
        if key and (behind[key] == _SEVERAL or places[line.record] in owning)
    ]
    return Stakes(found, tuple(persons.problems()))


_SEVERAL = -1


def _stake(line: Line, key: str, sure: Sure, party: int, joined: str | None) -> Stake:
    shown = _shown(line) if joined is None else on_one_line(f"{_shown(line)}; {joined}")
    return Stake(
        key, sure, shown, party, line.role, line.low_bp, line.high_bp, line.since, line.until, line.record,
        line.person,
    )  # fmt: skip


def _shown(line: Line) -> str:
    known = [f"{i.scheme} {i.value}" for i in line.identifiers[:1]] or ([f"born {line.born}"] if line.born else [])
    return on_one_line(f"{line.name[:120]}{f' ({known[0]})' if known else ''}")


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
        for number in single(line.identifiers):
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
