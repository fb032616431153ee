"""Where accounts ran: the region of most hours, the cluster where no region is told, and nothing made up."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from tests.compute.conftest import ROW

from plimsoll.compute.accounting import account
from plimsoll.compute.lake.store import Lake
from plimsoll.compute.usage.places import main_places
from plimsoll.compute.usage.read import open_usage


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "north", 3), ("a", "south", 2)], {"a": "north"}),
        ([("a", "north", 2), ("a", "south", 3)], {"a": "south"}),
        ([("a", "south", 2), ("a", "north", 2)], {"a": "north"}),
        ([("a", "north", 2), ("a", "south", 3), ("a", "north", 2)], {"a": "north"}),
        ([("a", None, 3), ("a", "north", 2)], {}),
        ([("a", None, 2), ("a", "north", 3), ("b", None, 1)], {"a": "north"}),
        ([], {}),
    ],
)
def test_the_longest_is_the_place(rows: list[tuple[str, str | None, int]], expected: dict[str, str]) -> None:
    assert main_places(rows) == expected


def _row(hours: int, **more: str) -> dict[str, str]:
    start = {"ChargePeriodStart": "2026-03-01T00:00:00Z", "ChargePeriodEnd": f"2026-03-01T{hours:02d}:00:00Z"}
    return {**ROW, **start, "RegionId": "", "RegionName": "", **more}


def test_places_of_a_delivery(tmp_path: Path, engine: Any) -> None:
    rows = [
        _row(3, RegionId="north-1"),
        _row(2, RegionId="south-1", ResourceId="i-2"),
        _row(2, BillingAccountId="acct-2", RegionName="Lowland"),
        _row(2, BillingAccountId="acct-3"),
        _row(2, BillingAccountId="acct-4", RegionId="north-1"),
        # What is not accelerator use says nothing of where the accelerators are.
        _row(20, RegionId="south-1", SkuId="SKU-3", SkuMeter="BoxUsage:m5.large"),
    ]
    path = tmp_path / "usage.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    asked = [f"aster-cloud/acct-{number}" for number in (1, 2, 3)]
    lake = tmp_path / "lake"

    for kept in (None, lake, lake):
        keeper = Lake(kept) if kept else None
        with open_usage([path], engine, keeper=keeper) as opened:
            found = account(opened).hourly(asked).places()
        if keeper is not None:
            keeper.__exit__()
        assert found == {"aster-cloud/acct-1": "aster-cloud|north-1", "aster-cloud/acct-2": "aster-cloud|Lowland"}
