"""The reference page says what the code does."""

import re
from pathlib import Path

from plimsoll.compute.usage.outcomes import REASONS

_ROOT = Path(__file__).resolve().parents[3]
_PAGE = (_ROOT / "docs" / "reference" / "usage-formats.md").read_text(encoding="utf-8")


def test_every_reason_stands_on_the_page_with_its_outcome_and_its_fix() -> None:
    rows = [
        f"| `{r.code}` | {r.outcome.value.replace('_', ' ')} | {r.meaning} | {r.fix or '–'} |" for r in REASONS.values()
    ]

    assert [row for row in rows if row not in _PAGE] == []


def test_every_error_that_stops_a_delivery_stands_on_the_page() -> None:
    sources = (_ROOT / "src" / "plimsoll" / "compute" / "usage").glob("*.py")
    codes = {c for path in sources for c in re.findall(r'"((?:usage|csv|parquet|file)\.[a-z_]+)"', path.read_text())}

    assert [code for code in sorted(codes) if f"`{code}`" not in _PAGE] == []
