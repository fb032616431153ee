"""Contender: SQL written by hand for DuckDB, with the SKUs given (see accounting.sql)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from bench.measure import timed
from bench.workload import known_skus


def work() -> dict[str, object]:
    """Runs the statements; the last one gives the figures."""
    with tempfile.TemporaryDirectory() as spill:
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": "1GB", "temp_directory": spill, "preserve_insertion_order": False}
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TEMP TABLE sku (sku_id VARCHAR, chip VARCHAR, ns_per_unit BIGINT, peak BIGINT)")
        connection.executemany("INSERT INTO sku VALUES (?, ?, ?, ?)", [list(sku) for sku in known_skus()])
        text = Path(__file__).with_name("accounting.sql").read_text(encoding="utf-8")
        result = connection
        for statement in text.replace("$FILES", f"{sys.argv[1]}/**/*.parquet").strip().rstrip(";").split(";\n"):
            result = connection.execute(statement)
        names = [column[0] for column in result.description or ()]
        return dict(zip(names, result.fetchone() or (), strict=True))


if __name__ == "__main__":
    timed(work)
