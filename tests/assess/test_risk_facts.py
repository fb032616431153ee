"""What risk profiles are told about an account, and which accounts are named by themselves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from party_cases import AS_OF, LINE, UNIT, behind, daily_table, known, record

from plimsoll.assess.account_totals import account_totals
from plimsoll.assess.evidence import NS_PER_HOUR
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.party_evidence import KycEvidence, ProfileEvidence
from plimsoll.assess.risk_facts import facts_of, least_hours
from plimsoll.compute.engine import connect
from plimsoll.compute.utilisation import PRIORS
from plimsoll.parties.kyc import Use
from plimsoll.parties.risk.load import load_profiles

HOUR = 989_500 * NS_PER_HOUR
"""The bound of one accelerator-hour in the tables of these tests."""
LAST = 399
"""The last day before the assessment."""


@pytest.fixture(scope="module")
def engine():
    return connect(threads=1)


def _facts(engine, rows, records, bp: int = 4_000):
    daily = daily_table(engine, rows, bp)
    return dict(facts_of(known(records), account_totals(daily, AS_OF, PRIORS), load_profiles()))


def _watched(engine, rows, records) -> list[Finding]:
    found = [each.finding for each in behind(daily_table(engine, rows), known(records)).findings(())]
    return [finding for finding in found if finding.code is Code.HIGH_RISK_PROFILE]


def test_use_is_counted_in_whole_hours_of_the_last_days(engine) -> None:
    rows = [("p/a", LAST, 40_000 * HOUR), ("p/a", LAST - 29, 20_000 * HOUR), ("p/a", LAST - 30, 10_000 * HOUR),
            ("p/a", LAST - 89, 5_000 * HOUR), ("p/a", LAST - 90, 999 * HOUR)]  # fmt: skip
    opened = AS_OF - timedelta(200)
    facts = _facts(engine, rows, [record("p/a", opened=opened, declared_use=Use.INFERENCE)])["p/a"]

    assert (facts.accelerator_hours_30, facts.accelerator_hours_90, facts.ramp_percent) == (60_000, 75_000, 600)
    assert facts.age_days == 200 - 91, "the first day of heavy use less the opening"
    assert (facts.declared_use, facts.screened, facts.downstream_given) == ("inference", None, False)
    assert (facts.train_share_bp, facts.infer_share_bp) == (None, None), "nobody labels anything there"


def test_labels_show_in_the_prior(engine) -> None:
    """Labelled inference is estimated at 15 %, anything else at 40 %; a quarter of this account's use is inference."""
    rows = [("p/a", LAST, 60_000 * HOUR)]
    facts = _facts(engine, rows, [record("p/a")], bp=(3 * 4_000 + 1_500) // 4)["p/a"]

    assert (facts.train_share_bp, facts.infer_share_bp) == (7_500, 2_500)


def test_accounts_under_the_floor_of_every_profile_do_not_come_over(engine) -> None:
    rows = [("p/a", LAST, 9_999 * HOUR), ("p/b", LAST, 10_000 * HOUR), ("p/unknown", LAST, 90_000 * HOUR)]

    assert list(_facts(engine, rows, [record("p/a"), record("p/b")])) == ["p/b"]
    assert least_hours(load_profiles(), screened=False) == 10_000
    assert least_hours(load_profiles(), screened=True) == 0


def test_an_honest_customer_matches_nothing(engine) -> None:
    assert _watched(engine, [("p/a", LAST, 90_000 * HOUR)], [record("p/a")]) == []


def test_one_profile_is_named_from_a_quarter_of_the_line_on_and_counted_below(engine) -> None:
    quarter, less = LINE.flop // 4 * 5 // 2, LINE.flop // 4 * 5 // 2 - 10**10
    rows = [("p/a", LAST, quarter + 3), ("p/b", LAST, less), ("q/c", LAST, less)]
    records = [record(name, owner_known=False) for name in ("p/a", "p/b", "q/c")]
    found = _watched(engine, rows, records)

    assert [(f.subject, f.severity) for f in found] == [
        ("p/a", Severity.WATCH), ("p", Severity.WATCH), ("q", Severity.WATCH),
    ]  # fmt: skip
    [profile] = [e for e in found[0].evidence if isinstance(e, ProfileEvidence)]
    assert (profile.profile, profile.version) == ("owner-unknown", load_profiles().version)
    assert "owner-unknown 1" in found[1].explanation
    [shown] = [e for e in found[1].evidence if isinstance(e, KycEvidence)]
    assert "p/b, held by Holder of p/b: owner-unknown" in shown.what


def test_two_profiles_are_named_on_any_large_account(engine) -> None:
    records = [record("p/a", owner_known=False, payer_differs=True)]
    rows = [("p/a", LAST, 5 * UNIT)]
    [finding] = _watched(engine, rows, records)

    assert finding.subject == "p/a"
    assert "2 high-risk profiles" in finding.title
    assert finding.window.days == 365


def test_a_listed_name_counts_however_little_is_used(engine) -> None:
    parties = replace(known([record("p/a"), record("p/b")]), screening={"P-p/a": ("a sanctions list",)})
    daily = daily_table(engine, [("p/a", LAST, HOUR), ("p/b", LAST, HOUR)])
    found = [f.finding for f in behind(daily, parties).findings(()) if f.finding.code is Code.HIGH_RISK_PROFILE]

    [finding] = found
    assert finding.subject == "p/a"
    assert "sanctions or high-risk list" in finding.explanation
