"""Which tactics of evasion and which honest hard cases can be planted, what each must give, and how a user asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from plimsoll.kernel.errors import PlimsollError

MOST = 2_000
"""At most so many of one tactic."""


class Tactic(Enum):
    """How a developer evades, or what makes an honest one look like an evader. The values are what a user types."""

    SPLIT_ACCOUNTS = "split-accounts"
    """One legal person, several accounts at one provider."""
    SPLIT_PROVIDERS = "split-providers"
    """One legal person, accounts at several providers."""
    SHELLS_SHARED = "shells-shared"
    """Shell companies with nothing in common but one attribute from each to the next."""
    SHELLS_SYNCHRONISED = "shells-synchronised"
    """Shell companies with nothing in common, computing in the same hours."""
    BEHIND_RESELLER = "behind-reseller"
    """The usage is a reseller's, who names no customers."""
    STRETCHED = "stretched"
    """Few accounts, a whole year, never much at a time."""
    JUST_BELOW = "just-below"
    """Sized to end just below the line."""
    UNDER_DECLARED = "under-declared"
    """Declared, but at a fraction of the truth."""
    MISLABELLED = "mislabelled"
    """Training that is labelled as inference."""
    DUTY_CYCLED = "duty-cycled"
    """On for hours, off for days, so that no month looks large."""
    UNIVERSITY = "university"
    """Honest: one legal person with dozens of laboratories' accounts, together below the line."""
    RESELLER = "reseller"
    """Honest: it pays for its customers and names them all; the first one's host reports the same use again."""
    HEDGE_FUND = "hedge-fund"
    """Honest: affiliates of one parent, each with steady inference."""
    MERGER = "merger"
    """Honest: two companies that merged in mid-year; together past the line only if counted before that."""
    NAMESAKES = "namesakes"
    """Honest: two unrelated companies of one name at one address."""

    @property
    def honest(self) -> bool:
        return self in HONEST


HONEST = (Tactic.UNIVERSITY, Tactic.RESELLER, Tactic.HEDGE_FUND, Tactic.MERGER, Tactic.NAMESAKES)
EVASIVE = tuple(tactic for tactic in Tactic if tactic not in HONEST)

_PART = re.compile(r"\s*([a-z-]+)\s*=\s*([0-9]{1,6})\s*")


def parse_evaders(text: str) -> dict[str, int]:
    """``"split-accounts=3,merger=2"`` as counts; ``all=N`` stands for every tactic and honest case.

    Raises:
        PlimsollError: ``sample.evaders``.
    """
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _PART.fullmatch(part)
        if match is None:
            raise _refused(f'"{part[:60]}" is not a tactic and a count')
        name, count = match[1], int(match[2])
        for each in [tactic.value for tactic in Tactic] if name == "all" else [name]:
            if each in found and name != "all":
                raise _refused(f"{each} is named twice")
            found.setdefault(each, count)
    return checked(found)


def checked(evaders: Mapping[str, int]) -> dict[str, int]:
    """The counts in the order of `Tactic`, without noughts.

    Raises:
        PlimsollError: ``sample.evaders`` for a tactic that does not exist and for too many.
    """
    for name, count in evaders.items():
        if name not in {tactic.value for tactic in Tactic}:
            raise _refused(f'there is no tactic "{name[:60]}"')
        if not 0 <= count <= MOST:
            raise _refused(f"{name} is asked for {count:,} times")
    return {tactic.value: evaders[tactic.value] for tactic in Tactic if evaders.get(tactic.value)}


def _refused(what: str) -> PlimsollError:
    names = ", ".join(tactic.value for tactic in Tactic)
    return PlimsollError(
        "sample.evaders",
        what,
        fix=f"Write tactic=count,... with counts up to {MOST:,}; all=N plants N of each. Tactics: {names}.",
    )
