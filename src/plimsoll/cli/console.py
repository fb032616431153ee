"""How every command writes: tables on a terminal, plain text in a pipe, JSON for programs, progress on stderr."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from plimsoll.kernel.visible import on_one_line, visible

_PROGRESS_AFTER_SECONDS = 2.0


class Advance(Protocol):
    """Reports progress: the share that is done, from 0 to 1, and what is going on."""

    def __call__(self, done: float, doing: str = "") -> None: ...


def say(text: str = "") -> None:
    """A line of the answer, on standard output."""
    print(visible(text))


def note(text: str) -> None:
    """A line beside the answer, on standard error."""
    print(visible(text), file=sys.stderr)


def counted(number: int, thing: str) -> str:
    """``1 row``, ``12,345 rows``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def show_json(value: Any) -> None:
    """JSON for programs: stable key order as given, text readable, one final newline."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def say_how_to_replay(
    source: str, digest: str, arguments: Sequence[str], options: Mapping[str, Sequence[str | None] | None]
) -> None:
    """What was read, and the command that gives the same answer on any later day.

    Args:
        source: the file that was read; `digest` is that of its bytes.
        arguments: the command and its arguments.
        options: the values of each option, in order; absent ones are left out.
    """
    chosen = [(option, value) for option, values in options.items() for value in values or () if value is not None]
    say(f"\nSource: {source}, {digest}")
    say("Replay: " + shlex.join(["plimsoll", *arguments, *(part for pair in chosen for part in pair)]))


def show_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), title: str = ""
) -> None:
    """A table: drawn on a terminal, and aligned plain text in a pipe.

    Args:
        columns: headings.
        rows: cells, as text.
        right: indexes of columns to align on the right (figures).
        title: a line above the table.
    """
    rows = [[on_one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        _plain_table(columns, rows, right, title)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int], title: str) -> None:
    if title:
        print(title)
    widths = [max(len(line[index]) for line in [columns, *rows]) for index in range(len(columns))]
    for line in [columns, *rows]:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Advance]:
    """A progress bar on standard error that appears only when the work takes longer than two seconds.

    In a pipe or with `quiet` nothing is drawn.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda done, doing="": None
        return
    bar = _Bar(what)
    try:
        yield bar.advance
    finally:
        bar.close()


class _Bar:
    """Draws with rich, once the two seconds have passed."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._drawn: Any = None
        self._task: Any = None

    def advance(self, done: float, doing: str = "") -> None:
        if self._drawn is None:
            if time.monotonic() - self._started < _PROGRESS_AFTER_SECONDS:
                return
            self._start()
        self._drawn.update(self._task, completed=done, description=on_one_line(doing or self._what))

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        self._drawn = Progress(*columns, console=Console(stderr=True), transient=True)
        self._drawn.start()
        self._task = self._drawn.add_task(self._what, total=1.0)

    def close(self) -> None:
        if self._drawn is not None:
            self._drawn.stop()
