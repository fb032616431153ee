"""Conducts an assessment: reads the inputs, lets the compute room account for them, judges, and gathers the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import Assessment, DeclarationSeen, PinnedRule
from plimsoll.assess.behind import Behind
from plimsoll.assess.below_line import BelowFinding, judged_subjects
from plimsoll.assess.bunching import below_line_e4
from plimsoll.assess.declarations import Declaration, load_declarations
from plimsoll.assess.detectors.double_report import double_reports
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.detectors.impossible_figure import Claim
from plimsoll.assess.double import Double, find_doubles
from plimsoll.assess.evidence import RuleEvidence
from plimsoll.assess.finding import Finding, in_order
from plimsoll.assess.hour_levels import hour_series
from plimsoll.assess.input_names import Names
from plimsoll.assess.judge import NOBODY, Judge, ReportsSeen
from plimsoll.assess.line_choice import about_the_law, choose_line
from plimsoll.assess.overall import declaration_inputs, profiles_input, totals_of
from plimsoll.assess.quality import data_quality, unmapped_skus, usage_inputs
from plimsoll.assess.records import read_records
from plimsoll.assess.reported_months import about_stray_months, end_of_data, stray_months
from plimsoll.assess.series import SeriesKeeper
from plimsoll.assess.simultaneous import Simultaneous
from plimsoll.assess.tables import (
    account_use,
    before,
    candidates,
    largest_accounts,
    negative_days,
    overfull_rows,
    tagged_use,
)
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.rounding import divide_half_even

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.usage.delivery import UsageDelivery
    from plimsoll.parties.known import KnownParties
    from plimsoll.parties.risk.profile import ProfileSet
    from plimsoll.rulebook.law import Rulebook

Progress = Callable[[str, int, int], None]
"""Told after each step: what is being done, how much is done, out of how much."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be assessed.

    Attributes:
        usage: files and folders of usage reports.
        declarations: a file or a folder; None where there are none.
        as_of: usage before this UTC day counts; None for the end of the last charge period in the reports.
        threads: at most so many; None for one per core. The answer does not depend on it.
        parties: customers' records: a register's folder, or files and folders of filings; None where there are none.
        engine: where the bulk of the work is done: see `compute.engine.connect`. The answer does not depend on it.
        lake: a folder in which what accounting found in each file is kept for the next time; None for none.
        lists: sanctions and high-risk lists, against which the customers are screened.
        profiles: a file of risk profiles; None for the starter set.
    """

    usage: tuple[Path, ...]
    declarations: Path | None
    rulebook: Rulebook
    as_of: date | None = None
    threads: int | None = None
    parties: Path | None = None
    engine: str = "duckdb"
    lake: Path | None = None
    lists: tuple[Path, ...] = ()
    profiles: Path | None = None

    @property
    def given(self) -> tuple[Path, ...]:
        """Every path that is read."""
        others = (self.declarations, self.parties, self.profiles)
        return (*self.usage, *(path for path in others if path is not None), *self.lists)


def conduct(
    request: Request,
    progress: Progress = lambda step, done, total: None,
    tell: Callable[[str], None] = lambda remark: None,
) -> Assessment:
    """Carries out one assessment.

    Args:
        tell: told what the person who runs it should know and what is no part of the answer.

    Raises:
        PlimsollError: every input that cannot be used, coded: those of `open_usage`, of `load_declarations`, of
            `identify`, and ``assess.no_line``, ``assess.no_as_of``, ``assess.missing_path``, ``assess.no_records``.
    """
    from plimsoll.compute.accounting import account
    from plimsoll.compute.engine import connect
    from plimsoll.compute.lake.store import Lake, refuse_unusable
    from plimsoll.compute.usage.read import open_usage
    from plimsoll.parties.risk.load import load_profiles

    names = Names(request.given)
    if request.parties is None and (request.lists or request.profiles):
        raise PlimsollError(
            "assess.nobody_to_screen",
            "lists and risk profiles are about customers, and no customer's record was given",
            fix="Add --parties with a register or with filings, or leave --list and --profiles out.",
            where=Where(str((*request.lists, request.profiles)[0])),
        )
    declarations: tuple[Declaration, ...] = ()
    if request.declarations is not None:
        declarations = load_declarations(request.declarations, names.of(request.declarations))
    profiles = load_profiles(request.profiles)
    engine = connect(request.engine, threads=request.threads)
    with ExitStack() as opened:
        lake = None
        if request.lake is not None:
            refuse_unusable(request.lake, request.given, engine.name)
            lake = opened.enter_context(Lake(request.lake, tell=tell))
        delivery = opened.enter_context(open_usage(request.usage, engine, progress, lake))
        holders = {declaration.id: declaration.accounts for declaration in declarations}
        accounts = account(delivery, _attested(declarations), progress=progress, holders=holders)
        as_of = request.as_of or end_of_data(accounts)
        rule = choose_line(request.rulebook, as_of)
        known = None if request.parties is None else _known(request, request.parties, names, progress)
        judged = _Conduct(delivery, accounts, declarations, rule, as_of, names, progress, known, profiles)
        return judged.assessment(request.declarations, request.profiles)


def _known(request: Request, parties: Path, names: Names, progress: Progress) -> KnownParties:
    return read_records(parties, names.of, request.engine, request.threads, progress, request.lists)


def _attested(declarations: Iterable[Declaration]) -> dict[str, int]:
    """Declared and attested utilisation per run, in whole basis points: evidence tier B."""
    return {
        declaration.id: divide_half_even(share.numerator * 10_000, share.denominator)
        for declaration in declarations
        if declaration.utilisation is not None
        and declaration.utilisation.attested
        and 0 < (share := declaration.utilisation.share) <= 1
    }


@dataclass(frozen=True)
class _Conduct:
    """One assessment, once its inputs are read and accounted for."""

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
    def behind(self) -> Behind | None:
        """The customers' records beside the usage."""
        if self.known is None:
            return None
        named, priors = self.accounts.customers(), self.accounts.priors
        return Behind(
            self.known, self.daily, named, self.line, self.seen, self.as_of, priors, self.profiles, self.doubled
        )

    @cached_property
    def simultaneous(self) -> Simultaneous:
        """The search for accounts that change level together."""
        train_bp = self.accounts.priors.train
        return Simultaneous(
            self.accounts, self.daily, self.known, self.line, self.seen, self.as_of, train_bp, self.doubled,
            self.progress,
        )  # fmt: skip

    @cached_property
    def doubled(self) -> frozenset[str]:
        """Accounts of sellers at a host whose use the seller reports again, customer by customer: judged there."""
        return frozenset(double.host_account for double in self.doubles)

    @cached_property
    def doubles(self) -> tuple[Double, ...]:
        """Use that a host and a seller both report."""
        return find_doubles(self.daily, self.line, {} if self.known is None else self.known.accounts)

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
            totals=totals_of(self.accounts, self.daily, len(self.seen), ordered),
            findings=ordered,
            accounts=keeper.series(ordered),
            data_quality=replace(quality, assumptions=(*quality.assumptions, *self._remarks())),
            declarations=self.seen,
            parties=None if self.behind is None else self.behind.seen(ordered),
            hours=hour_series(self.accounts, ordered, self.as_of),
        )

    def _judged(self) -> tuple[list[Finding], SeriesKeeper]:
        daily, behind = self.daily, self.behind
        largest = largest_accounts(daily)
        tagged = tuple(tagged_use(daily, {declaration.id for declaration in self.seen}))
        judge = Judge(self.line, self.seen, tagged, self.as_of, NOBODY if behind is None else behind.blind)
        keeper = SeriesKeeper(largest, self.as_of)
        named = {account for declaration in self.seen for account in declaration.accounts} | set(largest)
        findings: list[Finding] = []
        subjects = candidates(daily, self.line, named, self.as_of)
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
            negative=tuple(negative_days(before(self.accounts.net_negative_days(), self.as_of))),
            overfull=tuple(overfull_rows(self.accounts.impossible(), files, self.as_of)),
        )

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
