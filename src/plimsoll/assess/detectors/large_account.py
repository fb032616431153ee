"""Which accounts are large enough that an open question about their holder is asked one by one."""

from __future__ import annotations

from datetime import date

from plimsoll.assess.detectors.figures import WINDOWS, AccountUse, HeldLine, by_day
from plimsoll.assess.detectors.windows import Rolling, Windows

PARTS = 20
"""An account is large if it could have done a twentieth of the line in a year: twenty such make a run."""


def floor_flop(line: HeldLine, parts: int = PARTS) -> int:
    """The bound from which an account is large."""
    return max(1, -(-line.flop // parts))


def largest_year(account: AccountUse, as_of: date) -> Rolling | None:
    """The 365 days with the largest bound, the first of equals; None where nothing was used."""
    windows = Windows(by_day([account], as_of), as_of)
    caps = windows.cap_flop(max(WINDOWS))
    return windows.window(max(WINDOWS), caps.index(max(caps))) if caps else None
