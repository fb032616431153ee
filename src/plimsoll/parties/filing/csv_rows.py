"""Rows of a CSV file: bounded, whatever its quotation marks, and each wrong row by itself."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.jsonl import MAX_LINE

DELIMITERS = (",", ";", "\t")


class _OpenQuoteError(Exception):
    """A record that does not end."""


def header(head: bytes) -> tuple[tuple[str, ...], str]:
    """Column names in lower case, and the delimiter."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", "replace").rstrip("\r")
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        names = []
    return tuple(name.strip().casefold() for name in names), delimiter


def cells(
    stream: BinaryIO, columns: Sequence[str], delimiter: str
) -> Iterator[tuple[int, dict[str, str] | PlimsollError]]:
    """Row number and cells by column; the header is no row. An error that ends the file comes as its last row."""
    csv.field_size_limit(MAX_LINE)
    budget = _Budget(stream)
    reader = csv.reader(budget.lines(), delimiter=delimiter)
    number = -1
    while True:
        number += 1
        budget.left = MAX_LINE
        try:
            row = next(reader)
        except StopIteration:
            return
        except _OpenQuoteError:
            what = f"the row is longer than {MAX_LINE:,} bytes; a quotation mark may be missing"
            yield number, PlimsollError("line.too_long", what, fix="Check the quotation marks from this row on.")
            return
        except csv.Error as problem:
            yield (
                number,
                PlimsollError("csv.syntax", f"the row is not CSV: {problem}", fix="Check its quotation marks."),
            )
            continue
        if number == 0 or not any(row):
            continue
        yield number, _checked(row, columns)


def _checked(row: list[str], columns: Sequence[str]) -> dict[str, str] | PlimsollError:
    if len(row) != len(columns):
        what = f"the row has {len(row):,} cells, the header {len(columns):,}"
        return PlimsollError("csv.cells", what, fix="Quote cells that hold the delimiter or a line end.")
    if any(not cell.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in cell) for cell in row):
        return PlimsollError("text.not_utf8", "the row is not UTF-8 text", fix="Save the file as UTF-8.")
    return {name: cell for name, cell in zip(columns, row, strict=True) if cell}


class _Budget:
    """Lines of a stream, of which one record may take only so many bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.left = MAX_LINE

    def lines(self) -> Iterator[str]:
        first = True
        while line := self._stream.readline(MAX_LINE + 1):
            self.left -= len(line)
            if self.left < 0:
                raise _OpenQuoteError
            text = line.decode("utf-8", "surrogateescape")
            yield text.removeprefix("\ufeff") if first else text
            first = False
