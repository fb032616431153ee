"""docs/reference/sample.md says what the code does."""

import re
from pathlib import Path

from plimsoll.sample import jurisdiction, plan, truth
from plimsoll.sample.dirt import USUAL_GAPS
from plimsoll.sample.schemes.asked import MOST, Tactic
from plimsoll.sample.shelf import providers
from plimsoll.sample.situations import CASES, MISSING_REPORT, Situation

_PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "sample.md").read_text()


def test_every_provider_and_situation_is_described() -> None:
    for provider in providers():
        assert f"| `{provider.id}` |" in _PAGE
    for situation in Situation:
        assert f"| `{situation.value}` |" in _PAGE


def test_the_expected_findings_are_those_of_the_cases() -> None:
    expected = {case.situation: case.expected for case in CASES} | {Situation.MISSING_REPORT: MISSING_REPORT}
    for situation, finding in expected.items():
        row = next(line for line in _PAGE.splitlines() if line.startswith(f"| `{situation.value}` |"))
        told = row.rstrip(" |").rpartition("|")[2].strip()
        assert told.startswith("none" if finding is None else f"`{finding.code}`, {finding.severity}"), row


def test_every_error_code_is_listed() -> None:
    source = "".join(Path(module.__file__).read_text() for module in (jurisdiction, truth) if module.__file__)

    codes = set(re.findall(r'"(sample\.\w+)"', source)) | {f"sample.{name}" for name in ("seed", "customers", "days")}
    assert [code for code in sorted(codes) if f"`{code}`" not in _PAGE] == []


def test_the_limits_are_those_of_the_code() -> None:
    assert f"1 to {plan.MAX_CUSTOMERS:,} |" in _PAGE
    assert f"1 to {plan.MAX_DAYS:,}, from {plan.Request().start} on" in _PAGE


def test_every_tactic_is_described_with_its_finding() -> None:
    for tactic in Tactic:
        assert f"| `{tactic.value}` |" in _PAGE
    assert f"at most {MOST:,} of one" in _PAGE
    assert f"| `--kyc-gaps` | {USUAL_GAPS} |" in _PAGE
    assert f"needs {plan.LEAST_DAYS} days" in _PAGE
