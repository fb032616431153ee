"""Contender: Polars with its streaming engine, in whole numbers of 128 bits where 64 do not hold the sums.

``python -m bench.accounting_polars FOLDER`` is given the SKUs and makes the sums. With ``whole`` behind it, it
does the whole task, as `accounting_sql` does.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import polars as pl

from bench.measure import timed
from bench.workload import DESCRIPTIVE, STATUS, known_skus, outcomes, resolved_skus

WINDOWS = (30, 90, 180, 365)
_KEYS = ("provider", "account", "run_id", "chip", "peak", "tier", "day", "idle")


def work() -> dict[str, object]:
    """The same steps as accounting.sql."""
    files = pl.scan_parquet(f"{sys.argv[1]}/**/*.parquet", hive_partitioning=True)
    whole = sys.argv[2:] == ["whole"]
    known, counts = known_skus(), {}
    if whole:
        kinds = files.group_by(*DESCRIPTIVE, *STATUS).agg(pl.len(), faulty().sum().alias("faulty"))
        rows = kinds.collect(engine="streaming").rows()
        known = resolved_skus(row[: len(DESCRIPTIVE)] for row in rows)
        counts = outcomes(rows, known)
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
            pl.lit(whole) | (pl.col("CommitmentDiscountStatus").fill_null("") != "Unused"),
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
            (pl.col("CommitmentDiscountStatus").fill_null("") == "Unused").alias("idle"),
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
    idle = daily.filter(pl.col("idle"))
    daily = daily.filter(~pl.col("idle"))
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
    return {**figures, **counts, "unused_accel_ns": idle["accel_ns"].sum()} if whole else figures


def faulty() -> pl.Expr:
    """Whether a row cannot be counted."""
    start, end = pl.col("ChargePeriodStart"), pl.col("ChargePeriodEnd")
    quantity = pl.coalesce("ConsumedQuantity", "PricingQuantity")
    return (
        pl.col("BillingAccountId").is_null()
        | start.is_null()
        | end.is_null()
        | (end <= start)
        | (end - start > timedelta(days=400))
        | (start < datetime(1990, 1, 1, tzinfo=UTC))
        | (end > datetime(2200, 1, 1, tzinfo=UTC))
        | quantity.is_null()
        | (quantity.abs() > 10**9)
    )


if __name__ == "__main__":
    timed(work)
