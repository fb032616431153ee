"""Child of bench.scale: the accounting step alone, as SQL written by hand for DuckDB and for exactly these files.

It finds the products (one query for the distinct combinations, Plimsoll's own SKU map for the lookup), leaves out what
is at fault, keeps idle commitments apart, and sums per provider, account, run, chip, tier and day.

``python -m bench.scale_sql FOLDER``
"""

from __future__ import annotations

import sys
import tempfile

import duckdb

from bench.measure import timed
from plimsoll.compute.usage.columns import KIND_COLUMNS
from plimsoll.compute.usage.kinds import judge

_DESCRIBED = {
    "provider_folder": "provider", "provider_name": "ServiceProviderName", "charge_category": "ChargeCategory",
    "sku_id": "SkuId", "sku_meter": "SkuMeter", "sku_details": "SkuPriceDetails", "service": "ServiceName",
    "description": "ChargeDescription", "consumed_unit": "ConsumedUnit", "pricing_unit": "PricingUnit",
    "accelerator_model": "x_AcceleratorModel", "accelerator_count": "x_AcceleratorCount::VARCHAR",
}  # fmt: skip
_JOINED = ("provider", "SkuId", "SkuMeter", "ConsumedUnit", "accelerator_model")
_SOUND = """
    BillingAccountId IS NOT NULL AND ChargePeriodEnd > ChargePeriodStart
    AND ChargePeriodEnd - ChargePeriodStart <= INTERVAL 400 DAYS
    AND coalesce(ConsumedQuantity, PricingQuantity) IS NOT NULL
"""
_SUMS = """
    CREATE TEMP TABLE daily AS
    SELECT provider, account, run_id, chip, tier, day, idle,
        (sum(accel_ns) * any_value(peak))::DECIMAL(38, 0) AS cap_flop,
        (sum(accel_ns * bp) * any_value(peak))::DECIMAL(38, 0) AS est_e4,
        count(*) AS usage_rows
    FROM (
        SELECT usage.provider, BillingAccountId AS account, x_DeclaredRunId AS run_id, sku.chip, sku.peak,
            CASE WHEN x_TensorActive IS NOT NULL THEN 'A' ELSE 'C' END AS tier,
            ChargePeriodStart::DATE AS day,
            CommitmentDiscountStatus IS NOT DISTINCT FROM 'Unused' AS idle,
            (coalesce(ConsumedQuantity, PricingQuantity) * sku.ns)::DECIMAL(38, 0) AS accel_ns,
            coalesce((x_TensorActive * 10000)::INTEGER,
                CASE WHEN x_WorkloadClass IN ('infer', 'other') THEN 1500 ELSE 4000 END) AS bp
        FROM read_parquet('{files}', hive_partitioning = true, union_by_name = true) AS usage
        JOIN sku ON {on}
        WHERE ChargeCategory = 'Usage' AND {sound}
    )
    GROUP BY provider, account, run_id, chip, tier, day, idle
"""


def work() -> dict[str, object]:
    """Runs the statements; gives the bound of all use, which Plimsoll must find too."""
    with tempfile.TemporaryDirectory() as spill:
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": "1GB", "temp_directory": spill, "preserve_insertion_order": False}
        )
        connection.execute("SET TimeZone = 'UTC'")
        files = f"{sys.argv[1]}/usage/**/*.parquet"
        columns = ", ".join(f"{name} AS {ours}" for ours, name in _DESCRIBED.items())
        found = connection.execute(
            f"SELECT DISTINCT {columns} FROM read_parquet('{files}', hive_partitioning = true, union_by_name = true)"
        ).fetchall()
        connection.execute(
            "CREATE TEMP TABLE sku (provider VARCHAR, SkuId VARCHAR, SkuMeter VARCHAR, ConsumedUnit VARCHAR, "
            "accelerator_model VARCHAR, chip VARCHAR, ns BIGINT, peak BIGINT)"
        )
        connection.executemany("INSERT INTO sku VALUES (?, ?, ?, ?, ?, ?, ?, ?)", sorted(_skus(found), key=str))
        names = {name: "x_AcceleratorModel" if name == "accelerator_model" else name for name in _JOINED}
        on = " AND ".join(f"sku.{ours} IS NOT DISTINCT FROM usage.{name}" for ours, name in names.items())
        connection.execute(_SUMS.format(files=files, on=on, sound=_SOUND))
        [(cap, rows)] = connection.execute("SELECT sum(cap_flop), count(*) FROM daily WHERE NOT idle").fetchall()
        return {"cap_flop": cap, "cells": rows}


def _skus(found: list[tuple[str | None, ...]]) -> list[list[object]]:
    """The accelerators among the products."""
    skus = set()
    for values in found:
        told = dict(zip(_DESCRIBED, values, strict=True))
        kind = {**dict.fromkeys(KIND_COLUMNS), **told, "from_pricing": told["consumed_unit"] is None}
        verdict = judge(kind)
        if verdict.counted:
            key = (told["provider_folder"], told["sku_id"], told["sku_meter"], told["consumed_unit"])
            skus.add((*key, told["accelerator_model"], verdict.chip, verdict.multiplier, verdict.peak))
    return [list(sku) for sku in skus]


if __name__ == "__main__":
    timed(work)
