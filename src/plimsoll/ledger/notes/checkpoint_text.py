"""The text of a checkpoint (C2SP tlog-checkpoint v1.0.0): origin, size, root hash, and extension lines if any."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.notes.base64_text import from_base64, to_base64

MAX_SIZE = 2**64 - 1
"""Sizes and indices are unsigned 64-bit numbers in every binary format of the ledger."""

_MAX_TEXT = 1 << 16
_FIX = "A checkpoint has an origin, a size in plain decimal and a base64 root hash, one per line; fetch it again."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says about itself at one moment.

    Attributes:
        origin: the log's unique name; usually a URL without a scheme.
        size: number of entries.
        root: the Merkle tree hash at that size, 32 bytes.
        extensions: further lines, opaque. No auditor can check them; ours are always empty.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(character < " " for character in line):
                raise _malformed("an origin or an extension line is empty or has control characters")
        if not 0 <= self.size <= MAX_SIZE:
            raise _malformed("its size is no unsigned 64-bit number")
        if len(self.root) != 32:
            raise _malformed("its root hash does not have 32 bytes")

    @property
    def text(self) -> str:
        """The note text: each line ended by a newline."""
        return "\n".join((self.origin, str(self.size), to_base64(self.root), *self.extensions)) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a note as a checkpoint; `Checkpoint.text` gives back the same text.

    Raises:
        PlimsollError: ``checkpoint.malformed``.
    """
    if len(text) > _MAX_TEXT:
        raise _malformed(f"it is longer than {_MAX_TEXT:,} characters")
    if not text.endswith("\n"):
        raise _malformed("its last line does not end")
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise _malformed("it has fewer than three lines")
    size = parse_decimal(lines[1])
    if size is None:
        raise _malformed("its size is not a plain decimal number", line=2)
    root = from_base64(lines[2])
    if root is None or len(root) != 32:
        raise _malformed("its root hash is not base64 of 32 bytes", line=3)
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def parse_decimal(text: str) -> int | None:
    """An unsigned 64-bit number in plain decimal without leading zeros, or None."""
    if not text or len(text) > 20 or not (text.isascii() and text.isdigit()):
        return None
    if text[0] == "0" and text != "0":
        return None
    number = int(text)
    return number if number <= MAX_SIZE else None


def _malformed(why: str, line: int | None = None) -> PlimsollError:
    return PlimsollError(
        "checkpoint.malformed", f"this is not a checkpoint: {why}", fix=_FIX, where=Where(line=line, field="checkpoint")
    )
