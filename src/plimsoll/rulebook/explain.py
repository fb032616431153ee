"""Puts an answer into words that can stand in a letter: what was compared with what, and what would change it."""

from __future__ import annotations

from fractions import Fraction

from plimsoll.kernel.estimate import Comparator, Estimate, Truth
from plimsoll.kernel.flop import show_flop
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
from plimsoll.rulebook.evaluate import Outcome, ProvisionResult, Trace

COMPARISONS: dict[Comparator, str] = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}


def explain(result: ProvisionResult) -> str:
    """The whole answer of a provision in a few sentences."""
    if result.outcome is Outcome.NOT_IN_FORCE:
        return _not_in_force(result)
    assert result.trace is not None
    assert result.version is not None
    sentences = [_STATUS_WORDS[result.version.status], explain_trace(result.trace)]
    if result.outcome is Outcome.UNKNOWN and result.by_point is not Truth.UNKNOWN:
        holds = "holds" if result.by_point is Truth.TRUE else "does not hold"
        sentences.append(f"By the point estimates alone it {holds}, and duties follow the point estimate.")
    sentences += [f"Exempt: {exemption.text.rstrip('.')} ({exemption.cite})." for exemption in result.relieved]
    return " ".join(sentence for sentence in sentences if sentence)


def explain_trace(trace: Trace) -> str:
    """One condition and its parts, depth first."""
    condition = trace.condition
    if isinstance(condition, (AllOf, AnyOf)):
        word = "All must hold" if isinstance(condition, AllOf) else "One is enough"
        parts = "; ".join(explain_trace(part).rstrip(".") for part in trace.parts)
        return f"{word} ({trace.result.value}): {parts}."
    if isinstance(condition, Not):
        return f"The opposite of: {explain_trace(trace.parts[0])}"
    if isinstance(condition, (MetricLine, QuantityLine)):
        return _numeric(trace, condition)
    return f"{describe(condition)}: {trace.result.value if trace.result is not Truth.UNKNOWN else 'not known'}."


def describe(condition: Condition) -> str:
    """A condition in words, without an answer."""
    match condition:
        case MetricLine():
            return f"{condition.metric} is {COMPARISONS[condition.op]} {_line_words(condition)}"
        case QuantityLine():
            return f"{_words(condition.quantity)} is {COMPARISONS[condition.op]} {condition.value:,}"
        case AttributeIs():
            values = " or ".join(_value_words(value) for value in condition.values)
            return f"{_words(condition.attribute)} is {values}"
        case DateIs():
            when = f"before {condition.before}" if condition.before else f"on or after {condition.on_or_after}"
            return f"{_words(condition.name)} {when}"
        case Question():
            return f"{condition.text.rstrip('?')}? (decided by {condition.decided_by})"
        case ProvisionHolds():
            return f"{condition.provision} holds"
        case Always():
            return "applies without condition"
        case AllOf():
            return "all of: " + "; ".join(describe(part) for part in condition.parts)
        case AnyOf():
            return "any of: " + "; ".join(describe(part) for part in condition.parts)
        case Not():
            return f"not: {describe(condition.part)}"


def _numeric(trace: Trace, condition: MetricLine | QuantityLine) -> str:
    name = condition.metric if isinstance(condition, MetricLine) else _words(condition.quantity)
    flop = isinstance(condition, MetricLine)
    if trace.threshold is None and isinstance(condition, MetricLine):
        why = "its line is not set" if condition.of is None else f"{_words(condition.of or '')} is not known"
        return f"{name} cannot be compared: {why}."
    threshold = _amount(trace.threshold, flop)
    if trace.estimate is not None and threshold == _amount(trace.estimate.point, flop):
        threshold = f"{threshold} (exactly {trace.threshold}; the estimate is {trace.estimate.point})"
    if trace.estimate is None and trace.measurement is not None and trace.measurement.undivided:
        return f"{name} counts only a part of the declared total, which is not told apart."
    if trace.estimate is None:
        return f"{name} is not known, so it cannot be said whether it is {COMPARISONS[condition.op]} {threshold}."
    found = f"{name} is {_estimate(trace.estimate, flop)}{_counted(trace)}"
    verdict = {
        Truth.TRUE: f"which is {COMPARISONS[condition.op]} {threshold}",
        Truth.FALSE: f"which is not {COMPARISONS[condition.op]} {threshold}",
        Truth.UNKNOWN: f"which may or may not be {COMPARISONS[condition.op]} {threshold}",
    }[trace.result]
    return f"{found}, {verdict}; the answer by the point estimate flips at {trace.flip_at}."


def _counted(trace: Trace) -> str:
    measurement = trace.measurement
    if measurement is None:
        return ""
    if measurement.undivided:
        return " (a total whose components are not told apart)"
    parts = []
    if measurement.used:
        parts.append("counting " + ", ".join(c.value for c in measurement.used))
    if measurement.left_out:
        parts.append("leaving out " + ", ".join(c.value for c in measurement.left_out))
    if measurement.missing:
        parts.append("without " + ", ".join(c.value for c in measurement.missing) + ", which nobody declared")
    return f" ({'; '.join(parts)})" if parts else ""


def _estimate(estimate: Estimate, flop: bool) -> str:
    point = _amount(estimate.point, flop)
    if estimate.high is None:
        return f"at least {_amount(estimate.low, flop)}, without an upper bound"
    if estimate.low == estimate.high:
        return point
    return f"{point}, between {_amount(estimate.low, flop)} and {_amount(estimate.high, flop)}"


def _amount(amount: int | Fraction | None, flop: bool) -> str:
    if amount is None:
        return "a line that is not set"
    if isinstance(amount, Fraction) and amount.denominator != 1:
        whole = amount.numerator // amount.denominator
        return f"about {show_flop(whole)} FLOP" if flop else f"about {whole:,}"
    return f"{show_flop(int(amount))} FLOP" if flop else f"{int(amount):,}"


def _line_words(line: MetricLine) -> str:
    if line.of is not None:
        return f"{line.times} of {_words(line.of)}"
    if line.parameter is not None:
        return f"the {line.parameter} that the authority sets"
    return "a line that is not set" if line.value is None else f"{show_flop(line.value)} FLOP"


def _not_in_force(result: ProvisionResult) -> str:
    if result.version is None:
        return "As the law was known on that day, there was no such provision, or it had ended."
    asks, first = describe(result.version.when), result.version.valid_from
    if result.version.status == "in_force":
        return f"Not yet in force: it takes effect on {first}. It would ask: {asks}."
    return f"Not yet there: this text begins on {first}. {_STATUS_WORDS[result.version.status]} It asks: {asks}."


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value_words(value: str | bool) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


_STATUS_WORDS = {
    "in_force": "",
    "enacted": "Enacted, not yet binding.",
    "proposed": "A proposal, not law.",
    "passed": "Passed, but not signed into law.",
    "revoked": "Revoked: it binds nobody any more; this is what its line says.",
    "vetoed": "Vetoed: it never became law; this is what its line says.",
    "never_final": "Never made final; this is what its line says.",
}
