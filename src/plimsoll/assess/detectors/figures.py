"""What the detectors are given: metered usage per account and day, exact, and the line it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.evidence import RuleEvidence, UsageEvidence
from plimsoll.kernel.rounding import divide_half_even

WINDOWS = (30, 90, 180, 365)
"""Lengths in days over which usage is added up; a finding names the shortest that is past the line."""

PER_FLOP = 10_000
"""Estimates are carried in 1/10 000 FLOP (utilisation is whole basis points), so that no sum is ever rounded."""


def whole_flop(est_e4: int) -> int:
    """An exact estimate as whole FLOP, rounded once, half-even."""
    return divide_half_even(est_e4, PER_FLOP)


@dataclass(frozen=True, slots=True)
class HeldLine:
    """The line, ready for exact comparison.

    Attributes:
        rule: where the line comes from; its comparator is "gt" or "ge".
    """

    rule: RuleEvidence

    @property
    def flop(self) -> int:
        return self.rule.line_flop

    @property
    def first_past(self) -> int:
        """The smallest whole number of FLOP that is past the line."""
        return self.flop + 1 if self.rule.comparator == "gt" else self.flop

    @property
    def first_past_e4(self) -> int:
        """The same in 1/10 000 FLOP, where an estimate may lie between two whole numbers."""
        return self.flop * PER_FLOP + (1 if self.rule.comparator == "gt" else 0)


@dataclass(frozen=True, slots=True)
class UseRow:
    """Netted accelerator use of one account on one UTC day, one chip, one evidence tier and one run tag."""

    day: date
    chip: str
    tier: str
    run: str | None
    accel_ns: int
    cap_flop: int
    est_e4: int


@dataclass(frozen=True, slots=True)
class DayUse:
    """Everything that one account, or several together, used on one UTC day.

    Attributes:
        prior_e4: the part of `est_e4` that rests on a prior (tier C), not on a measurement or an attestation.
    """

    day: date
    cap_flop: int
    est_e4: int
    prior_e4: int


@dataclass(frozen=True, slots=True)
class AccountUse:
    """All rows of one account, in order of days."""

    provider: str
    account: str
    rows: tuple[UseRow, ...]

    @property
    def subject(self) -> str:
        return f"{self.provider}/{self.account}"

    def evidence(self, start: date, end: date) -> tuple[UsageEvidence, ...]:
        """What was used in ``[start, end)``, per chip and tier, largest bound first."""
        sums: dict[tuple[str, str], list[int]] = {}
        for row in self.rows:
            if start <= row.day < end:
                total = sums.setdefault((row.chip, row.tier), [0, 0, 0])
                total[0] += row.accel_ns
                total[1] += row.cap_flop
                total[2] += row.est_e4
        found = [
            UsageEvidence(self.provider, self.account, chip, tier, accel_ns, cap, whole_flop(est_e4))
            for (chip, tier), (accel_ns, cap, est_e4) in sums.items()
        ]
        return tuple(sorted(found, key=lambda use: (-use.cap_flop, use.chip, use.tier)))


def by_day(accounts: Iterable[AccountUse], before: date) -> tuple[DayUse, ...]:
    """The accounts' usage added up per day, days before `before` only, in order of days."""
    sums: dict[date, list[int]] = {}
    for account in accounts:
        for row in account.rows:
            if row.day < before:
                total = sums.setdefault(row.day, [0, 0, 0])
                total[0] += row.cap_flop
                total[1] += row.est_e4
                total[2] += row.est_e4 if row.tier == "C" else 0
    return tuple(DayUse(day, *amounts) for day, amounts in sorted(sums.items()))


def surely_exceeds(est_e4: int, prior_e4: int, declared_flop: int) -> bool:
    """Whether usage is more than was declared, even if the prior behind a part of it is 30 % too high.

    A prior is not a measurement: an honest declaration may lie below it by the margin that the EU guidelines allow an
    estimate (Annex A.2). Without a prior, and where nothing was declared, this is a plain comparison.
    """
    return 13 * est_e4 - 3 * prior_e4 > 13 * declared_flop * PER_FLOP
