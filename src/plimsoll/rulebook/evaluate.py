"""Evaluates facts against a rulebook at two dates: what was law on one, as it was known on the other.

A pure function of its arguments, so that any decision can be replayed to the same bytes (ARCHITECTURE, decision 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from plimsoll.kernel.estimate import Estimate, Truth, all_of, any_of, compare
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
from plimsoll.rulebook.deadlines import Due, due_of
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.law import Exemption, Obligation, Provision, ProvisionVersion, Recipient, Rulebook
from plimsoll.rulebook.metric import Measurement, measure


class Outcome(Enum):
    """What a provision says about a subject."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"
    NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True, slots=True)
class Trace:
    """One condition with its answer and all that led to it.

    Attributes:
        result: over the whole interval of every estimate.
        by_point: by the point estimates alone: what starts duties.
        estimate, threshold, flip_at: for numeric conditions; the threshold of a relative line may be a fraction.
        measurement: for metric lines, how the metric was summed.
        parts: the answers of combined conditions.
    """

    condition: Condition
    result: Truth
    by_point: Truth
    estimate: Estimate | None = None
    threshold: int | Fraction | None = None
    flip_at: int | None = None
    measurement: Measurement | None = None
    parts: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that the point estimate starts, with its deadline and to whom.

    `conditional` marks a duty with a condition of its own that nobody has answered yet.
    """

    obligation: Obligation
    recipient: Recipient
    due: Due
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class ProvisionResult:
    """The answer of one provision.

    Attributes:
        status: of the applicable text; ``enacted`` where it will bind later; None where there is no text yet.
        version: the text applied; where the outcome is not_in_force, the one to come, if it is known.
        trace: how the condition was answered; None where no text applies.
        owed: duties, only where `by_point` is true; of a text that does not bind, what it would demand.
        relieved: exemptions that hold.
    """

    regime: str
    provision: Provision
    status: str | None
    outcome: Outcome
    by_point: Truth
    version: ProvisionVersion | None
    trace: Trace | None
    owed: tuple[Owed, ...] = ()
    relieved: tuple[Exemption, ...] = ()

    @property
    def line(self) -> Trace | None:
        """The numeric compute condition that decides: the first whose answer is the outcome, else the first."""
        if self.trace is None:
            return None
        lines = _metric_traces(self.trace)
        return next((t for t in lines if t.result.value == self.outcome.value), lines[0] if lines else None)


def evaluate(facts: Facts, rulebook: Rulebook, as_of: date, known: date) -> tuple[ProvisionResult, ...]:
    """Every provision of the rulebook, in its order.

    Args:
        facts: what is known about the subject.
        rulebook: the law.
        as_of: the day on which the law must be valid.
        known: the day as whose knowledge of the law counts; a later amendment is not applied.
    """
    evaluation = _Evaluation(facts, rulebook, as_of, known)
    return tuple([evaluation.provision(provision) for provision in rulebook.provisions])


class _Evaluation:
    """One pass over one rulebook; holds measured metrics and the answers so far."""

    def __init__(self, facts: Facts, rulebook: Rulebook, as_of: date, known: date) -> None:
        self._facts = facts
        self._book = rulebook
        self._as_of = as_of
        self._known = known
        self._measured: dict[str, Measurement] = {}
        self._answers: dict[str, tuple[Truth, Truth]] = {}

    def provision(self, provision: Provision) -> ProvisionResult:
        version = provision.version(self._as_of, self._known)
        if version is None:
            return self._not_in_force(provision)
        trace = self._trace(version.when)
        self._answers[provision.id] = (trace.result, trace.by_point)
        owed: tuple[Owed, ...] = ()
        relieved: tuple[Exemption, ...] = ()
        if trace.by_point is Truth.TRUE:
            relieved = tuple(e for e in version.exemptions if self._trace(e.when).by_point is Truth.TRUE)
            owed = self._owed(version, relieved)
        return ProvisionResult(
            self._book.id, provision, version.status, Outcome(trace.result.value), trace.by_point, version, trace, owed,
            relieved,
        )  # fmt: skip

    def _not_in_force(self, provision: Provision) -> ProvisionResult:
        self._answers[provision.id] = (Truth.FALSE, Truth.FALSE)
        coming = provision.next_version(self._as_of, self._known)
        status = None if coming is None else "enacted" if coming.status == "in_force" else coming.status
        return ProvisionResult(
            self._book.id, provision, status, Outcome.NOT_IN_FORCE, Truth.FALSE, coming, None
        )  # fmt: skip

    def _owed(self, version: ProvisionVersion, relieved: tuple[Exemption, ...]) -> tuple[Owed, ...]:
        if any(e.relieves is None for e in relieved):
            return ()
        freed = {name for e in relieved for name in e.relieves or ()}
        not_before = [t.date for t in version.transitions if self._trace(t.when).by_point is Truth.TRUE]
        owed = []
        for obligation in version.obligations:
            if obligation.id in freed:
                continue
            applies = Truth.TRUE if obligation.when is None else self._trace(obligation.when).by_point
            if applies is Truth.FALSE:
                continue
            recipient = self._book.recipients[obligation.to]
            due = due_of(obligation.clock, recipient, self._facts.events, self._as_of, max(not_before, default=None))
            owed.append(Owed(obligation, recipient, due, conditional=applies is Truth.UNKNOWN))
        return tuple(owed)

    def _trace(self, condition: Condition) -> Trace:
        match condition:
            case MetricLine():
                return self._metric_line(condition)
            case QuantityLine():
                estimate = self._facts.quantities.get(condition.quantity)
                return _numeric(condition, estimate, condition.op, condition.value)
            case AllOf():
                parts = tuple([self._trace(part) for part in condition.parts])
                result, by_point = all_of(p.result for p in parts), all_of(p.by_point for p in parts)
                return Trace(condition, result, by_point, parts=parts)
            case AnyOf():
                parts = tuple([self._trace(part) for part in condition.parts])
                result, by_point = any_of(p.result for p in parts), any_of(p.by_point for p in parts)
                return Trace(condition, result, by_point, parts=parts)
            case Not():
                part = self._trace(condition.part)
                return Trace(condition, ~part.result, ~part.by_point, parts=(part,))
            case ProvisionHolds():
                result, by_point = self._answers[condition.provision]
                return Trace(condition, result, by_point)
            case _:
                answer = self._answer(condition)
                return Trace(condition, answer, answer)

    def _answer(self, condition: Condition) -> Truth:
        """Conditions that are yes, no or not known, without an interval."""
        match condition:
            case AttributeIs():
                value = self._facts.attributes.get(condition.attribute)
                if value is None:
                    return Truth.UNKNOWN
                held = value if isinstance(value, tuple) else (value,)
                return Truth.of(any(v in condition.values for v in held))
            case DateIs():
                day = self._facts.dates.get(condition.name)
                if day is None:
                    return Truth.UNKNOWN
                if condition.before is not None:
                    return Truth.of(day < condition.before)
                return Truth.of(condition.on_or_after is None or day >= condition.on_or_after)
            case Question():
                return Truth.of(self._facts.answers.get(condition.id))
            case Always():
                return Truth.TRUE
        raise TypeError(f"not an elementary condition: {condition!r}")

    def _metric_line(self, line: MetricLine) -> Trace:
        measurement = self._measured.get(line.metric)
        if measurement is None:
            measurement = self._measured[line.metric] = measure(self._book.metrics[line.metric], self._facts)
        if line.of is not None:
            return self._relative_line(line, measurement)
        value = self._book.parameters[line.parameter].value if line.parameter is not None else line.value
        if value is None:
            return Trace(line, Truth.UNKNOWN, Truth.UNKNOWN, measurement.estimate, measurement=measurement)
        return _numeric(line, measurement.estimate, line.op, value, measurement)

    def _relative_line(self, line: MetricLine, measurement: Measurement) -> Trace:
        """Past ``times`` the reference quantity; the result is sure only where it holds for all of its interval."""
        assert line.times is not None
        assert line.of is not None
        base = self._facts.quantities.get(line.of)
        if base is None:
            fallback = next((f for f in line.fallbacks if self._trace(f.when).by_point is Truth.TRUE), None)
            base = None if fallback is None else Estimate.exact(fallback.value)
        if base is None:
            return Trace(line, Truth.UNKNOWN, Truth.UNKNOWN, measurement.estimate, measurement=measurement)
        point = _numeric(line, measurement.estimate, line.op, line.times * base.point, measurement)
        bounds = [base.low] if base.high is None else [base.low, base.high]
        answers = {compare(measurement.estimate, line.op, line.times * bound).result for bound in bounds}
        sure = len(answers) == 1 and base.high is not None
        result = answers.pop() if sure else Truth.UNKNOWN
        return Trace(
            line, result, point.by_point, point.estimate, point.threshold, point.flip_at, measurement
        )  # fmt: skip


def _numeric(
    condition: MetricLine | QuantityLine,
    estimate: Estimate | None,
    op: str,
    threshold: int | Fraction,
    measurement: Measurement | None = None,
) -> Trace:
    comparison = compare(estimate, op, threshold)  # type: ignore[arg-type]  # both classes hold a Comparator
    return Trace(
        condition, comparison.result, comparison.by_point, estimate, threshold, comparison.flip_at, measurement
    )  # fmt: skip


def _metric_traces(trace: Trace) -> list[Trace]:
    if isinstance(trace.condition, MetricLine):
        return [trace]
    return [found for part in trace.parts for found in _metric_traces(part)]
