"""Text files to Parquet, in one bounded pass, so that everything after it reads one kind of file only.

Fields stay text, without the blanks around them: "acct-1 " is no other account than "acct-1". A file with a broken
record is refused as a whole, naming the record: a guess about where a field ends would move amounts between columns.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from plimsoll.compute.usage.detect import MAX_LINE, Found, first_line, not_utf8, too_long
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 8 * MAX_LINE
_ROWS_PER_GROUP = 122_880


def stage_text(found: Found, target: Path, on_read: Callable[[], None]) -> None:
    """Writes the file's records to `target` as Parquet with text columns.

    Args:
        on_read: called after each piece, for progress.

    Raises:
        PlimsollError: ``csv.broken_record``, ``csv.line_too_long``, ``csv.not_utf8``, ``file.unreadable``.
    """
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    names = column_names(found)
    kinds = dict.fromkeys(names, pa.string())
    if found.without_rows:
        pq.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), target)
        return
    multiline = False
    with _open(found.path) as raw:
        stream = _Watched(raw, on_read)
        try:
            reader = pc.open_csv(
                stream,
                read_options=pc.ReadOptions(block_size=_BLOCK, column_names=names, skip_rows=1),
                parse_options=pc.ParseOptions(
                    delimiter=found.format.delimiter,
                    quote_char='"' if found.format.quoted else False,
                    newlines_in_values=found.format.quoted,
                ),
                convert_options=pc.ConvertOptions(column_types=kinds, strings_can_be_null=False),
            )
            with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
                for batch in reader:
                    multiline = multiline or (found.format.quoted and _has_line_ends(batch))
                    writer.write_batch(_trimmed(batch), row_group_size=_ROWS_PER_GROUP)
        except (pa.ArrowException, OSError, EOFError, ValueError) as problem:
            raise _fault(found, len(names)) or _unexplained(found, problem) from None
    if found.format.quoted and (multiline or stream.quotes % 2):
        # Arrow reads on where a quotation mark was left open; only a strict reader can tell that from a real line end.
        fault = _fault(found, len(names))
        if fault:
            raise fault


def column_names(found: Found) -> list[str]:
    """The file's column names; one without a name is called by its place."""
    return [name or f"column {number}" for number, name in enumerate(found.columns, start=1)]


class _Watched(io.RawIOBase):
    """Passes bytes on and counts quotation marks and progress on the way."""

    def __init__(self, stream: BinaryIO, on_read: Callable[[], None]) -> None:
        self._stream = stream
        self._on_read = on_read
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.quotes += piece.count(b'"')
        self._on_read()
        return piece


def _open(path: Path) -> Any:
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path) if zipped else path.open("rb")


def _trimmed(batch: pa.RecordBatch) -> pa.RecordBatch:
    import pyarrow.compute as pc

    columns = [pc.utf8_trim_whitespace(column) for column in batch.columns]
    return batch.from_arrays(columns, schema=batch.schema)


def _has_line_ends(batch: pa.RecordBatch) -> bool:
    import pyarrow.compute as pc

    return any(pc.any(pc.match_substring(column, "\n")).as_py() for column in batch.columns)


def _fault(found: Found, width: int) -> PlimsollError | None:
    """Reads the file again, strictly and slowly, up to the first broken record; None if there is none."""
    where = Where(str(found.path))
    row = 0
    csv.field_size_limit(MAX_LINE)
    try:
        with _open(found.path) as raw:
            reader = csv.reader(
                _lines(raw),
                delimiter=found.format.delimiter,
                quoting=csv.QUOTE_MINIMAL if found.format.quoted else csv.QUOTE_NONE,
                strict=True,
            )
            next(reader)
            for fields in reader:
                row += bool(fields)
                if fields and len(fields) != width:
                    return PlimsollError(
                        "csv.broken_record",
                        f"the record has {len(fields)} fields, the header {width}",
                        fix="Check delimiters and quotation marks in this record and the one before.",
                        where=Where(where.file, row=row),
                    )
    except UnicodeDecodeError:
        return not_utf8(Where(where.file, row=row + 1))
    except OverflowError:
        return too_long(Where(where.file, row=row + 1))
    except (csv.Error, StopIteration) as problem:
        if "field larger" in str(problem):
            return too_long(Where(where.file, row=row + 1))
        return PlimsollError(
            "csv.broken_record",
            f"a quotation mark is left open or misplaced ({problem})",
            fix="Put fields with commas, quotation marks or line ends in double quotes, and double the inner ones.",
            where=Where(where.file, row=row + 1),
        )
    except (OSError, EOFError) as problem:
        return _unexplained(found, problem)
    return None


def _lines(raw: BinaryIO) -> Iterator[str]:
    encoding = "utf-8-sig"
    while piece := raw.readline(MAX_LINE + 1):
        if len(piece) > MAX_LINE:
            raise OverflowError
        yield piece.decode(encoding)
        encoding = "utf-8"


def _unexplained(found: Found, problem: BaseException) -> PlimsollError:
    return PlimsollError(
        "file.unreadable",
        f"the file cannot be read to its end: {first_line(problem)}",
        fix="Write it again and deliver it complete.",
        where=Where(str(found.path)),
    )
