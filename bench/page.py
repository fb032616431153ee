"""Published tables: where they stand in a page, and on what machine they were measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


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
