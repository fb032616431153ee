"""Which bytes a signature on a note covers, by the type of its key (signed-note; tlog-cosignature v1.1.0-rc.1).

Ed25519 and ECDSA sign the text. A cosignature signs a time with it: as text under Ed25519, as a packed structure that
also binds the cosigner's name under ML-DSA-44.
"""

from __future__ import annotations

import struct

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint_text import MAX_SIZE, Checkpoint

MAX_TIMESTAMP = 2**63 - 1
"""The largest timestamp of a cosignature, in POSIX seconds."""

_SUBTREE_LABEL = b"subtree/v1\n\0"


def cosignature_v1_message(timestamp: int, checkpoint_text: str) -> bytes:
    """What a timestamped Ed25519 cosignature (0x04) signs: the cosigner's name is not in it.

    Raises:
        PlimsollError: ``cosignature.timestamp``.
    """
    check_timestamp(timestamp)
    return f"cosignature/v1\ntime {timestamp}\n{checkpoint_text}".encode()


def subtree_message(cosigner: str, timestamp: int, origin: str, start: int, end: int, root: bytes) -> bytes:
    """What an ML-DSA-44 cosignature (0x06) signs; for a checkpoint `start` is 0, `end` the size, `root` the root hash.

    Args:
        cosigner: name of the cosigner's key, 1 to 255 bytes of UTF-8.
        timestamp: POSIX seconds; 0 says nothing about "the largest tree seen", and must be 0 when `start` is not.
        origin: of the log, 1 to 255 bytes of UTF-8.
        start: index of the first leaf.
        end: index after the last leaf.
        root: hash of that subtree, 32 bytes.

    Raises:
        PlimsollError: ``cosignature.timestamp`` or ``cosignature.subtree``.
    """
    check_timestamp(timestamp)
    if start and timestamp:
        raise PlimsollError(
            "cosignature.timestamp",
            f"a subtree that starts at {start} is signed with a time, {timestamp}",
            fix="Sign a subtree that does not start at 0 with timestamp 0.",
        )
    if not 0 <= start <= end <= MAX_SIZE or len(root) != 32:
        raise _unsignable(f"[{start}, {end}) with a hash of {len(root)} bytes is no subtree")
    return b"".join(
        (
            _SUBTREE_LABEL,
            _short(cosigner),
            struct.pack(">Q", timestamp),
            _short(origin),
            struct.pack(">QQ", start, end),
            root,
        )
    )


def checkpoint_message(cosigner: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    """`subtree_message` of a whole tree."""
    return subtree_message(cosigner, timestamp, checkpoint.origin, 0, checkpoint.size, checkpoint.root)


def check_timestamp(timestamp: int) -> None:
    """Refuses what is no time of a cosignature.

    Raises:
        PlimsollError: ``cosignature.timestamp``.
    """
    if not 0 <= timestamp <= MAX_TIMESTAMP:
        raise PlimsollError(
            "cosignature.timestamp",
            f"{timestamp} is no time of a cosignature",
            fix="Give POSIX seconds between 0 and 2^63 - 1.",
        )


def _short(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        raise _unsignable(f"a name of {len(data)} bytes does not fit one length byte")
    return bytes([len(data)]) + data


def _unsignable(why: str) -> PlimsollError:
    return PlimsollError(
        "cosignature.subtree",
        f"this cannot be cosigned with ML-DSA-44: {why}",
        fix="Use names of 1 to 255 bytes, 0 <= start <= end, and a hash of 32 bytes.",
    )
