"""Opening a delivery: find the files, refuse what cannot be read, and give canonical tables.

Everything that is particular to the embedded engine's way of reading files is in this module.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import fetch
from plimsoll.compute.usage.delivery import Batch, Note, Progress, Span, UsageDelivery, UsageFile, no_progress
from plimsoll.compute.usage.detect import Found, find_files, inspect, no_rows
from plimsoll.compute.usage.duplicates import refuse_same_file_twice, refuse_shared_rows
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.source import ZONED, ZONELESS, Source
from plimsoll.compute.usage.staging import stage_text
from plimsoll.kernel.errors import Where

_PER_SECOND = {"milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
_FILE_COLUMN = "plimsoll_file"
_ZERO_OFFSET = r"(Z|z|UTC|[+-]00(:?00)?)$"


def open_usage(paths: Iterable[str | Path], engine: Any, progress: Progress = no_progress) -> UsageDelivery:
    """Opens usage files and folders of any supported format as one delivery.

    Nothing is counted yet; text files have been read once to the end, so that a broken record is found here. On any
    error the temporary copies are removed again.

    Args:
        paths: files, or folders that are searched. A ``provider=ID`` folder above a file names its provider.
        engine: from `engine.connect`.
        progress: told after each file.

    Raises:
        PlimsollError: coded, naming the file, and the record where there is one: see docs/reference/usage-formats.md.
    """
    staging = Path(tempfile.mkdtemp(prefix="plimsoll-usage-"))
    try:
        return _open(tuple(paths), engine, progress, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@dataclass(frozen=True, slots=True)
class _Readable:
    """A file as Parquet: the original, or the copy of a text file. `span` is (first start, last end) if known."""

    number: int
    found: Found
    path: Path
    rows: int
    schema: tuple[tuple[str, ...], ...]
    span: Span | None


def _open(paths: Sequence[str | Path], engine: Any, progress: Progress, staging: Path) -> UsageDelivery:
    found = [inspect(path) for path in find_files(paths)]
    readable: list[_Readable] = []
    for number, one in enumerate(found):
        readable.append(_make_readable(number, one, staging, progress, len(found)))
        progress("reading", number + 1, len(found))
    files = tuple(
        UsageFile(
            path=each.found.path.as_posix(),
            format=each.found.version,
            rows=each.rows,
            size=each.found.path.stat().st_size,
            provider=each.found.provider,
            span=each.span,
            readable=each.path,
        )
        for each in readable
    )
    refuse_same_file_twice(files)
    groups: dict[tuple[Any, ...], list[_Readable]] = defaultdict(list)
    for each in readable:
        groups[(each.found.version, each.schema, each.found.provider is not None)].append(each)
    notes: list[Note] = []
    batches: list[Batch] = []
    with blaming_files(files):
        for group in groups.values():
            batches += _batches(group, engine, notes)
        delivery = UsageDelivery(engine, files, tuple(batches), tuple(sorted(notes, key=_by_file)), staging)
        refuse_shared_rows(delivery)
    return delivery


def _by_file(note: Note) -> tuple[str, str]:
    return note.file, note.code


def _make_readable(number: int, found: Found, staging: Path, progress: Progress, total: int) -> _Readable:
    import pyarrow.parquet as pq

    folder = staging / f"provider_folder={quote(found.provider or '-', safe='')}"
    folder.mkdir(exist_ok=True)
    target = folder / f"{number:06d}.parquet"
    if found.container == "text":
        stage_text(found, target, lambda: progress(f"reading {found.path.name}", number, total))
    else:
        target.symlink_to(found.path.absolute())
    metadata = pq.read_metadata(target)
    if metadata.num_rows == 0:
        raise no_rows(Where(str(found.path)))
    return _Readable(number, found, target, metadata.num_rows, _schema(metadata), _span(metadata, found))


def _schema(metadata: Any) -> tuple[tuple[str, ...], ...]:
    """What must be equal for two files to be read as one table."""
    columns = (metadata.schema.column(index) for index in range(metadata.num_columns))
    return tuple((each.path, each.physical_type, str(each.logical_type)) for each in columns)


def _span(metadata: Any, found: Found) -> Span | None:
    """First start and last end, microseconds since 1970, from the footer's statistics; None if it has none."""
    columns = {metadata.schema.column(number).path.casefold(): number for number in range(metadata.num_columns)}
    bounds: list[int] = []
    for name, side in zip(found.format.instants, (min, max), strict=True):
        number = columns.get(name.casefold())
        if number is None:
            return None
        unit = json.loads(metadata.schema.column(number).logical_type.to_json()).get("timeUnit")
        groups = (metadata.row_group(group).column(number).statistics for group in range(metadata.num_row_groups))
        found_values = [each for each in groups if each is not None and each.has_min_max]
        if unit not in _PER_SECOND or len(found_values) < metadata.num_row_groups:
            return None
        # The raw values are whole numbers; the converted ones would import pandas.
        raw = side(each.min_raw if side is min else each.max_raw for each in found_values)
        bounds.append(raw * 1_000_000 // _PER_SECOND[unit])
    return bounds[0], bounds[1]


def _batches(group: list[_Readable], engine: Any, notes: list[Note]) -> list[Batch]:
    """One batch, or two where some files' zone-less instants mean UTC and others' mean nothing."""
    chosen = group[0].found.format
    table = _table(group, engine)
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
            part = Source(_table(members, engine), engine, zoneless_is_utc=told)
            numbers = tuple(each.number for each in members)
            parts.append(Batch(members[0].found.version, numbers, chosen.read(part), part.table))
    return parts


def _table(group: list[_Readable], engine: Any) -> ir.Table:
    """The files' own columns as one table, with where each row came from."""
    raw = engine.read_parquet(
        [str(each.path) for each in group],
        hive_partitioning=True,
        hive_types_autocast=False,
        filename=_FILE_COLUMN,
        file_row_number=True,
    )
    own = [name for name in raw.columns if name not in (_FILE_COLUMN, "file_row_number", "provider_folder")]
    return raw.select(
        *own,
        file_no=raw[_FILE_COLUMN].right(len("000000.parquet")).left(6).cast("int32"),
        row=(raw.file_row_number + 1).cast("int64"),
        provider_folder=raw.provider_folder.nullif("-"),
    )


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
