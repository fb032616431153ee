"""Short ways to write usage, lines and declarations for the tests of detectors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors.figures import PER_FLOP, AccountUse, HeldLine, UseRow
from plimsoll.assess.evidence import RuleEvidence

LINE = 10**25
DAY_ONE = date(2026, 1, 1)
AS_OF = date(2026, 12, 1)


def held(flop: int = LINE, comparator: str = "gt") -> HeldLine:
    return HeldLine(
        RuleEvidence("conditional-treaty", "conditional-treaty.threshold", "m@1", comparator, flop, "proposed", "s. 2")
    )


def use(
    amounts: Iterable[tuple[int, int]], *, bp: int = 4_000, tier: str = "C", run: str | None = None, account: str = "a"
) -> AccountUse:
    """An account from pairs of day number and bound in FLOP; the estimate is `bp` of the bound."""
    rows = [
        UseRow(DAY_ONE + timedelta(day), "h100-sxm", tier, run, cap // 989_500, cap, cap * bp)
        for day, cap in sorted(amounts)
    ]
    return AccountUse("aster-cloud", account, tuple(rows))


def steady(first: int, days: int, cap_per_day: int, **more: object) -> AccountUse:
    """The same bound on every one of `days` days."""
    return use([(first + day, cap_per_day) for day in range(days)], **more)  # type: ignore[arg-type]


def declared(
    flop: int, *, start: int = 0, days: int = 365, accounts: tuple[str, ...] = ("aster-cloud/a",), name: str = "run-1"
) -> DeclarationSeen:
    first = DAY_ONE + timedelta(start)
    return DeclarationSeen(
        id=name,
        kind="training_run",
        name=name,
        developer="halden-labs",
        status="running",
        start=first,
        end=first + timedelta(days),
        accounts=accounts,
        low_flop=flop,
        point_flop=flop,
        high_flop=flop,
        covered_flop=flop,
        file="declarations.yaml",
        line=2,
        providers=tuple(sorted({account.partition("/")[0] for account in accounts})),
    )


def est(cap: int, bp: int = 4_000) -> int:
    """The estimate of a bound, whole FLOP; exact for the round figures of the tests."""
    return cap * bp // PER_FLOP
