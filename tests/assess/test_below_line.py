"""Who stays just below the line: accounts, groups, what is declared, and what is already another finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from tests.assess.detectors.account_cases import AS_OF, DAY_ONE, LINE, declared, held, steady

from plimsoll.assess.below_line import BelowLine, judged_subjects
from plimsoll.assess.detectors.coverage import NONE
from plimsoll.assess.detectors.figures import AccountUse
from plimsoll.assess.detectors.synchronised_accounts import use_together
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.judge import Judge
from plimsoll.assess.party_evidence import BunchingEvidence, MemberEvidence


def _judged(use: AccountUse, *declarations: object) -> list[Finding]:
    judge = Judge(held(), list(declarations), [], AS_OF)  # type: ignore[arg-type]
    return [*judge.account(use), *(below.finding for below in judge.below.findings())]


def _account(percent: float, days: int = 60, name: str = "a", bp: int = 4_000) -> AccountUse:
    """An account whose estimate is that share of the line."""
    return steady(0, days, int(LINE * percent / 100) * 10_000 // bp // days, account=name, bp=bp)


@pytest.mark.parametrize(("percent", "expected"), [(79.9, False), (80.5, True), (99.5, True), (100.5, False)])
def test_four_fifths_of_the_line_up_to_the_line(percent: float, expected: bool) -> None:
    codes = [finding.code for finding in _judged(_account(percent))]

    assert (Code.JUST_BELOW in codes) is expected


def test_it_takes_the_place_of_the_question_about_the_bound() -> None:
    found = _judged(_account(90))

    assert [finding.code for finding in found if finding.severity is Severity.ASK] == [Code.JUST_BELOW]
    [finding] = [finding for finding in found if finding.code is Code.JUST_BELOW]
    assert finding.window is not None
    assert finding.window.days == 90
    assert finding.window.crossed_on is None
    assert finding.est_flop is not None
    assert LINE * 8 // 10 <= finding.est_flop < LINE
    assert "90.0 %" in finding.title
    assert any(isinstance(part, BunchingEvidence) and part.just_below == 1 for part in finding.evidence)


def test_by_measurement_alone_the_bound_may_stay_below_too() -> None:
    [finding] = _judged(_account(85, bp=9_500))

    assert finding.code is Code.JUST_BELOW
    assert finding.cap_flop is not None
    assert finding.cap_flop < LINE


def test_a_declared_run_just_below_is_no_matter() -> None:
    assert Code.JUST_BELOW not in {f.code for f in _judged(_account(90), declared(LINE * 9 // 10))}


def test_a_run_declared_for_another_time_does_not_help() -> None:
    late = declared(LINE, start=250, days=10)

    assert Code.JUST_BELOW in {f.code for f in _judged(_account(90), late)}


def test_a_reader_sees_how_many_others_do_the_same() -> None:
    below = BelowLine(held(), AS_OF)
    for number in range(12):
        below.account(_account(81 + number, name=f"n{number:02}"), NONE)
    found = [each.finding for each in below.findings()]

    assert len(found) == 12
    assert [finding.subject for finding in found] == sorted(finding.subject for finding in found)
    assert all("on purpose" in finding.explanation for finding in found)


class _Group:
    """A control group of accounts and who reads them."""

    def __init__(self, *accounts: AccountUse) -> None:
        self.accounts = {account.subject: account for account in accounts}
        self.use = use_together(accounts)

    def read(self, subjects: Sequence[str]) -> Iterable[AccountUse]:
        return [self.accounts[subject] for subject in subjects]


def test_a_group_just_below_is_asked_though_no_account_is() -> None:
    group = _Group(_account(40, name="a"), _account(50, name="b"))
    below = BelowLine(held(), AS_OF)
    assert not any(below.account(account, NONE) for account in group.accounts.values())
    below.group(group.use, group.read, (), {})
    [found] = below.findings()

    assert found.finding.subject == group.use.group.id
    members = [part for part in found.finding.evidence if isinstance(part, MemberEvidence)]
    assert [member.subject for member in members] == ["aster-cloud/b", "aster-cloud/a"]
    assert found.series is not None
    assert found.series.subject == group.use.group.id


def test_a_group_is_one_matter_with_its_accounts() -> None:
    group = _Group(_account(10, name="a"), _account(85, name="b"))
    below = BelowLine(held(), AS_OF)
    assert [below.account(account, NONE) for account in group.accounts.values()] == [False, True]
    below.group(group.use, group.read, (), {})
    found = list(below.findings())

    assert [each.finding.subject for each in found] == ["aster-cloud/b"]
    counts = next(part for part in found[0].finding.evidence if isinstance(part, BunchingEvidence))
    assert (counts.below, counts.just_below, counts.just_above) == (0, 1, 0), "the group counts, not its accounts"


def test_a_group_with_another_finding_or_a_declaration_is_left_out() -> None:
    group = _Group(_account(40, name="a"), _account(50, name="b"))
    for judged, runs in (((group.use.group.id,), ()), (("aster-cloud/a",), ()), ((), (declared(LINE),))):
        below = BelowLine(held(), AS_OF, runs)
        below.group(group.use, group.read, judged, {})
        assert list(below.findings()) == []


def test_judged_subjects_are_those_of_findings_about_the_line_and_their_members() -> None:
    group = _Group(_account(40, name="a"), _account(50, name="b"))
    below = BelowLine(held(), AS_OF)
    below.group(group.use, group.read, (), {})

    assert judged_subjects([each.finding for each in below.findings()]) == {
        group.use.group.id, "aster-cloud/a", "aster-cloud/b",
    }  # fmt: skip


def test_a_question_about_one_members_bound_hides_no_group() -> None:
    """Half of the line by estimate is more than the line by bound: asked about alone, and still one of two."""
    group = _Group(_account(45, name="a"), _account(50, name="b"))
    asked = [finding for account in group.accounts.values() for finding in _judged(account)]
    assert {(finding.code, finding.severity) for finding in asked} >= {(Code.UNDECLARED_RUN, Severity.ASK)}
    below = BelowLine(held(), AS_OF)
    below.group(group.use, group.read, judged_subjects(asked), {})

    assert [each.finding.subject for each in below.findings()] == [group.use.group.id]


def test_the_window_is_the_shortest_that_shows_it() -> None:
    use = steady(0, 30, LINE * 85 // 100 * 10_000 // 4_000 // 30)
    [finding] = [f for f in _judged(use) if f.code is Code.JUST_BELOW]

    assert finding.window is not None
    assert finding.window.days == 30
    assert finding.window.end == DAY_ONE + timedelta(30)
