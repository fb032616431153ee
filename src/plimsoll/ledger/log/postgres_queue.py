"""The queue in PostgreSQL, in the same database as the caller's own tables.

The place of the only sequencer is a session advisory lock on the connection that plans and settles: when that
connection is lost the lock is lost with it, and so is the chance to commit. No extension is needed. `psycopg` is
imported when the first connection is made.
"""

# ruff: noqa: S608 - the one part of a statement that is not a value is the prefix of table names, and it is checked.

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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
from plimsoll.ledger.tree.merkle import leaf_hash

_TABLES = """
CREATE TABLE IF NOT EXISTS {name}_entry (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, leaf BYTEA NOT NULL UNIQUE, body BYTEA NOT NULL,
    submitted_at BIGINT NOT NULL, idx BIGINT UNIQUE);
CREATE INDEX IF NOT EXISTS {name}_waiting ON {name}_entry (id) WHERE idx IS NULL;
CREATE TABLE IF NOT EXISTS {name}_state (
    one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL, size BIGINT NOT NULL, root BYTEA NOT NULL,
    edge BYTEA NOT NULL, checkpoint BYTEA NOT NULL, plan_size BIGINT NOT NULL, planned_at BIGINT NOT NULL);
"""


class PostgresQueue:
    """An `EntryQueue` in the database that `conninfo` names, in tables whose names begin with `name`.

    One connection per thread. The caller's transaction may be a psycopg connection or cursor of any other session.
    """

    def __init__(self, conninfo: str, name: str = "ledger") -> None:
        self._conninfo = conninfo
        self.name = checked_name(name)
        self._local = threading.local()
        self._open: list[Any] = []

    def create(self, origin: str, empty: LogState) -> None:
        with self._writing() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (self._key(),))  # IF NOT EXISTS alone is a race
            cursor.execute(_TABLES.format(name=self.name))
            cursor.execute(
                f"INSERT INTO {self.name}_state VALUES (1, %s, %s, %s, %s, %s, %s, 0) ON CONFLICT DO NOTHING",
                (origin, empty.size, empty.root, empty.edge, empty.checkpoint, empty.size),
            )
        if self.origin() != origin:
            raise foreign(self.origin(), origin)

    def origin(self) -> str:
        (there,) = self._row("SELECT to_regclass(%s) IS NOT NULL", (f"{self.name}_state",))
        row = self._row(f"SELECT origin FROM {self.name}_state") if there else None
        if row is None:
            raise absent(f"the database (tables {self.name}_*)")
        return str(row[0])

    def add(self, bodies: Sequence[bytes], now: int, transaction: Any = None) -> list[bytes]:
        rows = checked(bodies)
        if transaction is None:
            with self._writing() as cursor:
                self._insert(cursor, rows, now)
        elif hasattr(transaction, "cursor"):  # a connection
            self._refuse_autocommit(transaction)
            with transaction.cursor() as cursor:
                self._insert(cursor, rows, now)
        else:
            self._refuse_autocommit(transaction.connection)
            self._insert(transaction, rows, now)
        return [ticket for ticket, _ in rows]

    @staticmethod
    def _refuse_autocommit(connection: Any) -> None:
        from psycopg.pq import TransactionStatus

        if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
            raise PlimsollError(
                "queue.no_transaction",
                "The connection commits by itself and no transaction is open on it.",
                fix="Open `with connection.transaction():`, and insert the filing and the entry inside it.",
            )

    def _insert(self, cursor: Any, rows: list[tuple[bytes, bytes]], now: int) -> None:
        # One statement for all rows; their order is kept, since a key must be registered before it is used.
        cursor.execute(
            f"INSERT INTO {self.name}_entry (leaf, body, submitted_at)"
            " SELECT leaf, body, %s FROM unnest(%s::bytea[], %s::bytea[]) WITH ORDINALITY AS t(leaf, body, place)"
            " ORDER BY place ON CONFLICT DO NOTHING",
            (now, [leaf for leaf, _ in rows], [body for _, body in rows]),
        )

    def pending(self) -> int:
        (count,) = self._row(f"SELECT count(*) FROM (SELECT 1 FROM {self.name}_entry WHERE idx IS NULL LIMIT 5000) t")
        return int(count)

    def added(self, after: int, size: int, limit: int) -> list[tuple[int, bytes]]:
        query = (
            f"SELECT id, body FROM {self.name}_entry WHERE id > %s AND (idx IS NULL OR idx >= %s) ORDER BY id LIMIT %s"
        )
        rows: list[tuple[int, bytes]] = self._connection().execute(query, (after, size, limit)).fetchall()
        return rows

    @contextmanager
    def lead(self, patience: float) -> Iterator[None]:
        connection = self._connection()
        deadline = time.monotonic() + patience
        while not connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key(),)).fetchone()[0]:
            if time.monotonic() >= deadline:
                raise busy(f"the database (tables {self.name}_*)")
            time.sleep(0.02)
        try:
            yield
        finally:
            if not connection.closed:
                connection.execute("SELECT pg_advisory_unlock(%s)", (self._key(),))

    def _key(self) -> int:
        return int.from_bytes(hashlib.sha256(b"plimsoll/sequencer/" + self.name.encode()).digest()[:8], signed=True)

    def planned(self) -> Batch | None:
        size, plan_size, planned_at = self._row(f"SELECT size, plan_size, planned_at FROM {self.name}_state")
        if plan_size == size:
            return None
        rows = self._connection().execute(
            f"SELECT body FROM {self.name}_entry WHERE idx >= %s AND idx < %s ORDER BY idx", (size, plan_size)
        )
        return Batch(size, tuple(bytes(body) for (body,) in rows), planned_at)

    def plan(self, limit: int, now: int) -> Batch | None:
        unsettled = self.planned()
        if unsettled is not None:
            return unsettled
        with self._writing() as cursor:
            row = cursor.execute(f"SELECT size, plan_size FROM {self.name}_state FOR UPDATE").fetchone()
            size, plan_size = row
            if plan_size != size:  # somebody planned between the two looks
                return self.planned()
            rows = cursor.execute(
                f"SELECT id, body FROM {self.name}_entry WHERE idx IS NULL ORDER BY id LIMIT %s", (limit,)
            ).fetchall()
            if not rows:
                return None
            cursor.execute(
                f"UPDATE {self.name}_entry SET idx = %s + place - 1"
                " FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(row, place) WHERE id = t.row",
                (size, [row for row, _ in rows]),
            )
            cursor.execute(f"UPDATE {self.name}_state SET plan_size = %s, planned_at = %s", (size + len(rows), now))
        return Batch(size, tuple(bytes(body) for _, body in rows), now)

    def settle(self, before: int, state: LogState) -> None:
        with self._writing() as cursor:
            cursor.execute(
                f"UPDATE {self.name}_state SET size = %s, root = %s, edge = %s, checkpoint = %s,"
                " plan_size = greatest(plan_size, %s) WHERE size = %s",
                (state.size, state.root, state.edge, state.checkpoint, state.size, before),
            )
            if cursor.rowcount != 1:
                raise lost(before)

    def state(self) -> LogState:
        self.origin()
        size, *rest = self._row(f"SELECT size, root, edge, checkpoint FROM {self.name}_state")
        return LogState(size, *(bytes(part) for part in rest))

    def index_of(self, ticket: bytes) -> int | None:
        row = self._row(f"SELECT idx, size FROM {self.name}_entry, {self.name}_state WHERE leaf = %s", (ticket,))
        if row is None:
            raise unknown(ticket)
        index, size = row
        return int(index) if index is not None and index < size else None

    def rebuild(self, bodies: Iterable[bytes], state: LogState) -> None:
        with self._writing() as cursor:
            cursor.execute(f"UPDATE {self.name}_entry SET idx = NULL WHERE idx IS NOT NULL")
            cursor.executemany(
                f"INSERT INTO {self.name}_entry (leaf, body, submitted_at, idx) VALUES (%s, %s, 0, %s)"
                " ON CONFLICT (leaf) DO UPDATE SET idx = excluded.idx",
                ((leaf_hash(body), body, index) for index, body in enumerate(bodies)),
            )
            cursor.execute(
                f"UPDATE {self.name}_state SET size = %s, root = %s, edge = %s, checkpoint = %s, plan_size = %s",
                (state.size, state.root, state.edge, state.checkpoint, state.size),
            )

    def close(self) -> None:
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._local = threading.local()

    def _connection(self) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            import psycopg

            try:
                connection = psycopg.connect(self._conninfo, autocommit=True)
            except psycopg.OperationalError as error:
                raise PlimsollError(
                    "store.unreachable",
                    f"The database cannot be reached: {(str(error).splitlines() or ['no reason given'])[0]}",
                    fix="See that the server runs and that the address and the rights are right.",
                ) from error
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def _row(self, query: str, values: tuple[Any, ...] = ()) -> Any:
        return self._connection().execute(query, values).fetchone()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        import psycopg

        connection = self._connection()
        try:
            with connection.transaction(), connection.cursor() as cursor:
                # A server may be set to answer before the disk has it; a plan and a checkpoint must not be lost.
                cursor.execute("SET LOCAL synchronous_commit = on")
                yield cursor
        except (psycopg.errors.DiskFull, psycopg.errors.IoError) as error:
            raise PlimsollError(
                "store.full",
                f"The database cannot be written: {error}.",
                fix="Make room on its disk and start the log again; nothing that was committed is lost.",
            ) from error
