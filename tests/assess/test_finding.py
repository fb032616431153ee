"""Findings: ids from content, one order, and a page that explains every code."""

from pathlib import Path

from plimsoll.assess.evidence import NS_PER_HOUR, whole_hours
from plimsoll.assess.finding import Code, Finding, Severity, in_order, new_finding

FINDINGS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "findings.md"


def _finding(code: Code, severity: Severity, subject: str, est: int | None = None) -> Finding:
    return new_finding(code, severity, subject, title="t", evidence=(), explanation="e", clears="c", est_flop=est)


def test_the_same_content_has_the_same_id_and_another_content_another() -> None:
    one = _finding(Code.UNDECLARED_RUN, Severity.HIGH, "p/a", 10**26 + 1)

    assert one.id == _finding(Code.UNDECLARED_RUN, Severity.HIGH, "p/a", 10**26 + 1).id
    assert one.id != _finding(Code.UNDECLARED_RUN, Severity.HIGH, "p/a", 10**26).id
    assert one.id != _finding(Code.UNDECLARED_RUN, Severity.ASK, "p/a", 10**26 + 1).id


def test_the_strongest_come_first_then_the_largest() -> None:
    data = _finding(Code.MISSING_REPORT, Severity.DATA, "p")
    watch = _finding(Code.APPROACHING_LINE, Severity.WATCH, "p/a", 9)
    small, large = (_finding(Code.UNDECLARED_RUN, Severity.HIGH, s, n) for s, n in (("p/a", 1), ("p/z", 2)))
    under = _finding(Code.UNDER_DECLARED_RUN, Severity.HIGH, "p/b", 3)

    assert in_order([data, watch, small, under, large]) == (large, small, under, watch, data)


def test_every_code_and_severity_is_documented() -> None:
    page = FINDINGS_PAGE.read_text()

    assert [code.value for code in Code if f"\n## `{code.value}`\n" not in page] == []
    assert [severity.value for severity in Severity if f"`{severity.value}`" not in page] == []


def test_every_documented_code_says_rule_severity_and_what_clears_it() -> None:
    sections = FINDINGS_PAGE.read_text().split("\n## `")[1:]

    assert len(sections) == len(Code)
    for section in sections:
        assert all(word in section for word in ("Rule:", "everity", "Cleared by:", "ubject")), section[:40]


def test_less_than_an_hour_is_not_shown_as_none() -> None:
    assert [whole_hours(hours) for hours in (0, 1, NS_PER_HOUR - 1, NS_PER_HOUR, -1, -5000 * NS_PER_HOUR)] == [
        "0", "under 1", "under 1", "1", "less than none", "−5,000",
    ]  # fmt: skip
