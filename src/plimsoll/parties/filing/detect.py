"""Finding the files of a filing, and telling what each of them is from its first bytes and its names alone."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, cast
from urllib.parse import unquote

from plimsoll.kernel.addresses import refuse_address
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.parties.filing.csv_rows import header
from plimsoll.parties.filing.flat import COLUMNS

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet", ".jsonl.gz", ".csv.gz", ".json.gz", ".ftm")
"""What is looked for in folders; a file that is named itself may be called anything."""

FORMATS = {
    "kyc-jsonl": "our records as JSON Lines",
    "kyc-csv": "our records as CSV",
    "kyc-parquet": "our records as Parquet",
    "ftm": "FollowTheMoney entities",
    "bods": "Beneficial Ownership Data Standard 0.4",
    "gleif-1": "GLEIF level 1, who is who",
    "gleif-2": "GLEIF level 2, who owns whom",
    "gleif-exceptions": "GLEIF level 2 reporting exceptions",
}
"""What can be read."""

_HEAD = 1 << 16
_OURS = frozenset(COLUMNS)
_BESIDE = frozenset(("record", "subject", "file_no", "row"))
"""Columns that our own tables have beside a record's fields."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read.

    Attributes:
        format: one of `FORMATS`.
        provider: from a ``provider=ID`` folder.
        columns: of CSV, in lower case and in order.
        wanted: of Parquet: the columns to read, and what they are called here.
        unknown: columns that are not read.
    """

    path: Path
    format: str
    container: Literal["jsonl", "array", "csv", "parquet"]
    provider: str | None
    zipped: bool = False
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    wanted: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def open(self) -> BinaryIO:
        """Its bytes, unzipped."""
        return cast(BinaryIO, gzip.open(self.path)) if self.zipped else self.path.open("rb")

    def sha256(self) -> str:
        """64 hexadecimal digits of the bytes as delivered."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def find_files(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """All files of filings under the paths, each once, in the order of their names.

    Raises:
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``, ``file.address``.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            files.update(dict.fromkeys(each for each in path.rglob("*") if _looks_like_filing(each, path)))
        elif path.is_file():
            files[path] = None
        else:
            refuse_address(path)
            raise PlimsollError(
                "kyc.not_found", "there is no such file or folder", fix="Check the path.", where=Where(str(path))
            )
    if not files:
        raise PlimsollError(
            "kyc.nothing_found",
            "no file of know-your-customer records was found",
            fix=f"Name files, or a folder of files that end in {', '.join(SUFFIXES)}.",
        )
    return tuple(sorted(files))


def _looks_like_filing(path: Path, root: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    return not hidden and path.name.casefold().endswith(SUFFIXES) and path.is_file()


def inspect(path: Path) -> Found:
    """What the file is.

    Raises:
        PlimsollError: ``file.unreadable``, ``file.empty``, ``file.damaged``, ``parquet.unreadable``,
            ``kyc.unknown_format``, ``kyc.missing_columns``, ``csv.duplicate_columns``.
    """
    head, zipped = _head(path)
    provider = provider_folder(path)
    if head[:4] == b"PAR1":
        return _parquet(path, provider)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] in (b"{", b"["):
        kind = _json_format(text)
        lines = text[:1] == b"{" and _one_line(text)
        return Found(path, kind, "jsonl" if lines else "array", provider, zipped)
    columns, delimiter = header(head)
    if len(set(columns)) != len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        what = f'the column "{twice[:60]}" is there twice'
        raise PlimsollError("csv.duplicate_columns", what, fix="Keep one of the two.", where=Where(str(path), line=1))
    kind = _csv_format(path, columns, provider)
    unknown = tuple(name for name in columns if name not in _OURS) if kind == "kyc-csv" else ()
    return Found(path, kind, "csv", provider, zipped, columns, delimiter, {}, unknown)


def _head(path: Path) -> tuple[bytes, bool]:
    where = Where(str(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as problem:
        what = f"the file cannot be opened: {problem.strerror}"
        raise PlimsollError("file.unreadable", what, fix="Check its permissions.", where=where) from None
    zipped = head[:2] == b"\x1f\x8b"
    if zipped:
        try:
            with gzip.open(path) as stream:
                head = stream.read(_HEAD)
        except (OSError, EOFError, zlib.error):
            what = "the gzip file is damaged"
            raise PlimsollError("file.damaged", what, fix="Deliver it again.", where=where) from None
    if not head.strip():
        raise PlimsollError("file.empty", "the file is empty", fix="Deliver it again.", where=where)
    return head, zipped


def _one_line(text: bytes) -> bool:
    """Whether the first line is a whole object, as in JSON Lines; a pretty-printed one is not."""
    line, newline, _ = text.partition(b"\n")
    return bool(newline or len(text) >= _HEAD or line.rstrip().endswith(b"}")) and line.strip() not in (b"{", b"")


def _json_format(text: bytes) -> str:
    """By the keys of the first object, as far as the head shows it."""
    keys = set(re.findall(rb'"([A-Za-z_]{2,40})"\s*:', text[:8_192]))
    if {b"schema", b"properties"} <= keys:
        return "ftm"
    if b"statementId" in keys or {b"recordType", b"recordDetails"} <= keys:
        return "bods"
    return "kyc-jsonl"


def _csv_format(path: Path, columns: tuple[str, ...], provider: str | None) -> str:
    names = set(columns)
    if "relationship.startnode.nodeid" in names:
        return "gleif-2"
    if {"lei", "exception.category"} <= names:
        return "gleif-exceptions"
    if {"lei", "entity.legalname"} <= names:
        return "gleif-1"
    _check_ours(path, names, provider)
    return "kyc-csv"


def _check_ours(path: Path, names: set[str], provider: str | None) -> None:
    if len(names & _OURS) < 2:
        raise PlimsollError(
            "kyc.unknown_format",
            f"the columns ({', '.join(sorted(names))[:120]}) are those of no format that is read",
            fix="Deliver one of the formats of docs/reference/kyc-formats.md.",
            where=Where(str(path), line=1),
        )
    needed = ("account", "legal_name") if provider else ("provider", "account", "legal_name")
    missing = [name for name in needed if name not in names]
    if missing:
        raise PlimsollError(
            "kyc.missing_columns",
            f"the file lacks {', '.join(missing)}",
            fix="Add the columns; a folder provider=ID stands for the provider.",
            where=Where(str(path), line=1),
        )


def _parquet(path: Path, provider: str | None) -> Found:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
    except (pa.ArrowException, OSError, ValueError) as problem:
        what = f"the Parquet file cannot be read: {str(problem).splitlines()[0][:120]}"
        raise PlimsollError(
            "parquet.unreadable", what, fix="Write it again and deliver it complete.", where=Where(str(path))
        ) from None
    wanted = {name: name.casefold() for name in names if name.casefold() in _OURS}
    _check_ours(path, set(wanted.values()), provider)
    unknown = tuple(name for name in names if name not in wanted and name.casefold() not in _BESIDE)
    return Found(path, "kyc-parquet", "parquet", provider, wanted=wanted, unknown=unknown)


def provider_folder(path: Path) -> str | None:
    """The nearest ``provider=ID`` folder above the file."""
    for part in reversed(path.absolute().parts[:-1]):
        key, equals, value = part.partition("=")
        if equals and key.casefold() == "provider" and value:
            return unquote(value)
    return None
