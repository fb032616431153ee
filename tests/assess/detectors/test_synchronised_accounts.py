"""What a finding about accounts that change together says, and how far it goes."""

from __future__ import annotations

import pytest
from tests.assess.detectors.account_cases import AS_OF, LINE, held, steady

from plimsoll.assess.detectors.split_search import find_split
from plimsoll.assess.detectors.synchronised_accounts import Synchronised, synchronised_accounts, use_together
from plimsoll.assess.finding import Finding, Severity
from plimsoll.assess.synchrony.find import SynchronousSet
from plimsoll.assess.synchrony.shifts import ShiftTest


def _finding(*, placed: bool, accounts: int = 4, compared: int = 4) -> Finding:
    members = tuple(steady(0, 60, LINE // 60, account=f"a{number}") for number in range(accounts))
    split = find_split(use_together(members), held(), (), AS_OF, 4_000)
    assert split is not None
    names = tuple(member.subject for member in members)
    found = SynchronousSet(names, placed, compared, 9, ShiftTest(1_999, 0, 8_000, 900), 7, 3_500, ())
    return synchronised_accounts(Synchronised(found, split, members), held(), {}, AS_OF)


@pytest.mark.parametrize(("placed", "expected"), [(True, Severity.HIGH), (False, Severity.ASK)])
def test_it_is_only_a_question_where_regions_are_not_told(placed: bool, expected: Severity) -> None:
    finding = _finding(placed=placed)

    assert finding.severity is expected
    assert ("Outages of one region" in finding.explanation) is not placed
    assert ("RegionId" in finding.clears) is not placed


def test_the_chance_is_said_with_what_it_leaves_out() -> None:
    text = _finding(placed=True).explanation

    assert "at most 0.0035, corrected for 7 sets tested" in text
    assert "the chance of a set chosen beforehand" in text
    assert "no proof" in text
    assert "assessments" not in text


@pytest.mark.parametrize(("compared", "whom"), [(9, "Of the accounts, one has"), (8, "Of the 8 that used most")])
def test_it_says_whose_likeness_was_tested(compared: int, whom: str) -> None:
    assert whom in _finding(placed=True, accounts=9, compared=compared).explanation
