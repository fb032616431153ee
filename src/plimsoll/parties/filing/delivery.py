"""What reading a filing gives: the records, and every row that could not be taken, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.parties.known import KycFile, KycProblem

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, out of how much."""


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class KycRejection:
    """A row that stands for no account, or cannot be read at all.

    Attributes:
        file: as it was found.
        row: of the record, from 1; 0 where the file as a whole is meant.
        code: stable dotted identifier, e.g. ``account.missing``.
        claim: of a record of another provider's account: that account, and the provider that filed it.
    """

    file: str
    row: int
    code: str
    what: str
    fix: str
    claim: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class KycDelivery:
    """Everything that was filed.

    Attributes:
        records: as `records.record_schema` says; one per account, hashed, wrong values taken out.
        files: in the order of their paths; `file_no` of the records counts from 0.
        problems: of the accounts that have any, by subject.
        superseded: records that a later one of the same account replaced.
        notes: what was assumed, one sentence each.
    """

    records: pa.Table
    files: tuple[KycFile, ...]
    rejections: tuple[KycRejection, ...]
    problems: Mapping[str, tuple[KycProblem, ...]]
    superseded: int
    notes: tuple[str, ...]
