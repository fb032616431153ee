"""AWS CUR 2.0, Slurm's sacct and the plain CSV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plimsoll.compute.accounting import Accounts, account
from plimsoll.compute.usage.read import open_usage

HOUR_NS = 3_600 * 10**9


@pytest.fixture
def read(engine: Any, tmp_path: Path) -> Callable[[str], tuple[str, Accounts]]:
    def run(text: str) -> tuple[str, Accounts]:
        path = tmp_path / "usage.txt"
        path.write_text(text)
        with open_usage([path], engine) as delivery:
            return delivery.files[0].format, account(delivery)

    return run


def reasons(accounts: Accounts) -> dict[str, int]:
    return {each.reason: each.rows for each in accounts.outcomes}


def daily(accounts: Accounts) -> dict[tuple[str, str, str], int]:
    rows = accounts.daily.to_pyarrow().to_pylist()
    return {(row["account"], row["chip"], str(row["day"])): int(row["accel_ns"]) for row in rows}


CUR = "bill_payer_account_id,line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,"
CUR += "line_item_usage_end_date,line_item_usage_type,line_item_usage_amount,pricing_unit,product_instance_type,"
CUR += "line_item_product_code,line_item_line_item_description,line_item_resource_id,resource_tags\n"


def cur_row(kind: str, meter: str, amount: str, tags: str = "") -> str:
    times = "2026-03-01T00:00:00Z,2026-03-01T01:00:00Z"
    return f'100,200,{kind},{times},{meter},{amount},Hrs,,AmazonEC2,text,i-1,"{tags}"\n'


def test_cur_counts_instances_of_every_way_to_pay(read: Callable[[str], tuple[str, Accounts]]) -> None:
    name, accounts = read(
        CUR
        + cur_row("Usage", "USE1-BoxUsage:p5.48xlarge", "1")
        + cur_row("DiscountedUsage", "USE1-BoxUsage:p5.48xlarge", "0.5")
        + cur_row("SavingsPlanCoveredUsage", "BoxUsage:p5.48xlarge", "0.25")
        + cur_row("Usage", "USE1-UnusedBox:p5.48xlarge", "2")
        + cur_row("Usage", "USE1-TimedStorage-ByteHrs", "7")
        + cur_row("Tax", "", "")
        + cur_row("RIFee", "HeavyUsage:p5.48xlarge", "744")
    )
    assert name == "aws-cur-2"
    assert reasons(accounts) == {"usage": 3, "commitment.unused": 1, "sku.other": 1, "charge.not_usage": 2}
    assert daily(accounts) == {("100", "h100-sxm", "2026-03-01"): 14 * HOUR_NS}
    assert accounts.totals.unused_accel_ns == 16 * HOUR_NS


def test_cur_reads_a_run_from_the_tags(read: Callable[[str], tuple[str, Accounts]]) -> None:
    tags = '{""user_plimsoll:run_id"": ""run-9""}'
    _, accounts = read(CUR + cur_row("Usage", "BoxUsage:p5.48xlarge", "1", tags))
    assert [row["run_id"] for row in accounts.daily.to_pyarrow().to_pylist()] == ["run-9"]


def test_cur_in_parquet_has_maps(engine: Any, tmp_path: Path) -> None:
    names = CUR.strip().split(",")
    values: list[Any] = ["1", "2", "Usage", "2026-03-01 00:00:00", "2026-03-01 01:00:00", "BoxUsage:p5.48xlarge", 1.5]
    values += ["Hrs", "p5.48xlarge", "AmazonEC2", "text", "i-1"]
    columns: dict[str, Any] = {name: [value] for name, value in zip(names, values, strict=False)}
    columns["resource_tags"] = pa.array([[("user_plimsoll_run_id", "r")]], pa.map_(pa.string(), pa.string()))
    pq.write_table(pa.table(columns), tmp_path / "cur.parquet")
    with open_usage([tmp_path], engine) as delivery:
        (row,) = account(delivery).daily.to_pyarrow().to_pylist()
    assert (row["run_id"], row["provider"], int(row["accel_ns"])) == ("r", "AWS", 12 * HOUR_NS)


SACCT = "JobID|Cluster|Account|User|Start|End|ElapsedRaw|AllocTRES|State\n"


def test_slurm_counts_allocations_once(read: Callable[[str], tuple[str, Accounts]]) -> None:
    name, accounts = read(
        SACCT
        + "1|hpc|lab|u|2026-03-01T12:00:00|2026-03-03T12:00:00|172800|cpu=8,gres/gpu:h100=8,gres/gpu=8,node=1|DONE\n"
        + "1.batch|hpc|lab|u|2026-03-01T12:00:00|2026-03-03T12:00:00|172800|cpu=8,gres/gpu:h100=8|DONE\n"
        + "2|hpc|lab|u|2026-03-01T12:00:00|Unknown|3600|cpu=8,gres/gpu:a100=4|RUNNING\n"
        + "3|hpc|lab|u|2026-03-01T12:00:00|2026-03-01T13:00:00|3600|cpu=8|DONE\n"
        + "4|hpc|lab|u|2026-03-01T12:00:00|2026-03-01T13:00:00|3600|gres/gpu=4|DONE\n"
        + "5|hpc|lab|u|2026-03-01T12:00:00|2026-03-01T13:00:00|3600|gres/gpu:a100=2,gres/gpu:h100=2|DONE\n"
        + "6|hpc|lab|u|Unknown|Unknown|0|gres/gpu:h100=8|PENDING\n"
    )
    assert name == "slurm-sacct"
    assert reasons(accounts) == {
        "usage": 2,
        "slurm.step": 1,
        "slurm.no_accelerator": 1,
        "slurm.never_ran": 1,
        "sku.unmapped": 1,
        "sku.ambiguous": 1,
    }
    assert {key[2]: value // HOUR_NS for key, value in daily(accounts).items() if key[1] == "h100-sxm"} == {
        "2026-03-01": 96,
        "2026-03-02": 192,
        "2026-03-03": 96,
    }
    assert {value for key, value in daily(accounts).items() if key[1].startswith("a100")} == {4 * HOUR_NS}
    assert [sku.sku_id for sku in accounts.unmapped] == ["gres/gpu"]


def test_slurm_with_commas_is_refused(engine: Any, tmp_path: Path) -> None:
    from plimsoll.kernel.errors import PlimsollError

    path = tmp_path / "sacct.txt"
    path.write_text(SACCT.replace("|", ",") + "1,hpc,lab,u,2026-03-01T12:00:00,2026-03-03T12:00:00,1,x,DONE\n")
    with pytest.raises(PlimsollError, match="vertical bars") as caught, open_usage([path], engine):
        pass
    assert caught.value.code == "csv.wrong_delimiter"


PLAIN = "provider,customer,chip,count,start,end,run,workload,tensor_active\n"


def test_plain_counts_accelerators_for_the_whole_period(read: Callable[[str], tuple[str, Accounts]]) -> None:
    name, accounts = read(
        PLAIN
        + "p,c,H100 SXM,1000,2026-03-01T00:00:00Z,2026-03-01T00:00:00.000001Z,,,\n"
        + "p,c,h100-sxm,8,2026-03-01T12:00:00Z,2026-03-02T12:00:00Z,r,infer,0.5\n"
        + "p,c,h100-sxm,-1,2026-03-01T12:00:00Z,2026-03-01T13:00:00Z,,,\n"
        + "p,c,no-such-chip,1,2026-03-01T12:00:00Z,2026-03-01T13:00:00Z,,,\n"
        + "p,c,h100-sxm,1e999,2026-03-01T12:00:00Z,2026-03-01T13:00:00Z,,,\n"
        + "p,c,h100-sxm,0.5,2026-03-01T12:00:00Z,2026-03-01T11:00:00Z,,,\n"
    )
    assert name == "plain"
    assert reasons(accounts) == {
        "usage": 2,
        "correction.unmarked": 1,
        "sku.unmapped": 1,
        "quantity.too_large": 1,
        "period.backwards": 1,
    }
    assert accounts.totals.accel_ns == 1_000_000 + 8 * 24 * HOUR_NS - HOUR_NS
    tiers = {row["run_id"]: (row["tier"], row["est_e4"]) for row in accounts.daily.to_pyarrow().to_pylist()}
    assert tiers["r"] == ("A", 8 * 12 * HOUR_NS * 989_400 * 5_000)
