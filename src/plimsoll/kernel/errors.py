"""Coded errors: what happened, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A place in somebody's input. Rows and lines count from 1; a row is a record, a line is a line of text."""

    file: str | None = None
    line: int | None = None
    row: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        parts = [self.file or ""]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.field:
            parts.append(self.field)
        return ", ".join(part for part in parts if part)


NOWHERE = Where()


class PlimsollError(Exception):
    """The root of every error that Plimsoll raises on purpose.

    Attributes:
        code: stable dotted identifier, e.g. ``flop.too_large``; scripts may match on it.
        what: what happened, in one sentence.
        where: the place in the input, as far as it is known.
        fix: what the reader can do about it, in one sentence.
    """

    def __init__(self, code: str, what: str, *, fix: str, where: Where = NOWHERE) -> None:
        super().__init__(code, what, fix, where)
        self.code = code
        self.what = what
        self.fix = fix
        self.where = where

    def at(self, where: Where) -> PlimsollError:
        """The same error, placed: parts of `where` that this error does not know yet are filled in."""
        return type(self)(
            self.code,
            self.what,
            fix=self.fix,
            where=Where(
                file=self.where.file or where.file,
                line=self.where.line if self.where.line is not None else where.line,
                row=self.where.row if self.where.row is not None else where.row,
                field=self.where.field or where.field,
            ),
        )

    def __str__(self) -> str:
        place = str(self.where)
        return f"{place + ': ' if place else ''}{self.what} [{self.code}]\n  Fix: {self.fix}"
