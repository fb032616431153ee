"""The desk of a log that takes statements from strangers: judges each by the log's own policy, then queues it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.notes.checkpoint import read_checkpoint
from plimsoll.ledger.statements.cose_keys import CoseKey
from plimsoll.ledger.statements.registration import Registrar
from plimsoll.ledger.statements.scrapi import PENDING, Pending
from plimsoll.ledger.statements.statement import leaf_bytes
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tile_reader import TileReader

_AT_ONCE = 500
"""Waiting entries that are read at once, so that few of them are held in memory."""


class Desk:
    """A `scrapi.ScrapiLog` over a `Log`; usable from several threads.

    Keys, policy and erasures are read from the log's own entries when it opens, and each entry is judged as the one
    after all that are queued, whoever queued them: a key is not good for as long as its revocation waits.
    """

    def __init__(self, log: Log, clock: Callable[[], float] = time.time) -> None:
        """Reads what the log says about who may file. `clock` gives POSIX seconds."""
        self._log = log
        self._clock = clock
        self._registrar = Registrar()
        self._alone = threading.Lock()
        self._read = 0
        self._seen = 0
        self._ahead: set[bytes] = set()
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
            self._registrar.apply(admitted.entry)
            self._ahead.add(ticket)
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
            for entry in reader.entries(self._read, checkpoint.size):
                ticket = leaf_hash(entry)
                if ticket in self._ahead:
                    self._ahead.discard(ticket)
                else:
                    self._registrar.apply(entry)
            self._read = checkpoint.size
        while waiting := self._log.queue.added(self._seen, self._read, _AT_ONCE):
            for number, entry in waiting:
                self._seen = number
                ticket = leaf_hash(entry)
                if ticket not in self._ahead:
                    self._registrar.apply(entry)
                    self._ahead.add(ticket)
