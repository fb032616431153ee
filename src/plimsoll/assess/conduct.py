"""Conducts an assessment: reads the inputs, lets the compute room account for them, judges, and gathers the answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import Assessment, DeclarationSeen, InputFile, PinnedRule, Totals
from plimsoll.assess.declarations import Declaration, declaration_files, load_declarations
from plimsoll.assess.detectors.figures import HeldLine, whole_flop
from plimsoll.assess.detectors.impossible_figure import Claim
from plimsoll.assess.evidence import RuleEvidence
from plimsoll.assess.finding import Finding, in_order
from plimsoll.assess.judge import Judge, ReportsSeen, counts
from plimsoll.assess.line_choice import choose_line
from plimsoll.assess.quality import data_quality, outcome_counts, unmapped_skus, usage_inputs
from plimsoll.assess.reported_months import about_stray_months, end_of_data, stray_months
from plimsoll.assess.series import SeriesKeeper
from plimsoll.assess.tables import (
    account_use,
    before,
    candidates,
    largest_accounts,
    negative_days,
    overfull_rows,
    sums,
    tagged_use,
)
from plimsoll.kernel.canonical import digest_of_stream
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.rounding import divide_half_even

if TYPE_CHECKING:
    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.usage.delivery import UsageDelivery
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
    """

    usage: tuple[Path, ...]
    declarations: Path | None
    rulebook: Rulebook
    as_of: date | None = None
    threads: int | None = None


def conduct(request: Request, progress: Progress = lambda step, done, total: None) -> Assessment:
    """Carries out one assessment.

    Raises:
        PlimsollError: every input that cannot be used, coded: those of `open_usage`, of `load_declarations`, and
            ``assess.no_line``, ``assess.no_as_of``, ``assess.missing_path``.
    """
    from plimsoll.compute.accounting import account
    from plimsoll.compute.engine import connect
    from plimsoll.compute.usage.read import open_usage

    given = [*request.usage, *([request.declarations] if request.declarations else [])]
    names = Names(given)
    declarations: tuple[Declaration, ...] = ()
    if request.declarations is not None:
        declarations = load_declarations(request.declarations, names.of(request.declarations))
    engine = connect(threads=request.threads)
    with open_usage(request.usage, engine, progress) as delivery:
        holders = {declaration.id: declaration.accounts for declaration in declarations}
        accounts = account(delivery, _attested(declarations), progress=progress, holders=holders)
        as_of = request.as_of or end_of_data(accounts)
        rule = choose_line(request.rulebook, as_of)
        return _Conduct(delivery, accounts, declarations, rule, as_of, names, progress).assessment(request.declarations)


class Names:
    """What the inputs are called: relative to the folder that holds them all, so that two machines agree."""

    def __init__(self, given: Sequence[Path]) -> None:
        for path in given:
            if not path.exists():
                raise PlimsollError(
                    "assess.missing_path", "there is no such file or folder", fix="Check the path.",
                    where=Where(file=str(path)),
                )  # fmt: skip
        self._root = Path(os.path.commonpath([_whole(path).parent for path in given]))

    def of(self, path: Path | str) -> str:
        """The name of a file that was given, or that was found in a given folder."""
        whole = _whole(path)
        return whole.relative_to(self._root).as_posix() if whole.is_relative_to(self._root) else whole.as_posix()


def _whole(path: Path | str) -> Path:
    """Absolute and without ``..``, as text: links are not followed, because their targets differ between machines."""
    return Path(os.path.abspath(path))  # noqa: PTH100  # Path.absolute keeps "..", Path.resolve follows links


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

    def assessment(self, declared_in: Path | None) -> Assessment:
        """Judges everything and gathers the answer."""
        findings, keeper = self._judged()
        quality = data_quality(self.delivery, self.accounts, self.names.of)
        ordered = in_order(findings)
        inputs = usage_inputs(self.delivery, self.accounts, self.names.of)
        if declared_in is not None:
            inputs = (*inputs, *self._declaration_inputs(declared_in))
        return Assessment(
            rule=self.rule,
            as_of=self.as_of,
            inputs=inputs,
            totals=self._totals(ordered),
            findings=ordered,
            accounts=keeper.series(ordered),
            data_quality=replace(quality, assumptions=(*quality.assumptions, *self._remarks())),
            declarations=self.seen,
        )

    def _judged(self) -> tuple[list[Finding], SeriesKeeper]:
        daily = before(self.accounts.daily, self.as_of)
        largest = largest_accounts(daily)
        tagged = tuple(tagged_use(daily, {declaration.id for declaration in self.seen}))
        judge = Judge(self.line, self.seen, tagged, self.as_of)
        keeper = SeriesKeeper(largest, self.as_of)
        named = {account for declaration in self.seen for account in declaration.accounts} | set(largest)
        findings: list[Finding] = []
        subjects = candidates(daily, self.line, named, self.as_of)
        for number, use in enumerate(account_use(daily, subjects)):
            self.progress("judging accounts", number, len(subjects))
            found = list(judge.account(use))
            keeper.offer([use], found, judge.coverage(use.subject))
            findings += found
        for used, coverage, finding in judge.together():
            keeper.offer(used, [finding], coverage)
            findings.append(finding)
        findings += judge.rest(self._reports_seen(), self._claims())
        return findings, keeper

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
        yield from self._about_the_law()

    def _about_the_law(self) -> Iterator[str]:
        if self.rule.law_date is not None and self.rule.law_date > self.as_of:
            yield (
                f"The usage ends before {self.as_of}, when {self.rule.id} did not exist yet; its first text, "
                f"known since {self.rule.law_date}, was applied."
            )
        if not self.rule.compute_alone:
            yield (
                f"{self.rule.provision} ({self.rule.provision_title}) asks for more than compute. Usage shows compute "
                "alone, so whether the rest of it is met remains to be asked."
            )

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

    def _totals(self, findings: Sequence[Finding]) -> Totals:
        accounts, cap, est_e4 = sums(before(self.accounts.daily, self.as_of))
        outcomes = outcome_counts(self.accounts)
        return Totals(
            rows=self.accounts.totals.rows,
            rejected=dict(outcomes)["rejected"],
            providers=len(self.accounts.coverage),
            accounts=accounts,
            declarations=len(self.seen),
            first_day=min((coverage.first_day for coverage in self.accounts.coverage), default=None),
            last_day=max((coverage.last_day for coverage in self.accounts.coverage), default=None),
            cap_flop=cap,
            est_flop=whole_flop(est_e4),
            findings=counts(findings),
            outcomes=outcomes,
        )

    def _declaration_inputs(self, declared_in: Path) -> tuple[InputFile, ...]:
        """The declarations' files; their rows are the declarations in them."""
        held: dict[str, int] = {}
        for declaration in self.declared:
            held[declaration.file] = held.get(declaration.file, 0) + 1
        files = declaration_files(declared_in)
        return tuple(
            InputFile(self.names.of(file), _sha256(file), "declarations", held.get(self.names.of(file), 0), 0)
            for file in files
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return digest_of_stream(stream).removeprefix("sha256:")
