"""Canonical bytes (RFC 8785, JSON Canonicalization Scheme) and SHA-256 digests of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from io import BufferedReader, BytesIO
from typing import TypeAlias

import rfc8785

from plimsoll.kernel.errors import PlimsollError

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""What may be sealed. There is no float: amounts travel as decimal strings."""


def canonical_bytes(value: JsonValue) -> bytes:
    """The one byte string that stands for `value` (RFC 8785).

    Raises:
        PlimsollError: ``canonical.unsupported`` for floats, integers beyond 2^53 - 1, and anything JSON has no word
            for.
    """
    _refuse_floats(value)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as problem:
        raise _unsupported(str(problem)) from None


def digest(value: JsonValue) -> str:
    """``sha256:`` and 64 hexadecimal digits of the canonical bytes."""
    return digest_of_bytes(canonical_bytes(value))


def digest_of_bytes(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_of_stream(stream: BufferedReader | BytesIO) -> str:
    """The digest of everything that is left in the stream, read in pieces."""
    return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise _unsupported(f"{value!r} is a float")
    if isinstance(value, Mapping):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _refuse_floats(part)


def _unsupported(why: str) -> PlimsollError:
    return PlimsollError(
        "canonical.unsupported",
        f"this value has no canonical form: {why}",
        fix="Write amounts as decimal strings, instants as ISO 8601 text, and keys as text.",
    )
