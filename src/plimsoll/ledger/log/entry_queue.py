"""The queue in front of the tree: entries wait in the caller's own database until the sequencer gives them a place.

An entry is inserted in the transaction in which the caller writes the filing itself, so that neither exists without the
other. The ticket of an entry is its leaf hash: it is known before the database is asked, it survives a restored backup,
and adding the same bytes twice gives the same ticket and one leaf.

An entry gets its index in two steps, because the order of the database is not repeatable: in PostgreSQL a row with a
lower id can become visible after one with a higher id. `plan` fixes which entries follow in which order, durably,
before a single tile is written; `settle` moves the size of the log over them. An index at or above the size is a plan,
and nobody is told of it. Everything between the two is a function of the plan, which is why it can be done again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tiles import MAX_ENTRY, entry_too_large

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class LogState:
    """What is committed: `size` leaves with root hash `root`, the encoded right edge, and the signed checkpoint.

    A log that has signed nothing yet has size 0 and an empty checkpoint.
    """

    size: int
    root: bytes
    edge: bytes
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries whose places are planned: `bodies[i]` is to become leaf `first + i`. `planned_at` is in POSIX seconds."""

    first: int
    bodies: tuple[bytes, ...]
    planned_at: int


class EntryQueue(Protocol):
    """What the sequencer and the log need of a database. Every method but `add` commits before it returns."""

    def create(self, origin: str, empty: LogState) -> None:
        """Makes the tables and the first state; does nothing when they are there for the same origin."""

    def origin(self) -> str:
        """The origin that the tables belong to. Raises `queue.absent`."""

    def add(self, bodies: Sequence[bytes], now: int, transaction: Any = None) -> list[bytes]:
        """Inserts entries and gives their tickets; `transaction` is the caller's connection or cursor.

        Without one, the entries are committed before this returns. Raises `entry.too_large`, `entry.empty`.
        """

    def pending(self) -> int:
        """How many entries wait and have no place yet; may count up to a few thousand only."""

    def added(self, after: int, size: int, limit: int) -> list[tuple[int, bytes]]:
        """Number and body of the first `limit` entries after the one numbered `after`, in the order of their places.

        Entries before place `size` are left out. Numbers only order entries; the first one is numbered after 0.
        """

    def lead(self, patience: float) -> AbstractContextManager[None]:
        """Holds the place of the only sequencer; waits `patience` seconds for it. Raises `log.sequencer_busy`."""

    def planned(self) -> Batch | None:
        """The plan that was made and not settled, or nothing."""

    def plan(self, limit: int, now: int) -> Batch | None:
        """The unsettled plan, or else a new one of the first `limit` waiting entries, or nothing."""

    def settle(self, before: int, state: LogState) -> None:
        """Moves the log from size `before` to `state` in one transaction. Raises `log.sequencer_lost`."""

    def state(self) -> LogState:
        """The committed state."""

    def index_of(self, ticket: bytes) -> int | None:
        """The place of an entry in the committed tree; nothing while it waits. Raises `entry.unknown`."""

    def rebuild(self, bodies: Iterable[bytes], state: LogState) -> None:
        """Takes the places from the tiles: `bodies` are leaves 0 to `state.size - 1`. One transaction.

        Entries that the tiles hold and the database does not are inserted; those that only the database holds wait
        again; every plan is dropped.
        """

    def close(self) -> None:
        """Ends the connections of this object."""


def checked(bodies: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    """(ticket, body) of every entry, each of a size that a bundle can hold.

    Raises:
        PlimsollError: `entry.too_large` or `entry.empty`.
    """
    rows = []
    for body in bodies:
        if len(body) > MAX_ENTRY:
            raise entry_too_large(len(body))
        if not body:
            raise PlimsollError("entry.empty", "The entry has no bytes.", fix="Give the bytes of a statement.")
        rows.append((leaf_hash(body), bytes(body)))
    return rows


def checked_name(name: str) -> str:
    """A prefix of table names that needs no quoting. Raises `queue.name`."""
    if not _NAME.fullmatch(name):
        raise PlimsollError(
            "queue.name",
            f"{name!r} cannot begin the names of tables.",
            fix="Use lower-case letters, digits and underscores, at most 40, beginning with a letter.",
        )
    return name


def absent(place: str) -> PlimsollError:
    """The refusal for a database without a log."""
    return PlimsollError(
        "queue.absent", f"{place} holds no log.", fix="Create the log first, or name the database that holds it."
    )


def foreign(found: str, wanted: str) -> PlimsollError:
    """The refusal for tables that belong to another log."""
    return PlimsollError(
        "queue.foreign",
        f"The tables belong to the log {found}, not to {wanted}.",
        fix="Use another prefix of table names, or another database, for each log.",
    )


def busy(place: str) -> PlimsollError:
    """The refusal for a second sequencer."""
    return PlimsollError(
        "log.sequencer_busy",
        f"Another sequencer is writing the log in {place}.",
        fix="Let it work, or stop it; a log has one writer at a time.",
    )


def lost(before: int) -> PlimsollError:
    """The refusal to commit when somebody else moved the log."""
    return PlimsollError(
        "log.sequencer_lost",
        f"The log is no longer at size {before:,}: another sequencer has moved it.",
        fix="Run one sequencer per log; this one has signed nothing that the log does not hold.",
    )


def unknown(ticket: bytes) -> PlimsollError:
    """The refusal for a ticket that nobody was given here."""
    return PlimsollError(
        "entry.unknown",
        f"No entry with the leaf hash {ticket.hex()} was submitted here.",
        fix="Submit the entry; if its transaction was rolled back, it was never submitted.",
    )
