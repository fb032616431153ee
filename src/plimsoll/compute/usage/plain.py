"""The plain CSV for those who have no billing system: provider, customer, chip, count, start, end.

``count`` accelerators of one kind were held for the whole of the period. Optional columns: run (declared run id),
workload (train, infer, other), tensor_active (measured, 0 to 1), resource.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from plimsoll.compute.usage.format import UsageFormat
from plimsoll.compute.usage.source import Source, canonical


def version(_columns: Collection[str]) -> str:
    return "plain"


def read(source: Source) -> ir.Table:
    """The canonical table: the quantity is count times length, in GPU-seconds."""
    text = source.text
    start, end = source.instant("start"), source.instant("end")
    seconds = (end - start).cast("decimal(18, 0)") * ibis.literal("0.000001").cast("decimal(18, 6)")
    count = source.number("count")
    plausible = count.abs() < 10**8
    return canonical(
        source,
        {
            "provider_name": text("provider"),
            "charge_category": ibis.literal("Usage"),
            "sku_id": text("chip"),
            "consumed_unit": ibis.literal("GPU-Seconds"),
            "accelerator_model": text("chip"),
            "workload_class": text("workload"),
            "account": source.key("customer"),
            "run_id": source.key("run"),
            "start_us": start,
            "end_us": end,
            "from_pricing": ibis.literal(False),
            "quantity": ibis.ifelse(plausible, count, None).cast("decimal(24, 6)") * seconds,
            "quantity_given": source.given("count"),
            "tensor_active": source.number("tensor_active"),
            "resource_id": source.key("resource"),
            "start_text": text("start"),
            "end_text": text("end"),
            "quantity_text": text("count"),
        },
    )


PLAIN = UsageFormat(
    name="plain",
    title="plain CSV",
    delimiter=",",
    quoted=True,
    essential=(("customer",), ("chip",), ("count",), ("start",), ("end",)),
    provider_columns=("provider",),
    instants=("start", "end"),
    version=version,
    read=read,
)
