"""Signers with fixed keys for the tests and vectors of notes, checkpoints and cosignatures. Never for anything real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey, VerifierKey


@dataclass(frozen=True)
class SeedSigner:
    """A key whose seed is SHA-256 of its label, so that it is the same on every machine."""

    name: str
    type: KeyType
    label: str

    @cached_property
    def _private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        seed = hashlib.sha256(self.label.encode()).digest()
        if self.type is KeyType.COSIGN_MLDSA44:
            return MLDSA44PrivateKey.from_seed_bytes(seed)
        return Ed25519PrivateKey.from_private_bytes(seed)

    @cached_property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.type, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def log_signer(origin: str = "log.example/filings", label: str = "log") -> SeedSigner:
    return SeedSigner(origin, KeyType.ED25519, label)


def log_signer_pq(origin: str = "log.example/filings", label: str = "log pq") -> SeedSigner:
    return SeedSigner(origin, KeyType.COSIGN_MLDSA44, label)


def witness_signer(number: int, key_type: KeyType = KeyType.COSIGN_ED25519) -> SeedSigner:
    return SeedSigner(f"witness{number}.example", key_type, f"witness {number} {int(key_type)}")


def as_signer(signer: SeedSigner) -> SignerKey:
    """The type checker's proof that the protocol is met."""
    return signer


@contextmanager
def only_coded(*prefixes: str) -> Iterator[None]:
    """What a parser may do with bytes from anywhere: succeed, or raise an error with one of these prefixes."""
    try:
        yield
    except PlimsollError as problem:
        if not problem.code.startswith(prefixes):
            raise AssertionError(f"{problem.code} is not among {prefixes}") from problem
