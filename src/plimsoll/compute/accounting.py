"""Exact accounting: from usage rows to accelerator time and FLOP per provider, account, run, chip and day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.compute.rolling import WINDOWS, rolling_windows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import ibis.expr.types as ir

    from plimsoll.compute.usage.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many input rows ended in one outcome for one reason. Summed over all, they are the input's rows."""

    outcome: Outcome
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that could not be counted. `row` counts records from 1, the header not included."""

    file: str
    row: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class UnmappedSku:
    """A SKU that may be an accelerator and that nobody has mapped yet.

    Attributes:
        quantity: sum of the quantity in `unit`, as an exact decimal string.
    """

    provider: str
    sku_id: str | None
    sku_meter: str | None
    service: str | None
    description: str | None
    unit: str | None
    rows: int
    quantity: str


@dataclass(frozen=True, slots=True)
class ProviderCoverage:
    """Which days a provider's report covers.

    Attributes:
        first_day: first UTC day with any accelerator row.
        last_day: last such day.
        months: the UTC months (first day of each) with rows, in order.
        missing_months: months between the first and the last without any row.
        grain: the coarsest charge period found: hour, day or month.
    """

    provider: str
    first_day: date
    last_day: date
    months: tuple[date, ...]
    missing_months: tuple[date, ...]
    grain: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over everything that was counted, exact.

    Attributes:
        rows: input rows, all outcomes.
        accel_ns: accelerator-nanoseconds of use.
        cap_flop: what those accelerators could have done at their dense training peak.
        est_e4: what they presumably did, in units of 10^-4 FLOP.
        unused_accel_ns: reserved and left idle.
        unused_cap_flop: what the idle ones could have done.
        last_end: end of the last charge period of any counted row, as microseconds since 1970 (UTC); None if none.
    """

    rows: int
    accounts: int
    accel_ns: int
    cap_flop: int
    est_e4: int
    unused_accel_ns: int
    unused_cap_flop: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class Accounts:
    """The result of `account(delivery, utilisation)`.

    Attributes:
        daily: Ibis table, one row per provider, account, run_id (null if untagged), chip, tier ('A', 'B', 'C') and
            day: accel_ns, cap_flop, est_e4 (DECIMAL(38,0)), rows (int64), grain ('hour', 'day', 'month').
        unused: Ibis table of idle commitments: provider, account, chip, day, accel_ns, cap_flop, rows.
        totals: sums over everything.
        outcomes: every input row, by outcome and reason.
        rejections: the first rejected rows, at most `REJECTIONS_LISTED`; `outcomes` has the full counts.
        unmapped: all unmapped SKUs, most rows first.
        coverage: per provider, ordered by provider.
    """

    daily: ir.Table
    unused: ir.Table
    totals: Totals
    outcomes: tuple[OutcomeCount, ...]
    rejections: tuple[Rejection, ...]
    unmapped: tuple[UnmappedSku, ...]
    coverage: tuple[ProviderCoverage, ...]

    def rolling(self, windows: Sequence[int] = WINDOWS) -> ir.Table:
        """provider, account, day, cap_30, est_e4_30, …: see `rolling.rolling_windows`, `peaks` and `crossings`."""
        return rolling_windows(self.daily, windows)

    def runs(self) -> ir.Table:
        """Tagged use per run: provider, account, run_id, first_day, last_day, accel_ns, cap_flop, est_e4, rows."""
        tagged = self.daily.filter(self.daily.run_id.notnull())
        return tagged.group_by("provider", "account", "run_id").agg(
            first_day=tagged.day.min(),
            last_day=tagged.day.max(),
            accel_ns=tagged.accel_ns.sum().cast("decimal(38, 0)"),
            cap_flop=tagged.cap_flop.sum().cast("decimal(38, 0)"),
            est_e4=tagged.est_e4.sum().cast("decimal(38, 0)"),
            rows=tagged.rows.sum().cast("int64"),
        )

    def net_negative_days(self) -> ir.Table:
        """Account-days on which corrections exceed use, which no meter can produce: provider, account, day, accel_ns."""
        days = self.daily.group_by("provider", "account", "day").agg(
            accel_ns=self.daily.accel_ns.sum().cast("decimal(38, 0)")
        )
        return days.filter(days.accel_ns < 0)
