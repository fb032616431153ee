from dataclasses import replace

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.risk.facts import AccountFacts
from plimsoll.parties.risk.load import load_profiles, parse_profiles

HEAVY = AccountFacts(accelerator_hours_30=60_000, accelerator_hours_90=60_000)
FILE = """
format: plimsoll-profiles/1
id: own
version: "1"
title: Own
lists:
  - {{id: places, title: Places, set_by: us, values: [XX]}}
profiles:
  - id: one
    title: One
    why: Because.
    clears: A word.
    cite: us
    when: {when}
"""


def own(when: str) -> bytes:
    return FILE.format(when=when).encode()


@pytest.mark.parametrize(
    ("facts", "profile"),
    [
        (replace(HEAVY, age_days=30), "new-entity-steep-ramp"),
        (replace(HEAVY, age_days=150, ramp_percent=900), "new-entity-steep-ramp"),
        (replace(HEAVY, owner_known=False), "owner-unknown"),
        (replace(HEAVY, payer_differs=True), "payer-differs"),
        (replace(HEAVY, reseller=True, downstream_given=False), "reseller-without-list"),
        (replace(HEAVY, declared_use="inference", train_share_bp=9_000), "use-contradicts-declaration"),
        (AccountFacts(accelerator_hours_90=1, screened=("watched",)), "found-on-list"),
    ],
)
def test_the_starter_set_matches(facts: AccountFacts, profile: str) -> None:
    (match,) = load_profiles().matches(facts)

    assert match.profile == profile
    assert match.version == "starter@2026-11"
    assert all(shown for _, shown in match.facts)


@pytest.mark.parametrize(
    "facts",
    [
        AccountFacts(),
        HEAVY,
        AccountFacts(owner_known=False, payer_differs=True, accelerator_hours_90=49_999),
        AccountFacts(owner_known=False, payer_differs=True, age_days=1, reseller=True, downstream_given=False),
        replace(HEAVY, age_days=150),
        replace(HEAVY, screened=()),
        replace(HEAVY, jurisdiction="XX"),
    ],
)
def test_small_or_unknown_is_no_match(facts: AccountFacts) -> None:
    assert load_profiles().matches(facts) == ()


def test_what_is_missing_is_unknown_and_named() -> None:
    missing = dict(load_profiles().unanswered(replace(HEAVY, payer_differs=False)))

    assert missing["owner-unknown"] == ("owner_known",)
    assert "payer-differs" not in missing


def test_no_state_is_listed_until_the_authority_does() -> None:
    listed = load_profiles().lists["jurisdictions"]
    answered = parse_profiles(own("{fact: jurisdiction, listed_in: places}"), "own.yaml")

    assert (listed.values, listed.placeholder) == ((), True)
    assert "listed-jurisdiction" in dict(load_profiles().unanswered(replace(HEAVY, jurisdiction="XX")))
    assert [m.profile for m in answered.matches(AccountFacts(jurisdiction="XX"))] == ["one"]
    assert answered.matches(AccountFacts(jurisdiction="YY")) == ()


def test_not_of_unknown_is_unknown() -> None:
    profiles = parse_profiles(own("{not: {fact: owner_known, is: true}}"), "own.yaml")

    assert profiles.matches(AccountFacts()) == ()
    assert len(profiles.matches(AccountFacts(owner_known=False))) == 1


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("{fact: age, op: lt, value: 3}", "profiles.unknown_fact"),
        ("{fact: age_days, op: less, value: 3}", "profiles.condition"),
        ("{fact: age_days, op: lt, value: true}", "profiles.condition"),
        ("{fact: age_days, op: lt, value: 3.5}", "yaml.float"),
        ("{fact: age_days, op: lt, value: 3, unit: days}", "profiles.condition"),
        ("{fact: owner_known, is: maybe}", "profiles.condition"),
        ("{fact: declared_use, any_of: [mining]}", "profiles.condition"),
        ("{fact: jurisdiction, listed_in: elsewhere}", "profiles.unknown_list"),
        ("{fact: screened, is: true}", "profiles.condition"),
        ("{all: []}", "profiles.condition"),
        ("{always: true}", "profiles.condition"),
        ("[]", "profiles.schema"),
    ],
)
def test_a_wrong_condition_is_refused_with_its_line(when: str, code: str) -> None:
    with pytest.raises(PlimsollError) as caught:
        parse_profiles(own(when), "own.yaml")

    assert caught.value.code == code
    assert caught.value.where.file == "own.yaml"
    assert caught.value.where.line == 14


def test_two_profiles_of_one_id_are_refused() -> None:
    text = own("{fact: reseller, is: true}")
    twice = text + text[text.index(b"  - id: one") :]

    with pytest.raises(PlimsollError) as caught:
        parse_profiles(twice, "own.yaml")
    assert caught.value.code == "profiles.duplicate_id"
