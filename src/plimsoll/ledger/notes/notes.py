"""Signed notes (C2SP signed-note v1.0.0): a text, a blank line, and lines by which keys put their name to the text.

`parse_note` only reads. Nothing in a note means anything before `open_note` has verified it with known keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.notes.note_keys import VerifierKey, is_key_name
from plimsoll.ledger.notes.note_verify import verify_signature

MAX_NOTE_BYTES = 1 << 20
"""The largest note that is read, in bytes."""

MAX_SIGNATURES = 128
"""The most signature lines that are read; the specification asks for 16 at least. A policy's 32 witnesses with two
keys each, and the log's own, fit with room to spare."""

_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: a claim by the key with this name and id, unverified.

    Attributes:
        name: of the key.
        key_id: four bytes.
        body: what follows the id; for cosignatures, eight bytes of time and the signature.
    """

    name: str
    key_id: bytes
    body: bytes

    @property
    def line(self) -> str:
        """The line as a note carries it, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.body)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and the signature lines under it, unverified. The text ends with a newline."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note's bytes; what `parse_note` read comes out unchanged."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note that known keys signed.

    Attributes:
        note: what was signed. Signatures of unknown keys are still among its lines.
        verified: one pair per good line of a known key: the key, and its time in POSIX seconds or None.
    """

    note: SignedNote
    verified: tuple[tuple[VerifierKey, int | None], ...]


def parse_note(data: bytes) -> SignedNote:
    """Reads a note without verifying it.

    Raises:
        PlimsollError: ``note.too_large`` beyond `MAX_NOTE_BYTES`, ``note.too_many_signatures`` beyond
            `MAX_SIGNATURES`, ``note.malformed`` for anything else that is no note.
    """
    content = _decode(data)
    text, separator, lines = content.rpartition("\n\n")
    if not separator:
        raise _malformed("it has no blank line between text and signatures")
    return SignedNote(text + "\n", _signature_lines(lines, first=text.count("\n") + 3))


def parse_signatures(data: bytes) -> tuple[NoteSignature, ...]:
    """Reads signature lines alone, as a witness answers them.

    Raises:
        PlimsollError: as `parse_note`.
    """
    return _signature_lines(_decode(data), first=1)


def add_signatures(note: SignedNote, signatures: Iterable[NoteSignature]) -> SignedNote:
    """The note with these lines after its own; a line that is there already is not added again.

    Raises:
        PlimsollError: ``note.too_many_signatures`` beyond `MAX_SIGNATURES`: nobody would read such a note.
    """
    together = tuple(dict.fromkeys((*note.signatures, *signatures)))
    _check_count(len(together))
    return SignedNote(note.text, together)


def open_note(data: bytes, keys: Iterable[VerifierKey]) -> OpenedNote:
    """Reads a note and verifies every line that claims to be by one of `keys`; other lines are passed over.

    Raises:
        PlimsollError: as `parse_note`; ``note.signature`` when a line of a known key does not verify, however many
            others do; ``note.unsigned`` when no known key signed; ``note.ambiguous_keys`` when two of `keys` share
            name and id.
    """
    return verify_note(parse_note(data), keys)


def verify_note(note: SignedNote, keys: Iterable[VerifierKey]) -> OpenedNote:
    """`open_note` for a note that is parsed already."""
    known = _by_identity(keys)
    verified = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            verified.append((key, verify_signature(note.text, signature.body, key)))
    if not verified:
        raise PlimsollError(
            "note.unsigned",
            "no known key signed this note",
            fix="Check that the keys given are those of the expected signer and that the note is the expected one.",
        )
    return OpenedNote(note, tuple(verified))


def _by_identity(keys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise PlimsollError(
                "note.ambiguous_keys",
                f"two different keys share the name {key.name!r} and the id {key.id.hex()}",
                fix="Name one of the keys differently.",
            )
    return known


def _decode(data: bytes) -> str:
    if len(data) > MAX_NOTE_BYTES:
        raise PlimsollError(
            "note.too_large",
            f"this note has {len(data):,} bytes",
            fix=f"A note may have {MAX_NOTE_BYTES:,} bytes; check that this file is one.",
        )
    try:
        content = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    if _CONTROL.search(content):
        raise _malformed("it has control characters")
    if not content.endswith("\n"):
        raise _malformed("its last line does not end")
    return content


def _signature_lines(content: str, first: int) -> tuple[NoteSignature, ...]:
    lines = content.split("\n")[:-1]
    if not lines:
        raise _malformed("it has no signature")
    _check_count(len(lines))
    return tuple(_signature(line, first + position) for position, line in enumerate(lines))


def _check_count(signatures: int) -> None:
    if signatures > MAX_SIGNATURES:
        raise PlimsollError(
            "note.too_many_signatures",
            f"this note has {signatures:,} signature lines",
            fix=f"Keep at most {MAX_SIGNATURES}: those that your readers' policies ask for.",
        )


def _signature(line: str, number: int) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    content = from_base64(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or content is None or len(content) < 5:
        raise _malformed("it is no signature line: an em dash, a key name and base64, one space between", number)
    return NoteSignature(name, content[:4], content[4:])


def _malformed(why: str, line: int | None = None) -> PlimsollError:
    return PlimsollError(
        "note.malformed",
        f"this is not a signed note: {why}",
        fix="Fetch the note again and keep its bytes as they are, line ends included.",
        where=Where(line=line),
    )
