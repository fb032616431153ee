"""Accounting: exact sums, tiers, windows, and the properties that make them trustworthy."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compute.conftest import H100_PEAK, HOUR_NS, write_focus

from plimsoll.compute.accounting import Accounts, account
from plimsoll.compute.engine import connect, fetch
from plimsoll.compute.rolling import crossings, peaks, recent_use, rolling_windows
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.usage.read import open_usage
from plimsoll.compute.utilisation import PRIORS
from plimsoll.kernel.rounding import divide_half_even

Accounted = Callable[..., Accounts]
Rows = Sequence[Mapping[str, str]]


# --- tiers -----------------------------------------------------------------------------------------------------------


def test_tiers_of_evidence(accounted: Accounted) -> None:
    accounts = accounted(
        {"x_TensorActive": "0.4567", "x_DeclaredRunId": "run-1"},
        {"x_DeclaredRunId": "run-1"},
        {"x_WorkloadClass": "train"},
        {"x_WorkloadClass": "infer", "BillingAccountId": "acct-2"},
        {"x_WorkloadClass": "other", "BillingAccountId": "acct-3"},
        {"BillingAccountId": "acct-4"},
        {"BillingAccountId": "acct-5", "x_TensorActive": "1.5"},
        utilisation={"run-1": 4_100, "run-2": 9_000},
    )
    found = {
        (row["account"], row["run_id"], row["tier"]): Fraction(int(row["est_e4"]), int(row["cap_flop"]))
        for row in accounts.daily.to_pyarrow().to_pylist()
    }
    assert found == {
        ("acct-1", "run-1", "A"): 4_567,
        ("acct-1", "run-1", "B"): 4_100,
        ("acct-1", None, "C"): PRIORS.train,
        ("acct-2", None, "C"): PRIORS.other,
        ("acct-3", None, "C"): PRIORS.other,
        ("acct-4", None, "C"): PRIORS.train,
        ("acct-5", None, "C"): PRIORS.train,
    }
    assert accounts.totals.cap_flop == 7 * 8 * HOUR_NS * H100_PEAK


def test_a_measured_share_is_rounded_once_half_even(accounted: Accounted) -> None:
    rows = [{"x_TensorActive": share} for share in ("0.00005", "0.00015", "0.00025", "0.4", "1", "0")]
    assert accounted(*rows).totals.est_e4 == 8 * HOUR_NS * H100_PEAK * (0 + 2 + 2 + 4_000 + 10_000 + 0)


def test_a_row_is_rounded_once_half_even_to_the_nanosecond(accounted: Accounted) -> None:
    """1e-12 hours of eight accelerators are 28.8 ns; half a nanosecond goes to the even neighbour."""
    assert accounted({"ConsumedQuantity": "0.000000000001"}).totals.accel_ns == 29
    assert accounted({"ConsumedQuantity": "0.0000000005", "ConsumedUnit": "GPU-Seconds"}).totals.accel_ns == 0
    assert accounted({"ConsumedQuantity": "0.0000000015", "ConsumedUnit": "GPU-Seconds"}).totals.accel_ns == 2
    assert accounted({"ConsumedQuantity": "-0.0000000025", "ConsumedUnit": "GPU-Seconds"}).totals.accel_ns == -2


def test_the_largest_row_and_the_smallest(accounted: Accounted) -> None:
    most = {"ConsumedQuantity": "2777777777", "ConsumedUnit": "GPU-Hours"}
    assert accounted(most).totals.accel_ns == 2_777_777_777 * HOUR_NS
    assert accounted(most, most).totals.cap_flop == 2 * 2_777_777_777 * HOUR_NS * H100_PEAK


# --- days and windows ------------------------------------------------------------------------------------------------


def test_a_period_of_several_days_is_spread_over_them(accounted: Accounted) -> None:
    month = {"ChargePeriodStart": "2026-02-27T12:00:00Z", "ChargePeriodEnd": "2026-03-02T06:00:00Z"}
    accounts = accounted({**month, "ConsumedQuantity": "66"}, {"ChargePeriodStart": "2026-03-01T00:00:00Z"})
    by_day = {str(row["day"]): row for row in accounts.daily.to_pyarrow().to_pylist()}
    assert {day: int(row["accel_ns"]) // (8 * HOUR_NS) for day, row in by_day.items()} == {
        "2026-02-27": 12,
        "2026-02-28": 24,
        "2026-03-01": 25,
        "2026-03-02": 6,
    }
    assert {day: (row["rows"], row["grain"]) for day, row in by_day.items()} == {
        "2026-02-27": (1, "month"),
        "2026-02-28": (0, "month"),
        "2026-03-01": (1, "month"),
        "2026-03-02": (0, "month"),
    }


@pytest.mark.parametrize(
    ("end", "grain"),
    [("2026-03-01T01:00:00Z", "hour"), ("2026-03-02T00:00:00Z", "day"), ("2026-03-02T01:00:01Z", "month")],
)
def test_the_grain_is_the_coarsest_period(end: str, grain: str, accounted: Accounted) -> None:
    accounts = accounted({"ChargePeriodEnd": end})
    assert {row["grain"] for row in accounts.daily.to_pyarrow().to_pylist()} == {grain}
    assert [coverage.grain for coverage in accounts.coverage] == [grain]


def test_coverage_names_the_months_without_rows(accounted: Accounted) -> None:
    def month(number: int) -> dict[str, str]:
        return {
            "ChargePeriodStart": f"2026-{number:02d}-05T00:00:00Z",
            "ChargePeriodEnd": f"2026-{number:02d}-05T01:00:00Z",
        }

    storage = {"SkuMeter": "TimedStorage-ByteHrs", "ConsumedUnit": "GB-Months"}
    (coverage,) = accounted(month(1), {**month(4), **storage}, {**month(6), "BillingAccountId": ""}).coverage
    assert (coverage.first_day, coverage.last_day) == (date(2026, 1, 5), date(2026, 4, 5))
    assert coverage.months == (date(2026, 1, 1), date(2026, 4, 1))
    assert coverage.missing_months == (date(2026, 2, 1), date(2026, 3, 1))


@cache
def one_engine() -> Any:
    return connect(threads=2)


def _daily_table(rows: Sequence[tuple[str, int, int]]) -> Any:
    """(account, day number, FLOP) as a daily table; est is half of cap."""
    table = pa.table(
        {
            "provider": pa.array(["p"] * len(rows), pa.string()),
            "account": pa.array([row[0] for row in rows], pa.string()),
            "day": pa.array([date(2026, 1, 1) + timedelta(days=row[1]) for row in rows], pa.date32()),
            "cap_flop": pa.array([row[2] for row in rows], pa.decimal128(38, 0)),
            "est_e4": pa.array([row[2] * 5_000 for row in rows], pa.decimal128(38, 0)),
        }
    )
    return ibis.memtable(table)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 800), st.integers(-(10**24), 10**26)), min_size=1, max_size=40
    )
)
def test_rolling_windows_are_what_they_say(rows: list[tuple[str, int, int]]) -> None:
    """Every window equals the plain sum over the N days that end on its day, days without use included."""
    found = one_engine().to_pyarrow(rolling_windows(_daily_table(rows), (1, 30, 365))).to_pylist()
    assert {(row["account"], row["day"]) for row in found} == {
        (name, date(2026, 1, 1) + timedelta(days=number)) for name, number, _ in rows
    }
    for row in found:
        last = (row["day"] - date(2026, 1, 1)).days
        for length in (1, 30, 365):
            expected = sum(
                flop for name, number, flop in rows if name == row["account"] and last - length < number <= last
            )
            assert int(row[f"cap_{length}"]) == expected
            assert int(row[f"est_e4_{length}"]) == expected * 5_000


def test_crossings_peaks_and_recent_use() -> None:
    line = 10**25
    rows = [("a", 0, line), ("a", 20, 1), ("a", 100, line), ("b", 0, line), ("c", 5, 2 * line + 2), ("c", 6, 7)]
    rolling = rolling_windows(_daily_table(rows), (30, 365))
    engine = one_engine()

    def day(number: int) -> date:
        return date(2026, 1, 1) + timedelta(days=number)

    def crossed(op: str) -> dict[str, tuple[Any, ...]]:
        found = engine.to_pyarrow(crossings(rolling, line, op)).to_pylist()  # type: ignore[arg-type]
        names = ("cap_30_day", "cap_365_day", "est_30_day", "est_365_day")
        return {row["account"]: tuple(row[name] for name in names) for row in found}

    assert crossed("gt") == {
        "a": (day(20), day(20), None, day(100)),
        "c": (day(5), day(5), day(5), day(5)),
    }
    assert crossed("ge") == {
        "a": (day(0), day(0), None, day(100)),
        "b": (day(0), day(0), None, None),
        "c": (day(5), day(5), day(5), day(5)),
    }
    highest = {row["account"]: row for row in engine.to_pyarrow(peaks(rolling)).to_pylist()}
    assert int(highest["a"]["cap_30"]) == line + 1
    assert int(highest["a"]["cap_365"]) == 2 * line + 1
    assert (highest["a"]["first_day"], highest["a"]["last_day"]) == (day(0), day(100))
    recent = engine.to_pyarrow(recent_use(_daily_table(rows), day(20), 14)).to_pylist()
    assert {row["account"]: int(row["cap_flop"]) for row in recent} == {"c": 7}


def test_a_machine_cannot_run_longer_than_its_period(engine: Any, focus: Callable[..., Path]) -> None:
    path = focus(
        {"ResourceId": "i-1", "ConsumedQuantity": "1"},
        {"ResourceId": "i-2", "ConsumedQuantity": "1.5"},
        {"ResourceId": "", "ConsumedQuantity": "900"},
        {"ResourceId": "i-4", "ConsumedQuantity": "8", "ConsumedUnit": "GPU-Hours"},
        {"ResourceId": "i-5", "ConsumedQuantity": "100", "ConsumedUnit": "Minutes"},
    )
    with open_usage([path], engine) as delivery:
        rows = fetch(engine, account(delivery).impossible())
    found = {row["resource_id"]: (row["row"], int(row["machine_ns"]), int(row["possible_ns"])) for row in rows}
    assert found == {"i-2": (2, 3 * HOUR_NS // 2, HOUR_NS), "i-5": (5, 100 * HOUR_NS // 60, HOUR_NS)}


def test_unmapped_skus_are_listed_with_rows_and_quantity(accounted: Accounted) -> None:
    unknown = {"SkuMeter": "GPU-Turbo 9000", "SkuId": "T9"}
    accounts = accounted({**unknown, "ConsumedQuantity": "1.25"}, {**unknown, "ConsumedQuantity": "2"}, {})
    (sku,) = accounts.unmapped
    assert (sku.provider, sku.sku_id, sku.unit, sku.rows, sku.quantity) == ("aster-cloud", "T9", "Hours", 2, "3.25")
    assert sku.basis


# --- properties ------------------------------------------------------------------------------------------------------


MILLIONTH_NS = 3_600 * 10**3
ACCOUNTS = ("acct-1", "acct-2")
START = datetime(2026, 3, 1, tzinfo=UTC)


@st.composite
def use(draw: st.DrawFn) -> dict[str, Any]:
    """One row of use: millionths of an hour over some hours, possibly over several days, possibly a correction."""
    begin = draw(st.integers(0, 24 * 70))
    length = draw(st.sampled_from((1, 1, 1, 5, 24, 24 * 9)))
    return {
        "account": draw(st.sampled_from(ACCOUNTS)),
        "begin": begin,
        "end": begin + length,
        "millionths": draw(st.integers(-(10**5), 10**9)),
        "meter": draw(st.sampled_from(("BoxUsage:p5.48xlarge", "BoxUsage:g5.4xlarge", "TimedStorage-ByteHrs"))),
        "run": draw(st.sampled_from(("", "run-1"))),
        "active": draw(st.sampled_from(("", "0.25"))),
        "fault": draw(st.sampled_from(("", "", "", "", "quantity", "period", "account"))),
    }


def as_row(one: Mapping[str, Any], **changes: str) -> dict[str, str]:
    def moment(hours: int) -> str:
        return (START + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")

    whole, part = divmod(abs(one["millionths"]), 10**6)
    storage = one["meter"].startswith("Timed")
    row = {
        "BillingAccountId": one["account"],
        "ChargePeriodStart": moment(one["begin"]),
        "ChargePeriodEnd": moment(one["end"]),
        "ConsumedQuantity": f"{'-' if one['millionths'] < 0 else ''}{whole}.{part:06d}",
        "ConsumedUnit": "GB-Months" if storage else "Hours",
        "SkuMeter": one["meter"],
        "x_DeclaredRunId": one["run"],
        "x_TensorActive": one["active"],
    }
    row |= {"quantity": {"ConsumedQuantity": "many"}, "account": {"BillingAccountId": ""}}.get(one["fault"], {})
    if one["fault"] == "period":
        row["ChargePeriodEnd"] = row["ChargePeriodStart"]
    return row | changes


def run(*variants: Rows) -> tuple[list[Any], Accounts]:
    """Each variant as a provider of its own in one delivery: their daily tables as sorted values, and the accounts."""
    engine = one_engine()
    with tempfile.TemporaryDirectory() as folder:
        for number, rows in enumerate(variants):
            named = ({**row, "SkuId": f"SKU-{number}"} for row in rows)
            write_focus(Path(folder, f"provider={number}", "usage.csv"), named)
        with open_usage([folder], engine) as delivery:
            accounts = account(delivery)
    tables: list[Any] = [[] for _ in variants]
    for row in fetch(engine, accounts.daily):
        tables[int(row.pop("provider"))].append(tuple("" if value is None else value for value in row.values()))
    return [sorted(table) for table in tables], accounts


ROWS = -2
"""Place of the number of rows in a row of the daily table; before it stand account, run, chip, tier, day, figures."""


def time(table: Sequence[tuple[Any, ...]]) -> int:
    return sum(int(row[5]) for row in table)


def exact_time(uses: Sequence[Mapping[str, Any]]) -> int:
    """The oracle: whole numbers only, no engine."""
    accelerators = {"BoxUsage:p5.48xlarge": 8, "BoxUsage:g5.4xlarge": 1, "TimedStorage-ByteHrs": 0}
    sound = [one for one in uses if not one["fault"]]
    return sum(one["millionths"] * MILLIONTH_NS * accelerators[one["meter"]] for one in sound)


@settings(max_examples=10, deadline=None)
@given(st.lists(use(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_totals_are_exact_and_every_row_is_accounted_for_once(
    uses: list[dict[str, Any]], chance: random.Random
) -> None:
    """Against an oracle of whole numbers; the order of the rows does not matter."""
    rows = [as_row(one) for one in uses]
    shuffled = list(rows)
    chance.shuffle(shuffled)
    (table, again), accounts = run(rows, shuffled)
    assert table == again
    assert time(table) == exact_time(uses)
    counts = dict.fromkeys(Outcome, 0)
    for each in accounts.outcomes:
        assert REASONS[each.reason].outcome is each.outcome
        counts[each.outcome] += each.rows
    assert sum(counts.values()) == 2 * len(uses) == accounts.totals.rows
    assert counts[Outcome.REJECTED] == 2 * sum(bool(one["fault"]) for one in uses) == len(accounts.rejections)
    assert counts[Outcome.OTHER] == 2 * sum(one["meter"][0] == "T" and not one["fault"] for one in uses)
    assert 2 * sum(row[ROWS] for row in table) == counts[Outcome.ACCELERATOR]


@settings(max_examples=8, deadline=None)
@given(st.lists(use(), min_size=1, max_size=8), st.data())
def test_splitting_and_merging_rows_never_changes_a_figure(uses: list[dict[str, Any]], data: st.DataObject) -> None:
    """Two rows of one period are one row of their sum: every cell of the daily table stays the same."""
    whole, parts = [], []
    for one in uses:
        share = data.draw(st.integers(-(10**6), 10**9))
        sound = {**one, "fault": ""}
        whole.append(as_row(sound))
        parts.append(as_row({**sound, "millionths": share}))
        parts.append(as_row({**sound, "millionths": one["millionths"] - share}))
    (before, after), _ = run(whole, parts)
    assert [row[:ROWS] for row in before] == [row[:ROWS] for row in after]


@settings(max_examples=8, deadline=None)
@given(st.lists(use(), min_size=1, max_size=8))
def test_splitting_a_period_never_changes_the_total(uses: list[dict[str, Any]]) -> None:
    whole, parts = [], []
    for one in uses:
        sound = {**one, "fault": "", "end": one["begin"] + 2 * (one["end"] - one["begin"])}
        middle, half = (sound["begin"] + sound["end"]) // 2, one["millionths"] // 2
        whole.append(as_row(sound))
        parts.append(as_row({**sound, "end": middle, "millionths": half}))
        parts.append(as_row({**sound, "begin": middle, "millionths": one["millionths"] - half}))
    (before, after), _ = run(whole, parts)
    assert time(before) == time(after)


@settings(max_examples=8, deadline=None)
@given(st.lists(use(), min_size=1, max_size=8), st.data())
def test_the_unit_never_changes_a_figure(uses: list[dict[str, Any]], data: st.DataObject) -> None:
    """Hours, minutes, seconds, and accelerator-hours of the machine's accelerators are the same use."""
    accelerators = {"BoxUsage:p5.48xlarge": 8, "BoxUsage:g5.4xlarge": 1}
    hours, other = [], []
    for one in uses:
        sound = {**one, "fault": "", "meter": data.draw(st.sampled_from(sorted(accelerators)))}
        factor, unit = data.draw(
            st.sampled_from(((60, "Minutes"), (3_600, "Seconds"), (accelerators[sound["meter"]], "GPU-Hours")))
        )
        hours.append(as_row(sound))
        other.append(as_row({**sound, "millionths": one["millionths"] * factor}, ConsumedUnit=unit))
    (before, after), _ = run(hours, other)
    assert before == after


@settings(max_examples=6, deadline=None)
@given(st.lists(use(), min_size=2, max_size=10), use())
def test_more_use_never_lowers_a_window(uses: list[dict[str, Any]], more: dict[str, Any]) -> None:
    positive = [as_row({**one, "fault": "", "millionths": abs(one["millionths"])}) for one in (*uses, more)]
    _, accounts = run(positive[:-1], positive)
    windows = {(row["provider"], row["account"], row["day"]): row for row in fetch(one_engine(), accounts.rolling())}
    for (provider, name, day), row in windows.items():
        if provider == "0":
            later = windows["1", name, day]
            assert all(later[column] >= row[column] for column in row if column.startswith(("cap", "est")))


def test_one_thread_and_two_give_the_same_bytes(tmp_path: Path) -> None:
    """Enough rows for several row groups, in typed Parquet, with a fraction that no float could add in any order."""
    rng = random.Random(7)
    count = 300_000
    hours = [rng.randrange(24 * 60) for _ in range(count)]
    start = [START + timedelta(hours=hour) for hour in hours]
    quantity = [rng.randrange(1, 10**9) for _ in range(count)]
    usage = pa.table(
        {
            "ServiceProviderName": pa.array(["aster"] * count),
            "BillingAccountId": pa.array([f"a{rng.randrange(300)}" for _ in range(count)]),
            "ChargeCategory": pa.array(["Usage"] * count),
            "ChargePeriodStart": pa.array(start, pa.timestamp("us", "UTC")),
            "ChargePeriodEnd": pa.array([each + timedelta(hours=1) for each in start], pa.timestamp("us", "UTC")),
            "ConsumedQuantity": pa.array([f"{each / 10**9:.9f}" for each in quantity]).cast(pa.decimal128(18, 9)),
            "ConsumedUnit": pa.array(["Hours"] * count),
            "SkuMeter": pa.array([("BoxUsage:p5.48xlarge", "BoxUsage:g5.xlarge")[each % 2] for each in quantity]),
        }
    )
    pq.write_table(usage, tmp_path / "usage.parquet", row_group_size=40_000)

    def written(threads: int) -> tuple[bytes, bytes]:
        engine = connect(threads=threads)
        with open_usage([tmp_path / "usage.parquet"], engine) as delivery:
            accounts = account(delivery)
        out = []
        for each, keys in ((accounts.daily, ("account", "chip", "day")), (accounts.rolling(), ("account", "day"))):
            target = tmp_path / f"{threads}-{len(out)}.csv"
            each.order_by(*keys).to_csv(target)
            out.append(target.read_bytes())
        return out[0], out[1]

    one, two = written(1), written(2)
    assert one == two
    assert len(one[0]) > 100_000
    expected = sum(each * 3_600 * (8 if each % 2 == 0 else 1) for each in quantity)
    engine = connect(threads=2)
    with open_usage([tmp_path / "usage.parquet"], engine) as delivery:
        assert account(delivery).totals.accel_ns == expected


def test_fifteen_decimals_are_exact(accounted: Accounted) -> None:
    quantity = "0.333333333333333"
    exact = Fraction(quantity) * 8 * HOUR_NS
    accounts = accounted({"ConsumedQuantity": quantity})
    assert accounts.totals.accel_ns == divide_half_even(exact.numerator, exact.denominator)
