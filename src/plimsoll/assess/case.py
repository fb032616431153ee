"""Judges everything about one delivery, once it is read and accounted for, and gathers the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.assess.account_totals import AccountTotals, account_totals, candidates, largest_accounts, total_of
from plimsoll.assess.assessment import Assessment, DeclarationSeen, PinnedRule
from plimsoll.assess.behind import Behind
from plimsoll.assess.below_line import BelowFinding, judged_subjects
from plimsoll.assess.bunching import below_line_e4
from plimsoll.assess.declarations import Declaration
from plimsoll.assess.detectors.double_report import double_reports
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.detectors.impossible_figure import Claim, NegativeDay
from plimsoll.assess.double import Double, find_doubles
from plimsoll.assess.evidence import RuleEvidence
from plimsoll.assess.finding import Finding, in_order
from plimsoll.assess.hour_levels import hour_series
from plimsoll.assess.input_names import Names
from plimsoll.assess.judge import NOBODY, Judge, ReportsSeen
from plimsoll.assess.line_choice import about_the_law
from plimsoll.assess.overall import declaration_inputs, profiles_input, totals_of
from plimsoll.assess.quality import data_quality, unmapped_skus, usage_inputs
from plimsoll.assess.reported_months import about_stray_months, stray_months
from plimsoll.assess.series import SeriesKeeper
from plimsoll.assess.simultaneous import Simultaneous
from plimsoll.assess.tables import account_use, before, negative_days, overfull_rows, tagged_use

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.usage.delivery import UsageDelivery
    from plimsoll.parties.known import KnownParties
    from plimsoll.parties.risk.profile import ProfileSet

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, out of how much."""


@dataclass(frozen=True)
class Case:
    """One assessment, once its inputs are read and accounted for.

    Attributes:
        declared: every declaration.
        as_of: usage before this UTC day counts.
        names: what the input files are called in the answer.
        known: customers' records; None where there are none.
        profiles: who counts as a risk.
    """

    delivery: UsageDelivery
    accounts: Accounts
    declared: tuple[Declaration, ...]
    rule: PinnedRule
    as_of: date
    names: Names
    progress: Progress
    known: KnownParties | None
    profiles: ProfileSet

    @cached_property
    def daily(self) -> ir.Table:
        """Usage per account and day, as far as it counts."""
        return before(self.accounts.daily, self.as_of)

    @cached_property
    def totals(self) -> AccountTotals:
        """What each account used in all, as far as it counts."""
        return account_totals(self.daily, self.as_of, self.accounts.priors)

    @cached_property
    def behind(self) -> Behind | None:
        """The customers' records beside the usage."""
        if self.known is None:
            return None
        named, priors = self.accounts.customers(), self.accounts.priors
        return Behind(
            self.known, self.daily, self.totals, named, self.line, self.seen, self.as_of, priors, self.profiles,
            self.doubled,
        )  # fmt: skip

    @cached_property
    def simultaneous(self) -> Simultaneous:
        """The search for accounts that change level together."""
        train_bp = self.accounts.priors.train
        return Simultaneous(
            self.accounts, self.daily, self.totals, self.known, self.line, self.seen, self.as_of, train_bp,
            self.doubled, self.progress,
        )  # fmt: skip

    @cached_property
    def doubled(self) -> frozenset[str]:
        """Accounts of sellers at a host whose use the seller reports again, customer by customer: judged there."""
        return frozenset(double.host_account for double in self.doubles)

    @cached_property
    def doubles(self) -> tuple[Double, ...]:
        """Use that a host and a seller both report."""
        return find_doubles(self.daily, self.totals, self.line, {} if self.known is None else self.known.accounts)

    @cached_property
    def seen(self) -> tuple[DeclarationSeen, ...]:
        return tuple(declaration.seen() for declaration in self.declared)

    @property
    def line(self) -> HeldLine:
        rule = self.rule
        return HeldLine(
            RuleEvidence(
                rule.id, rule.provision, rule.metric, rule.comparator, rule.line_flop, rule.status, rule.citation
            )
        )

    def assessment(self, declared_in: Path | None, profiles_in: Path | None) -> Assessment:
        """Judges everything and gathers the answer."""
        findings, keeper = self._judged()
        quality = data_quality(self.delivery, self.accounts, self.names.of)
        ordered = in_order(findings)
        inputs = usage_inputs(self.delivery, self.accounts, self.names.of)
        if declared_in is not None:
            inputs = (*inputs, *declaration_inputs(self.declared, declared_in, self.names))
        if self.behind is not None:
            inputs = (*inputs, *self.behind.inputs())
        if profiles_in is not None:
            inputs = (*inputs, profiles_input(self.profiles, profiles_in, self.names))
        return Assessment(
            rule=self.rule,
            as_of=self.as_of,
            inputs=inputs,
            totals=totals_of(self.accounts, total_of(self.totals.values()), len(self.seen), ordered),
            findings=ordered,
            accounts=keeper.series(ordered),
            data_quality=replace(quality, assumptions=(*quality.assumptions, *self._remarks())),
            declarations=self.seen,
            parties=None if self.behind is None else self.behind.seen(ordered),
            hours=hour_series(self.accounts, ordered, self.as_of),
        )

    def _judged(self) -> tuple[list[Finding], SeriesKeeper]:
        daily, behind = self.daily, self.behind
        largest = largest_accounts(self.totals)
        tagged = tuple(tagged_use(daily, {declaration.id for declaration in self.seen}))
        judge = Judge(self.line, self.seen, tagged, self.as_of, NOBODY if behind is None else behind.blind)
        keeper = SeriesKeeper(largest, self.as_of)
        named = {account for declaration in self.seen for account in declaration.accounts} | set(largest)
        findings: list[Finding] = []
        subjects = candidates(self.totals, self.line, named)
        for number, use in enumerate(account_use(daily, subjects)):
            self.progress("judging accounts", number, len(subjects))
            found = [] if use.subject in self.doubled else list(judge.account(use))
            keeper.offer([use], found, judge.coverage(use.subject))
            findings += found
        matters: set[frozenset[str]] = set()
        for used, coverage, finding in judge.together():
            keeper.offer(used, [finding], coverage)
            findings.append(finding)
            matters.add(frozenset(use.subject for use in used))
        findings += judge.rest(self._reports_seen(), self._claims())
        for hidden in () if behind is None else behind.findings(matters):
            findings.append(hidden.finding)
            if hidden.series is not None:
                keeper.keep(hidden.series, hidden.finding.severity.rank)
        findings += double_reports(self.doubles)
        for found_together in self.simultaneous.findings(matters):
            findings.append(found_together.finding)
            if found_together.series is not None:
                keeper.keep(found_together.series, found_together.finding.severity.rank)
        for below in list(self._just_below(judge, findings)):
            findings.append(below.finding)
            if below.series is not None:
                keeper.keep(below.series, below.finding.severity.rank)
        return findings, keeper

    def _just_below(self, judge: Judge, findings: Sequence[Finding]) -> Iterator[BelowFinding]:
        """The findings about accounts and groups just below the line; the accounts have all come by."""
        if self.behind is not None:
            judged = judged_subjects(findings)
            for _, use in self.behind.groups.use(below_line_e4(self.line)):
                judge.below.group(
                    use, lambda subjects: account_use(self.daily, subjects), judged, self.behind.known.accounts
                )
        yield from judge.below.findings()

    def _reports_seen(self) -> ReportsSeen:
        stray = stray_months(self.accounts)
        months = {
            coverage.provider: frozenset((month.year, month.month) for month in coverage.months if month not in stray)
            for coverage in self.accounts.coverage
        }
        files = [self.names.of(file.path) for file in self.delivery.files]
        return ReportsSeen(
            months=months,
            unmapped=unmapped_skus(self.accounts),
            negative=self._negative(),
            overfull=tuple(overfull_rows(self.accounts.impossible(), files, self.as_of)),
        )

    def _negative(self) -> tuple[tuple[str, tuple[NegativeDay, ...]], ...]:
        if not any(each.negative_days for each in self.totals.values()):
            return ()
        return tuple(negative_days(before(self.accounts.net_negative_days(), self.as_of)))

    def _remarks(self) -> Iterator[str]:
        yield from about_stray_months(self.accounts, self.as_of)
        yield from about_the_law(self.rule, self.as_of)
        if self.behind is not None:
            yield from self.behind.remarks()

    def _claims(self) -> tuple[Claim, ...]:
        return tuple(
            Claim(
                seen,
                declaration.here.point if declaration.here is not None else None,
                declaration.hardware_bound,
                declaration.utilisation.share if declaration.utilisation is not None else None,
            )
            for declaration, seen in zip(self.declared, self.seen, strict=True)
        )
