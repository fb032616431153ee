"""A witness (C2SP tlog-witness v1.0.0): cosigns a log's checkpoint if it extends the one that it cosigned before.

The one thing that matters is that comparing with the stored size and storing the new one is one atomic step, and that
the step is durable before the answer leaves. Otherwise two requests are checked against the same old size, the longer
one is stored and signed, then the shorter one, and the witness has helped to roll the log back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import from_base64
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint, parse_decimal, read_checkpoint
from plimsoll.ledger.notes.cosignature import cosign, cosign_subtree, verify_cosignature
from plimsoll.ledger.notes.note_keys import TIMESTAMPED, KeyType, SignerKey, VerifierKey
from plimsoll.ledger.notes.notes import NoteSignature, SignedNote, add_signatures, parse_note
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.proofs import verify_consistency, verify_subtree_consistency

MAX_BODY = 1 << 17
"""Bytes of a request: 64 lines of proof, and a checkpoint with 16 post-quantum signatures and more."""
MAX_PROOF = 63
"""Lines of a proof."""
_MOST_STORED = 2**63 - 1
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an HTTP request is answered with."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest checkpoint that was cosigned for an origin: size, root, and the note with our lines."""

    size: int
    root: bytes
    note: bytes


class Slot(Protocol):
    """One origin's state, held exclusively until the surrounding step ends."""

    def latest(self) -> Seen | None: ...

    def keep(self, seen: Seen) -> None: ...


class WitnessState(Protocol):
    """What a witness must never forget."""

    def step(self, origin: str) -> AbstractContextManager[Slot]:
        """An atomic step: nobody else touches this origin until it ends. Durable if it ended without error."""

    def latest(self, origin: str) -> Seen | None:
        """What was cosigned last."""

    def suspect(self, origin: str, note: bytes, now: int) -> None:
        """Keeps a signed checkpoint that was refused: perhaps a proof of misbehaviour. May keep only the first few."""


@dataclass(frozen=True)
class Witness:
    """A witness's name is that of its keys.

    Attributes:
        signers: one or two keys of type 0x04 or 0x06, made for this role.
        logs: for each origin, the log's keys.
        state: what was cosigned.

    Raises:
        PlimsollError: ``witness.keys`` for keys that cannot be a witness's.
    """

    signers: Sequence[SignerKey]
    logs: Mapping[str, Sequence[VerifierKey]]
    state: WitnessState

    def __post_init__(self) -> None:
        own = [signer.verifier for signer in self.signers]
        log_keys = {key.public for keys in self.logs.values() for key in keys}
        if not own or any(key.type not in TIMESTAMPED for key in own) or len({key.name for key in own}) != 1:
            raise _bad_keys("its keys are of type 0x04 or 0x06 and all bear its name")
        if len({key.public for key in own}) != len(own) or any(key.public in log_keys for key in own):
            raise _bad_keys("each key has one role, and none of them is a log's")


class _Refusal(Exception):  # noqa: N818 - an answer, not an error: it never leaves this module
    def __init__(self, status: int, text: str, headers: tuple[tuple[str, str], ...] = _TEXT) -> None:
        super().__init__(text)
        self.answer = Answer(status, headers, text.encode() + b"\n")


Allows = Callable[[str], bool]
"""Whether one more good request of an origin is within its rate."""


def _always(_: str) -> bool:
    return True


def add_checkpoint(witness: Witness, body: bytes, now: int, allows: Allows = _always) -> Answer:
    """Answers a request to cosign (tlog-witness, "add-checkpoint").

    Args:
        witness: keys, known logs, state.
        body: of the request.
        now: POSIX seconds, the time of the cosignature.
        allows: asked once the log's signature is known to be good; a no is answered 429.
    """
    try:
        words, proof, data = _parse(body, "old", 1)
        old = words[0]
        checkpoint, note = _opened(witness, data, allows)
        if old > checkpoint.size:
            raise _Refusal(400, "the old size is beyond the checkpoint's")
        return _extend(witness, old, proof, checkpoint, note, now)
    except _Refusal as refusal:
        return refusal.answer


def sign_subtree(witness: Witness, body: bytes, allows: Allows = _always) -> Answer:
    """Answers a request to cosign a subtree of a tree that this witness has cosigned (tlog-witness, "sign-subtree")."""
    try:
        (start, end), lines, data = _parse(body, "subtree", 2)
        if not lines:
            raise _Refusal(400, "the hash of the subtree is missing")
        root, proof = lines[0], lines[1:]
        checkpoint, note = _opened(witness, data, allows)
        if start > end or end > checkpoint.size or not _is_subtree(start, end):
            raise _Refusal(400, "this is no subtree of the checkpoint's tree")
        if not _own_cosignature(witness, checkpoint, note):
            raise _Refusal(403, "the checkpoint does not bear a cosignature of this witness")
        try:
            verify_subtree_consistency(start, end, checkpoint.size, proof, root, checkpoint.root)
        except PlimsollError as error:
            raise _Refusal(422, "the subtree is not shown to be part of the tree") from error
        lines_out = [
            cosign_subtree(checkpoint.origin, start, end, root, signer).line
            for signer in witness.signers
            if signer.verifier.type is KeyType.COSIGN_MLDSA44
        ]
        if not lines_out:
            raise _Refusal(404, "this witness signs no subtrees")
        return Answer(200, _TEXT, "".join(lines_out).encode())
    except _Refusal as refusal:
        return refusal.answer


def _extend(
    witness: Witness, old: int, proof: list[bytes], checkpoint: Checkpoint, note: SignedNote, now: int
) -> Answer:
    origin = checkpoint.origin
    try:
        with witness.state.step(origin) as slot:
            seen = slot.latest()
            stored = 0 if seen is None else seen.size
            if old != stored:
                raise _Refusal(409, str(stored), (("Content-Type", "text/x.tlog.size"),))
            _check_extends(seen, old, proof, checkpoint)
            lines = [cosign(checkpoint, signer, now) for signer in witness.signers]
            kept = add_signatures(_by_log(note, seen, witness.logs[origin]), lines)
            slot.keep(Seen(checkpoint.size, checkpoint.root, kept.encode()))
    except _Refusal as refusal:
        if refusal.answer.status == 422:
            witness.state.suspect(origin, _by_log(note, None, witness.logs[origin]).encode(), now)
        raise
    # The step has ended without error: what was compared is stored and durable. Only now may the lines leave.
    return Answer(200, _TEXT, "".join(line.line for line in lines).encode())


def _check_extends(seen: Seen | None, old: int, proof: list[bytes], checkpoint: Checkpoint) -> None:
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise _Refusal(422, "an empty tree has another root")
    if old == 0:
        if proof:
            raise _Refusal(422, "nothing can be proved from size 0")
        return
    assert seen is not None, "only a stored size is above 0"
    try:
        verify_consistency(old, checkpoint.size, proof, seen.root, checkpoint.root)
    except PlimsollError as error:
        raise _Refusal(422, "the checkpoint is not shown to extend the last one") from error


def _opened(witness: Witness, data: bytes, allows: Allows) -> tuple[Checkpoint, SignedNote]:
    try:
        checkpoint = read_checkpoint(data)[0]
    except PlimsollError as error:
        raise _Refusal(400, f"this is no checkpoint ({error.code})") from error
    keys = witness.logs.get(checkpoint.origin)
    if keys is None:
        raise _Refusal(404, "this witness does not know the log")
    if checkpoint.size > _MOST_STORED:
        raise _Refusal(400, "the size is beyond what a log can have")
    try:
        opened = open_checkpoint(data, keys, checkpoint.origin)
    except PlimsollError as error:
        raise _Refusal(403, "the log's signature is missing or does not verify") from error
    if checkpoint.extensions and not any(_covers_text(line, keys) for line in opened[1].signatures):
        # An ML-DSA-44 line says nothing about them, so anybody can have written what our Ed25519 key would sign.
        raise _Refusal(403, "the log has not signed the extension lines")
    if not allows(checkpoint.origin):
        raise _Refusal(429, "too many checkpoints of this log", (*_TEXT, ("Retry-After", "1")))
    return opened


def _parse(body: bytes, word: str, numbers: int) -> tuple[list[int], list[bytes], bytes]:
    """The numbers of the first line, the hashes of the lines up to the blank one, and the note after it."""
    head, blank, note = body.partition(b"\n\n")
    lines = head.split(b"\n", MAX_PROOF + 3)
    first = lines[0].decode("ascii", "replace").split(" ")
    values = [parse_decimal(each) for each in first[1:]]
    most = MAX_PROOF + (word == "subtree")  # the subtree's hash stands before its proof
    if not blank or first[0] != word or len(values) != numbers or len(lines) - 1 > most:
        raise _Refusal(400, "the request is not of the form that tlog-witness describes")
    hashes = [from_base64(line.decode("ascii", "replace")) for line in lines[1:]]
    if any(value is None for value in values) or any(each is None or len(each) != 32 for each in hashes):
        raise _Refusal(400, "a number or a hash of the request is malformed")
    return [value for value in values if value is not None], [each for each in hashes if each is not None], note


def _own_cosignature(witness: Witness, checkpoint: Checkpoint, note: SignedNote) -> bool:
    keys = {(signer.verifier.name, signer.verifier.id): signer.verifier for signer in witness.signers}
    own = [(line, keys[line.name, line.key_id]) for line in note.signatures if (line.name, line.key_id) in keys]
    try:
        for line, key in own:
            verify_cosignature(checkpoint, line, key)
    except PlimsollError:
        return False
    return bool(own)


def _by_log(note: SignedNote, seen: Seen | None, keys: Sequence[VerifierKey]) -> SignedNote:
    """The note with one line of each of the log's keys: lines of others may be anything.

    What the log signed of the same text before stays: whoever shows it again with fewer lines takes none away.
    """
    same = seen is not None and seen.note.startswith(f"{note.text}\n".encode())
    lines = [*(parse_note(seen.note).signatures if seen is not None and same else ()), *note.signatures]
    ids = {(key.name, key.id) for key in keys}
    kept = {(line.name, line.key_id): line for line in lines if (line.name, line.key_id) in ids}
    return SignedNote(note.text, tuple(kept.values()))


def _covers_text(line: NoteSignature, keys: Sequence[VerifierKey]) -> bool:
    whole = (KeyType.ED25519, KeyType.ECDSA)
    return any((line.name, line.key_id) == (key.name, key.id) and key.type in whole for key in keys)


def _is_subtree(start: int, end: int) -> bool:
    return start in (0, end) or start % (1 << (end - start - 1).bit_length()) == 0


def _bad_keys(why: str) -> PlimsollError:
    return PlimsollError("witness.keys", f"This witness cannot have these keys: {why}.", fix="Make keys for it alone.")
