"""Shares of capital or votes: percent as people write it, basis points inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

WHOLE_BP = 10_000
_PERCENT = re.compile(r"([+-]?\d{1,12}(?:[.,]\d{1,12})?)\s*%?")


@dataclass(frozen=True, slots=True)
class Share:
    """In basis points; or what is wrong."""

    bp: int | None
    wrong: str | None = None


def read_share(value: object) -> Share:
    """``"25.5"``, ``25``, ``"25,5 %"``: percent. Half-even to a basis point; nothing for what is empty."""
    text = str(value).strip()
    if not text:
        return Share(None)
    match = _PERCENT.fullmatch(text) if not isinstance(value, bool) else None
    if match is None:
        return Share(None, f'share "{text[:20]}" is not a percentage')
    percent = Decimal(match[1].replace(",", "."))
    if percent < 0:
        return Share(None, f"share {text[:20]} % is negative")
    if percent > 100:
        return Share(None, f"share {text[:20]} % is more than the whole")
    return Share(int((percent * 100).to_integral_value(rounding="ROUND_HALF_EVEN")))


def percent_text(bp: int) -> str:
    """2550 is ``25.5``."""
    return f"{bp // 100}.{bp % 100:02d}".rstrip("0").rstrip(".")
