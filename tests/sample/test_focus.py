"""The usage files, read back with an engine that knows nothing of how they were written."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from plimsoll.sample.focus import SCHEMA
from plimsoll.sample.jurisdiction import Sample
from plimsoll.sample.shelf import providers
from plimsoll.sample.size import flop_per_micro

MANDATORY = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
]
OURS = [
    "x_AcceleratorCount",
    "x_AcceleratorModel",
    "x_ClusterId",
    "x_CustomerRef",
    "x_DeclaredRunId",
    "x_InterconnectDomain",
    "x_TensorActive",
    "x_WorkloadClass",
]


TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")


class Reader:
    """Asks DuckDB about all files of a sample at once: `written`, and `usage` with its instants as plain UTC."""

    def __init__(self, folder: Path) -> None:
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        self._db.execute(
            f"CREATE VIEW written AS SELECT * FROM read_parquet('{folder}/usage/*/*.parquet', hive_partitioning=true)"
        )
        plain = ", ".join(f"{name}::TIMESTAMP AS {name}" for name in TIMES)
        self._db.execute(f"CREATE VIEW usage AS SELECT * REPLACE ({plain}) FROM written")

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        return self._db.execute(question).fetchall()

    def one(self, question: str) -> Any:
        return self.rows(question)[0][0]


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder)


GOOD = "BillingAccountId IS NOT NULL AND PricingQuantity IS NOT NULL AND ChargePeriodEnd > ChargePeriodStart"
COUNTED = f"{GOOD} AND CommitmentDiscountStatus IS NULL"


def test_the_columns_of_focus_and_ours_are_there_with_plain_types(reader: Reader) -> None:
    types = dict(reader.rows("SELECT column_name, column_type FROM (DESCRIBE written)"))

    assert set(MANDATORY) | set(OURS) | {"provider"} <= set(types)
    assert types["ChargePeriodStart"] == "TIMESTAMP WITH TIME ZONE"
    assert types["ConsumedQuantity"] == types["PricingQuantity"] == "DECIMAL(18,6)"
    assert types["SkuMeter"] == "VARCHAR"
    assert types["x_TensorActive"] == "DECIMAL(5,4)"
    assert not any(kind in ("DOUBLE", "FLOAT") for kind in types.values())


def test_columns_that_may_not_be_null_are_null_only_in_the_rows_that_are_defective(reader: Reader) -> None:
    nullable = {
        "BillingAccountName",
        "ChargeClass",
        "ChargeDescription",
        "HostProviderName",
        "PricingQuantity",
        "PricingUnit",
    }
    for column in sorted(set(MANDATORY) - nullable):
        assert reader.one(f"SELECT count(*) FROM usage WHERE {column} IS NULL AND {GOOD}") == 0, column


def test_every_file_is_one_provider_and_one_month(sample: Sample, reader: Reader) -> None:
    found = reader.rows(
        "SELECT provider, any_value(ServiceProviderName), strftime(BillingPeriodStart, '%Y-%m') AS month, count(*) "
        "FROM usage GROUP BY ALL ORDER BY ALL"
    )

    names = {provider.id: provider.name for provider in providers()}
    assert all(names[provider] == name for provider, name, _, _ in found)
    written = {f"usage/provider={provider}/{month}.parquet": rows for provider, _, month, rows in found}
    assert written == dict(sample.truth.files)
    assert len(written) == 6 * 6 - 1


def test_charge_periods_are_half_open_hours_or_days_in_utc(reader: Reader) -> None:
    lengths = reader.rows(
        f"SELECT DISTINCT date_diff('minute', ChargePeriodStart, ChargePeriodEnd) FROM usage WHERE {GOOD} ORDER BY 1"
    )
    assert lengths == [(60,), (1440,)]
    assert (
        reader.one(
            f"SELECT count(*) FROM usage WHERE {GOOD} AND ChargePeriodStart <> date_trunc(CASE WHEN "
            "ChargePeriodEnd - ChargePeriodStart > INTERVAL 1 HOUR THEN 'day' ELSE 'hour' END, ChargePeriodStart)"
        )
        == 0
    )
    assert str(reader.one("SELECT max(ChargePeriodEnd) FROM usage")) == "2026-06-30 00:00:00"
    assert str(reader.one("SELECT min(ChargePeriodStart) FROM usage")) == "2026-01-01 00:00:00"


def test_charges_lie_in_their_month_and_only_what_is_taken_back_reaches_into_the_one_before(reader: Reader) -> None:
    outside = reader.rows(
        f"SELECT provider, ChargeClass, count(*), max(ConsumedQuantity) < 0 FROM usage WHERE {GOOD} AND "
        "(ChargePeriodStart < BillingPeriodStart OR ChargePeriodEnd > BillingPeriodEnd) GROUP BY ALL ORDER BY ALL"
    )

    assert {(provider, kind) for provider, kind, _, _ in outside} == {
        ("brightquay", "Correction"), ("kestrelmoor", None), ("norrvik-cloud", "Correction"),
        ("orelane", "Correction"), ("pellworth", "Correction"),
    }  # fmt: skip
    assert all(negative for _, _, _, negative in outside)


def test_every_charge_that_was_taken_back_was_made(reader: Reader) -> None:
    what = "BillingAccountId AS who, SkuId AS sku, ChargePeriodStart AS at, ConsumedQuantity AS q"
    taken = f"SELECT {what} FROM usage WHERE ConsumedQuantity < 0"
    made = f"SELECT {what} FROM usage WHERE ConsumedQuantity > 0 AND {GOOD}"

    assert reader.one(f"SELECT count(*) FROM ({taken})") >= 35
    assert (
        reader.one(
            f"SELECT count(*) FROM ({taken}) AS t ANTI JOIN ({made}) AS m "
            "ON m.who = t.who AND m.sku = t.sku AND m.at = t.at AND m.q = -t.q"
        )
        == 0
    )


def test_quantities_and_costs_agree(reader: Reader) -> None:
    assert (
        reader.one(
            f"SELECT count(*) FROM usage WHERE {COUNTED} AND (ConsumedQuantity IS DISTINCT FROM PricingQuantity "
            "OR ConsumedUnit IS DISTINCT FROM PricingUnit OR ListCost <> PricingQuantity * ListUnitPrice)"
        )
        == 0
    )
    assert (
        reader.one(
            "SELECT count(*) FROM usage WHERE (CommitmentDiscountStatus = 'Unused') <> (ConsumedQuantity IS NULL) "
            "AND PricingQuantity IS NOT NULL"
        )
        == 0
    )


def test_a_named_machine_runs_no_longer_than_its_charge_period(reader: Reader) -> None:
    named = "ResourceId IS NOT NULL AND ConsumedUnit IN ('Hours', 'GPU-Hours')"

    most = "max(ConsumedQuantity / (epoch(ChargePeriodEnd - ChargePeriodStart) / 3600))"
    assert reader.one(f"SELECT {most} FROM usage WHERE {named} AND ConsumedQuantity > 0 AND {GOOD}") <= 1
    assert reader.one(f"SELECT count(*) FROM usage WHERE {named}") > 1_000
    assert reader.one("SELECT count(*) FROM usage WHERE ResourceId IS NULL AND x_ClusterId IS NOT NULL") > 1_000


def test_the_rows_of_each_outcome_are_as_many_as_the_truth_says(sample: Sample, reader: Reader) -> None:
    chips = ", ".join(f"'{sku.id}'" for provider in providers() for sku in provider.skus if sku.chip)
    found = reader.rows(
        f"SELECT CASE WHEN NOT ({GOOD}) THEN 'rejected' "
        "WHEN CommitmentDiscountStatus = 'Unused' THEN 'unused_commitment' "
        f"WHEN SkuId IN ({chips}) THEN 'accelerator' WHEN SkuId = 'ORL-N7' THEN 'unmapped' ELSE 'other' END, count(*) "
        "FROM usage GROUP BY ALL"
    )

    assert dict(found) == dict(sample.truth.rows)
    assert all(count > 0 for _, count in sample.truth.rows)
    assert sum(count for _, count in found) == sample.rows


def test_each_defect_occurs(reader: Reader) -> None:
    for defect in ("BillingAccountId IS NULL", "PricingQuantity IS NULL", "ChargePeriodEnd < ChargePeriodStart"):
        assert reader.one(f"SELECT count(*) FROM usage WHERE {defect}") > 0, defect


def test_the_truth_adds_up_what_the_files_hold(sample: Sample, reader: Reader) -> None:
    """Bound and measured estimate, worked out again from the files, to the last operation."""
    skus = {sku.id: sku for provider in providers() for sku in provider.skus}
    for subject in sample.truth.subjects:
        if subject.cap_flop is None:
            continue
        account = str(subject.account).partition("/")[2]
        used = reader.rows(
            "SELECT SkuId, sum((ConsumedQuantity * 1000000)::BIGINT)::BIGINT, sum((ConsumedQuantity * 1000000)::BIGINT "
            "* (x_TensorActive * 10000)::INTEGER::HUGEINT)::HUGEINT, count(x_TensorActive) "
            f"FROM usage WHERE BillingAccountId = '{account}' AND {COUNTED} GROUP BY ALL"
        )
        assert subject.cap_flop == sum(quantity * flop_per_micro(skus[sku]) for sku, quantity, _, _ in used)
        if any(measured for _, _, _, measured in used):
            assert subject.est_flop is not None
            exact = sum(active * flop_per_micro(skus[sku]) for sku, _, active, _ in used)
            assert abs(exact - subject.est_flop * 10_000) <= 5_000


def test_tags_and_run_ids_name_the_declared_runs(sample: Sample, reader: Reader) -> None:
    tagged = reader.rows(
        "SELECT DISTINCT x_DeclaredRunId, Tags FROM usage WHERE x_DeclaredRunId IS NOT NULL ORDER BY 1"
    )

    declared = {s.declaration for s in sample.truth.subjects if s.declaration and s.situation != "declared-service"}
    assert {run for run, _ in tagged} == declared
    assert all(tags == f'{{"plimsoll:run_id": "{run}"}}' for run, tags in tagged)


def test_the_reseller_says_neither_who_nor_what_for(reader: Reader) -> None:
    assert reader.rows(
        "SELECT DISTINCT HostProviderName, InvoiceIssuerName, x_CustomerRef, x_WorkloadClass, x_DeclaredRunId "
        "FROM usage WHERE provider = 'brightquay'"
    ) == [("Norrvik Cloud", "Brightquay", None, None, None)]


def test_only_providers_that_measure_report_tensor_activity(reader: Reader) -> None:
    measured = reader.rows("SELECT DISTINCT provider FROM usage WHERE x_TensorActive IS NOT NULL ORDER BY 1")

    assert measured == [("fellmoor-compute",), ("orelane",)]
    low, high = reader.rows("SELECT min(x_TensorActive), max(x_TensorActive) FROM usage")[0]
    assert 0 < low < high < 1


def test_the_parquet_schema_holds_no_arrow_secrets(folder: Path) -> None:
    file = next(iter(sorted(folder.glob("usage/*/*.parquet"))))

    metadata = pq.ParquetFile(file).metadata
    assert metadata.metadata is None
    assert [column.name for column in metadata.schema] == SCHEMA.names
