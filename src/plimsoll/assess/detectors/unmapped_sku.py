"""`unmapped-sku`: a product that looks like accelerator time is in no catalogue, so its compute is in no total."""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.assess.assessment import UnmappedSku
from plimsoll.assess.evidence import SkuEvidence
from plimsoll.assess.finding import Code, Finding, Severity, new_finding


def unmapped_sku(sku: UnmappedSku) -> Iterator[Finding]:
    """One finding per provider and product."""
    evidence = SkuEvidence(sku.provider, sku.sku, sku.description, sku.rows, sku.quantity, sku.unit, sku.reason)
    rows = f"{sku.rows:,} {'row' if sku.rows == 1 else 'rows'}"
    yield new_finding(
        Code.UNMAPPED_SKU,
        Severity.DATA,
        f"{sku.provider}/{sku.sku}",
        title=f'{rows} of "{sku.sku}" at {sku.provider} could not be turned into compute',
        evidence=(evidence,),
        explanation=(
            f'{sku.provider} reported {rows} of "{sku.sku}" ({sku.description or "no description"}), '
            f"{sku.quantity} {sku.unit or 'units'} in all. {sku.reason} "
            "None of it is in any total, so every figure of the accounts concerned may be too low."
        ),
        clears=(
            "The accelerator and its count in the words of the hardware catalogue, from the provider "
            "(x_AcceleratorModel and x_AcceleratorCount in its report) or as a line in the SKU map; for an accelerator "
            "that the catalogue lacks, its entry there."
        ),
    )
