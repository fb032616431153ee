"""Findings about groups against planted evaders and honest cases."""

from datetime import date
from typing import Any

import pytest

from plimsoll.sample.group_score import group_score
from plimsoll.sample.truth import PlantedCase, Truth

_DAY = date(2026, 1, 1)


def _case(name: str, *accounts: str, code: str | None = "split-run", declaration: str | None = None) -> PlantedCase:
    expected = None if code is None else (code, "high")
    return PlantedCase(name, name, accounts, (), (), expected, _DAY, _DAY, 1, 1, 1, declaration)


def _truth(*evaders: PlantedCase, honest: tuple[PlantedCase, ...] = ()) -> Truth:
    return Truth(7, 1, 1, _DAY, _DAY, 10**25, True, (), (), (), (), evaders, honest)


def _finding(*members: str, code: str = "split-run", subject: str = "G-1", severity: str = "high") -> dict[str, Any]:
    evidence = [{"kind": "member", "subject": member} for member in members]
    return {"code": code, "severity": severity, "subject": subject, "evidence": evidence}


@pytest.mark.parametrize(
    ("members", "found", "false"),
    [
        (("p/1", "p/2", "p/3", "p/4"), True, 0),
        (("p/1", "p/2"), True, 0),
        (("p/1",), False, 0),
        (("p/1", "p/2", "p/8", "p/9"), True, 0),
        (("p/1", "p/2", "p/7", "p/8", "p/9"), False, 1),
        (("p/8", "p/9"), False, 1),
    ],
)
def test_half_of_the_finding_and_half_of_the_case(members: tuple[str, ...], found: bool, false: int) -> None:
    score = group_score([_finding(*members)], _truth(_case("e", "p/1", "p/2", "p/3", "p/4")))

    assert score.cases[0].found is found
    assert (len(score.false["split-run"]), len(score.right["split-run"])) == (false, 1 - false)


def test_another_code_names_the_evader_without_finding_it() -> None:
    score = group_score([_finding("p/1", code="undeclared-run")], _truth(_case("e", "p/1")))

    assert (score.cases[0].found, score.cases[0].named, score.cases[0].severity) == (False, True, None)


def test_the_strongest_severity_counts() -> None:
    findings = [_finding("p/1", severity="ask"), _finding("p/1", severity="high")]

    assert group_score(findings, _truth(_case("e", "p/1"))).cases[0].severity == "high"


def test_a_subject_may_name_several_accounts_or_a_declaration() -> None:
    truth = _truth(
        _case("a", "p/1", "p/2", code="under-declared-run", declaration="run-a"),
        _case("b", "p/3", "p/4", code="under-declared-run"),
    )
    findings = [
        {"code": "under-declared-run", "severity": "high", "subject": "run-a"},
        {"code": "under-declared-run", "severity": "high", "subject": "p/3 + p/4", "evidence": []},
    ]

    assert [case.found for case in group_score(findings, truth).cases] == [True, True]


def test_synchronised_accounts_are_read_from_their_evidence() -> None:
    finding = {
        "code": "synchronised-accounts", "severity": "ask", "subject": "S-1",
        "evidence": [{"kind": "synchrony", "accounts": ["p/1", "p/2"]}],
    }  # fmt: skip
    truth = _truth(_case("e", "p/1", "p/2", code="synchronised-accounts"))

    assert group_score([finding], truth).cases[0].found


def test_an_honest_case_is_fine_until_somebody_accuses_it() -> None:
    truth = _truth(_case("e", "p/9"), honest=(_case("h", "p/1", "p/2", code=None),))

    quiet = group_score([_finding("p/1", code="undeclared-run", severity="ask")], truth).cases[1]
    accused = group_score([_finding("p/1", "p/2")], truth).cases[1]

    assert (quiet.found, quiet.accused) == (True, ())
    assert (accused.found, accused.accused) == (False, ("split-run",))


def test_a_double_report_is_about_the_host_account() -> None:
    finding = {
        "code": "double-report", "severity": "data", "subject": "seller",
        "evidence": [{"kind": "double", "host_account": "host/1"}],
    }  # fmt: skip
    truth = _truth(honest=(_case("r", "host/1", code="double-report"),))

    assert group_score([finding], truth).cases[0].found
