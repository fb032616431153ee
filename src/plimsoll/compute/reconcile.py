"""Two methods for one run: how far they are apart, and the one estimate that respects both.

Implements: European Commission, guidelines for providers of general-purpose AI models (18 July 2025), Annex A.2: an
estimate must be accurate within 30 % of the reported estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from plimsoll.compute.methods import EU_MARGIN, MethodResult
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import show_flop


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Several answers for one run, set against each other.

    Attributes:
        results: the answers, as given.
        ratio: the largest point over the smallest; None where the smallest is zero and the largest is not.
        within_margin: the points agree within `margin`, whichever of them is the reported one.
        margin: the margin used, as a fraction.
        estimate: the largest point, with bounds that hold every method's interval. The largest, because a line must
            not be missed by choosing the kinder method.
        recompute: the widest recomputation that any of the methods may contain; None where none does.
    """

    results: tuple[MethodResult, ...]
    ratio: Fraction | None
    within_margin: bool
    margin: Fraction
    estimate: Estimate
    recompute: Estimate | None

    @property
    def sentence(self) -> str:
        """The outcome in words, for a report."""
        points = " and ".join(f"{show_flop(result.estimate.point)} ({result.method})" for result in self.results)
        percent = f"{_percent(self.margin)} %"
        if self.within_margin:
            return f"The methods give {points} FLOP, which agree within {percent}."
        return f"The methods give {points} FLOP, which disagree by more than {percent}: correct one or explain both."


def reconcile(results: Sequence[MethodResult], margin: Fraction = EU_MARGIN) -> Reconciliation:
    """Sets two or more methods for one run against each other.

    The points agree when the larger is at most ``1 + margin`` times the smaller. That is the stricter reading of "30 %
    of the reported estimate": then each lies within the margin of the other, whichever was reported.

    Raises:
        PlimsollError: ``reconcile.too_few`` for fewer than two results.
    """
    if len(results) < 2:
        raise PlimsollError(
            "reconcile.too_few",
            f"{len(results)} methods are given, but two are needed to set them against each other",
            fix="Give the same run by a second method, for instance architecture and hardware.",
        )
    points = [result.estimate.point for result in results]
    highs = [result.estimate.high for result in results]
    recomputes = [result.recompute for result in results if result.recompute is not None]
    largest, smallest = max(points), min(points)
    return Reconciliation(
        results=tuple(results),
        ratio=Fraction(largest, smallest) if smallest else Fraction(1) if largest == 0 else None,
        within_margin=all(agree(first, second, margin) for first, second in combinations(points, 2)),
        margin=margin,
        estimate=Estimate(
            min(result.estimate.low for result in results),
            largest,
            None if None in highs else max(high for high in highs if high is not None),
        ),
        recompute=max(recomputes, key=lambda estimate: estimate.high or 0) if recomputes else None,
    )


def agree(first: int, second: int, margin: Fraction = EU_MARGIN) -> bool:
    """Whether each of two amounts lies within `margin` of the other."""
    return max(first, second) <= (1 + margin) * min(first, second)


def _percent(margin: Fraction) -> str:
    percent = margin * 100
    return str(percent.numerator) if percent.denominator == 1 else f"{percent.numerator}/{percent.denominator}"
