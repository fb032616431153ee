"""The compute of one model, part by part: what a regime's metric later adds up under its own mask.

Laws count different parts of the same work (kernel `component.py`), so a run is kept as one estimate per component and
never as a single number. Nothing here knows a law.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from plimsoll.compute.methods import MethodResult
from plimsoll.compute.reconcile import Reconciliation, reconcile
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import ZERO, Estimate

Amounts = Mapping[Component, Estimate]
"""What is known of each component. A component that is not there is not declared, which is not the same as zero."""

Answer = MethodResult | Sequence[MethodResult]
"""One method's answer for a component, or several that are to be reconciled."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The amounts of one model and where they came from.

    Attributes:
        amounts: one estimate per component.
        caveats: what the methods leave open, each naming its component.
        reconciliations: the components that were given by more than one method.
    """

    amounts: Amounts
    caveats: tuple[str, ...]
    reconciliations: Mapping[Component, Reconciliation]

    @property
    def disagreements(self) -> tuple[str, ...]:
        """A sentence for each component whose methods are further apart than the margin."""
        return tuple(
            f"{component.value}: {found.sentence}"
            for component, found in self.reconciliations.items()
            if not found.within_margin
        )


def break_down(answers: Mapping[Component, Answer]) -> Breakdown:
    """Turns the methods' answers per component into amounts.

    A hardware figure that rests on HFU may contain recomputed activations. They are added to `Component.RECOMPUTE` with
    a point of zero, because their share is unknown and the component itself holds them in its point.
    """
    amounts: dict[Component, Estimate] = {}
    caveats: list[str] = []
    reconciliations: dict[Component, Reconciliation] = {}
    recomputes: list[Estimate] = []
    for component, answer in answers.items():
        results = (answer,) if isinstance(answer, MethodResult) else tuple(answer)
        caveats += [f"{component.value}: {caveat}" for result in results for caveat in result.caveats]
        settled: MethodResult | Reconciliation = results[0] if len(results) == 1 else reconcile(results)
        if isinstance(settled, Reconciliation):
            reconciliations[component] = settled
        amounts[component] = settled.estimate
        if settled.recompute is not None:
            recomputes.append(settled.recompute)
    if recomputes:
        amounts[Component.RECOMPUTE] = total([*recomputes, amounts.get(Component.RECOMPUTE, ZERO)])
    return Breakdown(amounts, tuple(caveats), reconciliations)


def total(estimates: Iterable[Estimate]) -> Estimate:
    """The sum of estimates, bound by bound; without an upper bound if one of them has none."""
    return sum(estimates, ZERO)


def merge(first: Amounts, second: Amounts) -> dict[Component, Estimate]:
    """The amounts of two stages of one model together, e.g. a run and its later fine-tuning."""
    merged = dict(first)
    for component, estimate in second.items():
        merged[component] = merged[component] + estimate if component in merged else estimate
    return merged


def sum_over(amounts: Amounts, counted: Collection[Component], *, complete: bool = False) -> Estimate | None:
    """The sum of the counted components.

    Args:
        amounts: what is known.
        counted: the components to add.
        complete: the declaration names every component that was used, so a missing one is zero.

    Returns:
        None where none of the counted components is known and nothing says they are zero. If only some are, the low and
        the point are what is known, and nothing bounds the sum from above.
    """
    known = [amounts[component] for component in counted if component in amounts]
    if complete or len(known) == len(set(counted)):
        return total(known)
    if not known:
        return None
    found = total(known)
    return Estimate(found.low, found.point, None)


def parse_component(name: str) -> Component:
    """Reads a component's name as it stands in declarations and rulebooks.

    Raises:
        PlimsollError: ``component.unknown``.
    """
    try:
        return Component(name)
    except ValueError:
        raise PlimsollError(
            "component.unknown",
            f'"{name[:60]}" is not a compute component',
            fix="Use one of " + ", ".join(component.value for component in Component) + ".",
            where=Where(field=name[:60]),
        ) from None
