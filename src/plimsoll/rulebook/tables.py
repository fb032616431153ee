"""Evaluates whole populations: the same rulebook compiled to Ibis, one row per subject, for DuckDB or Spark.

SQL's null is Kleene's unknown, and its AND, OR and NOT are his, so conditions map one to one. A property test holds
this file equal to `evaluate.py`.

A column holds less than 10^38. Sums and multiples that would pass it stay at the largest amount instead of failing: no
amount near it is a computer's, and it lies beyond every line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import MAX_FLOP
from plimsoll.rulebook.condition import (
    AllOf,
    Always,
    AnyOf,
    AttributeIs,
    Condition,
    DateIs,
    MetricLine,
    Not,
    ProvisionHolds,
    QuantityLine,
    Question,
)
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.law import Metric, Rulebook
from plimsoll.rulebook.vocabulary import ATTRIBUTES, DATES, QUANTITIES

_AMOUNT = "decimal(38, 0)"
_Side = Literal["result", "by_point"]


def facts_table(subjects: Sequence[Facts], rulebook: Rulebook) -> pa.Table:
    """Lays facts out as columns: ``total_low``, ``pretrain_point``, ``parameters_high``, ``answer_<id>`` and so on.

    Amounts are DECIMAL(38, 0); null means not known.
    """
    decimal = pa.decimal128(38, 0)
    columns: dict[str, pa.Array] = {"row": pa.array(range(len(subjects)), pa.int64())}
    amounts: dict[str, Callable[[Facts], Estimate | None]] = {"total": lambda f: f.total}
    for component in Component:
        amounts[component.value] = lambda f, c=component: f.components.get(c)  # type: ignore[misc]
    for name in QUANTITIES:
        amounts[name] = lambda f, n=name: f.quantities.get(n)  # type: ignore[misc]
    for name, get in amounts.items():
        for bound in ("low", "point", "high"):
            amounts_of = (getattr(get(f), bound, None) for f in subjects)
            columns[f"{name}_{bound}"] = pa.array([a if a is None else min(a, MAX_FLOP) for a in amounts_of], decimal)
    columns["complete"] = pa.array([f.complete for f in subjects], pa.bool_())
    others = [[c.value for c in f.not_by_developer] for f in subjects]
    columns["not_by_developer"] = pa.array(others, pa.list_(pa.string()))
    for name in ATTRIBUTES:
        words = [_words(f.attributes.get(name)) for f in subjects]
        columns[f"is_{name}"] = pa.array(words, pa.list_(pa.string()))
    for name in DATES:
        columns[f"on_{name}"] = pa.array([f.dates.get(name) for f in subjects], pa.date32())
    for name in rulebook.questions():
        columns[f"answer_{name}"] = pa.array([f.answers.get(name) for f in subjects], pa.bool_())
    return pa.table(columns)


def _words(value: bool | str | tuple[str, ...] | None) -> list[str] | None:
    if value is None:
        return None
    return [str(v) for v in value] if isinstance(value, tuple) else [str(value)]


def evaluate_table(table: ir.Table, rulebook: Rulebook, as_of: date, known: date) -> ir.Table:
    """Adds, per provision, a column of its id with the outcome, and one with ``/by_point`` behind the id.

    Args:
        table: columns as `facts_table` makes them.
        rulebook, as_of, known: as for `evaluate`.
    """
    compiler = _Compiler(table, rulebook)
    columns: dict[str, ir.Value] = {}
    for provision in rulebook.provisions:
        version = provision.version(as_of, known)
        if version is None:
            compiler.answers[provision.id] = _Answer(ibis.literal(False), ibis.literal(False))
            columns[provision.id] = ibis.literal("not_in_force")
            columns[f"{provision.id}/by_point"] = ibis.literal("false")
            continue
        answer = compiler.answers[provision.id] = _Answer(
            compiler.compile(version.when, "result"), compiler.compile(version.when, "by_point")
        )
        columns[provision.id] = _word(answer.result)
        columns[f"{provision.id}/by_point"] = _word(answer.by_point)
    return table.mutate(**columns)


@dataclass(frozen=True)
class _Answer:
    result: ir.BooleanValue
    by_point: ir.BooleanValue


@dataclass(frozen=True)
class _Amount:
    """An estimate as expressions; a null `point` is an unknown amount, a null `high` alone an open one."""

    low: ir.DecimalValue
    point: ir.DecimalValue
    high: ir.DecimalValue


def _word(truth: ir.BooleanValue) -> ir.Value:
    # Not `truth.isnull()`: of a negation Ibis writes NOT (x) IS NULL, which SQL reads as NOT ((x) IS NULL).
    return ibis.cases((truth, "true"), (~truth, "false"), else_="unknown")


def _number(amount: int) -> Any:
    """An exact literal; a bare numeric one would become a DOUBLE on its way."""
    return ibis.literal(str(amount)).cast(_AMOUNT)


def _sum(first: Any, second: Any) -> Any:
    return (ibis.least(first, _MAX - second) + second).cast(_AMOUNT)


def _multiple(amount: Any, times: int) -> Any:
    if times == 1:
        return amount
    return ibis.ifelse(amount > _number(MAX_FLOP // times), _MAX, (amount * _number(times)).cast(_AMOUNT))


_UNKNOWN: Any = ibis.null().cast("boolean")
_MAX = _number(MAX_FLOP)


class _Compiler:
    def __init__(self, table: ir.Table, rulebook: Rulebook) -> None:
        self._table = table
        self._book = rulebook
        self.answers: dict[str, _Answer] = {}

    def compile(self, condition: Condition, side: _Side) -> Any:
        match condition:
            case MetricLine():
                return self._metric_line(condition, side)
            case QuantityLine():
                return _past(self._amount(condition.quantity), condition.op, condition.value, side)
            case AttributeIs():
                column = self._table[f"is_{condition.attribute}"]
                return _any([column.contains(str(value)) for value in condition.values])
            case DateIs():
                column = self._table[f"on_{condition.name}"]
                if condition.before is not None:
                    return column < ibis.literal(condition.before)
                return column >= ibis.literal(condition.on_or_after)
            case Question():
                return self._table[f"answer_{condition.id}"]
            case ProvisionHolds():
                return getattr(self.answers[condition.provision], side)
            case Always():
                return ibis.literal(True)
            case AllOf():
                return reduce(lambda a, b: a & b, [self.compile(part, side) for part in condition.parts])
            case AnyOf():
                return _any([self.compile(part, side) for part in condition.parts])
            case Not():
                return ~self.compile(condition.part, side)

    def _amount(self, name: str) -> _Amount:
        table = self._table
        return _Amount(table[f"{name}_low"], table[f"{name}_point"], table[f"{name}_high"])

    def _measure(self, metric: Metric) -> _Amount:
        """As `metric.measure`: the counted components, open above where one is missing; else the undivided total."""
        declared = _any([self._amount(c.value).point.notnull() for c in Component])
        own = {c: self._own(c, metric) for c in Component if c in metric.include}
        counted = {c: self._amount(c.value).point.notnull() & own[c] for c in own}
        missing = ~self._table.complete & _any([self._amount(c.value).point.isnull() & own[c] for c in own])
        known = _any(list(counted.values())) | ~missing
        total = self._amount("total")
        whole = reduce(lambda a, b: a & b, own.values())

        def bound(name: str) -> Any:
            parts = [ibis.ifelse(here, getattr(self._amount(c.value), name), _number(0)) for c, here in counted.items()]
            value = reduce(_sum, parts)
            undivided = ibis.null(_AMOUNT)
            if metric.counts_pretraining:
                undivided = ibis.ifelse(whole, getattr(total, name), undivided)
            return ibis.ifelse(declared, ibis.ifelse(known, value, ibis.null(_AMOUNT)), undivided)

        high = ibis.ifelse(declared & missing, ibis.null(_AMOUNT), bound("high"))
        return _Amount(bound("low"), bound("point"), high)

    def _own(self, component: Component, metric: Metric) -> Any:
        """Whether the component's compute is of those whose compute the metric counts."""
        if metric.applied_by == "anyone":
            return ibis.literal(True)
        return ~self._table.not_by_developer.contains(component.value)

    def _metric_line(self, line: MetricLine, side: _Side) -> Any:
        amount = self._measure(self._book.metrics[line.metric])
        if line.of is not None:
            return self._relative_line(line, amount, side)
        value = self._book.parameters[line.parameter].value if line.parameter is not None else line.value
        return _UNKNOWN if value is None else _past(amount, line.op, value, side)

    def _relative_line(self, line: MetricLine, amount: _Amount, side: _Side) -> Any:
        assert line.of is not None
        assert line.times is not None
        base = self._amount(line.of)
        fallback: Any = ibis.null(_AMOUNT)
        for option in reversed(line.fallbacks):
            holds = self.compile(option.when, "by_point").fill_null(False)
            fallback = ibis.ifelse(holds, _number(option.value), fallback)
        point = base.point.coalesce(fallback)
        if side == "by_point":
            return _past_multiple(amount, line.op, line.times, point, side)
        at_low = _past_multiple(amount, line.op, line.times, base.low.coalesce(fallback), side)
        high = ibis.ifelse(base.point.notnull(), base.high, fallback)
        at_high = _past_multiple(amount, line.op, line.times, high, side)
        return ibis.ifelse(at_low == at_high, at_low, _UNKNOWN)


def _any(truths: Sequence[Any]) -> Any:
    return reduce(lambda a, b: a | b, truths)


def _past(amount: _Amount, op: str, threshold: int, side: _Side) -> Any:
    return _past_multiple(amount, op, Fraction(1), _number(threshold), side)


def _past_multiple(amount: _Amount, op: str, times: Fraction, base: Any, side: _Side) -> Any:
    """Compares the amount with ``times * base`` without a division: both sides are multiplied out."""
    right = _multiple(base, times.numerator)

    def holds(bound: Any) -> Any:
        left = _multiple(bound, times.denominator)
        compared = {"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}
        return compared[op]

    if side == "by_point":
        return holds(amount.point)
    least, most = (amount.low, amount.high) if op in ("gt", "ge") else (amount.high, amount.low)
    # An open upper bound makes its comparison null: neither surely past nor surely not.
    return ibis.cases((holds(least), True), (~holds(most), False), else_=_UNKNOWN)
