"""Runs every detector over one set of observations and puts the findings in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from plimsoll.assess.assessment import DeclarationSeen, UnmappedSku
from plimsoll.assess.below_line import BelowLine
from plimsoll.assess.detectors.approaching_line import approaching_line
from plimsoll.assess.detectors.coverage import NONE, Coverage, coverage_by_account, shared_runs
from plimsoll.assess.detectors.figures import AccountUse, HeldLine
from plimsoll.assess.detectors.impossible_figure import (
    Claim,
    NegativeDay,
    OverfullRow,
    impossible_claim,
    negative_usage,
    overfull_usage,
)
from plimsoll.assess.detectors.missing_report import Month, missing_months, silent_providers
from plimsoll.assess.detectors.reseller_blind import Blind, reseller_blind
from plimsoll.assess.detectors.spelling import by_folded, folded
from plimsoll.assess.detectors.undeclared_run import undeclared_run
from plimsoll.assess.detectors.under_declared_run import TaggedUse, under_declared_run, under_declared_tag
from plimsoll.assess.detectors.unmapped_sku import unmapped_sku
from plimsoll.assess.evidence import DeclarationEvidence
from plimsoll.assess.finding import TOGETHER, Finding, Severity


@dataclass(frozen=True, slots=True)
class ReportsSeen:
    """What the reports as a whole show, besides the usage of single accounts.

    Attributes:
        months: per provider, the months in which it reported anything.
        unmapped: products that may be accelerators.
        negative: per account, days with less than no use.
        overfull: per account, rows with more hours than their charge period.
    """

    months: dict[str, frozenset[Month]] = field(default_factory=dict)
    unmapped: tuple[UnmappedSku, ...] = ()
    negative: tuple[tuple[str, tuple[NegativeDay, ...]], ...] = ()
    overfull: tuple[tuple[str, tuple[OverfullRow, ...]], ...] = ()


NOBODY: Mapping[str, Blind] = {}
"""No reseller is known."""


class Judge:
    """Holds the line, the date and the declarations against one account after the other.

    An account is judged when it comes by and can then be forgotten, except those that share a declared run with others.

    Args:
        tagged: usage per declared run, by the providers' tags.
        blind: by account, resellers of whose customers nobody knows.
    """

    def __init__(
        self,
        line: HeldLine,
        declarations: Sequence[DeclarationSeen],
        tagged: Sequence[TaggedUse],
        as_of: date,
        blind: Mapping[str, Blind] = NOBODY,
    ) -> None:
        self._line = line
        self._as_of = as_of
        self._declarations = declarations
        self._coverage = coverage_by_account(declarations)
        self._spelt = by_folded(self._coverage)
        self._shared = shared_runs(declarations)
        self._sharing = {account for group, _ in self._shared for account in group}
        self._kept: dict[str, AccountUse] = {}
        self._by_tag = self._judge_tags(tagged)
        self._blind = blind
        self.below = BelowLine(line, as_of, declarations)

    def coverage(self, subject: str) -> Coverage:
        """The declarations that name an account; where there is none, what comes close."""
        named = self._coverage.get(subject)
        if named is not None:
            return named
        return Coverage(misspelt=spelt) if (spelt := self._spelt.get(folded(subject))) else NONE

    def account(self, use: AccountUse) -> Iterator[Finding]:
        """The findings about one account on its own; each account once, before `together` and `rest`."""
        if use.subject in self._sharing:
            self._kept[use.subject] = use
        coverage = self.coverage(use.subject)
        if (blind := self._blind.get(use.subject)) is not None:
            yield from reseller_blind(use, blind, self._line, coverage, self._as_of)
        else:
            below = self.below.account(use, coverage)
            for finding in undeclared_run(use, self._line, coverage, self._as_of):
                if finding.severity is Severity.HIGH or not below:
                    yield finding
        yield from self._one_matter(use.subject, under_declared_run([use], self._line, coverage, self._as_of))
        yield from approaching_line(use, self._line, coverage, self._as_of)

    def together(self) -> Iterator[tuple[tuple[AccountUse, ...], Coverage, Finding]]:
        """Accounts that share a declared run, judged together, where at least two of them were used."""
        for group, coverage in self._shared:
            used = tuple(self._kept[subject] for subject in group if subject in self._kept)
            if len(used) > 1:
                found = under_declared_run(used, self._line, coverage, self._as_of)
                for finding in self._one_matter(TOGETHER.join(use.subject for use in used), found):
                    yield used, coverage, finding

    def rest(self, seen: ReportsSeen, claims: Iterable[Claim]) -> Iterator[Finding]:
        """Everything else: tags, declarations, providers and products."""
        for subject in sorted(self._by_tag):
            yield from self._one_matter(subject, [])
        for claim in claims:
            yield from impossible_claim(claim)
        for subject, days in seen.negative:
            yield from negative_usage(subject, days)
        for subject, rows in seen.overfull:
            yield from overfull_usage(subject, rows)
        for provider, months in sorted(seen.months.items()):
            yield from missing_months(provider, months, self._as_of)
        yield from silent_providers(self._named_providers(), seen.months.keys(), self._as_of)
        for sku in seen.unmapped:
            yield from unmapped_sku(sku)

    def _judge_tags(self, tagged: Sequence[TaggedUse]) -> dict[str, list[tuple[str, Finding]]]:
        """Per subject, the runs of which the tagged usage gives a finding."""
        runs = {declaration.id: declaration for declaration in self._declarations}
        found: dict[str, list[tuple[str, Finding]]] = {}
        for use in tagged:
            for finding in under_declared_tag(use, runs[use.run], self._line):
                found.setdefault(finding.subject, []).append((use.run, finding))
        return found

    def _one_matter(self, subject: str, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The account's finding and those of its runs' tags, the stronger where both are about the same run.

        Of two equals the account's is kept; a tag of a run that it does not name is a matter of its own.
        """
        tags = self._by_tag.pop(subject, [])
        for finding in findings:
            named = {part.id for part in finding.evidence if isinstance(part, DeclarationEvidence)}
            tags = [(run, f) for run, f in tags if run not in named or f.severity.rank > finding.severity.rank]
            if not any(run in named for run, _ in tags):
                yield finding
        yield from (finding for _, finding in tags)

    def _named_providers(self) -> dict[str, list[DeclarationSeen]]:
        named: dict[str, list[DeclarationSeen]] = {}
        for declaration in self._declarations:
            for provider in declaration.providers:
                named.setdefault(provider, []).append(declaration)
        return named


def counts(findings: Iterable[Finding]) -> tuple[tuple[Severity, int], ...]:
    """How many findings of each severity, strongest first."""
    found = [finding.severity for finding in findings]
    return tuple((severity, found.count(severity)) for severity in Severity)
