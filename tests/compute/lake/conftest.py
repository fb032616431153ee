"""What the tests of the lake share: a small delivery of several files with everything in it, and its assessment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.compute.conftest import write_focus

from plimsoll.assess.conduct import Request, conduct
from plimsoll.assess.json_out import json_text
from plimsoll.cli.check import choose_rulebooks

Assessed = Callable[..., str]


def month(number: int, *, machines: int = 3) -> list[dict[str, str]]:
    """A month of use with a day-long charge, a charge over three days, idle capacity and every kind of trouble."""
    day = f"2026-{number:02d}"
    rows = [
        {
            "ChargePeriodStart": f"{day}-{d:02d}T{h:02d}:00:00Z",
            "ChargePeriodEnd": f"{day}-{d:02d}T{h + 1:02d}:00:00Z",
            "BillingAccountId": f"acct-{machine}",
            "ResourceId": f"i-{number:02x}{machine:010x}",
            "ConsumedQuantity": "1.0",
        }
        for machine in range(machines)
        for d in (1, 2, 15)
        for h in (0, 7, 22)
    ]
    odd = {"ChargePeriodStart": f"{day}-03T00:00:00Z", "ChargePeriodEnd": f"{day}-03T01:00:00Z", "ResourceId": "odd"}
    return [
        *rows,
        {**odd, "ChargePeriodEnd": f"{day}-04T00:00:00Z", "ConsumedQuantity": "23.5"},
        {**odd, "ChargePeriodEnd": f"{day}-06T00:00:01Z", "ConsumedQuantity": "71.333333"},
        {**odd, "CommitmentDiscountStatus": "Unused", "ConsumedQuantity": "5"},
        {**odd, "ConsumedQuantity": "-0.25", "ChargeClass": "Correction"},
        {**odd, "ConsumedQuantity": "-0.125"},
        {**odd, "BillingAccountId": ""},
        {**odd, "ChargePeriodEnd": f"{day}-02T00:00:00Z"},
        {**odd, "ConsumedQuantity": "many"},
        {**odd, "SkuId": "SKU-2", "SkuMeter": "Mystery:gpu-box"},
        {**odd, "ResourceId": "i-0123456789", "ConsumedQuantity": "9.0"},
    ]


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four months of one provider and one of another, which begins a quarter later; only read."""
    usage = tmp_path_factory.mktemp("delivery") / "usage"
    paths = [
        write_focus(usage / "provider=aster-cloud" / f"2026-{number:02d}.csv", month(number)) for number in range(1, 5)
    ]
    return [*paths, write_focus(usage / "provider=borealis" / "2026-04.csv", month(4, machines=5))]


@pytest.fixture
def own(delivery: list[Path], tmp_path: Path) -> list[Path]:
    """A copy of the delivery, to change."""
    usage = delivery[0].parents[1]
    shutil.copytree(usage, tmp_path / "usage")
    return [tmp_path / "usage" / path.relative_to(usage) for path in delivery]


@pytest.fixture(scope="module")
def assessed() -> Assessed:
    """The findings JSON of an assessment of these files, with a line so low that there are findings."""
    [book] = choose_rulebooks(["conditional-treaty"], "1e19")

    def run(files: Sequence[Path], lake: Path | None = None, told: list[str] | None = None) -> str:
        request = Request(tuple(files), None, book, threads=2, lake=lake)
        return json_text(conduct(request, tell=(told if told is not None else []).append))

    return run


@pytest.fixture(scope="module")
def whole(delivery: list[Path], assessed: Assessed) -> str:
    """The answer without a lake."""
    return assessed(delivery)


@pytest.fixture(scope="module")
def at_once(delivery: list[Path], assessed: Assessed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A lake to which the whole delivery came in one run, and that run's answer."""
    lake = tmp_path_factory.mktemp("at-once") / "lake"
    return lake, assessed(delivery, lake)


@pytest.fixture
def known(at_once: tuple[Path, str], tmp_path: Path) -> Path:
    """A lake that knows the delivery, to change."""
    return Path(shutil.copytree(at_once[0], tmp_path / "known"))
