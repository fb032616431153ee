"""Public keys of issuers and logs as COSE_Key (RFC 9052 section 7, RFC 9964), and which algorithm fits which key.

A key here has one kind, and the kind alone says which algorithms may be used with it. What a message says about its
algorithm is checked against the key, never believed: that is what makes algorithm confusion impossible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey


class Alg(IntEnum):
    """The COSE algorithms that are accepted; ES256 and EdDSA are the older names of ESP256 and ED25519 (RFC 9864)."""

    ES256 = -7
    EDDSA = -8
    ESP256 = -9
    ED25519 = -19
    ML_DSA_44 = -48


class KeyKind(Enum):
    """What a key is, and so what it can sign with."""

    ED25519 = "ed25519"
    P256 = "p256"
    ML_DSA_44 = "ml-dsa-44"


FITTING: Mapping[KeyKind, tuple[Alg, Alg]] = {
    KeyKind.ED25519: (Alg.EDDSA, Alg.ED25519),
    KeyKind.P256: (Alg.ES256, Alg.ESP256),
    KeyKind.ML_DSA_44: (Alg.ML_DSA_44, Alg.ML_DSA_44),
}
"""Per kind: the algorithm that older verifiers know, and the fully specified one."""

SIGNATURE_SIZE: Mapping[KeyKind, int] = {KeyKind.ED25519: 64, KeyKind.P256: 64, KeyKind.ML_DSA_44: 2420}
"""Bytes of a COSE signature, per kind."""

_PUBLIC_SIZE = {KeyKind.ED25519: 32, KeyKind.P256: 64, KeyKind.ML_DSA_44: 1312}
_MAX_KEY = 4096
_OKP, _EC2, _AKP = 1, 2, 7
_P = 2**255 - 19
_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK = frozenset({0, 1, _P - 1, _ORDER_EIGHT, _P - _ORDER_EIGHT})


def choose_alg(kind: KeyKind, *, fully_specified: bool = False) -> Alg:
    """The algorithm to write into a message.

    The default is the older name (-8, -7), because verifiers in the field still refuse -19; `fully_specified` moves to
    the names of RFC 9864 once they follow.
    """
    return FITTING[kind][fully_specified]


@dataclass(frozen=True, slots=True)
class CoseKey:
    """A public key.

    Attributes:
        kind: what it is.
        public: 32 bytes (Ed25519), 64 bytes x and y (P-256), or 1,312 bytes (ML-DSA-44).
        kid: how messages name it; the RFC 9679 thumbprint unless given.

    Raises:
        PlimsollError: ``cose_key.malformed``, or ``cose_key.weak`` for an Ed25519 point of small order, under which
            one signature fits many messages.
    """

    kind: KeyKind
    public: bytes = field(repr=False)
    kid: bytes = b""

    def __post_init__(self) -> None:
        if len(self.public) != _PUBLIC_SIZE[self.kind]:
            raise _malformed(f"a {self.kind.value} key has {_PUBLIC_SIZE[self.kind]} bytes, not {len(self.public)}")
        if self.kind is KeyKind.ED25519:
            _refuse_weak(self.public)
        else:
            load_public(self.kind, self.public)
        if not self.kid:
            object.__setattr__(self, "kid", self.thumbprint)

    @property
    def thumbprint(self) -> bytes:
        """SHA-256 of the required members only (RFC 9679): the same for everybody who describes this key."""
        return hashlib.sha256(encode_cbor(self._members())).digest()

    def encode(self) -> bytes:
        """The COSE_Key map, with its kid."""
        return encode_cbor(self.members())

    def members(self) -> dict[int | str, Cbor]:
        """The COSE_Key map as a value, to be put into a set or a statement."""
        return {**self._members(), 2: self.kid}

    def _members(self) -> dict[int | str, Cbor]:
        if self.kind is KeyKind.ED25519:
            return {1: _OKP, -1: 6, -2: self.public}
        if self.kind is KeyKind.P256:
            return {1: _EC2, -1: 1, -2: self.public[:32], -3: self.public[32:]}
        return {1: _AKP, 3: int(Alg.ML_DSA_44), -1: self.public}


def parse_cose_key(data: bytes) -> CoseKey:
    """A COSE_Key that somebody sent.

    Raises:
        PlimsollError: ``cbor.*``, ``cose_key.malformed``, ``cose_key.unsupported``, ``cose_key.private``.
    """
    return cose_key_of(decode_cbor(data, max_size=_MAX_KEY, max_depth=3))


def cose_key_of(value: Cbor) -> CoseKey:
    """A COSE_Key out of decoded CBOR; see `parse_cose_key`."""
    if not isinstance(value, Mapping):
        raise _malformed("a COSE_Key is a map")
    kid = value.get(2, b"")
    if not isinstance(kid, bytes) or len(kid) > 255:
        raise _malformed("the kid is not a byte string of at most 255 bytes")
    kind, public = _kind_and_public(value)
    _check_use(value, kind)
    return CoseKey(kind, public, kid)


def _kind_and_public(value: Mapping[int | str, Cbor]) -> tuple[KeyKind, bytes]:
    if type(value.get(1)) is not int:
        raise _malformed("the key's type is not a number")
    match value.get(1), value.get(-1):
        case 1, 6:
            _refuse_private(value, -4)
            return KeyKind.ED25519, _bytes_at(value, -2, 32)
        case 2, 1:
            _refuse_private(value, -4)
            return KeyKind.P256, _bytes_at(value, -2, 32) + _bytes_at(value, -3, 32)
        case 7, bytes() if value.get(3) == Alg.ML_DSA_44:
            _refuse_private(value, -2)
            return KeyKind.ML_DSA_44, _bytes_at(value, -1, 1312)
    raise PlimsollError(
        "cose_key.unsupported",
        "this COSE_Key is of a type or on a curve that is not accepted",
        fix="Use an Ed25519, P-256 or ML-DSA-44 key.",
    )


def _check_use(value: Mapping[int | str, Cbor], kind: KeyKind) -> None:
    alg = value.get(3)
    if alg is not None and alg not in FITTING[kind]:
        raise _malformed(f"the key says algorithm {alg!r:.40}, which does not fit a {kind.value} key")
    operations = value.get(4)
    if operations is not None and not (isinstance(operations, tuple) and 2 in operations):
        raise _malformed("the key's operations do not include verification")


def _bytes_at(value: Mapping[int | str, Cbor], label: int, size: int) -> bytes:
    found = value.get(label)
    if not isinstance(found, bytes) or len(found) != size:
        raise _malformed(f"member {label} of the COSE_Key is not {size} bytes")
    return found


def _refuse_private(value: Mapping[int | str, Cbor], label: int) -> None:
    if label in value:
        raise PlimsollError(
            "cose_key.private",
            "this COSE_Key carries its private part",
            fix="Treat the key as lost: revoke it, make a new one, and send the public members only.",
        )


def is_weak_ed25519(public: bytes) -> bool:
    """Whether 32 bytes are a point of small order, for which anybody can sign, or a second spelling of a point."""
    height = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return height >= _P or height in _WEAK


def _refuse_weak(public: bytes) -> None:
    if is_weak_ed25519(public):
        raise PlimsollError(
            "cose_key.weak",
            "this Ed25519 key is a point of small order or not in its canonical form",
            fix="Make a key with a proper generator; anybody can sign for this one.",
        )


@lru_cache(maxsize=4096)
def load_public(kind: KeyKind, public: bytes) -> Ed25519PublicKey | EllipticCurvePublicKey | MLDSA44PublicKey:
    """The key as the cryptography library holds it; ``cose_key.malformed`` if it is no key of its kind."""
    try:
        if kind is KeyKind.ED25519:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

            return Ed25519PublicKey.from_public_bytes(public)
        if kind is KeyKind.P256:
            from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b"\x04" + public)
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

        return MLDSA44PublicKey.from_public_bytes(public)
    except ValueError:
        raise _malformed(f"these bytes are no {kind.value} public key") from None


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("cose_key.malformed", what, fix="Ask the owner of the key for it again.")
