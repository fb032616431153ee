"""Who is behind the usage: everything that an assessment finds with the help of customers' records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.assess.account_totals import AccountTotals, by_provider, hub_totals, large_accounts, total_of
from plimsoll.assess.assessment import AccountSeries, DeclarationSeen, HubSeen, InputFile, PartiesSeen
from plimsoll.assess.detectors.coverage import NONE
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, whole_flop
from plimsoll.assess.detectors.high_risk_profile import (
    Risky,
    always_named,
    named_by_itself,
    risky_account,
    risky_accounts,
)
from plimsoll.assess.detectors.kyc_contradiction import (
    Contradiction,
    account_contradiction,
    provider_contradictions,
)
from plimsoll.assess.detectors.large_account import floor_flop, largest_year
from plimsoll.assess.detectors.reseller_blind import Blind, blind_resellers
from plimsoll.assess.detectors.spelling import by_folded, folded
from plimsoll.assess.detectors.unknown_customer import Unrecorded, unknown_account, unrecorded_accounts
from plimsoll.assess.detectors.windows import Rolling
from plimsoll.assess.finding import Finding, Severity
from plimsoll.assess.group_judgement import GroupJudge
from plimsoll.assess.record_checks import contradictions, invoiced_by
from plimsoll.assess.risk_facts import facts_of
from plimsoll.assess.series import account_series
from plimsoll.assess.tables import account_use

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.utilisation import Priors
    from plimsoll.parties.known import KnownParties
    from plimsoll.parties.risk.profile import ProfileSet


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the series that its chart needs, where it has one."""

    finding: Finding
    series: AccountSeries | None = None


@dataclass(frozen=True)
class Behind:
    """The records of one assessment beside its usage.

    Attributes:
        daily: usage per account and day before `as_of`.
        named: whom usage rows name beside an account (`compute.usage.customers`); None where they name nobody.
        priors: what is assumed where nobody measured.
        profiles: who counts as a risk.
        left_out: accounts whose use stands in other accounts already.
    """

    known: KnownParties
    daily: ir.Table
    totals: AccountTotals
    named: ir.Table | None
    line: HeldLine
    declared: Sequence[DeclarationSeen]
    as_of: date
    priors: Priors
    profiles: ProfileSet
    left_out: frozenset[str] = frozenset()

    @cached_property
    def groups(self) -> GroupJudge:
        return GroupJudge(
            self.daily, self.totals, self.known, self.line, self.declared, self.as_of, self.priors.train, self.left_out
        )

    @cached_property
    def blind(self) -> dict[str, Blind]:
        """The resellers that do not tell to whom they sell, by account."""
        return blind_resellers(self.known.accounts.values(), invoiced_by(self.known, self.named))

    def findings(self, matters: Collection[frozenset[str]]) -> Iterator[Found]:
        """Everything that records help to find, besides what they change about accounts judged alone.

        Args:
            matters: sets of accounts that have a finding together already.
        """
        for each in self.groups.findings(matters):
            yield Found(each.finding, each.series)
        yield from self._unknown()
        yield from self._contradictions()
        yield from self._risky()

    def seen(self, findings: Iterable[Finding]) -> PartiesSeen:
        """What the records tell about the usage as a whole.

        Args:
            findings: all of the assessment.
        """
        alone = {f.subject for f in findings if f.line_flop is not None and f.severity in (Severity.HIGH, Severity.ASK)}
        unknown = total_of(self._unrecorded.values())
        return PartiesSeen(
            known=len(self.totals) - unknown.accounts,
            unknown=unknown.accounts,
            unknown_cap_flop=unknown.cap_flop,
            parties=len({record.party for record in self.known.accounts.values()}),
            groups=sum(len(group.parties) > 1 for group in self.known.groups),
            hubs=tuple(self._hubs(alone)),
            notes=self.known.notes,
        )

    def remarks(self) -> Iterator[str]:
        """How far the records reach, for the reader of the answer."""
        used, unknown = total_of(self.totals.values()), total_of(self._unrecorded.values())
        if used.accounts:
            yield (
                f"Know-your-customer records name the holders of {used.accounts - unknown.accounts:,} of "
                f"{used.accounts:,} accounts that used accelerators, with "
                f"{_share(used.cap_flop - unknown.cap_flop, used.cap_flop)} of what all of them could have done."
            )

    def inputs(self) -> tuple[InputFile, ...]:
        """The files of records, in the order of their names."""
        files = [
            InputFile(file.path, file.sha256.removeprefix("sha256:"), _format(file.format), file.rows, file.rejected)
            for file in self.known.files
        ]
        return tuple(sorted(files, key=lambda file: (file.path, file.sha256)))

    @cached_property
    def _unrecorded(self) -> AccountTotals:
        """Totals of accounts with use and without a record."""
        return {subject: each for subject, each in self.totals.items() if subject not in self.known.accounts}

    def _hubs(self, alone: Collection[str]) -> Iterator[HubSeen]:
        hubs = self.known.hubs
        found = [
            HubSeen(
                hub.tie.value, hub.shown, hub.parties, sums.accounts, sums.cap_flop, whole_flop(sums.est_e4),
                len(set(alone).intersection(hub.accounts)),
            )
            for hub, sums in zip(hubs, hub_totals(self.totals, hubs), strict=True)
        ]  # fmt: skip
        yield from sorted(found, key=lambda hub: (-hub.cap_flop, -hub.parties, hub.tie, hub.shown))

    def _unknown(self) -> Iterator[Found]:
        large = dict(self._large(self._large_of(self._unrecorded)))
        spelt = by_folded(self.known.accounts)
        asked: dict[str, int] = {}
        for subject, (use, year) in large.items():
            asked[use.provider] = asked.get(use.provider, 0) + 1
            finding = unknown_account(use, year, self.line, spelt.get(folded(subject), ()))
            yield Found(finding, self._series(use))
        filed: dict[str, int] = {}
        for subject in self.known.accounts:
            provider = subject.partition("/")[0]
            filed[provider] = filed.get(provider, 0) + 1
        used = by_provider(self.totals.values())
        for provider, unknown in by_provider(self._unrecorded.values()).items():
            records, number = filed.get(provider, 0), asked.get(provider, 0)
            if records and number == unknown.accounts:
                continue
            yield Found(
                unrecorded_accounts(
                    Unrecorded(
                        provider, unknown.accounts, number, used[provider].accounts, records,
                        unknown.cap_flop, whole_flop(unknown.est_e4),
                    )
                )
            )  # fmt: skip

    def _contradictions(self) -> Iterator[Found]:
        """Those of large accounts one by one, the rest per provider.

        An account whose record has nothing but slips of the pen is asked about only if its estimate is past the line.
        """
        found = contradictions(self.known, self.declared, self.daily, self.totals, self.named)
        by_subject: dict[str, list[Contradiction]] = {}
        for each in found:
            by_subject.setdefault(each.subject, []).append(each)
        for subject, (use, year) in self._large(self._large_of(by_subject)):
            slips = all(each.slip for each in by_subject[subject])
            if not slips or year.est_e4 >= self.line.first_past_e4:
                yield Found(account_contradiction(use, year, by_subject.pop(subject)), self._series(use))
        small: dict[str, list[Contradiction]] = {}
        for left in by_subject.values():
            for each in left:
                small.setdefault(each.provider, []).append(each)
        for provider, those in sorted(small.items()):
            yield Found(provider_contradictions(provider, those))

    def _risky(self) -> Iterator[Found]:
        """Accounts that match a risk profile: those that stand out by themselves, the others per provider."""
        profiles = self.profiles
        risky = {
            subject: Risky(self.known.accounts[subject], matches)
            for subject, facts in facts_of(self.known, self.totals, profiles)
            if (matches := profiles.matches(facts))
        }
        listed = sorted(subject for subject, each in risky.items() if always_named(each))
        for use in account_use(self.daily, listed):
            year = largest_year(use, self.as_of)
            if year is not None:
                yield Found(risky_account(risky.pop(use.subject), use, year), self._series(use))
        for subject, (use, year) in self._large(self._large_of(risky)):
            if named_by_itself(risky[subject], year, self.line):
                yield Found(risky_account(risky.pop(subject), use, year), self._series(use))
        others: dict[str, list[Risky]] = {}
        for each in risky.values():
            others.setdefault(each.record.subject.partition("/")[0], []).append(each)
        for provider, those in sorted(others.items()):
            yield Found(risky_accounts(provider, those))

    def _large_of(self, subjects: Collection[str]) -> tuple[str, ...]:
        """Those of the accounts that may be large, in order of provider and account."""
        return large_accounts(self.totals, subjects, floor_flop(self.line))

    def _large(self, subjects: Sequence[str]) -> Iterator[tuple[str, tuple[AccountUse, Rolling]]]:
        """Those of the accounts that are large, with their largest year, in order of provider and account."""
        floor = floor_flop(self.line)
        for use in account_use(self.daily, subjects):
            year = largest_year(use, self.as_of)
            if year is not None and year.cap_flop >= floor:
                yield use.subject, (use, year)

    def _series(self, use: AccountUse) -> AccountSeries | None:
        return account_series([use], 365, NONE, self.as_of)


def _format(name: str) -> str:
    return name if name.startswith("kyc-") else f"kyc-{name}"


def _share(part: int, whole: int) -> str:
    """A share in percent with one decimal, rounded down: what is not everything never reads as 100 %."""
    tenths = 1_000 * part // whole if whole > 0 else 0
    return f"{tenths // 10}.{tenths % 10} %"
