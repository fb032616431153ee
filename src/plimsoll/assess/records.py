"""Reads the customers' records of an assessment, and refuses a folder that holds none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.canonical import digest_of_stream
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.parties.known import KnownParties, KycFile


def read_records(
    path: Path,
    name: Callable[[str], str],
    engine: str,
    threads: int | None,
    progress: Callable[[str, int, int], None],
    lists: Sequence[Path] = (),
) -> KnownParties:
    """Everybody with a record, with the files called as the assessment calls them.

    Args:
        path: a register's folder, or a file or folder of filings.
        lists: against which everybody is screened; they become inputs like the filings.
        name: gives the path of a file its name; a register keeps the names of the files that it was made from.

    Raises:
        PlimsollError: those of `identify`; ``assess.no_records`` where no record could be read.
    """
    from plimsoll.parties.identify import identify
    from plimsoll.parties.register.folder import is_register

    known = identify((path,), engine=engine, threads=threads, lists=lists, progress=progress)
    if not known.accounts:
        rejected = sum(file.rejected for file in known.files)
        raise PlimsollError(
            "assess.no_records",
            f"no customer's record could be read there; {rejected:,} were rejected",
            fix="Give a register's folder or filings with a record per account, or leave --parties out.",
            where=Where(str(path)),
        )
    given = Path(os.path.abspath(path))  # noqa: PTH100  # links are not followed, as in `Names`
    found_here = () if is_register(path) else known.files
    names = {file.path: name(file.path) for file in found_here if _inside(file.path, given)}
    return replace(
        known,
        accounts={
            subject: replace(record, file=names.get(record.file, record.file))
            for subject, record in known.accounts.items()
        },
        files=(
            *(replace(file, path=names.get(file.path, file.path)) for file in known.files),
            *_register(path, name, len(known.accounts)),
            *_lists(lists, name),
        ),
    )


def _register(path: Path, name: Callable[[str], str], rows: int) -> Iterator[KycFile]:
    """The register itself, which holds officers' decisions too: its manifest names every part by its digest."""
    from plimsoll.parties.known import KycFile
    from plimsoll.parties.register.folder import MANIFEST, is_register

    if is_register(path):
        manifest = path / MANIFEST
        with manifest.open("rb") as stream:
            yield KycFile(name(str(manifest)), digest_of_stream(stream), "register", rows, 0)


def _lists(lists: Sequence[Path], name: Callable[[str], str]) -> Iterator[KycFile]:
    from plimsoll.parties.known import KycFile

    for path in lists:
        with path.open("rb") as stream:
            rows = sum(1 for line in stream if line.strip())
            stream.seek(0)
            yield KycFile(name(str(path)), digest_of_stream(stream), "list", rows, 0)


def _inside(file: str, given: Path) -> bool:
    return Path(os.path.abspath(file)).is_relative_to(given)  # noqa: PTH100  # as above
