"""Gathers who stays just below the line, accounts and control groups, and judges them against all sizes around it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from plimsoll.assess.assessment import AccountSeries, DeclarationSeen
from plimsoll.assess.bunching import below_line_e4, bunching
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, by_day
from plimsoll.assess.detectors.group_use import GroupUse, Measure, days_of
from plimsoll.assess.detectors.just_below import Below, just_below, largest_e4, peak_just_below
from plimsoll.assess.detectors.member_use import member_evidence
from plimsoll.assess.detectors.split_run import link_evidence
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence
from plimsoll.assess.series import account_series, group_series
from plimsoll.parties.known import KnownAccount


@dataclass(frozen=True, slots=True)
class BelowFinding:
    """A finding about a subject just below the line, and the series for its chart."""

    finding: Finding
    series: AccountSeries | None


@dataclass
class BelowLine:
    """Takes accounts and groups as they come by, and judges at the end.

    Attributes:
        declared: every declaration.
    """

    line: HeldLine
    as_of: date
    declared: Sequence[DeclarationSeen] = ()
    _sizes: dict[str, int] = field(default_factory=dict)
    _found: dict[str, tuple[Below, AccountSeries | None]] = field(default_factory=dict)

    def account(self, use: AccountUse, coverage: Coverage) -> bool:
        """Counts an account; true if it stays just below the line, undeclared, so that a finding will say so."""
        days = by_day([use], self.as_of)
        self._count(use.subject, largest_e4(days, self.as_of))
        peak = peak_just_below(days, self.line, coverage, self.as_of)
        if peak is None:
            return False
        parts = use.evidence(peak.start, peak.end)
        tiers = frozenset(part.tier for part in parts)
        below = Below(use.subject, use.subject, days, peak, parts, tiers)
        self._found[use.subject] = below, account_series([use], peak.days, coverage, self.as_of)
        return True

    def group(
        self,
        use: GroupUse,
        read: Callable[[Sequence[str]], Iterable[AccountUse]],
        judged: Collection[str],
        holders: Mapping[str, KnownAccount],
    ) -> None:
        """Counts a control group in the place of its accounts.

        Args:
            read: gives the use of accounts.
            judged: accounts and groups that have a finding about the line already: one matter, one finding.
            holders: records by account.
        """
        days = days_of(use.rows, self.as_of, Measure.ESTIMATE, 0)
        size = largest_e4(days, self.as_of)
        accounts = use.together.accounts
        if size >= below_line_e4(self.line):
            for subject in accounts:
                self._sizes.pop(subject, None)
            self._count(use.group.id, size)
        named = {*accounts, use.group.id}
        if len(accounts) < 2 or named & set(judged) or named & self._found.keys():
            return
        wanted = set(accounts)
        coverage = Coverage(tuple(d for d in self.declared if wanted & set(d.accounts)))
        peak = peak_just_below(days, self.line, coverage, self.as_of)
        if peak is None:
            return
        members = [
            each for each in read(sorted(accounts)) if any(peak.start <= row.day < peak.end for row in each.rows)
        ]
        evidence = sorted(
            (member_evidence(member, peak.start, peak.end, holders) for member in members),
            key=lambda m: (-m.est_flop, -m.cap_flop, m.subject),
        )
        what = (
            f"{wording.several(len(members), 'account', 'accounts')} of "
            f"{wording.several(len(use.group.parties), 'party', 'parties')} under common control ({use.group.id})"
        )
        tiers = frozenset(row.tier for row in use.rows if peak.start <= row.day < peak.end)
        details: tuple[MemberEvidence | LinkEvidence, ...] = (*evidence, *link_evidence(use.group))
        below = Below(use.group.id, what, days, peak, details, tiers)
        self._found[use.group.id] = below, group_series(use, use.rows, peak.days, coverage, self.as_of)

    def findings(self) -> Iterator[BelowFinding]:
        """The findings, in order of subject."""
        around = bunching(self._sizes.values(), self.line)
        for subject in sorted(self._found):
            below, series = self._found[subject]
            yield BelowFinding(just_below(below, self.line, around, self.as_of), series)

    def _count(self, subject: str, size: int) -> None:
        self._sizes[subject] = max(size, self._sizes.get(subject, 0))


def judged_subjects(findings: Iterable[Finding]) -> frozenset[str]:
    """Whom findings name that say more about the line: accounts, groups, and the members of groups.

    That the bound of one account may be past the line, or its trend, says nothing about it and others together.
    """
    about = [finding for finding in findings if finding.line_flop is not None and not _about_one_bound(finding)]
    members = (part.subject for f in about for part in f.evidence if isinstance(part, MemberEvidence))
    return frozenset({finding.subject for finding in about} | set(members))


def _about_one_bound(finding: Finding) -> bool:
    asked = finding.code is Code.UNDECLARED_RUN and finding.severity is Severity.ASK
    return asked or finding.code is Code.APPROACHING_LINE
