"""Applies a metric to a subject: which components count, which do not, which are missing, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import ZERO, Estimate
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.law import Metric


@dataclass(frozen=True, slots=True)
class Measurement:
    """The value of one metric for one subject, with how it came about.

    Attributes:
        estimate: the sum of the counted components in FLOP; open above where one is missing; None if nothing is known.
        used: components that were counted.
        left_out: declared components that this metric does not count.
        missing: components that this metric counts but nobody declared.
        undivided: only a total whose parts are not told apart was declared. It is taken as it stands, unless the metric
            leaves out pre-training, of which every total consists for the most part, or counts only the developer's own
            compute of a total to which others contributed: then the value is unknown.
    """

    metric: str
    estimate: Estimate | None
    used: tuple[Component, ...] = ()
    left_out: tuple[Component, ...] = ()
    missing: tuple[Component, ...] = ()
    undivided: bool = False


def measure(metric: Metric, facts: Facts) -> Measurement:
    """The metric's value. Missing components leave the upper bound open: they are unknown, never zero."""
    others = facts.not_by_developer & metric.include if metric.applied_by == "developer" else frozenset()
    if not facts.components:
        value = facts.total if metric.counts_pretraining and not others else None
        return Measurement(metric.id, value, undivided=facts.total is not None)
    used, left_out = [], []
    total = ZERO
    for component, estimate in facts.components.items():
        if component in metric.include and component not in others:
            used.append(component)
            total = total + estimate
        else:
            left_out.append(component)
    missing: tuple[Component, ...] = ()
    if not facts.complete:
        counted = metric.include - others
        missing = tuple(c for c in Component if c in counted and c not in facts.components)
    if missing:
        total = Estimate(total.low, total.point, None)
    known = total if used or not missing else None
    return Measurement(metric.id, known, tuple(used), tuple(left_out), missing)
