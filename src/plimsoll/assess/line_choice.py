"""Which line of a rulebook metered usage is held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plimsoll.assess.assessment import PinnedRule
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import flop_text
from plimsoll.rulebook.condition import MetricLine, leaves
from plimsoll.rulebook.law import Line, Rulebook

LIVE = ("in_force", "enacted", "passed", "proposed")
"""Statuses of a line that binds, or that somebody wants to bind. Those of dead lines come after them."""


def choose_line(rulebook: Rulebook, as_of: date) -> PinnedRule:
    """The lowest numeric compute line for a model or a run that is in force or proposed at `as_of`.

    The lowest, because usage past it is what the regime asks to be told about first; of several at one amount, the one
    that the rulebook puts first. The law is taken as known at
    `as_of`; usage that is older than the rulebook is held against its first text, and `PinnedRule.law_date` says so. A
    rulebook whose lines are all dead (revoked, vetoed, never final) is held to the lowest of those, so that "what would
    that law have found" can be asked.

    Raises:
        PlimsollError: ``assess.no_line`` where the rulebook has no such line.
    """
    for day in (as_of, *_later_texts(rulebook, as_of)):
        lines = [
            line
            for line in rulebook.lines(day, day)
            if line.value is not None and line.subject in ("model", "run") and line.op in ("gt", "ge")
        ]
        live = [line for line in lines if line.status in LIVE]
        chosen = min(live or lines, key=lambda line: line.value or 0, default=None)
        if chosen is not None and chosen.value is not None:
            return _pinned(rulebook, chosen, chosen.value, day)
    raise PlimsollError(
        "assess.no_line",
        f"{rulebook.id} has no compute line with a number for a model or a run on {as_of} or later",
        fix="Choose another --rulebook, such as conditional-treaty, or another --as-of.",
    )


def _later_texts(rulebook: Rulebook, as_of: date) -> list[date]:
    """The days after `as_of` on which a text of the rulebook became known."""
    return sorted({v.known_from for p in rulebook.provisions for v in p.versions if v.known_from > as_of})


def _pinned(rulebook: Rulebook, line: Line, value: int, day: date) -> PinnedRule:
    parameters = tuple((name, flop_text(p.value)) for name, p in sorted(rulebook.parameters.items()))
    placeholder = any(p.placeholder and p.value == value for p in rulebook.parameters.values())
    return PinnedRule(
        id=rulebook.id,
        version=rulebook.version,
        digest=rulebook.digest,
        title=rulebook.title,
        parameters=parameters,
        provision=line.provision,
        provision_title=line.title,
        metric=line.metric,
        comparator=line.op,
        line_flop=int(value),
        placeholder=placeholder,
        status=line.status,
        citation=line.cite,
        law_date=day,
        compute_alone=_is_compute_alone(rulebook, line, day),
    )


def _is_compute_alone(rulebook: Rulebook, line: Line, day: date) -> bool:
    """Whether the provision asks for nothing but compute."""
    [provision] = [provision for provision in rulebook.provisions if provision.id == line.provision]
    version = provision.version(day, day) or provision.next_version(day, day)
    return version is not None and all(isinstance(leaf, MetricLine) for leaf in leaves(version.when))


def about_the_law(rule: PinnedRule, as_of: date) -> Iterator[str]:
    """What the reader must know about the law that was applied, one sentence each."""
    if rule.law_date is not None and rule.law_date > as_of:
        yield (
            f"The usage ends before {as_of}, when {rule.id} did not exist yet; its first text, known since "
            f"{rule.law_date}, was applied."
        )
    if not rule.compute_alone:
        yield (
            f"{rule.provision} ({rule.provision_title}) asks for more than compute. Usage shows compute alone, so "
            "whether the rest of it is met remains to be asked."
        )
