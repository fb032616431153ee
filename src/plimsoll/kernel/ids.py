"""Identifiers: names that people choose, and ids derived from content so that a replay gives the same ones."""

from __future__ import annotations

import re

from plimsoll.kernel.canonical import JsonValue, digest
from plimsoll.kernel.errors import PlimsollError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/@:+-]{0,118}[A-Za-z0-9])?")


def parse_id(text: str, *, what: str = "id") -> str:
    """Checks a name that becomes part of paths, URLs and digests: 1 to 120 of letters, digits and ``. _ / @ : + -``.

    Raises:
        PlimsollError: ``id.unreadable``.
    """
    if _NAME.fullmatch(text) and ".." not in text:
        return text
    raise PlimsollError(
        "id.unreadable",
        f'"{text[:60]}" cannot be used as {what}',
        fix="Use 1 to 120 letters, digits and . _ / @ : + - and begin and end with a letter or a digit.",
    )


def content_id(prefix: str, content: JsonValue) -> str:
    """An id such as ``F-3f9a0c21b7d4e655`` that depends on nothing but the content it names."""
    return f"{prefix}-{digest(content).removeprefix('sha256:')[:16]}"
