"""Apache Spark, on this machine or on a standalone cluster, through Ibis."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engines.input_file import InputParquet

if TYPE_CHECKING:
    import ibis.expr.types as ir

FUNCTIONS = {"half_even": "bround", "epoch_us": "unix_micros", "as_json": "to_json"}
"""The engine's own names. `bround` on a DECIMAL is exact."""

_OWN = ("file_no", "row", "provider_folder")


def connect(engine: str) -> Any:
    """An Ibis backend over a session of its own on that master; see `spark_start.session`."""
    from plimsoll.compute.engines.spark_start import session

    # PySpark 4.3 knows pandas 3 less well than 2; nothing here passes through pandas.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
    own = session(engine)
    return _backend_class()().connect(own)


@lru_cache(maxsize=1)
def _backend_class() -> Any:
    from ibis.backends.pyspark import Backend

    from plimsoll.compute.engines.spark_sql import Compiler

    def session_of(backend: Any) -> Any:
        return backend._session

    ours = type("SparkBackend", (Backend,), {"compiler": Compiler(), "session": property(session_of)})
    # Ibis does this where it loads a backend by its name.
    ours().register_options()
    return ours


def fetch(backend: Any, expression: ir.Table) -> list[dict[str, Any]]:
    """The rows of a small result."""
    rows: list[dict[str, Any]] = _frame(backend, expression).toArrow().to_pylist()
    return rows


def _frame(backend: Any, expression: ir.Table) -> Any:
    return backend.session.sql(backend.compile(expression))


def load(backend: Any, rows: Iterable[Mapping[str, Any]], types: Mapping[str, str], name: str) -> ir.Table:
    """A few rows of Python values as a table.

    They travel as Arrow, which Spark keeps as a local table whose size it knows, so that joins with it need no shuffle.
    """
    import pyarrow as pa

    plain = {name: pa.type_for_alias(_ARROW.get(kind.upper(), "string")) for name, kind in types.items()}
    listed = list(rows)
    columns = [pa.array([row.get(name) for row in listed], kind) for name, kind in plain.items()]
    table = pa.table(columns, schema=pa.schema(list(plain.items())))
    frame = backend.session.createDataFrame(table)
    wanted = [f"cast(`{name}` AS {_SPARK.get(kind.upper(), kind)}) AS `{name}`" for name, kind in types.items()]
    return _named(backend, frame.selectExpr(*wanted), name)


_ARROW = {"BOOLEAN": "bool", "INTEGER": "int32", "BIGINT": "int64", "VARCHAR": "string", "DOUBLE": "float64"}
_SPARK = {"VARCHAR": "STRING"}


def materialise(backend: Any, expression: ir.Table, name: str) -> ir.Table:
    """Runs the expression once; its rows stay with the workers, in memory and on their disks.

    What a lost worker held is computed again by the same plan, whose result does not depend on who computes it.
    """
    from pyspark import StorageLevel

    frame = _frame(backend, expression).persist(StorageLevel.MEMORY_AND_DISK)
    frame.count()
    return _named(backend, frame, name)


def _named(backend: Any, frame: Any, name: str) -> ir.Table:
    """The frame under a name, with the types that Ibis knows; to `Backend.table` both kinds of timestamp are one."""
    import ibis.expr.datatypes as dt
    import ibis.expr.operations as ops
    import ibis.expr.schema as sch
    from ibis.backends.pyspark.datatypes import PySparkType
    from pyspark.sql import types as spark_types

    frame.createOrReplaceTempView(name)
    kinds = {
        field.name: dt.Timestamp(timezone="UTC")
        if isinstance(field.dataType, spark_types.TimestampType)
        else PySparkType.to_ibis(field.dataType)
        for field in frame.schema.fields
    }
    return ops.DatabaseTable(name, schema=sch.Schema(kinds), source=backend).to_expr()


def read_files(backend: Any, files: Sequence[InputParquet], staging: Path) -> ir.Table:
    """The files as one table, with `file_no`, `row` and `provider_folder`.

    Workers open the files under the same absolute paths as this process. Spark tells a row's file by its address,
    which is joined with a small table of numbers.
    """
    from pyspark.sql import functions as sql

    places = {str(_place(each, staging)): each for each in files}
    reader = backend.session.read.option("recursiveFileLookup", "true")
    shape = reader.parquet(next(iter(places))).schema
    frame = reader.schema(shape).parquet(*places)
    numbers = [
        {"place": place, "file_no": each.number, "provider_folder": each.provider} for place, each in places.items()
    ]
    kinds = {"place": "VARCHAR", "file_no": "INTEGER", "provider_folder": "VARCHAR"}
    told = load(backend, numbers, kinds, f"files_{next(_numbers)}")
    own = [name for name in frame.columns if name not in _OWN]
    known = frame.select(
        *[_as_duckdb_reads(sql, frame, name, files[0].schema).alias(name) for name in own],
        sql.regexp_replace("_metadata.file_path", "^file:/+", "/").alias("_of"),
        (sql.col("_metadata.row_index") + 1).alias("row"),
    )
    joined = known.join(sql.broadcast(backend.session.table(told.get_name())), sql.col("_of") == sql.col("place"))
    return _named(backend, joined.select(*own, "file_no", "row", "provider_folder"), f"usage_files_{next(_numbers)}")


_numbers = count(1)


def _place(file: InputParquet, staging: Path) -> Path:
    """Where Spark is to look: it takes some characters of a path for patterns, and cannot read others."""
    place = file.path.resolve()
    if _PLAIN.fullmatch(str(place)):
        return place
    link = staging.resolve() / f"{file.number:06d}.parquet"
    if not link.is_symlink():
        link.symlink_to(place)
    return link


_PLAIN = re.compile(r"[A-Za-z0-9/._=+@,~-]+")


def _as_duckdb_reads(sql: Any, frame: Any, name: str, schema: Sequence[tuple[str, str, str]]) -> Any:
    """A column with the type that DuckDB gives it, where Spark sees another."""
    column = frame[name]
    physical, logical = next(((kind, told) for path, kind, told in schema if path == name), ("", ""))
    if physical == "INT96":
        return column.cast("timestamp_ntz")
    if "nanoseconds" in logical and logical.startswith("Timestamp"):
        moment = sql.timestamp_micros(sql.floor(column / 1000).cast("bigint"))
        return moment if "isAdjustedToUTC=true" in logical else moment.cast("timestamp_ntz")
    return column if _known_to_ibis(frame.schema[name].dataType) else column.cast("string")


def _known_to_ibis(kind: Any) -> bool:
    from ibis.backends.pyspark.datatypes import PySparkType

    try:
        PySparkType.to_ibis(kind)
    except NotImplementedError:
        return False
    return True


def failures() -> tuple[type[Exception], ...]:
    """What the engine raises where it cannot do what it was asked."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError, ConnectionError)


def out_of_memory(problem: Exception) -> bool:
    """Whether it failed for want of memory or of disk space."""
    said = str(problem)
    return any(word in said for word in ("OutOfMemoryError", "SparkOutOfMemoryError", "No space left on device"))
