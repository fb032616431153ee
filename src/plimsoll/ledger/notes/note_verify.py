"""One signature line against one known key: which bytes it must cover, and whether it does."""

from __future__ import annotations

import struct

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint_text import Checkpoint, parse_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.notes.signed_message import MAX_TIMESTAMP, checkpoint_message, cosignature_v1_message


def verify_signature(text: str, body: bytes, key: VerifierKey) -> int | None:
    """Verifies what follows the key id on a signature line, for the note `text`.

    Returns:
        the time of a cosignature or of a tree head signature, in POSIX seconds; None for types without one.

    Raises:
        PlimsollError: ``note.signature`` when it does not verify, also when the text is no checkpoint and the key's
            type signs nothing else.
    """
    if key.type in (KeyType.ED25519, KeyType.ECDSA):
        if not key.verifies(text.encode(), body):
            raise failed(key)
        return None
    try:
        checkpoint = parse_checkpoint(text)
    except PlimsollError as problem:
        raise failed(key, f"its type signs checkpoints only: {problem.what}") from None
    if key.type is KeyType.STH:
        return _tree_head(checkpoint, body, key)
    return _cosignature(checkpoint, body, key)


def failed(key: VerifierKey, why: str = "the signature is wrong") -> PlimsollError:
    """The refusal of a note because a known key's signature does not verify."""
    return PlimsollError(
        "note.signature",
        f"the signature by {key.name} (key {key.id.hex()}) does not verify: {why}",
        fix="Do not use this note: it was changed after signing, or its signer is at fault. Keep it as evidence.",
    )


def split_timestamp(body: bytes, key: VerifierKey) -> tuple[int, bytes]:
    """The time and the signature of a cosignature body (tlog-cosignature, "Format").

    Raises:
        PlimsollError: ``note.signature`` when it is too short or the time is beyond 2^63 - 1.
    """
    if len(body) <= 8:
        raise failed(key, "it is too short to carry a time")
    (timestamp,) = struct.unpack_from(">Q", body)
    if timestamp > MAX_TIMESTAMP:
        raise failed(key, "its time is beyond 2^63 - 1")
    return timestamp, body[8:]


def _cosignature(checkpoint: Checkpoint, body: bytes, key: VerifierKey) -> int:
    timestamp, signature = split_timestamp(body, key)
    if key.type is KeyType.COSIGN_ED25519:
        message = cosignature_v1_message(timestamp, checkpoint.text)
    else:
        try:
            message = checkpoint_message(key.name, timestamp, checkpoint)
        except PlimsollError as problem:
            raise failed(key, problem.what) from None
    if not key.verifies(message, signature):
        raise failed(key)
    return timestamp


def _tree_head(checkpoint: Checkpoint, body: bytes, key: VerifierKey) -> int:
    """RFC 6962 section 3.5 in the framing of static-ct-api: u64 milliseconds, then a digitally-signed struct."""
    if checkpoint.extensions:
        # What RFC 6962 signs has no room for them, so nobody would vouch for these lines.
        raise failed(key, "a tree head signature covers no extension lines")
    milliseconds, signature = split_timestamp(body, key)
    # Hash 4 is SHA-256 and algorithm 3 is ECDSA (RFC 5246 section 7.4.1.4.1).
    if (
        signature[:2] != b"\x04\x03"
        or len(signature) < 4
        or int.from_bytes(signature[2:4], "big") != len(signature) - 4
    ):
        raise failed(key, "it is no ECDSA tree head signature")
    message = b"\x00\x01" + struct.pack(">QQ", milliseconds, checkpoint.size) + checkpoint.root
    if not key.verifies(message, signature[4:]):
        raise failed(key)
    return milliseconds // 1000
