"""The offline receipt, file ``.tlog-proof`` (C2SP tlog-proof v1): index, inclusion path and signed checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.notes.checkpoint_text import MAX_SIZE, Checkpoint, parse_decimal
from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES
from plimsoll.ledger.notes.policy import Policy, PolicyResult
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.proofs import verify_inclusion

MAX_PATH = 64
"""The most hashes on an inclusion path: sizes have 64 bits."""

MAX_EXTRA_BYTES = 1 << 17
"""The most extra data that is read, in bytes."""

MAX_RECEIPT_BYTES = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES
"""The largest receipt that is read, in bytes."""

_HEADER = b"c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Shows, to whoever has the entry and the log's key, that the entry is in the log.

    Attributes:
        index: of the entry, from 0.
        path: hashes from the leaf's sibling up to the root's child, 32 bytes each.
        checkpoint: the note, with the signatures of the log and of its cosigners, byte for byte.
        extra: whatever the issuer added. Nobody signed it; believe nothing in it that the path does not bear out.

    Raises:
        PlimsollError: ``receipt.malformed`` when a part cannot be.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            raise _malformed("its index is no unsigned 64-bit number")
        if len(self.path) > MAX_PATH or any(len(each) != 32 for each in self.path):
            raise _malformed(f"its path is not at most {MAX_PATH} hashes of 32 bytes")
        if self.extra is not None and not 1 <= len(self.extra) <= MAX_EXTRA_BYTES:
            raise _malformed(f"its extra data is empty or beyond {MAX_EXTRA_BYTES:,} bytes")

    def encode(self) -> bytes:
        """The file's bytes; what `parse_receipt` read comes out unchanged."""
        lines = [_HEADER.decode()]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(each) for each in self.path)
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Reads a receipt. Nothing is verified, and the checkpoint is not looked into.

    Raises:
        PlimsollError: ``receipt.malformed`` with the line.
    """
    if len(data) > MAX_RECEIPT_BYTES:
        raise _malformed(f"it has {len(data):,} bytes, more than {MAX_RECEIPT_BYTES:,}")
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank:
        raise _malformed("it has no blank line before the checkpoint")
    lines = head.split(b"\n", MAX_PATH + 3)
    if lines[0] != _HEADER:
        raise _malformed(f"its first line is not {_HEADER.decode()}", 1)
    number = 1
    extra = None
    if lines[number : number + 1] and lines[number].startswith(b"extra "):
        extra = _base64(lines[number].removeprefix(b"extra "), number + 1)
        number += 1
    index = _index(lines[number] if number < len(lines) else b"", number + 1)
    path = tuple(_base64(line, number + 2 + place) for place, line in enumerate(lines[number + 1 :]))
    return Receipt(index, path, checkpoint, extra)


def verify_path(receipt: Receipt, checkpoint: Checkpoint, leaf: bytes) -> None:
    """Checks that the leaf hash `leaf` is at the receipt's index under the root of `checkpoint`.

    Raises:
        PlimsollError: ``proof.*``.
    """
    verify_inclusion(receipt.index, checkpoint.size, leaf, receipt.path, checkpoint.root)


def verify_receipt(
    receipt: Receipt, entry: bytes, policy: Policy, now: int | None = None, max_age: int | None = None
) -> PolicyResult:
    """Checks everything, in the order of the specification: log, cosignatures and quorum, inclusion.

    Args:
        receipt: as parsed.
        entry: the exact bytes that were logged.
        policy: the logs and witnesses that are trusted.
        now: POSIX seconds, for times; see `Policy.check`.
        max_age: the oldest cosignature that counts, in seconds.

    Raises:
        PlimsollError: as `Policy.check`; ``policy.quorum`` when too few witnesses cosigned; ``proof.*``.
    """
    result = policy.check(receipt.checkpoint, now, max_age)
    if not result.quorum:
        raise quorum_missing(result)
    verify_path(receipt, result.checkpoint, leaf_hash(entry))
    return result


def quorum_missing(result: PolicyResult) -> PlimsollError:
    """The refusal of a checkpoint that too few witnesses have cosigned."""
    aside = f"; {len(result.set_aside)} more do not count for their time" if result.set_aside else ""
    return PlimsollError(
        "policy.quorum",
        f"the cosignatures of {len(result.cosigners)} witnesses do not make the quorum{aside}",
        fix="Get a newer checkpoint, cosigned by the witnesses that the policy asks for.",
    )


def _base64(line: bytes, number: int) -> bytes:
    content = from_base64(line.decode("ascii", "replace"))
    if content is None:
        raise _malformed("a line is not base64", number)
    return content


def _index(line: bytes, number: int) -> int:
    index = parse_decimal(line.removeprefix(b"index ").decode("ascii", "replace"))
    if not line.startswith(b"index ") or index is None:
        raise _malformed("it does not say 'index' and a plain decimal number", number)
    return index


def _malformed(why: str, line: int | None = None) -> PlimsollError:
    return PlimsollError(
        "receipt.malformed",
        f"this is not a tlog-proof receipt: {why}",
        fix="Ask for the receipt again and keep its bytes as they are.",
        where=Where(line=line, field="receipt"),
    )
