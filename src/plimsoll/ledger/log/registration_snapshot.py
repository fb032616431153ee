"""What registration needs of a long log, in a small file beside its queue, so that a desk need not read every entry.

The file holds those entries that count for later ones (records, and what is signed with ECDSA) and the tree that they
were read from. It is believed no further than the log's own tree goes: the tree that it names must be a beginning of
the published one, and each of its entries must be a leaf there. A digest tells a file that was cut or edited. What none
of this tells is a file that somebody wrote anew and left something out of; whoever can write here can also write the
queue, and be judged by nobody. `registration.audit` reads every entry and believes no snapshot.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.registration import Registrar
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_store import LocalTiles

MOST_ENTRIES = 20_000
"""Entries that are kept; a log with more of them is read whole."""
_MOST_BYTES = 1 << 26
_FORMAT = "plimsoll/registration-snapshot/v1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The entries of the tree of `size` leaves and root `root` that count for later ones, with their indices."""

    origin: str
    size: int
    root: bytes
    entries: tuple[tuple[int, bytes], ...]

    def registrar(self) -> Registrar:
        """Keys, policy and erasures as they stand after `size` entries."""
        registrar = Registrar()
        for index, entry in self.entries:
            registrar.next_index = index
            registrar.apply(entry)
        registrar.next_index = self.size
        return registrar

    def encode(self) -> bytes:
        """JSON, with a SHA-256 of everything else in it."""
        body = {
            "format": _FORMAT,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "entries": [[index, base64.b64encode(entry).decode()] for index, entry in self.entries],
        }
        return json.dumps({**body, "sha256": _digest(body)}).encode() + b"\n"


def read_snapshot(path: Path, origin: str, reader: TileReader) -> Snapshot | None:
    """The snapshot in a file, if it is one of this log and its tree bears out all that it says; None otherwise.

    Raises:
        PlimsollError: ``tile.*`` if the log's own tiles are damaged.
    """
    try:
        with path.open("rb") as file:
            snapshot = _decode(file.read(_MOST_BYTES))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if snapshot.origin != origin or not 0 < snapshot.size <= reader.size:
        return None
    if reader.range_root(0, snapshot.size) != snapshot.root:
        return None
    before = -1
    for index, entry in snapshot.entries:
        if not before < index < snapshot.size or reader.hash_at(0, index) != leaf_hash(entry):
            return None
        before = index
    return snapshot


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replaces the file at one stroke. It saves time and nothing else, so a disk that takes none is no failure."""
    if len(snapshot.entries) > MOST_ENTRIES:
        return
    try:
        LocalTiles(path.parent).replace(path.name, snapshot.encode())
    except (OSError, PlimsollError):
        return


def _decode(data: bytes) -> Snapshot:
    body = json.loads(data)
    if body.pop("sha256") != _digest(body) or body["format"] != _FORMAT:
        raise ValueError(body["format"])
    size, entries = body["size"], body["entries"]
    if type(size) is not int or any(type(index) is not int for index, _ in entries):
        raise ValueError(size)
    return Snapshot(str(body["origin"]), size, bytes.fromhex(body["root"]), tuple(_entries(entries)))


def _entries(pairs: Sequence[tuple[int, str]]) -> list[tuple[int, bytes]]:
    return [(index, base64.b64decode(entry, validate=True)) for index, entry in pairs]


def _digest(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
