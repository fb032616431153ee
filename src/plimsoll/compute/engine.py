"""The engines behind one door: Ibis over DuckDB in this process, or over Apache Spark.

Expressions are written in Ibis once, and every engine gives the same digits. What differs between them is kept in
`compute/engines`: how to connect, how to read files, how to compile what the engines understand differently, the
three functions that Ibis has no word for, and how to give an expression a name to run it once.
"""

from __future__ import annotations

import os
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.kernel.errors import PlimsollError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import ibis.expr.types as ir

    from plimsoll.compute.engines.input_file import InputParquet

DUCKDB = "duckdb"
"""The name of the default engine."""

MEMORY = "512MB"
"""What the embedded engine may hold before it spills. Enough for a hundred million rows; more can make it faster."""

_MEMORY = re.compile(r"[1-9]\d{0,5} ?[MG]i?B")

SHARED_FOLDER = "PLIMSOLL_SHARED"
"""Environment variable: a folder that every machine of a cluster sees under the same path, for copies of text files."""


def connect(engine: str = DUCKDB, threads: int | None = None, memory: str = MEMORY) -> Any:
    """An Ibis backend over an engine, set up the same way everywhere.

    Args:
        engine: ``duckdb``; ``local[N]`` for Spark in this process on N threads, ``local[*]`` for one per core;
            ``spark://host:port`` for a standalone cluster.
        threads: of DuckDB, at most so many; None for one per core. Results do not depend on it.
        memory: what DuckDB may hold before it spills, e.g. ``"512MB"``. The process needs about a third more. Spark
            has settings of its own: see docs/howto/spark.md.

    Raises:
        PlimsollError: ``engine.memory``, ``engine.unknown``, ``engine.spark_absent``, ``engine.java_absent``,
            ``engine.unreachable``, ``engine.other_session``.
    """
    if engine == DUCKDB:
        from plimsoll.compute.engines import duck

        if not _MEMORY.fullmatch(memory):
            raise PlimsollError(
                "engine.memory",
                f'"{memory[:40]}" is no amount of memory',
                fix="Give a number and a unit, such as 512MB or 4GB.",
            )
        return duck.connect(threads, memory)
    from plimsoll.compute.engines.spark_names import is_master

    if not is_master(engine):
        raise PlimsollError(
            "engine.unknown",
            f'there is no engine "{engine[:80]}"',
            fix="Give duckdb, local[N] with a number of threads, or spark://HOST:PORT of a standalone master.",
        )
    from plimsoll.compute.engines import spark

    return spark.connect(engine)


def spark_session(backend: Any) -> Any:
    """The Spark session behind a backend; None where the engine is another."""
    return None if backend.name == DUCKDB else backend.session


def staging_folder() -> Path:
    """A fresh folder for copies of input, which the caller removes: in `SHARED_FOLDER`, else in the temporary folder.

    Raises:
        PlimsollError: ``engine.no_shared_folder``.
    """
    shared = os.environ.get(SHARED_FOLDER)
    try:
        return Path(tempfile.mkdtemp(prefix="plimsoll-usage-", dir=shared or None))
    except OSError as problem:
        raise PlimsollError(
            "engine.no_shared_folder",
            f"no folder can be made in {shared or tempfile.gettempdir()}: {problem.strerror}",
            fix=f"Set {SHARED_FOLDER} to a folder that exists and can be written to.",
        ) from None


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
    return ibis.udf.scalar.builtin(declared, name=_module(engine).FUNCTIONS[function])


def fetch(backend: Any, expression: ir.Table) -> list[dict[str, Any]]:
    """The rows of a small result over tables of this backend."""
    found: list[dict[str, Any]] = _module(backend.name).fetch(backend, expression)
    return found


def load(backend: Any, rows: Iterable[Mapping[str, Any]], types: Mapping[str, str], name: str) -> ir.Table:
    """A few rows of Python values as a table of the engine, under a fresh name.

    Args:
        types: column names and SQL types: BOOLEAN, INTEGER, BIGINT, VARCHAR, DATE as ISO text, DECIMAL(p,s) as text.
    """
    return _module(backend.name).load(backend, rows, types, _fresh(name))


def materialise(backend: Any, expression: ir.Table, name: str) -> ir.Table:
    """Runs the expression once and keeps the result in the engine under a fresh name.

    A cluster computes what a lost worker held again from the input, which therefore must stay where it is.
    """
    return _module(backend.name).materialise(backend, expression, _fresh(name))


def read_files(backend: Any, files: Sequence[InputParquet], staging: Path) -> ir.Table:
    """Parquet files of one schema as one table.

    Args:
        staging: a folder for links to the files, as long as the table is read.

    Returns:
        the files' own columns, and `file_no` (int32, the file's number), `row` (int64, from 1), `provider_folder`.
    """
    return _module(backend.name).read_files(backend, files, staging)


def failures(backend: Any) -> tuple[type[Exception], ...]:
    """What the engine raises where it cannot do what it was asked."""
    found: tuple[type[Exception], ...] = _module(backend.name).failures()
    return found


def out_of_memory(backend: Any, problem: Exception) -> bool:
    """Whether the engine failed for want of memory or of temporary disk space."""
    return bool(_module(backend.name).out_of_memory(problem))


def _module(engine: str) -> Any:
    if engine == DUCKDB:
        from plimsoll.compute.engines import duck

        return duck
    from plimsoll.compute.engines import spark

    return spark


def _fresh(name: str) -> str:
    return f"{name}_{next(_numbers)}"


_numbers = iter(range(1, 2**62))
