"""The conditions that a provision can set: lines over metrics, facts, questions for a body, and their combinations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from plimsoll.kernel.estimate import Comparator


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stands in for an unknown reference quantity of a relative line, where `when` holds."""

    when: Condition
    value: int


@dataclass(frozen=True, slots=True)
class MetricLine:
    """A metric compared with a line.

    The line is `value`; or the rulebook's parameter `parameter`; or ``times`` the quantity `of` (a relative line, with
    fallbacks where the quantity is unknown); or, where all three are None, not set yet.
    """

    metric: str
    op: Comparator
    value: int | None = None
    parameter: str | None = None
    times: Fraction | None = None
    of: str | None = None
    fallbacks: tuple[Fallback, ...] = ()

    def threshold(self, parameters: Mapping[str, int]) -> int | None:
        """The line's own number, or None where it is relative or not set."""
        return parameters[self.parameter] if self.parameter is not None else self.value


@dataclass(frozen=True, slots=True)
class QuantityLine:
    """A numeric fact compared with a fixed value."""

    quantity: str
    op: Comparator
    value: int


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """A fact in words is one of `values`, or, for a list of words, holds one of them."""

    attribute: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class DateIs:
    """A date lies before `before`, or on or after `on_or_after`."""

    name: str
    before: date | None = None
    on_or_after: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A qualitative condition that a named body answers."""

    id: str
    text: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class ProvisionHolds:
    """Another provision, earlier in the same rulebook, is fulfilled."""

    provision: str


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for everybody, e.g. a duty of the authority itself."""


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition: TypeAlias = (
    MetricLine | QuantityLine | AttributeIs | DateIs | Question | ProvisionHolds | Always | AllOf | AnyOf | Not
)


def everything_asked(condition: Condition) -> Iterator[Condition]:
    """Every elementary condition, those of fallbacks included."""
    for leaf in leaves(condition):
        yield leaf
        if isinstance(leaf, MetricLine):
            for fallback in leaf.fallbacks:
                yield from everything_asked(fallback.when)


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every elementary condition, left to right. Conditions of fallbacks are not part of the tree."""
    if isinstance(condition, (AllOf, AnyOf)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition
