"""How much hardware a run of a given size takes: peaks from the catalogue, whole numbers throughout."""

from __future__ import annotations

from functools import cache

from plimsoll.compute.catalogue import load_catalogue
from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.providers import UNMAPPED_PEAK_GFLOPS, Sku
from plimsoll.sample.rhythm import MEAN_PERMILLE
from plimsoll.sample.roster import MICRO, Shape

BP = 10_000
TRAIN_BP = 4_000
"""Prior utilisation of training and of unlabelled usage, in basis points: what an assessment assumes unmeasured."""
OTHER_BP = 1_500
"""The same for usage declared as inference or other."""
NS_PER_MICRO_HOUR = 3_600_000
"""Nanoseconds in a millionth of an hour."""


@cache
def _peak(chip: str | None) -> int:
    if chip is None:
        return UNMAPPED_PEAK_GFLOPS
    peak = load_catalogue().get(chip).training_peak
    if peak is None:
        raise PlimsollError(
            "sample.no_peak",
            f"the catalogue has no dense peak for {chip}, which the sample sells",
            fix="Add a bf16, fp16 or fp32 figure for it to the hardware catalogue.",
        )
    return peak[1]


def flop_per_micro(sku: Sku) -> int:
    """The bound of FLOP in a millionth of one unit: nanoseconds times accelerators times FLOP per nanosecond."""
    return NS_PER_MICRO_HOUR * sku.accelerators * _peak(sku.chip)


def level_for(cap_flop: int, sku: Sku, shape: Shape, hours: int) -> int:
    """Millionths of a unit per hour that add up to about `cap_flop` over the hours; whole units, at least one."""
    per_unit = flop_per_micro(sku) * MICRO * hours * MEAN_PERMILLE[shape] // 1000
    return max(1, -(-cap_flop // per_unit)) * MICRO


def level_within(cap_flop: int, sku: Sku, hours: int) -> int:
    """The most whole units that cannot pass `cap_flop` over the hours, in millionths of a unit per hour."""
    return cap_flop // (flop_per_micro(sku) * MICRO * hours) * MICRO
