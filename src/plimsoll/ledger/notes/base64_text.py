"""Standard base64 with padding (RFC 4648 section 4), read strictly: each byte string has one spelling and no other."""

from __future__ import annotations

import binascii
from base64 import b64encode


def to_base64(data: bytes) -> str:
    """The one accepted spelling of `data`."""
    return b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """The bytes that `text` spells, or None when it is not their one spelling (also for the empty text).

    A second spelling of the same bytes would let two different files stand for one signature, so spare bits must be
    zero, padding must be there and nothing else may be.
    """
    if not text or not text.isascii():
        return None
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return data if to_base64(data) == text else None
