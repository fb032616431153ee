"""The one canonical table into which every usage format is read.

A format's adapter takes the file's own columns and gives these, with these types; whatever a format does not know is
null. Text columns keep the provider's words (a literal ``NULL`` or an empty text may still stand in them: they are
read with `meant`), because what they mean is decided once per distinct combination and not once per row.
"""

from __future__ import annotations

KIND_COLUMNS = {
    "provider_folder": "id of the provider from a provider=ID folder; it outranks provider_name",
    "provider_name": "who sold the service (FOCUS ServiceProviderName; ProviderName before 1.3)",
    "charge_category": "Usage, Purchase, Tax, Credit or Adjustment",
    "charge_class": "Correction, or null",
    "commitment_status": "Used, Unused or null, of a commitment discount",
    "reservation_status": "Used, Unused or null, of a capacity reservation",
    "sku_id": "the seller's SKU",
    "sku_meter": "what the meter counts, e.g. BoxUsage:p5.48xlarge",
    "sku_details": "JSON text with InstanceType, GpuCount and others (FOCUS SkuPriceDetails)",
    "service": "the product's name",
    "description": "the text of the charge",
    "consumed_unit": "unit of the consumed quantity",
    "pricing_unit": "unit of the priced quantity",
    "accelerator_model": "the provider's own statement of the accelerator (x_AcceleratorModel)",
    "accelerator_count": "accelerators per unit by the provider's own statement (x_AcceleratorCount)",
    "workload_class": "train, infer or other, as declared (x_WorkloadClass)",
    "ready_reason": "a reason that the adapter already knows, e.g. slurm.step; else null",
}
"""What a row *is*: text, few distinct combinations. Whether a row counts, and as what, depends on these alone."""

ROW_COLUMNS = {
    "account": ("string", "customer account, unique within the provider (FOCUS BillingAccountId)"),
    "run_id": ("string", "the training run that the use is declared to belong to (x_DeclaredRunId or a tag)"),
    "start_us": ("int64", "start of the charge period: microseconds since 1970, UTC; null if unreadable"),
    "end_us": ("int64", "its end, exclusive"),
    "from_pricing": ("boolean", "the consumed quantity is null, so the priced quantity stands in for it"),
    "quantity": ("decimal", "exact, at most 15 decimals; null if missing or unreadable"),
    "quantity_given": ("boolean", "there is something where the quantity should be"),
    "tensor_active": ("decimal", "measured share of time in which the tensor units were busy, 0 to 1"),
}
"""What a row *measures*."""

CONTEXT_COLUMNS = {
    "resource_id": "instance or cluster, unique within the provider",
    "sub_account": "project or linked account",
    "customer_ref": "the provider's KYC reference of the customer (x_CustomerRef)",
    "host_provider": "who hosts the hardware, if not the seller (FOCUS HostProviderName)",
    "invoice_issuer": "who sends the invoice: differs from the seller for a reseller",
    "region": "where it ran",
    "cluster_id": "x_ClusterId",
    "interconnect_domain": "the largest single fabric that the resource was part of (x_InterconnectDomain)",
    "start_text": "the start as the file has it",
    "end_text": "the end as the file has it",
    "quantity_text": "the quantity as the file has it",
}
"""Text that other checks and messages need; accounting does not read it."""

ORIGIN_COLUMNS = {
    "file_no": ("int32", "position of the file in `UsageDelivery.files`"),
    "row": ("int64", "number of the record in its file, from 1, the header not counted"),
}

NULL_WORDS = ("", "null", "n/a", "none", "nan", "\\n")
"""What exports write where they mean nothing, in any case."""


def provider_id(folder: str | None, name: str | None) -> str | None:
    """The provider's id: from its folder, else the seller's name, with ``/`` written as ``%2F``.

    An account is named ``provider/account``, so a slash in a provider's name would let two accounts share a name.
    """
    found = meant(folder) or meant(name)
    return None if found is None else found.replace("/", "%2F")


def meant(value: str | None) -> str | None:
    """The text without surrounding space, or None where it says that there is none."""
    text = value.strip() if value is not None else ""
    return None if text.casefold() in NULL_WORDS else text
