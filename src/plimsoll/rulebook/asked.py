"""What facts a rulebook asks for, by the names that a declaration or a case gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.rulebook.condition import AttributeIs, Condition, DateIs, MetricLine, QuantityLine, Question
from plimsoll.rulebook.law import ClockRule, Rulebook


@dataclass(frozen=True, slots=True)
class FactsAsked:
    """Names in alphabetical order: of `vocabulary` for the first four, and the questions themselves."""

    quantities: tuple[str, ...]
    attributes: tuple[str, ...]
    dates: tuple[str, ...]
    events: tuple[str, ...]
    questions: tuple[Question, ...]


def facts_asked(rulebook: Rulebook) -> FactsAsked:
    """Everything that any version of any provision asks for, compute apart."""
    versions = [version for provision in rulebook.provisions for version in provision.versions]
    asked = [leaf for version in versions for leaf in version.asked()]
    clocks = [obligation.clock for version in versions for obligation in version.obligations]
    questions = rulebook.questions()
    return FactsAsked(
        quantities=_sorted(_quantities(asked)),
        attributes=_sorted(leaf.attribute for leaf in asked if isinstance(leaf, AttributeIs)),
        dates=_sorted(leaf.name for leaf in asked if isinstance(leaf, DateIs)),
        events=_sorted(name for clock in clocks for name in _events(clock)),
        questions=tuple(questions[name] for name in sorted(questions)),
    )


def _quantities(asked: list[Condition]) -> Iterator[str]:
    for leaf in asked:
        if isinstance(leaf, QuantityLine):
            yield leaf.quantity
        elif isinstance(leaf, MetricLine) and leaf.of is not None:
            yield leaf.of


def _events(clock: ClockRule) -> Iterator[str]:
    yield from clock.starts
    yield from clock.stops
    yield from (extension.on for extension in clock.extensions)
    if clock.before is not None:
        yield clock.before


def _sorted(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
