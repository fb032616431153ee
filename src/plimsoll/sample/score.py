"""How well findings match the truth: precision and recall, as exact fractions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from plimsoll.sample.truth import ExpectedFinding, Truth


@dataclass(frozen=True, slots=True)
class Given:
    """A finding as far as it is scored."""

    code: str
    severity: str
    subject: str


@dataclass(frozen=True, slots=True)
class Score:
    """Findings held against the truth.

    Attributes:
        right: findings that were expected.
        false: findings that nothing planted explains.
        missed: expected findings that were not given, each with its situation.
        wrong_severity: right ones whose severity is not the expected one, each with that.
    """

    right: tuple[Given, ...]
    false: tuple[Given, ...]
    met: tuple[tuple[str, ExpectedFinding], ...]
    missed: tuple[tuple[str, ExpectedFinding], ...]
    wrong_severity: tuple[tuple[Given, str], ...]

    @property
    def precision(self) -> Fraction:
        """Right findings out of all given; 1 if none was given."""
        given = len(self.right) + len(self.false)
        return Fraction(len(self.right), given) if given else Fraction(1)

    @property
    def recall(self) -> Fraction:
        """Expected findings that were given out of all expected; 1 if none was expected."""
        expected = len(self.met) + len(self.missed)
        return Fraction(len(self.met), expected) if expected else Fraction(1)

    @property
    def perfect(self) -> bool:
        return not (self.false or self.missed or self.wrong_severity)

    def recall_of(self, situation: str) -> Fraction:
        """Recall among the cases of one situation."""
        met = sum(name == situation for name, _ in self.met)
        expected = met + sum(name == situation for name, _ in self.missed)
        return Fraction(met, expected) if expected else Fraction(1)


def score(findings: Iterable[Mapping[str, Any]], truth: Truth) -> Score:
    """Compares findings, as the JSON of an assessment lists them, with what was planted.

    Several findings that meet one expectation are all right; a finding of another code about a planted subject, and
    every finding about a subject that was not planted, is false.

    Args:
        findings: mappings with ``code``, ``severity`` and ``subject``.
    """
    expected = [(subject.situation, finding) for subject in truth.subjects for finding in subject.expected]
    by_name = {(finding.code, name): finding for _, finding in expected for name in finding.subjects}
    given = [Given(str(f["code"]), str(f["severity"]), str(f["subject"])) for f in findings]
    right = [finding for finding in given if (finding.code, finding.subject) in by_name]
    names = {(finding.code, finding.subject) for finding in right}
    met = [entry for entry in expected if any((entry[1].code, name) in names for name in entry[1].subjects)]
    return Score(
        tuple(right),
        tuple(finding for finding in given if (finding.code, finding.subject) not in by_name),
        tuple(met),
        tuple(entry for entry in expected if entry not in met),
        tuple(
            (finding, wanted)
            for finding in right
            if (wanted := by_name[finding.code, finding.subject].severity) != finding.severity
        ),
    )
