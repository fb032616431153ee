"""Who uses what, and what is planted."""

from datetime import date

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.background import LARGEST_STREAM
from plimsoll.sample.plan import MAX_CUSTOMERS, MAX_DAYS, Request, make_plan
from plimsoll.sample.situations import CASES, LINE_FLOP, Situation, cases_for
from plimsoll.sample.size import flop_per_micro


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"customers": 0}, "sample.customers"),
        ({"customers": -5}, "sample.customers"),
        ({"customers": MAX_CUSTOMERS + 1}, "sample.customers"),
        ({"days": 0}, "sample.days"),
        ({"days": -180}, "sample.days"),
        ({"days": MAX_DAYS + 1}, "sample.days"),
        ({"seed": -1}, "sample.seed"),
        ({"seed": 2**53}, "sample.seed"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(bad: dict[str, int], code: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        Request(**bad)

    assert refusal.value.code == code
    assert code.removeprefix("sample.") in refusal.value.fix


@pytest.mark.parametrize(
    ("days", "last", "months"),
    [(1, (2026, 1), 1), (31, (2026, 1), 1), (32, (2026, 2), 2), (180, (2026, 6), 6), (366, (2027, 1), 13)],
)
def test_the_months_are_those_that_the_days_touch(days: int, last: tuple[int, int], months: int) -> None:
    request = Request(days=days)

    assert (request.months()[0], request.months()[-1], len(request.months())) == ((2026, 1), last, months)


def test_the_default_ends_in_the_middle_of_2026() -> None:
    assert Request().end == date(2026, 6, 30)


@pytest.mark.parametrize(("customers", "cases"), [(1, 1), (5, 5), (10, 10), (99, 10), (200, 19), (20_000, 109)])
def test_how_many_cases_are_planted(customers: int, cases: int) -> None:
    assert len(cases_for(customers)) == cases
    assert len(make_plan(Request(customers=customers, days=30)).plants) == cases


def test_the_default_sample_has_every_situation() -> None:
    plan = make_plan(Request())

    planted = {plant.case.situation for plant in plan.plants}
    assert planted == set(Situation) - {Situation.MISSING_REPORT}
    assert plan.gap == (2026, 4)


def test_there_is_no_gap_where_no_month_lies_between_others() -> None:
    assert make_plan(Request(customers=1, days=59)).gap is None
    assert make_plan(Request(customers=1, days=60)).gap == (2026, 2)


def test_every_customer_is_one_party_and_no_account_key_repeats() -> None:
    plan = make_plan(Request(customers=500))

    parties, keys = [party.id for party in plan.roster.parties], [account.key for account in plan.roster.accounts]
    assert len(parties) == len(set(parties)) == 500 + len(plan.providers) + 1
    assert len(keys) == len(set(keys)) >= 500 + len(plan.providers)


@pytest.mark.parametrize("days", [1, 30, 365, MAX_DAYS])
def test_no_account_of_the_background_comes_near_the_line_even_by_the_bound(days: int) -> None:
    plan = make_plan(Request(customers=300, days=days))
    bounds: dict[int, int] = {}

    for stream in plan.roster.streams:
        if stream.plant < 0 and stream.sku.chip is not None:
            bound = stream.level * (stream.end - stream.start) * flop_per_micro(stream.sku)
            assert bound <= LARGEST_STREAM
            bounds[stream.account] = bounds.get(stream.account, 0) + bound

    assert max(bounds.values()) <= LINE_FLOP // 5


@pytest.mark.parametrize("days", [1, 7, 30, 180, MAX_DAYS])
def test_every_stream_lies_inside_the_data_and_on_whole_charge_periods(days: int) -> None:
    for stream in make_plan(Request(customers=60, days=days)).roster.streams:
        assert 0 <= stream.start < stream.end <= days * 24
        assert stream.level > 0
        assert stream.grain == "hour" or stream.start % 24 == stream.end % 24 == 0


def test_no_planted_run_is_at_the_provider_with_the_gap() -> None:
    plan = make_plan(Request(customers=2_000, days=365))

    assert {plan.roster.accounts[plant.account].provider.id for plant in plan.plants} == {
        "norrvik-cloud", "kestrelmoor", "pellworth", "orelane", "brightquay",
    }  # fmt: skip


def test_cases_say_what_they_are() -> None:
    assert len({case.note for case in CASES}) == len(CASES)
    assert {case.situation for case in CASES} | {Situation.MISSING_REPORT} == set(Situation)


def test_another_seed_plants_elsewhere() -> None:
    def keys(seed: int) -> list[str]:
        plan = make_plan(Request(seed=seed))
        return [plan.roster.accounts[plant.account].key for plant in plan.plants]

    assert keys(1) != keys(2)
    assert keys(1) == keys(1)
