"""FOCUS 1.0 to 1.4: versions, nulls, quantities, corrections, commitments, run tags, types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.compute.accounting import Accounts, account
from plimsoll.compute.usage.focus import COLUMNS, version
from plimsoll.compute.usage.read import open_usage

HOUR_NS = 3_600 * 10**9
Accounted = Callable[..., Accounts]


def reasons(accounts: Accounts) -> dict[str, int]:
    return {each.reason: each.rows for each in accounts.outcomes}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["ProviderName", "BillingAccountId"], "focus-1.0"),
        (["ProviderName", "SkuMeter"], "focus-1.1"),
        (["ProviderName", "SkuMeter", "InvoiceId"], "focus-1.2"),
        (["ProviderName", "ServiceProviderName", "HostProviderName"], "focus-1.3"),
        (["ServiceProviderName", "HostProviderName"], "focus-1.4"),
        (["serviceprovidername"], "focus-1.4"),
    ],
)
def test_the_version_shows_in_the_columns(columns: list[str], expected: str) -> None:
    assert version(columns) == expected


def test_the_dataset_has_the_65_columns_of_1_4_and_two_of_older_versions() -> None:
    assert len(COLUMNS - {"ProviderName", "PublisherName"}) == 65


@pytest.mark.parametrize("null", ["", "NULL"])
def test_null_is_spelled_in_two_ways(null: str, accounted: Accounted) -> None:
    accounts = accounted(dict.fromkeys(("ChargeClass", "x_DeclaredRunId", "x_TensorActive", "SkuId"), null))
    assert reasons(accounts) == {"usage": 1}
    assert accounts.daily.to_pyarrow().to_pylist()[0]["run_id"] is None
    assert reasons(accounted({"BillingAccountId": null})) == {"account.missing": 1}
    assert reasons(accounted({"ConsumedQuantity": null})) == {"quantity.missing": 1}
    assert reasons(accounted({"ChargePeriodEnd": null})) == {"time.missing": 1}
    assert reasons(accounted({"ServiceProviderName": null})) == {"provider.missing": 1}


def test_the_priced_quantity_stands_in_for_the_consumed_one(accounted: Accounted) -> None:
    minutes = {"ConsumedQuantity": "", "PricingQuantity": "90", "PricingUnit": "Minutes"}
    assert accounted(minutes).totals.accel_ns == 8 * 90 * 60 * 10**9
    unreadable = {"ConsumedQuantity": "NaN", "PricingQuantity": "1"}
    assert reasons(accounted(unreadable)) == {"quantity.unreadable": 1}


@pytest.mark.parametrize(
    ("unit", "quantity", "hours"),
    [
        ("Hours", "1", 8),
        ("hrs", "1", 8),
        ("Minutes", "60", 8),
        ("Seconds", "3600", 8),
        ("GPU-Hours", "8", 8),
        ("GPU-Seconds", "28800", 8),
        ("10 Hours", "0.1", 8),
    ],
)
def test_units_of_time(unit: str, quantity: str, hours: int, accounted: Accounted) -> None:
    assert accounted({"ConsumedUnit": unit, "ConsumedQuantity": quantity}).totals.accel_ns == hours * HOUR_NS


def test_units_that_are_not_accelerator_time(accounted: Accounted) -> None:
    assert reasons(accounted({"ConsumedUnit": "OCPU Hours"})) == {"sku.other": 1}
    assert reasons(accounted({"ConsumedUnit": "Months"})) == {"sku.unmapped": 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ConsumedQuantity": "NaN"}, "quantity.unreadable"),
        ({"ConsumedQuantity": "inf"}, "quantity.unreadable"),
        ({"ConsumedQuantity": "many"}, "quantity.unreadable"),
        ({"ConsumedQuantity": "1,5"}, "quantity.unreadable"),
        ({"ConsumedQuantity": "1e999"}, "quantity.too_large"),
        ({"ConsumedQuantity": "-1e999"}, "quantity.too_large"),
        ({"ConsumedQuantity": "9999999999999"}, "quantity.too_large"),
        ({"ChargePeriodEnd": "2026-03-01T00:00:00Z"}, "period.backwards"),
        ({"ChargePeriodEnd": "2026-02-01T00:00:00Z"}, "period.backwards"),
        ({"ChargePeriodEnd": "2028-03-01T00:00:00Z"}, "period.too_long"),
        ({"ChargePeriodStart": "0001-01-01T00:00:00Z"}, "period.too_long"),
        ({"ChargePeriodStart": "yesterday"}, "time.unreadable"),
        ({"ChargePeriodStart": "2026-02-30T00:00:00Z"}, "time.unreadable"),
        ({"ChargePeriodStart": "20260301T000000Z"}, "time.unreadable"),
        ({"ChargePeriodStart": "2026-03-01 00:00:00 CST"}, "time.ambiguous_zone"),
        ({"ChargePeriodStart": "2026-03-01T00:00:00 Europe/Paris"}, "time.ambiguous_zone"),
        ({"SkuMeter": "BoxUsage:p5.48xlarge and BoxUsage:g5.xlarge"}, "sku.ambiguous"),
        ({"SkuMeter": "GPU-Turbo 9000"}, "sku.unmapped"),
    ],
)
def test_a_row_that_cannot_be_counted_has_its_reason(
    changes: Mapping[str, str], reason: str, accounted: Accounted
) -> None:
    accounts = accounted({}, changes)
    assert reasons(accounts) == {"usage": 1, reason: 1}
    assert accounts.totals.accel_ns == 8 * HOUR_NS
    assert accounts.totals.last_end == datetime(2026, 3, 1, 1, tzinfo=UTC)
    if not reason.startswith("sku.unmapped"):
        assert [(each.row, each.reason) for each in accounts.rejections] == [(2, reason)]
        assert list(accounts.rejected_in.values()) == [1]


def test_an_exponent_is_a_number(accounted: Accounted) -> None:
    assert accounted({"ConsumedQuantity": "25e-1"}).totals.accel_ns == 20 * HOUR_NS


def test_money_is_no_use_and_need_not_have_a_period(accounted: Accounted) -> None:
    for category in ("Purchase", "Tax", "Credit", "Adjustment"):
        row = {"ChargeCategory": category, "ConsumedQuantity": "", "ChargePeriodEnd": ""}
        assert reasons(accounted(row)) == {"charge.not_usage": 1}


def test_corrections_net_out_marked_or_not(accounted: Accounted) -> None:
    accounts = accounted(
        {"ConsumedQuantity": "5"},
        {"ConsumedQuantity": "-2", "ChargeClass": "Correction"},
        {"ConsumedQuantity": "-1"},
        {"ConsumedQuantity": "0.5", "ChargeClass": "Correction"},
    )
    assert reasons(accounts) == {"usage": 1, "correction": 2, "correction.unmarked": 1}
    assert accounts.totals.accel_ns == 20 * HOUR_NS
    assert [row["rows"] for row in accounts.daily.to_pyarrow().to_pylist()] == [4]


def test_a_day_on_which_corrections_exceed_use_is_found(accounted: Accounted) -> None:
    accounts = accounted({"ConsumedQuantity": "1"}, {"ConsumedQuantity": "-3"})
    found = accounts.net_negative_days().to_pyarrow().to_pylist()
    assert [(row["account"], int(row["accel_ns"])) for row in found] == [("acct-1", -16 * HOUR_NS)]


@pytest.mark.parametrize("spelling", ["Unused", "unused", "UNUSED"])
def test_idle_commitments_are_potential_compute_and_counted_apart(spelling: str, accounted: Accounted) -> None:
    idle = {"CommitmentDiscountStatus": spelling, "ConsumedQuantity": "", "PricingQuantity": "3"}
    accounts = accounted({}, idle, {"CommitmentDiscountStatus": "Used"})
    assert reasons(accounts) == {"usage": 2, "commitment.unused": 1}
    assert accounts.totals.accel_ns == 16 * HOUR_NS
    assert accounts.totals.unused_accel_ns == 24 * HOUR_NS
    (row,) = accounts.unused.to_pyarrow().to_pylist()
    assert (row["chip"], int(row["accel_ns"]), row["rows"]) == ("h100-sxm", 24 * HOUR_NS, 1)


def test_a_run_is_named_by_its_column_or_else_by_a_tag(engine: Any, tmp_path: Path, accounted: Accounted) -> None:
    accounts = accounted({"x_DeclaredRunId": "run-1"}, {"x_DeclaredRunId": "run-1"}, {})
    (run,) = accounts.runs().to_pyarrow().to_pylist()
    assert (run["run_id"], run["rows"], int(run["accel_ns"])) == ("run-1", 2, 16 * HOUR_NS)

    table = _typed(Tags=[json.dumps({"env": "x", "plimsoll:run_id": "run-2"}), '{"env": "x"}', None])
    pq.write_table(table, tmp_path / "tags.parquet")
    with open_usage([tmp_path / "tags.parquet"], engine) as delivery:
        daily = account(delivery).daily.to_pyarrow().to_pylist()
    assert sorted((row["run_id"] or "") for row in daily) == ["", "run-2"]


def _typed(**changes: Any) -> pa.Table:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    columns: dict[str, Any] = {
        "ServiceProviderName": ["aster"] * 3,
        "BillingAccountId": pa.array([12, 13, 13], pa.int64()),
        "ChargeCategory": ["Usage"] * 3,
        "ChargePeriodStart": pa.array([start] * 3, pa.timestamp("ns", "UTC")),
        "ChargePeriodEnd": pa.array([start.replace(hour=2)] * 3, pa.timestamp("ms", "UTC")),
        "ConsumedQuantity": pa.array([0.1, 0.2, 0.3], pa.float64()),
        "ConsumedUnit": ["Hours"] * 3,
        "SkuId": ["S"] * 3,
        "SkuPriceDetails": pa.array(
            [[("InstanceType", "p5.48xlarge"), ("GpuCount", "8")]] * 3, pa.map_(pa.string(), pa.string())
        ),
    }
    return pa.table({**columns, **changes})


@pytest.mark.parametrize(
    "quantity",
    [
        pa.array([0.1, 0.2, 0.3], pa.float64()),
        pa.array([0.1, 0.2, 0.3], pa.float32()),
        pa.array(["0.1", "0.20", "3e-1"]),
        pa.array([Decimal("0.1"), Decimal("0.2"), Decimal("0.3")], pa.decimal128(38, 18)),
        pa.array([Decimal("0.1"), Decimal("0.2"), Decimal("0.3")], pa.decimal128(3, 1)),
    ],
)
def test_typed_columns_give_the_same_exact_figure(quantity: pa.Array, engine: Any, tmp_path: Path) -> None:
    """A binary 0.1 means a tenth; maps, integer account ids and timestamps of any unit are read."""
    pq.write_table(_typed(ConsumedQuantity=quantity), tmp_path / "typed.parquet")
    with open_usage([tmp_path], engine) as delivery:
        accounts = account(delivery)
    assert accounts.totals.accel_ns == 8 * 6 * HOUR_NS // 10
    assert {row["account"] for row in accounts.daily.to_pyarrow().to_pylist()} == {"12", "13"}


def test_whole_and_not_a_number_quantities_of_typed_columns(engine: Any, tmp_path: Path) -> None:
    pq.write_table(_typed(ConsumedQuantity=pa.array([1, 2, None], pa.int32())), tmp_path / "whole.parquet")
    with open_usage([tmp_path / "whole.parquet"], engine) as delivery:
        assert reasons(account(delivery)) == {"usage": 2, "quantity.missing": 1}
    pq.write_table(_typed(ConsumedQuantity=pa.array([1.0, float("nan"), float("inf")])), tmp_path / "nan.parquet")
    with open_usage([tmp_path / "nan.parquet"], engine) as delivery:
        assert reasons(account(delivery)) == {"usage": 1, "quantity.unreadable": 2}


def test_seller_host_and_invoice_issuer_stay_apart(engine: Any, tmp_path: Path) -> None:
    table = _typed(HostProviderName=["big-cloud"] * 3, InvoiceIssuerName=["reseller"] * 3)
    pq.write_table(table, tmp_path / "chain.parquet")
    with open_usage([tmp_path], engine) as delivery:
        rows = delivery.batches[0].rows.select("provider_name", "host_provider", "invoice_issuer").distinct()
        assert rows.to_pyarrow().to_pylist() == [
            {"provider_name": "aster", "host_provider": "big-cloud", "invoice_issuer": "reseller"}
        ]
