"""The hardware-based method: accelerators, for how long, at which peak, how well used.

Implements: European Commission, guidelines for providers of general-purpose AI models (18 July 2025), Annex A.2:
C = N · L · H · U, per period and summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from plimsoll.compute.methods import EU_MARGIN, VERSION, Exact, MethodResult, Tier, bounded, refused
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.flop import parse_exact
from plimsoll.kernel.period import Period
from plimsoll.kernel.rounding import divide_half_even

NS_PER_HOUR = 3600 * 10**9

FORWARD_SHARE = Fraction(1, 4)
"""The largest share of hardware operations that recomputes activations: one extra forward pass beside a forward pass
and a backward pass that costs two."""

UtilisationKind = Literal["mfu", "hfu"]

_TIER_OF_BASIS: dict[str, Tier] = {"measured": "A", "declared": "B", "assumed": "C"}


@dataclass(frozen=True, slots=True)
class HardwarePeriod:
    """One kind of accelerator, in one number, for one stretch of time.

    Attributes:
        chip: the accelerator's name, for the trace.
        count: accelerators N, constant over the stretch; 0 states a pause.
        peak_gflops: dense peak of one accelerator at `precision`, in GFLOP/s, which is FLOP per nanosecond.
        length: the stretch: a dated period, or its nanoseconds.
        utilisation: the achieved share U of the peak, above 0 and at most 1.
        utilisation_kind: ``mfu`` counts the model's operations; ``hfu`` counts recomputed activations too.
        precision: number format that the peak belongs to.
        basis: where `utilisation` comes from.
        cluster: tells groups of one chip apart that run at the same time.
    """

    chip: str
    count: int
    peak_gflops: int
    length: Period | int
    utilisation: Exact
    utilisation_kind: UtilisationKind | None
    precision: str = ""
    basis: Literal["measured", "declared", "assumed"] = "declared"
    cluster: str = ""

    def __post_init__(self) -> None:
        if self.utilisation_kind not in ("mfu", "hfu"):
            raise refused(
                "method.utilisation_unnamed",
                f"the utilisation {self.utilisation} of {self.chip} does not say whether it is MFU or HFU",
                "Name it: mfu counts the model's operations, hfu counts recomputed activations as well.",
                "utilisation_kind",
            )
        if not 0 < self.utilisation <= 1:
            raise refused(
                "method.utilisation_range",
                f"the utilisation {self.utilisation} of {self.chip} is not above 0 and at most 1",
                'Give the share of the peak that was achieved, e.g. "0.41" for 41 %.',
                "utilisation",
            )
        if self.count < 0 or self.peak_gflops <= 0 or self.nanoseconds <= 0:
            raise refused(
                "method.not_positive",
                f"{self.chip}: {self.count} accelerators of {self.peak_gflops} GFLOP/s for {self.nanoseconds} ns",
                "Give a peak and a length above zero, and a count of zero (a pause) or more.",
                "periods",
            )

    @property
    def nanoseconds(self) -> int:
        return self.length.nanoseconds if isinstance(self.length, Period) else self.length

    @property
    def accel_ns(self) -> int:
        """Accelerator-nanoseconds: usage without a unit that needs rounding."""
        return self.count * self.nanoseconds

    @property
    def exact_flop(self) -> Fraction:
        return self.accel_ns * self.peak_gflops * Fraction(self.utilisation)


def hours(amount: Exact | str) -> int:
    """Hours as whole nanoseconds, rounded half-even."""
    exact = parse_exact(amount) * NS_PER_HOUR
    return divide_half_even(exact.numerator, exact.denominator)


def hardware_based(
    periods: Sequence[HardwarePeriod], *, run: Period | int | None = None, margin: Fraction = EU_MARGIN
) -> MethodResult:
    """C = N · L · H · U, summed over periods (Annex A.2).

    Mixed hardware is several periods at one time: their sum equals the guideline's average peak weighted by count. A
    stretch given as HFU stands in full in the point and the high bound, because nobody said which share of it was
    recomputation; the low bound takes one recomputed forward pass per step away (a quarter), and that quarter is
    returned as the upper bound of `MethodResult.recompute`.

    Args:
        periods: the run, without a gap.
        run: the run's own period or length in nanoseconds; where given, the periods must add up to it.
        margin: half-width of the bounds as a fraction of the figure.

    Raises:
        PlimsollError: ``method.no_periods``, ``method.periods_overlap``, ``method.periods_gap``,
            ``method.periods_outside``, ``flop.too_large``.
    """
    if not periods:
        raise refused("method.no_periods", "no hardware period is given", "Give at least one period.", "periods")
    _refuse_overlaps(periods)
    if run is not None:
        _require_cover(periods, run)
    by_kind = {
        kind: sum((period.exact_flop for period in periods if period.utilisation_kind == kind), Fraction(0))
        for kind in ("mfu", "hfu")
    }
    whole = bounded(by_kind["mfu"] + by_kind["hfu"], margin)
    caveats: list[str] = []
    recompute = None
    if by_kind["hfu"]:
        least = bounded(by_kind["mfu"] + by_kind["hfu"] * (1 - FORWARD_SHARE), margin)
        whole = Estimate(least.low, whole.point, whole.high)
        recompute = Estimate(0, 0, bounded(by_kind["hfu"] * FORWARD_SHARE, margin).high)
        caveats.append(
            "The utilisation is HFU, which counts recomputed activations; the EU does not. The split is not declared: "
            "the point counts all of it, the low bound leaves out at most one recomputed forward pass per step. "
            "Declare the MFU to settle it."
        )
    if any(period.basis == "assumed" for period in periods):
        caveats.append("The utilisation is assumed, not declared.")
    return MethodResult(
        "hardware",
        VERSION,
        whole,
        max(_TIER_OF_BASIS[period.basis] for period in periods),
        tuple(_period_inputs(periods)),
        tuple(caveats),
        recompute,
    )


def _refuse_overlaps(periods: Iterable[HardwarePeriod]) -> None:
    seen: dict[tuple[str, str], list[Period]] = {}
    for period in periods:
        if isinstance(period.length, Period):
            seen.setdefault((period.chip, period.cluster), []).append(period.length)
    for (chip, _), stretches in seen.items():
        stretches.sort(key=lambda stretch: stretch.start)
        for earlier, later in pairwise(stretches):
            if earlier.overlaps(later):
                raise refused(
                    "method.periods_overlap",
                    f"{chip} is counted twice: {earlier} and {later} overlap",
                    "Split the periods so that they touch, or name the cluster of each if both ran at once.",
                    "periods",
                )


def _require_cover(periods: Sequence[HardwarePeriod], run: Period | int) -> None:
    dated = [period.length for period in periods if isinstance(period.length, Period)]
    length = run.nanoseconds if isinstance(run, Period) else run
    if isinstance(run, Period) and dated:
        if any(stretch.start < run.start or stretch.end > run.end for stretch in dated):
            raise _outside(f"a hardware period lies partly outside the run {run}")
        if len(dated) == len(periods) and (gap := _first_gap(dated, run)):
            raise _gap(f"no hardware is stated for {gap}")
    groups: dict[tuple[str, str], int] = {}
    for period in periods:
        key = (period.chip, period.cluster)
        groups[key] = groups.get(key, 0) + period.nanoseconds
    if max(groups.values()) > length:
        raise _outside(f"the periods of one chip last {max(groups.values())} ns, longer than the run's {length} ns")
    if sum(groups.values()) < length:
        raise _gap(f"the periods last {sum(groups.values())} ns together, less than the run's {length} ns")


def _first_gap(stretches: Iterable[Period], run: Period) -> Period | None:
    reached = run.start
    for stretch in sorted(stretches, key=lambda stretch: stretch.start):
        if stretch.start > reached:
            return Period(reached, stretch.start)
        reached = max(reached, stretch.end)
    return Period(reached, run.end) if reached < run.end else None


def _period_inputs(periods: Sequence[HardwarePeriod]) -> Iterable[tuple[str, str]]:
    for number, period in enumerate(periods, 1):
        length = str(period.length) if isinstance(period.length, Period) else f"{period.length} ns"
        precision = f" {period.precision}" if period.precision else ""
        peak = f"{period.peak_gflops} GFLOP/s{precision}"
        utilisation = f"{str(period.utilisation_kind).upper()} {period.utilisation} ({period.basis})"
        yield f"period {number}", f"{period.count} × {period.chip} · {length} · {peak} · {utilisation}"


def _gap(what: str) -> PlimsollError:
    return refused("method.periods_gap", what, "State the hardware of the whole run; count 0 for a pause.", "periods")


def _outside(what: str) -> PlimsollError:
    return refused("method.periods_outside", what, "Correct the periods or the run's own start and end.", "periods")
