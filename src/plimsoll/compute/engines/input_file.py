"""One Parquet file that an engine is to read: the provider's own, or the copy of a text file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class InputParquet:
    """A file as an engine needs to know it.

    Attributes:
        number: its place in the delivery, `file_no` in the tables.
        path: absolute or relative to the working folder.
        provider: from a ``provider=ID`` folder, else None.
        schema: of every column in the footer, its path, physical type and logical type.
    """

    number: int
    path: Path
    provider: str | None
    schema: tuple[tuple[str, str, str], ...]
