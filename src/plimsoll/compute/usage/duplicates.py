"""The same use handed in twice: the same file, or a period of a provider in two files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import fetch, materialise
from plimsoll.compute.usage.columns import KIND_COLUMNS
from plimsoll.compute.usage.delivery import Span, UsageDelivery, UsageFile
from plimsoll.compute.usage.kinds import judge
from plimsoll.compute.usage.overlap import QUANTITY, Pair, not_corrections, rows_in_common
from plimsoll.kernel.errors import PlimsollError, Where

_SOLD = tuple(name for name in KIND_COLUMNS if name != "provider_folder")
_IDENTITY = ("account", "run_id", "resource_id", "sub_account", "region", "start_us", "end_us", "quantity")
_LISTED = 10_000


def refuse_same_file_twice(files: Iterable[UsageFile]) -> None:
    """Refuses two files with the same bytes. Digests are computed only for files of equal size.

    Raises:
        PlimsollError: ``usage.same_file_twice``.
    """
    by_size: dict[int, list[UsageFile]] = defaultdict(list)
    for file in files:
        by_size[file.size].append(file)
    for same in by_size.values():
        seen: dict[str, UsageFile] = {}
        for file in same if len(same) > 1 else ():
            twin = seen.setdefault(file.sha256, file)
            if twin is not file:
                raise PlimsollError(
                    "usage.same_file_twice",
                    f"the file has the same bytes as {twin.path}",
                    fix="Hand in one of the two.",
                    where=Where(file.path),
                )


def refuse_shared_rows(delivery: UsageDelivery) -> None:
    """Refuses two files of one provider that report the same use.

    Only files whose time ranges overlap are compared. Two rows are the same use if account, SKU, resource, charge
    period, quantity and every other descriptive column are equal; marked corrections are left out, since they may
    repeat each other. Files are refused if they share

    - a row of an accelerator that names its resource, or
    - more than a twentieth of the smaller file's rows, if those name their resource, or
    - more than half of the smaller file's rows,

    counting rows in the time that both cover. A few equal rows without a resource prove nothing: exports are cut into
    files anywhere.

    Files that the delivery only remembers are opened for this, unless the two were compared before.

    Raises:
        PlimsollError: ``usage.delivered_twice``, naming both files and a row of each.
    """
    suspects = _overlaps(delivery, [file.span for file in delivery.files])
    if not suspects:
        return
    remembered = frozenset(number for pair in suspects for number in pair if number in delivery.known)
    if remembered:
        delivery = replace(delivery, batches=(*delivery.batches, *delivery.read_again(remembered)))
    sizes, alike = rows_in_common(delivery.batches, suspects, delivery.engine)
    numbers = {row["file_no"] for row in fetch(delivery.engine, alike.select("file_no").distinct())}
    if not numbers:
        return
    rows = materialise(delivery.engine, _comparable(delivery, numbers, alike), "comparable")
    twins = rows.group_by("key").agg(files=rows.file_no.nunique())
    shared = rows.semi_join(twins.filter(twins.files > 1), "key")
    if not _count(shared, delivery.engine):
        return
    for (one, other), size in sizes.items():
        if {one, other} <= numbers:
            _compare(delivery, rows, one, other, suspects[one, other], size)


def with_spans(delivery: UsageDelivery) -> UsageDelivery:
    """The delivery with the span of every file that may report the same use as another, or that a keeper remembers.

    A charge of May that is taken back in June makes the file of June reach into May, but no use of June lies there.
    """
    if delivery.keeper is not None:
        wanted = {number for batch in delivery.batches for number in batch.file_numbers}
    else:
        wanted = {number for number, file in enumerate(delivery.files) if file.rows and file.reach is None}
        if len(delivery.files) < 2:
            return delivery
        wanted |= {number for pair in _overlaps(delivery, [file.reach for file in delivery.files]) for number in pair}
    found = _spans_of_use(delivery, wanted)
    files = (replace(file, span=found.get(number, file.span)) for number, file in enumerate(delivery.files))
    return replace(delivery, files=tuple(files))


def _spans_of_use(delivery: UsageDelivery, numbers: Collection[int]) -> dict[int, Span]:
    """First start and last end of the rows not marked as corrections; files without any such row are left out."""
    spans: dict[int, Span] = {}
    for batch in delivery.batches:
        wanted = sorted(set(batch.file_numbers) & set(numbers))
        if not wanted:
            continue
        rows = not_corrections(batch.rows.filter(batch.rows.file_no.isin(wanted)))
        found = rows.group_by("file_no").agg(first=rows.start_us.min(), last=rows.end_us.max())
        for row in fetch(delivery.engine, found):
            if row["first"] is not None and row["last"] is not None:
                spans[row["file_no"]] = (row["first"], row["last"])
    return spans


def _overlaps(delivery: UsageDelivery, times: Sequence[Span | None]) -> dict[Pair, Span]:
    """Pairs of files of one provider that overlap in time and were not compared before, with the time they share."""
    known = {number: time for number, time in enumerate(times) if time is not None}
    return {
        (one, other): (max(known[one][0], known[other][0]), min(known[one][1], known[other][1]))
        for one, other in combinations(known, 2)
        if _may_share(delivery.files[one], delivery.files[other], known[one], known[other])
        and not _compared(delivery, one, other)
    }


def _may_share(one: UsageFile, other: UsageFile, first: Span, second: Span) -> bool:
    same_provider = one.provider is None or other.provider is None or one.provider == other.provider
    return same_provider and first[0] < second[1] and second[0] < first[1]


def _compared(delivery: UsageDelivery, one: int, other: int) -> bool:
    keeper = delivery.keeper
    return keeper is not None and keeper.compared(delivery.files[one], delivery.files[other])


def _comparable(delivery: UsageDelivery, numbers: set[int], alike: ir.Table) -> ir.Table:
    """Those rows of these files with a digest of all that says which use a row is.

    Args:
        alike: file_no and row of those that are wanted.
    """
    parts = []
    for batch in delivery.batches:
        if not numbers & set(batch.file_numbers):
            continue
        rows = batch.rows.filter(batch.rows.file_no.isin(sorted(numbers)))
        rows = not_corrections(rows).semi_join(alike, ["file_no", "row"])
        words = [ibis.coalesce(rows[name].nullif("NULL"), "") for name in _SOLD]
        words += [rows[name].cast(QUANTITY if name == "quantity" else "string") for name in _IDENTITY]
        texts = [word.cast("string").fill_null("") for word in words]
        parts.append(
            rows.select(
                "file_no",
                "row",
                "start_us",
                "end_us",
                "resource_id",
                key=ibis.literal("\x1f").join(texts).hexdigest("md5"),
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _compare(delivery: UsageDelivery, rows: ir.Table, one: int, other: int, common: Span, size: int) -> None:
    within = rows.filter(rows.start_us < common[1], rows.end_us > common[0])
    first, second = within.filter(within.file_no == one), within.filter(within.file_no == other)
    shared = first.semi_join(second, "key")
    engine = delivery.engine
    count = _count(shared, engine)
    if not count:
        return
    named = _count(shared.filter(shared.resource_id.notnull()), engine)
    certain = named * 20 > size or count * 2 > size
    pairs = shared.filter(shared.resource_id.notnull()) if named else shared
    listed = fetch(engine, pairs.select("row", "key").order_by("row").limit(_LISTED))
    if not certain:
        listed = _accelerators(delivery, one, listed) if named else []
    if not listed:
        return
    twin = second.filter(second.key == listed[0]["key"])
    twin_row = fetch(engine, twin.agg(row=twin.row.min()))[0]["row"]
    raise PlimsollError(
        "usage.delivered_twice",
        f"{count:,} of its rows are also in {delivery.files[other].path} (there, row {twin_row}): "
        "the same use was handed in twice",
        fix="Hand in one of the two; a delivery replaces the earlier one for its provider and period.",
        where=Where(delivery.files[one].path, row=listed[0]["row"]),
    )


def _count(table: ir.Table, engine: Any) -> int:
    return int(fetch(engine, table.agg(rows=table.count()))[0]["rows"])


def _accelerators(delivery: UsageDelivery, number: int, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the rows that are use of an accelerator."""
    batch = next(each for each in delivery.batches if number in each.file_numbers)
    numbers = [each["row"] for each in listed]
    names = [*KIND_COLUMNS, "from_pricing"]
    rows = batch.rows.filter(batch.rows.file_no == number, batch.rows.row.isin(numbers)).select("row", *names)
    kinds: Mapping[int, dict[str, Any]] = {each.pop("row"): each for each in fetch(delivery.engine, rows)}
    return [each for each in listed if judge(kinds[each["row"]]).counted]
