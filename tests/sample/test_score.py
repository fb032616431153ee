"""Precision and recall against the truth."""

from datetime import date
from fractions import Fraction
from typing import Any

from plimsoll.sample.score import score
from plimsoll.sample.truth import ExpectedFinding, Truth, TruthSubject


def _truth(*expected: tuple[str, ExpectedFinding | None]) -> Truth:
    day = date(2026, 1, 1)
    subjects = tuple(
        TruthSubject(situation, "", "p", None, None, day, day, () if finding is None else (finding,))
        for situation, finding in expected
    )
    return Truth(7, 1, 1, day, day, 10**25, True, (), (), subjects)


def _finding(code: str, subject: str, severity: str = "high") -> dict[str, Any]:
    return {"code": code, "severity": severity, "subject": subject, "explanation": "left alone"}


_RUN = ("undeclared-run", ExpectedFinding("undeclared-run", "high", ("p/a",)))
_UNDER = ("under-declared", ExpectedFinding("under-declared-run", "high", ("p/b", "run-b")))
_HONEST = ("declared-run", None)


def test_everything_found_and_nothing_else_is_perfect() -> None:
    found = score([_finding("undeclared-run", "p/a"), _finding("under-declared-run", "run-b")], _truth(_RUN, _UNDER))

    assert found.perfect
    assert (found.precision, found.recall) == (1, 1)


def test_a_missed_case_lowers_recall_and_a_false_one_precision() -> None:
    found = score([_finding("undeclared-run", "p/a"), _finding("undeclared-run", "p/c")], _truth(_RUN, _UNDER, _HONEST))

    assert (found.precision, found.recall) == (Fraction(1, 2), Fraction(1, 2))
    assert [finding.subject for finding in found.false] == ["p/c"]
    assert [situation for situation, _ in found.missed] == ["under-declared"]
    assert (found.recall_of("undeclared-run"), found.recall_of("under-declared")) == (1, 0)
    assert not found.perfect


def test_two_findings_that_meet_one_expectation_are_both_right() -> None:
    found = score([_finding("under-declared-run", "p/b"), _finding("under-declared-run", "run-b")], _truth(_UNDER))

    assert (len(found.right), len(found.met), found.precision) == (2, 1, 1)


def test_another_code_about_a_planted_subject_is_false() -> None:
    found = score([_finding("approaching-line", "p/a")], _truth(_RUN))

    assert (found.precision, found.recall) == (0, 0)


def test_a_wrong_severity_is_right_but_said() -> None:
    found = score([_finding("undeclared-run", "p/a", "ask")], _truth(_RUN))

    assert (found.precision, found.recall) == (1, 1)
    assert [(finding.severity, wanted) for finding, wanted in found.wrong_severity] == [("ask", "high")]
    assert not found.perfect


def test_nothing_expected_and_nothing_found_is_perfect() -> None:
    assert score([], _truth(_HONEST)).perfect


def test_one_finding_may_meet_the_same_expectation_of_two_cases() -> None:
    sku = ("unmapped-sku", ExpectedFinding("unmapped-sku", "data", ("p/N7",)))

    found = score([_finding("unmapped-sku", "p/N7", "data")], _truth(sku, sku))

    assert (found.precision, found.recall, len(found.met)) == (1, 1, 2)
