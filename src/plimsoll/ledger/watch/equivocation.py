"""Does a log show one face to everybody? Compares what it signed for different people, and writes down a contradiction.

The form of the proof is described in `misbehaviour.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import open_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import VerifierKey
from plimsoll.ledger.notes.notes import SignedNote
from plimsoll.ledger.notes.tlog_proof import Receipt, verify_path
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.proofs import HashAt, consistency_path, range_root
from plimsoll.ledger.watch import misbehaviour
from plimsoll.ledger.watch.misbehaviour import Contradiction, DifferentEntry, DifferentPrefix, DifferentRoots

TreeOf = Callable[[Checkpoint], HashAt | None]
"""Hashes of the tree of a checkpoint, as its holder serves it, or None where nobody does. `TileReader.hash_at` will do:
it checks every hash against the checkpoint's root."""


_Opened = tuple[Checkpoint, SignedNote]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two views of one log side by side.

    Attributes:
        first, second: names of the views, the smaller tree first.
        consistent: True, False, or None when nobody serves the tree that would tell.
        proof: the proof of misbehaviour when `consistent` is False.
    """

    first: str
    second: str
    consistent: bool | None
    proof: bytes | None = None


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """A proof that was checked: `origin` signed `first` and `second`, which contradict each other as `how` says."""

    origin: str
    first: Checkpoint
    second: Checkpoint
    how: Contradiction


def contradiction(
    one: bytes, other: bytes, log_keys: Collection[VerifierKey], tree_of: TreeOf | None = None
) -> bytes | None:
    """Compares two checkpoints of one log.

    Args:
        one, other: the notes, in any order.
        log_keys: the log's keys, named by its origin.
        tree_of: gives hashes of the larger tree; not needed for equal sizes.

    Returns:
        a proof of misbehaviour, or None when the two are consistent.

    Raises:
        PlimsollError: as `open_checkpoint`; ``equivocation.origins`` for checkpoints of two logs;
            ``equivocation.undecided`` when sizes differ and nobody serves the larger tree; what `tree_of` raises when
            a tree is served that is not the signed one.
    """
    first, second = sorted((open_checkpoint(note, log_keys) for note in (one, other)), key=_size)
    return _contradiction(first, second, log_keys, tree_of)


def contradiction_of_receipts(
    one: tuple[Receipt, bytes], other: tuple[Receipt, bytes], log_keys: Collection[VerifierKey]
) -> bytes | None:
    """Compares two receipts, each with the hash of its leaf, of one log: no tile is needed.

    Returns:
        a proof of misbehaviour when they show different leaves at one index, None when they show no contradiction.

    Raises:
        PlimsollError: as `open_checkpoint` and `verify_path`, when a receipt is not good.
    """
    opened = []
    for receipt, leaf in (one, other):
        checkpoint, note = open_checkpoint(receipt.checkpoint, log_keys)
        verify_path(receipt, checkpoint, leaf)
        opened.append((checkpoint, note, receipt, leaf))
    opened.sort(key=lambda each: each[0].size)
    (small, small_note, receipt, leaf), (large, large_note, other_receipt, other_leaf) = opened
    if small.origin != large.origin or receipt.index != other_receipt.index or leaf == other_leaf:
        return None
    how = DifferentEntry(receipt.index, (leaf, other_leaf), (receipt.path, other_receipt.path))
    return misbehaviour.encode(how, _by_log(small_note, log_keys), _by_log(large_note, log_keys))


def compare(
    views: Mapping[str, bytes], log_keys: Collection[VerifierKey], tree_of: TreeOf | None = None
) -> Iterator[Compared]:
    """Compares what several witnesses hold of one log: each with the nearest larger one with which that can be done.

    Consistency carries over: two trees with which a third one begins agree with each other. A tree that is served
    otherwise than it was signed counts as not served; put the log's own newest checkpoint among the views, so that
    every other one can be held against the tree behind it.

    Args:
        views: checkpoint by name of the witness, mirror or client that was shown it.
        log_keys: as `contradiction`.
        tree_of: as `contradiction`.

    Raises:
        PlimsollError: as `open_checkpoint`; ``equivocation.origins``.
    """
    opened = {name: open_checkpoint(note, log_keys) for name, note in views.items()}
    names = sorted(opened, key=lambda name: (_size(opened[name]), name))
    for place, first in enumerate(names[:-1]):
        yield _against_larger(first, names[place + 1 :], opened, log_keys, tree_of)


def verify_misbehaviour(data: bytes, log_keys: Collection[VerifierKey]) -> Misbehaviour:
    """Checks a proof of misbehaviour with nothing but the log's keys.

    Raises:
        PlimsollError: ``misbehaviour.malformed`` when it cannot be read; ``note.*``, ``checkpoint.*`` when the log did
            not sign both notes; ``misbehaviour.unproven`` when they do not contradict each other as it says.
    """
    how, one, other = misbehaviour.decode(data)
    first, _ = open_checkpoint(one, log_keys)
    second, _ = open_checkpoint(other, log_keys)
    if first.origin != second.origin or not how.holds(first, second):
        raise PlimsollError(
            "misbehaviour.unproven",
            "the log signed both checkpoints, but they are not shown to contradict each other",
            fix="Do not accuse the log on this proof; ask who wrote it for the tiles that they compared.",
        )
    return Misbehaviour(first.origin, first, second, how)


def _against_larger(
    first: str, larger: list[str], opened: Mapping[str, _Opened], keys: Collection[VerifierKey], tree_of: TreeOf | None
) -> Compared:
    for second in larger:
        try:
            proof = _contradiction(opened[first], opened[second], keys, tree_of)
        except PlimsollError as problem:
            if problem.code == "equivocation.origins":
                raise
        else:
            return Compared(first, second, proof is None, proof)
    return Compared(first, larger[0], None)


def _contradiction(
    first: _Opened, second: _Opened, log_keys: Collection[VerifierKey], tree_of: TreeOf | None
) -> bytes | None:
    (small, small_note), (large, large_note) = first, second
    if small.origin != large.origin:
        raise PlimsollError(
            "equivocation.origins",
            f"these checkpoints are of two logs, {small.origin[:100]!r} and {large.origin[:100]!r}",
            fix="Compare checkpoints of one log.",
        )
    how = _contradicts(small, large, tree_of)
    if not how.holds(small, large):
        return None
    return misbehaviour.encode(how, _by_log(small_note, log_keys), _by_log(large_note, log_keys))


def _contradicts(small: Checkpoint, large: Checkpoint, tree_of: TreeOf | None) -> Contradiction:
    if small.size == large.size:
        return DifferentRoots()
    if small.size == 0:
        return DifferentPrefix(EMPTY_ROOT, ())
    hash_at = tree_of(large) if tree_of is not None else None
    if hash_at is None:
        raise PlimsollError(
            "equivocation.undecided",
            f"sizes {small.size:,} and {large.size:,} can only be compared with tiles of the larger tree",
            fix="Fetch the tiles from the log, or from a mirror that holds the larger checkpoint.",
        )
    path = consistency_path(small.size, large.size, hash_at)
    return DifferentPrefix(range_root(0, small.size, hash_at), tuple(path))


def _by_log(note: SignedNote, log_keys: Collection[VerifierKey]) -> bytes:
    """The note with the log's own signatures only: whoever checks the proof has no other keys."""
    own = {(key.name, key.id) for key in log_keys}
    kept = tuple(signature for signature in note.signatures if (signature.name, signature.key_id) in own)
    return SignedNote(note.text, kept).encode()


def _size(opened: _Opened) -> int:
    return opened[0].size
