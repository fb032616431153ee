"""The sequencer: one batch of entries becomes tiles, a signed checkpoint, and a log that is larger, or nothing happens.

The steps, and what is durable after each:

1. plan     the database fixes which entries follow, in which order, and the time that the signatures will carry
2. write    bundles and tiles, none of which is referred to yet; then their folders are synced
3. lock     the last-signed store moves from the old (size, root) to the new one, by a conditional write
4. sign     the checkpoint
5. commit   the database moves to {size, root, right edge, signed checkpoint}; planned places become real
6. publish  witnesses are asked, and the checkpoint file is replaced

Why the lock comes before the signature and not after the commit. Write T, L, S, P for the trees that tiles, lock,
database and checkpoint file hold. The order keeps, at every instant and after any crash, P <= S <= L <= T, where each
is a prefix of the next.

- Nothing is signed that L does not name. L only moves forward from the value that was read, so it names one chain of
  trees, and two trees that contradict each other cannot both be signed: not by a second sequencer, and not by one whose
  database was put back to yesterday. Were the lock moved after the commit, a database that signed, committed, lost its
  disk and was restored would find the lock where the backup left it, and sign a second tree of the same size.
- A crash leaves L ahead of S by one batch at most, and that batch is in the plan, which was durable before. Everything
  after the plan is computed from it, so running again gives the same bundles, tiles, root and signed text, and finds L
  at exactly that root: it goes on. A restored database finds L at a root that its plan does not give: it refuses.
- When even the plan is lost, T holds every leaf that L names, because tiles are synced before L moves. So `rebuild` can
  always make the database again up to L, and it signs only the tree that L names already.
- S commits before P, so nobody was shown a checkpoint that a crash could take back.

A crash can at most leave tiles of a plan that is not locked yet. They are written again with the same bytes.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import Batch, EntryQueue, LogState, lost
from plimsoll.ledger.log.signed_size import LastSigned, Signed
from plimsoll.ledger.notes.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from plimsoll.ledger.notes.note_keys import SignerKey
from plimsoll.ledger.tree.merkle import HASH_BYTES, leaf_hashes
from plimsoll.ledger.tree.tile_edge import Tile, TileEdge
from plimsoll.ledger.tree.tile_store import TileStore
from plimsoll.ledger.tree.tiles import (
    TILE,
    bundle_path,
    decode_bundle,
    encode_bundle,
    levels_of,
    partial_width,
    split_hashes,
)

BATCH = 2_000
"""Entries in a batch at most."""

FAULT_POINTS = (
    "before-plan",
    "after-plan",
    "after-first-bundle",
    "after-bundles",
    "after-first-tile",
    "after-tiles",
    "after-sync",
    "after-lock",
    "after-sign",
    "after-commit",
    "after-cosign",
    "after-publish",
)
"""Every place between two effects of a batch. A test stops a real process at each and runs the batch again."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Faults(Protocol):
    """Told of each point of `FAULT_POINTS` as a batch passes it."""

    def at(self, point: str) -> None: ...


class NoFaults:
    """Passes every point."""

    def at(self, point: str) -> None:
        """Does nothing."""


Cosign = Callable[[bytes, int], bytes]
"""Shows a signed checkpoint to witnesses at a time in POSIX seconds; gives it with the cosignatures that came."""


@dataclass(frozen=True, slots=True)
class Integrated:
    """A batch that is in the tree: leaves `first` to `size - 1`, and the checkpoint as it was published."""

    first: int
    size: int
    checkpoint: bytes


@dataclass(slots=True)
class Sequencer:
    """The one writer of a log. The caller holds `queue.lead` around every call.

    Attributes:
        origin: the log's name, as in its checkpoints.
        signers: the log's keys, in the order of their lines.
        cosign: asks witnesses; without it checkpoints are published with the log's signatures only.
        batch: entries in one batch at most.
    """

    origin: str
    queue: EntryQueue
    tiles: TileStore
    lock: LastSigned
    signers: Sequence[SignerKey]
    cosign: Cosign | None = None
    batch: int = BATCH
    faults: Faults = field(default_factory=NoFaults)
    _tail: tuple[int, list[bytes]] = (0, [])
    _published: Checkpoint | None = None

    def integrate(self, now: int) -> Integrated | None:
        """Takes one batch into the tree, or finishes the one that was begun; nothing if no entry waits.

        Args:
            now: POSIX seconds. A batch that was begun keeps the time at which it was begun.

        Raises:
            PlimsollError: ``log.backup_restored``, ``log.lock_missing``, ``log.lock_foreign``, ``log.lock_behind``,
                ``log.lock_moved``, ``log.published_ahead``, ``log.state_damaged``, ``store.full``,
                ``log.sequencer_lost``, ``store.conflict``. After each, what was committed is untouched.
        """
        with told_of_full_disk():
            state = self.queue.state()
            edge = edge_of(state)
            self._check_published(state)
            batch = self._next_batch(state, now)
            if batch is None:
                self._publish_if_missing(state, now)
                return None
            return self._integrate(state, edge, batch, now)

    def checked_state(self) -> LogState:
        """The committed state, if the last-signed size and the published checkpoint know of nothing beyond it.

        Raises:
            PlimsollError: as `integrate`; ``log.unpublished`` if nothing was signed yet.
        """
        state = self.queue.state()
        self._published = None
        self._check_published(state)
        signed = self._read_lock(state)
        if signed.size > state.size and self.queue.planned() is None:
            raise _restored(signed, state.size)
        if not state.checkpoint:
            raise PlimsollError("log.unpublished", "The log has signed nothing.", fix="Integrate its first batch.")
        return state

    def _next_batch(self, state: LogState, now: int) -> Batch | None:
        signed = self._read_lock(state)
        unsettled = self.queue.planned()
        if signed.size > state.size:
            # Only a batch that was begun here can explain a lock ahead; `_integrate` compares the roots.
            if unsettled is None:
                raise _restored(signed, state.size)
            return unsettled
        self.faults.at("before-plan")
        batch = unsettled or self.queue.plan(self.batch, now)
        if batch is not None:
            self.faults.at("after-plan")
        return batch

    def _read_lock(self, state: LogState) -> Signed:
        signed = self.lock.read()
        if signed is None:
            raise PlimsollError(
                "log.lock_missing",
                "The last-signed size of this log is gone.",
                fix="Put it back from where it was kept, or rebuild from a checkpoint that a witness holds.",
            )
        if signed.origin != self.origin:
            raise PlimsollError(
                "log.lock_foreign",
                f"The last-signed size belongs to the log {signed.origin}, not to {self.origin}.",
                fix="Name the store that was made with this log.",
            )
        if signed.size < state.size or (signed.size == state.size and signed.root != state.root):
            raise PlimsollError(
                "log.lock_behind",
                f"The last-signed size is {signed.size:,}, which is not on the way to the database's {state.size:,}.",
                fix="The store was put back or replaced. Rebuild from a checkpoint that a witness holds.",
            )
        return signed

    def _check_published(self, state: LogState) -> None:
        if self._published is None:
            data = self.tiles.get_checkpoint()
            self._published = None if data is None else read_checkpoint(data)[0]
        shown = self._published
        if shown is not None and (shown.size > state.size or (shown.size == state.size and shown.root != state.root)):
            raise PlimsollError(
                "log.published_ahead",
                f"The published checkpoint has size {shown.size:,}; the database is at {state.size:,}.",
                fix="The database is older than what was published. Rebuild it from the tiles.",
            )

    def _integrate(self, state: LogState, edge: TileEdge, batch: Batch, now: int) -> Integrated:
        if batch.first != state.size:
            raise lost(state.size)  # somebody else finished a batch since the state was read
        leaves = b"".join(edge.rows[0]) if state.size % TILE else b""
        tiles = edge.extend(leaf_hashes(batch.bodies))
        # A partial tile that this batch did not touch is there already.
        tiles += [tile for tile in edge.partial_tiles() if edge.size >> 8 * tile.level != state.size >> 8 * tile.level]
        before, next_signed = Signed(self.origin, state.size, state.root), Signed(self.origin, edge.size, edge.root())
        found = self.lock.read()
        if found not in (before, next_signed):
            raise _restored(found or before, state.size)
        tail = self._write_bundles(leaves, batch)
        self._write_tiles(tiles)
        self.tiles.sync()
        self.faults.at("after-sync")
        if found == before:
            self.lock.advance(before, next_signed)
        self.faults.at("after-lock")
        checkpoint = Checkpoint(self.origin, edge.size, next_signed.root)
        note = sign_checkpoint(checkpoint, self.signers, batch.planned_at).encode()
        self.faults.at("after-sign")
        settled = LogState(edge.size, next_signed.root, encode_edge(edge), note)
        self.queue.settle(state.size, settled)
        self._tail = (edge.size, tail)
        self.faults.at("after-commit")
        return Integrated(batch.first, edge.size, self._publish(settled, checkpoint, now))

    def _write_bundles(self, leaves: bytes, batch: Batch) -> list[bytes]:
        """Writes the entries, and gives those of the last bundle if it is not full."""
        entries = [*self._last_entries(batch.first, leaves), *batch.bodies]
        number = batch.first // TILE
        for start in range(0, len(entries), TILE):
            bundle = entries[start : start + TILE]
            self.tiles.put_if_absent(bundle_path(number, len(bundle)), encode_bundle(bundle))
            number += 1
            if start == 0:
                self.faults.at("after-first-bundle")
        self.faults.at("after-bundles")
        return entries[len(entries) - len(entries) % TILE :]

    def _last_entries(self, size: int, leaves: bytes) -> list[bytes]:
        known, entries = self._tail
        if known == size:
            return entries
        width = size % TILE
        if not width:
            return []
        path = bundle_path(size // TILE, width)
        data = self.tiles.get(path)
        entries = decode_bundle(data, width) if data is not None else []
        if b"".join(leaf_hashes(entries)) != leaves:
            raise PlimsollError(
                "log.tiles_damaged",
                f"The bundle {path} is missing or does not hold the entries of the tree.",
                fix="Run `plimsoll log fsck`, and put the file back from a mirror.",
            )
        return entries

    def _write_tiles(self, tiles: Sequence[Tile]) -> None:
        for place, tile in enumerate(tiles):
            self.tiles.put_if_absent(tile.path, tile.data)
            if place == 0:
                self.faults.at("after-first-tile")
        self.faults.at("after-tiles")

    def _publish_if_missing(self, state: LogState, now: int) -> None:
        if state.checkpoint and (self._published is None or self._published.size < state.size):
            self._publish(state, read_checkpoint(state.checkpoint)[0], now)

    def _publish(self, state: LogState, checkpoint: Checkpoint, now: int) -> bytes:
        note = self.cosign(state.checkpoint, now) if self.cosign else state.checkpoint
        self.faults.at("after-cosign")
        self.tiles.put_checkpoint(note)
        self._published = checkpoint
        self.faults.at("after-publish")
        return note


@contextmanager
def told_of_full_disk() -> Iterator[None]:
    """Turns a refusal of the disk into ``store.full``; everything else passes."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise PlimsollError(
            "store.full",
            f"A file cannot be written: {error}.",
            fix="Make room on the disk and start the log again; the batch that was begun is finished then.",
        ) from error


def encode_edge(edge: TileEdge) -> bytes:
    """The hashes of the partial tiles, lowest level first; their widths follow from the size."""
    return b"".join(each for row in edge.rows for each in row)


def edge_of(state: LogState) -> TileEdge:
    """The right edge in a state. Raises ``log.state_damaged`` if it does not give the state's root."""
    rows, at = [], 0
    for level in range(levels_of(state.size)):
        width = partial_width(level, state.size)
        rows.append(split_hashes(state.edge[at : at + width * HASH_BYTES], width))
        at += width * HASH_BYTES
    edge = TileEdge(state.size, rows)
    if edge.root() != state.root or at != len(state.edge):
        raise PlimsollError(
            "log.state_damaged",
            f"The hashes that the database keeps for size {state.size:,} do not give the root that it keeps.",
            fix="Rebuild the database from the tiles.",
        )
    return edge


def _restored(signed: Signed, size: int) -> PlimsollError:
    return PlimsollError(
        "log.backup_restored",
        f"The log has signed size {signed.size:,}; this database is at {size:,} and would sign another history.",
        fix="The database was restored from a backup. Rebuild it from the tiles, then start the log again.",
    )
