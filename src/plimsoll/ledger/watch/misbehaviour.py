"""A portable proof that a log misbehaved: two checkpoints that it signed and that no append-only log can both have.

The proof is one JSON object, pure ASCII, at most a few kilobytes, and needs nothing but the log's key to check:

    {"format": "plimsoll/misbehaviour/v1", "kind": ..., "checkpoints": [note, note], ...}

where each note carries the log's signature lines, the smaller size first. What makes them contradict is, by `kind`:

* ``roots``: both have one size and their root hashes differ. Nothing more is needed.
* ``prefix``: the sizes are m < n. ``"prefix_root"`` and ``"path"`` (base64) are a consistency proof (RFC 9162, 2.1.4)
  that the tree of the second note begins with m entries whose root is `prefix_root`; the first note signs another
  root at m. The path comes from the tree of the second note alone, so whoever has its tiles can write the proof. Of
  m = 0 every tree is a proof: `prefix_root` is the hash of nothing and the path is empty.
* ``entry``: ``"index"``, ``"leaves"`` and ``"paths"`` are two good inclusion proofs (RFC 9162, 2.1.3), one per note,
  of different leaf hashes at one index. Two receipts that contradict each other make this proof without any tile.

Under a collision-resistant hash no honest log can be shown to misbehave by any of the three.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.notes.checkpoint_text import MAX_SIZE, Checkpoint
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.proofs import verify_consistency, verify_inclusion

FORMAT = "plimsoll/misbehaviour/v1"

MAX_PROOF_BYTES = 1 << 18
"""The largest proof that is read, in bytes. Real ones take 1 to 25 kB, by the number of the log's keys."""

_MAX_PATH = 128
_FIX = "Ask whoever accuses the log for the proof again; as it is, it shows nothing."


@dataclass(frozen=True, slots=True)
class DifferentRoots:
    """One size, two root hashes."""

    kind = "roots"

    def holds(self, first: Checkpoint, second: Checkpoint) -> bool:
        """Whether the two contradict each other."""
        return first.size == second.size and first.root != second.root

    def fields(self) -> dict[str, object]:
        """The parts of the JSON object beyond the common ones."""
        return {}


@dataclass(frozen=True, slots=True)
class DifferentPrefix:
    """The second tree begins with `first.size` entries under another root than the first note signs."""

    prefix_root: bytes
    path: tuple[bytes, ...]

    kind = "prefix"

    def holds(self, first: Checkpoint, second: Checkpoint) -> bool:
        """Whether the two contradict each other; a path that fails shows nothing, anybody can write one."""
        if not first.size < second.size or self.prefix_root == first.root:
            return False
        if first.size == 0:
            return self.prefix_root == EMPTY_ROOT and not self.path
        try:
            verify_consistency(first.size, second.size, self.path, self.prefix_root, second.root)
        except PlimsollError:
            return False
        return True

    def fields(self) -> dict[str, object]:
        """The parts of the JSON object beyond the common ones."""
        return {"prefix_root": to_base64(self.prefix_root), "path": [to_base64(each) for each in self.path]}


@dataclass(frozen=True, slots=True)
class DifferentEntry:
    """Two leaf hashes at one index, each proved under one of the notes."""

    index: int
    leaves: tuple[bytes, bytes]
    paths: tuple[tuple[bytes, ...], tuple[bytes, ...]]

    kind = "entry"

    def holds(self, first: Checkpoint, second: Checkpoint) -> bool:
        """Whether the two contradict each other."""
        if self.leaves[0] == self.leaves[1]:
            return False
        try:
            for checkpoint, leaf, path in zip((first, second), self.leaves, self.paths, strict=True):
                verify_inclusion(self.index, checkpoint.size, leaf, path, checkpoint.root)
        except PlimsollError:
            return False
        return True

    def fields(self) -> dict[str, object]:
        """The parts of the JSON object beyond the common ones."""
        return {
            "index": self.index,
            "leaves": [to_base64(leaf) for leaf in self.leaves],
            "paths": [[to_base64(each) for each in path] for path in self.paths],
        }


Contradiction = DifferentRoots | DifferentPrefix | DifferentEntry


def encode(contradiction: Contradiction, first: bytes, second: bytes) -> bytes:
    """The proof as a file: `first` and `second` are the notes, smaller size first."""
    content = {
        "format": FORMAT,
        "kind": contradiction.kind,
        "checkpoints": [first.decode(), second.decode()],
        **contradiction.fields(),
    }
    return json.dumps(content, indent=1).encode("ascii") + b"\n"


def decode(data: bytes) -> tuple[Contradiction, bytes, bytes]:
    """Reads a proof without verifying it: what contradicts, and the two notes.

    Raises:
        PlimsollError: ``misbehaviour.malformed``.
    """
    if len(data) > MAX_PROOF_BYTES:
        raise _malformed(f"it has {len(data):,} bytes")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise _malformed("it is not JSON") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _malformed(f"its format is not {FORMAT}")
    first, second = (_note(note) for note in _list(content.get("checkpoints"), 2))
    return _contradiction(content), first, second


def _contradiction(content: dict[str, object]) -> Contradiction:
    match content.get("kind"):
        case "roots":
            return DifferentRoots()
        case "prefix":
            return DifferentPrefix(_hash(content.get("prefix_root")), _path(content.get("path")))
        case "entry":
            index = content.get("index")
            if type(index) is not int or not 0 <= index <= MAX_SIZE:
                raise _malformed("its index is no unsigned 64-bit number")
            leaf, other_leaf = (_hash(each) for each in _list(content.get("leaves"), 2))
            path, other_path = (_path(each) for each in _list(content.get("paths"), 2))
            return DifferentEntry(index, (leaf, other_leaf), (path, other_path))
        case _:
            raise _malformed("its kind is not roots, prefix or entry")


def _list(value: object, length: int | None = None) -> Sequence[object]:
    if not isinstance(value, list) or len(value) > _MAX_PATH or (length is not None and len(value) != length):
        raise _malformed("a list is missing or has the wrong length")
    return value


def _note(value: object) -> bytes:
    if not isinstance(value, str):
        raise _malformed("a checkpoint is not text")
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise _malformed("a checkpoint is not UTF-8") from None


def _path(value: object) -> tuple[bytes, ...]:
    return tuple(_hash(each) for each in _list(value))


def _hash(value: object) -> bytes:
    content = from_base64(value) if isinstance(value, str) else None
    if content is None or len(content) != 32:
        raise _malformed("a hash is not base64 of 32 bytes")
    return content


def _malformed(why: str) -> PlimsollError:
    return PlimsollError("misbehaviour.malformed", f"this is no proof of misbehaviour: {why}", fix=_FIX)
