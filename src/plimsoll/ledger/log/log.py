"""A log in one object: create or open it, append, integrate, wait, prove, and rebuild its database from its tiles.

folder/log.json        origin and verifier keys
folder/queue.sqlite    the queue, unless another one is given (the caller's own database)
folder/last-signed     the last-signed size, unless another store is given; a disk of its own is better
folder/public/         checkpoint and tiles: the only part that a web server may show
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import EntryQueue, LogState
from plimsoll.ledger.log.log_folder import genesis_entry, read_config, write_config
from plimsoll.ledger.log.log_rebuild import check_history, lock_lost, rebuild
from plimsoll.ledger.log.sequencer import BATCH, Faults, Integrated, NoFaults, Sequencer, told_of_full_disk
from plimsoll.ledger.log.signed_size import FileLastSigned, LastSigned, Signed
from plimsoll.ledger.log.sqlite_queue import SqliteQueue
from plimsoll.ledger.notes.checkpoint import Checkpoint, read_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey, VerifierKey
from plimsoll.ledger.notes.tlog_proof import Receipt
from plimsoll.ledger.statements.cose import CoseSigner
from plimsoll.ledger.statements.cose_receipt import inclusion_receipt
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.path_batches import inclusion_paths
from plimsoll.ledger.tree.proofs import consistency_path, inclusion_path
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_store import LocalTiles, TileStore
from plimsoll.ledger.tree.tiles import TILE, bundle_path
from plimsoll.ledger.watch.witness_client import WitnessClient

ASK_AGAIN = 60.0
"""Seconds after which witnesses are asked again about a checkpoint that lacks its quorum, or about this history."""


class Log:
    """One log: its queue, its tiles, its last-signed size, its keys and its witnesses.

    Attributes:
        origin: the log's name.
        vkeys: the verifier keys under which it may be read.
        queue, tiles, lock: its three memories.
        witnesses: who is asked for cosignatures before a checkpoint is published; may be nobody.
        witness_problems: which of them did not cosign when they were asked last, and why.
    """

    def __init__(
        self,
        origin: str,
        vkeys: Sequence[VerifierKey],
        *,
        queue: EntryQueue,
        tiles: TileStore,
        lock: LastSigned,
        signers: Sequence[SignerKey] = (),
        witnesses: WitnessClient | None = None,
        batch: int = BATCH,
        faults: Faults | None = None,
    ) -> None:
        """Takes the parts as they are; use `Log.create` and `Log.open`."""
        self.origin = origin
        self.vkeys = tuple(vkeys)
        self.queue = queue
        self.tiles = tiles
        self.lock = lock
        self.witnesses = witnesses
        self._signers = tuple(signers)
        self._sequencer = Sequencer(
            origin, queue, tiles, lock, self._signers, self._cosign, batch, faults if faults is not None else NoFaults()
        )
        self._readers = threading.local()
        self._news = threading.Condition()
        self._cosigned = True
        self._history_shown = False
        self._ask_history_at = 0.0
        self.witness_problems: tuple[tuple[str, str], ...] = ()

    @classmethod
    def create(
        cls,
        folder: Path | str,
        origin: str,
        signers: Sequence[SignerKey],
        *,
        now: int | None = None,
        genesis: bytes | None = None,
        queue: EntryQueue | None = None,
        tiles: TileStore | None = None,
        lock: LastSigned | None = None,
        **options: Any,
    ) -> Log:
        """A new log with one first entry; what an interrupted creation left is gone on with.

        Args:
            folder: for `log.json` and whatever is not given elsewhere.
            origin: unique, and best a URL without a scheme; the name of the log's keys.
            signers: at least one, of type 0x01; a second of type 0x06 should be there.
            now: POSIX seconds.
            genesis: the first entry, by default a text that names origin and keys. A tree of one entry has no COSE
                receipt, so the first filing must not be entry 0.
            queue, tiles, lock: kept elsewhere than in the folder.
            options: `witnesses`, `batch`, as for the log.

        Raises:
            PlimsollError: ``log.exists`` for another log in the folder, ``log.key`` for keys that cannot be the log's.
        """
        vkeys = [signer.verifier for signer in signers]
        place = Path(folder)
        write_config(place, origin, vkeys)
        log = cls.open(place, signers, queue=queue, tiles=tiles, lock=lock, **options)
        log.queue.create(origin, LogState(0, EMPTY_ROOT, b"", b""))
        if log.lock.read() is None and not log.queue.state().checkpoint:
            if log.tiles.get_checkpoint() is not None or any(
                log.tiles.get(bundle_path(0, width)) for width in (1, TILE)
            ):
                raise lock_lost()
            with told_of_full_disk():
                log.lock.advance(None, Signed(origin, 0, EMPTY_ROOT))
        if not log.queue.state().size:
            log.queue.add([genesis_entry(origin, vkeys) if genesis is None else genesis], _time(now))
        if log.tiles.get_checkpoint() is None:
            log.integrate(now)
        return log

    @classmethod
    def open(
        cls,
        folder: Path | str,
        signers: Sequence[SignerKey] = (),
        *,
        queue: EntryQueue | None = None,
        tiles: TileStore | None = None,
        lock: LastSigned | None = None,
        **options: Any,
    ) -> Log:
        """The log in a folder. Without signers it can be appended to and read, but not integrated.

        Raises:
            PlimsollError: ``log.absent``, ``log.malformed``, ``log.key`` if the signers are not the log's.
        """
        place = Path(folder)
        origin, vkeys = read_config(place)
        if signers and [signer.verifier for signer in signers] != vkeys:
            raise PlimsollError(
                "log.key", "These are not the keys of this log.", fix="Give the keys that the log was created with."
            )
        return cls(
            origin,
            vkeys,
            queue=queue or SqliteQueue(place / "queue.sqlite"),
            tiles=tiles or LocalTiles(place / "public"),
            lock=lock or FileLastSigned(place / "last-signed"),
            signers=signers,
            **options,
        )

    def append(self, entry: bytes, now: int | None = None, transaction: Any = None) -> bytes:
        """Puts an entry into the queue and gives its ticket, the leaf hash. The same bytes twice are one entry.

        With `transaction`, the caller's connection or cursor, the entry is there exactly if the caller commits.
        """
        return self.append_many([entry], now, transaction)[0]

    def append_many(self, entries: Sequence[bytes], now: int | None = None, transaction: Any = None) -> list[bytes]:
        """As `append`, for many entries in one transaction."""
        return self.queue.add(entries, _time(now), transaction)

    def integrate(self, now: int | None = None, patience: float = 30.0) -> Integrated | None:
        """Takes one batch into the tree and publishes it; nothing if no entry waits. See `sequencer`.

        Raises:
            PlimsollError: ``log.sequencer_busy`` after `patience` seconds behind another sequencer,
                ``log.witness_ahead`` or ``log.forked`` when a witness holds a checkpoint signed by this log that is not
                of its history, and the codes of `Sequencer.integrate`.
        """
        self._require_signers()
        with self.queue.lead(patience):
            self._check_against_witnesses()
            done = self._sequencer.integrate(_time(now))
        self._tell()
        return done

    def run(self, stop: threading.Event, every: float = 1.0, patience: float = 30.0) -> None:
        """Is the log's sequencer until `stop`: a batch each `every` seconds, or as soon as one is full.

        A checkpoint that went out without its quorum is shown to the witnesses again, each minute while nothing new
        comes. An error ends the run: a log that cannot write stops and says so.
        """
        self._require_signers()
        ask_again = 0.0
        with self.queue.lead(patience):
            while not stop.is_set():
                begun = time.monotonic()
                self._check_against_witnesses()
                done = self._sequencer.integrate(_time(None))
                if done is None and not self._cosigned and begun >= ask_again:
                    self.tiles.put_checkpoint(self._cosign(self.queue.state().checkpoint, _time(None)))
                    ask_again = time.monotonic() + ASK_AGAIN
                self._tell()
                if done is not None and done.size - done.first >= self._sequencer.batch:
                    continue
                while not stop.wait(min(every / 10, 0.1)):
                    if time.monotonic() - begun >= every or self.queue.pending() >= self._sequencer.batch:
                        break

    def checkpoint(self) -> bytes:
        """The published checkpoint, a signed note. Raises ``log.unpublished``."""
        data = self.tiles.get_checkpoint()
        if data is None:
            raise PlimsollError("log.unpublished", "The log has published nothing.", fix="Integrate its first batch.")
        return data

    def wait(self, ticket: bytes, timeout: float = 10.0) -> int:
        """The index of an entry, as soon as a published checkpoint covers it.

        Raises:
            PlimsollError: ``entry.unknown``, ``entry.waiting`` after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            index = self.index_of(ticket)
            if index is not None:
                return index
            left = deadline - time.monotonic()
            if left <= 0:
                raise PlimsollError(
                    "entry.waiting",
                    f"The entry is still waiting after {timeout:g} seconds.",
                    fix="Ask again later; see that the log's sequencer runs.",
                )
            with self._news:
                self._news.wait(min(left, 0.05))  # another process may be the sequencer, and it does not tell us

    def index_of(self, ticket: bytes) -> int | None:
        """The index of an entry that a published checkpoint covers, or nothing. Raises ``entry.unknown``."""
        index = self.queue.index_of(ticket)
        if index is None:
            return None
        data = self.tiles.get_checkpoint()
        return index if data is not None and read_checkpoint(data)[0].size > index else None

    def entry(self, index: int) -> bytes:
        """An entry of the published tree, read from the tiles and checked."""
        return self._published()[2].entry(index)

    def prove(self, index: int) -> Receipt:
        """The offline receipt of an entry, under the published checkpoint with its cosignatures.

        Raises:
            PlimsollError: ``proof.index`` for an entry that is not published, ``tile.*`` for damaged tiles.
        """
        data, checkpoint, reader = self._published()
        return Receipt(index, tuple(inclusion_path(index, checkpoint.size, reader.hash_at)), data)

    def prove_many(self, start: int, end: int) -> Iterator[Receipt]:
        """The receipts of entries start to end - 1, much faster than one by one."""
        data, checkpoint, reader = self._published()
        for index, path in enumerate(inclusion_paths(start, end, checkpoint.size, reader.hash_at), start):
            yield Receipt(index, tuple(path), data)

    def cose_receipt(self, index: int) -> bytes:
        """The COSE receipt of an entry (RFC 9942), by the log's first key that signs COSE messages.

        Its subject is the leaf hash in hexadecimal. Raises ``log.key`` without such a key.
        """
        _, checkpoint, reader = self._published()
        path = inclusion_path(index, checkpoint.size, reader.hash_at)
        return inclusion_receipt(
            self.cose_signer(),
            iss=self.origin,
            sub=reader.hash_at(0, index).hex(),
            index=index,
            size=checkpoint.size,
            path=path,
            root=checkpoint.root,
        )

    def cose_signer(self) -> CoseSigner:
        """The key that signs COSE receipts. Raises ``log.key``."""
        for signer in self._signers:
            if signer.verifier.type is KeyType.ED25519 and hasattr(signer, "sign_cose"):
                return signer  # type: ignore[return-value]
        raise PlimsollError("log.key", "No key of the log signs COSE receipts.", fix="Open the log with its keys.")

    def republish(self, now: int | None = None) -> bytes:
        """Asks the witnesses again for the newest checkpoint, and publishes it with what came; gives the note.

        Raises as `Sequencer.integrate`: a database that was put back publishes nothing.
        """
        with self.queue.lead(30.0):
            note = self._cosign(self._sequencer.checked_state().checkpoint, _time(now))
            self.tiles.put_checkpoint(note)
        self._tell()
        return note

    def rebuild(self, now: int | None = None, witnessed: bytes | None = None) -> int:
        """Makes the database again from the tiles, up to the last-signed size, and gives that size.

        Args:
            now: POSIX seconds, for the signatures under the same tree as before.
            witnessed: only when the last-signed size is lost or was put back: the newest checkpoint that any witness
                or mirror holds, signed by this log. Whoever gives an older one forks the log.

        Raises:
            PlimsollError: ``log.lock_missing``, ``log.witnessed_older``, ``log.forked``, ``tile.*``, ``bundle.*``.
        """
        self._require_signers()
        with self.queue.lead(30.0), told_of_full_disk():
            return rebuild(
                self.origin, self.vkeys, self._signers, self.queue, self.tiles, self.lock, _time(now), witnessed
            )

    def close(self) -> None:
        """Ends the connections of the queue."""
        self.queue.close()

    def _check_against_witnesses(self) -> None:
        """Holds this history against the witnesses', until one has shown what it holds, and again when one refuses."""
        if self.witnesses is None or self._history_shown or time.monotonic() < self._ask_history_at:
            return
        held = self.witnesses.newest(self.origin, self.vkeys)
        check_history(self.origin, self.queue.state(), self.tiles, self.lock, held)
        self._history_shown = held is not None
        self._ask_history_at = time.monotonic() + ASK_AGAIN

    def _cosign(self, note: bytes, now: int) -> bytes:
        if self.witnesses is None:
            return note
        checkpoint = read_checkpoint(note)[0]
        reader = TileReader(self.tiles, checkpoint.size, checkpoint.root)
        found = self.witnesses.cosign(note, now, lambda old: consistency_path(old, checkpoint.size, reader.hash_at))
        self._cosigned, self.witness_problems = found.quorum, found.problems
        if found.contradicted:
            if not self._history_shown:
                self._ask_history_at = 0.0  # it did not answer when it was asked what it holds, and it is there now
            self._history_shown = False
        return found.note

    def _published(self) -> tuple[bytes, Checkpoint, TileReader]:
        data = self.checkpoint()
        checkpoint = read_checkpoint(data)[0]
        # One per thread: a reader's memory of tiles is not made for several.
        reader: TileReader | None = getattr(self._readers, "reader", None)
        if reader is None or (reader.size, reader.root) != (checkpoint.size, checkpoint.root):
            reader = self._readers.reader = TileReader(self.tiles, checkpoint.size, checkpoint.root)
        return data, checkpoint, reader

    def _require_signers(self) -> None:
        if not self._signers:
            raise PlimsollError("log.key", "The log was opened without its keys.", fix="Open it with its signers.")

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()


def _time(now: int | None) -> int:
    return int(time.time()) if now is None else now
