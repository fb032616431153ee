"""Sharing use out over days: exact division, nothing lost."""

from __future__ import annotations

from functools import cache
from typing import Any

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.engine import connect, fetch, load, materialise
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.spread import DAY_US, divide, spread_over_days

SECOND_US = 1_000_000


@settings(max_examples=8, deadline=None)
@given(amounts=st.lists(st.tuples(st.integers(0, 10**36 - 1), st.integers(1, 3 * 10**7)), min_size=1, max_size=40))
def test_division_is_exact(amounts: list[tuple[int, int]]) -> None:
    table = _table(_engine(), amounts)
    rows = fetch(_engine(), divide(table, "amount", "divisor", "a"))
    assert {row["number"]: (int(row["a_quotient"]), row["a_rest"]) for row in rows} == {
        number: divmod(amount, divisor) for number, (amount, divisor) in enumerate(amounts)
    }


@cache
def _engine() -> Any:
    return connect(threads=1)


def _table(engine: Any, amounts: list[tuple[int, int]]) -> Any:
    rows = [{"number": n, "amount": str(amount), "divisor": d} for n, (amount, d) in enumerate(amounts)]
    table = load(engine, rows, {"number": "BIGINT", "amount": "VARCHAR", "divisor": "BIGINT"}, "division")
    return table.mutate(amount=table.amount.cast(EXACT))


@settings(max_examples=8, deadline=None)
@given(
    amount=st.integers(-(10**30), 10**30),
    start=st.integers(0, 3 * DAY_US // SECOND_US),
    length=st.integers(1, 400 * 86_400),
)
def test_parts_add_up_and_are_even(amount: int, start: int, length: int) -> None:
    begin, end = start * SECOND_US, (start + length) * SECOND_US
    parts = _spread(amount, begin, end)
    assert sum(parts.values()) == amount
    for midnight, part in parts.items():
        covered = (min(end, midnight + DAY_US) - max(begin, midnight)) // SECOND_US
        assert abs(part * length - amount * covered) <= length
    assert len(parts) == (end - 1) // DAY_US - begin // DAY_US + 1


def _spread(amount: int, begin: int, end: int) -> dict[int, int]:
    engine = _engine()
    row = {"cell": 1, "measured": False, "account": "a", "run_id": None, "start_us": begin, "end_us": end}
    row |= {"amount": str(amount), "rows": 3, "length_us": end - begin}
    types = {"cell": "INTEGER", "measured": "BOOLEAN", "account": "VARCHAR", "run_id": "VARCHAR"}
    types |= {"start_us": "BIGINT", "end_us": "BIGINT", "amount": "VARCHAR", "rows": "BIGINT", "length_us": "BIGINT"}
    table = load(engine, [row], types, "spread")
    exact = table.amount.cast(EXACT)
    cells = materialise(engine, table.mutate(accel_ns=exact, accel_ns_bp=-exact).drop("amount"), "cells")
    days = fetch(engine, spread_over_days(cells))
    assert sum(day["rows"] for day in days) == 3
    assert all(int(day["accel_ns_bp"]) == -int(day["accel_ns"]) for day in days)
    assert all(day["end_us"] is None for day in days)
    return {day["start_us"]: int(day["accel_ns"]) for day in days}


def test_a_correction_is_shared_out_like_what_it_takes_back() -> None:
    begin, end = 5 * 3_600 * SECOND_US, 100 * 3_600 * SECOND_US
    use, correction = _spread(10**18 + 7, begin, end), _spread(-(10**18) - 7, begin, end)
    assert {day: -part for day, part in use.items()} == correction


def test_a_period_that_ends_within_a_second_of_midnight() -> None:
    assert _spread(1_000, DAY_US - 300_000, DAY_US + 300_000) == {0: 0, DAY_US: 1_000}


def test_the_expression_does_not_grow_with_its_steps() -> None:
    table = ibis.table({"a": EXACT, "b": "int64"}, name="t")
    assert len(ibis.to_sql(divide(table, "a", "b", "a"))) < 20_000
