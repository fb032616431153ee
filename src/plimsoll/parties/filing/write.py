"""Records written as files that are read again without loss: JSON Lines, CSV, Parquet, FollowTheMoney."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from itertools import islice
from pathlib import Path

from plimsoll.parties.filing.flat import COLUMNS, flat
from plimsoll.parties.filing.ftm_out import entity_lines
from plimsoll.parties.filing.jsonl import record_text
from plimsoll.parties.kyc import CustomerRecord
from plimsoll.parties.records import as_batch, record_schema

_PIECE = 4_096


def write_records(records: Iterable[CustomerRecord], path: Path, form: str) -> int:
    """Writes in the form of one of `WRITERS`, and puts the file in place when it is whole; gives how many."""
    part = path.with_name(f".{path.name}.part")
    try:
        count = WRITERS[form](records, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def csv_header() -> str:
    """The first line of a CSV file of records."""
    return _line(COLUMNS)


def csv_line(record: CustomerRecord) -> str:
    """One record as a line of CSV, with its line end."""
    cells = flat(record)
    return _line([cells.get(name, "") for name in COLUMNS])


def _line(cells: Iterable[str]) -> str:
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _write_lines(records: Iterable[CustomerRecord], path: Path, text: Callable[[CustomerRecord], Iterable[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        for record in records:
            count += 1
            out.writelines(text(record))
    return count


def _write_jsonl(records: Iterable[CustomerRecord], path: Path) -> int:
    return _write_lines(records, path, lambda record: (record_text(record), "\n"))


def _write_ftm(records: Iterable[CustomerRecord], path: Path) -> int:
    return _write_lines(records, path, lambda record: (part for line in entity_lines(record) for part in (line, "\n")))


def _write_csv(records: Iterable[CustomerRecord], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(csv_header())
        for record in records:
            count += 1
            out.write(csv_line(record))
    return count


def _write_parquet(records: Iterable[CustomerRecord], path: Path) -> int:
    import pyarrow.parquet as pq

    count = 0
    kept = [name for name in record_schema().names if name not in ("record", "subject", "file_no", "row")]
    schema = record_schema()
    for name in ("record", "subject", "file_no", "row"):
        schema = schema.remove(schema.get_field_index(name))
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for piece in _pieces(records):
            batch = as_batch(piece, [0] * len(piece), range(len(piece)))
            out.write_batch(batch.select(kept))
            count += len(piece)
    return count


def _pieces(records: Iterable[CustomerRecord]) -> Iterator[list[CustomerRecord]]:
    source = iter(records)
    while piece := list(islice(source, _PIECE)):
        yield piece


WRITERS: dict[str, Callable[[Iterable[CustomerRecord], Path], int]] = {
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "ftm": _write_ftm,
}
"""By the name that the command line uses."""
