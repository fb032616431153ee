"""The embedded engine: Ibis over DuckDB, set up the same way everywhere.

Expressions are written in Ibis, so that a cluster (Ibis over Apache Spark) can run the same ones. What differs
between engines is kept here: how to connect, the three functions that Ibis has no word for, and how to give an
expression a name to run it once.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import ibis.expr.types as ir

_FUNCTIONS = {
    "duckdb": {"half_even": "round_even", "epoch_us": "epoch_us", "as_json": "to_json"},
    "pyspark": {"half_even": "bround", "epoch_us": "unix_micros", "as_json": "to_json"},
}
"""Per engine: the function's own name. `round_even` on a DECIMAL is exact in DuckDB 2, as is Spark's `bround`."""


def connect(threads: int | None = None, memory: str = "1GB") -> Any:
    """An Ibis backend over a fresh in-memory DuckDB.

    It spills to a temporary folder that goes away with the connection, works in UTC, and never loads or fetches an
    extension beyond those built in.

    Args:
        threads: at most so many; None for one per core. Results do not depend on it.
        memory: what DuckDB may hold before it spills, e.g. ``"1GB"``. The process needs about a third more.
    """
    import ibis

    spill = tempfile.mkdtemp(prefix="plimsoll-")
    settings: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": spill,
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        settings["threads"] = threads
    backend = ibis.duckdb.connect(":memory:", **settings)
    backend.settings["enable_progress_bar"] = False
    weakref.finalize(backend, shutil.rmtree, spill, ignore_errors=True)
    return backend


def half_even(value: ir.Value, backend: Any) -> ir.Value:
    """A decimal rounded to a whole number, ties to the even neighbour."""
    import ibis

    return _function("half_even", backend.name, "decimal(38, 0)")(value, ibis.literal(0, type="int32"))


def epoch_us(moment: ir.Value, backend: Any) -> ir.Value:
    """Microseconds since 1970 of a timestamp; one without a zone is taken as UTC."""
    return _function("epoch_us", backend.name, "int64")(moment)


def as_json(value: ir.Value, backend: Any) -> ir.Value:
    """A map, list or struct as JSON text."""
    return _function("as_json", backend.name, "string")(value)


@lru_cache
def _function(function: str, engine: str, result: str) -> Callable[..., ir.Value]:
    import ibis
    import ibis.expr.datatypes as dt

    def one(value: Any) -> Any:
        """One argument."""

    def two(value: Any, places: Any) -> Any:
        """Two arguments."""

    declared = two if function == "half_even" else one
    # Ibis reads types from annotations: the engine's own functions take any type and return this one.
    declared.__annotations__ = {"return": dt.dtype(result)}
    return ibis.udf.scalar.builtin(declared, name=_FUNCTIONS[engine][function])


def fetch(backend: Any, expression: ir.Table) -> list[dict[str, Any]]:
    """The rows of a small result over tables of this backend.

    Goes past `to_pyarrow` of the DuckDB backend, which would import pandas, and past its `to_pyarrow_batches`, which
    calls a method that DuckDB 2 no longer has.
    """
    if backend.name != "duckdb":
        return list(backend.to_pyarrow(expression).to_pylist())
    result = backend.raw_sql(backend.compile(expression))
    return [dict(zip(expression.columns, row, strict=True)) for row in result.fetchall()]


def load(backend: Any, rows: Iterable[Mapping[str, Any]], types: Mapping[str, str], name: str) -> ir.Table:
    """A few rows of Python values as a table of the engine, under a fresh name.

    They travel as lines of JSON: `ibis.memtable`, and every Arrow array made of Python values, would import pandas.

    Args:
        types: column names and the engine's SQL types.
    """
    with tempfile.TemporaryDirectory(prefix="plimsoll-") as folder:
        path = Path(folder, f"{name}.json")
        with path.open("w", encoding="utf-8") as stream:
            for row in rows:
                stream.write(json.dumps(row) + "\n")
        return materialise(backend, backend.read_json(str(path), columns=dict(types), format="newline_delimited"), name)


def materialise(backend: Any, expression: ir.Table, name: str) -> ir.Table:
    """Runs the expression once and keeps the result in the engine under a fresh name."""
    return backend.create_table(f"{name}_{next(_numbers)}", expression, temp=True)


_numbers = iter(range(1, 2**62))
