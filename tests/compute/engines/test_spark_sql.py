"""Each expression that Spark would read in its own way, beside DuckDB: the same values, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.compute.daily import utc_day
from plimsoll.compute.engine import as_json, connect, epoch_us, fetch, half_even, load, materialise, read_files
from plimsoll.compute.engines.input_file import InputParquet
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.rejections import _A_NUMBER
from plimsoll.compute.usage.source import _UTC, ZONED, ZONELESS
from plimsoll.compute.usage.spread import divide, spread_over_days

Columns = Callable[[ir.Table, Any], dict[str, ir.Value]]


@pytest.fixture(scope="module")
def duck() -> Any:
    return connect(threads=1)


def _both(duck: Any, spark: Any, words: list[str], columns: Columns) -> list[list[dict[str, Any]]]:
    rows = [{"i": number, "w": word} for number, word in enumerate([*words, None])]
    found = []
    for backend in (duck, spark):
        table = load(backend, rows, {"i": "INTEGER", "w": "VARCHAR"}, "words")
        chosen = table.select("i", "w", **columns(table, backend))
        found.append(sorted(fetch(backend, chosen), key=lambda row: row["i"]))
    return found


def _same(duck: Any, spark: Any, words: list[str], columns: Columns) -> None:
    mine, theirs = _both(duck, spark, words, columns)
    assert [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]] == []


_NUMBERS = [
    "1e3", " 1.5 ", "\t1.5\n", "\v1", "1.", ".5", "1_000", "_1", "1_", "1__0", "1_000.5", "1._5", "1.5_0", "+1", "--1",
    "0.1234567890123455", "-0.1234567890123455", "1e400", "1e-400", "5e-16", "12d", "inf", "nan", "NaN", "Infinity",
    "99999999999999999999999", "99999999999999999999999.9999999999999995", "1e22", "1e23", "1e", "5.e3", "1e10_0",
    "0e500", "-0", "1,5", "", "1\n", "1 000", "100000000000000000000000000e-10", "0555665864299439782802138.03e-40",
]  # fmt: skip


def test_numbers_are_read_alike(duck: Any, spark: Any) -> None:
    rnd = random.Random(5)
    words = list(_NUMBERS)
    for _ in range(300):
        fraction = "." + str(rnd.randrange(10 ** rnd.randint(1, 20))) if rnd.random() < 0.6 else ""
        power = rnd.choice("eE") + rnd.choice(("", "+", "-")) + str(rnd.randint(0, 24)) if rnd.random() < 0.4 else ""
        whole = str(rnd.randrange(10 ** rnd.randint(1, 9)))
        words.append(rnd.choice(("", "-", "+", " ")) + whole + fraction + power)
    _same(
        duck, spark, words,
        lambda table, _: {
            "fine": table.w.try_cast("decimal(38, 15)"),
            "whole": table.w.try_cast("decimal(38, 0)"),
            "number": table.w.re_search(_A_NUMBER),
        },
    )  # fmt: skip


def test_instants_are_read_alike(duck: Any, spark: Any) -> None:
    rnd = random.Random(6)
    words = ["2026-02-30", "2024-02-29", "0000-01-01", "2026-03-01 24:00", "2026-03-01 24:00:00.5Z", "1.3.2026", ""]
    for _ in range(500):
        day = f"{rnd.choice((1, 1969, 2026, 9999)):04}-{rnd.choice((0, 1, 2, 12, 13)):02}-{rnd.choice((1, 29, 31)):02}"
        clock = ""
        if rnd.random() < 0.9:
            clock = rnd.choice("T ") + f"{rnd.choice((0, 9, 23, 24, 25)):02}:{rnd.choice((0, 59, 60)):02}"
        if clock and rnd.random() < 0.8:
            clock += f":{rnd.choice((0, 59, 60)):02}" + rnd.choice(("", ".", ".5", ".123456", ".1234567", ".999999999"))
        zones = ("", "Z", "z", " UTC", "UTC", "  UTC", " Z", "+00", "-05", "+0530", "-05:30", "+99:99", " +01:00", "+1")
        words.append(day + clock + rnd.choice(zones))

    def read(table: ir.Table, backend: Any) -> dict[str, ir.Value]:
        told = table.w.re_search(ZONED) | table.w.re_search(ZONELESS)
        return {"at": epoch_us(ibis.ifelse(told, table.w.try_cast(_UTC), None), backend), "told": told}

    _same(duck, spark, words, read)


def test_words_are_read_alike(duck: Any, spark: Any) -> None:
    words = [
        "a\nb",
        "x\r",
        "end\n",
        "i-0123456789abcdef0\n",
        "é/ü",
        "  pad\t\v",
        "NULL",
        "null",
        "ß",
        "a'b\\c",
        "1.2.3",
    ]
    _same(
        duck, spark, words,
        lambda table, _: {
            "end": table.w.re_search(r"^[^\s]+$"),
            "dot": table.w.re_search("a.b"),
            "part": table.w.re_extract(r"(\d+)\.(\d+)", 2),
            "strip": table.w.strip(),
            "left": table.w.left(2),
            "right": table.w.right(2),
            "digest": table.w.hexdigest("md5"),
            "slash": table.w.replace("/", "%2F"),
            "small": table.w.re_extract(r"\d+", 0).try_cast("int64"),
            "has": table.w.contains("'b\\"),
            "same": table.w.identical_to("NULL"),
            "or": ibis.coalesce(table.w.nullif("NULL"), "nothing"),
        },
    )  # fmt: skip


def test_amounts_are_added_divided_and_shared_out_alike(duck: Any, spark: Any) -> None:
    rnd = random.Random(9)
    rows = [
        {
            "i": number,
            "a": rnd.choice((-1, 1)) * rnd.randrange(10 ** rnd.randint(1, 18)),
            "b": rnd.randint(1, 4 * 10**7 - 1),
            "q": str(Decimal(rnd.randint(-(10**12), 10**12)) / 10 ** rnd.randint(0, 6)),
            "g": f"g{rnd.randint(0, 5)}",
            "n": rnd.randint(1, 200),
            "z": rnd.choice((None, 1, 2)),
        }
        for number in range(200)
    ]
    kinds = {
        "i": "INTEGER",
        "a": "BIGINT",
        "b": "BIGINT",
        "q": "VARCHAR",
        "g": "VARCHAR",
        "n": "INTEGER",
        "z": "INTEGER",
    }
    one, other = (_amounts(backend, load(backend, rows, kinds, "amounts")) for backend in (duck, spark))
    for name in one:
        assert one[name] == other[name], name


def _amounts(backend: Any, table: ir.Table) -> dict[str, list[dict[str, Any]]]:
    table = table.mutate(q=table.q.try_cast("decimal(38, 15)"))
    table = table.mutate(big=(table.a.cast(EXACT) * table.b.cast("decimal(18, 0)")).cast(EXACT))
    window = ibis.range_window(preceding=29, following=0, group_by="g", order_by="n")
    start = 1_767_225_600_000_000 + table.b * 1_000_000
    periods = table.select(
        cell=table.i, account=table.g, start_us=start, end_us=(start + table.b * 3_333_333).cast("int64"),
        accel_ns=table.big, accel_ns_bp=(table.big * 3).cast(EXACT), rows=table.n.cast("int64"),
    )  # fmt: skip
    asked = {
        "rows": table.select(
            "i",
            rounded=half_even(table.q * table.b, backend),
            cast=(table.q * table.b).cast(EXACT),
            whole=table.q.cast("int64"),
            rest=table.a % table.b,
            most=ibis.greatest(table.big, ibis.literal(0, type=EXACT)),
            day=utc_day(table.a.abs() % 10**16),
            near=(table.b / 7).cast("int64"),
            within=table.q.between(0, 1),
            last=table.big.sum().over(window).cast(EXACT),
            place=ibis.row_number().over(group_by="g", order_by="i"),
        ),
        "quotients": divide(table.mutate(_left=table.big.abs()), "_left", "b", "k").select("i", "k_quotient", "k_rest"),
        "days": materialise(backend, spread_over_days(periods), "days"),
        "groups": table.group_by("g").agg(
            total=table.big.sum().cast(EXACT),
            some=table.big.sum(where=table.n > 100).cast(EXACT),
            fine=table.q.sum().cast("decimal(38, 15)"),
            kinds=table.n.nunique(),
            first=table.n.min(where=table.n > 100),
            true=(table.n > 3).sum().cast("int64"),
            known=table.z.count(),
        ),
    }
    answers = {name: sorted(fetch(backend, each), key=str) for name, each in asked.items()}
    return answers | {"order": fetch(backend, table.select("z", "q", "i").order_by("z", ibis.desc("q"), "i").limit(40))}


def test_columns_of_files_are_read_alike(duck: Any, spark: Any, tmp_path: Path) -> None:
    rnd = random.Random(2)
    floats = [0.0, 0.1, 1e-7, 1e16, 123456789012.0, 2e-3, 2.0**-44, 8.41e21, 1e-5, 9999999999999998.0, 1 / 3]
    floats += [rnd.random() * 10 ** rnd.randint(-8, 20) for _ in range(200)]
    size = len(floats)
    moment = 1_772_323_200_123_456
    table = pa.table(
        {
            "f": floats,
            "u8": pa.array([200] * size, pa.uint8()),
            "u64": pa.array([2**63] * size, pa.uint64()),
            "d": pa.array([Decimal("1.50")] * size, pa.decimal128(10, 3)),
            "day": pa.array([20_000] * size, pa.date32()),
            "zoned": pa.array([moment] * size, pa.timestamp("us", "UTC")),
            "plain": pa.array([moment] * size, pa.timestamp("us")),
            "nanos": pa.array([moment * 1000] * size, pa.timestamp("ns")),
            "millis": pa.array([moment // 1000] * size, pa.timestamp("ms", "UTC")),
            "tags": pa.array([[("a", "1"), ("ü", None)]] * size, pa.map_(pa.string(), pa.string())),
            "parts": pa.array([{"InstanceType": "x", "GpuCount": None}] * size),
        }
    )
    pq.write_table(table, tmp_path / "typed.parquet")
    metadata = pq.read_metadata(tmp_path / "typed.parquet").schema
    columns = (metadata.column(number) for number in range(len(metadata)))
    schema = tuple((each.path, each.physical_type, str(each.logical_type)) for each in columns)
    answers = []
    for name, backend in (("duck", duck), ("spark", spark)):
        staging = tmp_path / name
        staging.mkdir()
        read = read_files(backend, [InputParquet(3, tmp_path / "typed.parquet", "p", schema)], staging)
        chosen = read.select(
            "row", "file_no", "provider_folder",
            f=read.f.cast("string"),
            number=read.f.cast("string").try_cast("decimal(38, 15)"),
            u8=read.u8.cast("decimal(38, 0)"),
            u64=read.u64.cast("decimal(38, 0)"),
            d=read.d.cast("string"),
            day=read.day.cast("string"),
            zoned=epoch_us(read.zoned, backend),
            plain=epoch_us(read.plain, backend),
            nanos=epoch_us(read.nanos, backend),
            millis=epoch_us(read.millis, backend),
            text=read.zoned.cast("string"),
            tags=as_json(read.tags, backend),
            parts=as_json(read.parts, backend),
        )  # fmt: skip
        kinds = {name: (kind.is_timestamp() and kind.timezone) for name, kind in read.schema().items()}
        answers.append((kinds, sorted(fetch(backend, chosen), key=lambda row: row["row"])))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", ["plain.parquet", "a b%20[x]*{a,b}?#é=:.parquet"])
def test_rows_know_their_file_whatever_it_is_called(spark: Any, tmp_path: Path, name: str) -> None:
    pq.write_table(pa.table({"v": [10, 20]}), tmp_path / name)
    read = read_files(spark, [InputParquet(7, tmp_path / name, None, ())], tmp_path)
    assert sorted(fetch(spark, read), key=str) == [
        {"v": 10, "file_no": 7, "row": 1, "provider_folder": None},
        {"v": 20, "file_no": 7, "row": 2, "provider_folder": None},
    ]
