"""Opening a delivery: find the files, refuse what cannot be read, and give canonical tables."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import fetch, read_files, staging_folder
from plimsoll.compute.engines.duck import footer_statistics
from plimsoll.compute.engines.input_file import InputParquet
from plimsoll.compute.usage.delivery import (
    Batch,
    Keeper,
    KnownFile,
    Note,
    Progress,
    Span,
    UsageDelivery,
    UsageFile,
    no_progress,
)
from plimsoll.compute.usage.detect import Found, find_files, inspect, no_rows
from plimsoll.compute.usage.duplicates import refuse_same_file_twice, refuse_shared_rows, with_spans
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.source import ZONED, ZONELESS, Source
from plimsoll.compute.usage.staging import stage_text
from plimsoll.kernel.errors import Where

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ZERO_OFFSET = r"(Z|z|UTC|[+-]00(:?00)?)$"


def open_usage(
    paths: Iterable[str | Path], engine: Any, progress: Progress = no_progress, keeper: Keeper | None = None
) -> UsageDelivery:
    """Opens usage files and folders of any supported format as one delivery.

    Nothing is counted yet; text files have been read once to the end, so that a broken record is found here. On any
    error the temporary copies are removed again.

    Args:
        paths: files, or folders that are searched. A ``provider=ID`` folder above a file names its provider.
        engine: from `engine.connect`.
        progress: told after each file.
        keeper: remembers files (see `compute.lake`): those that it knows are not opened.

    Raises:
        PlimsollError: coded, naming the file, and the record where there is one: see docs/reference/usage-formats.md.
    """
    staging = staging_folder()
    try:
        return _open(tuple(paths), engine, progress, staging, keeper)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@dataclass(frozen=True, slots=True)
class _Readable:
    """A file as Parquet: the original, or the copy of a text file."""

    number: int
    found: Found
    path: Path
    rows: int
    schema: tuple[tuple[str, str, str], ...]


def _open(
    paths: Sequence[str | Path], engine: Any, progress: Progress, staging: Path, keeper: Keeper | None
) -> UsageDelivery:
    found = [inspect(path) for path in find_files(paths)]
    known: dict[int, KnownFile] = {}
    readable: list[_Readable] = []
    for number, one in enumerate(found):
        kept = keeper.known(one) if keeper is not None else None
        if kept is not None:
            known[number] = kept
        else:
            readable.append(_make_readable(number, one, staging, progress, len(found)))
        progress("reading", number + 1, len(found))
    opened = {each.number: each for each in readable}
    files = tuple(
        _known_file(one, known[number]) if number in known else _usage_file(opened[number], keeper)
        for number, one in enumerate(found)
    )
    if not any(file.rows for file in files):
        raise no_rows(Where(files[0].path))
    refuse_same_file_twice(file for file in files if file.rows)
    groups: dict[tuple[Any, ...], list[_Readable]] = defaultdict(list)
    for each in readable:
        if each.rows:
            groups[(each.found.version, each.schema, each.found.provider is not None)].append(each)
    notes = [_no_use(file.path) for file in files if not file.rows]
    notes += [Note(files[number].path, *note) for number, kept in known.items() for note in kept.notes]
    batches: list[Batch] = []
    with blaming_files([files[number] for number in opened], engine):
        reaches = _reaches(readable)
        files = tuple(replace(file, reach=reaches.get(number, file.span)) for number, file in enumerate(files))
        for group in groups.values():
            for part in [group] if keeper is None else _parts(group):
                batches += _batches(part, engine, notes, staging)
        ordered = tuple(sorted(notes, key=_by_file))
        again = partial(_read_again, found=found, staging=staging, engine=engine)
        delivery = with_spans(UsageDelivery(engine, files, tuple(batches), ordered, staging, keeper, known, again))
        refuse_shared_rows(delivery)
        if keeper is not None:
            keeper.all_compared([file for file in delivery.files if file.rows])
    return delivery


_TOGETHER, _ROWS_TOGETHER = 32, 8_000_000
"""Most files, and most rows of several files, of one batch where a keeper wants to know about each file: what is kept
about them is held at the same time."""


def _parts(group: Sequence[_Readable]) -> Iterator[list[_Readable]]:
    part: list[_Readable] = []
    for each in group:
        if part and (len(part) == _TOGETHER or sum(one.rows for one in part) + each.rows > _ROWS_TOGETHER):
            yield part
            part = []
        part.append(each)
    yield part


def _usage_file(each: _Readable, keeper: Keeper | None) -> UsageFile:
    return UsageFile(
        path=each.found.path.as_posix(),
        format=each.found.version,
        rows=each.rows,
        size=each.found.path.stat().st_size,
        provider=each.found.provider,
        readable=each.path,
        digest=keeper.digest(each.found) if keeper is not None else None,
    )


def _known_file(found: Found, known: KnownFile) -> UsageFile:
    size = found.path.stat().st_size
    return UsageFile(
        path=found.path.as_posix(),
        format=found.version,
        rows=known.rows,
        size=size,
        provider=found.provider,
        readable=found.path,
        span=known.span,
        digest=known.digest,
    )


def _read_again(numbers: frozenset[int], found: Sequence[Found], staging: Path, engine: Any) -> tuple[Batch, ...]:
    """The rows of files, each as a batch of its own."""
    batches: list[Batch] = []
    for number in sorted(numbers):
        readable = _make_readable(number, found[number], staging, no_progress, len(found))
        batches += _batches([readable], engine, [], staging)
    return tuple(batches)


def _no_use(path: str) -> Note:
    return Note(path, "file.no_rows", 0, "holds no row: read as a report of no use")


def _by_file(note: Note) -> tuple[str, str]:
    return note.file, note.code


def _make_readable(number: int, found: Found, staging: Path, progress: Progress, total: int) -> _Readable:
    import pyarrow.parquet as pq

    path = found.path
    if found.container == "text":
        path = staging / f"text-{number:06d}.parquet"
        stage_text(found, path, lambda: progress(f"reading {found.path.name}", number, total))
    metadata = pq.read_metadata(path)
    return _Readable(number, found, path, metadata.num_rows, _schema(metadata))


def _schema(metadata: Any) -> tuple[tuple[str, str, str], ...]:
    """What must be equal for two files to be read as one table."""
    columns = (metadata.schema.column(index) for index in range(metadata.num_columns))
    return tuple((each.path, each.physical_type, str(each.logical_type)) for each in columns)


def _reaches(readable: Sequence[_Readable]) -> dict[int, Span]:
    """By file, first start and last end from the footers' statistics; files whose footers do not tell are left out."""
    typed = [each for each in readable if _typed_instants(each)]
    if not typed:
        return {}
    names = sorted({name.casefold() for each in typed for name in each.found.format.instants})
    paths = [str(each.path) for each in typed]
    told = {
        (file, name): (low, high)
        for file, name, low, high in footer_statistics(paths, names)
        if low is not None and high is not None
    }
    spans = {}
    for each in typed:
        start, end = (told.get((str(each.path), name.casefold())) for name in each.found.format.instants)
        bounds = (_micros(start[0]), _micros(end[1])) if start and end else (None, None)
        if bounds[0] is not None and bounds[1] is not None:
            spans[each.number] = (bounds[0], bounds[1])
    return spans


def _typed_instants(each: _Readable) -> bool:
    wanted = {name.casefold() for name in each.found.format.instants}
    kinds = [kind for path, _, kind in each.schema if path.casefold() in wanted]
    return len(kinds) == len(wanted) and all(kind.startswith("Timestamp") for kind in kinds)


def _micros(text: str) -> int | None:
    """Of an instant as the engine prints statistics; None if Python has no such year."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) // _MICROSECOND


def _batches(group: list[_Readable], engine: Any, notes: list[Note], staging: Path) -> list[Batch]:
    """One batch, or two where some files' zone-less instants mean UTC and others' mean nothing."""
    chosen = group[0].found.format
    table = _table(group, engine, staging)
    source = Source(table, engine)
    zones = [source.column(name).type() for name in chosen.instants]
    ambiguous: set[int] = set()
    if all(zone.is_timestamp() for zone in zones):
        if any(zone.timezone is None for zone in zones):
            notes += [_assumed_utc(each, None) for each in group]
    elif any(zone.is_string() for zone in zones):
        ambiguous = _note_zones(group, source, notes)
    parts = []
    for told in (True, False):
        members = [each for each in group if (each.number in ambiguous) is not told]
        if members:
            part = Source(_table(members, engine, staging), engine, zoneless_is_utc=told)
            numbers = tuple(each.number for each in members)
            parts.append(Batch(members[0].found.version, numbers, chosen.read(part), part.table))
    return parts


def _table(group: list[_Readable], engine: Any, staging: Path) -> ir.Table:
    """The files' own columns as one table, with where each row came from."""
    files = [InputParquet(each.number, each.path, each.found.provider, each.schema) for each in group]
    return read_files(engine, files, staging)


def _note_zones(group: list[_Readable], source: Source, notes: list[Note]) -> set[int]:
    """Notes what was done about time zones; gives the files in which a zone-less instant could mean anything."""
    starts = [source.text(name) for name in group[0].found.format.instants]
    offset = ibis.or_(*[words.re_search(ZONED) & ~words.re_search(_ZERO_OFFSET) for words in starts])
    zoneless = ibis.or_(*[words.re_search(ZONELESS) for words in starts])
    counts = fetch(
        source.backend,
        source.table.mutate(_offset=offset.fill_null(False), _zoneless=zoneless.fill_null(False))
        .group_by("file_no")
        .agg(offset=ibis._._offset.sum().cast("int64"), zoneless=ibis._._zoneless.sum().cast("int64")),
    )
    by_number = {each.number: each for each in group}
    ambiguous: set[int] = set()
    for count in counts:
        each = by_number[count["file_no"]]
        file = each.found.path.as_posix()
        if count["offset"]:
            notes.append(Note(file, "time.converted", count["offset"], "instants with an offset were converted to UTC"))
        if count["offset"] and count["zoneless"]:
            ambiguous.add(each.number)
        elif count["zoneless"]:
            notes.append(_assumed_utc(each, count["zoneless"]))
    return ambiguous


def _assumed_utc(each: _Readable, rows: int | None) -> Note:
    return Note(
        each.found.path.as_posix(), "time.assumed_utc", rows, "instants do not say their zone and were read as UTC"
    )
