"""Reading filings: files in, one vetted record per account out, every row that could not be taken named."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.contradictions import contradictions
from plimsoll.parties.filing.delivery import KycDelivery, KycRejection, Progress, no_progress
from plimsoll.parties.filing.detect import Found, find_files, inspect
from plimsoll.parties.filing.fields import record_from
from plimsoll.parties.filing.rows import record_rows
from plimsoll.parties.known import KycFile, KycProblem
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.parties.records import as_batch, latest, record_schema
from plimsoll.parties.vetting import Vetting

if TYPE_CHECKING:
    import pyarrow as pa

_PIECE = 4_096
_MOST_UNKNOWN = 20
MOST_REJECTIONS = 100_000
"""Rejected rows that are named; the files count all."""

_DAY_OF_FILE = re.compile(r"(?:^|[^0-9])(\d{4}-\d{2}-\d{2})(?:[^0-9]|$)")


@dataclass(slots=True)
class _Gathered:
    """What is known while the files go by."""

    vetting: Vetting
    batches: list[pa.RecordBatch] = field(default_factory=list)
    files: list[KycFile] = field(default_factory=list)
    rejections: list[KycRejection] = field(default_factory=list)
    problems: dict[tuple[str, int, int], tuple[KycProblem, ...]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    waiting: list[tuple[CustomerRecord, int, int]] = field(default_factory=list)

    def without_unknown(self, problems: list[KycProblem]) -> list[KycProblem]:
        """What is said of a whole file and not of each of its records: fields that nobody asked for."""
        self.unknown.update(each.what for each in problems if each.code == "field.unknown")
        return [each for each in problems if each.code != "field.unknown"]

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
    """Every record of the files and folders, one per account.

    Args:
        key: hashes telephones, payment instruments and networks that were filed in plain (`keyed_hash.read_key`).

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``. A file that cannot be read is rejected, not raised.
    """
    import pyarrow as pa

    gathered = _Gathered(Vetting(key))
    files = find_files(paths)
    with _uncollected():
        for number, path in enumerate(files):
            progress(f"reading {path.name}", number, len(files))
            _read_file(path, number, gathered)
        gathered.flush()
    table = latest(pa.Table.from_batches(gathered.batches, schema=record_schema()))
    total = sum(len(batch) for batch in gathered.batches)
    progress("comparing records", len(files), len(files))
    return KycDelivery(
        records=table,
        files=tuple(gathered.files),
        rejections=tuple(gathered.rejections),
        problems=_problems(table, gathered),
        superseded=total - table.num_rows,
        notes=tuple(_notes(gathered, key, total - table.num_rows)),
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of reference cycles: no row makes any, and it would walk all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def as_filed(paths: Iterable[str | Path], rejections: list[KycRejection]) -> Iterator[CustomerRecord]:
    """Every record of the files just as it was filed, one after the other; rejected rows are added to the list."""
    for path in find_files(paths):
        try:
            found = inspect(path)
        except PlimsollError as problem:
            rejections.append(_rejection(str(path.as_posix()), 0, problem))
            continue
        for _, answer in _records(found):
            if isinstance(answer, KycRejection):
                rejections.append(answer)
            else:
                yield answer[0]


def _read_file(path: Path, number: int, gathered: _Gathered) -> None:
    rows = rejected = 0
    name = path.as_posix()
    try:
        found = inspect(path)
        kind = found.format
        for column in found.unknown:
            gathered.unknown[f"the column {column[:40]} of {path.name} is none of a record"] += 1
        for row, answer in _records(found):
            rows += row > 0
            if isinstance(answer, KycRejection):
                rejected += row > 0
                if len(gathered.rejections) < MOST_REJECTIONS:
                    gathered.rejections.append(answer)
                continue
            record, wrong = answer
            if wrong:
                wrong = gathered.without_unknown(wrong)
            vetted, more = gathered.vetting.vet(record)
            if wrong or more:
                gathered.problems[(vetted.subject, number, row)] = tuple(dict.fromkeys((*wrong, *more)))
            gathered.add(vetted, number, row)
        digest = found.sha256()
    except PlimsollError as problem:
        gathered.rejections.append(_rejection(name, 0, problem))
        kind, digest = "unreadable", ""
    gathered.files.append(KycFile(name, digest, kind, rows, rejected))


def _records(found: Found) -> Iterator[tuple[int, KycRejection | tuple[CustomerRecord, list[KycProblem]]]]:
    """Row number, and the record with what was wrong with it or why it was rejected."""
    day = _day_of(found.path)
    name = found.path.as_posix()
    for row, values in record_rows(found):
        if isinstance(values, PlimsollError):
            yield row, _rejection(name, row, values)
            continue
        try:
            yield row, record_from(values, found.provider, day)
        except PlimsollError as problem:
            yield row, _rejection(name, row, problem)


def _day_of(path: Path) -> date | None:
    """A file that is named for a day (``2026-06-30.jsonl``) was filed on it."""
    match = _DAY_OF_FILE.search(path.name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _rejection(file: str, row: int, problem: PlimsollError) -> KycRejection:
    return KycRejection(file, row, problem.code, problem.what, problem.fix)


def _problems(table: pa.Table, gathered: _Gathered) -> dict[str, tuple[KycProblem, ...]]:
    """Of the records that stand, by subject, each once; and of what contradicts each other between them."""
    found: dict[str, list[KycProblem]] = {}
    if gathered.problems:
        places = table.select(["subject", "file_no", "row"]).to_pydict()
        for place in zip(places["subject"], places["file_no"], places["row"], strict=True):
            if place in gathered.problems:
                found[place[0]] = list(gathered.problems[place])
    for subject, problem in contradictions(table):
        found.setdefault(subject, []).append(problem)
    return {subject: tuple(dict.fromkeys(found[subject])) for subject in sorted(found)}


def _notes(gathered: _Gathered, key: bytes | None, superseded: int) -> Iterator[str]:
    counted = gathered.vetting.counted
    if superseded:
        yield f"{superseded:,} records were replaced by later ones of the same account."
    if counted.nothing:
        yield f"{counted.nothing:,} values that stand for nothing (N/A, unknown, 000000) were left out."
    if counted.hashed and key is None:
        yield (
            f"{counted.hashed:,} telephones, payment instruments and networks were filed in plain and no key was "
            "given: they are compared with each other, and not with those that a provider hashed with its key."
        )
    for what, times in sorted(gathered.unknown.items())[:_MOST_UNKNOWN]:
        yield f"Not read, {times:,} times: {what}."
    rejected = sum(file.rejected for file in gathered.files)
    if rejected:
        yield f"{rejected:,} rows were rejected; plimsoll kyc check names each."
