"""What `open_usage` gives: the files, what was assumed about them, and their rows as canonical Ibis tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from plimsoll.kernel.canonical import digest_of_stream

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.detect import Found

Progress = Callable[[str, int, int], None]
"""Told after each step of something long: what is being done, how much is done, out of how much."""


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Tells nobody."""


Span = tuple[int, int]
"""First start and last end, microseconds since 1970, UTC."""


@dataclass(frozen=True)
class UsageFile:
    """One input file.

    Attributes:
        path: as it was found, with forward slashes.
        format: e.g. ``focus-1.2``, ``aws-cur-2``, ``slurm-sacct``, ``plain``.
        rows: records, the header not counted.
        provider: from a ``provider=ID`` folder, else None.
        readable: the file as Parquet.
        reach: of its charge periods by the file's own statistics, where they tell without reading it.
        span: of the charge periods of rows that are not marked as corrections, where that was wanted: see
            `duplicates.with_spans`.
        digest: of its bytes, where that is known already.
    """

    path: str
    format: str
    rows: int
    size: int
    provider: str | None
    readable: Path
    reach: Span | None = None
    span: Span | None = None
    digest: str | None = None

    @cached_property
    def sha256(self) -> str:
        """``sha256:`` and 64 hexadecimal digits of the file's bytes; read when first asked for."""
        if self.digest is not None:
            return self.digest
        with Path(self.path).open("rb") as stream:
            return digest_of_stream(stream)


@dataclass(frozen=True, slots=True)
class Note:
    """Something assumed about a file, or wrong with it, that does not keep its rows from being counted.

    Attributes:
        code: stable dotted identifier, e.g. ``time.assumed_utc``.
        rows: how many rows it concerns; None where it concerns the file as a whole.
        text: one sentence for the reader of the report.
    """

    file: str
    code: str
    rows: int | None
    text: str


@dataclass(frozen=True)
class Batch:
    """Files of one format, one schema and one reading of zone-less times, as one canonical table (see columns.py)."""

    format: str
    file_numbers: tuple[int, ...]
    rows: ir.Table
    source: ir.Table


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What opening a file would tell, known from an earlier time.

    Attributes:
        notes: code, rows and text of each `Note`.
    """

    digest: str
    rows: int
    span: Span | None
    notes: tuple[tuple[str, int | None, str], ...]


class Keeper(Protocol):
    """Remembers files from one run to the next: see `compute.lake`."""

    def known(self, found: Found) -> KnownFile | None:
        """What is remembered about a file with these bytes, in this folder; None if it must be read."""

    def digest(self, found: Found) -> str | None:
        """Of the file's bytes, if it was computed on the way."""

    def compared(self, one: UsageFile, other: UsageFile) -> bool:
        """Whether the two files were compared row by row before, and share no use."""

    def all_compared(self, files: Sequence[UsageFile]) -> None:
        """No two of these files share use."""


@dataclass(frozen=True)
class UsageDelivery:
    """Everything that was handed in, opened and checked. Use it as a context manager: it owns temporary files.

    Attributes:
        engine: the Ibis backend that the tables belong to.
        files: in the order of their paths; `file_no` in the tables counts from 0.
        notes: assumptions made while opening. `quality.profile` finds more, at the price of a scan.
        keeper: remembers files, if it was given.
        known: what it remembers about files that were therefore not opened, by number. They are in no batch.
        read_again: gives the rows of files by number, opened or not.
    """

    engine: Any
    files: tuple[UsageFile, ...]
    batches: tuple[Batch, ...]
    notes: tuple[Note, ...]
    staging: Path
    keeper: Any = None
    known: Mapping[int, KnownFile] = field(default_factory=dict)
    read_again: Callable[[frozenset[int]], Sequence[Batch]] = lambda numbers: ()

    @property
    def opened(self) -> tuple[UsageFile, ...]:
        """The files that can be read as Parquet."""
        return tuple(file for number, file in enumerate(self.files) if number not in self.known)

    @property
    def row_count(self) -> int:
        return sum(each.rows for each in self.files)

    def close(self) -> None:
        """Removes the temporary copies. The tables cannot be read after this; tables computed from them can."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def __enter__(self) -> UsageDelivery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
