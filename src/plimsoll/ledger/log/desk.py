"""The desk of a log that takes statements from strangers: judges each by the log's own policy, then queues it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.registration_snapshot import Snapshot, read_snapshot, write_snapshot
from plimsoll.ledger.notes.checkpoint import read_checkpoint
from plimsoll.ledger.statements.cose_keys import CoseKey
from plimsoll.ledger.statements.registration import Registrar
from plimsoll.ledger.statements.scrapi import PENDING, Pending
from plimsoll.ledger.statements.statement import leaf_bytes
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tile_reader import TileReader

SNAPSHOT = "registration.json"
"""The name of a desk's snapshot in a log's folder."""
SNAPSHOT_EVERY = 256
"""Entries after which the snapshot is written again."""
_AT_ONCE = 500
"""Waiting entries that are read at once, so that few of them are held in memory."""


class Desk:
    """A `scrapi.ScrapiLog` over a `Log`; usable from several threads.

    Keys, policy and erasures are read from the log's own entries when it opens, and each entry is judged as the one
    after all that are queued, whoever queued them: a key is not good for as long as its revocation waits.
    """

    def __init__(self, log: Log, clock: Callable[[], float] = time.time, snapshot: Path | None = None) -> None:
        """Reads what the log says about who may file.

        Args:
            log: for which statements are taken.
            clock: POSIX seconds.
            snapshot: a file beside the log's queue, not to be published. With it only the entries after those that it
                covers are read; see `registration_snapshot`. Without it every entry is.
        """
        self._log = log
        self._clock = clock
        self._registrar = Registrar()
        self._alone = threading.Lock()
        self._read = 0
        self._seen = 0
        # Tickets of entries that were applied before they were in the tree, and whether they count for later ones.
        self._ahead: dict[bytes, bool] = {}
        self._snapshot = snapshot
        self._covered = 0
        self._counting: list[tuple[int, bytes]] = []
        self._catch_up()

    @property
    def open(self) -> bool:
        """Whether the log has a registration policy, without which nobody can be judged."""
        return self._registrar.policy is not None

    def submit(self, statement: bytes) -> str:
        """See `ScrapiLog`. Raises what `Registrar.judge` raises, and ``log.stopped`` without a policy."""
        now = int(self._clock())
        ticket = leaf_hash(leaf_bytes(statement))
        with self._alone:
            if self._known(ticket):
                return ticket.hex()
            self._catch_up()
            if not self.open:
                raise PlimsollError(
                    "log.stopped",
                    "this log has no registration policy and takes nothing from strangers",
                    fix="Make a log with `plimsoll log init --authority KEY`.",
                )
            admitted = self._registrar.judge(statement, now)
            # Durable first: what was queued is applied, never the other way round.
            self._log.append(admitted.entry, now)
            self._ahead[ticket] = self._registrar.apply(admitted.entry)
        return ticket.hex()

    def status(self, entry: str) -> bytes | Pending | None:
        """See `ScrapiLog`: the COSE receipt, PENDING, or None."""
        if len(entry) != 64 or set(entry) - set("0123456789abcdef"):
            return None
        with self._alone:
            try:
                index = self._log.index_of(bytes.fromhex(entry))
            except PlimsollError as problem:
                if problem.code != "entry.unknown":
                    raise
                return None
            return PENDING if index is None else self._log.cose_receipt(index)

    def keys(self) -> Sequence[CoseKey]:
        """See `ScrapiLog`."""
        return [self._log.cose_signer().cose_key]

    def _known(self, ticket: bytes) -> bool:
        try:
            self._log.queue.index_of(ticket)
        except PlimsollError as problem:
            if problem.code != "entry.unknown":
                raise
            return False
        return True

    def _catch_up(self) -> None:
        checkpoint, _ = read_checkpoint(self._log.checkpoint())
        if checkpoint.size > self._read:
            reader = TileReader(self._log.tiles, checkpoint.size, checkpoint.root)
            if not self._read and self._snapshot is not None:
                self._begin_at(read_snapshot(self._snapshot, self._log.origin, reader))
            for index, entry in enumerate(reader.entries(self._read, checkpoint.size), self._read):
                counts = self._ahead.pop(leaf_hash(entry), None)
                if counts is None:
                    counts = self._registrar.apply(entry)
                if counts and self._snapshot is not None:
                    self._counting.append((index, entry))
            self._read = checkpoint.size
            if self._snapshot is not None and self._read - self._covered >= SNAPSHOT_EVERY:
                fresh = Snapshot(self._log.origin, checkpoint.size, checkpoint.root, tuple(self._counting))
                write_snapshot(self._snapshot, fresh)
                self._covered = self._read
        while waiting := self._log.queue.added(self._seen, self._read, _AT_ONCE):
            for number, entry in waiting:
                self._seen = number
                ticket = leaf_hash(entry)
                if ticket not in self._ahead:
                    self._ahead[ticket] = self._registrar.apply(entry)

    def _begin_at(self, snapshot: Snapshot | None) -> None:
        if snapshot is not None:
            self._registrar = snapshot.registrar()
            self._counting = list(snapshot.entries)
            self._read = self._covered = snapshot.size
