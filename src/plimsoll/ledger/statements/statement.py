"""Signed statements (RFC 9943): who says what about which document, as a COSE hash envelope (RFC 9995).

A filing's statement carries a digest and never the document. A few small records that the log itself must be able to
read again (keys, policies, erasures) carry their body instead. What enters the log is the statement with its
unprotected header emptied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements import cose
from plimsoll.ledger.statements.cbor import Cbor
from plimsoll.ledger.statements.cose import Alg, CoseKey, CoseSigner, Sign1, parse_sign1, sign1, verify_sign1
from plimsoll.ledger.tree.merkle import leaf_hash

SHA256, SHA384, SHA512 = -16, -43, -44
HASH_SIZES: Mapping[int, int] = {SHA256: 32, SHA384: 48, SHA512: 64}
"""COSE hash algorithms that a hash envelope may name, and the bytes of their digests."""

MAX_ENTRY = 65_535
"""Bytes of one log entry: its length travels in two bytes (tlog-tiles)."""
MAX_TEXT = 8192
"""Bytes of an issuer or a subject (RFC 9943)."""

ISS, SUB, AUD, IAT = 1, 2, 3, 6

KEY_REGISTERED = "application/vnd.plimsoll.key-registered+cbor"
KEY_REVOKED = "application/vnd.plimsoll.key-revoked+cbor"
REGISTRATION_POLICY = "application/vnd.plimsoll.registration-policy+cbor"
ERASURE = "application/vnd.plimsoll.erasure+cbor"
RECORD_TYPES = frozenset({KEY_REGISTERED, KEY_REVOKED, REGISTRATION_POLICY, ERASURE})
"""Media types of the records that a log reads; they carry their body, so that an auditor needs nothing but the log."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signed statement says, as far as its form goes: the signature is not checked by reading it.

    Attributes:
        iss: who makes the statement.
        sub: what it is about; a later statement with the same `iss` and `sub` supersedes it.
        aud: names of the logs that the statement is for; empty if it may be logged anywhere.
        alg: the signature algorithm.
        kid: names the issuer's key; None only where a certificate does.
        digest: of the document, or of `body` where there is one.
        hash_alg: of `digest`, a COSE hash algorithm.
        content_type: of the document (a media type or a CoAP number) or of `body`.
        location: where the document may be found; a hint.
        typ: what kind of statement this is, if said.
        issued_at: when the issuer says that it was made, POSIX seconds; the log does not vouch for it.
        body: the payload itself, for the records of `RECORD_TYPES`; None for a hash envelope.
        chain: DER certificates, the issuer's first; from the protected header, or from the unprotected one.
        x5t: COSE hash algorithm and digest of the issuer's certificate.
        message: the statement as it was signed.
    """

    iss: str
    sub: str
    aud: tuple[str, ...]
    alg: Alg
    kid: bytes | None
    digest: bytes
    hash_alg: int
    content_type: str | int | None
    location: str | None
    typ: str | int | None
    issued_at: int | float | None
    body: bytes | None
    chain: tuple[bytes, ...]
    x5t: tuple[int, bytes] | None
    message: Sign1 = field(repr=False)


def sign_statement(
    signer: CoseSigner,
    *,
    iss: str,
    sub: str,
    digest: bytes,
    hash_alg: int = SHA256,
    content_type: str | int | None = None,
    location: str | None = None,
    typ: str | int | None = None,
    issued_at: int | None = None,
    aud: str | None = None,
    fully_specified: bool = False,
) -> bytes:
    """A hash envelope over `digest`, signed.

    With `aud`, the name of a log, no other log takes it.

    Names, addresses and free text do not belong into `iss` and `sub`: an entry of a log is for ever.

    Raises:
        PlimsollError: ``statement.*`` if what is given makes no statement that a log would take.
    """
    protected: dict[int | str, Cbor] = {cose.HASH_ALG: hash_alg}
    _put(protected, {cose.HASHED_TYPE: content_type, cose.LOCATION: location, cose.TYP: typ})
    return _signed(signer, protected, iss, sub, digest, issued_at, aud, fully_specified)


def sign_record(
    signer: CoseSigner,
    *,
    iss: str,
    sub: str,
    media_type: str,
    body: bytes,
    issued_at: int | None = None,
    aud: str | None = None,
    fully_specified: bool = False,
) -> bytes:
    """A record that the log itself reads (`RECORD_TYPES`), with its body inside, signed.

    Without `aud`, the name of the log, anybody can log it in every other log of the same authority.
    """
    return _signed(signer, {cose.CONTENT_TYPE: media_type}, iss, sub, body, issued_at, aud, fully_specified)


def parse_statement(data: bytes, *, any_payload: bool = False) -> Statement:
    """Reads a signed statement and holds it to the rules for its headers. The signature is not checked.

    Args:
        data: foreign bytes.
        any_payload: also read statements of other services, which carry documents of any type and may have their
            labels in any order; no log takes them.

    Raises:
        PlimsollError: ``cbor.*``, ``cose.*``, ``statement.claims``, ``statement.key_unnamed``,
            ``statement.hash_envelope``, ``statement.content_type_beside_hash``, ``statement.digest_size``,
            ``statement.payload_missing``, ``statement.certificate``, ``statement.too_large``.
    """
    message = parse_sign1(data, any_order=any_payload)
    # Emptying a header never makes a message longer, so most need not be encoded to be measured.
    if len(data) > MAX_ENTRY and len(message.bare()) > MAX_ENTRY:
        raise _too_large()
    return _statement_of(message, any_payload)


def verify_statement(data: bytes, key: CoseKey, *, any_payload: bool = False) -> Statement:
    """The statement, if `key` signed it; the codes of `parse_statement` and of `cose.verify_sign1`."""
    statement = parse_statement(data, any_payload=any_payload)
    verify_sign1(statement.message, key)
    return statement


def leaf_bytes(data: bytes) -> bytes:
    """The log entry of a signed statement: the same bytes, with an empty unprotected header.

    Raises:
        PlimsollError: ``cbor.*``, ``cose.*``, or ``statement.too_large`` beyond 65,535 bytes.
    """
    entry = parse_sign1(data).bare()
    if len(entry) > MAX_ENTRY:
        raise _too_large()
    return entry


def statement_id(data: bytes) -> str:
    """What a statement is called everywhere: the hash of its leaf, 64 hexadecimal digits."""
    return leaf_hash(leaf_bytes(data)).hex()


def _signed(
    signer: CoseSigner,
    protected: dict[int | str, Cbor],
    iss: str,
    sub: str,
    payload: bytes,
    issued_at: int | None,
    aud: str | None,
    fully_specified: bool,
) -> bytes:
    claims: dict[int | str, Cbor] = {ISS: iss, SUB: sub}
    _put(claims, {AUD: aud, IAT: issued_at})
    protected = {**protected, cose.CLAIMS: claims, cose.KID: signer.cose_key.kid}
    data = sign1(signer, protected, payload, fully_specified=fully_specified).encode()
    parse_statement(data)
    return data


def _put(target: dict[int | str, Cbor], optional: Mapping[int, str | int | None]) -> None:
    target.update({label: value for label, value in optional.items() if value is not None})


def _statement_of(message: Sign1, any_payload: bool) -> Statement:
    headers = message.headers
    claims = headers.get(cose.CLAIMS)
    if not isinstance(claims, Mapping):
        raise _refused("statement.claims", "the protected header has no map of claims")
    chain, x5t = _certificates(message)
    iss, sub = _claim(claims, ISS), _claim(claims, SUB)
    if cose.X5T in headers or cose.X5CHAIN in headers:
        if ":" not in iss:
            raise _refused("statement.claims", "the issuer has a certificate, and its name is not a URI")
    elif message.kid is None:
        raise _refused("statement.key_unnamed", "the protected header names neither a key nor a certificate")
    if message.payload is None:
        raise _refused("statement.payload_missing", "the statement does not carry its payload")
    hash_alg, content_type, body = _payload_kind(message, any_payload)
    return Statement(
        iss=iss,
        sub=sub,
        aud=_audience(claims),
        alg=message.alg,
        kid=message.kid,
        digest=message.payload if body is None else hashlib.sha256(body).digest(),
        hash_alg=hash_alg,
        content_type=content_type,
        location=_text(headers, cose.LOCATION),
        typ=_text_or_number(headers, cose.TYP),
        issued_at=_issued_at(claims),
        body=body,
        chain=chain,
        x5t=x5t,
        message=message,
    )


def _payload_kind(message: Sign1, any_payload: bool) -> tuple[int, str | int | None, bytes | None]:
    """Hash algorithm, content type, and the body where the payload is one."""
    headers = message.headers
    for label in (cose.HASH_ALG, cose.HASHED_TYPE, cose.LOCATION):
        if label in message.unprotected:
            raise _refused("statement.hash_envelope", f"label {label} stands outside the protected header")
    if cose.HASH_ALG not in headers:
        content_type = _text_or_number(headers, cose.CONTENT_TYPE)
        if cose.HASHED_TYPE in headers or cose.LOCATION in headers:
            raise _refused("statement.hash_envelope", "a hashed type or a location is given without a hash algorithm")
        if content_type not in RECORD_TYPES and not any_payload:
            raise _refused("statement.hash_envelope", "the statement is no hash envelope: label 258 is not there")
        return SHA256, content_type, message.payload
    if cose.CONTENT_TYPE in headers or cose.CONTENT_TYPE in message.unprotected:
        raise _refused("statement.content_type_beside_hash", "label 3 stands beside label 258 and describes the digest")
    hash_alg = headers[cose.HASH_ALG]
    if not isinstance(hash_alg, int) or hash_alg not in HASH_SIZES:
        raise _refused("statement.hash_envelope", f"the hash algorithm {hash_alg!r:.40} is not accepted")
    if len(message.payload or b"") != HASH_SIZES[hash_alg]:
        raise _refused("statement.digest_size", f"the payload is not the {HASH_SIZES[hash_alg]} bytes of its hash")
    return hash_alg, _text_or_number(headers, cose.HASHED_TYPE), None


def _certificates(message: Sign1) -> tuple[tuple[bytes, ...], tuple[int, bytes] | None]:
    chain = message.headers.get(cose.X5CHAIN, message.unprotected.get(cose.X5CHAIN, ()))
    if isinstance(chain, bytes):
        chain = (chain,)
    if not isinstance(chain, tuple) or len(chain) > 8 or not all(isinstance(each, bytes) for each in chain):
        raise _refused("statement.certificate", "the chain is not a list of at most eight certificates")
    if not chain and cose.X5CHAIN in message.headers:
        raise _refused("statement.certificate", "the chain of certificates is empty")
    match message.headers.get(cose.X5T):
        case None:
            x5t = None
        case (int() as alg, bytes() as digest) if len(digest) == HASH_SIZES.get(alg):
            x5t = (alg, digest)
        case _:
            raise _refused("statement.certificate", "the thumbprint of the certificate is not a hash and its algorithm")
    return chain, x5t  # type: ignore[return-value]


def _claim(claims: Mapping[int | str, Cbor], label: int) -> str:
    value = claims.get(label)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= MAX_TEXT:
        name = "issuer" if label == ISS else "subject"
        raise _refused("statement.claims", f"the {name} is not a text of 1 to {MAX_TEXT} bytes")
    return value


def _audience(claims: Mapping[int | str, Cbor]) -> tuple[str, ...]:
    """One name or a list of them (RFC 8392)."""
    value = claims.get(AUD, ())
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, tuple) or not all(isinstance(each, str) and each for each in names):
        raise _refused("statement.claims", "what the statement is for is neither a name nor a list of names")
    if AUD in claims and not names:
        raise _refused("statement.claims", "the statement is for nobody")
    return names  # type: ignore[return-value]


def _issued_at(claims: Mapping[int | str, Cbor]) -> int | float | None:
    value = claims.get(IAT)
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise _refused("statement.claims", "the time of issue is not a number")
    return value


def _text(headers: Mapping[int | str, Cbor], label: int) -> str | None:
    value = headers.get(label)
    if value is not None and not isinstance(value, str):
        raise _refused("statement.hash_envelope", f"label {label} is not a text")
    return value


def _text_or_number(headers: Mapping[int | str, Cbor], label: int) -> str | int | None:
    value = headers.get(label)
    if value is None or (isinstance(value, str) and value) or (type(value) is int and value >= 0):
        return value
    raise _refused("statement.hash_envelope", f"label {label} is neither a media type nor a number")


def _too_large() -> PlimsollError:
    return PlimsollError(
        "statement.too_large",
        f"the statement makes an entry of more than {MAX_ENTRY:,} bytes",
        fix="Log a digest of the document and not the document; put certificate chains into the unprotected header.",
    )


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(
        code, what, fix="Make the statement as RFC 9943 and RFC 9995 describe it; `sign_statement` does."
    )
