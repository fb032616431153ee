"""Checks one declared model or run against the law: what it is past, by which figure, and what is owed by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from plimsoll.assess.declarations import Declaration
from plimsoll.compute.methods import EU_MARGIN
from plimsoll.compute.reconcile import agree
from plimsoll.kernel.canonical import JsonValue
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import Comparator, Estimate, Truth
from plimsoll.kernel.flop import flop_text, show_flop
from plimsoll.kernel.period import instant_text
from plimsoll.rulebook.condition import MetricLine, leaves
from plimsoll.rulebook.evaluate import Outcome, Owed, ProvisionResult, evaluate
from plimsoll.rulebook.explain import explain
from plimsoll.rulebook.law import Rulebook


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is owed because a provision applies.

    Attributes:
        regime: the rulebook that asks for it.
        status: of the provision that asks for it: "in_force" binds; the others say what a proposal or a dead law would
            ask.
        recipient: name of the body it goes to; `time_zone` is where that body counts its days.
        clock: the deadline rule in words, and where no date follows from it, why.
        due: the first instant that is too late, UTC; None where there is none.
        conditional: it has a further condition that nobody has answered yet.
    """

    id: str
    regime: str
    status: str | None
    what: str
    recipient: str
    time_zone: str
    clock: str
    due: datetime | None
    conditional: bool
    citation: str

    @property
    def binding(self) -> bool:
        return self.status == "in_force"


@dataclass(frozen=True, slots=True)
class CheckedProvision:
    """The answer of one provision about one declaration.

    Attributes:
        subject: what the provision is about: model, run, cluster, developer or incident.
        metric: of the compute condition that decides; None where the provision has no compute line. With it come
            `estimate` (None: nothing declared), `comparator`, `line` (None: not set) and `flip_at`.
        tier: regulated, permission_only or prohibited: what applies where the answer is true.
    """

    regime: str
    provision: str
    title: str
    subject: str
    status: str | None
    result: Outcome
    by_point: Truth
    tier: str | None
    permitted_to: str
    metric: str | None
    estimate: Estimate | None
    comparator: Comparator | None
    line: int | None
    flip_at: int | None
    explanation: str
    duties: tuple[Duty, ...]

    @property
    def binding(self) -> bool:
        return self.status == "in_force"


@dataclass(frozen=True, slots=True)
class Check:
    """Everything that the law says about one declaration on one day.

    Attributes:
        contradictions: sentences about figures of the declaration that cannot all be true.
        caveats: what the methods behind its figures leave open.
    """

    declaration: Declaration
    as_of: date
    known: date
    results: tuple[CheckedProvision, ...]
    contradictions: tuple[str, ...]
    caveats: tuple[str, ...]

    @property
    def duties(self) -> tuple[Duty, ...]:
        """All duties, binding ones first, each group by due instant; those without one last."""
        duties = [duty for result in self.results for duty in result.duties]
        return tuple(sorted(duties, key=lambda d: (not d.binding, d.due.isoformat() if d.due else "undated", d.id)))


def check(declaration: Declaration, rulebooks: Sequence[Rulebook], as_of: date, known: date) -> Check:
    """Evaluates every provision of every rulebook for one declaration.

    Args:
        as_of: the day on which the law must be valid.
        known: the day as whose knowledge of the law counts.

    Raises:
        PlimsollError: ``check.unknown_question`` where the declaration answers a question that its rulebook does not
            ask: a mistyped name would leave the question open in silence.
    """
    for rulebook in rulebooks:
        _refuse_unknown_questions(declaration, rulebook)
    results = tuple(
        _checked(result, rulebook)
        for rulebook in rulebooks
        for result in evaluate(declaration.facts, rulebook, as_of, known)
    )
    return Check(declaration, as_of, known, results, tuple(contradictions(declaration)), declaration.caveats)


def _refuse_unknown_questions(declaration: Declaration, rulebook: Rulebook) -> None:
    questions = rulebook.questions()
    for name in declaration.facts.answers:
        if name.startswith(f"{rulebook.id}.") and name not in questions:
            raise PlimsollError(
                "check.unknown_question",
                f"the declaration answers {name}, which {rulebook.id} does not ask",
                fix=f"Use one of: {', '.join(sorted(questions)) or 'none, it asks no question'}.",
                where=Where(file=declaration.file, line=declaration.line, field="answers"),
            )


def contradictions(declaration: Declaration) -> Iterator[str]:
    """Figures that cannot all be true: methods beyond 30 % apart, more compute than the hardware can do."""
    for part, reconciliation in declaration.reconciliations:
        if not reconciliation.within_margin:
            yield f"{part}: {reconciliation.sentence}"
    here, bound = declaration.here, declaration.hardware_bound
    if declaration.utilisation is not None and declaration.utilisation.share > 1:
        yield f"The declared utilisation is {_percent(declaration.utilisation.share)}; more than 100 % is impossible."
    if here is None or not bound:
        return
    if here.point > bound:
        yield (
            f"{show_flop(here.point)} FLOP is declared, but the declared hardware can do at most {show_flop(bound)} "
            f"FLOP: an implied utilisation of {_percent(Fraction(here.point, bound))}."
        )
    elif declaration.utilisation is not None:
        implied = declaration.utilisation.share * bound
        if not agree(here.point, implied.__floor__(), EU_MARGIN):
            yield (
                f"{show_flop(here.point)} FLOP is declared, but the declared hardware at the declared utilisation "
                f"gives {show_flop(implied.__floor__())} FLOP: further apart than 30 %."
            )


def as_json(checked: Check) -> JsonValue:
    """The answer for programs; amounts as decimal strings, instants in UTC."""
    return {
        "subject": checked.declaration.id,
        "as_of": str(checked.as_of),
        "known": str(checked.known),
        "results": [_result_json(result) for result in checked.results],
    }


def _checked(result: ProvisionResult, rulebook: Rulebook) -> CheckedProvision:
    line = result.line
    condition = line.condition if line is not None else None
    metric = condition if isinstance(condition, MetricLine) else None
    threshold = line.threshold if line else None
    if line is None and result.version is not None:
        # Not in force yet: the line that is coming, without an answer.
        metric = next((leaf for leaf in leaves(result.version.when) if isinstance(leaf, MetricLine)), None)
        parameters = {name: parameter.value for name, parameter in rulebook.parameters.items()}
        threshold = metric.threshold(parameters) if metric else None
    return CheckedProvision(
        regime=result.regime,
        provision=result.provision.id,
        title=result.provision.title,
        subject=result.provision.subject,
        status=result.status,
        result=result.outcome,
        by_point=result.by_point,
        tier=result.version.tier if result.version else None,
        permitted_to=result.version.permitted_to if result.version else "",
        metric=metric.metric if metric else None,
        estimate=line.estimate if line else None,
        comparator=metric.op if metric else None,
        line=_whole_line(threshold, metric.op if metric else "gt"),
        flip_at=line.flip_at if line else None,
        explanation=explain(result),
        duties=tuple(_duty(result, owed) for owed in result.owed),
    )


def _whole_line(threshold: int | Fraction | None, comparator: Comparator) -> int | None:
    """A relative line may be a fraction; whole amounts compare with it as with this whole number."""
    if threshold is None:
        return None
    return threshold.__floor__() if comparator in ("gt", "le") else threshold.__ceil__()


def _duty(result: ProvisionResult, owed: Owed) -> Duty:
    clock = owed.due.clock
    if owed.due.state == "not_started":
        clock += " (not started: nothing that starts it is declared)"
    elif owed.due.state == "stopped":
        clock += " (stopped)"
    if owed.conditional:
        clock += " (only if its own condition holds, which nobody has answered)"
    return Duty(
        id=owed.obligation.id,
        regime=result.regime,
        status=result.status,
        what=owed.obligation.what,
        recipient=owed.recipient.name,
        time_zone=owed.recipient.time_zone,
        clock=clock,
        due=owed.due.at if owed.due.state == "due" else None,
        conditional=owed.conditional,
        citation=owed.obligation.cite,
    )


def _result_json(result: CheckedProvision) -> JsonValue:
    estimate = result.estimate
    return {
        "regime": result.regime,
        "provision": result.provision,
        "status": result.status,
        "result": result.result.value,
        "metric": result.metric,
        "estimate": None
        if estimate is None
        else {
            "low": flop_text(estimate.low),
            "point": flop_text(estimate.point),
            "high": _text(estimate.high),
        },
        "line": _text(result.line),
        "flip_at": _text(result.flip_at),
        "explanation": result.explanation,
        "obligations": [
            {
                "id": duty.id,
                "what": duty.what,
                "recipient": duty.recipient,
                "clock": duty.clock,
                "due": None if duty.due is None else instant_text(duty.due),
                "citation": duty.citation,
            }
            for duty in result.duties
        ],
    }


def _text(amount: int | None) -> str | None:
    return None if amount is None else flop_text(amount)


def _percent(share: Fraction) -> str:
    return f"{(share * 100).__floor__():,} %"
