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

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engine import load, materialise
from plimsoll.compute.rolling import EXACT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.judged import JudgedBatch

HOUR_US = 3_600_000_000
"""Microseconds in an hour."""

HOUR_NS = 1_000 * HOUR_US
"""Nanoseconds in an hour: what one accelerator has."""

_PEAK = "decimal(18, 0)"


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


def hour_cells(judged: JudgedBatch, backend: Any, chosen: ir.Table) -> ir.Table:
    """The use of chosen accounts in one batch, summed by hour, or by charge period where that touches several hours.

    Args:
        chosen: provider, account; each pair once. With `file_no`: accounts of each file of a batch judged by file.

    Returns:
        provider, account, start_us (the beginning of the hour, or of the period), end_us (null within one hour),
        accel_ns (DECIMAL(38,0)), coarse; and file_no, if `chosen` has it.
    """
    import ibis

    from plimsoll.compute.usage.cells import accelerator_time, counted_rows, used_cells

    rows = counted_rows(judged)
    by = ["file_no"] if "file_no" in chosen.columns else []
    time = accelerator_time(rows, judged.kinds, backend)
    timed = rows.select(*by, "cell", "account", "start_us", "end_us", accel_ns=time)
    known = timed.inner_join(used_cells(judged, backend), "cell")
    wanted = known.inner_join(chosen, [*by, "provider", "account"])
    hour = wanted.start_us - wanted.start_us % HOUR_US
    within = wanted.end_us <= hour + HOUR_US
    exact_periods = judged.batch.format.startswith("slurm")
    coarse = ibis.literal(False) if exact_periods else wanted.end_us - wanted.start_us > HOUR_US
    table = wanted.select(
        *by,
        "provider",
        "account",
        start_us=ibis.ifelse(within, hour, wanted.start_us),
        end_us=ibis.ifelse(within, ibis.null("int64"), wanted.end_us),
        accel_ns=wanted.accel_ns,
        coarse=coarse,
    )
    keys = [*by, "provider", "account", "start_us", "end_us", "coarse"]
    return table.group_by(keys).agg(accel_ns=table.accel_ns.sum().cast(EXACT))


def hours_of(cells: Sequence[ir.Table], *, coarse: bool = True) -> ir.Table:
    """Cells of any number of batches as use per hour: see `hourly_use`.

    Args:
        cells: from `hour_cells`, fresh or kept.
        coarse: whether use with charge periods longer than an hour is wanted; without it this is much cheaper.
    """
    import ibis

    from plimsoll.compute.usage.spread import spread

    union = ibis.union(*cells) if len(cells) > 1 else cells[0]
    union = union.select("provider", "account", "start_us", "end_us", "coarse", "accel_ns")
    if not coarse:
        union = union.filter(~union.coarse)
    periods = union.filter(union.end_us.notnull())
    keys = ["provider", "account", "start_us", "end_us", "coarse"]
    whole = periods.group_by(keys).agg(accel_ns=periods.accel_ns.sum().cast(EXACT))
    shared = spread(whole, HOUR_US, ("accel_ns",))
    both = ibis.union(union.filter(union.end_us.isnull()), shared.select(*union.columns))
    hours = both.mutate(hour=((both.start_us - both.start_us % HOUR_US) / HOUR_US).cast("int64"))
    summed = hours.group_by("provider", "account", "hour", "coarse").agg(accel_ns=hours.accel_ns.sum().cast(EXACT))
    return summed.select("provider", "account", "hour", "accel_ns", "coarse")
