"""Which rows were rejected, and why: looked up only where there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.accounting import Rejection
from plimsoll.compute.usage.cells import JudgedBatch, problems
from plimsoll.compute.usage.delivery import UsageDelivery
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.source import ZONELESS

_A_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_DETAIL = 200
_NAMED_ZONE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[A-Za-z]{2,}"


def rejected_rows(judged: Sequence[JudgedBatch]) -> ir.Table:
    """Every rejected row: file_no, row, reason, detail (what stands in the offending field)."""
    return _union([_rejected(each) for each in judged])


def list_rejections(
    judged: Sequence[JudgedBatch], delivery: UsageDelivery, most: int
) -> tuple[tuple[Rejection, ...], Mapping[str, int], Mapping[int, int]]:
    """The first rejected rows in file order, the number of rows per reason, and the number per file."""
    rejected = rejected_rows(judged)
    counts = _rows(delivery.engine, rejected.group_by("file_no", "reason").agg(rows=rejected.count()))
    by_reason: dict[str, int] = {}
    by_file: dict[int, int] = {}
    for count in counts:
        by_reason[count["reason"]] = by_reason.get(count["reason"], 0) + count["rows"]
        by_file[count["file_no"]] = by_file.get(count["file_no"], 0) + count["rows"]
    first = _rows(delivery.engine, rejected.order_by("file_no", "row").limit(most))
    listed = tuple(
        Rejection(delivery.files[row["file_no"]].path, row["row"], row["reason"], row["detail"]) for row in first
    )
    return listed, dict(sorted(by_reason.items())), by_file


def _rejected(judged: JudgedBatch) -> ir.Table:
    rows = judged.rows
    faults = ibis.cases(*[(rows.checked & wrong, reason) for reason, wrong in problems(rows).items()])
    found = rows.mutate(fault=ibis.ifelse(rows.outcome == Outcome.REJECTED.value, rows.reason, faults))
    found = found.filter(found.fault.notnull())
    start, end, quantity = found.start_text, found.end_text, found.quantity_text
    told = [words.fill_null("") for words in (start, end)]
    exact = ibis.cases(
        (
            found.fault == "time.unreadable",
            ibis.cases(
                (ibis.or_(*[words == "" for words in told]), "time.missing"),
                (
                    ibis.or_(*[words.re_search(_NAMED_ZONE) | words.re_search(ZONELESS) for words in told]),
                    "time.ambiguous_zone",
                ),
                else_="time.unreadable",
            ),
        ),
        ((found.fault == "quantity.unreadable") & quantity.re_search(_A_NUMBER), "quantity.too_large"),
        else_=found.fault,
    )
    period = ibis.coalesce(start, "nothing") + " to " + ibis.coalesce(end, "nothing")
    detail = ibis.cases(
        (found.fault.startswith("quantity"), quantity),
        (found.fault.re_search("^(time|period)"), period),
        (found.fault == "sku.ambiguous", ibis.coalesce(found.description, found.sku_meter, found.sku_id)),
    )
    return found.select("file_no", "row", reason=exact, detail=detail.fill_null("").left(_DETAIL))


def _rows(backend: Any, table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = backend.to_pyarrow(table).to_pylist()
    return found


def _union(tables: Sequence[ir.Table]) -> ir.Table:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]
