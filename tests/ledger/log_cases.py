"""A log in memory for the tests of receipts, verdicts and proofs of misbehaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from note_cases import SeedSigner, log_signer

from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.notes import add_signatures
from plimsoll.ledger.notes.tlog_proof import Receipt
from plimsoll.ledger.tree.merkle import leaf_hash, root_of
from plimsoll.ledger.tree.proofs import HashAt, in_memory, inclusion_path

NOW = 1_795_000_000
_SIGNER = log_signer()


@dataclass(frozen=True)
class MemoryLog:
    """What a log with these entries can be asked for."""

    entries: Sequence[bytes]
    signer: SeedSigner = _SIGNER

    def head(self, size: int | None = None) -> Checkpoint:
        entries = self.entries[:size]
        return Checkpoint(self.signer.name, len(entries), root_of([leaf_hash(entry) for entry in entries]))

    def note(self, size: int | None = None, witnesses: Sequence[tuple[SeedSigner, int]] = ()) -> bytes:
        head = self.head(size)
        lines = [cosign(head, witness, time) for witness, time in witnesses]
        return add_signatures(sign_checkpoint(head, [self.signer], NOW), lines).encode()

    @property
    def hash_at(self) -> HashAt:
        return in_memory([leaf_hash(entry) for entry in self.entries])

    def receipt(self, index: int, size: int | None = None, witnesses: Sequence[tuple[SeedSigner, int]] = ()) -> Receipt:
        size = len(self.entries) if size is None else size
        path = inclusion_path(index, size, self.hash_at)
        return Receipt(index, tuple(path), self.note(size, witnesses))


def numbered(count: int, word: str = "entry") -> list[bytes]:
    return [f"{word} {number}".encode() for number in range(count)]
