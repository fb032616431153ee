"""Which rows were rejected, and why: looked up only where there are any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import fetch, materialise
from plimsoll.compute.usage.judged import JudgedBatch, problems
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.source import ZONELESS

_A_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
_NAMED_ZONE = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[A-Za-z]{2,}"
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class RejectedCount:
    """How many rows of a file were rejected for one reason, and what they would have counted as."""

    file_no: int
    reason: str
    instead_of: str
    negative: bool
    rows: int


def rejections_of(judged: JudgedBatch, most: int) -> tuple[list[RejectedCount], list[dict[str, Any]]]:
    """The rejected rows counted, and the first of them; one scan.

    Args:
        most: so many are listed; of each file if the batch was judged by file.

    Returns:
        the counts; and file_no, row, reason, detail (what stands in the field) in the order of files and rows.
    """
    backend = judged.backend
    rejected = materialise(backend, _rejected(judged), "rejected")
    counts = rejected.group_by("file_no", "reason", "instead_of", "negative").agg(rows=rejected.count())
    counted = [RejectedCount(**row) for row in fetch(backend, counts)]
    listed = _first(rejected.select("file_no", "row", "reason", "detail"), most, by_file=bool(judged.files))
    return counted, fetch(backend, listed) if counted else []


def _first(rejected: ir.Table, most: int, *, by_file: bool) -> ir.Table:
    if not by_file:
        return rejected.order_by("file_no", "row").limit(most)
    place = ibis.row_number().over(group_by="file_no", order_by="row")
    numbered = rejected.mutate(place=place)
    return numbered.filter(numbered.place < most).drop("place").order_by("file_no", "row")


def _rejected(judged: JudgedBatch) -> ir.Table:
    """Every rejected row: file_no, row, reason, detail, instead_of, negative."""
    rows = judged.doubtful
    faults = ibis.cases(*[(wrong, reason) for reason, wrong in problems(rows).items()])
    found = rows.mutate(fault=ibis.ifelse(rows.outcome == Outcome.REJECTED.value, rows.reason, faults))
    found = found.filter(found.fault.notnull())
    return found.select(
        "file_no",
        "row",
        reason=_exact_reason(found),
        detail=_detail(found),
        instead_of=found.reason,
        negative=(found.quantity < 0).fill_null(False),
    )


def _exact_reason(found: ir.Table) -> ir.StringValue:
    """What the text tells beyond the fact that it could not be read."""
    times = [words.nullif("NULL").fill_null("") for words in (found.start_text, found.end_text)]
    time = ibis.cases(
        (ibis.or_(*[words == "" for words in times]), "time.missing"),
        (
            ibis.or_(*[words.re_search(_NAMED_ZONE) | words.re_search(ZONELESS) for words in times]),
            "time.ambiguous_zone",
        ),
        else_="time.unreadable",
    )
    return ibis.cases(
        (found.fault == "time.unreadable", time),
        ((found.fault == "quantity.unreadable") & found.quantity_text.re_search(_A_NUMBER), "quantity.too_large"),
        else_=found.fault,
    )


def _detail(found: ir.Table) -> ir.StringValue:
    period = found.start_text.nullif("").fill_null("nothing") + " to " + found.end_text.nullif("").fill_null("nothing")
    text = ibis.cases(
        (found.fault.startswith("quantity"), found.quantity_text),
        (found.fault.re_search("^(time|period)"), period),
        (found.fault == "sku.ambiguous", ibis.coalesce(found.description, found.sku_meter, found.sku_id)),
    )
    return text.fill_null("").left(_DETAIL)
