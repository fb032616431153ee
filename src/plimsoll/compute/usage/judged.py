"""The first pass over a batch: which kinds of row there are, what becomes of them, and whether any row is at fault.

Kinds are judged in Python (`kinds.py`). The same pass counts what the second one then need not look for: where no row
of a batch has a problem, rows are summed without checking them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import Literal

from plimsoll.compute.engine import fetch, load
from plimsoll.compute.usage.columns import KIND_COLUMNS
from plimsoll.compute.usage.delivery import Batch
from plimsoll.compute.usage.kinds import Kind, Verdict, judge
from plimsoll.compute.usage.spread import DAY_US
from plimsoll.compute.utilisation import Priors

_EARLIEST_US = 631_152_000_000_000  # 1990
_LATEST_US = 7_258_118_400_000_000  # 2200
_LONGEST_US = 400 * DAY_US
_VARIES = object()

CellKey = tuple[bool, str, str, int]
"""Idle, provider, chip, its peak: what rows that are summed together have in common."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What the rows of a kind have, counted and bounded: enough to tell whether any of them is at fault.

    Attributes:
        rows: how many rows there are.
        accounts: rows with an account; likewise `starts`, `ends`, `given` (anything where the quantity should be) and
            `quantities` (a readable quantity).
        shortest: the shortest charge period in microseconds; likewise `longest`.
        reach: the longest way from the midnight before a period to its end.
        earliest: the earliest start; `latest`: the latest end.
        smallest: the smallest quantity; likewise `largest`.
        negative: rows with a quantity below zero.
    """

    rows: int
    accounts: int
    starts: int
    ends: int
    given: int
    quantities: int
    shortest: int | None
    longest: int | None
    reach: int | None
    earliest: int | None
    latest: int | None
    smallest: Decimal | None
    largest: Decimal | None
    negative: int

    @property
    def faulty(self) -> bool:
        """Whether some row has a problem that a row of any kind can have (see `general_problems`)."""
        return (
            min(self.accounts, self.starts, self.ends) < self.rows
            or (self.shortest or 0) <= 0
            or (self.longest or 0) > _LONGEST_US
            or (self.earliest or 0) < _EARLIEST_US
            or (self.latest or 0) > _LATEST_US
            or self.quantities < self.given
        )

    @property
    def spans_days(self) -> bool:
        """Whether some charge period touches more than one UTC day."""
        return self.reach is not None and self.reach > DAY_US

    @property
    def magnitude(self) -> Decimal:
        """The largest quantity, sign aside."""
        return max(abs(self.smallest or Decimal(0)), abs(self.largest or Decimal(0)))


@dataclass(frozen=True, slots=True)
class JudgedKind:
    """One distinct combination of the descriptive columns, what becomes of its rows, and what they have."""

    kind: Kind
    verdict: Verdict
    measures: Measures

    @property
    def sound(self) -> bool:
        """Whether no row of it can be rejected for a problem of its own."""
        if self.verdict.counted:
            some_missing = self.measures.given < self.measures.rows
            if some_missing or self.measures.magnitude > self.verdict.largest_quantity:
                return False
        return not (self.verdict.checked and self.measures.faulty)


@dataclass(frozen=True)
class JudgedBatch:
    """A batch of which every kind of row has been judged.

    Attributes:
        rows: the canonical rows, each with what the verdict on its kind says (see `VERDICT_COLUMNS`).
    """

    batch: Batch
    kinds: tuple[JudgedKind, ...]
    rows: ir.Table

    @property
    def sound(self) -> bool:
        """Whether no row of it has a problem of its own."""
        return all(kind.sound for kind in self.kinds)


VERDICT_COLUMNS = {
    "cell": "INTEGER",
    "counted": "BOOLEAN",
    "checked": "BOOLEAN",
    "multiplier": "BIGINT",
    "step_multiplier": "BIGINT",
    "prior": "INTEGER",
    "largest": "BIGINT",
    "machine_ns": "BIGINT",
    "outcome": "VARCHAR",
    "reason": "VARCHAR",
}
"""What a verdict says to each of its rows. `cell` is null for rows that are not counted; `step_multiplier` is the
multiplier of the quantity's last decimal, null where that is not whole."""


def judge_batch(batch: Batch, backend: Any, priors: Priors, cells: dict[CellKey, int]) -> JudgedBatch:
    """Judges the kinds of a batch and attaches the verdicts to its rows.

    Args:
        cells: numbers of the cells known so far; new ones are added.
    """
    rows = batch.rows
    names = [*KIND_COLUMNS, "from_pricing"]
    constant = {name: value for name in names if (value := _constant(rows, name)) is not _VARIES}
    varying = [name for name in names if name not in constant]
    start, end, quantity = rows.start_us, rows.end_us, rows.quantity
    measured = {
        "rows": rows.count(),
        "accounts": rows.account.count(),
        "starts": start.count(),
        "ends": end.count(),
        "given": _how_many(rows.quantity_given),
        "quantities": quantity.count(),
        "shortest": (end - start).min(),
        "longest": (end - start).max(),
        "reach": (end - (start - start % DAY_US)).max(),
        "earliest": start.min(),
        "latest": end.max(),
        "smallest": quantity.min(),
        "largest": quantity.max(),
        "negative": _how_many(quantity < 0),
    }
    grouped = rows.group_by(varying).agg(**{f"_{name}": value for name, value in measured.items()})
    kinds = []
    for found in fetch(backend, grouped):
        kind: Kind = {**constant, **{name: found[name] for name in varying}}
        kinds.append(JudgedKind(kind, judge(kind, priors), Measures(**{name: found[f"_{name}"] for name in measured})))
    return JudgedBatch(batch, tuple(kinds), _attach(batch, varying, kinds, cells, backend))


def general_problems(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What can be wrong with a row of any kind, by reason, in the order in which reasons are given."""
    start, end = rows.start_us, rows.end_us
    return {
        "account.missing": rows.account.isnull(),
        "time.unreadable": start.isnull() | end.isnull(),
        "period.backwards": end <= start,
        "period.too_long": (end - start > _LONGEST_US) | (start < _EARLIEST_US) | (end > _LATEST_US),
        "quantity.unreadable": rows.quantity_given & rows.quantity.isnull(),
    }


def problems(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What is wrong with a judged row, by reason."""
    return {
        **{reason: rows.checked & wrong for reason, wrong in general_problems(rows).items()},
        "quantity.missing": rows.counted & ~rows.quantity_given,
        "quantity.too_large": rows.counted & (rows.quantity.abs() > rows.largest),
    }


def is_sound(rows: ir.Table) -> ir.BooleanValue:
    """Whether a judged row has no problem of its own."""
    return ~ibis.or_(*problems(rows).values()).fill_null(False)


def _how_many(condition: ir.BooleanValue) -> ir.IntegerScalar:
    return condition.sum().fill_null(0).cast("int64")


def _constant(rows: ir.Table, name: str) -> Any:
    """The one value that the adapter gives every row, e.g. null for a column that the files do not have."""
    value = rows.op().values[name]
    return value.value if isinstance(value, Literal) else _VARIES


def _attach(
    batch: Batch, names: Sequence[str], kinds: Sequence[JudgedKind], cells: dict[CellKey, int], backend: Any
) -> ir.Table:
    rows = batch.rows
    step = 10 ** (rows.quantity.type().scale or 0)
    answers = [_answer(each.verdict, cells, step) for each in kinds]
    key = _deciding(names, [each.kind for each in kinds], answers)
    seen = {tuple(each.kind[name] for name in key): answer for each, answer in zip(kinds, answers, strict=True)}
    types = {f"_{name}": "BOOLEAN" if name == "from_pricing" else "VARCHAR" for name in key} | VERDICT_COLUMNS
    table = (dict(zip(types, (*combination, *answer), strict=True)) for combination, answer in seen.items())
    verdicts = load(backend, table, types, "verdicts")
    if key:
        joined = rows.inner_join(verdicts, [rows[name].identical_to(verdicts[f"_{name}"]) for name in key])
    else:
        joined = rows.cross_join(verdicts)
    return joined.select(*[rows[name] for name in rows.columns], *[verdicts[name] for name in VERDICT_COLUMNS])


def _answer(verdict: Verdict, cells: dict[CellKey, int], step: int) -> tuple[Any, ...]:
    cell: int | None = None
    if verdict.counted:
        assert verdict.provider is not None
        assert verdict.chip is not None
        idle = verdict.reason == "commitment.unused"
        cell = cells.setdefault((idle, verdict.provider, verdict.chip, verdict.peak), len(cells))
    return (
        cell,
        verdict.counted,
        verdict.checked,
        verdict.multiplier,
        verdict.multiplier // step if verdict.multiplier % step == 0 else None,
        verdict.prior,
        verdict.largest_quantity,
        verdict.machine_ns,
        verdict.outcome.value,
        verdict.reason,
    )


def _deciding(names: Sequence[str], kinds: Sequence[Kind], answers: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    """The smallest set of columns, if it has up to three, on which the answers depend; else one that is small.

    Joining on three columns instead of fifteen makes the second pass cheap; that they decide was seen on all rows.
    """
    if len(set(answers)) <= 1:
        return ()
    distinct = {name: len({kind[name] for kind in kinds}) for name in names}
    useful = sorted((name for name in names if distinct[name] > 1), key=lambda name: distinct[name])
    for size in (1, 2, 3):
        for chosen in combinations(useful, size):
            if _decides(chosen, kinds, answers):
                return chosen
    remaining = list(useful)
    for name in useful:
        fewer = [each for each in remaining if each != name]
        if _decides(fewer, kinds, answers):
            remaining = fewer
    return tuple(remaining)


def _decides(names: Sequence[str], kinds: Sequence[Kind], answers: Sequence[tuple[Any, ...]]) -> bool:
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for kind, answer in zip(kinds, answers, strict=True):
        if known.setdefault(tuple(kind[name] for name in names), answer) != answer:
            return False
    return True


def outcome_counts(judged: Sequence[JudgedBatch]) -> Mapping[str, int]:
    """Rows per reason as the verdicts have it, before any row is rejected for a problem of its own."""
    counts: dict[str, int] = {}
    for batch in judged:
        for each in batch.kinds:
            reason, rows, negative = each.verdict.reason, each.measures.rows, each.measures.negative
            if reason == "usage" and negative:
                counts["correction.unmarked"] = counts.get("correction.unmarked", 0) + negative
                rows -= negative
            counts[reason] = counts.get(reason, 0) + rows
    return counts
