"""Digests of the single figures of a document, each under a salt of its own, so that one is opened without the rest.

The form is that of RFC 9901: digest = SHA-256(base64url(JSON [salt, name, value])), without padding. A name is a JSON
pointer (RFC 6901). Every salt follows from the filing's one salt, so whoever has that can open every figure, whoever
has one figure's salt can open that figure, and when the one salt is destroyed none can be opened any more.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plimsoll.kernel.canonical import JsonValue, canonical_bytes
from plimsoll.kernel.errors import PlimsollError

MAX_FIELDS = 4096
"""Figures of one document that are digested."""
MAX_DOCUMENT = 1 << 23
"""Bytes of a document with figures. A recipient reads what a filer wrote, and JSON takes many times its size."""
MAX_DEPTH = 32
MAX_DISCLOSURE = 65_536
"""Characters of one disclosure."""

_LABEL = b"plimsoll/field/v1\0"


def field_values(payload: bytes) -> dict[str, JsonValue]:
    """Name and value of each figure of a JSON document: of all that is neither an object nor a list with something in.

    Raises:
        PlimsollError: ``commitment.fields`` if the document is no canonical JSON (RFC 8785), or has too many figures;
            amounts are decimal strings, because numbers with fractions have no one spelling.
    """
    if len(payload) > MAX_DOCUMENT:
        raise _refused("commitment.fields", f"a document of more than {MAX_DOCUMENT:,} bytes is not taken apart")
    document = _json(payload)
    if document is None or canonical_bytes(document[0]) != payload:
        raise _refused("commitment.fields", "the document is not canonical JSON, so its figures cannot be digested")
    found: dict[str, JsonValue] = {}
    for name, value in _leaves("", document[0], 0):
        found[name] = value
        if len(found) > MAX_FIELDS:
            raise _refused("commitment.fields", f"the document has more than {MAX_FIELDS} figures")
    return found


def disclosure(salt: bytes, name: str, value: JsonValue) -> str:
    """What is handed over to open one figure: its salt, name and value, as base64url."""
    own = hmac.digest(salt, _LABEL + name.encode(), "sha256")
    return _b64url(canonical_bytes([_b64url(own), name, value]))


def field_digest(opened: str) -> bytes:
    """The digest of one disclosure, 32 bytes."""
    return hashlib.sha256(opened.encode("utf-8", "replace")).digest()


def read_disclosure(opened: str) -> tuple[str, JsonValue]:
    """Name and value in a disclosure that somebody handed over; ``commitment.disclosure`` if it is none."""
    content = _from_b64url(opened) if len(opened) <= MAX_DISCLOSURE else None
    document = None if content is None else _json(content)
    match document:
        case ([str(), str() as name, value],) if canonical_bytes(document[0]) == content:
            return name, value
    raise _refused("commitment.disclosure", "this is not the disclosure of a figure")


def _leaves(name: str, value: Any, depth: int) -> Iterator[tuple[str, JsonValue]]:
    if depth > MAX_DEPTH:
        raise _refused("commitment.fields", f"the document is nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _leaves(f"{name}/{key.replace('~', '~0').replace('/', '~1')}", part, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for place, part in enumerate(value):
            yield from _leaves(f"{name}/{place}", part, depth + 1)
    else:
        yield name, value


def _json(content: bytes) -> tuple[Any] | None:
    """The document, alone in a tuple because it may be null; None if there is none that has a canonical form."""
    try:
        document = json.loads(content)
        canonical_bytes(document)
    except (ValueError, RecursionError, PlimsollError):
        return None
    return (document,)


def _b64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _from_b64url(text: str) -> bytes | None:
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return content if _b64url(content) == text else None


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(
        code, what, fix="Write the document as canonical JSON; ask the filer for the disclosure again."
    )
