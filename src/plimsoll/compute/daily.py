"""Cells to daily accounts: chip peaks, tiers of evidence, whole days; and what each provider's report covers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import load, materialise
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.judged import CellKey, JudgedBatch, is_sound
from plimsoll.compute.usage.spread import DAY_US, spread_over_days
from plimsoll.compute.usage.utc import utc_day, utc_month

_HOUR_US = DAY_US // 24
_PEAK = "decimal(18, 0)"
_DAILY_KEYS = ("provider", "account", "run_id", "chip", "tier", "day")


def daily_tables(
    sums: ir.Table,
    *,
    spanning: bool,
    split: bool,
    attested: Mapping[str, int],
    holders: Mapping[str, Collection[str]] | None,
    backend: Any,
) -> tuple[ir.Table, ir.Table]:
    """The daily accounts and the daily idle commitments, as described at `accounting.Accounts`.

    Args:
        sums: those of `cells.cells_of`, from `named_cells`.
        spanning: whether some charge period touches several days.
        split: whether what belongs together may stand in several rows, because files were summed one by one.
        attested: utilisation in basis points by run id (tier B).
        holders: by run id, the "provider/account" on which that holds; None: wherever the run's tag stands.
    """
    if spanning:
        within, across = sums.filter(sums.end_us.isnull()), sums.filter(sums.end_us.notnull())
        sums = ibis.union(within, spread_over_days(_whole_periods(across) if split else across))
    days = sums.mutate(day=utc_day(sums.start_us))
    used = _with_tiers(days.filter(~days.idle), attested, holders, backend)
    used = used.mutate(
        cap_flop=(used.accel_ns * used.peak.cast(_PEAK)).cast(EXACT),
        est_e4=(used.weighted * used.peak.cast(_PEAK)).cast(EXACT),
    )
    if spanning or split:
        used = used.group_by(_DAILY_KEYS).agg(
            **{name: used[name].sum().cast(EXACT) for name in ("accel_ns", "cap_flop", "est_e4")},
            rows=used.rows.sum().cast("int64"),
            length_us=used.length_us.max(),
        )
        used = materialise(backend, used, "daily")
    daily = used.select(*_DAILY_KEYS, "accel_ns", "cap_flop", "est_e4", "rows", grain=_grain(used.length_us))
    idle = days.filter(days.idle)
    unused = idle.group_by("provider", "account", "chip", "day").agg(
        accel_ns=idle.accel_ns.sum().cast(EXACT),
        cap_flop=(idle.accel_ns * idle.peak.cast(_PEAK)).sum().cast(EXACT),
        rows=idle.rows.sum().cast("int64"),
    )
    return daily, unused


def _whole_periods(across: ir.Table) -> ir.Table:
    """Every period once, whatever parts its use came in, so that it is shared out over its days as one amount."""
    keys = ["idle", "provider", "chip", "peak", "measured", "account", "run_id", "start_us", "end_us"]
    whole = across.group_by(keys).agg(
        accel_ns=across.accel_ns.sum().cast(EXACT),
        accel_ns_bp=across.accel_ns_bp.sum().cast(EXACT),
        rows=across.rows.sum().cast("int64"),
        length_us=across.length_us.max(),
    )
    return whole.select(*across.columns)


def coverage_table(judged: JudgedBatch) -> ir.Table:
    """Per file, provider, and UTC months in which a row of use begins and ends: file_no, provider_folder,
    provider_name, month and last_month (months since the year 0), first_us, last_us, length_us (the longest charge
    period of use of accelerators)."""
    rows = judged.rows.filter(judged.rows.checked, judged.rows.end_us > judged.rows.start_us)
    if not judged.sound:
        rows = rows.filter(is_sound(rows))
    return (
        rows.mutate(month=utc_month(rows.start_us), last_month=utc_month(rows.end_us - 1))
        .group_by("file_no", "provider_folder", "provider_name", "month", "last_month")
        .agg(
            first_us=rows.start_us.min(),
            last_us=rows.end_us.max(),
            length_us=ibis.ifelse(rows.counted, rows.end_us - rows.start_us, None).max(),
        )
    )


def named_cells(sums: ir.Table, cells: Mapping[CellKey, int], backend: Any) -> ir.Table:
    """The sums of `cells.cells_of` with what their cells' numbers stand for instead: idle, provider, chip, peak."""
    rows = (
        {"cell": number, "idle": key[0], "provider": key[1], "chip": key[2], "peak": key[3]}
        for key, number in cells.items()
    )
    types = {"cell": "INTEGER", "idle": "BOOLEAN", "provider": "VARCHAR", "chip": "VARCHAR", "peak": "BIGINT"}
    named = sums.inner_join(load(backend, rows, types, "cell_names"), "cell")
    return named.drop("cell")


def _with_tiers(
    used: ir.Table, attested: Mapping[str, int], holders: Mapping[str, Collection[str]] | None, backend: Any
) -> ir.Table:
    """Adds `tier` and `weighted` (accelerator-nanoseconds times basis points)."""
    unattested = ibis.ifelse(used.measured, "A", "C")
    if not attested:
        return used.mutate(tier=unattested, weighted=used.accel_ns_bp)
    rows = (
        {"attested_run": run, "attested_bp": points, "holder": holder}
        for run, points in attested.items()
        for holder in ([None] if holders is None else sorted(set(holders.get(run, ()))))
    )
    runs = load(backend, rows, {"attested_run": "VARCHAR", "attested_bp": "INTEGER", "holder": "VARCHAR"}, "attested")
    held = runs.holder.isnull() | (runs.holder == used.provider.concat("/", used.account))
    joined = used.left_join(runs, [used.run_id == runs.attested_run, held])
    by_run = joined.attested_bp.notnull() & ~joined.measured
    stated = (joined.accel_ns * joined.attested_bp.cast(_PEAK)).cast(EXACT)
    return joined.mutate(
        tier=ibis.ifelse(by_run, "B", ibis.ifelse(joined.measured, "A", "C")),
        weighted=ibis.ifelse(by_run, stated, joined.accel_ns_bp),
    )


def _grain(length_us: ir.IntegerValue) -> ir.StringValue:
    """The coarsest charge period: a day may have 25 hours where clocks are set back."""
    return ibis.cases((length_us <= _HOUR_US, "hour"), (length_us <= 25 * _HOUR_US, "day"), else_="month")
