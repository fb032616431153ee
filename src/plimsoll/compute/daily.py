"""Cells to daily accounts: chip peaks, tiers of evidence, whole days, and what a provider's report covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from plimsoll.compute.engine import materialise
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.cells import CellKey
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.spread import DAY_US, spread_over_days

_HOUR_US = DAY_US // 24
_EPOCH = ibis.literal("1970-01-01").cast("date")


def cell_table(cells: Mapping[CellKey, int]) -> ir.Table:
    """The cells' numbers and what they stand for: cell, outcome, reason, provider, chip, peak."""
    keys = list(cells)
    return ibis.memtable(
        pa.table(
            {
                "cell": pa.array(cells.values(), pa.int32()),
                "outcome": pa.array([key[0] for key in keys], pa.string()),
                "reason": pa.array([key[1] for key in keys], pa.string()),
                "provider": pa.array([key[2] for key in keys], pa.string()),
                "chip": pa.array([key[3] for key in keys], pa.string()),
                "peak": pa.array([key[4] for key in keys], pa.int64()),
            }
        )
    )


def daily_tables(
    summed: Sequence[ir.Table], cells: Mapping[CellKey, int], attested: Mapping[str, int], backend: Any
) -> tuple[ir.Table, ir.Table]:
    """The daily accounts and the daily idle commitments, as described at `accounting.Accounts`.

    Args:
        summed: per batch the sums of `cells.cells_of`.
        attested: utilisation in basis points by run id (tier B).
    """
    sums = ibis.union(*summed) if len(summed) > 1 else summed[0]
    spanning = backend.to_pyarrow(sums.end_us.count()).as_py()
    if spanning:
        within, across = sums.filter(sums.end_us.isnull()), sums.filter(sums.end_us.notnull())
        sums = ibis.union(within, spread_over_days(across))
    known = cell_table(cells)
    counted = sums.inner_join(known.filter(known.peak > 0), "cell")
    days = counted.mutate(
        day=(_EPOCH + (counted.start_us / DAY_US).cast("int32").as_interval("D")).cast("date"),
    )
    used = days.filter(days.outcome == Outcome.ACCELERATOR.value)
    used = _with_tiers(used, attested)
    used = used.mutate(
        cap_flop=(used.accel_ns * used.peak.cast(_PEAK)).cast(EXACT),
        est_e4=(used.weighted * used.peak.cast(_PEAK)).cast(EXACT),
    )
    keys = ["provider", "account", "run_id", "chip", "tier", "day"]
    if spanning or len(summed) > 1:
        used = used.group_by(keys).agg(
            **{name: used[name].sum().cast(EXACT) for name in ("accel_ns", "cap_flop", "est_e4")},
            rows=used.rows.sum().cast("int64"),
            length_us=used.length_us.max(),
        )
        used = materialise(backend, used, "daily")
    daily = used.select(*keys, "accel_ns", "cap_flop", "est_e4", "rows", grain=_grain(used.length_us))
    idle = days.filter(days.outcome == Outcome.UNUSED_COMMITMENT.value)
    unused = idle.group_by("provider", "account", "chip", "day").agg(
        accel_ns=idle.accel_ns.sum().cast(EXACT),
        cap_flop=(idle.accel_ns * idle.peak.cast(_PEAK)).sum().cast(EXACT),
        rows=idle.rows.sum().cast("int64"),
    )
    return daily, unused


_PEAK = "decimal(18, 0)"


def _with_tiers(used: ir.Table, attested: Mapping[str, int]) -> ir.Table:
    """Adds `tier` and `weighted` (accel_ns times basis points)."""
    prior = ibis.ifelse(used.measured, "A", "C")
    if not attested:
        return used.mutate(tier=prior, weighted=used.accel_ns_bp)
    runs = ibis.memtable(
        pa.table(
            {
                "attested_run": pa.array(list(attested), pa.string()),
                "bp": pa.array(list(attested.values()), pa.int32()),
            }
        )
    )
    joined = used.left_join(runs, used.run_id == runs.attested_run)
    by_run = joined.bp.notnull() & ~joined.measured
    return joined.mutate(
        tier=ibis.ifelse(by_run, "B", ibis.ifelse(joined.measured, "A", "C")),
        weighted=ibis.ifelse(
            by_run, (joined.accel_ns * joined.bp.cast("decimal(9, 0)")).cast(EXACT), joined.accel_ns_bp
        ),
    )


def _grain(length_us: ir.IntegerValue) -> ir.StringValue:
    """The coarsest charge period: a day may have 25 hours where clocks are set back."""
    return ibis.cases((length_us <= _HOUR_US, "hour"), (length_us <= 25 * _HOUR_US, "day"), else_="month")


def coverage_table(summed: Sequence[ir.Table], cells: Mapping[CellKey, int]) -> ir.Table:
    """Per provider and UTC month with any row of use: provider, month, first_day, last_day, length_us."""
    sums = ibis.union(*summed) if len(summed) > 1 else summed[0]
    known = cell_table(cells)
    seen = sums.inner_join(known.filter(known.provider.notnull()), "cell")
    seen = seen.filter(seen.start_us.notnull(), seen.last_us.notnull())
    first = (_EPOCH + ((seen.start_us - seen.start_us % DAY_US) / DAY_US).cast("int32").as_interval("D")).cast("date")
    last_us = seen.last_us - 1
    last = (_EPOCH + ((last_us - last_us % DAY_US) / DAY_US).cast("int32").as_interval("D")).cast("date")
    return (
        seen.mutate(first=first, last=last, month=first.truncate("M"))
        .group_by("provider", "month")
        .agg(first_day=ibis._["first"].min(), last_day=ibis._["last"].max(), length_us=ibis._.length_us.max())
    )
