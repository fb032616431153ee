"""Checkpoints (C2SP tlog-checkpoint v1.0.0): a log's signed word on its size and root hash, to write and to open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint_text import MAX_SIZE, Checkpoint, parse_checkpoint, parse_decimal
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.note_keys import TIMESTAMPED, SignerKey, VerifierKey
from plimsoll.ledger.notes.notes import NoteSignature, SignedNote, parse_note, verify_note

__all__ = [
    "MAX_SIZE",
    "Checkpoint",
    "open_checkpoint",
    "parse_checkpoint",
    "parse_decimal",
    "read_checkpoint",
    "sign_checkpoint",
]


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[SignerKey], now: int) -> SignedNote:
    """The checkpoint under one line per signer, in their order.

    Args:
        checkpoint: must be consistent with everything that this log ever signed; the caller answers for that.
        signers: the log's keys; a public log has at least one of type 0x01 and, better, one of type 0x06 too.
        now: POSIX seconds, for the types that carry a time.

    Raises:
        PlimsollError: ``checkpoint.unsigned`` without signers; ``cosignature.*`` as `cosign`.
    """
    if not signers:
        raise PlimsollError("checkpoint.unsigned", "a checkpoint needs a signer", fix="Give the log's signing key.")
    return SignedNote(checkpoint.text, tuple(_signed(checkpoint, signer, now) for signer in signers))


def read_checkpoint(data: bytes) -> tuple[Checkpoint, SignedNote]:
    """Reads a checkpoint without verifying anything: to learn its origin, and then which keys to ask.

    Raises:
        PlimsollError: ``note.*`` as `parse_note`, ``checkpoint.malformed``.
    """
    note = parse_note(data)
    return parse_checkpoint(note.text), note


def open_checkpoint(
    data: bytes, log_keys: Iterable[VerifierKey], origin: str | None = None
) -> tuple[Checkpoint, SignedNote]:
    """Reads a checkpoint that a log signed. Lines of unknown keys are passed over.

    Args:
        data: the note.
        log_keys: keys of one log or of many; only those named like the checkpoint's origin count, so that no log can
            speak for another.
        origin: the one origin that is expected. With it, `log_keys` are all taken for this log's, whatever their names.

    Raises:
        PlimsollError: ``note.*`` as `open_note`, ``checkpoint.malformed``, ``checkpoint.origin`` when it is another
            log's.
    """
    checkpoint, note = read_checkpoint(data)
    if origin is not None and checkpoint.origin != origin:
        raise PlimsollError(
            "checkpoint.origin",
            f"this checkpoint is of {checkpoint.origin!r:.200} and not of {origin!r}",
            fix="Give the checkpoint of the expected log, or the name of this one.",
        )
    verify_note(note, [key for key in log_keys if origin is not None or key.name == checkpoint.origin])
    return checkpoint, note


def _signed(checkpoint: Checkpoint, signer: SignerKey, now: int) -> NoteSignature:
    key = signer.verifier
    if key.type in TIMESTAMPED:
        return cosign(checkpoint, signer, now)
    return NoteSignature(key.name, key.id, signer.sign(checkpoint.text.encode()))
