"""The rows of a file as plain values, whichever format it has: numbered from 1, an unreadable one as its reason."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.detect import Found
from plimsoll.parties.filing.fields import Row
from plimsoll.parties.filing.jsonl import lines, read_object

Numbered = tuple[int, Row | PlimsollError]


def rows_of(found: Found) -> Iterator[Numbered]:
    """Every row of the file. A fault that ends the file comes as its last row."""
    with found.open() as stream:
        for number, line in lines(stream):
            try:
                yield number, read_object(line)
            except PlimsollError as problem:
                yield number, problem
