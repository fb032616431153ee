"""FOCUS 1.0 to 1.4, Cost and Usage dataset, CSV or Parquet: the FinOps Open Cost and Usage Specification.

Names are those of 1.4. `ProviderName` of 1.0 to 1.2 is read as `ServiceProviderName`. Cost columns are not needed.
The `x_` columns are Plimsoll's profile; docs/reference/usage-formats.md lists them.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from plimsoll.compute.usage.format import UsageFormat
from plimsoll.compute.usage.source import Source, canonical

RUN_TAG = "plimsoll:run_id"
"""Key in Tags under which a run is declared, for providers without an x_DeclaredRunId column."""

COLUMNS = frozenset({
    "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName",
    "AllocatedTags", "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName",
    "BillingAccountType", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "CapacityReservationId",
    "CapacityReservationStatus", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency",
    "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId",
    "CommitmentDiscountName", "CommitmentDiscountQuantity", "CommitmentDiscountStatus",
    "CommitmentDiscountType", "CommitmentDiscountUnit", "CommitmentProgramEligibilityDetails",
    "ConsumedQuantity", "ConsumedUnit", "ContractApplied", "ContractedCost", "ContractedUnitPrice",
    "EffectiveCost", "HostProviderName", "InvoiceDetailId", "InvoiceId", "InvoiceIssuerName", "ListCost",
    "ListUnitPrice", "PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit",
    "ProviderName", "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType",
    "ServiceCategory", "ServiceName", "ServiceProviderName", "ServiceSubcategory", "SkuId", "SkuMeter",
    "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags",
})  # fmt: skip
"""Every column of the Cost and Usage dataset from 1.0 to 1.4."""

HELPFUL = {
    "SkuMeter": "names the machine",
    "SkuPriceDetails": "has InstanceType and GpuCount",
    "HostProviderName": "tells the host from the seller",
    "CapacityReservationStatus": "tells idle reservations",
    "x_AcceleratorModel": "names the accelerator",
    "x_WorkloadClass": "tells training from serving",
    "x_DeclaredRunId": "ties use to a declared run",
    "x_TensorActive": "measures utilisation",
}
"""Columns that a file may lack, and what each would tell."""


def version(columns: Collection[str]) -> str:
    """The version that the columns belong to: each version added some and 1.4 dropped ProviderName."""
    have = {name.casefold() for name in columns}
    if "serviceprovidername" in have:
        return "focus-1.3" if have & {"providername", "publishername"} else "focus-1.4"
    if have & {"invoiceid", "pricingcurrency", "billingaccounttype", "subaccounttype"}:
        return "focus-1.2"
    return "focus-1.1" if have & {"skumeter", "skupricedetails", "capacityreservationid"} else "focus-1.0"


def read(source: Source) -> ir.Table:
    """The canonical table of FOCUS rows."""
    consumed_given = source.given("ConsumedQuantity")
    from_pricing = ~consumed_given & source.given("PricingQuantity")
    consumed, pricing = source.number("ConsumedQuantity"), source.number("PricingQuantity")
    quantity = ibis.ifelse(consumed_given, consumed, pricing) if source.has("PricingQuantity") else consumed
    text = source.text
    return canonical(
        source,
        {
            "provider_name": text("ServiceProviderName", "ProviderName"),
            "charge_category": text("ChargeCategory"),
            "charge_class": text("ChargeClass"),
            "commitment_status": text("CommitmentDiscountStatus"),
            "reservation_status": text("CapacityReservationStatus"),
            "sku_id": text("SkuId"),
            "sku_meter": text("SkuMeter"),
            "sku_details": text("SkuPriceDetails"),
            "service": text("ServiceName"),
            "description": text("ChargeDescription"),
            "consumed_unit": text("ConsumedUnit"),
            "pricing_unit": text("PricingUnit"),
            "accelerator_model": text("x_AcceleratorModel"),
            "accelerator_count": text("x_AcceleratorCount"),
            "workload_class": text("x_WorkloadClass"),
            "account": source.key("BillingAccountId"),
            "run_id": _run(source),
            "start_us": source.instant("ChargePeriodStart"),
            "end_us": source.instant("ChargePeriodEnd"),
            "from_pricing": from_pricing,
            "quantity": quantity,
            "quantity_given": consumed_given | from_pricing,
            "tensor_active": source.number("x_TensorActive"),
            "resource_id": source.key("ResourceId"),
            "sub_account": source.key("SubAccountId"),
            "customer_ref": source.key("x_CustomerRef"),
            "host_provider": source.key("HostProviderName"),
            "invoice_issuer": source.key("InvoiceIssuerName"),
            "region": ibis.coalesce(source.key("RegionId"), source.key("RegionName")),
            "cluster_id": source.key("x_ClusterId"),
            "interconnect_domain": source.key("x_InterconnectDomain"),
            "start_text": text("ChargePeriodStart"),
            "end_text": text("ChargePeriodEnd"),
            "quantity_text": ibis.ifelse(consumed_given, text("ConsumedQuantity"), text("PricingQuantity")),
        },
    )


def _run(source: Source) -> ir.StringValue:
    if source.has("x_DeclaredRunId"):
        return source.key("x_DeclaredRunId")
    if not source.has("Tags"):
        return ibis.null("string")
    tags = source.text("Tags")
    found = tags.re_extract(r'"' + RUN_TAG + r'"\s*:\s*"([^"\\]+)"', 1).nullif("")
    return ibis.ifelse(tags.contains(RUN_TAG), found, None)


FOCUS = UsageFormat(
    name="focus",
    title="FOCUS 1.0 to 1.4 (Cost and Usage)",
    delimiter=",",
    quoted=True,
    essential=(
        ("BillingAccountId",),
        ("ChargeCategory",),
        ("ChargePeriodStart",),
        ("ChargePeriodEnd",),
        ("ConsumedQuantity", "PricingQuantity"),
        ("ConsumedUnit", "PricingUnit"),
        ("SkuId", "SkuMeter", "SkuPriceDetails", "ChargeDescription", "x_AcceleratorModel"),
    ),
    provider_columns=("ServiceProviderName", "ProviderName"),
    instants=("ChargePeriodStart", "ChargePeriodEnd"),
    version=version,
    read=read,
)
