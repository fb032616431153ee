"""Who may read a confidential document: HPKE keys (RFC 9180), and the data key wrapped for each of them.

Two kinds: X25519, and X25519 together with ML-KEM-768, which stays closed if either of the two is broken. The hybrid is
for documents that must be secret in twenty years.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import decode_cbor, encode_cbor

MAX_WRAPS = 256
"""Recipients of one document."""

_INFO = b"plimsoll/wrap/v1|"
_X25519, _ML_KEM_PUBLIC, _ML_KEM_SEED = 32, 1184, 64
_PRIVATE = 32


class Kem(Enum):
    """How a key is agreed on."""

    X25519 = "x25519"
    MLKEM768_X25519 = "mlkem768-x25519"


_PUBLIC_SIZE = {Kem.X25519: _X25519, Kem.MLKEM768_X25519: _ML_KEM_PUBLIC + _X25519}


@dataclass(frozen=True, slots=True)
class Recipient:
    """The public half: 32 bytes of X25519, after 1,184 bytes of ML-KEM-768 for the hybrid."""

    kem: Kem
    public: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.public) != _PUBLIC_SIZE[self.kem]:
            raise _malformed(f"a {self.kem.value} key has {_PUBLIC_SIZE[self.kem]} bytes")

    @property
    def kid(self) -> bytes:
        """SHA-256 of kind and key, which names the recipient beside a wrapped key."""
        return hashlib.sha256(self.kem.value.encode() + b"\0" + self.public).digest()


@dataclass(frozen=True, slots=True)
class Wrap:
    """The data key and the salt of one document, closed for one recipient."""

    kid: bytes
    kem: Kem
    sealed: bytes = field(repr=False)


class RecipientKey:
    """The private half of a recipient. Its bytes are shown by nothing but `private_bytes`."""

    __slots__ = ("__content", "recipient")

    def __init__(self, kem: Kem, content: bytes) -> None:
        """Takes the bytes of `private_bytes`; ``recipient.malformed`` if they are of another length."""
        if len(content) != _PRIVATE:
            raise _malformed(f"a private {kem.value} key has {_PRIVATE} bytes")
        self.__content = content
        self.recipient = Recipient(kem, _public_bytes(kem, content))

    @classmethod
    def generate(cls, kem: Kem) -> RecipientKey:
        """A new key."""
        import os

        return cls(kem, os.urandom(_PRIVATE))

    def private_bytes(self) -> bytes:
        """32 bytes: of X25519, or the seed of the hybrid (X-Wing). Keep them as `FileKey` keeps its own."""
        return self.__content

    def unwrap(self, wrap: Wrap, document: str) -> bytes:
        """What was wrapped for this key.

        Args:
            wrap: one that names this key.
            document: id of the document that it belongs to; a wrap moved to another document does not open.

        Raises:
            PlimsollError: ``commitment.wrap``.
        """
        from cryptography.exceptions import InvalidTag

        kem = self.recipient.kem
        if wrap.kem is not kem or wrap.kid != self.recipient.kid:
            raise _not_opened("the wrapped key is for another recipient")
        try:
            opened: bytes = _suite(kem).decrypt(wrap.sealed, _private(kem, self.__content), info=_info(document))
        except (InvalidTag, ValueError):
            raise _not_opened("the wrapped key does not open: it was changed, or is that of another document") from None
        return opened

    def __repr__(self) -> str:
        return f"RecipientKey({self.recipient.kem.value!r}, kid={self.recipient.kid.hex()[:16]})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise PlimsollError("key.not_copied", "a private key is not pickled or copied", fix="Load it where needed.")


def wrap_for(recipient: Recipient, secret: bytes, document: str) -> Wrap:
    """Closes `secret` for one recipient and one document."""
    try:
        public = _public(recipient.kem, recipient.public)
        sealed = _suite(recipient.kem).encrypt(secret, public, info=_info(document))
    except ValueError:
        raise _malformed("the recipient's key cannot be used") from None
    return Wrap(recipient.kid, recipient.kem, sealed)


def encode_wraps(wraps: tuple[Wrap, ...]) -> bytes:
    """Wraps as they are stored beside the ciphertext: CBOR [[kid, kind, sealed], ...]."""
    return encode_cbor(tuple((each.kid, each.kem.value, each.sealed) for each in wraps))


def parse_wraps(data: bytes) -> tuple[Wrap, ...]:
    """Reads `encode_wraps`; ``recipient.malformed``, ``cbor.*``."""
    listed = decode_cbor(data, max_size=MAX_WRAPS * 2048, max_depth=2)
    if not isinstance(listed, tuple) or len(listed) > MAX_WRAPS:
        raise _malformed(f"the wrapped keys are not a list of at most {MAX_WRAPS}")
    return tuple(_wrap(each) for each in listed)


def _wrap(value: object) -> Wrap:
    match value:
        case (bytes() as kid, str() as kem, bytes() as sealed) if kem in {each.value for each in Kem}:
            return Wrap(kid, Kem(kem), sealed)
    raise _malformed("a wrapped key is not a kid, a kind and bytes")


def _info(document: str) -> bytes:
    return _INFO + document.encode()


def _suite(kem: Kem) -> Any:
    from cryptography.hazmat.primitives import hpke

    kind = hpke.KEM.X25519 if kem is Kem.X25519 else hpke.KEM.MLKEM768_X25519
    return hpke.Suite(kind, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def _halves(kem: Kem, content: bytes) -> tuple[bytes, bytes]:
    """The ML-KEM seed, empty without one, and the X25519 bytes; the hybrid's seed is expanded as X-Wing does it."""
    if kem is Kem.X25519:
        return b"", content
    expanded = hashlib.shake_256(content).digest(_ML_KEM_SEED + _X25519)
    return expanded[:_ML_KEM_SEED], expanded[_ML_KEM_SEED:]


def _private(kem: Kem, content: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    seed, own = _halves(kem, content)
    classic = X25519PrivateKey.from_private_bytes(own)
    if kem is Kem.X25519:
        return classic
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

    return MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(seed), classic)


def _public(kem: Kem, content: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    classic = X25519PublicKey.from_public_bytes(content[-_X25519:])
    if kem is Kem.X25519:
        return classic
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
    from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(content[:_ML_KEM_PUBLIC]), classic)


def _public_bytes(kem: Kem, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    seed, own = _halves(kem, content)
    classic: bytes = X25519PrivateKey.from_private_bytes(own).public_key().public_bytes_raw()
    if kem is Kem.X25519:
        return classic
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

    return MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + classic


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("recipient.malformed", what, fix="Ask the recipient for the key again.")


def _not_opened(what: str) -> PlimsollError:
    return PlimsollError("commitment.wrap", what, fix="Ask the filer to wrap the document's key for you.")
