"""Follows a log: every new entry, by issuer, and never a step beyond what was verified against a signed checkpoint."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import open_checkpoint
from plimsoll.ledger.notes.checkpoint_text import MAX_SIZE, Checkpoint, parse_checkpoint
from plimsoll.ledger.notes.note_keys import VerifierKey
from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES, parse_note
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.proofs import HashAt
from plimsoll.ledger.watch.equivocation import contradiction

if TYPE_CHECKING:
    from plimsoll.ledger.tree.tile_source import Source

BATCH = 256
"""Entries per step: one bundle, so that at most 16 MiB of entries are held at once."""


@dataclass(frozen=True, slots=True)
class MonitorState:
    """How far a monitor has come; save it after each step.

    Attributes:
        origin: the log that is followed.
        position: index of the first entry that was not reported yet; never beyond the size of `checkpoint`.
        checkpoint: the newest note that was verified and found consistent with all before it; None at the start. It is
            kept whole, because it is one half of the proof should the log ever contradict it.
    """

    origin: str
    position: int = 0
    checkpoint: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.position <= MAX_SIZE:
            raise _malformed("its position is no unsigned 64-bit number")
        seen = self.seen
        if self.position > (seen.size if seen else 0) or (seen and seen.origin != self.origin):
            raise _malformed("its position or origin does not fit its checkpoint")

    @property
    def seen(self) -> Checkpoint | None:
        """The checkpoint, read."""
        return None if self.checkpoint is None else parse_checkpoint(parse_note(self.checkpoint).text)

    def encode(self) -> bytes:
        """The state as a JSON file."""
        note = None if self.checkpoint is None else self.checkpoint.decode()
        return json.dumps({"origin": self.origin, "position": self.position, "checkpoint": note}).encode() + b"\n"

    @staticmethod
    def parse(data: bytes) -> MonitorState:
        """Reads what `encode` wrote.

        Raises:
            PlimsollError: ``monitor.state``, or ``note.*`` and ``checkpoint.malformed`` for its checkpoint.
        """
        try:
            content = json.loads(data) if len(data) <= 2 * MAX_NOTE_BYTES else None
        except (ValueError, RecursionError):
            raise _malformed("it is not JSON") from None
        match content:
            case {"origin": str(origin), "position": int(position), "checkpoint": str() | None as note}:
                try:
                    return MonitorState(origin, position, None if note is None else note.encode())
                except UnicodeEncodeError:
                    raise _malformed("its checkpoint is not UTF-8") from None
        raise _malformed("it does not have origin, position and checkpoint")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, verified against a signed root."""

    index: int
    body: bytes


@dataclass(frozen=True, slots=True)
class NewEntries:
    """One step: new entries in the log's order, and the state after them.

    Attributes:
        by_issuer: entries by what the caller's function says of them; under None those that it refused.
        state: to save once these entries are dealt with.
    """

    by_issuer: dict[str | None, tuple[Entry, ...]]
    state: MonitorState


class ForkError(PlimsollError):
    """The log signed what contradicts what it signed before. `proof` is the portable proof of misbehaviour."""

    proof: bytes = b""


def follow(
    source: Source, state: MonitorState, keys: Collection[VerifierKey], issuer_of: Callable[[bytes], str | None]
) -> Iterator[NewEntries]:
    """Fetches the log's checkpoint and yields every entry that is new since `state`, in steps of `BATCH`.

    Whoever saves each step's state after dealing with it sees every entry at least once, whatever is interrupted.

    Args:
        source: where the log's checkpoint, tiles and bundles are fetched from; it is not trusted.
        state: how far an earlier call came, or ``MonitorState(origin)``.
        keys: the log's keys, named by its origin.
        issuer_of: tells the issuer of an entry; may raise PlimsollError for one that it cannot read, which is then
            reported under None, since an entry that nobody can read is what a monitor must not miss.

    Raises:
        ForkError: ``monitor.fork``, with the proof.
        PlimsollError: ``monitor.behind`` when the source serves an older checkpoint than was seen;
            ``checkpoint.empty_root``; as `open_checkpoint`; whatever the source and the tiles' verification raise.
            The last state that was yielded stays good.
    """
    from plimsoll.ledger.tree.tile_reader import TileReader

    served = _served(source)
    own = [key for key in keys if key.name == state.origin]
    checkpoint, _ = open_checkpoint(served, own, state.origin)
    _check_empty(checkpoint)
    reader = TileReader(source, checkpoint.size, checkpoint.root)
    seen = state.seen
    if seen is not None and state.checkpoint is not None:
        if checkpoint.size < seen.size:
            _refuse_older(state.checkpoint, served, own, TileReader(source, seen.size, seen.root).hash_at)
        _check_consistent(state.checkpoint, served, own, reader.hash_at)
    state = replace(state, checkpoint=served)
    while state.position < checkpoint.size:
        start = state.position
        # Steps end where bundles end, so that no bundle is read twice.
        end = min((start // BATCH + 1) * BATCH, checkpoint.size)
        state = replace(state, position=end)
        yield NewEntries(_grouped(reader.entries(start, end), start, issuer_of), state)


def _served(source: Source) -> bytes:
    note = source.get("checkpoint")
    if note is None:
        raise PlimsollError(
            "monitor.no_checkpoint",
            "there is no checkpoint at this place",
            fix="Give the address under which the log serves its tiles, or the folder of a mirror.",
        )
    return note


def _grouped(
    bodies: Iterable[bytes], start: int, issuer_of: Callable[[bytes], str | None]
) -> dict[str | None, tuple[Entry, ...]]:
    groups: dict[str | None, list[Entry]] = {}
    for index, body in enumerate(bodies, start):
        groups.setdefault(_issuer(body, issuer_of), []).append(Entry(index, body))
    return {issuer: tuple(entries) for issuer, entries in groups.items()}


def _issuer(body: bytes, issuer_of: Callable[[bytes], str | None]) -> str | None:
    try:
        return issuer_of(body)
    except PlimsollError:
        return None


def _check_empty(checkpoint: Checkpoint) -> None:
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise PlimsollError(
            "checkpoint.empty_root",
            "the log signed a size of 0 with a root that is not that of nothing",
            fix="Keep the checkpoint: it is by itself proof that the log's software is at fault.",
        )


def _check_consistent(seen: bytes, served: bytes, keys: Collection[VerifierKey], hash_at: HashAt) -> None:
    proof = contradiction(seen, served, keys, lambda _: hash_at)
    if proof is not None:
        raise _forked(proof)


def _refuse_older(seen: bytes, served: bytes, keys: Collection[VerifierKey], hash_at: HashAt) -> None:
    """An older checkpoint may be a stale cache or another branch; where the tiles tell, say which."""
    try:
        _check_consistent(seen, served, keys, hash_at)
    except ForkError:
        raise
    except PlimsollError as problem:
        # The tiles of what was seen are not served any more: then it can only be said that this is older.
        untold = f"; whether it agrees with that cannot be told ({problem.code})"
    else:
        untold = ""
    raise PlimsollError(
        "monitor.behind",
        f"the log's checkpoint is older than one that was seen before{untold}",
        fix="Try again; if it stays, a backup was restored or a stale copy is served: tell the log's operator.",
    )


def _forked(proof: bytes) -> ForkError:
    error = ForkError(
        "monitor.fork",
        "the log signed a checkpoint that contradicts one that it signed before",
        fix="Keep the proof and show it to the log's other users; do not rely on this log.",
    )
    error.proof = proof
    return error


def _malformed(why: str) -> PlimsollError:
    return PlimsollError(
        "monitor.state",
        f"this is no saved state of a monitor: {why}",
        fix="Start again from an empty state, or restore the file.",
    )
