"""Contender: SQL written by hand for DuckDB (see accounting.sql).

``python -m bench.accounting_sql FOLDER`` is given the SKUs; with ``find`` behind it, it has to find them first.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from bench.measure import timed
from bench.workload import DESCRIPTIVE, known_skus, resolved_skus


def work() -> dict[str, object]:
    """Runs the statements; the last one gives the figures."""
    with tempfile.TemporaryDirectory() as spill:
        connection = duckdb.connect(
            config={"threads": 2, "memory_limit": "1GB", "temp_directory": spill, "preserve_insertion_order": False}
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TEMP TABLE sku (sku_id VARCHAR, chip VARCHAR, ns_per_unit BIGINT, peak BIGINT)")
        files = f"{sys.argv[1]}/**/*.parquet"
        skus = known_skus()
        if sys.argv[2:] == ["find"]:
            columns = ", ".join(DESCRIPTIVE)
            distinct = f"SELECT DISTINCT {columns} FROM read_parquet('{files}', hive_partitioning = true)"
            skus = resolved_skus(connection.execute(distinct).fetchall())
        connection.executemany("INSERT INTO sku VALUES (?, ?, ?, ?)", [list(sku) for sku in skus])
        text = Path(__file__).with_name("accounting.sql").read_text(encoding="utf-8")
        result = connection
        for statement in text.replace("$FILES", files).strip().rstrip(";").split(";\n"):
            result = connection.execute(statement)
        names = [column[0] for column in result.description or ()]
        return dict(zip(names, result.fetchone() or (), strict=True))


if __name__ == "__main__":
    timed(work)
