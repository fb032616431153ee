"""Where accounts ran: the region, or the cluster, in which most of their hours lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from plimsoll.compute.rolling import EXACT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.judged import JudgedBatch


def places_in(judged: JudgedBatch, backend: Any, accounts: Collection[str] | None = None) -> ir.Table:
    """How long the used accelerators of each account were billed together, by place.

    Args:
        accounts: only those, by the providers' numbers of them; None for all.

    Returns:
        provider, account, place, span_us (DECIMAL(38,0)), and file_no, where files are wanted one by one. The place is
        the region, or else the cluster; null where neither is told.
    """
    import ibis

    from plimsoll.compute.engine import materialise
    from plimsoll.compute.usage.cells import counted_rows, used_cells

    rows = counted_rows(judged)
    if accounts is not None:
        rows = rows.filter(rows.account.isin(sorted(accounts)))
    by = ["file_no"] if judged.files else []
    spans = rows.mutate(span_us=rows.end_us - rows.start_us)
    raw = spans.group_by(*by, "cell", "account", "region", "cluster_id").agg(span_us=spans.span_us.sum().cast(EXACT))
    # Kept, for an engine would otherwise look at the spelling of every row: see `customers`.
    raw = materialise(backend, raw, "places_as_spelt").inner_join(used_cells(judged, backend), "cell")
    named = raw.select(
        *by,
        "provider",
        "account",
        "span_us",
        place=ibis.coalesce(raw.region.strip().nullif(""), raw.cluster_id.strip().nullif("")),
    )
    return named.group_by(*by, "provider", "account", "place").agg(span_us=named.span_us.sum().cast(EXACT))


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
