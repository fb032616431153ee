"""What findings rest on: one type per kind of evidence, each with its figures and a line of text for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeAlias

from plimsoll.assess.party_evidence import (
    BunchingEvidence,
    DoubleEvidence,
    KycEvidence,
    LinkEvidence,
    MemberEvidence,
    MomentEvidence,
    ProfileEvidence,
    SamePartyEvidence,
    SynchronyEvidence,
)

NS_PER_HOUR = 3_600_000_000_000


def whole_hours(nanoseconds: int) -> str:
    """Hours for people, rounded towards zero: ``12,345``, and ``under 1`` for less than one that is not none."""
    hours = abs(nanoseconds) // NS_PER_HOUR
    if nanoseconds and not hours:
        return "under 1" if nanoseconds > 0 else "less than none"
    return f"{'−' if nanoseconds < 0 else ''}{hours:,}"


@dataclass(frozen=True, slots=True)
class UsageEvidence:
    """Metered accelerator use inside the window, one entry per chip and evidence tier.

    Attributes:
        tier: "A" measured tensor activity, "B" declared and attested utilisation, "C" prior by workload class.
        accel_ns: accelerator-nanoseconds; 3 600 000 000 000 of them are one accelerator-hour.
        cap_flop: the bound: every accelerator at its dense peak all the time.
        est_flop: the central estimate, rounded half-even once.
    """

    kind: ClassVar[str] = "usage"
    provider: str
    account: str
    chip: str
    tier: str
    accel_ns: int
    cap_flop: int
    est_flop: int

    def text(self) -> str:
        hours = whole_hours(self.accel_ns)
        return f"{hours} accelerator-hours of {self.chip} at {self.provider} (evidence tier {self.tier})"


@dataclass(frozen=True, slots=True)
class WindowEvidence:
    """The largest window of one length: where it lies and what it holds."""

    kind: ClassVar[str] = "window"
    days: int
    start: date
    end: date
    cap_flop: int
    est_flop: int

    def text(self) -> str:
        return f"the largest {self.days} days run from {self.start} up to {self.end}"


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """The provision that draws the line."""

    kind: ClassVar[str] = "rule"
    rulebook: str
    provision: str
    metric: str
    comparator: str
    line_flop: int
    status: str
    citation: str

    def text(self) -> str:
        return f"{self.provision} ({self.citation}; {self.status.replace('_', ' ')})"


@dataclass(frozen=True, slots=True)
class DeclarationEvidence:
    """A declaration that was taken into account: its compute, and where it is written.

    `covered_flop` is how much metered usage it explains: the high bounds of what was declared, without components that
    were computed elsewhere.
    """

    kind: ClassVar[str] = "declaration"
    id: str
    developer: str
    start: date | None
    end: date | None
    low_flop: int
    point_flop: int
    high_flop: int | None
    covered_flop: int
    file: str
    line: int | None

    def text(self) -> str:
        return f'declaration "{self.id}" by {self.developer}, {self.start or "open"} up to {self.end or "open"}'


@dataclass(frozen=True, slots=True)
class ForecastEvidence:
    """The projection behind an `approaching-line` finding.

    Attributes:
        basis_days: how many last days the rate is taken from.
        basis_est_flop: the estimate over those days; the daily rate is this divided by `basis_days`.
        crosses_on: the first day on which the projected window is past the line.
    """

    kind: ClassVar[str] = "forecast"
    basis_days: int
    basis_est_flop: int
    crosses_on: date
    days_left: int

    def text(self) -> str:
        return f"at the rate of the last {self.basis_days} days the line is passed on {self.crosses_on}"


@dataclass(frozen=True, slots=True)
class SkuEvidence:
    """A product that looks like accelerator time but is in no catalogue.

    Attributes:
        quantity: decimal text in the product's own unit.
        reason: why it was not resolved.
    """

    kind: ClassVar[str] = "sku"
    provider: str
    sku: str
    description: str
    rows: int
    quantity: str
    unit: str
    reason: str

    def text(self) -> str:
        return f'{self.rows:,} rows of "{self.sku}" at {self.provider}: {self.reason}'


@dataclass(frozen=True, slots=True)
class GapEvidence:
    """A calendar month for which a provider delivered nothing."""

    kind: ClassVar[str] = "gap"
    provider: str
    month: str

    def text(self) -> str:
        return f"no usage report of {self.provider} for {self.month}"


@dataclass(frozen=True, slots=True)
class FigureEvidence:
    """One figure that cannot be true, beside what limits it.

    Attributes:
        name: which figure, e.g. "declared compute".
        value, limit: decimal text in `unit`.
        place: file and line or row, or the account and day.
    """

    kind: ClassVar[str] = "figure"
    name: str
    value: str
    limit: str
    unit: str
    place: str

    def text(self) -> str:
        return f"{self.name} is {self.value} {self.unit}, the limit is {self.limit} {self.unit} ({self.place})"


Evidence: TypeAlias = (
    UsageEvidence
    | WindowEvidence
    | RuleEvidence
    | DeclarationEvidence
    | ForecastEvidence
    | SkuEvidence
    | GapEvidence
    | FigureEvidence
    | MemberEvidence
    | LinkEvidence
    | SamePartyEvidence
    | SynchronyEvidence
    | MomentEvidence
    | KycEvidence
    | ProfileEvidence
    | DoubleEvidence
    | BunchingEvidence
)
"""Every kind has `kind` (its name in JSON) and `text()` (one line for people)."""
