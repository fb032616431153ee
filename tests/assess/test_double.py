"""The same use in two reports: what proves it, what does not, and which accounts are left out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.assess.detectors.account_cases import held

from plimsoll.assess.account_totals import account_totals
from plimsoll.assess.detectors.double_report import double_reports
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.double import DayPair, Double, find_doubles, same_use
from plimsoll.assess.finding import Code, Severity
from plimsoll.assess.party_evidence import DoubleEvidence
from plimsoll.compute.engine import connect, load
from plimsoll.compute.utilisation import PRIORS
from plimsoll.parties.known import KnownAccount

DAY = date(2026, 1, 1)
PEAK = 989_400


def _days(pairs: list[tuple[int, int]], chip: str = "h100-sxm") -> list[DayPair]:
    return [DayPair(DAY + timedelta(n), {chip: host}, {chip: sold}) for n, (host, sold) in enumerate(pairs)]


def _moving(days: int, apart: int = 0) -> list[tuple[int, int]]:
    """Amounts that change every day; the host's is so many ten-thousandths higher."""
    sold = [10**15 * (100 + 37 * (day % 5)) for day in range(days)]
    return [(amount + amount * apart // 10_000, amount) for amount in sold]


@pytest.mark.parametrize(
    ("pairs", "by_record", "expected"),
    [
        (_moving(20), False, True),
        (_moving(20, apart=100), False, True),
        (_moving(20, apart=103), False, False),
        (_moving(8), False, False),
        (_moving(8), True, True),
        (_moving(6), True, False),
        ([(10**16, 10**16)] * 60, False, False),
        ([(10**16, 10**16)] * 60, True, True),
        (_moving(18) + [(5, 10**16)] * 2, False, True),
        (_moving(16) + [(5, 10**16)] * 4, False, False),
    ],
)
def test_what_proves_that_two_reports_are_of_one_use(
    pairs: list[tuple[int, int]], by_record: bool, expected: bool
) -> None:
    assert same_use(_days(pairs), by_record=by_record) is expected


def test_every_chip_must_agree() -> None:
    day = DayPair(DAY, {"h100-sxm": 100, "a100": 50}, {"h100-sxm": 50, "a100": 100})

    assert not day.agrees
    assert DayPair(DAY, {"h100-sxm": 100}, {"h100-sxm": 100, "a100": 0}).agrees


def _daily(engine: Any, use: dict[tuple[str, str], list[int]]) -> Any:
    rows = [
        {
            "provider": provider, "account": account, "day": str(DAY + timedelta(day)), "chip": "h100-sxm",
            "accel_ns": str(ns), "cap_flop": str(ns * PEAK), "tier": "C", "est_e4": str(ns * PEAK * 4_000),
        }
        for (provider, account), amounts in use.items()
        for day, ns in enumerate(amounts)
        if ns
    ]  # fmt: skip
    types = {"provider": "VARCHAR", "account": "VARCHAR", "day": "DATE", "chip": "VARCHAR", "tier": "VARCHAR"}
    types |= {"accel_ns": "DECIMAL(38,0)", "cap_flop": "DECIMAL(38,0)", "est_e4": "DECIMAL(38,0)"}
    return load(engine, rows, types, "daily")


def _found(daily: Any, line: HeldLine, holders: dict[str, KnownAccount]) -> tuple[Double, ...]:
    return find_doubles(daily, account_totals(daily, DAY + timedelta(100), PRIORS), line, holders)


@pytest.fixture(scope="module")
def engine() -> Any:
    return connect(threads=1)


def _seller(days: int) -> dict[tuple[str, str], list[int]]:
    return {
        ("small-cloud", "c1"): [3 * 10**17 * (1 + day % 4) for day in range(days)],
        ("small-cloud", "c2"): [2 * 10**17 * (1 + day % 3) for day in range(days)],
        ("big-cloud", "other"): [10**18] * days,
    }


def _together(use: dict[tuple[str, str], list[int]]) -> list[int]:
    return [one + other for one, other in zip(use["small-cloud", "c1"], use["small-cloud", "c2"], strict=True)]


def test_a_hosts_account_that_is_all_of_a_seller(engine: Any) -> None:
    use = _seller(30)
    use["big-cloud", "reseller"] = _together(use)
    [double] = _found(_daily(engine, use), held(10**24), {})
    [finding] = double_reports([double])
    [evidence] = finding.evidence

    assert double.host_account == "big-cloud/reseller"
    assert double.sellers_accounts == 2
    assert isinstance(evidence, DoubleEvidence)
    assert evidence.days == 30
    assert evidence.host_accel_ns == evidence.seller_accel_ns == sum(_together(use))
    assert evidence.cap_flop == sum(_together(use)) * PEAK
    assert (finding.code, finding.severity, finding.subject) == (Code.DOUBLE_REPORT, Severity.DATA, "small-cloud")


def test_equal_steady_use_is_no_proof_but_a_record_makes_it_one(engine: Any) -> None:
    use = {("small-cloud", "c1"): [10**18] * 40, ("big-cloud", "x"): [10**18] * 40}
    daily = _daily(engine, use)
    stranger = KnownAccount("big-cloud/x", "P-1", None, "Tallow Studies Ltd", None)
    seller = KnownAccount("big-cloud/x", "P-1", None, "Small Cloud AB", None)

    assert _found(daily, held(10**24), {}) == ()
    assert _found(daily, held(10**24), {"big-cloud/x": stranger}) == ()
    [double] = _found(daily, held(10**24), {"big-cloud/x": seller})
    assert double.host_account == "big-cloud/x"
    assert double.by_record


def test_an_account_with_customers_of_its_own_beside_is_not_the_sellers(engine: Any) -> None:
    use = _seller(30)
    use["big-cloud", "reseller"] = [amount * 11 // 10 for amount in _together(use)]

    assert _found(_daily(engine, use), held(10**24), {}) == ()


def test_small_accounts_are_not_compared(engine: Any) -> None:
    use = _seller(30)
    use["big-cloud", "reseller"] = _together(use)

    assert _found(_daily(engine, use), held(10**30), {}) == ()
