"""AWS Cost and Usage Report 2.0 (Data Exports), CSV or Parquet.

Each delivery replaces the whole of (payer account, billing period), and `line_item_id` changes between deliveries,
so it identifies nothing. There is no instance count: an hour of ``p5.48xlarge`` is an hour of eight accelerators.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from plimsoll.compute.usage.format import UsageFormat
from plimsoll.compute.usage.source import Source, canonical

_USED = ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage")


def version(_columns: Collection[str]) -> str:
    return "aws-cur-2"


def read(source: Source) -> ir.Table:
    """The canonical table: the payer is the account, the account that used it the sub-account."""
    text = source.text
    kind = text("line_item_line_item_type")
    usage_type = text("line_item_usage_type")
    given = source.given("line_item_usage_amount")
    instance_type = source.key("product_instance_type")
    return canonical(
        source,
        {
            "provider_name": ibis.literal("AWS"),
            "charge_category": ibis.cases(
                (kind.isin(_USED), "Usage"),
                (kind == "Refund", "Credit"),
                else_=kind,
            ),
            "commitment_status": ibis.ifelse(usage_type.contains("UnusedBox"), "Unused", None),
            "reservation_status": ibis.ifelse(usage_type.contains("UnusedDed"), "Unused", None),
            "sku_id": text("product_sku"),
            "sku_meter": usage_type,
            "sku_details": ibis.ifelse(
                instance_type.notnull(), ibis.literal('{"InstanceType":"') + instance_type + '"}', None
            ),
            "service": text("line_item_product_code"),
            "description": text("line_item_line_item_description"),
            "consumed_unit": text("pricing_unit"),
            "account": source.key("bill_payer_account_id"),
            "run_id": _run(source),
            "start_us": source.instant("line_item_usage_start_date"),
            "end_us": source.instant("line_item_usage_end_date"),
            "from_pricing": ibis.literal(False),
            "quantity": source.number("line_item_usage_amount"),
            "quantity_given": given,
            "resource_id": source.key("line_item_resource_id"),
            "sub_account": source.key("line_item_usage_account_id"),
            "host_provider": ibis.literal("AWS"),
            "invoice_issuer": source.key("bill_invoicing_entity"),
            "region": source.key("product_region_code"),
            "start_text": text("line_item_usage_start_date"),
            "end_text": text("line_item_usage_end_date"),
            "quantity_text": text("line_item_usage_amount"),
        },
    )


def _run(source: Source) -> ir.StringValue:
    if not source.has("resource_tags"):
        return ibis.null("string")
    tags = source.text("resource_tags")
    found = tags.re_extract(r'"(?:user_)?plimsoll[:_]run_id"\s*:\s*"([^"\\]+)"', 1).nullif("")
    return ibis.ifelse(tags.contains("run_id"), found, None)


CUR = UsageFormat(
    name="aws-cur",
    title="AWS Cost and Usage Report 2.0",
    delimiter=",",
    quoted=True,
    essential=(
        ("bill_payer_account_id",),
        ("line_item_line_item_type",),
        ("line_item_usage_start_date",),
        ("line_item_usage_end_date",),
        ("line_item_usage_amount",),
        ("line_item_usage_type",),
        ("pricing_unit",),
    ),
    provider_columns=(),
    instants=("line_item_usage_start_date", "line_item_usage_end_date"),
    version=version,
    read=read,
)
