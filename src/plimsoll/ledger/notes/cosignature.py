"""Cosignatures (C2SP tlog-cosignature): a witness, a mirror or a log puts a time and its name to a checkpoint.

Ed25519 cosignatures do not sign the cosigner's name, so a key must serve one role only; ML-DSA-44 ones do, and can
also sign a subtree.
"""

from __future__ import annotations

import struct

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import TIMESTAMPED, KeyType, SignerKey, VerifierKey
from plimsoll.ledger.notes.note_verify import failed, split_timestamp, verify_signature
from plimsoll.ledger.notes.notes import NoteSignature
from plimsoll.ledger.notes.signed_message import (
    MAX_TIMESTAMP,
    check_timestamp,
    checkpoint_message,
    cosignature_v1_message,
    subtree_message,
)

__all__ = [
    "MAX_TIMESTAMP",
    "cosign",
    "cosign_subtree",
    "cosignature_v1_message",
    "subtree_message",
    "verify_cosignature",
    "verify_subtree_cosignature",
]


def cosign(checkpoint: Checkpoint, signer: SignerKey, timestamp: int) -> NoteSignature:
    """Says: at `timestamp` (POSIX seconds), this was the largest consistent tree that I have seen for this origin.

    Only who has checked that may call this; `witness.add_checkpoint` does.

    Raises:
        PlimsollError: ``cosignature.key`` for a key of another type; ``cosignature.timestamp``,
            ``cosignature.subtree`` for what the format cannot carry.
    """
    key = _cosigner(signer)
    check_timestamp(timestamp)
    if key.type is KeyType.COSIGN_ED25519:
        message = cosignature_v1_message(timestamp, checkpoint.text)
    else:
        message = checkpoint_message(key.name, timestamp, checkpoint)
    return NoteSignature(key.name, key.id, struct.pack(">Q", timestamp) + signer.sign(message))


def cosign_subtree(origin: str, start: int, end: int, root: bytes, signer: SignerKey) -> NoteSignature:
    """Says: this subtree agrees with everything that I have seen of this log. Its time is always 0; ML-DSA-44 only.

    Raises:
        PlimsollError: ``cosignature.key`` for a key of another type, ``cosignature.subtree``.
    """
    key = _subtree_key(signer.verifier)
    message = subtree_message(key.name, 0, origin, start, end, root)
    return NoteSignature(key.name, key.id, bytes(8) + signer.sign(message))


def verify_cosignature(checkpoint: Checkpoint, signature: NoteSignature, key: VerifierKey) -> int:
    """The time of a good cosignature, in POSIX seconds.

    Raises:
        PlimsollError: ``cosignature.key`` when the line is not by `key` or `key` is no cosigner's,
            ``note.signature`` when it does not verify.
    """
    _check_claim(signature, key)
    timestamp = verify_signature(checkpoint.text, signature.body, key)
    assert timestamp is not None, "every cosignature carries a time"
    return timestamp


def verify_subtree_cosignature(
    origin: str, start: int, end: int, root: bytes, signature: NoteSignature, key: VerifierKey
) -> int:
    """The time of a good ML-DSA-44 cosignature of a subtree, in POSIX seconds; 0 unless `start` is 0.

    Raises:
        PlimsollError: ``cosignature.key``, ``cosignature.timestamp``, ``cosignature.subtree``, ``note.signature``.
    """
    _check_claim(signature, _subtree_key(key))
    timestamp, body = split_timestamp(signature.body, key)
    if not key.verifies(subtree_message(key.name, timestamp, origin, start, end, root), body):
        raise failed(key)
    return timestamp


def _cosigner(signer: SignerKey) -> VerifierKey:
    if signer.verifier.type not in TIMESTAMPED:
        raise _wrong_key(f"a key of type 0x{signer.verifier.type:02x} makes no cosignatures")
    return signer.verifier


def _subtree_key(key: VerifierKey) -> VerifierKey:
    if key.type is not KeyType.COSIGN_MLDSA44:
        raise _wrong_key(f"a key of type 0x{key.type:02x} signs no subtrees")
    return key


def _check_claim(signature: NoteSignature, key: VerifierKey) -> None:
    if key.type not in TIMESTAMPED:
        raise _wrong_key(f"a key of type 0x{key.type:02x} makes no cosignatures")
    if (signature.name, signature.key_id) != (key.name, key.id):
        raise _wrong_key(f"the line is by {signature.name} and not by {key.name}")


def _wrong_key(why: str) -> PlimsollError:
    return PlimsollError(
        "cosignature.key",
        f"this key cannot be used for this cosignature: {why}",
        fix="Use a key of type 0x04 (Ed25519) or 0x06 (ML-DSA-44; the only one for subtrees), made for this role.",
    )
