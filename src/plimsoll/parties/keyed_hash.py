"""Keyed hashes of what must be compared but not read: payment instruments, telephones, access networks.

All providers of a treaty period hash with one key, so that equal values are equal hashes, and nobody without the key
can try out telephone numbers. Who holds the key is a decision of policy.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where

PREFIX = "hk1:"
KEY_BYTES = 32

WITHOUT_KEY = b"plimsoll: no key was given; these hashes keep no secret"
"""Hashes plain values where no key was given, so that they can still be compared with each other."""

_HASHED = re.compile(r"hk1:[0-9a-f]{32}")


def keyed(key: bytes, kind: str, plain: str) -> str:
    """``hk1:`` and 32 hexadecimal digits: HMAC-SHA256 of kind and value, its first 128 bits.

    A value that is hashed already stays as it is. `kind` keeps a telephone number from equalling a card number.
    """
    if is_keyed(plain):
        return plain
    return PREFIX + hmac.digest(key, f"{kind}\0{plain}".encode(), hashlib.sha256).hex()[:32]


def is_keyed(value: str) -> bool:
    """Whether the value is such a hash."""
    return len(value) == 36 and _HASHED.fullmatch(value) is not None


def new_key() -> str:
    """A fresh key as it stands in a key file: 64 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


def read_key(path: Path) -> bytes:
    """The key of a key file: 64 hexadecimal digits and nothing else.

    Raises:
        PlimsollError: ``key.unreadable``.
    """
    try:
        text = path.read_bytes()[:200].strip()
    except OSError as problem:
        what = f"the key file cannot be opened: {problem.strerror}"
        raise PlimsollError("key.unreadable", what, fix="Check the path.", where=Where(str(path))) from None
    if re.fullmatch(rb"[0-9a-fA-F]{64}", text) is None:
        raise PlimsollError(
            "key.unreadable",
            "this is not a key of 64 hexadecimal digits",
            fix="Make one with: plimsoll kyc key --out FILE.",
            where=Where(str(path)),
        )
    return bytes.fromhex(text.decode("ascii"))
