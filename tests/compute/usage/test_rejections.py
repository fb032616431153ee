"""Rows that cannot be rejected are left out before they are read closely: nothing is rejected less for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.compute.conftest import write_focus

from plimsoll.compute.engine import fetch
from plimsoll.compute.usage import rejections
from plimsoll.compute.usage.judged import JudgedBatch, judge_batch
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.read import open_usage
from plimsoll.compute.utilisation import PRIORS

SOUND: list[dict[str, str]] = [{"ResourceId": f"i-{number:08x}"} for number in range(30)]
FAULTY = [
    {"BillingAccountId": ""},
    {"ConsumedQuantity": "many"},
    {"ConsumedQuantity": ""},
    {"ConsumedQuantity": "99999999999"},
    {"ChargePeriodEnd": "2026-02-01T00:00:00Z"},
    {"ChargePeriodStart": "yesterday"},
    {"ConsumedUnit": ""},
    {"ConsumedUnit": "Fathoms"},
    {"SkuMeter": "", "SkuId": "", "ConsumedUnit": "Fathoms"},
    {"ServiceProviderName": ""},
    {"SkuId": "SKU-2", "SkuMeter": "Mystery:gpu-box"},
    {"ChargeCategory": "Tax", "BillingAccountId": ""},
]


@pytest.mark.parametrize("by_file", [True, False])
def test_the_same_rows_are_rejected_as_if_each_were_looked_at(engine: Any, tmp_path: Path, by_file: bool) -> None:
    first = write_focus(tmp_path / "1.csv", SOUND + FAULTY)
    second = write_focus(tmp_path / "2.csv", [{"BillingAccountId": "acct-2", **row} for row in SOUND + FAULTY[5:]])
    with open_usage([first, second], engine) as delivery:
        for batch in delivery.batches:
            judged = judge_batch(batch, engine, PRIORS, {}, by_file=by_file)
            assert any(kind.verdict.outcome is Outcome.REJECTED for kind in judged.kinds)
            counted, listed = rejections.rejections_of(judged, 1_000)

            assert listed == _looked_at_one_by_one(judged)
            assert sum(count.rows for count in counted) == len(listed)
            assert len({row["reason"] for row in listed}) > 3


def test_rows_of_one_outcome_are_all_of_them(engine: Any, tmp_path: Path) -> None:
    with open_usage([write_focus(tmp_path / "1.csv", SOUND + FAULTY)], engine) as delivery:
        [batch] = delivery.batches
        judged = judge_batch(batch, engine, PRIORS, {})
        for outcome in Outcome:
            all_rows = judged.rows.filter(judged.rows.outcome == outcome.value)
            assert _numbers(judged, judged.rows_of(outcome)) == _numbers(judged, all_rows)


def _looked_at_one_by_one(judged: JudgedBatch) -> list[dict[str, Any]]:
    vars(judged)["doubtful"] = judged.rows
    table = rejections._rejected(judged).select("file_no", "row", "reason", "detail")
    return fetch(judged.backend, table.order_by("file_no", "row"))


def _numbers(judged: JudgedBatch, table: Any) -> list[int]:
    return sorted(row["row"] for row in fetch(judged.backend, table.select("row")))
