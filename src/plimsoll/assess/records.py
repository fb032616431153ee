"""Reads the customers' records of an assessment, and refuses a folder that holds none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.parties.known import KnownParties


def read_records(
    path: Path, as_of: date, threads: int | None, progress: Callable[[str, int, int], None]
) -> KnownParties:
    """Everybody with a record.

    Args:
        path: a register's folder, or a file or folder of filings.

    Raises:
        PlimsollError: those of `identify`; ``assess.no_records`` where no record could be read.
    """
    from plimsoll.parties.identify import identify

    known = identify((path,), as_of=as_of, threads=threads, progress=progress)
    if not known.accounts:
        raise PlimsollError(
            "assess.no_records",
            "no know-your-customer record could be read there"
            + (f"; {sum(file.rejected for file in known.files):,} were rejected" if known.files else ""),
            fix="Give a register's folder or filings with one record per account, or leave --parties out.",
            where=Where(str(path)),
        )
    return known
