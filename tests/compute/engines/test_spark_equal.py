"""Whole deliveries and whole assessments: Spark and DuckDB give the same, to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.accounting import account
from plimsoll.compute.engine import connect, fetch
from plimsoll.compute.usage.outcomes import REASONS, Outcome
from plimsoll.compute.usage.quality import profile
from plimsoll.compute.usage.read import open_usage

_FOCUS = (
    "ServiceProviderName,BillingAccountId,ChargeCategory,ChargeClass,ChargePeriodStart,ChargePeriodEnd,"
    "CommitmentDiscountStatus,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,ResourceId,SkuId,SkuMeter,"
    "x_WorkloadClass,x_DeclaredRunId,x_TensorActive\n"
)
_NODE = "S1,BoxUsage:p5.48xlarge"
_HOUR = "2026-03-01T00:00:00Z,2026-03-01T01:00:00Z"
_ROWS = (
    f"aster,a1,Usage,,{_HOUR},,1.5,Hours,,Hours,i-0123456789abcdef0,{_NODE},train,r1,0.31234567",
    f"aster,a1,Usage,,{_HOUR},,0.333333333333333,Hours,,Hours,,{_NODE},,r2,",
    f"aster,a1,Usage,Correction,{_HOUR},,-0.5,Hours,,Hours,,{_NODE},infer,,2",
    f"aster,a1,Usage,,{_HOUR},,-0.25,Hours,,Hours,,{_NODE},,,",
    f"aster,a2,Usage,,{_HOUR},Unused,3,Hours,,Hours,,{_NODE},,,",
    f"aster,a2,Usage,,{_HOUR},,,Hours,7,Hours,,{_NODE},,,",
    f"aster,a2,Usage,,{_HOUR},,5,Hours,,Hours,i-0123456789abcdef1,{_NODE},,,",
    f"aster,a2,Tax,,{_HOUR},,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a2,Usage,,{_HOUR},,1,GB-Mo,,GB-Mo,,S3,TimedStorage-ByteHrs,,,",
    f"aster,a2,Usage,,{_HOUR},,4,Hours,,Hours,,S9,BoxUsage:zz99.huge,,,",
    "aster,a3,Usage,,2026-02-27T22:30:00Z,2026-03-03T07:15:30Z,,123.456789,Hours,,Hours,,S1,BoxUsage:p5.48xlarge,,,",
    "aster,a3,Usage,,2026-02-01T00:00:00Z,2026-03-01T00:00:00Z,,1000000.000001,Hours,,Hours,,S1,BoxUsage:p5.48xlarge,,,",
    f"aster,,Usage,,{_HOUR},,1,Hours,,Hours,,{_NODE},,,",
    f",a1,Usage,,{_HOUR},,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,soon,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,2026-03-01T00:00:00 CET,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,2026-02-30T00:00:00Z,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,2026-03-01T02:00:00Z,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,2020-03-01T02:00:00Z,2026-03-01T01:00:00Z,,1,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,{_HOUR},,,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,{_HOUR},,many,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,{_HOUR},,1e30,Hours,,Hours,,{_NODE},,,",
    f"aster,a1,Usage,,{_HOUR},,99999999999999,Hours,,Hours,,{_NODE},,,",
)
_AMBIGUOUS = (
    f"birch,b1,Usage,,2026-03-01T00:00:00,2026-03-01T01:00:00,,1,Hours,,Hours,,{_NODE},,,",
    f"birch,b1,Usage,,2026-03-01T00:00:00+02:00,2026-03-01 01:00:00+0200,,1,Hours,,Hours,,{_NODE},,,",
)
_PLAIN = """provider,customer,chip,count,start,end,run,tensor_active
cedar,c1,h100-sxm,8,2026-03-01,2026-03-05,r1,0.4
cedar,c1,h100-sxm,2.5,2026-03-05T12:00,2026-03-07T03:04:05,,
cedar,c2,h100-sxm and a100-sxm-80gb,1,2026-03-01,2026-03-02,,
cedar,c2,h100-sxm,lots,2026-03-01,2026-03-02,,
cedar,c2,h100-sxm,1_000,2026-03-01 00:00,2026-03-02 00:00,,
"""
_SLURM = """JobID|Cluster|Account|User|Start|End|ElapsedRaw|AllocTRES|State|Comment
1|dune|lab|u|2026-03-01T00:00:00|2026-03-01T02:00:00|7200|billing=4,gres/gpu:h100=4|COMPLETED|plimsoll:run_id=r1;x
1.batch|dune|lab|u|2026-03-01T00:00:00|2026-03-01T02:00:00|7200|gres/gpu:h100=4|COMPLETED|
2|dune|lab|u|2026-03-01T00:00:00|Unknown|86400|gres/gpu=2|RUNNING|
3|dune|lab|u|2026-03-01T00:00:00|2026-03-03T00:00:00|x|gres/gpu:h100=1|COMPLETED|
4|dune|lab|u|2026-03-01T00:00:00|2026-03-03T00:00:00|172800|gres/gpu:h100=1,gres/gpu:a100=1|COMPLETED|
5|dune|lab|u|2026-03-01T00:00:00|Unknown|99999999999999999|gres/gpu:h100=1|RUNNING|
6|dune|lab|u|2026-03-01T00:00:00|2026-03-01T00:00:00|0|gres/gpu:h100=1|CANCELLED|
7|dune|lab|u|2026-03-01T00:00:00|2026-03-01T01:00:00|3600|cpu=8|COMPLETED|
"""
_CUR = """bill_payer_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,\
line_item_usage_amount,line_item_usage_type,pricing_unit,product_instance_type,resource_tags
111122223333,Usage,2026-03-01T00:00:00.000Z,2026-03-02T00:00:00.000Z,24,BoxUsage:p5.48xlarge,Hrs,p5.48xlarge,\
"{""user_plimsoll:run_id"":""r1""}"
111122223333,Refund,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,1,BoxUsage:p5.48xlarge,Hrs,,
111122223333,SavingsPlanCoveredUsage,2026-03-01T00:00:00Z,2026-03-01T01:00:00Z,0.5,UnusedBox:p5.48xlarge,Hrs,p5.48xlarge,
"""


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("dirty")
    (folder / "focus.csv").write_text(_FOCUS + "\n".join(_ROWS) + "\n")
    (folder / "zones.csv").write_text(_FOCUS + "\n".join(_AMBIGUOUS) + "\n")
    (folder / "plain.csv").write_text(_PLAIN)
    (folder / "slurm.txt").write_text(_SLURM)
    (folder / "cur.csv").write_text(_CUR)
    return folder


def _found(backend: Any, path: Path) -> dict[str, Any]:
    with open_usage([path], backend) as delivery:
        accounts = account(delivery, {"r1": 4_000}, holders={"r1": ["aster/a1", "cedar/c1"]})
        tables = {"daily": accounts.daily, "unused": accounts.unused, "impossible": accounts.impossible()}
        if path.suffix == "":
            tables["rolling"] = accounts.rolling()
        return {
            **{name: sorted(map(str, fetch(backend, table))) for name, table in tables.items()},
            "totals": accounts.totals,
            "outcomes": accounts.outcomes,
            "rejections": accounts.rejections,
            "unmapped": accounts.unmapped,
            "coverage": accounts.coverage,
            "notes": profile(delivery),
        }


def test_dirty_rows_of_every_format_get_the_same_reasons_and_amounts(dirty: Path, spark: Any) -> None:
    mine, theirs = _found(connect(), dirty), _found(spark, dirty)
    for name in mine:
        assert mine[name] == theirs[name], name
    reasons = {count.reason for count in mine["outcomes"]}
    rejecting = {code for code, reason in REASONS.items() if reason.outcome is Outcome.REJECTED}
    assert rejecting <= reasons


@pytest.mark.real_data
def test_the_public_sample_bill_gets_the_same(real_data: Path, spark: Any) -> None:
    path = real_data / "focus" / "focus_sample.csv"
    assert _found(connect(), path) == _found(spark, path)


@pytest.mark.slow
def test_an_assessment_has_the_same_bytes(tmp_path: Path, spark: Any) -> None:
    from plimsoll.assess.conduct import Request, conduct
    from plimsoll.assess.json_out import json_text
    from plimsoll.rulebook.load import library_rulebook
    from plimsoll.sample.jurisdiction import write_sample
    from plimsoll.sample.plan import Request as SampleRequest

    folder = write_sample(tmp_path / "sample", SampleRequest(seed=7, customers=30, days=60)).folder
    treaty = library_rulebook("conditional-treaty")

    def answer(engine: str) -> str:
        request = Request((folder / "usage",), folder / "declarations.yaml", treaty, engine=engine)
        return json_text(conduct(request))

    assert answer("local[2]") == answer("duckdb")
