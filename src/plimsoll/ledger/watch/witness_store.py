"""A witness's memory in SQLite: one row for each log, compared and replaced in one durable transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plimsoll.ledger.log.sqlite_file import SqliteFile
from plimsoll.ledger.watch.witness import Seen

SUSPECTS = 8
"""Refused checkpoints kept for each log: the first ones, since whoever floods comes later."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS seen (
        origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS suspect (
        origin TEXT NOT NULL, note BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (origin, note)) STRICT""",
)


class SqliteWitnessStore(SqliteFile):
    """A `WitnessState` in a SQLite file. BEGIN IMMEDIATE lets one process in; synchronous=FULL makes it durable."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        with self.writing() as connection:
            for table in _TABLES:
                connection.execute(table)

    @contextmanager
    def step(self, origin: str) -> Iterator[_Slot]:
        with self.writing() as connection:
            yield _Slot(connection, origin)

    def latest(self, origin: str) -> Seen | None:
        return _Slot(self.connection(), origin).latest()

    def suspect(self, origin: str, note: bytes, now: int) -> None:
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO suspect SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM suspect WHERE origin = ?1) < ?4"
                " ON CONFLICT DO NOTHING",
                (origin, note, now, SUSPECTS),
            )

    def suspects(self, origin: str) -> list[bytes]:
        """The refused checkpoints that were kept, oldest first."""
        rows = self.connection().execute("SELECT note FROM suspect WHERE origin = ? ORDER BY at", (origin,))
        return [note for (note,) in rows]


class _Slot:
    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection = connection
        self._origin = origin

    def latest(self) -> Seen | None:
        row = self._connection.execute("SELECT size, root, note FROM seen WHERE origin = ?", (self._origin,)).fetchone()
        return None if row is None else Seen(*row)

    def keep(self, seen: Seen) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (self._origin, seen.size, seen.root, seen.note)
        )
