"""What becomes of a usage row. Every row of every input has exactly one outcome and one reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """The five things that can become of a usage row."""

    ACCELERATOR = "accelerator"
    OTHER = "other"
    UNUSED_COMMITMENT = "unused_commitment"
    UNMAPPED = "unmapped"
    REJECTED = "rejected"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Outcome.ACCELERATOR: "use of an accelerator, counted; corrections are negative and net out",
    Outcome.OTHER: "not use of an accelerator: storage, processors, taxes, credits, purchases",
    Outcome.UNUSED_COMMITMENT: "accelerators reserved and left idle: potential compute, counted apart",
    Outcome.UNMAPPED: "may be an accelerator, but the SKU map does not know it: somebody must look",
    Outcome.REJECTED: "cannot be counted; the reason says why and what to correct",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row got its outcome.

    Attributes:
        code: stable dotted identifier.
        outcome: the outcome it leads to.
        meaning: one sentence.
        fix: what the provider can do about it; empty where nothing is wrong.
    """

    code: str
    outcome: Outcome
    meaning: str
    fix: str = ""


_REASONS = (
    Reason("usage", Outcome.ACCELERATOR, "metered use of a known accelerator"),
    Reason("correction", Outcome.ACCELERATOR, "marked as a correction of an earlier charge; nets out"),
    Reason(
        "correction.unmarked",
        Outcome.ACCELERATOR,
        "negative use that is not marked as a correction; nets out all the same",
        "Set ChargeClass to Correction.",
    ),
    Reason("sku.other", Outcome.OTHER, "the SKU is known not to be an accelerator"),
    Reason("charge.not_usage", Outcome.OTHER, "a purchase, tax, credit or adjustment: money, not use"),
    Reason("slurm.step", Outcome.OTHER, "a step of a job whose allocation is counted on the job's own row"),
    Reason("slurm.no_accelerator", Outcome.OTHER, "the job had no accelerator allocated"),
    Reason("slurm.never_ran", Outcome.OTHER, "the job never started"),
    Reason("commitment.unused", Outcome.UNUSED_COMMITMENT, "a commitment or reservation that nobody used"),
    Reason(
        "sku.unmapped",
        Outcome.UNMAPPED,
        "nothing in the SKU map says what this SKU is",
        "Add the SKU to the SKU map, or fill x_AcceleratorModel and x_AcceleratorCount.",
    ),
    Reason(
        "chip.no_peak",
        Outcome.UNMAPPED,
        "the accelerator is known, but nobody published what it can do",
        "Add a figure with its source to the hardware catalogue.",
    ),
    Reason(
        "sku.ambiguous",
        Outcome.REJECTED,
        "the SKU names two different accelerators",
        "Report one row per accelerator model, or fill x_AcceleratorModel.",
    ),
    Reason("account.missing", Outcome.REJECTED, "no billing account", "Fill BillingAccountId."),
    Reason(
        "provider.missing", Outcome.REJECTED, "no provider", "Fill ServiceProviderName, or use provider=ID folders."
    ),
    Reason("time.missing", Outcome.REJECTED, "no start or no end of the charge period", "Fill both ends."),
    Reason(
        "time.unreadable",
        Outcome.REJECTED,
        "a start or end that is not an instant",
        "Write it as 2026-11-21T09:30:00Z.",
    ),
    Reason(
        "time.ambiguous_zone",
        Outcome.REJECTED,
        "an instant whose zone cannot be told: a named zone, or none in a file where others have offsets",
        "Write Z or a numeric offset on every instant.",
    ),
    Reason(
        "period.backwards",
        Outcome.REJECTED,
        "the charge period ends before or when it starts",
        "Give an end later than the start.",
    ),
    Reason(
        "period.too_long",
        Outcome.REJECTED,
        "a charge period of more than 400 days, or outside the years 1990 to 2200",
        "Report at least once a year.",
    ),
    Reason("quantity.missing", Outcome.REJECTED, "no quantity", "Fill ConsumedQuantity or PricingQuantity."),
    Reason("quantity.unreadable", Outcome.REJECTED, "a quantity that is not a number", "Write plain decimal digits."),
    Reason(
        "quantity.too_large",
        Outcome.REJECTED,
        "a quantity beyond anything a provider could deliver in one row",
        "Check the number and the unit.",
    ),
)

REASONS = {reason.code: reason for reason in _REASONS}
"""Every reason by its code, in the order of the documentation."""
