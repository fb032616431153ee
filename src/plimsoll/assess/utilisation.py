"""Do a declaration's own figures fit together? The utilisation that they imply, set against what is possible.

A model whose stated compute needs more than its stated hardware could do in its stated time contradicts itself. Often
the reason is harmless: published totals include the base model's compute, while the hardware is that of fine-tuning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from plimsoll.compute.catalogue import Catalogue, Chip

Exact = int | Fraction

_NS_PER_HOUR = 3600 * 10**9
_NARROW_FORMATS = {"FP8": "fp8", "INT8": "int8", "FP4": "fp4", "FP6": "fp6"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row states about how its compute was done."""

    row: int
    model: str
    compute: Exact
    hardware: str
    quantity: Exact
    hours: Exact
    finetune_compute: Exact | None = None
    base_model: str = ""
    number_format: str = ""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A claim that implies more than the hardware can do.

    Attributes:
        chip: id in the hardware catalogue.
        precision: number format of the peak that was taken as the bound.
        peak_gflops: that peak.
        implied: utilisation implied by the whole compute; above 1.
        finetune: utilisation implied by the fine-tuning compute alone, where that is stated.
        verdict: ``explained_by_base`` if fine-tuning alone fits, else ``open``.
    """

    claim: Claim
    chip: str
    precision: str
    peak_gflops: int
    implied: Fraction
    finetune: Fraction | None
    verdict: Literal["explained_by_base", "open"]

    @property
    def explanation(self) -> str:
        """Why it is listed, and what would clear it."""
        if self.verdict == "explained_by_base":
            base = f" of {self.claim.base_model}" if self.claim.base_model else ""
            return f"The total includes the base model's compute{base}; fine-tuning alone fits the stated hardware."
        return (
            "The stated hardware cannot do this much in the stated time. It is cleared by a correct number of "
            "accelerators or hours, by a lower figure, or by the part of the compute that a base model brought along."
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The claims of one class of hardware: how many were checked, and those that contradict themselves, worst first."""

    checked: int
    discrepancies: tuple[Discrepancy, ...]

    @property
    def explained(self) -> int:
        return sum(1 for found in self.discrepancies if found.verdict == "explained_by_base")


@dataclass(frozen=True, slots=True)
class Consistency:
    """The outcome for all claims.

    Attributes:
        accelerators: claims on hardware built for training in 16 bits (`_trains_in_16_bits`), which every run near a
            line uses.
        other: claims on GPUs without that, consumer cards among them; their fastest rate is the bound.
        unchecked: claims whose hardware is not in the catalogue, is several kinds at once, or has no published rate.
    """

    accelerators: Group
    other: Group
    unchecked: int


def check_claims(claims: Iterable[Claim], catalogue: Catalogue) -> Consistency:
    """Sets each claim against the peak of its hardware: U = C / (quantity · hours · 3600 · peak)."""
    checked = {True: 0, False: 0}
    found: dict[bool, list[Discrepancy]] = {True: [], False: []}
    unchecked = 0
    for claim in claims:
        chip = catalogue.find(claim.hardware)
        bound = _bound(chip, claim.number_format) if chip else None
        if chip is None or bound is None:
            unchecked += 1
            continue
        group = _trains_in_16_bits(chip)
        checked[group] += 1
        if discrepancy := _discrepancy(claim, chip, *bound):
            found[group].append(discrepancy)
    for listed in found.values():
        listed.sort(key=lambda discrepancy: (-discrepancy.implied, discrepancy.claim.row))
    return Consistency(Group(checked[True], tuple(found[True])), Group(checked[False], tuple(found[False])), unchecked)


def _discrepancy(claim: Claim, chip: Chip, precision: str, peak_gflops: int) -> Discrepancy | None:
    possible = Fraction(claim.quantity) * claim.hours * _NS_PER_HOUR * peak_gflops
    if claim.compute <= possible:
        return None
    finetune = None if claim.finetune_compute is None else Fraction(claim.finetune_compute) / possible
    return Discrepancy(
        claim=claim,
        chip=chip.id,
        precision=precision,
        peak_gflops=peak_gflops,
        implied=Fraction(claim.compute) / possible,
        finetune=finetune,
        verdict="explained_by_base" if finetune is not None and finetune <= 1 else "open",
    )


def _bound(chip: Chip, number_format: str) -> tuple[str, int] | None:
    """The most the chip can do in training, or in the narrower format where the run says that it used one."""
    narrow = _NARROW_FORMATS.get(number_format.upper())
    if narrow is not None and narrow in chip.peaks_gflops:
        return narrow, chip.peaks_gflops[narrow]
    return chip.training_peak


def _trains_in_16_bits(chip: Chip) -> bool:
    """Whether matrix units make 16-bit training more than twice as fast as 32-bit arithmetic.

    General units reach exactly twice. bf16 goes before fp16 because consumer cards are rated in fp16 at a precision of
    accumulation that training cannot use.
    """
    peaks = chip.peaks_gflops
    half = peaks.get("bf16", peaks.get("fp16"))
    return half is not None and half > 2 * peaks.get("fp32", 0)
