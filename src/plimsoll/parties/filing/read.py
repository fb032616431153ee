"""Reading filings: files in, one vetted record per account out, every row that could not be taken named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.contradictions import contradictions
from plimsoll.parties.filing.delivery import KycDelivery, KycRejection, Progress, no_progress
from plimsoll.parties.filing.detect import Found, find_files, inspect
from plimsoll.parties.filing.enrich import Enriched, enrich, summary
from plimsoll.parties.filing.filed import Filed, filed, rejection
from plimsoll.parties.filing.ownership_register import OwnershipRegister
from plimsoll.parties.filing.registers import Wrong, read_bods, read_ftm, read_gleif
from plimsoll.parties.known import KycFile, KycProblem
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.parties.records import as_batch, latest, record_schema
from plimsoll.parties.same_day import filed_twice
from plimsoll.parties.uncollected import uncollected
from plimsoll.parties.vetting import Vetting

if TYPE_CHECKING:
    import pyarrow as pa

_PIECE = 4_096
_MOST_UNKNOWN = 20
MOST_REJECTIONS = 100_000
"""Rejected rows that are named; the files count all."""


@dataclass(slots=True)
class _Gathered:
    """What is known while the files go by."""

    vetting: Vetting
    batches: list[pa.RecordBatch] = field(default_factory=list)
    files: dict[int, KycFile] = field(default_factory=dict)
    rejections: list[KycRejection] = field(default_factory=list)
    problems: dict[tuple[str, int, int], tuple[KycProblem, ...]] = field(default_factory=dict)
    registers: list[OwnershipRegister] = field(default_factory=list)
    gleif: dict[int, Found] = field(default_factory=dict)
    claims: dict[str, set[str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[CustomerRecord, int, int]] = field(default_factory=list)
    twice: list[tuple[str, KycProblem]] = field(default_factory=list)

    def without_unknown(self, problems: list[KycProblem]) -> list[KycProblem]:
        """What is said of a whole file and not of each of its records: fields that nobody asked for."""
        self.unknown.update(each.what for each in problems if each.code == "field.unknown")
        return [each for each in problems if each.code != "field.unknown"]

    def reject(self, one: KycRejection) -> None:
        if len(self.rejections) < MOST_REJECTIONS:
            self.rejections.append(one)

    def reject_rows(self, file: str, wrong: Wrong) -> None:
        for row, problem in wrong:
            self.reject(rejection(file, row, problem))

    def add(self, record: CustomerRecord, file_no: int, row: int) -> None:
        self.waiting.append((record, file_no, row))
        if len(self.waiting) >= _PIECE:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            records, files, rows = zip(*self.waiting, strict=True)
            self.batches.append(as_batch(records, files, rows))
            self.waiting.clear()


def read_filings(
    paths: Iterable[str | Path], *, key: bytes | None = None, progress: Progress = no_progress
) -> KycDelivery:
    """Every record of the files and folders, one per account, with what registers among them say of its holders.

    Args:
        key: hashes telephones, payment instruments and networks that were filed in plain (`keyed_hash.read_key`).

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``. A file that cannot be read is rejected, not raised.
    """
    import pyarrow as pa

    gathered = _Gathered(Vetting(key))
    files = find_files(paths)
    with uncollected():
        for number, path in enumerate(files):
            progress(f"reading {path.name}", number, len(files))
            _read_file(path, number, gathered)
        gathered.flush()
        everything = pa.Table.from_batches(gathered.batches, schema=record_schema())
        table = latest(everything)
        superseded = everything.num_rows - table.num_rows
        gathered.twice += filed_twice(everything, table)
        del everything
        gathered.batches.clear()
        progress("joining registers", len(files), len(files))
        _read_gleif(table, gathered)
        enriched = enrich(table, gathered.registers)
    return KycDelivery(
        records=enriched.records,
        files=tuple(gathered.files[number] for number in sorted(gathered.files)),
        rejections=tuple(gathered.rejections),
        problems=_problems(enriched, gathered),
        superseded=superseded,
        notes=tuple(_notes(gathered, key, superseded, enriched)),
    )


def _read_file(path: Path, number: int, gathered: _Gathered) -> None:
    name = path.as_posix()
    try:
        found = inspect(path)
        if found.format.startswith("gleif-"):
            gathered.gleif[number] = found
            return
        rows, rejected = _read_found(found, number, gathered)
        gathered.files[number] = KycFile(name, found.sha256(), found.format, rows, rejected)
    except PlimsollError as problem:
        gathered.reject(rejection(name, 0, problem))
        gathered.files[number] = KycFile(name, "", "unreadable", 0, 0)


def _read_found(found: Found, number: int, gathered: _Gathered) -> tuple[int, int]:
    """How many rows there are, and how many were rejected."""
    name = found.path.as_posix()
    for column in found.unknown:
        gathered.unknown[f"the column {column[:40]} of {found.path.name} is none of a record"] += 1
    if found.format == "bods":
        wrong: Wrong = []
        register, rows = read_bods(found, wrong)
        gathered.registers.append(register)
        gathered.reject_rows(name, wrong)
        return rows, len(wrong)
    entities = read_ftm(found)
    if entities is not None and not entities.has_accounts:
        gathered.registers.append(entities.register)
        gathered.reject_rows(name, entities.rejected)
        return len(entities.found) + len(entities.rejected), len(entities.rejected)
    return _read_records(filed(found, entities), number, gathered)


def _read_records(records: Iterator[Filed], number: int, gathered: _Gathered) -> tuple[int, int]:
    rows = rejected = 0
    for row, answer in records:
        rows += row > 0
        if isinstance(answer, KycRejection):
            rejected += row > 0
            gathered.reject(answer)
            if answer.claim is not None:
                gathered.claims.setdefault(answer.claim[0], set()).add(answer.claim[1])
            continue
        record, wrong = answer
        if wrong:
            wrong = gathered.without_unknown(wrong)
        vetted, more = gathered.vetting.vet(record)
        if wrong or more:
            gathered.problems[vetted.subject, number, row] = tuple(dict.fromkeys((*wrong, *more)))
        gathered.add(vetted, number, row)
    return rows, rejected


def _read_gleif(table: pa.Table, gathered: _Gathered) -> None:
    if not gathered.gleif:
        return
    wrong: dict[str, Wrong] = {str(found.path): [] for found in gathered.gleif.values()}
    register, rows = read_gleif(list(gathered.gleif.values()), table, wrong)
    gathered.registers.append(register)
    for number, found in gathered.gleif.items():
        name, path = found.path.as_posix(), str(found.path)
        gathered.reject_rows(name, wrong[path])
        gathered.files[number] = KycFile(name, found.sha256(), found.format, rows.get(path, 0), len(wrong[path]))


def _problems(enriched: Enriched, gathered: _Gathered) -> dict[str, tuple[KycProblem, ...]]:
    """Of the records that stand, by subject, each once; and of what contradicts each other between them."""
    table = enriched.records
    found: dict[str, list[KycProblem]] = {}
    if gathered.problems:
        places = table.select(["subject", "file_no", "row"]).to_pydict()
        for place in zip(places["subject"], places["file_no"], places["row"], strict=True):
            if place in gathered.problems:
                found[place[0]] = list(gathered.problems[place])
    for subject, problem in (*contradictions(table), *gathered.twice, *enriched.problems, *_claims(table, gathered)):
        found.setdefault(subject, []).append(problem)
    return {subject: tuple(dict.fromkeys(found[subject])) for subject in sorted(found)}


def _claims(table: pa.Table, gathered: _Gathered) -> Iterator[tuple[str, KycProblem]]:
    """Accounts that have a record, and of which another provider filed one too."""
    if not gathered.claims:
        return
    for subject in table["subject"].to_pylist():
        for provider in sorted(gathered.claims.get(subject, ())):
            yield subject, KycProblem("provider.filed_by_other", f'"{provider[:60]}" filed a record of {subject} too')


def _notes(gathered: _Gathered, key: bytes | None, superseded: int, enriched: Enriched) -> Iterator[str]:
    if gathered.registers:
        yield summary(enriched)
    counted = gathered.vetting.counted
    if superseded:
        yield f"Replaced by a later record of the same account: {superseded:,}."
    if counted.nothing:
        yield f"Left out, because they stand for nothing (N/A, unknown, 000000): {counted.nothing:,} values."
    if counted.hashed and key is None:
        yield (
            f"Filed in plain, with no key to hash them: {counted.hashed:,} telephones, payments and networks. "
            "They are compared with each other, and not with those that a provider hashed with its key."
        )
    for what, times in sorted(gathered.unknown.items())[:_MOST_UNKNOWN]:
        yield f"Not read, {times:,} times: {what}."
    unread = sorted(Path(file.path).name for file in gathered.files.values() if file.format == "unreadable")
    if unread:
        more = f" and {len(unread) - _MOST_UNKNOWN:,} more" if len(unread) > _MOST_UNKNOWN else ""
        yield (
            f"Not read at all: {', '.join(unread[:_MOST_UNKNOWN])}{more}. "
            "Nobody's records in them count; plimsoll kyc check says why."
        )
    rejected = sum(file.rejected for file in gathered.files.values())
    if rejected:
        yield f"Rejected: {rejected:,} rows; plimsoll kyc check names each."
