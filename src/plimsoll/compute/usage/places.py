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
    named = rows.select(
        "file_no",
        "account",
        provider=ibis.coalesce(rows.provider_folder, rows.provider_name).strip().replace("/", "%2F"),
        place=ibis.coalesce(rows.region.strip().nullif(""), rows.cluster_id.strip().nullif("")),
        span_us=rows.end_us - rows.start_us,
    )
    told = named.filter(named.provider.notnull(), named.account.notnull(), named.span_us > 0)
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
