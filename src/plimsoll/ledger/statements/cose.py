"""COSE_Sign1 (RFC 9052) by hand: one signature over the exact bytes of the protected header and a payload.

The protected header is kept as the bytes that came and is never encoded again, because the signature covers those
bytes and no others. ECDSA signatures can be altered by anybody into a second valid one, so the bytes of a message are
not a proof that it was not logged before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import MAX_SIZE, Cbor, CborReader, byte_string, decode_cbor, encode_cbor, head
from plimsoll.ledger.statements.cose_keys import FITTING, SIGNATURE_SIZE, Alg, CoseKey, KeyKind, choose_alg, load_public

__all__ = [
    "Alg",
    "CoseKey",
    "CoseSigner",
    "KeyKind",
    "Sign1",
    "decode_cbor",
    "encode_cbor",
    "parse_sign1",
    "sign1",
    "to_be_signed",
    "verify_sign1",
]

ALG, CRIT, CONTENT_TYPE, KID, CLAIMS, TYP = 1, 2, 3, 4, 15, 16
X5CHAIN, X5T = 33, 34
HASH_ALG, HASHED_TYPE, LOCATION = 258, 259, 260
RECEIPTS, VDS, VDP = 394, 395, 396

_ACCEPTED = frozenset(map(int, Alg))

UNDERSTOOD = frozenset({ALG, CONTENT_TYPE, KID, CLAIMS, TYP, X5CHAIN, X5T, HASH_ALG, HASHED_TYPE, LOCATION, VDS})
"""Labels that a sender may mark as critical."""

MAX_MESSAGE = MAX_SIZE
"""Bytes of a message with everything in its unprotected header."""
MAX_PROTECTED = 32_768
"""Bytes of a protected header; a chain of certificates fits."""


class CoseSigner(Protocol):
    """Something that holds a private key and signs with it; where the key lives is its own matter."""

    @property
    def cose_key(self) -> CoseKey: ...

    def sign_cose(self, message: bytes) -> bytes:
        """The signature in COSE form (for ECDSA: r and s, 32 bytes each)."""
        ...


@dataclass(frozen=True, slots=True)
class Sign1:
    """One COSE_Sign1 message.

    Attributes:
        protected: bytes of the protected header as they came.
        unprotected: the part that no signature covers.
        payload: the signed bytes, or None when they travel elsewhere.
        signature: in the form of its algorithm.
        headers: the protected header, decoded; read only.
        in_order: whether the protected header's keys stand in deterministic order.
    """

    protected: bytes
    unprotected: Mapping[int | str, Cbor]
    payload: bytes | None
    signature: bytes
    headers: Mapping[int | str, Cbor] = field(init=False, repr=False, compare=False)
    in_order: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        headers, in_order = _protected_headers(self.protected)
        object.__setattr__(self, "in_order", in_order)
        twice = headers.keys() & self.unprotected.keys()
        if twice:
            raise _malformed(f"label {sorted(map(str, twice))[0]:.40} is in both headers")
        if CRIT in self.unprotected:
            raise _malformed("the list of critical labels stands where no signature covers it")
        object.__setattr__(self, "headers", MappingProxyType(headers))
        object.__setattr__(self, "unprotected", MappingProxyType(dict(self.unprotected)))

    @property
    def alg(self) -> Alg:
        """The algorithm that the message names; ``cose.alg`` if it names none that is accepted."""
        named = self.headers.get(ALG)
        if type(named) is int and named in _ACCEPTED:
            return Alg(named)
        raise PlimsollError(
            "cose.alg",
            f"the message is signed with algorithm {named!r:.40}, which is not accepted",
            fix="Sign with one of " + ", ".join(f"{alg.value} ({alg.name})" for alg in Alg) + ".",
        )

    @property
    def kid(self) -> bytes | None:
        """The key that the message names in its protected header, if it does."""
        kid = self.headers.get(KID)
        if kid is not None and (not isinstance(kid, bytes) or not 0 < len(kid) <= 255):
            raise _malformed("the kid is not a byte string of 1 to 255 bytes")
        return kid

    def encode(self) -> bytes:
        """The tagged message. Only the unprotected header is encoded anew."""
        return self._encoded(encode_cbor(self.unprotected) if self.unprotected else b"\xa0")

    def bare(self) -> bytes:
        """The tagged message with an empty unprotected header: what a log takes of a statement."""
        return self._encoded(b"\xa0")

    def _encoded(self, unprotected: bytes) -> bytes:
        payload = b"\xf6" if self.payload is None else byte_string(self.payload)
        return b"\xd2\x84" + byte_string(self.protected) + unprotected + payload + byte_string(self.signature)

    def with_unprotected(self, unprotected: Mapping[int | str, Cbor]) -> Sign1:
        """The same signed message with another unprotected header."""
        return Sign1(self.protected, unprotected, self.payload, self.signature)


def parse_sign1(data: bytes, *, max_size: int = MAX_MESSAGE, any_order: bool = False) -> Sign1:
    """A tagged COSE_Sign1 message that somebody sent. Nothing is verified yet but its form.

    The unprotected header may have its keys in any order, because a log empties it; everything else is deterministic.

    Args:
        data: foreign bytes.
        max_size: bytes that are read at most.
        any_order: also read messages whose protected keys are out of order, as some libraries write them. For what is
            verified only; a log does not take them.

    Raises:
        PlimsollError: ``cbor.*``, ``cose.malformed``, ``cose.critical``.
    """
    reader = CborReader(data, max_size=max_size, ordered=False)
    reader.tag(18)
    reader.array(4)
    protected, unprotected, payload, signature = reader.item(), reader.item(), reader.item(), reader.item()
    reader.finish()
    if not isinstance(protected, bytes) or not isinstance(unprotected, dict):
        raise _malformed("the headers are not a byte string and a map")
    if not isinstance(payload, (bytes, type(None))) or not isinstance(signature, bytes):
        raise _malformed("payload or signature is not a byte string")
    message = Sign1(protected, unprotected, payload, signature)
    if not message.in_order and not any_order:
        raise PlimsollError(
            "cbor.not_deterministic",
            "the labels of the protected header are out of order",
            fix="Encode the header deterministically (RFC 8949, section 4.2.1) and sign it so.",
        )
    return message


def sign1(
    signer: CoseSigner,
    protected: Mapping[int | str, Cbor],
    payload: bytes,
    *,
    unprotected: Mapping[int | str, Cbor] | None = None,
    detached: bool = False,
    fully_specified: bool = False,
) -> Sign1:
    """Signs `payload`; the algorithm is put into the protected header by this function and by nobody else."""
    if ALG in protected:
        raise _malformed("the algorithm follows from the key and is not given")
    alg = choose_alg(signer.cose_key.kind, fully_specified=fully_specified)
    header = encode_cbor({**protected, ALG: int(alg)})
    signature = signer.sign_cose(to_be_signed(header, payload))
    return Sign1(header, unprotected or {}, None if detached else payload, signature)


def verify_sign1(message: Sign1, key: CoseKey, payload: bytes | None = None) -> None:
    """Returns if `key` signed the message, and raises otherwise.

    Args:
        message: as parsed.
        key: whose signature it must be.
        payload: the signed bytes, when the message is detached. Given beside an inline payload it is refused, so that
            no caller believes that it chose the bytes that were verified.

    Raises:
        PlimsollError: ``cose.alg``, ``cose.alg_mismatch`` (the algorithm does not fit the key), ``cose.kid_mismatch``,
            ``cose.payload_missing``, ``cose.payload_twice``, ``cose.signature``.
    """
    if message.alg not in FITTING[key.kind]:
        raise PlimsollError(
            "cose.alg_mismatch",
            f"the message says {message.alg.name}, but its key is a {key.kind.value} key",
            fix="Refuse the message: an honest signer writes the algorithm of its own key.",
        )
    if message.kid not in (None, key.kid):
        raise PlimsollError(
            "cose.kid_mismatch", "the message names another key", fix="Look the key up by the kid in the message."
        )
    _verify(key, message.signature, to_be_signed(message.protected, _payload_of(message, payload)))


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The bytes under a COSE_Sign1 signature: ["Signature1", protected, h'', payload] (RFC 9052 section 4.4)."""
    return b"\x84\x6aSignature1" + byte_string(protected) + b"\x40" + head(2, len(payload)) + payload


def _payload_of(message: Sign1, given: bytes | None) -> bytes:
    if message.payload is not None and given is not None:
        raise PlimsollError(
            "cose.payload_twice",
            "a payload was given for a message that carries its own",
            fix="Give a payload for detached messages only.",
        )
    found = given if message.payload is None else message.payload
    if found is None:
        raise PlimsollError(
            "cose.payload_missing", "the message is detached and its payload is not here", fix="Give the payload too."
        )
    return found


def _verify(key: CoseKey, signature: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    if len(signature) != SIGNATURE_SIZE[key.kind]:
        raise _bad_signature()
    public = load_public(key.kind, key.public)
    try:
        if key.kind is KeyKind.P256:
            from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
            from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
            from cryptography.hazmat.primitives.hashes import SHA256

            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            public.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))  # type: ignore[call-arg, arg-type]
        else:
            public.verify(signature, message)  # type: ignore[call-arg]
    except InvalidSignature:
        raise _bad_signature() from None


def _bad_signature() -> PlimsollError:
    return PlimsollError(
        "cose.signature", "the signature does not fit the message and the key", fix="Ask the signer for it again."
    )


def _protected_headers(protected: bytes) -> tuple[dict[int | str, Cbor], bool]:
    if len(protected) > MAX_PROTECTED:
        raise _malformed(f"the protected header has {len(protected)} bytes; at most {MAX_PROTECTED} are read")
    if not protected:
        return {}, True
    reader = CborReader(protected, ordered=False)
    headers = reader.item()
    reader.finish()
    if not isinstance(headers, dict):
        raise _malformed("the protected header is not a map")
    if protected == b"\xa0":
        raise PlimsollError(
            "cbor.not_deterministic", "an empty protected header is written as an empty string", fix="Encode it so."
        )
    _check_critical(headers)
    return headers, reader.in_order


def _check_critical(headers: Mapping[int | str, Cbor]) -> None:
    if CRIT not in headers:
        return
    critical = headers[CRIT]
    if not isinstance(critical, tuple) or not critical:
        raise _malformed("the list of critical labels is not a list of labels")
    for label in critical:
        if type(label) is not int or label not in UNDERSTOOD or label not in headers:
            raise PlimsollError(
                "cose.critical",
                f"the sender marks label {label!r:.40} as critical, and it is not understood or not there",
                fix="Send the message without it, or to a log that knows this label.",
            )


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("cose.malformed", what, fix="Send a COSE_Sign1 message as RFC 9052 describes it.")
