"""Running the accounting: judge kinds, sum cells, gather what was found, and check that no row is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.accounting import REJECTIONS_LISTED, Accounts, OutcomeCount, Rejection, Totals
from plimsoll.compute.daily import daily_tables, named_cells
from plimsoll.compute.engine import fetch, materialise
from plimsoll.compute.facts import EPOCH, Facts, together
from plimsoll.compute.gather import facts_of
from plimsoll.compute.usage.cells import cells_of
from plimsoll.compute.usage.delivery import Progress, UsageDelivery
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.judged import CellKey, JudgedBatch, judge_batch
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.utilisation import Priors
from plimsoll.kernel.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.compute.lake.entry import Entry
    from plimsoll.compute.lake.store import Lake


def settle(
    delivery: UsageDelivery,
    attested: Mapping[str, int],
    holders: Mapping[str, Collection[str]] | None,
    priors: Priors,
    progress: Progress,
) -> Accounts:
    """See `accounting.account`."""
    with blaming_files(delivery.opened, delivery.engine):
        return _settle(delivery, attested, holders, priors, progress)


def _settle(
    delivery: UsageDelivery,
    attested: Mapping[str, int],
    holders: Mapping[str, Collection[str]] | None,
    priors: Priors,
    progress: Progress,
) -> Accounts:
    backend = delivery.engine
    judged: tuple[JudgedBatch, ...] = ()
    kept: dict[int, Entry] = {}
    if delivery.keeper is None:
        judged, facts, sums = _judged(delivery, priors, progress)
    else:
        kept, facts, sums = _kept(delivery, delivery.keeper, priors, progress)
    found = together(facts, REJECTIONS_LISTED)
    outcomes = _outcomes(found.counts, delivery.row_count)
    split = len(judged) != 1
    daily, unused = daily_tables(
        sums, spanning=found.spanning, split=split, attested=attested, holders=holders, backend=backend
    )
    paths = [file.path for file in delivery.files]
    return Accounts(
        daily=daily,
        unused=unused,
        totals=_totals(outcomes, daily, unused, found.last_end_us, backend),
        outcomes=outcomes,
        rejections=tuple(Rejection(paths[row.file_no], row.row, row.reason, row.detail) for row in found.rejected),
        rejected_in=dict(sorted((paths[number], rows) for number, rows in found.rejected_in.items())),
        unmapped=found.unmapped,
        priors=priors,
        delivery=delivery,
        judged=judged,
        kept=kept,
    )


def _judged(
    delivery: UsageDelivery, priors: Priors, progress: Progress
) -> tuple[tuple[JudgedBatch, ...], list[Facts], ir.Table]:
    """Every batch judged; its facts; and its sums."""
    backend = delivery.engine
    cells: dict[CellKey, int] = {}
    judged: list[JudgedBatch] = []
    summed: list[ir.Table] = []
    facts: list[Facts] = []
    for number, batch in enumerate(delivery.batches, start=1):
        each = judge_batch(batch, backend, priors, cells)
        judged.append(each)
        summed.append(materialise(backend, cells_of(each, backend), "cells"))
        facts += facts_of(each).values()
        progress("accounting", number, len(delivery.batches))
    sums = ibis.union(*summed) if len(summed) > 1 else summed[0]
    return tuple(judged), facts, named_cells(sums, cells, backend)


def _kept(
    delivery: UsageDelivery, lake: Lake, priors: Priors, progress: Progress
) -> tuple[dict[int, Entry], list[Facts], ir.Table]:
    """As `_judged`, for every file what the lake keeps; files that it did not know are judged, and kept now."""
    from plimsoll.compute.lake.keep import keep
    from plimsoll.compute.lake.tables import forget, scan

    if lake.priors != priors:
        raise ValueError("the lake was opened for other priors")
    backend = delivery.engine
    for number, batch in enumerate(delivery.batches, start=1):
        cells: dict[CellKey, int] = {}
        each = judge_batch(batch, backend, priors, cells, by_file=True)
        summed = materialise(backend, cells_of(each, backend), "cells")
        keep(lake, delivery, each, facts_of(each), named_cells(summed, cells, backend))
        forget(summed, backend)
        progress("accounting", number, len(delivery.batches))
    entries = {number: lake.entry(file) for number, file in enumerate(delivery.files) if file.rows}
    files = {number: path for number, entry in entries.items() if (path := entry.table("cells")) is not None}
    facts = [entry.facts_as(number) for number, entry in entries.items()]
    return entries, facts, scan("cells", files, backend, numbered=False)


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
    outcomes: Sequence[OutcomeCount], daily: ir.Table, unused: ir.Table, last_end_us: int | None, backend: Any
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
        last_end=None if last_end_us is None else EPOCH + timedelta(microseconds=last_end_us),
    )


def _sum(column: ir.Value) -> ir.Value:
    return column.sum().fill_null(0).cast("decimal(38, 0)")
