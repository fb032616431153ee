"""JSON Lines: one record a line, the keys those of `kyc.CustomerRecord`. The form that all other formats amount to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import BinaryIO

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.kyc import CustomerRecord

MAX_LINE = 8 << 20
"""Longest line in bytes: a reseller's list of a hundred thousand customers fits."""


def record_text(record: CustomerRecord) -> str:
    """The one line that stands for a record, without its line end. What is empty is left out."""
    return json.dumps(as_object(record), ensure_ascii=False, separators=(",", ":"))


def as_object(value: object) -> dict[str, object]:
    """A dataclass of `kyc.py` as JSON has it; keys in the order of its fields."""
    found: dict[str, object] = {}
    for name in type(value).__slots__:  # type: ignore[attr-defined]
        part = getattr(value, name)
        if part is None or part is False or part == "" or (part == () and name != "downstream"):
            continue
        found[name] = _plain(part)
    return found


def _plain(part: object) -> object:
    if isinstance(part, tuple):
        return [_plain(each) for each in part]
    if isinstance(part, Enum):
        return part.value
    if isinstance(part, date):
        return part.isoformat()
    return part if isinstance(part, (str, int)) else as_object(part)


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of every line that is not blank; None for one that is longer than `MAX_LINE`."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, None
        elif not line.isspace():
            yield number, line


def read_object(line: bytes | None) -> dict[str, object]:
    """The object of one line. Numbers with a fraction stay the text that they are.

    Raises:
        PlimsollError: ``line.too_long``, ``text.not_utf8``, ``json.syntax``, ``json.duplicate_key``,
            ``json.not_an_object``.
    """
    if line is None:
        raise PlimsollError(
            "line.too_long", f"the line is longer than {MAX_LINE:,} bytes", fix="Write one record a line."
        )
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        what = f"the line is not UTF-8 text: byte {problem.start + 1} is {line[problem.start]:#04x}"
        raise PlimsollError("text.not_utf8", what, fix="Save the file as UTF-8.") from None
    value, end = decode_object(text.strip())
    if text.strip()[end:]:
        what = "the line has something after its object"
        raise PlimsollError("json.syntax", what, fix="Write one JSON object a line.")
    return value


def decode_object(text: str) -> tuple[dict[str, object], int]:
    """The object with which the text begins, and where it ends.

    Raises:
        PlimsollError: ``json.syntax``, ``json.duplicate_key``, ``json.not_an_object``.
    """
    try:
        value, end = _DECODER.raw_decode(text)
    except _TwiceError as problem:
        what = f'the key "{str(problem)[:60]}" is there twice in one object'
        raise PlimsollError("json.duplicate_key", what, fix="Keep one of the two.") from None
    except RecursionError:
        what = "the object nests deeper than any record"
        raise PlimsollError("json.too_deep", what, fix="Write the record flat, as the reference shows.") from None
    except ValueError as problem:
        what = f"this is not JSON: {str(problem)[:120]}"
        raise PlimsollError("json.syntax", what, fix="Write one JSON object a line.") from None
    if not isinstance(value, dict):
        raise PlimsollError("json.not_an_object", "this is no JSON object", fix="Write one JSON object a line.")
    return value, end


class _TwiceError(ValueError):
    """A key that stands in an object twice."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_constant=_no_constant)
