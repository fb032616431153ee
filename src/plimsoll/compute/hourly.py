"""Use hour by hour: exact accelerator-nanoseconds of chosen accounts, for what happens at the same time.

    cells = [hour_cells(batch, engine, chosen) for batch in accounts.judged]    # per batch of files; may be kept
    hours = hours_of(cells)

or both at once with `hourly_use`. A charge period within one UTC hour is summed by hour; a longer one by its exact
period, and shared out over its hours afterwards in proportion to time (`usage.spread`), so that the parts add up to it
whatever rows it came in. Corrections are negative rows and net out in the hour that they take back. Nothing is a float.

Where a charge period is longer than an hour, the hours inside it are shares and not observations: such use is kept
apart as *coarse*. A Slurm job is not coarse: its record has the moments at which it began and ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engine import fetch, load, materialise
from plimsoll.compute.rolling import EXACT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.judged import JudgedBatch

HOUR_US = 3_600_000_000
"""Microseconds in an hour."""

HOUR_NS = 1_000 * HOUR_US
"""Nanoseconds in an hour: what one accelerator has."""

_PEAK = "decimal(18, 0)"


@dataclass(frozen=True)
class HourlyAccounts:
    """Chosen accounts hour by hour, and where they ran.

    Attributes:
        subjects: "provider/account"; in the tables an account is a `number`, its place here.
        cells: see `hour_cells`.
        spans: see `places.places_of`.
    """

    subjects: Sequence[str]
    cells: ir.Table
    spans: ir.Table
    engine: Any

    def hours(self, *, coarse: bool = True) -> ir.Table:
        """Use per hour: number, hour (since 1970, UTC), accel_ns, coarse; see `hourly_use`.

        Args:
            coarse: whether use with charge periods longer than an hour is wanted.
        """
        counted = self.cells if coarse else self.cells.filter(~self.cells.coarse)
        [longer] = fetch(self.engine, counted.agg(any=counted.end_us.notnull().any()))
        return hours_of([self.cells], coarse=coarse, longer=bool(longer["any"]))

    def places(self) -> dict[str, str]:
        """By account where it ran most of the time of which that is told, as "provider|region"."""
        from plimsoll.compute.usage.places import main_places

        spans = self.spans.group_by("number", "place").agg(span_us=self.spans.span_us.sum().cast(EXACT))
        rows = fetch(self.engine, spans)
        found = main_places((self.subjects[row["number"]], row["place"], int(row["span_us"])) for row in rows)
        return {subject: f"{subject.partition('/')[0]}|{place}" for subject, place in sorted(found.items())}


def hourly_use(
    judged: Sequence[JudgedBatch], backend: Any, subjects: Iterable[str] | None = None, floor: int = 0
) -> ir.Table:
    """Use per account and hour; scans the rows of the batches, so the delivery must be open still.

    Args:
        subjects: "provider/account" of those that are wanted; None for all whose bound reaches `floor`.
        floor: in FLOP, over all of these batches.

    Returns:
        provider, account, hour (int64, hours since 1970, UTC), accel_ns (DECIMAL(38,0)), coarse (boolean): at most one
        row per account, hour and coarseness.
    """
    chosen = above(judged, backend, floor) if subjects is None else named(subjects, backend)
    return hours_of([hour_cells(batch, backend, chosen) for batch in judged])


def numbered(subjects: Sequence[str], backend: Any) -> ir.Table:
    """The accounts called "provider/account" as a table of the engine: number (their place), provider, account."""
    names = (subject.partition("/") for subject in subjects)
    rows = ({"number": n, "provider": provider, "account": account} for n, (provider, _, account) in enumerate(names))
    return load(backend, rows, {"number": "INTEGER", "provider": "VARCHAR", "account": "VARCHAR"}, "numbered")


def named(subjects: Iterable[str], backend: Any) -> ir.Table:
    """The accounts called "provider/account" as a table of the engine: provider, account."""
    names = [subject.partition("/") for subject in sorted(set(subjects))]
    rows = ({"provider": provider, "account": account} for provider, _, account in names)
    return load(backend, rows, {"provider": "VARCHAR", "account": "VARCHAR"}, "wanted")


def above(judged: Sequence[JudgedBatch], backend: Any, floor: int) -> ir.Table:
    """The accounts whose bound in all of these batches together is at least `floor` FLOP: provider, account.

    Corrections count; reserved and idle accelerators do not.
    """
    import ibis

    from plimsoll.compute.usage.cells import accelerator_time, counted_rows, used_cells

    parts = []
    for batch in judged:
        rows = counted_rows(batch)
        timed = rows.select("cell", "account", time=accelerator_time(rows, batch.kinds, backend))
        summed = timed.group_by("cell", "account").agg(accel_ns=timed.time.sum().cast(EXACT))
        known = summed.inner_join(used_cells(batch, backend), "cell")
        parts.append(
            known.select("provider", "account", cap_flop=(known.accel_ns * known.peak.cast(_PEAK)).cast(EXACT))
        )
    table = ibis.union(*parts) if len(parts) > 1 else parts[0]
    totals = table.group_by("provider", "account").agg(cap_flop=table.cap_flop.sum().cast(EXACT))
    chosen = totals.filter(totals.cap_flop >= ibis.literal(min(floor, 10**38 - 1), type=EXACT))
    return materialise(backend, chosen.select("provider", "account"), "wanted")


def hour_cells(
    judged: JudgedBatch, backend: Any, chosen: ir.Table, *, placed: bool = False, accounts: Collection[str] = ()
) -> ir.Table:
    """The use of chosen accounts in one batch, summed by hour, or by charge period where that touches several hours.

    Args:
        chosen: provider, account; each pair once. With `file_no`: accounts of each file of a batch judged by file. With
            `number`: a number for each account, by which it is told from others then.
        placed: whether it is to be told apart where the use was.
        accounts: the chosen accounts as their providers call them, if they are few: an engine skips what has none.

    Returns:
        provider, account (or number), start_us (the beginning of the hour, or of the period), end_us (null within one
        hour), accel_ns (DECIMAL(38,0)), coarse; file_no, if `chosen` has it; and region and cluster_id, as the reports
        spell them, and span_us (length of all charge periods), if `placed`.
    """
    import ibis

    from plimsoll.compute.usage.cells import accelerator_time, counted_rows, used_cells

    rows = counted_rows(judged)
    if accounts:
        rows = rows.filter(rows.account.isin(sorted(accounts)))
    by = ["file_no"] if "file_no" in chosen.columns else []
    time = accelerator_time(rows, judged.kinds, backend)
    where = ["region", "cluster_id"] if placed else []
    timed = rows.select(*by, *where, "cell", "account", "start_us", "end_us", accel_ns=time)
    known = timed.inner_join(used_cells(judged, backend), "cell")
    wanted = known.inner_join(chosen, [*by, "provider", "account"])
    hour = wanted.start_us - wanted.start_us % HOUR_US
    within = wanted.end_us <= hour + HOUR_US
    exact_periods = judged.batch.format.startswith("slurm")
    coarse = ibis.literal(False) if exact_periods else wanted.end_us - wanted.start_us > HOUR_US
    table = wanted.select(
        *by,
        *where,
        *_who(chosen),
        span_us=wanted.end_us - wanted.start_us,
        start_us=ibis.ifelse(within, hour, wanted.start_us),
        end_us=ibis.ifelse(within, ibis.null("int64"), wanted.end_us),
        accel_ns=wanted.accel_ns,
        coarse=coarse,
    )
    keys = [*by, *where, *_who(chosen), "start_us", "end_us", "coarse"]
    amounts = {"accel_ns": table.accel_ns.sum().cast(EXACT)}
    if placed:
        amounts["span_us"] = table.span_us.sum().cast(EXACT)
    return table.group_by(keys).agg(**amounts)


def hours_of(cells: Sequence[ir.Table], *, coarse: bool = True, longer: bool = True) -> ir.Table:
    """Cells of any number of batches as use per hour: see `hourly_use`.

    Args:
        cells: from `hour_cells`, fresh or kept.
        coarse: whether use with charge periods longer than an hour is wanted; without it this is much cheaper.
        longer: whether any of the cells touches several hours.
    """
    import ibis

    from plimsoll.compute.usage.spread import spread

    union = ibis.union(*cells) if len(cells) > 1 else cells[0]
    who = _who(union)
    union = union.select(*who, "start_us", "end_us", "coarse", "accel_ns")
    if not coarse:
        union = union.filter(~union.coarse)
    if longer:
        periods = union.filter(union.end_us.notnull())
        whole = periods.group_by(*who, "start_us", "end_us", "coarse").agg(accel_ns=periods.accel_ns.sum().cast(EXACT))
        shared = spread(whole, HOUR_US, ("accel_ns",))
        union = ibis.union(union.filter(union.end_us.isnull()), shared.select(*union.columns))
    hours = union.mutate(hour=((union.start_us - union.start_us % HOUR_US) / HOUR_US).cast("int64"))
    summed = hours.group_by(*who, "hour", "coarse").agg(accel_ns=hours.accel_ns.sum().cast(EXACT))
    return summed.select(*who, "hour", "accel_ns", "coarse")


def _who(table: ir.Table) -> list[str]:
    return ["number"] if "number" in table.columns else ["provider", "account"]
