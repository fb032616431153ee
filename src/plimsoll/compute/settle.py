"""Running the accounting: judge kinds, sum cells, list what was rejected or unmapped, and check that no row is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

import ibis.expr.types as ir

from plimsoll.compute.accounting import (
    REJECTIONS_LISTED,
    Accounts,
    OutcomeCount,
    ProviderCoverage,
    Rejection,
    Totals,
    UnmappedSku,
)
from plimsoll.compute.daily import coverage_table, daily_tables
from plimsoll.compute.engine import fetch, materialise
from plimsoll.compute.usage.cells import cells_of
from plimsoll.compute.usage.columns import provider_id
from plimsoll.compute.usage.delivery import Progress, UsageDelivery
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.judged import CellKey, JudgedBatch, JudgedKind, is_sound, judge_batch, outcome_counts
from plimsoll.compute.usage.kinds import describe
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.usage.rejections import count_rejections, first_rejections
from plimsoll.compute.utilisation import Priors
from plimsoll.kernel.errors import PlimsollError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE = Context(prec=76)
"""Python's decimals round every sum to 28 digits unless told otherwise."""


def settle(
    delivery: UsageDelivery,
    attested: Mapping[str, int],
    holders: Mapping[str, Collection[str]] | None,
    priors: Priors,
    progress: Progress,
) -> Accounts:
    """See `accounting.account`."""
    with blaming_files(delivery.files, delivery.engine):
        return _settle(delivery, attested, holders, priors, progress)


def _settle(
    delivery: UsageDelivery,
    attested: Mapping[str, int],
    holders: Mapping[str, Collection[str]] | None,
    priors: Priors,
    progress: Progress,
) -> Accounts:
    backend = delivery.engine
    cells: dict[CellKey, int] = {}
    judged: list[JudgedBatch] = []
    summed: list[ir.Table] = []
    for number, batch in enumerate(delivery.batches, start=1):
        each = judge_batch(batch, backend, priors, cells)
        judged.append(each)
        summed.append(materialise(backend, cells_of(each, backend), "cells"))
        progress("accounting", number, len(delivery.batches))
    counts = outcome_counts(judged)
    rejections: tuple[Rejection, ...] = ()
    rejected_in: dict[str, int] = {}
    refused = any(REASONS[reason].outcome is Outcome.REJECTED for reason in counts)
    if refused or not all(each.sound for each in judged):
        for found in count_rejections(judged, backend):
            unmarked = found.instead_of == "usage" and found.negative
            counts["correction.unmarked" if unmarked else found.instead_of] -= found.rows
            counts[found.reason] = counts.get(found.reason, 0) + found.rows
            path = delivery.files[found.file_no].path
            rejected_in[path] = rejected_in.get(path, 0) + found.rows
        rejections = tuple(
            Rejection(delivery.files[row["file_no"]].path, row["row"], row["reason"], row["detail"])
            for row in first_rejections(judged, backend, REJECTIONS_LISTED)
        )
    outcomes = _outcomes(counts, delivery.row_count)
    daily, unused = daily_tables(summed, judged, cells, attested, holders, backend)
    return Accounts(
        daily=daily,
        unused=unused,
        totals=_totals(outcomes, daily, unused, judged, backend),
        outcomes=outcomes,
        rejections=rejections,
        rejected_in=dict(sorted(rejected_in.items())),
        unmapped=_unmapped(judged, backend),
        priors=priors,
        delivery=delivery,
        judged=tuple(judged),
    )


def _outcomes(counts: Mapping[str, int], rows: int) -> tuple[OutcomeCount, ...]:
    outcomes = tuple(
        OutcomeCount(REASONS[reason].outcome, reason, counts[reason]) for reason in REASONS if counts.get(reason)
    )
    accounted = sum(each.rows for each in outcomes)
    if accounted != rows or any(each.rows < 0 for each in outcomes):
        raise _rows_lost(rows, accounted)
    return outcomes


def _rows_lost(came_in: int, accounted: int) -> PlimsollError:
    return PlimsollError(
        "accounting.rows_lost",
        f"{came_in:,} rows came in and {accounted:,} were accounted for",
        fix="Write the Parquet files again: one may state false statistics of its rows. If it recurs, report it.",
    )


def _totals(
    outcomes: Sequence[OutcomeCount],
    daily: ir.Table,
    unused: ir.Table,
    judged: Sequence[JudgedBatch],
    backend: Any,
) -> Totals:
    accounts = daily.select("provider", "account").distinct()
    amounts = {name: _sum(daily[name]) for name in ("accel_ns", "cap_flop", "est_e4", "rows")}
    used = fetch(backend, daily.agg(**amounts))[0]
    idle = fetch(backend, unused.agg(**{name: _sum(unused[name]) for name in ("accel_ns", "cap_flop", "rows")}))[0]
    counted = (Outcome.ACCELERATOR, Outcome.UNUSED_COMMITMENT)
    expected = sum(each.rows for each in outcomes if each.outcome in counted)
    if used["rows"] + idle["rows"] != expected:
        # An engine skips rows that a file's own statistics exclude: false ones would hide use from the sums.
        raise _rows_lost(expected, int(used["rows"] + idle["rows"]))
    return Totals(
        rows=sum(each.rows for each in outcomes),
        accounts=fetch(backend, accounts.agg(accounts=accounts.count()))[0]["accounts"],
        accel_ns=int(used["accel_ns"]),
        cap_flop=int(used["cap_flop"]),
        est_e4=int(used["est_e4"]),
        unused_accel_ns=int(idle["accel_ns"]),
        unused_cap_flop=int(idle["cap_flop"]),
        last_end=_last_end(judged, backend),
    )


def _last_end(judged: Sequence[JudgedBatch], backend: Any) -> datetime | None:
    """The latest end of a sound row of use; batches with a faulty row are looked at again without it."""
    ends: list[int | None] = []
    for batch in judged:
        if batch.sound:
            ends += [kind.measures.latest for kind in batch.kinds if kind.verdict.checked]
        else:
            rows = batch.rows.filter(batch.rows.checked, is_sound(batch.rows))
            ends += [row["latest"] for row in fetch(backend, rows.agg(latest=rows.end_us.max()))]
    known = [end for end in ends if end is not None]
    return _EPOCH + timedelta(microseconds=max(known)) if known else None


def _sum(column: ir.Value) -> ir.Value:
    return column.sum().fill_null(0).cast("decimal(38, 0)")


def _unmapped(judged: Sequence[JudgedBatch], backend: Any) -> tuple[UnmappedSku, ...]:
    """The SKUs that nobody has mapped, with rows and quantity; scans their rows only if there are any."""
    rows_of: dict[UnmappedSku, int] = {}
    total_of: dict[UnmappedSku, Decimal] = {}
    for batch in judged:
        kinds = [each for each in batch.kinds if each.verdict.outcome is Outcome.UNMAPPED]
        if not kinds:
            continue
        names = [name for name in kinds[0].kind if name != "workload_class"]
        rows = batch.rows.filter(batch.rows.outcome == Outcome.UNMAPPED.value)
        sums = rows.group_by(names).agg(total=rows.quantity.sum(), rows=rows.count())
        known = {tuple(each.kind[name] for name in names): each for each in kinds}
        for row in fetch(backend, sums):
            sku = _sku(known[tuple(row[name] for name in names)])
            rows_of[sku] = rows_of.get(sku, 0) + row["rows"]
            total_of[sku] = _WIDE.add(total_of.get(sku, Decimal(0)), row["total"] or Decimal(0))
    listed = [replace(sku, rows=rows_of[sku], quantity=_plain(total_of[sku])) for sku in rows_of]
    return tuple(sorted(listed, key=lambda sku: (-sku.rows, sku.provider, sku.sku_id or "", sku.description or "")))


def _sku(each: JudgedKind) -> UnmappedSku:
    told = describe(each.kind)
    return UnmappedSku(
        provider=each.verdict.provider or "",
        sku_id=told.sku_id,
        sku_meter=told.sku_meter,
        service=told.service,
        description=told.description,
        unit=told.unit,
        rows=0,
        quantity="0",
        basis=each.verdict.basis,
    )


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def coverage(judged: Sequence[JudgedBatch], backend: Any) -> tuple[ProviderCoverage, ...]:
    """See `accounting.Accounts.coverage`."""
    by_provider: dict[str, list[dict[str, Any]]] = {}
    for row in fetch(backend, coverage_table(judged)):
        provider = provider_id(row["provider_folder"], row["provider_name"])
        if provider:
            by_provider.setdefault(provider, []).append(row)
    out = []
    for provider, rows in sorted(by_provider.items()):
        months = sorted({month for row in rows for month in range(row["month"], row["last_month"] + 1)})
        lengths = [row["length_us"] for row in rows if row["length_us"] is not None]
        out.append(
            ProviderCoverage(
                provider=provider,
                first_day=(_EPOCH + timedelta(microseconds=min(row["first_us"] for row in rows))).date(),
                last_day=(_EPOCH + timedelta(microseconds=max(row["last_us"] for row in rows) - 1)).date(),
                months=tuple(_first_of(month) for month in months),
                missing_months=tuple(_first_of(month) for month in range(months[0], months[-1]) if month not in months),
                grain=_grain(max(lengths)) if lengths else "none",
            )
        )
    return tuple(out)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _grain(length_us: int) -> str:
    hours = length_us / 3_600_000_000
    return "hour" if hours <= 1 else "day" if hours <= 25 else "month"
