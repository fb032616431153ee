"""Where accounts ran: the region, or the cluster, in which most of their hours lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plimsoll.compute.rolling import EXACT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.usage.judged import JudgedBatch


def places_in(judged: JudgedBatch) -> ir.Table:
    """How long the counted rows of each account last together, by place, in each file of a batch.

    Returns:
        file_no, provider, account, place, span_us (DECIMAL(38,0)). The place is the region, or else the cluster; null
        where neither is told.
    """
    import ibis

    rows = judged.rows.filter(judged.rows.counted)
    keys = ("file_no", "provider_folder", "provider_name", "account", "region", "cluster_id")
    spans = rows.mutate(span_us=rows.end_us - rows.start_us)
    spans = spans.filter(spans.span_us > 0)
    raw = spans.group_by(keys).agg(span_us=spans.span_us.sum().cast(EXACT))
    named = raw.select(
        "file_no",
        "account",
        "span_us",
        provider=ibis.coalesce(raw.provider_folder, raw.provider_name).strip().replace("/", "%2F"),
        place=ibis.coalesce(raw.region.strip().nullif(""), raw.cluster_id.strip().nullif("")),
    )
    told = named.filter(named.provider.notnull(), named.account.notnull())
    return told.group_by("file_no", "provider", "account", "place").agg(span_us=told.span_us.sum().cast(EXACT))


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
