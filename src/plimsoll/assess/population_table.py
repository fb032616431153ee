"""A CSV table from a stranger, row by row: bounded in memory, strict about form, with every row numbered.

What cannot be trusted as a table is refused: a line that never ends, a wrong delimiter, bytes that are not UTF-8, two
columns of one name, a second header in the middle.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from plimsoll.kernel.errors import PlimsollError, Where

MAX_LINE_BYTES = 1024 * 1024
MAX_ROW_BYTES = 16 * 1024 * 1024
_SHOWN_COLUMNS = 12

Progress = Callable[[int], None]
"""Told now and then how many bytes have been read."""


class Table:
    """The rows of a table, once.

    Attributes:
        header: column names, stripped.
        row: number of the row that was read last; the first row under the header is 1.
    """

    def __init__(self, file: str, stream: BinaryIO, progress: Progress) -> None:
        """Reads the header.

        Raises:
            PlimsollError: ``population.empty``, ``population.duplicate_column``, or an error of `rows`.
        """
        self.file = file
        self.row = 0
        self._lines = _Lines(file, stream, progress)
        self._records = self._parse()
        self._raw_header = next(self._records, [])
        self.header = [name.strip() for name in self._raw_header]
        if not any(self.header):
            raise self.refused("population.empty", "the table is empty", "Give a CSV file with a header and rows.")
        twice = next((name for name in self.header if name and self.header.count(name) > 1), None)
        if twice is not None:
            raise self.refused(
                "population.duplicate_column", f'two columns are called "{one_line(twice)}"', "Rename or remove one."
            )

    def rows(self) -> Iterator[list[str]]:
        """Every row as cells, as many as it has.

        Raises:
            PlimsollError: ``population.header_repeated``, ``population.csv``, ``population.long_line``,
                ``population.not_utf8``, ``population.not_text``.
        """
        for cells in self._records:
            self.row += 1
            if cells == self._raw_header:
                raise self.refused(
                    "population.header_repeated",
                    "a row repeats the header, as if two tables had been put together",
                    "Remove the second header, and check that no model stands in both parts.",
                )
            yield cells

    def missing(self, column: str, field: str) -> PlimsollError:
        """The refusal of a table without a column that is needed; a wrong delimiter is recognised."""
        joined = ",".join(self.header)
        for delimiter, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if joined.count(delimiter) > joined.count(","):
                return self.refused(
                    "population.delimiter",
                    f"the header is separated by {word}, not by commas",
                    "Save the table with commas between its columns.",
                )
        shown = ", ".join(one_line(name)[:60] for name in self.header[:_SHOWN_COLUMNS])
        more = f" and {len(self.header) - _SHOWN_COLUMNS} more" if len(self.header) > _SHOWN_COLUMNS else ""
        return self.refused(
            "population.missing_column",
            f'there is no column "{one_line(column)[:60]}", which holds {field}',
            f"Name it with --map {field}='its column'. The table has: {shown}{more}.",
        )

    def refused(self, code: str, what: str, fix: str) -> PlimsollError:
        """A refusal at the line and row that were read last."""
        where = Where(file=self.file, line=self._lines.number or None, row=self.row or None)
        return PlimsollError(code, what, fix=fix, where=where)

    @property
    def sha256(self) -> str:
        """Digest of the bytes read so far; of the file, once all rows are read."""
        return self._lines.digest.hexdigest()

    def _parse(self) -> Iterator[list[str]]:
        records = csv.reader(iter(self._lines), strict=True)
        while True:
            self._lines.row_bytes = 0
            try:
                cells = next(records, None)
            except csv.Error as problem:
                self.row += 1
                fix = "Check the quotation marks of this row: each opened one must be closed, and doubled inside."
                if "new-line" in str(problem):
                    fix = "Save the table with the line ends of Unix or Windows: here a carriage return stands alone."
                raise self.refused(
                    "population.csv", f"the table is not well-formed CSV: {str(problem).partition(' - ')[0]}", fix
                ) from None
            if cells is None:
                return
            if cells:  # the csv module gives a blank line as a row without cells
                yield cells


class _Lines:
    """The lines of a file as text, none longer than memory can bear, with the digest of all bytes."""

    def __init__(self, file: str, stream: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._stream = stream
        self._progress = progress
        self._read = 0
        self.digest = hashlib.sha256()
        self.row_bytes = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(MAX_LINE_BYTES + 1):
            self.number += 1
            self.digest.update(line)
            self._read += len(line)
            self.row_bytes += len(line)
            if len(line) > MAX_LINE_BYTES or self.row_bytes > MAX_ROW_BYTES:
                limit = MAX_LINE_BYTES if len(line) > MAX_LINE_BYTES else MAX_ROW_BYTES
                raise self._refused(
                    "population.long_line",
                    f"a line or row is longer than {limit:,} bytes",
                    "Check for a quotation mark that is never closed; a table of models has short lines.",
                )
            if self.number % 4096 == 0:
                self._progress(self._read)
            yield self._text(line)

    def _text(self, line: bytes) -> str:
        try:
            text = line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise self._refused(
                "population.not_utf8", "the table is not UTF-8 text", "Save it as CSV with UTF-8 encoding."
            ) from None
        if "\0" in text:
            raise self._refused(
                "population.not_text", "the table holds zero bytes, so it is not CSV text", "Save it as CSV, UTF-8."
            )
        return text

    def _refused(self, code: str, what: str, fix: str) -> PlimsollError:
        return PlimsollError(code, what, fix=fix, where=Where(file=self._file, line=self.number))


def one_line(text: str) -> str:
    """Without line breaks and control characters, so that a table cannot write to the reader's terminal."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
