"""What a kind of row is: decided in Python, once per distinct combination of the descriptive columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from plimsoll.compute.billing_units import read_unit
from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.skus import SkuDescriptor, SkuMatch, resolve
from plimsoll.compute.usage.columns import meant, provider_id
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.utilisation import PRIORS, Priors

Kind = Mapping[str, str | bool | None]
"""The values of KIND_COLUMNS and of from_pricing."""

_LARGEST_NS = 10**22
"""Bound on the accelerator-nanoseconds of one row: 2.8 billion accelerator-hours."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the rows of a kind, unless one of them has a fault of its own.

    Attributes:
        provider: id from the folder, else the seller's name.
        chip: catalogue id, for counted rows.
        peak: its dense training peak in GFLOP/s = FLOP per nanosecond.
        multiplier: accelerator-nanoseconds per unit of quantity.
        prior: utilisation in basis points where nothing better is known.
        machine_ns: length of one unit if the unit is time of a machine, so that no machine can report more of it than
            the charge period holds; 0 if the unit counts accelerators.
        basis: why, in words.
    """

    outcome: Outcome
    reason: str
    provider: str | None = None
    chip: str | None = None
    peak: int = 0
    multiplier: int = 0
    prior: int = 0
    machine_ns: int = 0
    basis: str = ""

    @property
    def counted(self) -> bool:
        """Whether its rows add up to accelerator time."""
        return self.outcome in (Outcome.ACCELERATOR, Outcome.UNUSED_COMMITMENT)

    @property
    def checked(self) -> bool:
        """Whether a row of it must have an account, a period and a readable quantity. Money and job steps need not."""
        return self.counted or self.reason in ("sku.other", "sku.unmapped", "chip.no_peak")

    @property
    def largest_quantity(self) -> int:
        return _LARGEST_NS // max(self.multiplier, 10**9)


def judge(kind: Kind, priors: Priors = PRIORS) -> Verdict:
    """What becomes of rows with these descriptions."""
    text = {name: meant(value) for name, value in kind.items() if not isinstance(value, bool)}
    provider = provider_id(text["provider_folder"], text["provider_name"])
    ready = text["ready_reason"]
    if ready:
        return Verdict(REASONS[ready].outcome, ready, provider)
    category = text["charge_category"]
    if category and category.casefold() != "usage":
        return Verdict(Outcome.OTHER, "charge.not_usage", provider)
    if provider is None:
        return Verdict(Outcome.REJECTED, "provider.missing")
    described = describe(kind)
    match = resolve(described)
    if match.outcome == "ambiguous":
        return Verdict(Outcome.REJECTED, "sku.ambiguous", provider, basis=match.basis)
    if match.outcome == "unmapped":
        return Verdict(Outcome.UNMAPPED, "sku.unmapped", provider, basis=match.basis)
    if match.outcome == "other":
        return Verdict(Outcome.OTHER, "sku.other", provider, basis=match.basis)
    return _counted(text, provider, match, described.unit, priors)


def describe(kind: Kind) -> SkuDescriptor:
    """The fields that say what was sold, nulls made null, with the unit of the quantity that counts."""
    text = {name: meant(value) for name, value in kind.items() if not isinstance(value, bool)}
    units = (text["consumed_unit"], text["pricing_unit"])
    details = _details(text["sku_details"])
    return SkuDescriptor(
        provider=text["provider_name"] or text["provider_folder"],
        sku_id=text["sku_id"],
        sku_meter=text["sku_meter"],
        details_instance_type=details.get("instancetype"),
        details_gpu_count=details.get("gpucount"),
        service=text["service"],
        description=text["description"],
        unit=(units[1] or units[0]) if kind["from_pricing"] else (units[0] or units[1]),
        x_accelerator_model=text["accelerator_model"],
        x_accelerator_count=text["accelerator_count"],
    )


def _counted(
    text: Mapping[str, str | None], provider: str, match: SkuMatch, unit: str | None, priors: Priors
) -> Verdict:
    assert match.chip is not None
    peak = load_catalogue().get(match.chip).training_peak
    if peak is None:
        return Verdict(
            Outcome.UNMAPPED, "chip.no_peak", provider, match.chip, basis=f"no peak is published for {match.chip}"
        )
    idle = match.idle or "unused" in (_folded(text["commitment_status"]), _folded(text["reservation_status"]))
    corrected = _folded(text["charge_class"]) == "correction"
    billed = read_unit(unit)
    return Verdict(
        Outcome.UNUSED_COMMITMENT if idle else Outcome.ACCELERATOR,
        "commitment.unused" if idle else "correction" if corrected else "usage",
        provider,
        match.chip,
        peak[1],
        match.accelerators_per_unit * match.unit_ns,
        priors.of(text["workload_class"]),
        billed.nanoseconds if billed.counts == "machine" else 0,
        match.basis,
    )


def _folded(value: str | None) -> str:
    return (value or "").casefold()


def _details(text: str | None) -> dict[str, str]:
    """SkuPriceDetails by lower-case key; what is not a JSON object has none."""
    if text is None or len(text) > 100_000:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key.casefold(): str(value) for key, value in found.items() if isinstance(value, (str, int, float))}
