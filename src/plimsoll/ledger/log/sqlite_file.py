"""A SQLite file whose commits are durable, and that one writer at a time changes: for the queue and for witnesses."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import absent

_BUSY_SECONDS = 30

_MAKE_ROOM = "Make room on its disk and start again; nothing that was committed is lost."
_DAMAGED = "Put another file in its place; a log's database is made again from its tiles, with `plimsoll log rebuild`."
_LOOK = "Look at the file, its folder and their permissions."
_TROUBLE = {
    sqlite3.SQLITE_FULL: ("store.full", _MAKE_ROOM),
    sqlite3.SQLITE_IOERR: ("store.full", _MAKE_ROOM),
    sqlite3.SQLITE_BUSY: ("store.busy", "Another program holds a transaction open; end it and try again."),
    sqlite3.SQLITE_CORRUPT: ("store.damaged", _DAMAGED),
    sqlite3.SQLITE_NOTADB: ("store.damaged", _DAMAGED),
    sqlite3.SQLITE_CANTOPEN: ("store.failed", _LOOK),
    sqlite3.SQLITE_READONLY: ("store.failed", _LOOK),
    sqlite3.SQLITE_PERM: ("store.failed", _LOOK),
}


class SqliteFile:
    """The file `path`, with one connection per thread."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def connection(self) -> sqlite3.Connection:
        """This thread's connection. Raises ``store.*``."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with told_of_trouble(self.path):
                connection = _connect(self.path)
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows. Raises ``store.*``, ``queue.absent``."""
        with told_of_trouble(self.path):
            return self.connection().execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer shares; rolled back if the block raises."""
        connection = self.connection()
        with told_of_trouble(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Ends the connections of all threads."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._local = threading.local()


def _connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits are durable and that waits for other writers for 30 s."""
    # Closing from another thread is allowed: each connection is otherwise used by the thread that opened it.
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def told_of_trouble(path: Path) -> Iterator[None]:
    """Turns what a disk or a file does to a database into ``store.*``, and missing tables into ``queue.absent``."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if str(error).startswith("no such table"):
            raise absent(str(path)) from error
        trouble = _TROUBLE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if trouble is None:
            raise
        code, fix = trouble
        raise PlimsollError(code, f"The database {path} cannot be used: {error}.", fix=fix) from error
