"""The embedded engine: DuckDB in this process."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engines.input_file import InputParquet

if TYPE_CHECKING:
    import ibis.expr.types as ir

FUNCTIONS = {"half_even": "round_even", "epoch_us": "epoch_us", "as_json": "to_json"}
"""The engine's own names. `round_even` on a DECIMAL is exact in DuckDB 2."""

_FILE_COLUMN = "plimsoll_file"
_LINKED = "000000.parquet"


def connect(threads: int | None, memory: str) -> Any:
    """An Ibis backend over a fresh in-memory DuckDB.

    It spills to a temporary folder that goes away with the connection, works in UTC, and never loads or fetches an
    extension beyond those built in.
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


def fetch(backend: Any, expression: ir.Table) -> list[dict[str, Any]]:
    """The rows of a small result.

    Goes past `to_pyarrow`, which would import pandas, and past `to_pyarrow_batches`, which calls a method that
    DuckDB 2 no longer has.
    """
    result = backend.raw_sql(backend.compile(expression))
    rows = [dict(zip(expression.columns, row, strict=True)) for row in result.fetchall()]
    for name in [name for name, kind in expression.schema().items() if kind.is_date()]:
        for row in rows:
            # A day plus an interval is a timestamp to DuckDB, whatever Ibis thinks of it.
            if isinstance(row[name], datetime):
                row[name] = row[name].date()
    return rows


def load(backend: Any, rows: Iterable[Mapping[str, Any]], types: Mapping[str, str], name: str) -> ir.Table:
    """A few rows of Python values as a table.

    They travel as lines of JSON: `ibis.memtable`, and every Arrow array made of Python values, would import pandas.
    """
    with tempfile.TemporaryDirectory(prefix="plimsoll-") as folder:
        path = Path(folder, f"{name}.json")
        with path.open("w", encoding="utf-8") as stream:
            for row in rows:
                stream.write(json.dumps(row) + "\n")
        return materialise(backend, backend.read_json(str(path), columns=dict(types), format="newline_delimited"), name)


def materialise(backend: Any, expression: ir.Table, name: str) -> ir.Table:
    """Runs the expression once and keeps the result in the engine."""
    return backend.create_table(name, expression, temp=True)


def read_files(backend: Any, files: Sequence[InputParquet], staging: Path) -> ir.Table:
    """The files as one table, with `file_no`, `row` and `provider_folder`.

    The engine tells a row's file by its path alone, so the files are linked under paths that say number and provider.
    """
    raw = backend.read_parquet(
        [str(_link(each, staging)) for each in files],
        hive_partitioning=True,
        hive_types_autocast=False,
        filename=_FILE_COLUMN,
        file_row_number=True,
    )
    own = [name for name in raw.columns if name not in (_FILE_COLUMN, "file_row_number", "provider_folder")]
    return raw.select(
        *own,
        file_no=raw[_FILE_COLUMN].right(len(_LINKED)).left(6).cast("int32"),
        row=(raw.file_row_number + 1).cast("int64"),
        provider_folder=raw.provider_folder.nullif("-"),
    )


def _link(file: InputParquet, staging: Path) -> Path:
    from urllib.parse import quote

    folder = staging / f"provider_folder={quote(file.provider or '-', safe='')}"
    folder.mkdir(exist_ok=True)
    link = folder / f"{file.number:06d}.parquet"
    if not link.is_symlink():
        link.symlink_to(file.path.absolute())
    return link


def footer_statistics(paths: Sequence[str], names: Sequence[str]) -> list[tuple[str, str, str | None, str | None]]:
    """What the Parquet footers say of columns: path, column, least and largest value as text; None where unsaid.

    DuckDB reads the footers for every engine: Arrow's own reader ends the whole process where a column chunk is
    encrypted, and Spark has no way to ask.

    Args:
        names: in lower case.
    """
    with _alone() as connection:
        found = connection.execute(_STATISTICS, [list(paths), list(names)]).fetchall()
    return [
        (file, name, low, high) if complete else (file, name, None, None) for file, name, low, high, complete in found
    ]


_STATISTICS = """
    SELECT file_name, lower(path_in_schema), min(stats_min_value), max(stats_max_value),
        count(*) = count(stats_min_value) AND count(*) = count(stats_max_value)
    FROM parquet_metadata(?)
    WHERE list_contains(?, lower(path_in_schema))
    GROUP BY ALL
"""


def read_to_its_end(path: Path) -> None:
    """Reads every column and the footer of a Parquet file; raises `duckdb.Error` where that cannot be done."""
    with _alone() as connection:
        connection.execute("SELECT count(COLUMNS(*)) FROM read_parquet(?)", [str(path)]).fetchall()
        connection.execute("SELECT count(*) FROM parquet_metadata(?)", [str(path)]).fetchall()


def _alone() -> Any:
    """A connection of its own, for a look at files that disturbs no running query."""
    import duckdb

    no_extensions = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(":memory:", config=no_extensions)


def failures() -> tuple[type[Exception], ...]:
    """What the engine raises where it cannot do what it was asked."""
    import duckdb

    return (duckdb.Error,)


def out_of_memory(problem: Exception) -> bool:
    """Whether it failed for want of memory or of temporary disk space."""
    import duckdb

    return isinstance(problem, duckdb.OutOfMemoryException)
