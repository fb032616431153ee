"""Finding the input files and telling what each of them is, from its first bytes and its column names alone."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from plimsoll.compute.usage.cur import CUR
from plimsoll.compute.usage.focus import FOCUS
from plimsoll.compute.usage.format import UsageFormat
from plimsoll.compute.usage.plain import PLAIN
from plimsoll.compute.usage.slurm import SLURM
from plimsoll.kernel.addresses import refuse_address
from plimsoll.kernel.errors import PlimsollError, Where

FORMATS = (FOCUS, CUR, SLURM, PLAIN)
"""Every format that can be read. A new one is added here."""

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".txt", ".psv")
"""What is looked for in folders; a file that is named itself may be called anything."""

MAX_LINE = 1 << 20
"""Longest record of a text file, in bytes. No bill has one of a thousandth of that."""

MAX_COLUMNS = 2_000
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read.

    Attributes:
        container: how it is packed.
        columns: its own column names, in order.
        provider: from a ``provider=ID`` folder.
        without_rows: a text file that ends after its header: a report of no use.
    """

    path: Path
    container: Literal["parquet", "text"]
    format: UsageFormat
    version: str
    columns: tuple[str, ...]
    provider: str | None
    without_rows: bool = False


def find_files(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """All usage files under the paths, each once, in the order of their names.

    Raises:
        PlimsollError: ``usage.not_found``, ``usage.nothing_found``, ``file.address``.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if _looks_like_usage(each, path))
            if not inside:
                raise PlimsollError(
                    "usage.nothing_found",
                    "the folder holds no usage files",
                    fix=f"Give a folder with files that end in {', '.join(SUFFIXES)}, or name the files themselves.",
                    where=Where(str(path)),
                )
            files.update(dict.fromkeys(inside))
        elif path.is_file():
            files[path] = None
        else:
            refuse_address(path)
            raise PlimsollError(
                "usage.not_found", "there is no such file or folder", fix="Check the path.", where=Where(str(path))
            )
    if not files:
        raise PlimsollError(
            "usage.nothing_found", "no usage file was named", fix="Name at least one file or folder of usage."
        )
    return tuple(sorted(files))


def _looks_like_usage(path: Path, root: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    return not hidden and path.name.casefold().endswith(SUFFIXES) and path.is_file()


def inspect(path: Path) -> Found:
    """What the file is.

    Raises:
        PlimsollError: ``file.unreadable``, ``file.empty``, ``parquet.encrypted``, ``parquet.unreadable``,
            ``csv.not_utf8``, ``csv.line_too_long``, ``csv.wrong_delimiter``, ``usage.unknown_format``,
            ``usage.duplicate_columns``, ``usage.missing_columns``.
    """
    where = Where(str(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(MAX_LINE + 1)
    except OSError as problem:
        raise PlimsollError(
            "file.unreadable",
            f"the file cannot be opened: {problem.strerror}",
            fix="Check its permissions.",
            where=where,
        ) from None
    if not head:
        raise PlimsollError("file.empty", "the file is empty", fix="Deliver it again.", where=where)
    provider = _provider_folder(path)
    if head[:4] in (b"PAR1", b"PARE") or path.suffix.casefold() == ".parquet":
        columns = parquet_columns(path, head[:4])
        chosen = _choose(columns, where)
        _check_columns(columns, chosen, provider, where)
        return Found(path, "parquet", chosen, chosen.version(columns), columns, provider)
    if head[:2] == b"\x1f\x8b":
        head = _unzipped(path, where)
    header = _header(head, where)
    without_rows = len(head) <= MAX_LINE and not head.partition(b"\n")[2].strip()
    chosen, columns = _choose_text(header, where)
    _check_columns(columns, chosen, provider, where)
    return Found(path, "text", chosen, chosen.version(columns), columns, provider, without_rows)


def parquet_columns(path: Path, magic: bytes) -> tuple[str, ...]:
    """Column names of a Parquet file whose footer can be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = Where(str(path))
    with path.open("rb") as stream:
        stream.seek(0, io.SEEK_END)
        stream.seek(max(0, stream.tell() - 4))
        tail = stream.read(4)
    if b"PARE" in (magic, tail):
        raise encrypted(where)
    if magic != b"PAR1" or tail != b"PAR1":
        raise PlimsollError(
            "parquet.unreadable",
            "the Parquet file is cut short or is not Parquet: its first and last four bytes should be PAR1",
            fix="Deliver it again; compare its size with the original.",
            where=where,
        )
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError, ValueError) as problem:
        if "ncrypt" in str(problem) or "ecrypt" in str(problem):
            raise encrypted(where) from None
        raise PlimsollError(
            "parquet.unreadable",
            f"the Parquet footer cannot be read: {first_line(problem)}",
            fix="Write the file again and deliver it complete.",
            where=where,
        ) from None


def first_line(problem: BaseException) -> str:
    """The first sentence of a library's message, short enough to stand in ours."""
    lines = str(problem).strip().splitlines()
    return lines[0][:200] if lines else type(problem).__name__


def encrypted(where: Where) -> PlimsollError:
    """A Parquet file of which the footer or some columns are encrypted."""
    return PlimsollError(
        "parquet.encrypted",
        "the Parquet file is encrypted",
        fix="Deliver it unencrypted over an encrypted connection.",
        where=where,
    )


def _provider_folder(path: Path) -> str | None:
    """The nearest ``provider=ID`` folder above the file."""
    for part in reversed(path.absolute().parts[:-1]):
        key, equals, value = part.partition("=")
        if equals and key.casefold() == "provider" and value:
            return unquote(value)
    return None


def _unzipped(path: Path, where: Where) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(MAX_LINE + 1)
    except (OSError, EOFError, zlib.error):
        raise PlimsollError(
            "file.unreadable", "the gzip file is damaged", fix="Deliver it again.", where=where
        ) from None


def _header(head: bytes, where: Where) -> str:
    end = head.find(b"\n")
    if end < 0 and len(head) > MAX_LINE:
        raise too_long(Where(where.file, line=1))
    line = (head if end < 0 else head[:end]).removesuffix(b"\r")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise not_utf8(Where(where.file, line=1))
    if not text.strip():
        raise PlimsollError("file.empty", "the first line is empty", fix="Begin with the column names.", where=where)
    return text


def no_rows(where: Where) -> PlimsollError:
    """A delivery of which no file has a record."""
    return PlimsollError(
        "usage.no_rows",
        "there are column names and no rows, here and in every other file",
        fix="Deliver the rows. A file without rows, beside others, says that there was no use.",
        where=where,
    )


def too_long(where: Where) -> PlimsollError:
    """A record that is longer than any bill's."""
    return PlimsollError(
        "csv.line_too_long",
        f"a record is longer than {MAX_LINE:,} bytes",
        fix="Check the line ends and the quotation marks of the file.",
        where=where,
    )


def not_utf8(where: Where) -> PlimsollError:
    """Bytes that are not UTF-8 text."""
    return PlimsollError("csv.not_utf8", "the file is not UTF-8 text", fix="Save it as UTF-8.", where=where)


def _split(header: str, delimiter: str, *, quoted: bool) -> tuple[str, ...]:
    try:
        reader = csv.reader([header], delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        return tuple(name.strip() for name in next(reader))
    except csv.Error:
        return ()


def _choose_text(header: str, where: Where) -> tuple[UsageFormat, tuple[str, ...]]:
    for delimiter, words in _DELIMITERS.items():
        columns = _split(header, delimiter, quoted=delimiter != "|")
        if len(columns) < 2:
            continue
        best = max(FORMATS, key=lambda each: each.share(columns))
        if best.share(columns) < 0.5:
            continue
        if best.delimiter != delimiter:
            raise PlimsollError(
                "csv.wrong_delimiter",
                f"the columns of {best.title} are separated by {words}, not by {_DELIMITERS[best.delimiter]}",
                fix=f"Save the file with {_DELIMITERS[best.delimiter]} between the fields.",
                where=Where(where.file, line=1),
            )
        return best, columns
    return _choose(_split(header, ",", quoted=True), where), ()


def _choose(columns: tuple[str, ...], where: Where) -> UsageFormat:
    best = max(FORMATS, key=lambda each: each.share(columns))
    if best.share(columns) >= 0.5:
        return best
    raise PlimsollError(
        "usage.unknown_format",
        f"the columns ({', '.join(columns)[:120]}) are those of no usage format that Plimsoll reads",
        fix=f"Deliver one of: {', '.join(each.title for each in FORMATS)}; see docs/reference/usage-formats.md.",
        where=Where(where.file, line=1),
    )


def _check_columns(columns: tuple[str, ...], chosen: UsageFormat, provider: str | None, where: Where) -> None:
    if len(columns) > MAX_COLUMNS:
        raise PlimsollError(
            "csv.too_many_columns",
            f"the file has {len(columns):,} columns, more than {MAX_COLUMNS:,}",
            fix="Check the line ends and the delimiter of the file.",
            where=where,
        )
    seen: set[str] = set()
    for name in columns:
        if name.casefold() in seen:
            raise PlimsollError(
                "usage.duplicate_columns",
                f'the column "{name[:60]}" is there twice',
                fix="Keep one of the two.",
                where=Where(where.file, line=1, field=name[:60]),
            )
        seen.add(name.casefold())
    missing = chosen.missing(columns, in_provider_folder=provider is not None)
    if missing:
        raise PlimsollError(
            "usage.missing_columns",
            f"the file looks like {chosen.title} but lacks {', '.join(missing)}",
            fix="Add the columns; docs/reference/usage-formats.md lists those that every file must have.",
            where=Where(where.file, line=1),
        )
