"""Exact accounting: from usage rows to accelerator time and FLOP per provider, account, run, chip and day.

    with open_usage(paths, engine) as delivery:
        accounts = account(delivery, utilisation={"run-aster-7": 4_100})

Use is whole accelerator-nanoseconds; times a peak in FLOP per nanosecond that is whole FLOP (`cap_flop`, what the
hardware could have done); times utilisation in basis points that is whole ten-thousandths of a FLOP (`est_e4`, what it
presumably did). Nothing is divided and nothing is a float, so sums do not depend on order, engine or threads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.compute.rolling import EXACT, WINDOWS, rolling_windows
from plimsoll.compute.usage.delivery import Progress, UsageDelivery, no_progress
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.utilisation import NO_ATTESTATIONS, PRIORS, Priors

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    import ibis.expr.types as ir

    from plimsoll.compute.hourly import HourlyAccounts
    from plimsoll.compute.lake.entry import Entry
    from plimsoll.compute.usage.judged import JudgedBatch

REJECTIONS_LISTED = 1_000
"""How many rejected rows are listed one by one."""


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
        basis: what the SKU map could and could not tell, in words.
    """

    provider: str
    sku_id: str | None
    sku_meter: str | None
    service: str | None
    description: str | None
    unit: str | None
    rows: int
    quantity: str
    basis: str


@dataclass(frozen=True, slots=True)
class ProviderCoverage:
    """Which days a provider's report covers.

    Attributes:
        first_day: first UTC day with any row of use, of accelerators or not.
        last_day: last such day.
        months: the UTC months (first day of each) in which the charge period of a row of use lies, in order.
        missing_months: months between the first and the last without any row.
        grain: the coarsest charge period of accelerator use: hour, day or month; none if there was none.
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
        last_end: end of the last charge period of any sound row; None if there is none.
    """

    rows: int
    accounts: int
    accel_ns: int
    cap_flop: int
    est_e4: int
    unused_accel_ns: int
    unused_cap_flop: int
    last_end: datetime | None


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
        judged: every kind of row with its verdict, per batch; empty with a lake.
        kept: what the lake keeps, by number of the file; empty without one.
        rejected_in: rejected rows per file path; files without any are left out.
        priors: the version of the priors of tier C.
    """

    daily: ir.Table
    unused: ir.Table
    totals: Totals
    outcomes: tuple[OutcomeCount, ...]
    rejections: tuple[Rejection, ...]
    unmapped: tuple[UnmappedSku, ...]
    rejected_in: Mapping[str, int]
    priors: Priors
    delivery: UsageDelivery
    judged: Sequence[JudgedBatch]
    kept: Mapping[int, Entry]

    @cached_property
    def coverage(self) -> tuple[ProviderCoverage, ...]:
        """Per provider, in order of its id: which days and months have rows.

        Scans the rows once, when first asked, unless a lake keeps it; the delivery must be open still.
        """
        from plimsoll.compute.facts import coverage
        from plimsoll.compute.gather import covers_of

        kept = [cover for entry in self.kept.values() for cover in entry.covers]
        return coverage([*kept, *(cover for judged in self.judged for _, cover in covers_of(judged))])

    def rolling(self, windows: Sequence[int] = WINDOWS) -> ir.Table:
        """provider, account, day, cap_30, est_e4_30, …: see `rolling.rolling_windows`, `peaks` and `crossings`."""
        return rolling_windows(self.daily, windows)

    def runs(self) -> ir.Table:
        """Tagged use per run: provider, account, run_id, first_day, last_day, accel_ns, cap_flop, est_e4, rows."""
        tagged = self.daily.filter(self.daily.run_id.notnull())
        return tagged.group_by("provider", "account", "run_id").agg(
            first_day=tagged.day.min(),
            last_day=tagged.day.max(),
            accel_ns=tagged.accel_ns.sum().cast(EXACT),
            cap_flop=tagged.cap_flop.sum().cast(EXACT),
            est_e4=tagged.est_e4.sum().cast(EXACT),
            rows=tagged.rows.sum().cast("int64"),
        )

    def net_negative_days(self) -> ir.Table:
        """Account-days on which corrections exceed use, which no meter can produce.

        provider, account, day, accel_ns (negative).
        """
        days = self.daily.group_by("provider", "account", "day").agg(accel_ns=self.daily.accel_ns.sum().cast(EXACT))
        return days.filter(days.accel_ns < 0)

    def impossible(self) -> ir.Table:
        """Rows of one named resource with more machine time than their charge period has; scans the rows or the lake.

        provider, account, run_id, resource_id, file_no, row, start_us, end_us, machine_ns, possible_ns: see
        `usage.plausible.impossible_rows`. Needs the delivery to be open still.
        """
        from plimsoll.compute.lake.tables import scan
        from plimsoll.compute.usage.plausible import impossible_rows

        if self.judged:
            return impossible_rows(self.judged, self.delivery.engine)
        return scan("impossible", self._kept_tables("impossible"), self.delivery.engine)

    def hourly(self, subjects: Sequence[str]) -> HourlyAccounts:
        """These "provider/account" hour by hour, and where they ran. Scans the rows once, or the lake."""
        import ibis

        from plimsoll.compute.engine import materialise
        from plimsoll.compute.hourly import HourlyAccounts, hour_cells, numbered
        from plimsoll.compute.lake.tables import scan
        from plimsoll.compute.usage.judged import LISTED
        from plimsoll.compute.usage.places import places_of

        engine = self.delivery.engine
        chosen = numbered(subjects, engine)
        if not self.judged:
            hours, spans = (
                scan(name, self._kept_tables(name), engine, numbered=False)
                .inner_join(chosen, ["provider", "account"])
                .drop("provider", "account")
                for name in ("hours", "places")
            )
            return HourlyAccounts(subjects, materialise(engine, hours, "hourly"), spans, engine)
        accounts = {subject.partition("/")[2] for subject in subjects} if len(subjects) <= LISTED else ()
        parts = [hour_cells(judged, engine, chosen, placed=True, accounts=accounts) for judged in self.judged]
        cells = materialise(engine, ibis.union(*parts) if len(parts) > 1 else parts[0], "hourly")
        return HourlyAccounts(subjects, cells, places_of(cells), engine)

    def customers(self) -> ir.Table | None:
        """Whom the reports name beside an account: see `customers.named_customers`. Scans the rows or the lake."""
        from plimsoll.compute.engine import materialise
        from plimsoll.compute.lake.tables import scan
        from plimsoll.compute.usage.customers import named_customers

        engine = self.delivery.engine
        if self.judged:
            return named_customers(self.delivery.batches, engine)
        kept = self._kept_tables("customers")
        if not kept:
            return None
        return materialise(engine, scan("customers", kept, engine).drop("file_no").distinct(), "named_customers")

    def _kept_tables(self, name: str) -> dict[int, Path]:
        paths = {number: entry.table(name) for number, entry in self.kept.items()}
        return {number: path for number, path in paths.items() if path is not None}


def account(
    delivery: UsageDelivery,
    utilisation: Mapping[str, int] = NO_ATTESTATIONS,
    priors: Priors = PRIORS,
    progress: Progress = no_progress,
    holders: Mapping[str, Collection[str]] | None = None,
) -> Accounts:
    """Accounts for every row of a delivery.

    Args:
        delivery: from `usage.read.open_usage`. If it was opened with a lake, files that the lake knows are not read,
            and the others are kept in it.
        utilisation: attested utilisation in basis points by run id: tier B for rows tagged with that run.
        priors: what tier C assumes.
        progress: told after each batch of files.
        holders: by run id, the "provider/account" on which its attested utilisation holds, so that nobody lowers an
            estimate with the tag of somebody else's run; None: wherever the tag stands.

    Raises:
        PlimsollError: ``parquet.unreadable``, ``engine.out_of_memory``; ``accounting.rows_lost`` if the outcomes or
            the sums do not add up to the input, as when a Parquet footer states false statistics.
    """
    from plimsoll.compute.settle import settle

    return settle(delivery, utilisation, holders, priors, progress)
