"""Logs that are written: keys of known seeds, places for a log's memories, and processes that are really killed."""

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.log.entry_queue import EntryQueue
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.postgres_queue import PostgresQueue
from plimsoll.ledger.log.sqlite_queue import SqliteQueue
from plimsoll.ledger.notes.checkpoint import open_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.tile_reader import TileReader

ORIGIN = "log.example/filings/2026"
GENESIS = b"the first entry"
SIGNERS: list[SignerKey] = [
    from_seed(ORIGIN, KeyType.ED25519, b"\1" * 32, "log"),
    from_seed(ORIGIN, KeyType.COSIGN_MLDSA44, b"\2" * 32, "log"),
]
VKEYS = [signer.verifier for signer in SIGNERS]


def entries(start: int, end: int) -> list[bytes]:
    """Entries that differ."""
    return [f"entry {number:06} ".encode() * 3 for number in range(start, end)]


@dataclass
class Place:
    """Where a log is: its folder, and the database that its queue is in (by default a file in the folder)."""

    folder: Path
    conninfo: str | None = None

    def queue(self) -> EntryQueue:
        return PostgresQueue(self.conninfo) if self.conninfo else SqliteQueue(self.folder / "queue.sqlite")

    def create(self, **options: Any) -> Log:
        return Log.create(self.folder, ORIGIN, SIGNERS, now=100, genesis=GENESIS, queue=self.queue(), **options)

    def open(self, **options: Any) -> Log:
        return Log.open(self.folder, SIGNERS, queue=self.queue(), **options)

    def files(self) -> dict[str, bytes]:
        """Every tile and bundle by its path."""
        tiles = self.folder / "public" / "tile"
        return {str(path.relative_to(tiles)): path.read_bytes() for path in sorted(tiles.rglob("*")) if path.is_file()}


class KillAt:
    """Ends this process with SIGKILL at one fault point."""

    def __init__(self, point: str) -> None:
        self.point = point

    def at(self, point: str) -> None:
        if point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], str | None]) -> tuple[int, str]:
    """Runs the work in a process of its own; gives the signal that ended it (0 if none) and what it said.

    A coded error is said as its code.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            try:
                said = work() or ""
            except PlimsollError as error:
                said = error.code
            os.write(writing, said.encode()[:4096])
            status = 0
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-4096:])
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0), said


def entries_of(log: Log) -> list[bytes]:
    """Every published entry, read from the tiles under the published, verified checkpoint."""
    checkpoint, _ = open_checkpoint(log.checkpoint(), VKEYS, ORIGIN)
    found = list(TileReader(log.tiles, checkpoint.size, checkpoint.root).entries(0, checkpoint.size))
    assert root_of(leaf_hashes(found)) == checkpoint.root
    return found


def stable_lines(note: bytes) -> list[bytes]:
    """The checkpoint's text and Ed25519 line. ML-DSA signatures are made with fresh randomness each time."""
    return note.split(b"\n")[:5]
