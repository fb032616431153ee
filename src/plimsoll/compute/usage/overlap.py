"""Which rows of two files could be the same use, found from few columns, so that only those are looked at closely.

Reports overlap in time all year round: a charge of May that is billed or taken back in June makes the file of June
reach into May. So the side with fewer rows in the time that two files share is looked up in the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import fetch, load, materialise
from plimsoll.compute.usage.delivery import Batch, Span

Pair = tuple[int, int]
"""Numbers of two files, the lower one first."""

QUANTITY = "decimal(38, 15)"
"""The type in which quantities of different files are compared."""

_KEYS = ("account", "start_us", "end_us")


def not_corrections(rows: ir.Table) -> ir.Table:
    """The rows that are not marked as corrections, which may repeat each other."""
    return rows.filter(rows.charge_class.fill_null("") != "Correction")


def rows_in_common(
    batches: Sequence[Batch], suspects: Mapping[Pair, Span], engine: Any
) -> tuple[dict[Pair, int], ir.Table]:
    """The rows that agree in account, period and quantity with a row of the other file of a pair.

    Args:
        suspects: pairs of files, and the time that both cover.

    Returns:
        by pair, how many rows the smaller side has in that time, if both have any; and the rows: file_no, row.
    """
    narrow = _narrow(batches, {number for pair in suspects for number in pair})
    sizes = _sizes(narrow, suspects, engine)
    both = {pair: sides for pair, sides in sizes.items() if len(sides) == 2}
    kinds = dict.fromkeys(("number", "twin"), "INTEGER") | dict.fromkeys(("opens", "closes"), "BIGINT")
    limits = []
    for pair, sides in sorted(both.items()):
        small = min(pair, key=lambda number: (sides[number], number))
        twin = pair[0] + pair[1] - small
        limits.append({"number": small, "twin": twin, "opens": suspects[pair][0], "closes": suspects[pair][1]})
    seeds = _within(narrow, load(engine, limits, kinds, "smaller_sides"))
    seeds = materialise(engine, seeds.select("file_no", "row", "twin", "quantity", *_KEYS), "seeds")
    other = narrow.select(**{f"_{name}": narrow[name] for name in narrow.columns})
    same = [seeds.twin == other._file_no, *(seeds[name] == other[f"_{name}"] for name in _KEYS)]
    found = seeds.inner_join(other, same)
    # As a difference, so that the engine does not bring every quantity to one scale for the join's key.
    found = found.filter((found.quantity - found._quantity) == 0)
    mine, theirs = found.select("file_no", "row"), found.select(file_no=found._file_no, row=found._row)
    rows = materialise(engine, ibis.union(mine, theirs, distinct=True), "alike")
    return {pair: min(sides.values()) for pair, sides in both.items()}, rows


def _narrow(batches: Sequence[Batch], numbers: set[int]) -> ir.Table:
    """The rows of those files; an engine does not open the others."""
    batches = [batch for batch in batches if not numbers.isdisjoint(batch.file_numbers)]
    scales = {batch.rows.quantity.type() for batch in batches}
    parts = []
    for batch in batches:
        rows = not_corrections(batch.rows.filter(batch.rows.file_no.isin(sorted(numbers & set(batch.file_numbers)))))
        quantity = (rows.quantity if len(scales) == 1 else rows.quantity.cast(QUANTITY)).fill_null(0)
        account = rows.account.fill_null("")
        parts.append(rows.select("file_no", "row", "start_us", "end_us", account=account, quantity=quantity))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _sizes(narrow: ir.Table, suspects: Mapping[Pair, Span], engine: Any) -> dict[Pair, dict[int, int]]:
    """By pair and file, the rows in the time that both cover."""
    kinds = dict.fromkeys(("one", "other", "number"), "INTEGER") | dict.fromkeys(("opens", "closes"), "BIGINT")
    limits = (
        {"one": pair[0], "other": pair[1], "number": number, "opens": span[0], "closes": span[1]}
        for pair, span in suspects.items()
        for number in pair
    )
    placed = _within(narrow, load(engine, limits, kinds, "shared_times"))
    sizes: dict[Pair, dict[int, int]] = {}
    for row in fetch(engine, placed.group_by("one", "other", "number").agg(rows=placed.count())):
        sizes.setdefault((row["one"], row["other"]), {})[row["number"]] = row["rows"]
    return sizes


def _within(narrow: ir.Table, limits: ir.Table) -> ir.Table:
    times = [narrow.start_us < limits.closes, narrow.end_us > limits.opens]
    return narrow.inner_join(limits, [narrow.file_no == limits.number, *times])
