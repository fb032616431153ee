"""Where accounts ran: the region, or the cluster, in which most of their hours lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.compute.rolling import EXACT

if TYPE_CHECKING:
    import ibis.expr.types as ir


def places_of(cells: ir.Table) -> ir.Table:
    """How long the charge periods of each account were together, by place.

    Args:
        cells: from `hourly.hour_cells`, with where the use was; kept, for an engine that is asked for their spelling
            together with them looks at that of every row.

    Returns:
        provider, account (or number), place, span_us (DECIMAL(38,0)), and file_no, if the cells have it. The place is
        the region, or else the cluster; null where neither is told.
    """
    import ibis

    by = ["file_no"] if "file_no" in cells.columns else []
    who = [*by, "number"] if "number" in cells.columns else [*by, "provider", "account"]
    raw = cells.group_by(*who, "region", "cluster_id").agg(span_us=cells.span_us.sum().cast(EXACT))
    place = ibis.coalesce(raw.region.strip().nullif(""), raw.cluster_id.strip().nullif(""))
    named = raw.select(*who, "span_us", place=place)
    return named.group_by(*who, "place").agg(span_us=named.span_us.sum().cast(EXACT))


def main_places(rows: Iterable[tuple[str, str | None, int]]) -> dict[str, str]:
    """By account, the place in which it ran longest, of equals the first by name; none where that is not told.

    Args:
        rows: account, its place, and how long.
    """
    spans: dict[str, dict[str, int]] = {}
    for subject, place, span in rows:
        of_account = spans.setdefault(subject, {})
        of_account[place or ""] = of_account.get(place or "", 0) + span
    longest = {subject: min(told, key=lambda place: (-told[place], place)) for subject, told in spans.items()}
    return {subject: place for subject, place in longest.items() if place}
