"""The engine: set up in UTC without extensions, three functions that Ibis has no word for, small loads and fetches."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.engine import as_json, connect, epoch_us, fetch, half_even, load
from plimsoll.kernel.rounding import divide_half_even


def test_it_is_set_up_the_same_way_everywhere() -> None:
    backend = connect(threads=1, memory="300MB")
    found = dict(backend.raw_sql("SELECT name, value FROM duckdb_settings()").fetchall())
    assert (found["threads"], found["TimeZone"], found["enable_progress_bar"]) == ("1", "UTC", "false")
    assert (found["autoinstall_known_extensions"], found["autoload_known_extensions"]) == ("false", "false")
    assert found["memory_limit"].startswith("286")


def test_the_spill_folder_goes_with_the_connection() -> None:
    backend = connect(threads=1)
    spill = Path(backend.raw_sql("SELECT current_setting('temp_directory')").fetchone()[0])
    assert spill.is_dir()
    del backend
    gc.collect()
    assert not spill.exists()


@settings(max_examples=25, deadline=None)
@given(numerators=st.lists(st.integers(-(10**22), 10**22), min_size=1, max_size=50))
def test_rounding_in_the_engine_is_the_kernel_s(numerators: list[int]) -> None:
    """Half-even, on the value and on the ties."""
    halves = [*numerators, *(2 * number + 1 for number in numerators)]
    backend = _backend()
    rows = [{"n": n, "v": str(Decimal(half) / 2)} for n, half in enumerate(halves)]
    table = load(backend, rows, {"n": "BIGINT", "v": "VARCHAR"}, "rounding")
    rounded = table.select("n", r=half_even(table.v.cast("decimal(38, 15)"), backend))
    assert {row["n"]: int(row["r"]) for row in fetch(backend, rounded)} == {
        n: divide_half_even(half, 2) for n, half in enumerate(halves)
    }
    assert Fraction(halves[0], 2).denominator in (1, 2)


def _backend() -> Any:
    if not _BACKENDS:
        _BACKENDS.append(connect(threads=1))
    return _BACKENDS[0]


_BACKENDS: list[Any] = []


def test_moments_and_structures(engine: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    micros = int(moment.timestamp() * 10**6)
    table = pa.table(
        {
            "zoned": pa.array([moment], pa.timestamp("us", "UTC")),
            "plain": pa.array([moment.replace(tzinfo=None)], pa.timestamp("ns")),
            "map": pa.array([[("a", "1")]], pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    read = engine.read_parquet(str(tmp_path / "t.parquet"))
    columns = {"z": epoch_us(read.zoned, engine), "p": epoch_us(read.plain, engine), "m": as_json(read.map, engine)}
    assert fetch(engine, read.select(**columns)) == [{"z": micros, "p": micros, "m": '{"a":"1"}'}]


@pytest.mark.parametrize("rows", [[], [{"a": None, "b": True}, {"a": 'q"\n, é', "b": None}]])
def test_a_few_rows_travel_whole(rows: list[dict[str, Any]], engine: Any) -> None:
    assert fetch(engine, load(engine, rows, {"a": "VARCHAR", "b": "BOOLEAN"}, "few")) == rows
