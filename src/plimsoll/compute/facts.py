"""What accounting finds in a usage file besides the sums: counts, rejected rows, unknown products, months covered.

Facts of several files, or of several batches of files, add up; so they can be kept per file (`compute.lake`) and put
together again with those of other files, in whatever order the files came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal

from plimsoll.compute.accounting import ProviderCoverage, UnmappedSku

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_WIDE = Context(prec=76)
"""Python's decimals round every sum to 28 digits unless told otherwise."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One rejected row: `row` counts the records of the file from 1, `detail` is what stands in the field."""

    file_no: int
    row: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Rows of use of one provider that begin in one UTC month and end in another, or in the same.

    Attributes:
        month: months since the year 0, of the first instant; `last_month` of the last.
        first_us: the earliest start; `last_us` the latest end; microseconds since 1970.
        length_us: the longest charge period of use of accelerators; None if there is none.
    """

    provider: str
    month: int
    last_month: int
    first_us: int
    last_us: int
    length_us: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in one or more files.

    Attributes:
        counts: rows by reason; every row of the files is in one of them.
        rejected_in: rejected rows by number of the file.
        rejected: the first of them, in order of files and rows.
        last_end_us: end of the last charge period of a sound row of use; None if there is none.
        spanning: whether some charge period of counted use touches several UTC days.
    """

    counts: Mapping[str, int]
    rejected_in: Mapping[int, int]
    rejected: tuple[RejectedRow, ...]
    unmapped: tuple[UnmappedSku, ...]
    last_end_us: int | None
    spanning: bool


def together(parts: Sequence[Facts], listed: int) -> Facts:
    """The facts of all parts as one.

    Args:
        listed: how many rejected rows are listed at most.
    """
    counts: dict[str, int] = {}
    rejected_in: dict[int, int] = {}
    for part in parts:
        for reason, rows in part.counts.items():
            counts[reason] = counts.get(reason, 0) + rows
        for number, rows in part.rejected_in.items():
            rejected_in[number] = rejected_in.get(number, 0) + rows
    rejected = sorted((row for part in parts for row in part.rejected), key=lambda row: (row.file_no, row.row))
    ends = [part.last_end_us for part in parts if part.last_end_us is not None]
    return Facts(
        counts=counts,
        rejected_in=rejected_in,
        rejected=tuple(rejected[:listed]),
        unmapped=added_up(sku for part in parts for sku in part.unmapped),
        last_end_us=max(ends, default=None),
        spanning=any(part.spanning for part in parts),
    )


def added_up(skus: Iterable[UnmappedSku]) -> tuple[UnmappedSku, ...]:
    """Each SKU once, with all its rows and their quantity, most rows first."""
    rows_of: dict[UnmappedSku, int] = {}
    total_of: dict[UnmappedSku, Decimal] = {}
    for each in skus:
        sku = replace(each, rows=0, quantity="0")
        rows_of[sku] = rows_of.get(sku, 0) + each.rows
        total_of[sku] = _WIDE.add(total_of.get(sku, Decimal(0)), Decimal(each.quantity))
    listed = [replace(sku, rows=rows_of[sku], quantity=plain(total_of[sku])) for sku in rows_of]
    return tuple(sorted(listed, key=_by_size))


def _by_size(sku: UnmappedSku) -> tuple[int | str, ...]:
    words = (sku.provider, sku.sku_id, sku.description, sku.sku_meter, sku.service, sku.unit, sku.basis)
    return (-sku.rows, *(word or "" for word in words))


def plain(number: Decimal) -> str:
    """The number without an exponent and without zeros behind it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def coverage(covers: Iterable[Cover]) -> tuple[ProviderCoverage, ...]:
    """See `accounting.Accounts.coverage`."""
    by_provider: dict[str, list[Cover]] = {}
    for cover in covers:
        by_provider.setdefault(cover.provider, []).append(cover)
    out = []
    for provider, parts in sorted(by_provider.items()):
        months = sorted({month for part in parts for month in range(part.month, part.last_month + 1)})
        known = set(months)
        lengths = [part.length_us for part in parts if part.length_us is not None]
        out.append(
            ProviderCoverage(
                provider=provider,
                first_day=(EPOCH + timedelta(microseconds=min(part.first_us for part in parts))).date(),
                last_day=(EPOCH + timedelta(microseconds=max(part.last_us for part in parts) - 1)).date(),
                months=tuple(_first_of(month) for month in months),
                missing_months=tuple(_first_of(month) for month in range(months[0], months[-1]) if month not in known),
                grain=_grain(max(lengths)) if lengths else "none",
            )
        )
    return tuple(out)


def widest(one: Cover, other: Cover) -> Cover:
    """Both as one; they are of one provider and of the same months."""
    lengths = [length for length in (one.length_us, other.length_us) if length is not None]
    return replace(
        one,
        first_us=min(one.first_us, other.first_us),
        last_us=max(one.last_us, other.last_us),
        length_us=max(lengths, default=None),
    )


def month_of(moment_us: int) -> int:
    """The UTC month of an instant, counted from the year 0."""
    day = EPOCH + timedelta(microseconds=moment_us)
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _grain(length_us: int) -> str:
    hours = length_us / 3_600_000_000
    return "hour" if hours <= 1 else "day" if hours <= 25 else "month"
