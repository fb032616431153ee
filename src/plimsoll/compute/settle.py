"""Running the accounting: judge kinds, sum cells, list what was rejected or unmapped, and check that no row is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.accounting import (
    REJECTIONS_LISTED,
    Accounts,
    OutcomeCount,
    ProviderCoverage,
    Totals,
    UnmappedSku,
)
from plimsoll.compute.daily import cell_table, coverage_table, daily_tables
from plimsoll.compute.engine import materialise
from plimsoll.compute.usage.cells import FAULTY, CellKey, JudgedBatch, cells_of, judge_batch
from plimsoll.compute.usage.delivery import Progress, UsageDelivery
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.kinds import describe
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.usage.rejections import list_rejections
from plimsoll.compute.utilisation import Priors
from plimsoll.kernel.errors import PlimsollError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def settle(delivery: UsageDelivery, attested: Mapping[str, int], priors: Priors, progress: Progress) -> Accounts:
    """See `accounting.account`."""
    with blaming_files(delivery.files):
        return _settle(delivery, attested, priors, progress)


def _settle(delivery: UsageDelivery, attested: Mapping[str, int], priors: Priors, progress: Progress) -> Accounts:
    backend = delivery.engine
    cells: dict[CellKey, int] = {}
    judged: list[JudgedBatch] = []
    summed: list[ir.Table] = []
    for number, batch in enumerate(delivery.batches, start=1):
        each = judge_batch(batch, backend, priors, cells)
        judged.append(each)
        summed.append(materialise(backend, cells_of(each, backend), "cells"))
        progress("accounting", number, len(delivery.batches))
    counts = _outcomes(summed, cells, backend)
    faulty = counts.pop("", 0)
    refused = any(REASONS[reason].outcome is Outcome.REJECTED for reason in counts)
    rejections, rejected_in = (), {}
    if faulty or refused:
        rejections, by_reason, by_file = list_rejections(judged, delivery, REJECTIONS_LISTED)
        counts = {reason: rows for reason, rows in counts.items() if REASONS[reason].outcome is not Outcome.REJECTED}
        counts.update(by_reason)
        rejected_in = {delivery.files[number].path: rows for number, rows in sorted(by_file.items())}
    outcomes = tuple(
        OutcomeCount(REASONS[reason].outcome, reason, counts[reason]) for reason in REASONS if counts.get(reason)
    )
    if sum(each.rows for each in outcomes) != delivery.row_count:
        raise PlimsollError(
            "accounting.rows_lost",
            f"{delivery.row_count:,} rows came in and {sum(each.rows for each in outcomes):,} were accounted for",
            fix="This is a fault in Plimsoll; please report it with the files.",
        )
    daily, unused = daily_tables(summed, cells, attested, backend)
    return Accounts(
        daily=daily,
        unused=unused,
        totals=_totals(delivery, daily, unused, summed, backend),
        outcomes=outcomes,
        rejections=rejections,
        unmapped=_unmapped(judged, backend) if counts.keys() & {"sku.unmapped", "chip.no_peak"} else (),
        coverage=_coverage(summed, cells, backend),
        rejected_in=rejected_in,
        priors=priors,
        delivery=delivery,
        _judged=tuple(judged),
    )


def _rows(backend: Any, table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = backend.to_pyarrow(table).to_pylist()
    return found


def _union(tables: Sequence[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _outcomes(summed: Sequence[ir.Table], cells: Mapping[CellKey, int], backend: Any) -> dict[str, int]:
    """Rows per reason; rows with a problem of their own under the empty reason."""
    sums = _union(summed)
    known = cell_table(cells)
    per_cell = sums.group_by("cell").agg(
        rows=sums.rows.sum(), corrections=sums.corrections.sum(), unmarked=sums.unmarked.sum()
    )
    counts: dict[str, int] = {}
    for row in _rows(backend, per_cell.left_join(known, "cell")):
        if row["cell"] == FAULTY:
            counts[""] = row["rows"]
            continue
        reason, rows = row["reason"], row["rows"]
        if row["outcome"] == Outcome.UNUSED_COMMITMENT.value:
            reason = "commitment.unused"
        elif row["outcome"] == Outcome.ACCELERATOR.value:
            for name, part in (("correction", row["corrections"]), ("correction.unmarked", row["unmarked"])):
                counts[name] = counts.get(name, 0) + part
                rows -= part
        counts[reason] = counts.get(reason, 0) + rows
    return counts


def _totals(
    delivery: UsageDelivery, daily: ir.Table, unused: ir.Table, summed: Sequence[ir.Table], backend: Any
) -> Totals:
    used = _rows(
        backend,
        daily.agg(
            accounts=daily.select("provider", "account").distinct().count().as_scalar(),
            accel_ns=_sum(daily.accel_ns),
            cap_flop=_sum(daily.cap_flop),
            est_e4=_sum(daily.est_e4),
        ),
    )[0]
    idle = _rows(backend, unused.agg(accel_ns=_sum(unused.accel_ns), cap_flop=_sum(unused.cap_flop)))[0]
    last = backend.to_pyarrow(_union(summed).last_us.max()).as_py()
    return Totals(
        rows=delivery.row_count,
        accounts=used["accounts"],
        accel_ns=int(used["accel_ns"]),
        cap_flop=int(used["cap_flop"]),
        est_e4=int(used["est_e4"]),
        unused_accel_ns=int(idle["accel_ns"]),
        unused_cap_flop=int(idle["cap_flop"]),
        last_end=None if last is None else _EPOCH + timedelta(microseconds=last),
    )


def _sum(column: ir.Value) -> ir.Value:
    return column.sum().fill_null(0).cast("decimal(38, 0)")


def _unmapped(judged: Sequence[JudgedBatch], backend: Any) -> tuple[UnmappedSku, ...]:
    found: dict[tuple[str | None, ...], list[Any]] = {}
    for each in judged:
        kinds = [kind for kind in each.kinds if kind.verdict.outcome is Outcome.UNMAPPED]
        if not kinds:
            continue
        rows = each.rows.filter(each.rows.outcome == Outcome.UNMAPPED.value)
        names = [name for name in kinds[0].kind if name not in ("charge_class", "workload_class")]
        sums = rows.group_by(names).agg(rows=rows.count(), total=rows.quantity.sum())
        verdicts = {tuple(kind.kind[name] for name in names): kind for kind in kinds}
        for row in _rows(backend, sums):
            kind = verdicts[tuple(row[name] for name in names)]
            described = describe(kind.kind)
            key = (
                kind.verdict.provider or "",
                described.sku_id,
                described.sku_meter,
                described.service,
                described.description,
                described.unit,
                kind.verdict.basis,
            )
            entry = found.setdefault(key, [0, Decimal(0)])
            entry[0] += row["rows"]
            entry[1] += row["total"] or 0
    skus = [
        UnmappedSku(key[0] or "", *key[1:6], rows=rows, quantity=_plain(total), basis=key[6] or "")
        for key, (rows, total) in found.items()
    ]
    return tuple(sorted(skus, key=lambda sku: (-sku.rows, sku.provider, sku.sku_id or "", sku.description or "")))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _coverage(summed: Sequence[ir.Table], cells: Mapping[CellKey, int], backend: Any) -> tuple[ProviderCoverage, ...]:
    by_provider: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(backend, coverage_table(summed, cells).order_by("provider", "month")):
        by_provider.setdefault(row["provider"], []).append(row)
    out = []
    for provider, rows in by_provider.items():
        months = tuple(row["month"] for row in rows)
        lengths = [row["length_us"] for row in rows if row["length_us"] is not None]
        out.append(
            ProviderCoverage(
                provider=provider,
                first_day=min(row["first_day"] for row in rows),
                last_day=max(row["last_day"] for row in rows),
                months=months,
                missing_months=tuple(month for month in _months(months[0], months[-1]) if month not in months),
                grain=_grain(max(lengths)) if lengths else "none",
            )
        )
    return tuple(out)


def _months(first: date, last: date) -> list[date]:
    months = []
    while first <= last:
        months.append(first)
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return months


def _grain(length_us: int) -> str:
    hours = length_us / 3_600_000_000
    return "hour" if hours <= 1 else "day" if hours <= 25 else "month"
