"""Published tables: their lines, where they stand in a page, and on what machine they were measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    measured: str
    target: str
    met: bool

    @property
    def line(self) -> str:
        """Of a table in Markdown."""
        return f"| {self.what} | {self.measured} | {self.target} | {'met' if self.met else 'not met'} |"


def table(figures: Iterable[Figure]) -> str:
    """One line per figure, against its target."""
    return "\n".join(["| what | measured | target | |", "|---|---:|---:|---|", *(each.line for each in figures)])


def put(page: Path, name: str, table: str) -> None:
    """Replaces what stands between the page's markers of this name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


def machine() -> str:
    """Cores, Python, the load when asked, and the day."""
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end, "
        f"{datetime.now(UTC):%d %B %Y}"
    )
