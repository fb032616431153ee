"""Contender: SQL written by hand for DuckDB (see accounting.sql).

``python -m bench.accounting_sql FOLDER`` is given the SKUs and makes the sums. With ``whole`` behind it, it does
the whole task: finds the SKUs, checks every row, counts what became of the rows, and keeps idle capacity apart.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from bench.measure import timed
from bench.workload import DESCRIPTIVE, STATUS, known_skus, outcomes, resolved_skus

FAULTY = """
    BillingAccountId IS NULL OR ChargePeriodStart IS NULL OR ChargePeriodEnd IS NULL
    OR ChargePeriodEnd <= ChargePeriodStart OR ChargePeriodEnd - ChargePeriodStart > INTERVAL 400 DAYS
    OR ChargePeriodStart < TIMESTAMPTZ '1990-01-01' OR ChargePeriodEnd > TIMESTAMPTZ '2200-01-01'
    OR coalesce(ConsumedQuantity, PricingQuantity) IS NULL OR abs(coalesce(ConsumedQuantity, PricingQuantity)) > 1e9
"""


def work() -> dict[str, object]:
    """Runs the statements; the last one gives the figures."""
    whole = sys.argv[2:] == ["whole"]
    with tempfile.TemporaryDirectory() as spill:
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": "1GB", "temp_directory": spill, "preserve_insertion_order": False}
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TEMP TABLE sku (sku_id VARCHAR, chip VARCHAR, ns_per_unit BIGINT, peak BIGINT)")
        files = f"{sys.argv[1]}/**/*.parquet"
        skus, counts = known_skus(), {}
        if whole:
            columns = ", ".join((*DESCRIPTIVE, *STATUS))
            kinds = connection.execute(
                f"SELECT {columns}, count(*), count(*) FILTER ({FAULTY}) "
                f"FROM read_parquet('{files}', hive_partitioning = true) GROUP BY {columns}"
            ).fetchall()
            skus = resolved_skus(row[: len(DESCRIPTIVE)] for row in kinds)
            counts = outcomes(kinds, skus)
        connection.executemany("INSERT INTO sku VALUES (?, ?, ?, ?)", [list(sku) for sku in skus])
        text = Path(__file__).with_name("accounting.sql").read_text(encoding="utf-8")
        text = text.replace("$FILES", files).replace("$IDLE", str(whole))
        result = connection
        for statement in text.strip().rstrip(";").split(";\n"):
            result = connection.execute(statement)
        names = [column[0] for column in result.description or ()]
        figures = dict(zip(names, result.fetchone() or (), strict=True))
    if not whole:
        del figures["unused_accel_ns"]
    return {**figures, **counts}


if __name__ == "__main__":
    timed(work)
