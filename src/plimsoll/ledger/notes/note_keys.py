"""Verifier keys of signed notes (C2SP signed-note v1.0.0): who may sign, by which algorithm, and how a key is spelled.

A key is a name, a signature type and public bytes. Name and four-byte id together say which key a signature claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.statements.cose_keys import is_weak_ed25519

MAX_VKEY_CHARACTERS = 4096
"""The longest vkey that is read. An ML-DSA-44 key takes about 1,800 characters, so names may be long."""

MAX_NAME_BYTES = 1024
"""The longest key name, in bytes of UTF-8."""


class KeyType(IntEnum):
    """The signature types that are verified. Notes may carry others; they are read and passed over."""

    ED25519 = 0x01
    ECDSA = 0x02
    COSIGN_ED25519 = 0x04
    STH = 0x05
    COSIGN_MLDSA44 = 0x06


TIMESTAMPED = frozenset({KeyType.COSIGN_ED25519, KeyType.COSIGN_MLDSA44})
"""Types whose signature starts with a POSIX time in seconds (tlog-cosignature)."""

_RAW_SIZES = {KeyType.ED25519: 32, KeyType.COSIGN_ED25519: 32, KeyType.COSIGN_MLDSA44: 1312}


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that may sign notes under a name (signed-note, "Verifier keys").

    Attributes:
        name: non-empty, without Unicode spaces and without ``+``; a log's key is named by its origin.
        type: the signature type.
        public: 32 bytes for Ed25519, 1,312 for ML-DSA-44, a DER SubjectPublicKeyInfo for ECDSA and STH keys.

    Raises:
        PlimsollError: ``key.name`` or ``key.public`` when one of them cannot be.
    """

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        _check_public(self.type, self.public)

    @property
    def id(self) -> bytes:
        """The four bytes that a signature line carries in front of the signature."""
        return _key_id(self.name, self.type, self.public)

    @property
    def text(self) -> str:
        """The vkey: name, id in hexadecimal, and base64 of type and public bytes, joined by ``+``."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's signature of `message`, by the bare algorithm and without any framing."""
        return _verifier(self.type, self.public)(signature, message)


class SignerKey(Protocol):
    """Something that can sign with the private half of a verifier key: a file, a token, a remote service."""

    @property
    def verifier(self) -> VerifierKey: ...

    def sign(self, message: bytes) -> bytes:
        """The bare signature of `message`: 64 bytes Ed25519, 2,420 bytes ML-DSA-44, DER for ECDSA."""
        ...


def parse_vkey(text: str) -> VerifierKey:
    """Reads ``name+id+base64(type || public)``.

    Raises:
        PlimsollError: ``key.malformed`` when it is no vkey or the id is not that of the key, ``key.type`` for a
            signature type that is not verified here, ``key.name`` and ``key.public`` as for `VerifierKey`.
    """
    if len(text) > MAX_VKEY_CHARACTERS:
        raise _malformed(f"it is longer than {MAX_VKEY_CHARACTERS:,} characters")
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise _malformed("it does not have three parts joined by '+'")
    name, written_id, encoded = parts
    content = from_base64(encoded)
    if content is None or len(content) < 2:
        raise _malformed("its last part is not base64 of a type and a public key")
    key = VerifierKey(name, _known_type(content[0]), content[1:])
    if written_id != key.id.hex():
        raise _malformed(f"its id {written_id[:16]!r} is not that of the key, {key.id.hex()}")
    return key


def check_name(name: str) -> None:
    """Refuses what cannot be the name of a key.

    Raises:
        PlimsollError: ``key.name``.
    """
    if not is_key_name(name):
        raise PlimsollError(
            "key.name",
            f"{name[:80]!r} cannot name a key",
            fix="Use a URL without a scheme, such as log.example/filings: no spaces, no control characters, no '+'.",
        )


def is_key_name(name: str) -> bool:
    """Whether `name` is non-empty, bounded, and free of ``+``, Unicode spaces and control characters."""
    if not name or len(name) > MAX_NAME_BYTES or "+" in name:
        return False
    if any(character.isspace() or character < " " for character in name):
        return False
    try:
        return len(name.encode()) <= MAX_NAME_BYTES
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=1024)
def _key_id(name: str, key_type: KeyType, public: bytes) -> bytes:
    if key_type is KeyType.ECDSA:
        # The one type that came into use before the rule: its id does not cover the name.
        return hashlib.sha256(public).digest()[:4]
    # A tree head signature is identified by the log id of RFC 6962, which is the hash of the key.
    body = hashlib.sha256(public).digest() if key_type is KeyType.STH else public
    return hashlib.sha256(name.encode() + b"\n" + bytes([key_type]) + body).digest()[:4]


def _known_type(number: int) -> KeyType:
    try:
        return KeyType(number)
    except ValueError:
        raise PlimsollError(
            "key.type",
            f"signature type 0x{number:02x} is not verified here",
            fix="Use a key of type 0x01, 0x02, 0x04, 0x05 or 0x06; notes signed by other types as well are accepted.",
        ) from None


def _check_public(key_type: KeyType, public: bytes) -> None:
    size = _RAW_SIZES.get(key_type)
    if size is not None and len(public) != size:
        raise _bad_public(key_type, f"it has {len(public)} bytes and not {size:,}")
    if key_type in (KeyType.ED25519, KeyType.COSIGN_ED25519) and is_weak_ed25519(public):
        raise _bad_public(
            key_type, "it is a point of small order or not in its canonical form; anybody can sign for it"
        )
    try:
        _verifier(key_type, public)
    except ValueError as problem:
        raise _bad_public(key_type, str(problem).split("\n")[0][:200]) from None


@lru_cache(maxsize=1024)
def _verifier(key_type: KeyType, public: bytes) -> Callable[[bytes, bytes], bool]:
    """A function of signature and message. Loading a key costs about as much as verifying, hence the cache."""
    from cryptography.exceptions import InvalidSignature

    check = _mechanism(key_type, public)

    def verifies(signature: bytes, message: bytes) -> bool:
        try:
            check(signature, message)
        except InvalidSignature:
            return False
        return True

    return verifies


def _mechanism(key_type: KeyType, public: bytes) -> Callable[[bytes, bytes], None]:
    if key_type in (KeyType.ED25519, KeyType.COSIGN_ED25519):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(public).verify
    if key_type is KeyType.COSIGN_MLDSA44:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        return MLDSA44PublicKey.from_public_bytes(public).verify
    return _ecdsa(public)


def _ecdsa(public: bytes) -> Callable[[bytes, bytes], None]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    try:
        key = load_der_public_key(public)
    except UnsupportedAlgorithm as problem:
        raise ValueError(str(problem)) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in ("secp256r1", "secp384r1", "secp521r1"):
        raise ValueError("it is not a key on P-256, P-384 or P-521")
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
        # A second spelling of one key would have a second id, and pass for a second witness.
        raise ValueError("it is not in the canonical DER form")
    # The digest belongs to the signature type and not to the curve.
    algorithm = ec.ECDSA(SHA256())
    return lambda signature, message: key.verify(signature, message, algorithm)


def _malformed(why: str) -> PlimsollError:
    return PlimsollError(
        "key.malformed",
        f"this is not a verifier key: {why}",
        fix="Copy the whole vkey as its owner published it: name+8 hexadecimal digits+base64.",
    )


def _bad_public(key_type: KeyType, why: str) -> PlimsollError:
    return PlimsollError(
        "key.public",
        f"the public part of this key of type 0x{key_type:02x} cannot be: {why}",
        fix="Copy the vkey again from where its owner published it.",
    )
