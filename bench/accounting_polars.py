"""Contender: Polars with its streaming engine, in whole numbers of 128 bits where 64 do not hold the sums.

``python -m bench.accounting_polars FOLDER`` is given the SKUs; with ``find`` behind it, it has to find them first.
"""

from __future__ import annotations

import sys

import polars as pl

from bench.measure import timed
from bench.workload import DESCRIPTIVE, known_skus, resolved_skus

WINDOWS = (30, 90, 180, 365)
_KEYS = ("provider", "account", "run_id", "chip", "peak", "tier", "day")


def work() -> dict[str, object]:
    """The same steps as accounting.sql."""
    files = pl.scan_parquet(f"{sys.argv[1]}/**/*.parquet", hive_partitioning=True)
    known = known_skus()
    if sys.argv[2:] == ["find"]:
        known = resolved_skus(files.select(DESCRIPTIVE).unique().collect(engine="streaming").rows())
    skus = pl.LazyFrame(
        {
            "SkuId": [sku.sku_id for sku in known],
            "chip": [sku.chip for sku in known],
            "per_millionth": [sku.ns_per_unit // 10**6 for sku in known],
            "peak": [sku.peak for sku in known],
        }
    )
    measured = pl.col("x_TensorActive").is_not_null()
    prior = pl.when(pl.col("x_WorkloadClass") == "infer").then(1_500).otherwise(4_000)
    millionths = (pl.coalesce("ConsumedQuantity", "PricingQuantity") * 1_000_000).cast(pl.Int64)
    usage = (
        files.filter(
            pl.col("ChargeCategory") == "Usage",
            pl.col("CommitmentDiscountStatus").fill_null("") != "Unused",
            pl.col("ConsumedUnit") == "Hours",
        )
        .join(skus, on="SkuId")
        .select(
            "provider",
            pl.col("BillingAccountId").alias("account"),
            pl.col("x_DeclaredRunId").alias("run_id"),
            "chip",
            "peak",
            pl.when(measured).then(pl.lit("A")).otherwise(pl.lit("C")).alias("tier"),
            pl.col("ChargePeriodStart").dt.date().alias("day"),
            (millionths * pl.col("per_millionth")).alias("accel_ns"),
            pl.when(measured).then((pl.col("x_TensorActive") * 10_000).cast(pl.Int64)).otherwise(prior).alias("bp"),
        )
        .with_columns((pl.col("accel_ns").cast(pl.Int128) * pl.col("bp")).alias("weighted"))
    )
    daily = (
        usage.group_by(_KEYS)
        .agg(pl.col("accel_ns").cast(pl.Int128).sum(), pl.col("weighted").sum(), pl.len().alias("usage_rows"))
        .with_columns(
            (pl.col("accel_ns") * pl.col("peak")).alias("cap_flop"),
            (pl.col("weighted") * pl.col("peak")).alias("est_e4"),
        )
        .drop("weighted")
        .collect(engine="streaming")
    )
    account_days = (
        daily.lazy()
        .group_by("provider", "account", "day")
        .agg(pl.col("cap_flop").sum(), pl.col("est_e4").sum())
        .sort("provider", "account", "day")
        .collect(engine="streaming")
    )
    figures: dict[str, object] = {
        "accel_ns": daily["accel_ns"].sum(),
        "cap_flop": daily["cap_flop"].sum(),
        "est_e4": daily["est_e4"].sum(),
        "cells": daily.height,
        "account_days": account_days.height,
    }
    for length in WINDOWS:
        window = account_days.rolling("day", period=f"{length}d", group_by=["provider", "account"]).agg(
            pl.col("cap_flop").sum().alias("cap"), pl.col("est_e4").sum().alias("est_e4")
        )
        figures[f"cap_{length}"] = window["cap"].sum()
        figures[f"est_e4_{length}"] = window["est_e4"].sum()
    return figures


if __name__ == "__main__":
    timed(work)
