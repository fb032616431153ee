"""The invented providers, and what they sell, each written down the way its kind of cloud bills.

Machine and accelerator names are the public product names that real FOCUS exports carry, because they are what a
reader of usage reports must recognise. Providers, prices and customers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["train", "serve", "small", "ordinary", "unmapped"]
Grain = Literal["hour", "day"]

UNMAPPED_PEAK_GFLOPS = 400_000
"""Dense 16-bit peak of the accelerator that no catalogue knows, so that the truth about its use can be stated."""


@dataclass(frozen=True, slots=True)
class Sku:
    """One product, in the words of its provider.

    Attributes:
        id: FOCUS SkuId.
        meter: FOCUS SkuMeter, before the region's prefix; None where the provider leaves it empty.
        details: FOCUS SkuPriceDetails as JSON text; None where the provider leaves it empty.
        text: FOCUS ChargeDescription.
        service: FOCUS ServiceName.
        unit: FOCUS ConsumedUnit and PricingUnit.
        cents: list price of one unit in US cents.
        chip: catalogue id of the accelerator, or None.
        accelerators: how many of them one unit-hour means; 0 for anything but accelerator time.
        model, count: x_AcceleratorModel and x_AcceleratorCount, where the provider fills them.
    """

    id: str
    meter: str | None
    details: str | None
    text: str
    service: str
    unit: str
    cents: int
    role: Role
    chip: str | None = None
    accelerators: int = 0
    model: str | None = None
    count: int | None = None

    @property
    def category(self) -> tuple[str, str]:
        """FOCUS ServiceCategory and ServiceSubcategory."""
        if self.unit == "GB-Hours":
            return "Storage", "Object Storage"
        return ("Networking", "Content Delivery") if self.unit == "GB" else ("Compute", "Virtual Machines")


@dataclass(frozen=True, slots=True)
class Region:
    """A place that a provider serves from; `prefix` is what it writes in front of a SkuMeter."""

    id: str
    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A company that sells compute.

    Attributes:
        id: also the folder ``provider=ID`` and the first half of account keys.
        name: FOCUS ServiceProviderName.
        host: FOCUS HostProviderName: whose machines these are.
        jurisdiction: ISO 3166-1 alpha-2 code.
        grain: length of its charge periods.
        account: how its billing accounts are written, with a place for 12 digits.
        weight: how many of 100 customers it has.
        tells_customer: it fills x_CustomerRef, x_ClusterId and x_WorkloadClass.
        measures: it reports x_TensorActive for accelerators.
    """

    id: str
    name: str
    kind: Literal["provider", "reseller"]
    host: str
    jurisdiction: str
    grain: Grain
    account: str
    weight: int
    tells_customer: bool
    measures: bool
    regions: tuple[Region, ...]
    skus: tuple[Sku, ...]

    def skus_for(self, role: Role) -> tuple[Sku, ...]:
        return tuple(sku for sku in self.skus if sku.role == role)
