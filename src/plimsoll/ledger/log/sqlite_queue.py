"""The queue in SQLite, in the same file as the caller's own tables.

WAL with synchronous=FULL: a transaction that has returned survives a loss of power. The place of the only sequencer is
an advisory lock on a file beside the database, not a database transaction, so that filings can be added while a batch
is being written; the system drops it when the process dies.
"""

# ruff: noqa: S608 - the one part of a statement that is not a value is the prefix of table names, and it is checked.

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import (
    Batch,
    LogState,
    absent,
    busy,
    checked,
    checked_name,
    foreign,
    lost,
    unknown,
)
from plimsoll.ledger.log.sqlite_file import SqliteFile, told_of_trouble
from plimsoll.ledger.tree.merkle import leaf_hash

_TABLES = """
CREATE TABLE IF NOT EXISTS {name}_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, leaf BLOB NOT NULL UNIQUE, body BLOB NOT NULL,
    submitted_at INTEGER NOT NULL, idx INTEGER UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS {name}_state (
    one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
    edge BLOB NOT NULL, checkpoint BLOB NOT NULL, plan_size INTEGER NOT NULL, planned_at INTEGER NOT NULL) STRICT;
"""


class SqliteQueue(SqliteFile):
    """An `EntryQueue` in the SQLite file `path`, in tables whose names begin with `name`. One connection per thread."""

    def __init__(self, path: Path | str, name: str = "ledger") -> None:
        super().__init__(path)
        self.name = checked_name(name)

    def create(self, origin: str, empty: LogState) -> None:
        with self.writing() as connection:
            for statement in _TABLES.format(name=self.name).split(";"):
                connection.execute(statement)
            connection.execute(
                f"INSERT INTO {self.name}_state VALUES (1, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                (origin, empty.size, empty.root, empty.edge, empty.checkpoint, empty.size),
            )
        if self.origin() != origin:
            raise foreign(self.origin(), origin)

    def origin(self) -> str:
        rows = self.read(f"SELECT origin FROM {self.name}_state")
        if not rows:
            raise absent(str(self.path))
        return str(rows[0][0])

    def add(
        self, bodies: Sequence[bytes], now: int, transaction: sqlite3.Connection | sqlite3.Cursor | None = None
    ) -> list[bytes]:
        rows = checked(bodies)
        if transaction is None:
            with self.writing() as own:
                self._insert(own, rows, now)
        else:
            connection = transaction.connection if isinstance(transaction, sqlite3.Cursor) else transaction
            # From Python 3.12 on a connection may commit by itself whatever its isolation level says.
            alone = connection.isolation_level is None or getattr(connection, "autocommit", None) is True
            if alone and not connection.in_transaction:
                raise PlimsollError(
                    "queue.no_transaction",
                    "The connection commits by itself and no transaction is open on it.",
                    fix="Execute BEGIN first, insert the filing and the entry, then COMMIT.",
                )
            with told_of_trouble(self.path):
                self._insert(connection, rows, now)
        return [ticket for ticket, _ in rows]

    def _insert(self, connection: sqlite3.Connection, rows: list[tuple[bytes, bytes]], now: int) -> None:
        connection.executemany(
            f"INSERT INTO {self.name}_entry (leaf, body, submitted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(ticket, body, now) for ticket, body in rows],
        )

    def pending(self) -> int:
        query = f"SELECT count(*) FROM (SELECT 1 FROM {self.name}_entry WHERE idx IS NULL LIMIT 5000)"
        return int(self.read(query)[0][0])

    def added(self, after: int, size: int, limit: int) -> list[tuple[int, bytes]]:
        # The plus sign keeps the search on the numbers: an index on idx would go through all that waits.
        query = (
            f"SELECT id, body FROM {self.name}_entry WHERE id > ? AND (+idx IS NULL OR +idx >= ?) ORDER BY id LIMIT ?"
        )
        return self.read(query, (after, size, limit))

    @contextmanager
    def lead(self, patience: float) -> Iterator[None]:
        handle = os.open(f"{self.path}.{self.name}.sequencer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + patience
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise busy(str(self.path)) from error
                    time.sleep(0.02)
            yield
        finally:
            os.close(handle)

    def planned(self) -> Batch | None:
        size, plan_size, planned_at = self.read(f"SELECT size, plan_size, planned_at FROM {self.name}_state")[0]
        if plan_size == size:
            return None
        rows = self.read(
            f"SELECT body FROM {self.name}_entry WHERE idx >= ? AND idx < ? ORDER BY idx", (size, plan_size)
        )
        return Batch(size, tuple(body for (body,) in rows), planned_at)

    def plan(self, limit: int, now: int) -> Batch | None:
        unsettled = self.planned()
        if unsettled is not None:
            return unsettled
        with self.writing() as connection:
            size, plan_size = connection.execute(f"SELECT size, plan_size FROM {self.name}_state").fetchone()
            if plan_size != size:  # somebody planned between the two looks
                return self.planned()
            # The unique index on idx keeps the rows without a place in the order of their ids.
            rows = connection.execute(
                f"SELECT id, body FROM {self.name}_entry WHERE idx IS NULL ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
            if not rows:
                return None
            connection.executemany(
                f"UPDATE {self.name}_entry SET idx = ? WHERE id = ?",
                [(size + place, row) for place, (row, _) in enumerate(rows)],
            )
            connection.execute(f"UPDATE {self.name}_state SET plan_size = ?, planned_at = ?", (size + len(rows), now))
        return Batch(size, tuple(body for _, body in rows), now)

    def settle(self, before: int, state: LogState) -> None:
        with self.writing() as connection:
            done = connection.execute(
                f"UPDATE {self.name}_state SET size = ?, root = ?, edge = ?, checkpoint = ?,"
                " plan_size = max(plan_size, ?) WHERE size = ?",
                (state.size, state.root, state.edge, state.checkpoint, state.size, before),
            )
            if done.rowcount != 1:
                raise lost(before)

    def state(self) -> LogState:
        self.origin()
        return LogState(*self.read(f"SELECT size, root, edge, checkpoint FROM {self.name}_state")[0])

    def index_of(self, ticket: bytes) -> int | None:
        rows = self.read(f"SELECT idx, size FROM {self.name}_entry, {self.name}_state WHERE leaf = ?", (ticket,))
        if not rows:
            raise unknown(ticket)
        index, size = rows[0]
        return int(index) if index is not None and index < size else None

    def rebuild(self, bodies: Iterable[bytes], state: LogState) -> None:
        with self.writing() as connection:
            connection.execute(f"UPDATE {self.name}_entry SET idx = NULL WHERE idx IS NOT NULL")
            connection.executemany(
                f"INSERT INTO {self.name}_entry (leaf, body, submitted_at, idx) VALUES (?, ?, 0, ?)"
                " ON CONFLICT (leaf) DO UPDATE SET idx = excluded.idx",
                ((leaf_hash(body), body, index) for index, body in enumerate(bodies)),
            )
            connection.execute(
                f"UPDATE {self.name}_state SET size = ?1, root = ?2, edge = ?3, checkpoint = ?4, plan_size = ?1",
                (state.size, state.root, state.edge, state.checkpoint),
            )
