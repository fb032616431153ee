"""Confidential documents: what the log shows is a digest of a salted commitment, and the document is encrypted.

    C       AES-256-GCM under a data key of its own, of the document           cid = SHA-256(C)
    commit  HMAC-SHA256(salt, "plimsoll/commit/v1" 0 media type 0 SHA-256(document))
    object  CBOR {commit, cid, type, schema, policy, fields}                   the statement's payload is its SHA-256

A plain hash of a filing would be no secret: compute, dates and site codes can be guessed and hashed. Without the salt
the commitment says nothing; with it, everybody can check that it is this document and no other. Length of C gives the
length of the document away.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from plimsoll.kernel.canonical import JsonValue
from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.sealed.field_digests import MAX_FIELDS, disclosure, field_digest, field_values, read_disclosure
from plimsoll.ledger.sealed.recipients import MAX_WRAPS, Recipient, RecipientKey, Wrap, wrap_for
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor

COMMITMENT_TYPE = "application/vnd.plimsoll.commitment+cbor"
"""Content type of what a confidential statement's digest is over."""
MAX_PAYLOAD = 1 << 28
"""Bytes of one document."""
MAX_OBJECT = 200_000
"""Bytes of one commitment object."""

_KEY, _NONCE = 32, 12
_TRIED = 8
_COMMIT, _PAYLOAD = b"plimsoll/commit/v1\0", b"plimsoll/payload/v1\0"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Data key and salt. Whoever has them can read the document; when nobody has them, nobody can."""

    data_key: bytes = field(repr=False)
    salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Commitment:
    """The commitment object, read.

    Attributes:
        commit: the salted commitment, 32 bytes.
        cid: SHA-256 of the ciphertext.
        media_type: of the document.
        schema: what the document is laid out by.
        policy: which policy named the recipients.
        fields: digests of its figures, sorted, so that their order says nothing; empty if it was sealed without.
    """

    commit: bytes
    cid: bytes
    media_type: str
    schema: str
    policy: str
    fields: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The object as CBOR, the same bytes for everybody."""
        members: dict[int | str, Cbor] = {
            "commit": self.commit,
            "cid": self.cid,
            "type": self.media_type,
            "schema": self.schema,
            "policy": self.policy,
            "fields": self.fields,
        }
        return encode_cbor(members)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed document, and where each part goes.

    Attributes:
        leaf_payload: into the statement, as its digest; in hexadecimal it is the document's id.
        commitment: beside the ciphertext, and to whoever verifies a figure.
        ciphertext: to the store.
        wraps: beside the ciphertext, never into the log.
        secrets: stay with the filer, or nowhere.
    """

    leaf_payload: bytes
    commitment: bytes
    ciphertext: bytes = field(repr=False)
    wraps: tuple[Wrap, ...]
    secrets: Secrets

    @property
    def document(self) -> str:
        """The id under which the parts are stored."""
        return self.leaf_payload.hex()


def seal(
    payload: bytes,
    media_type: str,
    recipients: Sequence[Recipient],
    schema: str,
    policy_id: str,
    *,
    fields: bool = False,
) -> Sealed:
    """Encrypts a document for its recipients and commits to it.

    Args:
        payload: the document.
        media_type: of it.
        recipients: who can read it.
        schema: id of its layout.
        policy_id: id of the policy that names the recipients.
        fields: whether its single figures can be opened one by one; the document is then canonical JSON.

    Raises:
        PlimsollError: ``commitment.too_large``, ``commitment.fields``, ``recipient.malformed``.
    """
    if len(payload) > MAX_PAYLOAD:
        raise _refused("commitment.too_large", f"the document has more than {MAX_PAYLOAD:,} bytes")
    if len(recipients) > MAX_WRAPS:
        raise _refused("commitment.too_large", f"the document has more than {MAX_WRAPS} recipients")
    return _seal_with(
        Secrets(os.urandom(_KEY), os.urandom(_KEY)),
        os.urandom(_NONCE),
        payload,
        media_type,
        recipients,
        schema,
        policy_id,
        fields,
    )


def open_sealed(
    leaf_payload: bytes, commitment: bytes, ciphertext: bytes, wraps: Sequence[Wrap], key: RecipientKey
) -> tuple[bytes, Secrets]:
    """The document and its secrets, if every part belongs to the statement with this payload.

    Raises:
        PlimsollError: ``commitment.other_statement``, ``commitment.other_ciphertext``, ``commitment.wrap``,
            ``commitment.not_opened``, ``commitment.mismatch``, ``commitment.fields``.
    """
    read = parse_commitment(commitment, leaf_payload)
    own = [each for each in wraps if each.kid == key.recipient.kid][:_TRIED]
    # Anybody can make a wrap for a recipient, so one that does not open hides none that does.
    for place, wrap in enumerate(own, start=1):
        try:
            opened = key.unwrap(wrap, leaf_payload.hex())
            if len(opened) != 2 * _KEY:
                raise _refused("commitment.wrap", "what was wrapped is not a data key and a salt")
            secrets = Secrets(opened[:_KEY], opened[_KEY:])
            return open_with(secrets, read, ciphertext), secrets
        except PlimsollError:
            if place == len(own):
                raise
    raise _refused("commitment.wrap", "no key was wrapped for this recipient")


def open_with(secrets: Secrets, commitment: Commitment, ciphertext: bytes) -> bytes:
    """The document, decrypted and held against its commitment; codes as for `open_sealed`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if hashlib.sha256(ciphertext).digest() != commitment.cid:
        raise _refused("commitment.other_ciphertext", "the ciphertext is not the one that was committed to")
    try:
        payload = AESGCM(secrets.data_key).decrypt(
            ciphertext[:_NONCE], ciphertext[_NONCE:], _PAYLOAD + commitment.commit
        )
    except (InvalidTag, ValueError):
        raise _refused("commitment.not_opened", "the data key does not open the ciphertext") from None
    check_commitment(commitment, secrets.salt, payload)
    return payload


def check_commitment(commitment: Commitment, salt: bytes, payload: bytes) -> None:
    """Returns if this document was committed to, its figures included; ``commitment.mismatch`` otherwise."""
    if not hmac.compare_digest(_commit(salt, commitment.media_type, payload), commitment.commit):
        raise _refused("commitment.mismatch", "the document is not the one that was committed to")
    if commitment.fields and _field_digests(salt, payload) != commitment.fields:
        raise _refused("commitment.mismatch", "the figures that were committed to are not those of the document")


def disclose(payload: bytes, salt: bytes, name: str) -> str:
    """What opens the figure `name` (a JSON pointer) of a document and nothing else; ``commitment.no_field``."""
    values = field_values(payload)
    if name not in values:
        raise _refused("commitment.no_field", f"the document has no figure {name!r:.80}")
    return disclosure(salt, name, values[name])


def verify_disclosure(opened: str, commitment: bytes, leaf_payload: bytes) -> tuple[str, JsonValue]:
    """Name and value of one figure of the document behind a statement.

    Args:
        opened: from `disclose`.
        commitment: the commitment object.
        leaf_payload: the digest in the statement, which the caller has verified.

    Raises:
        PlimsollError: ``commitment.other_statement``, ``commitment.disclosure``, ``commitment.malformed``.
    """
    read = parse_commitment(commitment, leaf_payload)
    named = read_disclosure(opened)
    if field_digest(opened) not in read.fields:
        raise _refused("commitment.disclosure", "this figure is not one of the document's")
    return named


def parse_commitment(data: bytes, leaf_payload: bytes) -> Commitment:
    """The commitment object behind a statement with this digest.

    Raises:
        PlimsollError: ``commitment.other_statement``, ``commitment.malformed``, ``cbor.*``.
    """
    if hashlib.sha256(data).digest() != leaf_payload:
        raise _refused("commitment.other_statement", "the commitment is not the one in the statement")
    match decode_cbor(data, max_size=MAX_OBJECT, max_depth=2):
        case {
            "commit": bytes() as commit,
            "cid": bytes() as cid,
            "type": str() as media_type,
            "schema": str() as schema,
            "policy": str() as policy,
            "fields": tuple() as fields,
            **rest,
        } if not rest and {len(commit), len(cid)} == {32}:
            digests = tuple(each for each in fields if isinstance(each, bytes) and len(each) == 32)
            if len(digests) == len(fields) <= MAX_FIELDS and list(digests) == sorted(set(digests)):
                return Commitment(commit, cid, media_type, schema, policy, digests)
    raise _refused("commitment.malformed", "the commitment object does not have the members of version 1")


def _seal_with(
    secrets: Secrets,
    nonce: bytes,
    payload: bytes,
    media_type: str,
    recipients: Sequence[Recipient],
    schema: str,
    policy_id: str,
    fields: bool,
) -> Sealed:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    commit = _commit(secrets.salt, media_type, payload)
    # The data key is used once, so the nonce cannot repeat under it; the commitment is bound in as associated data.
    ciphertext = nonce + AESGCM(secrets.data_key).encrypt(nonce, payload, _PAYLOAD + commit)
    digests = _field_digests(secrets.salt, payload) if fields else ()
    cid = hashlib.sha256(ciphertext).digest()
    commitment = Commitment(commit, cid, media_type, schema, policy_id, digests).encode()
    if len(commitment) > MAX_OBJECT:
        raise _refused("commitment.too_large", "what names its type, schema and policy is too long to be read back")
    leaf_payload = hashlib.sha256(commitment).digest()
    secret = secrets.data_key + secrets.salt
    wraps = tuple(wrap_for(each, secret, leaf_payload.hex()) for each in recipients)
    return Sealed(leaf_payload, commitment, ciphertext, wraps, secrets)


def _commit(salt: bytes, media_type: str, payload: bytes) -> bytes:
    message = _COMMIT + media_type.encode() + b"\0" + hashlib.sha256(payload).digest()
    return hmac.digest(salt, message, "sha256")


def _field_digests(salt: bytes, payload: bytes) -> tuple[bytes, ...]:
    values = field_values(payload)
    return tuple(sorted(field_digest(disclosure(salt, name, value)) for name, value in values.items()))


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(code, what, fix="Ask the filer for the statement and all its parts again.")
