"""What registers say of the customers, joined to their records by official numbers; what joins nobody is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plimsoll.parties.filing.ownership_register import OwnershipRegister, valid
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import CustomerRecord, Holder, Kind
from plimsoll.parties.normalise import name_key, name_tokens, person_key
from plimsoll.parties.records import as_batch, latest, record_of, record_schema

if TYPE_CHECKING:
    import pyarrow as pa

_PIECE = 4_096


@dataclass(slots=True)
class Enriched:
    """The records with the holders that registers name.

    Attributes:
        problems: subject and problem: a register that knows the number under another name.
        matched: records that a register knows.
        unmatched: entities of registers that are no customer and hold none.
    """

    records: pa.Table
    problems: list[tuple[str, KycProblem]] = field(default_factory=list)
    matched: int = 0
    added: int = 0
    unmatched: int = 0


def enrich(table: pa.Table, registers: Sequence[OwnershipRegister]) -> Enriched:
    """Adds to each record the holders that a register names and the record does not."""
    import pyarrow as pa

    enriched = Enriched(table)
    indexes = [_Index(each, _customers(table)) for each in registers]
    if not indexes:
        return enriched
    batches: list[pa.RecordBatch] = []
    for batch in table.to_batches(max_chunksize=_PIECE):
        rows = batch.to_pylist()
        records = [_enriched(record_of(row), indexes, enriched) for row in rows]
        batches.append(as_batch(records, [row["file_no"] for row in rows], [row["row"] for row in rows]))
    enriched.records = latest(pa.Table.from_batches(batches, schema=record_schema()))
    enriched.unmatched = sum(len(each.register.entities) - len(each.used) for each in indexes)
    return enriched


def _customers(table: pa.Table) -> set[tuple[str, str]]:
    """All official numbers of customers."""
    lists = table["identifiers"].to_pylist()
    return {(each["scheme"], each["value"]) for identifiers in lists for each in identifiers}


class _Index:
    """A register by the numbers of its entities."""

    def __init__(self, register: OwnershipRegister, customers: set[tuple[str, str]]) -> None:
        self.register = register
        self.used: set[str] = set()
        self.by_number: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.customers: set[str] = set()
        for entity in register.entities.values():
            for each in valid(entity.identifiers):
                number = (each.scheme, each.value)
                self.by_number[number].append(entity.id)
                if number in customers:
                    self.customers.add(entity.id)

    def of(self, record: CustomerRecord) -> list[str]:
        """The entities that the record's numbers name; more than one where they contradict each other."""
        numbers = [(each.scheme, each.value) for each in record.identifiers]
        return list(dict.fromkeys(entity for number in numbers for entity in self.by_number.get(number, ())))


def _enriched(record: CustomerRecord, indexes: Iterable[_Index], enriched: Enriched) -> CustomerRecord:
    found: list[Holder] = []
    known = False
    for index in indexes:
        for entity in index.of(record):
            known = True
            index.used.add(entity)
            enriched.problems += (
                (record.subject, each) for each in _names(record, index.register.entities[entity].name)
            )
            found += index.register.holders_of(entity, index.customers.__contains__)
            index.used.update(held.holder for held in index.register.held.get(entity, ()))
    enriched.matched += known
    added = tuple(_new(record, found))
    enriched.added += len(added)
    return replace(record, holders=(*record.holders, *added)) if added else record


def _names(record: CustomerRecord, name: str) -> Iterator[KycProblem]:
    """A number that a register gave to somebody of quite another name."""
    filed = {word for each in (record.legal_name, *record.aliases) for word in name_tokens(each)}
    registered = set(name_tokens(name))
    if filed and registered and not filed & registered:
        what = f'the register knows the number as "{name[:60]}", the filing as "{record.legal_name[:60]}"'
        yield KycProblem("register.other_name", what)


def _new(record: CustomerRecord, found: Iterable[Holder]) -> Iterator[Holder]:
    seen = {key for each in record.holders for key in _keys(each)}
    for holder in found:
        checked = replace(holder, identifiers=valid(holder.identifiers))
        keys = set(_keys(checked))
        if keys and not keys & seen:
            seen |= keys
            yield checked


def _keys(holder: Holder) -> Iterator[tuple[str, str]]:
    role = holder.role.value
    for each in holder.identifiers:
        yield role, f"{each.scheme}={each.value}"
    key = person_key(holder.name, holder.born) if holder.kind is Kind.PERSON else f"~{name_key(holder.name)}"
    if key.strip("~"):
        yield role, key


def summary(enriched: Enriched) -> str:
    """What became of the registers, for the reader of the report."""
    return (
        f"Registers know {enriched.matched:,} of {enriched.records.num_rows:,} accounts and add {enriched.added:,} "
        f"holders; {enriched.unmatched:,} of their entities are no customer's and hold none."
    )
