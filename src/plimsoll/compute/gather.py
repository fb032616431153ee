"""Gathers the facts of a judged batch: of all its files together, or of each of them where they are wanted one by one.

The bounds of the first pass (`usage.measures`) answer most questions; rows are looked at again only where they cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from plimsoll.compute.accounting import REJECTIONS_LISTED, UnmappedSku
from plimsoll.compute.engine import fetch
from plimsoll.compute.facts import Cover, Facts, RejectedRow, added_up, month_of, plain, widest
from plimsoll.compute.usage.columns import provider_id
from plimsoll.compute.usage.judged import JudgedBatch, JudgedKind
from plimsoll.compute.usage.kinds import describe
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.rejections import rejections_of

ALL = -1
"""Stands for the files of a batch that are not told apart."""

_COVERED = ("month", "last_month", "first_us", "last_us", "length_us")

Kinds = Mapping[int, Sequence[JudgedKind]]
"""By number of the file, or under `ALL`."""


def facts_of(judged: JudgedBatch) -> dict[int, Facts]:
    """The facts by number of the file if the batch was judged by file, else those of all its files under `ALL`."""
    groups: Kinds = judged.files or {ALL: judged.kinds}
    counts = _counts(judged, groups)
    rejected_in, rejected = _rejections(judged, groups, counts)
    unmapped = _unmapped(judged)
    ends = _last_ends(judged, groups)
    return {
        group: Facts(
            counts=counts[group],
            rejected_in={number: rows for number, rows in rejected_in.items() if group in (number, ALL)},
            rejected=tuple(row for row in rejected if group in (row.file_no, ALL)),
            unmapped=added_up(sku for number, sku in unmapped if group in (number, ALL)),
            last_end_us=ends.get(group),
            spanning=any(each.measures.spans_days and each.verdict.counted for each in kinds),
        )
        for group, kinds in groups.items()
    }


def _counts(judged: JudgedBatch, groups: Kinds) -> dict[int, dict[str, int]]:
    """Rows per reason as the verdicts have it, before any row is rejected for a problem of its own."""
    counts: dict[int, dict[str, int]] = {}
    for group, kinds in groups.items():
        own = counts.setdefault(group, {})
        for each in kinds:
            own[each.verdict.reason] = own.get(each.verdict.reason, 0) + each.measures.rows
        negative = sum(each.measures.negative for each in kinds if each.verdict.reason == "usage")
        if negative:
            _move(own, "usage", "correction.unmarked", negative)
    return counts


def _group(groups: Kinds, number: int) -> int:
    return number if number in groups else ALL


def _move(counts: dict[str, int], old: str, new: str, rows: int) -> None:
    counts[old] -= rows
    counts[new] = counts.get(new, 0) + rows


def _rejections(
    judged: JudgedBatch, groups: Kinds, counts: Mapping[int, dict[str, int]]
) -> tuple[dict[int, int], list[RejectedRow]]:
    """Rejected rows per file, and the first of them; moves them in the counts to the reason of their rejection."""
    refused = any(each.verdict.outcome is Outcome.REJECTED for each in judged.kinds)
    if judged.sound and not refused:
        return {}, []
    rejected_in: dict[int, int] = {}
    counted, listed = rejections_of(judged, REJECTIONS_LISTED)
    for found in counted:
        own = counts[_group(groups, found.file_no)]
        unmarked = found.instead_of == "usage" and found.negative
        _move(own, "correction.unmarked" if unmarked else found.instead_of, found.reason, found.rows)
        rejected_in[found.file_no] = rejected_in.get(found.file_no, 0) + found.rows
    return rejected_in, [RejectedRow(**row) for row in listed]


def _last_ends(judged: JudgedBatch, groups: Kinds) -> dict[int, int]:
    """The latest end of a sound row of use; rows are looked at again only where the measures do not tell."""
    ends: dict[int, list[int]] = {group: [] for group in groups}
    known = [(group, each.sound_parts) for group, kinds in groups.items() for each in kinds]
    if any(parts is None for _, parts in known):
        for row in judged.months:
            ends[_group(groups, row["file_no"])].append(row["last_us"])
    else:
        for group, parts in known:
            ends[group] += [part.measures.latest for part in parts or () if part.measures.latest is not None]
    return {group: max(own) for group, own in ends.items() if own}


def _unmapped(judged: JudgedBatch) -> list[tuple[int, UnmappedSku]]:
    """The SKUs that nobody has mapped, by file, with rows and quantity; scans their rows only if there are any."""
    kinds = [each for each in judged.kinds if each.verdict.outcome is Outcome.UNMAPPED]
    if not kinds:
        return []
    names = [name for name in kinds[0].kind if name != "workload_class"]
    rows = judged.rows_of(Outcome.UNMAPPED)
    sums = rows.group_by("file_no", *names).agg(total=rows.quantity.sum(), rows=rows.count())
    known = {tuple(each.kind[name] for name in names): each for each in kinds}
    return [
        (
            row["file_no"],
            _sku(known[tuple(row[name] for name in names)], row["rows"], row["total"] or Decimal(0)),
        )
        for row in fetch(judged.backend, sums)
    ]


def _sku(each: JudgedKind, rows: int, quantity: Decimal) -> UnmappedSku:
    told = describe(each.kind)
    return UnmappedSku(
        provider=each.verdict.provider or "",
        sku_id=told.sku_id,
        sku_meter=told.sku_meter,
        service=told.service,
        description=told.description,
        unit=told.unit,
        rows=rows,
        quantity=plain(quantity),
        basis=each.verdict.basis,
    )


def covers_of(judged: JudgedBatch) -> list[tuple[int, Cover]]:
    """Which months the files cover, by number of the file; scans the rows unless the measures tell."""
    groups: Kinds = judged.files or {ALL: judged.kinds}
    told = [(group, cover) for group, kinds in groups.items() for cover in _told(kinds)]
    if all(cover is not None for _, cover in told):
        return [(group, cover) for group, cover in told if cover is not None]
    found = []
    for row in judged.months:
        provider = provider_id(row["provider_folder"], row["provider_name"])
        if provider:
            found.append((row["file_no"], Cover(provider, **{name: row[name] for name in _COVERED})))
    return found


def _told(kinds: Sequence[JudgedKind]) -> list[Cover | None]:
    """What the measures of sound rows tell, by provider and month; None where they end in another month, or hide it."""
    covers: dict[tuple[str, int], Cover] = {}
    for each in kinds:
        parts, provider = each.sound_parts, each.verdict.provider
        if parts is None:
            return [None]
        for part in parts if provider is not None else ():
            first, last = part.measures.earliest, part.measures.latest
            if provider is None or first is None or last is None:
                continue
            month = month_of(first)
            if month_of(last - 1) != month:
                return [None]
            length = part.measures.longest if each.verdict.counted else None
            cover = Cover(provider, month, month, first, last, length)
            other = covers.get((provider, month))
            covers[provider, month] = cover if other is None else widest(cover, other)
    return list(covers.values())
