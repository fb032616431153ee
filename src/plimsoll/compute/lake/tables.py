"""The tables of a lake's entries: written per file, read over all entries at once.

- ``cells``: the counted use, summed as in `usage.cells` with names for the cells' numbers (`daily.named_cells`).
- ``impossible``: rows that claim more machine time than their charge period has (`usage.plausible`).
- ``customers``: whom its rows name beside an account (`usage.customers`).
- ``places``: how long each account ran in each region (`usage.places`).
- ``hours``: the use of every account by hour (`hourly.hour_cells`): which of them will be looked at is not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engine import load

if TYPE_CHECKING:
    import ibis.expr.types as ir

_FILE = "entry_file"

CELLS = {
    "measured": "BOOLEAN", "account": "VARCHAR", "run_id": "VARCHAR", "start_us": "BIGINT", "accel_ns": "DECIMAL(38,0)",
    "accel_ns_bp": "DECIMAL(38,0)", "rows": "BIGINT", "length_us": "BIGINT", "end_us": "BIGINT", "idle": "BOOLEAN",
    "provider": "VARCHAR", "chip": "VARCHAR", "peak": "BIGINT",
}  # fmt: skip
IMPOSSIBLE = {
    "provider": "VARCHAR", "account": "VARCHAR", "run_id": "VARCHAR", "resource_id": "VARCHAR", "file_no": "INTEGER",
    "row": "BIGINT", "start_us": "BIGINT", "end_us": "BIGINT", "machine_ns": "DECIMAL(38,0)",
    "possible_ns": "DECIMAL(38,0)",
}  # fmt: skip
HOURS = {
    "provider": "VARCHAR", "account": "VARCHAR", "start_us": "BIGINT", "end_us": "BIGINT", "coarse": "BOOLEAN",
    "accel_ns": "DECIMAL(38,0)",
}  # fmt: skip
CUSTOMERS = dict.fromkeys(("provider", "account", "customer_ref", "invoice_issuer"), "VARCHAR")
PLACES = {"provider": "VARCHAR", "account": "VARCHAR", "place": "VARCHAR", "span_us": "DECIMAL(38,0)"}
COLUMNS = {"cells": CELLS, "impossible": IMPOSSIBLE, "hours": HOURS, "customers": CUSTOMERS, "places": PLACES}
"""The columns of each table and their types in the embedded engine."""

_ORDER = {
    "cells": ("provider", "account", "start_us"),
    "impossible": ("row",),
    "hours": ("provider", "account", "start_us"),
    "customers": ("provider", "account"),
    "places": ("provider", "account", "place"),
}


def write(table: ir.Table, name: str, path: Path, backend: Any) -> bool:
    """Writes the table's rows, if it has any, ordered so that a reader of few accounts skips the others."""
    columns = [each for each in COLUMNS[name] if each != "file_no"]
    ordered = table.select(*columns).order_by(*_ORDER[name])
    quoted = str(path).replace("'", "''")
    written = backend.raw_sql(f"COPY ({backend.compile(ordered)}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    if written.fetchone()[0]:
        return True
    path.unlink(missing_ok=True)
    return False


def scan(name: str, files: Mapping[int, Path], backend: Any, *, numbered: bool = True) -> ir.Table:
    """The rows of one table over entries, with `file_no` if they are to be numbered.

    Args:
        files: the Parquet file by the number that the usage file has in a delivery; it may be empty.
    """
    columns = [each for each in COLUMNS[name] if each != "file_no"]
    if not files:
        nothing = load(backend, [], {**COLUMNS[name], "file_no": "INTEGER"}, name)
        return nothing if numbered else nothing.drop("file_no")
    if not numbered:
        return backend.read_parquet([str(path) for path in files.values()]).select(*columns)
    rows = backend.read_parquet([str(path) for path in files.values()], filename=_FILE)
    numbers = ({"place": str(path), "file_no": number} for number, path in files.items())
    known = load(backend, numbers, {"place": "VARCHAR", "file_no": "INTEGER"}, "entries")
    return rows.inner_join(known, rows[_FILE] == known.place).select(*columns, "file_no")


def accounts_in(cells: ir.Table) -> ir.Table:
    """The accounts with use in each file: file_no, provider, account.

    Args:
        cells: of some files, with `file_no`.
    """
    return cells.filter(~cells.idle).select("file_no", "provider", "account").distinct()


def forget(table: ir.Table, backend: Any) -> None:
    """Frees what `engine.materialise` kept."""
    backend.raw_sql(f"DROP TABLE {table.get_name()}").fetchall()
