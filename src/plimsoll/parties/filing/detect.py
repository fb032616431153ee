"""Finding the files of a filing, and telling what each of them is from its first bytes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote

from plimsoll.kernel.errors import PlimsollError, Where

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet", ".jsonl.gz", ".csv.gz", ".json.gz", ".ftm")
"""What is looked for in folders; a file that is named itself may be called anything."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be read.

    Attributes:
        provider: from a ``provider=ID`` folder.
    """

    path: Path
    format: str
    provider: str | None
    zipped: bool = False

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
        PlimsollError: ``kyc.not_found``, ``kyc.nothing_found``.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            files.update(dict.fromkeys(each for each in path.rglob("*") if _looks_like_filing(each, path)))
        elif path.is_file():
            files[path] = None
        else:
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
        PlimsollError: ``file.unreadable``, ``file.empty``.
    """
    where = Where(str(path))
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as problem:
        what = f"the file cannot be opened: {problem.strerror}"
        raise PlimsollError("file.unreadable", what, fix="Check its permissions.", where=where) from None
    if not head:
        raise PlimsollError("file.empty", "the file is empty", fix="Deliver it again.", where=where)
    return Found(path, "kyc-jsonl", provider_folder(path), head[:2] == b"\x1f\x8b")


def provider_folder(path: Path) -> str | None:
    """The nearest ``provider=ID`` folder above the file."""
    for part in reversed(path.absolute().parts[:-1]):
        key, equals, value = part.partition("=")
        if equals and key.casefold() == "provider" and value:
            return unquote(value)
    return None
