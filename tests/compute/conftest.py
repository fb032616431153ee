"""What the tests of usage and accounting share: an engine, and FOCUS rows written to files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from plimsoll.compute.accounting import Accounts, account
from plimsoll.compute.engine import connect
from plimsoll.compute.usage.read import open_usage

ROW = {
    "ServiceProviderName": "aster-cloud",
    "BillingAccountId": "acct-1",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargePeriodStart": "2026-03-01T00:00:00Z",
    "ChargePeriodEnd": "2026-03-01T01:00:00Z",
    "CommitmentDiscountStatus": "",
    "ConsumedQuantity": "1.0",
    "ConsumedUnit": "Hours",
    "PricingQuantity": "",
    "PricingUnit": "Hours",
    "ResourceId": "",
    "SkuId": "SKU-1",
    "SkuMeter": "BoxUsage:p5.48xlarge",
    "x_WorkloadClass": "",
    "x_DeclaredRunId": "",
    "x_TensorActive": "",
}
"""One hour of a machine with eight H100."""

HOUR_NS = 3_600 * 10**9
H100_PEAK = 989_400
"""Dense BF16, FLOP per nanosecond."""


@pytest.fixture(scope="session")
def engine() -> Any:
    return connect(threads=2)


def write_focus(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """FOCUS rows as CSV; each row names only what differs from `ROW`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(ROW))
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)
    return path


@pytest.fixture
def focus(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows to a file of a given name under the test's folder."""

    def write(*rows: Mapping[str, str], name: str = "usage.csv") -> Path:
        return write_focus(tmp_path / name, rows)

    return write


@pytest.fixture
def accounted(engine: Any, focus: Callable[..., Path]) -> Iterator[Callable[..., Accounts]]:
    """The accounts of a few FOCUS rows; their deliveries stay open until the test ends."""
    with ExitStack() as opened:

        def run(*rows: Mapping[str, str], **options: Any) -> Accounts:
            return account(opened.enter_context(open_usage([focus(*rows)], engine)), **options)

        yield run
