"""Use hour by hour: by hand, shared out over hours, and adding up to the daily accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.compute.conftest import H100_PEAK

from plimsoll.compute.accounting import Accounts
from plimsoll.compute.engine import fetch
from plimsoll.compute.hourly import HOUR_NS, above, hour_cells, hourly_use, hours_of, named

MARCH = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) // 3_600
"""Hours from 1970 to the first of the rows."""


def _row(start: str, end: str, quantity: str, **more: str) -> dict[str, str]:
    return {"ChargePeriodStart": start, "ChargePeriodEnd": end, "ConsumedQuantity": quantity, **more}


def _hours(accounts: Accounts, engine: Any, **asked: Any) -> dict[tuple[str, int, bool], int]:
    rows = fetch(engine, hourly_use(accounts.judged, engine, **asked))
    found = {(f"{r['provider']}/{r['account']}", r["hour"] - MARCH, r["coarse"]): int(r["accel_ns"]) for r in rows}
    assert len(found) == len(rows), "one row per account, hour and coarseness"
    return found


def test_hours_by_hand(accounted: Callable[..., Accounts], engine: Any) -> None:
    accounts = accounted(
        _row("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "1.0"),
        _row("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "0.5"),
        _row("2026-03-01T05:15:00Z", "2026-03-01T05:45:00Z", "2.0"),
        _row("2026-03-01T05:00:00Z", "2026-03-01T06:00:00Z", "-0.25", ChargeClass="Correction"),
        _row("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "9.0", BillingAccountId="acct-2"),
        _row("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z", "7.0", CommitmentDiscountStatus="Unused"),
    )

    assert _hours(accounts, engine, subjects=["aster-cloud/acct-1"]) == {
        ("aster-cloud/acct-1", 0, False): 12 * HOUR_NS,
        ("aster-cloud/acct-1", 5, False): 14 * HOUR_NS,
    }


def test_a_period_over_two_hours_is_shared_out_by_time(accounted: Callable[..., Accounts], engine: Any) -> None:
    accounts = accounted(_row("2026-03-01T10:20:00Z", "2026-03-01T11:05:00Z", "0.75"))

    assert _hours(accounts, engine) == {
        ("aster-cloud/acct-1", 10, False): 8 * HOUR_NS * 40 // 60,
        ("aster-cloud/acct-1", 11, False): 8 * HOUR_NS * 5 // 60,
    }


def test_a_day_is_shared_out_over_its_hours_and_marked(accounted: Callable[..., Accounts], engine: Any) -> None:
    accounts = accounted(
        _row("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "23.000001"),
        _row("2026-03-01T03:00:00Z", "2026-03-01T04:00:00Z", "1.0"),
    )
    hours = _hours(accounts, engine)

    coarse = {key: ns for key, ns in hours.items() if key[2]}
    assert sorted(key[1] for key in coarse) == list(range(24))
    assert sum(coarse.values()) == 8 * 23_000_001 * HOUR_NS // 10**6
    assert max(coarse.values()) - min(coarse.values()) <= 1
    assert {key for key in hours if not key[2]} == {("aster-cloud/acct-1", 3, False)}
    cells = [hour_cells(batch, engine, named(["aster-cloud/acct-1"], engine)) for batch in accounts.judged]
    assert [row["hour"] - MARCH for row in fetch(engine, hours_of(cells, coarse=False))] == [3]


def test_a_correction_of_a_day_nets_it_out(accounted: Callable[..., Accounts], engine: Any) -> None:
    day = ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
    accounts = accounted(_row(*day, "17.3"), _row(*day, "-17.3", ChargeClass="Correction"))

    assert set(_hours(accounts, engine).values()) == {0}


@pytest.mark.parametrize(("floor", "expected"), [(0, 2), (8 * HOUR_NS * H100_PEAK + 1, 1), (10**40, 0)])
def test_the_floor_is_a_bound_in_flop(
    accounted: Callable[..., Accounts], engine: Any, floor: int, expected: int
) -> None:
    hour = ("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
    accounts = accounted(_row(*hour, "1.0"), _row(*hour, "1.000001", BillingAccountId="acct-2"))

    assert len(fetch(engine, above(accounts.judged, engine, floor))) == expected
    assert len(_hours(accounts, engine, floor=floor)) == expected


def test_hours_add_up_to_the_daily_accounts(accounted: Callable[..., Accounts], engine: Any) -> None:
    start = datetime(2026, 3, 1, 7, 11, 13, tzinfo=UTC)
    rows = []
    for number in range(60):
        begin = start + timedelta(minutes=97 * number)
        end = begin + timedelta(seconds=(1, 600, 3_600, 9_001, 86_400, 400_000)[number % 6])
        rows.append(
            _row(f"{begin:%FT%TZ}", f"{end:%FT%TZ}", f"{number - 3}.{number:06}", BillingAccountId=f"acct-{number % 7}")
        )
    rows.append(_row("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", "5.0"))
    accounts = accounted(*rows)
    per_day: dict[tuple[str, date], int] = defaultdict(int)
    for (subject, hour, _), ns in _hours(accounts, engine).items():
        per_day[subject, date(2026, 3, 1) + timedelta(days=hour // 24)] += ns
    daily: dict[tuple[str, date], int] = defaultdict(int)
    for row in fetch(engine, accounts.daily):
        daily[f"{row['provider']}/{row['account']}", row["day"]] += int(row["accel_ns"])

    assert {key: ns for key, ns in per_day.items() if ns} == {key: ns for key, ns in daily.items() if ns}
