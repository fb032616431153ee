"""A log in memory that can also lie, and witnesses that watch it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.ledger.sequencer_cases import ORIGIN, SIGNERS, VKEYS

from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey
from plimsoll.ledger.tree.merkle import leaf_hash, root_of
from plimsoll.ledger.tree.proofs import consistency_path, in_memory
from plimsoll.ledger.watch.witness import Witness
from plimsoll.ledger.watch.witness_store import SqliteWitnessStore


@dataclass
class Tree:
    """A history, and what the log says about it."""

    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(bytes([number])) for number in range(40)])

    def root(self, size: int) -> bytes:
        return root_of(self.leaves[:size])

    def note(self, size: int, root: bytes | None = None) -> bytes:
        checkpoint = Checkpoint(ORIGIN, size, self.root(size) if root is None else root)
        return sign_checkpoint(checkpoint, SIGNERS, 1_000).encode()

    def proof(self, old: int, size: int) -> list[bytes]:
        return consistency_path(old, size, in_memory(self.leaves)) if 0 < old < size else []

    def request(self, old: int, size: int, root: bytes | None = None) -> bytes:
        return asked(old, self.proof(old, size), self.note(size, root))


def forked(at: int) -> Tree:
    """A history that agrees with the first one up to a size."""
    tree = Tree()
    tree.leaves[at:] = [leaf_hash(b"other" + bytes([number])) for number in range(at, 40)]
    return tree


def asked(old: int | str, proof: list[bytes], note: bytes) -> bytes:
    return "\n".join([f"old {old}", *map(to_base64, proof), "", ""]).encode() + note


def witness_keys(number: int = 1) -> list[SignerKey]:
    name = f"witness.example/{number}"
    return [
        from_seed(name, KeyType.COSIGN_ED25519, hashlib.sha256(f"{name} ed".encode()).digest()),
        from_seed(name, KeyType.COSIGN_MLDSA44, hashlib.sha256(f"{name} pq".encode()).digest()),
    ]


def new_witness(folder: Path, number: int = 1) -> Witness:
    folder.mkdir(parents=True, exist_ok=True)
    return Witness(witness_keys(number), {ORIGIN: VKEYS}, SqliteWitnessStore(folder / f"witness-{number}.sqlite"))
