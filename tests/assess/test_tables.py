"""Collecting rows from bulk tables: nothing that could give a finding stays behind, and nothing is rounded."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.account_totals import account_totals, candidates, largest_accounts
from plimsoll.assess.detectors.approaching_line import approaching_line
from plimsoll.assess.detectors.coverage import NONE
from plimsoll.assess.detectors.figures import AccountUse, HeldLine
from plimsoll.assess.detectors.undeclared_run import undeclared_run
from plimsoll.assess.evidence import RuleEvidence
from plimsoll.assess.tables import account_use, before, negative_days, tagged_use
from plimsoll.compute.engine import connect, load
from plimsoll.compute.utilisation import PRIORS

DAY_ONE = date(2026, 1, 1)
AS_OF = DAY_ONE + timedelta(400)
LINE = HeldLine(RuleEvidence("r", "r.line", "m@1", "gt", 10**25, "proposed", "s. 1"))
TYPES = {
    "provider": "VARCHAR", "account": "VARCHAR", "run_id": "VARCHAR", "chip": "VARCHAR", "tier": "VARCHAR",
    "day": "DATE", "accel_ns": "DECIMAL(38,0)", "cap_flop": "DECIMAL(38,0)", "est_e4": "DECIMAL(38,0)",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return connect(threads=1)


def _daily(engine, rows):
    """Rows of (account, day, cap) with an optional run; the estimate is 40 % of the bound."""
    values = [
        {"provider": "p", "account": a, "run_id": run, "chip": "h100-sxm", "tier": "C",
         "day": str(DAY_ONE + timedelta(d)), "accel_ns": str(cap // 989_400), "cap_flop": str(cap),
         "est_e4": str(cap * 4_000)}
        for a, d, cap, run in ((*row, None) if len(row) == 3 else row for row in rows)
    ]  # fmt: skip
    return load(engine, values, TYPES, "daily")


def _chosen(daily, named=(), as_of=AS_OF) -> list[AccountUse]:
    return list(account_use(daily, candidates(account_totals(daily, as_of, PRIORS), LINE, named)))


def test_amounts_of_thirty_digits_arrive_exact(engine) -> None:
    cap = 123_456_789_012_345_678_901_234_567_890
    [account] = _chosen(_daily(engine, [("a", 0, cap)]))

    assert (account.rows[0].cap_flop, account.rows[0].est_e4) == (cap, cap * 4_000)
    assert account.rows[0].day == DAY_ONE


def test_small_accounts_stay_behind_unless_they_are_named(engine) -> None:
    daily = _daily(engine, [("small", 0, 10), ("big", 0, 10**25 + 1), ("named", 0, 7)])

    assert [a.account for a in _chosen(daily)] == ["big"]
    assert [a.account for a in _chosen(daily, ("p/named",))] == ["big", "named"]


def test_the_largest_come_first_and_ties_by_name(engine) -> None:
    daily = _daily(engine, [("b", 0, 5), ("a", 0, 5), ("c", 0, 2), ("c", 1, 9), ("d", 0, 1)])

    assert largest_accounts(account_totals(daily, AS_OF, PRIORS), 3) == ("p/c", "p/a", "p/b")


def test_an_account_of_the_same_name_at_another_provider_does_not_come_along(engine) -> None:
    daily = _daily(engine, [("a", 0, 5), ("b", 0, 5)])
    other = daily.mutate(provider=daily.account.concat("-cloud"))

    assert [use.subject for use in account_use(daily.union(other), ("a-cloud/a", "p/b"))] == ["a-cloud/a", "p/b"]


def test_the_day_of_the_assessment_is_not_part_of_it(engine) -> None:
    daily = before(_daily(engine, [("a", 0, 10**26), ("a", 5, 10**26)]), DAY_ONE + timedelta(5))
    [account] = _chosen(daily, as_of=DAY_ONE + timedelta(5))

    assert [row.day for row in account.rows] == [DAY_ONE]


def test_tags_add_up_over_accounts_and_unknown_tags_are_left(engine) -> None:
    daily = _daily(engine, [("a", 0, 10, "r"), ("b", 3, 20, "r"), ("a", 1, 5, "other"), ("a", 2, 7)])
    [tagged] = tagged_use(daily, {"r", "unused"})

    assert (tagged.run, tagged.cap_flop, tagged.est_e4, tagged.prior_e4) == ("r", 30, 120_000, 120_000)
    assert (tagged.first, tagged.last) == (DAY_ONE, DAY_ONE + timedelta(3))
    assert tagged.subjects == ("p/a", "p/b")
    assert list(tagged_use(daily, ())) == []


def test_negative_days_come_account_by_account(engine) -> None:
    table = _daily(engine, [("b", 1, -989_400), ("a", 2, -989_400), ("a", 1, -2 * 989_400)])
    found = list(negative_days(table.select("provider", "account", "day", "accel_ns")))

    assert [(subject, [day.accel_ns for day in days]) for subject, days in found] == [("p/a", [-2, -1]), ("p/b", [-1])]


_ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 399), st.integers(-(10**24), 2 * 10**25)), min_size=1, max_size=9
)


@settings(max_examples=25, deadline=None)
@given(_ROWS)
def test_no_account_that_gives_a_finding_is_left_behind(engine, rows) -> None:
    daily = _daily(engine, rows)
    everyone = tuple({f"p/{account}" for account, _, _ in rows})
    chosen = {use.subject for use in _chosen(daily)}

    for use in _chosen(daily, everyone):
        found = [*undeclared_run(use, LINE, NONE, AS_OF), *approaching_line(use, LINE, NONE, AS_OF)]
        assert not found or use.subject in chosen
