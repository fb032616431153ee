"""A pull mirror (C2SP tlog-mirror): copies a log, checks every entry of it, and only then cosigns what it holds.

Its cosignature says two things: this is the largest consistent tree that I have seen of this log, and I have all its
entries. So the order is: verify, store durably, cosign, publish. It holds on to what the log has signed before, and
refuses a smaller tree (a rollback) or one that does not begin with the old one (a fork).

Beside the copy lie three files of its own: `mirror.lock`, `mirror.pending` (the signed checkpoint that is being copied:
from the moment it is seen, the log is bound by it) and `mirror.refused` (the last one that was refused: evidence).
"""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.note_keys import SignerKey, VerifierKey
from plimsoll.ledger.notes.notes import SignedNote, add_signatures
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import CHECKPOINT, Source
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import bundle_path, bundles_of, tile_path, tiles_of

_PENDING = "mirror.pending"
_REFUSED = "mirror.refused"
_LOCK = "mirror.lock"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did.

    Attributes:
        checkpoint: the tree that the mirror now holds.
        before: how many entries it held before.
        note: the checkpoint as the mirror publishes it, with its cosignatures.
    """

    checkpoint: Checkpoint
    before: int
    note: bytes


def pull(
    source: Source,
    folder: Path | str,
    log_keys: Collection[VerifierKey],
    signers: Sequence[SignerKey],
    now: int,
    *,
    origin: str | None = None,
) -> Pulled:
    """Brings a mirror up to the log's checkpoint. Run again after any interruption: it goes on where it stopped.

    Args:
        source: the log, another mirror, or a folder with either.
        folder: the copy; it has a log's layout and may be served as it is.
        log_keys: the log's keys; one of them must have signed.
        signers: the mirror's cosigning keys, which no witness uses; without any nothing is cosigned.
        now: POSIX seconds, the time of the cosignatures.
        origin: the log that is expected, if the keys alone do not say it; see `checkpoint.open_checkpoint`.

    Raises:
        PlimsollError: ``mirror.no_checkpoint``, ``mirror.origin`` (another log than the one held), ``mirror.rollback``,
            ``mirror.fork``, ``mirror.damaged`` (a file of the copy itself), ``mirror.busy`` (another pull is running);
            ``note.*`` and ``checkpoint.*`` for a checkpoint that the log did not sign; ``tile.*`` and ``bundle.*`` for
            a source that serves other bytes than were logged; ``source.*`` and ``store.*`` for what cannot be read or
            written.
    """
    store = LocalTiles(folder)
    with _alone(Path(folder)):
        store.clear_unfinished()
        data = source.get(CHECKPOINT)
        if data is None:
            raise PlimsollError("mirror.no_checkpoint", "the log has no checkpoint", fix="Check the log's prefix.")
        checkpoint, note = open_checkpoint(data, log_keys, origin)
        held = _opened(store.get_checkpoint(), log_keys, origin)
        pending = _opened(_read(store, _PENDING), log_keys, origin)
        try:
            # From the source alone: a tile of ours that does not fit a forked log is not a damaged tile.
            _require_growth([each for each in (held, pending) if each], checkpoint, source)
        except PlimsollError as error:
            if error.code.startswith("mirror."):
                store.replace(_REFUSED, data)
            raise
        before = held.size if held is not None else 0
        if checkpoint != held:
            store.replace(_PENDING, data)
            _copy(checkpoint, _Resuming(store, source), store, before)
        published = _cosigned(checkpoint, note, signers, now).encode()
        store.put_checkpoint(published)
        (Path(folder) / _PENDING).unlink(missing_ok=True)
    return Pulled(checkpoint, before, published)


class _Resuming:
    """Reads what an earlier pull stored already from the copy, and the rest from the source."""

    def __init__(self, store: LocalTiles, source: Source) -> None:
        self._store = store
        self._source = source
        self._last_own: str | None = None

    def get(self, path: str) -> bytes | None:
        data = self._store.get(path)
        self._last_own = None if data is None else path
        return self._source.get(path) if data is None else data

    def blamed(self, error: PlimsollError) -> PlimsollError:
        """The error, with the copy named if it was a file of the copy that did not verify."""
        if self._last_own is None or not error.code.startswith(("tile.", "bundle.")):
            return error
        return PlimsollError(
            "mirror.damaged",
            f"{self._last_own} of this copy is damaged: {error.what}",
            fix="Run log fsck on the copy, move the files that it names away, and pull again.",
        )


def _require_growth(earlier: Collection[Checkpoint], checkpoint: Checkpoint, source: Source) -> None:
    reader = TileReader(source, checkpoint.size, checkpoint.root)
    for each in earlier:
        _require_beginning(each, checkpoint, reader)


def _require_beginning(earlier: Checkpoint, checkpoint: Checkpoint, reader: TileReader) -> None:
    if checkpoint.origin != earlier.origin:
        raise PlimsollError(
            "mirror.origin",
            f"this is the log {checkpoint.origin}; the copy is of {earlier.origin}",
            fix="Keep each log in a folder of its own.",
        )
    if checkpoint.size < earlier.size:
        raise PlimsollError(
            "mirror.rollback",
            f"the log shows {checkpoint.size} entries; it had signed {earlier.size}",
            fix="If it stays so, the log was rolled back: publish both checkpoints (mirror.refused has the new one).",
        )
    same = checkpoint.root if checkpoint.size == earlier.size else reader.range_root(0, earlier.size)
    if same != earlier.root:
        raise PlimsollError(
            "mirror.fork",
            f"the log at {checkpoint.size} entries does not begin with the {earlier.size} entries that it had signed",
            fix="The log has forked: publish both checkpoints (mirror.refused has the new one) and stop relying on it.",
        )


def _copy(checkpoint: Checkpoint, source: _Resuming, store: LocalTiles, before: int) -> None:
    """Stores all that the log has beyond `before` entries; the reader verifies each entry and each hash."""
    reader = TileReader(source, checkpoint.size, checkpoint.root)
    try:
        reader.edge()
        for number, width in bundles_of(reader.size, before):
            store.put_if_absent(bundle_path(number, width), reader.bundle_bytes(number))
            # The leaf hashes that the entries were just compared with are still in memory.
            store.put_if_absent(tile_path(0, number, width), b"".join(reader.tile(0, number)))
        for level, number, width in tiles_of(reader.size, before):
            if level > 0:
                store.put_if_absent(tile_path(level, number, width), b"".join(reader.tile(level, number)))
    except PlimsollError as error:
        raise source.blamed(error) from error
    store.sync()


def _cosigned(checkpoint: Checkpoint, note: SignedNote, signers: Sequence[SignerKey], now: int) -> SignedNote:
    # A line under our own name that came from outside is dropped: we never vouch for it.
    own = {(signer.verifier.name, signer.verifier.id) for signer in signers}
    foreign = SignedNote(note.text, tuple(each for each in note.signatures if (each.name, each.key_id) not in own))
    return add_signatures(foreign, [cosign(checkpoint, signer, now) for signer in signers])


def _opened(data: bytes | None, log_keys: Collection[VerifierKey], origin: str | None) -> Checkpoint | None:
    return None if data is None else open_checkpoint(data, log_keys, origin)[0]


def _read(store: LocalTiles, name: str) -> bytes | None:
    try:
        return (store.folder / name).read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("ab")
    except OSError as error:
        raise PlimsollError("store.failed", f"{folder} cannot be used: {error}", fix="Check the folder.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PlimsollError(
                "mirror.busy", "another pull into this folder is running", fix="Wait for it, or stop it first."
            ) from error
        yield
