"""A log against its other memories: the database made again from the tiles, and the history that witnesses hold.

The tiles are the record and the database is a cache of it. The last-signed size says how far the record goes; where it
is lost too, only others can say that.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import EntryQueue, LogState
from plimsoll.ledger.log.sequencer import encode_edge
from plimsoll.ledger.log.signed_size import LastSigned, Signed
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from plimsoll.ledger.notes.note_keys import SignerKey, VerifierKey
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_store import TileStore


def rebuild(
    origin: str,
    vkeys: Sequence[VerifierKey],
    signers: Sequence[SignerKey],
    queue: EntryQueue,
    tiles: TileStore,
    lock: LastSigned,
    now: int,
    witnessed: bytes | None,
) -> int:
    """See `Log.rebuild`, which holds the sequencer's place around it."""
    queue.create(origin, LogState(0, EMPTY_ROOT, b"", b""))
    before = lock.read()
    signed = before if witnessed is None else _witnessed(origin, vkeys, witnessed, before)
    if signed is None:
        raise lock_lost()
    _check_newest(origin, vkeys, tiles, signed)
    reader = TileReader(tiles, signed.size, signed.root)
    edge = reader.edge()
    if before is not None and before.size and reader.range_root(0, before.size) != before.root:
        raise _forked(before, signed)
    if signed != before:
        lock.advance(before, signed)
    # This tree may be signed again: the lock names it, so it was signed before or was about to be.
    note = sign_checkpoint(Checkpoint(origin, signed.size, signed.root), signers, now).encode()
    queue.rebuild(reader.entries(0, signed.size), LogState(signed.size, signed.root, encode_edge(edge), note))
    return signed.size


def check_history(origin: str, state: LogState, tiles: TileStore, lock: LastSigned, held: Checkpoint | None) -> None:
    """Holds this machine's history against the newest checkpoint, signed by this log, that a witness shows.

    A machine that was put back as a whole has forgotten everything at once and agrees with itself; its witnesses have
    not forgotten. Only a checkpoint under this log's own signature counts, so no witness can stop the log by a lie.

    Raises:
        PlimsollError: ``log.witness_ahead``, ``log.forked``.
    """
    signed = lock.read()
    if held is None or signed is None:
        return
    if held.size > signed.size:
        raise _witness_ahead(held.size, signed.size)
    if 0 < held.size <= state.size and TileReader(tiles, state.size, state.root).range_root(0, held.size) != held.root:
        raise _forked(Signed(origin, held.size, held.root), signed)


def _witnessed(origin: str, vkeys: Sequence[VerifierKey], data: bytes, before: Signed | None) -> Signed:
    checkpoint, _ = open_checkpoint(data, vkeys, origin)
    if before is not None and before.size > checkpoint.size:
        raise PlimsollError(
            "log.witnessed_older",
            f"That checkpoint has size {checkpoint.size:,}, and the log has signed {before.size:,}.",
            fix="Rebuild without it.",
        )
    return Signed(origin, checkpoint.size, checkpoint.root)


def _check_newest(origin: str, vkeys: Sequence[VerifierKey], tiles: TileStore, signed: Signed) -> None:
    data = tiles.get_checkpoint()
    if data is not None and open_checkpoint(data, vkeys, origin)[0].size > signed.size:
        raise PlimsollError(
            "log.witnessed_older",
            f"The log has published more than {signed.size:,} entries.",
            fix="Give the newest checkpoint that a witness or mirror holds; the published one at the least.",
        )


def _witness_ahead(held: int, signed: int) -> PlimsollError:
    return PlimsollError(
        "log.witness_ahead",
        f"A witness holds size {held:,} under this log's signature; this machine knows of {signed:,} only.",
        fix="The machine was restored from a backup. Fetch the tiles from a mirror, then rebuild from that checkpoint.",
    )


def lock_lost() -> PlimsollError:
    """The refusal to go on without knowing how far the log has gone."""
    return PlimsollError(
        "log.lock_missing",
        "The last-signed size of this log is gone, so nobody here knows how far the log has gone.",
        fix="Put it back, or give the newest checkpoint that a witness or mirror holds.",
    )


def _forked(before: Signed, signed: Signed) -> PlimsollError:
    return PlimsollError(
        "log.forked",
        f"The tree of {signed.size:,} entries does not begin with the signed tree of {before.size:,}.",
        fix="The log has signed two histories. Keep both as evidence, close it, and open a new origin.",
    )
