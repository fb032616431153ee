"""The rows of a file as plain values, whichever format it has: numbered from 1, an unreadable one as its reason."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.csv_rows import cells
from plimsoll.parties.filing.detect import Found
from plimsoll.parties.filing.fields import Row
from plimsoll.parties.filing.flat import unflat
from plimsoll.parties.filing.jsonl import MAX_LINE, decode_object, lines, read_object

Numbered = tuple[int, Row | PlimsollError]

_ONE_OBJECT = frozenset(("json.duplicate_key", "json.not_an_object"))
"""Faults of one part of an array that do not keep the next from being read."""
_PIECE = 1 << 20
_CARRIED = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python carries them."""
_BATCH = 2_048


def rows_of(found: Found) -> Iterator[Numbered]:
    """Every row of the file. A fault that ends the file comes as its last row."""
    if found.container == "parquet":
        yield from _of_parquet(found)
        return
    try:
        with found.open() as stream:
            if found.container == "csv":
                yield from cells(stream, found.columns, found.delimiter)
            elif found.container == "array":
                yield from _of_array(stream)
            else:
                yield from _of_lines(stream)
    except (OSError, EOFError) as problem:
        what = f"the file ends in the middle: {str(problem)[:80]}"
        yield 0, PlimsollError("file.damaged", what, fix="Deliver it again.")


def record_rows(found: Found) -> Iterator[Numbered]:
    """The rows of a file of customer records, flat columns made whole."""
    for number, row in rows_of(found):
        if found.container in ("jsonl", "array") or isinstance(row, PlimsollError):
            yield number, row
            continue
        try:
            yield number, unflat(row)
        except PlimsollError as problem:
            yield number, problem


def _of_lines(stream: BinaryIO) -> Iterator[Numbered]:
    for number, line in lines(stream):
        try:
            yield number, read_object(line)
        except PlimsollError as problem:
            yield number, problem


def _of_array(stream: BinaryIO) -> Iterator[Numbered]:
    """A JSON array of objects, one at a time; also objects that simply follow each other.

    A byte that is no UTF-8 costs the object that it stands in. A fault after which nobody can tell where the next
    object begins ends the file; what stands before it counts.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    held, number, line, ended = "", 0, 1, False
    whole = json.JSONDecoder(parse_float=str)
    while True:
        begun = held.lstrip(" \t\r\n,[" if number == 0 else " \t\r\n,")
        line += held.count("\n", 0, len(held) - len(begun))
        held = begun
        if held and held[0] != "]":
            try:
                value, end = decode_object(held)
            except PlimsollError as problem:
                if problem.code in _ONE_OBJECT:
                    # It ends where any reader of JSON says, and those after it are as good as any.
                    number += 1
                    end = whole.raw_decode(held)[1]
                    line += held.count("\n", 0, end)
                    held = held[end:]
                    yield number, problem
                    continue
                if ended or len(held) > MAX_LINE or problem.code != "json.syntax":
                    yield number + 1, _broken(problem, number, line)
                    return
            else:
                number += 1
                yield number, value if _is_utf8(held[:end]) else _not_utf8(line)
                line += held.count("\n", 0, end)
                held = held[end:]
                continue
        if ended or held[:1] == "]":
            return
        piece = stream.read(_PIECE)
        held += decoder.decode(piece, final=not piece)
        ended = not piece


def _broken(problem: PlimsollError, before: int, line: int) -> PlimsollError:
    """The same with its place in the file: that of the JSON reader counts from the object on."""
    what = (
        f"{problem.what.partition(': line ')[0]}: the object that begins in line {line:,} of the file; "
        f"{before:,} before it are read, nothing after it is"
    )
    return PlimsollError(problem.code, what, fix=problem.fix)


def _is_utf8(text: str) -> bool:
    """Whether no byte of it had to be carried over as it was."""
    return text.isascii() or not _CARRIED.search(text)


def _not_utf8(line: int) -> PlimsollError:
    what = f"the object that begins in line {line:,} is not UTF-8 text"
    return PlimsollError("text.not_utf8", what, fix="Save the file as UTF-8.")


def _of_parquet(found: Found) -> Iterator[Numbered]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(found.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=list(found.wanted)):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {found.wanted[name]: _plain(value) for name, value in row.items()}
    except (pa.ArrowException, OSError, ValueError) as problem:
        what = f"the Parquet file cannot be read on: {str(problem).splitlines()[0][:120]}"
        yield number + 1, PlimsollError("parquet.unreadable", what, fix="Write it again and deliver it complete.")


def _plain(value: object) -> object:
    """Parts of structs that are null are left out, as in JSON."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value
