"""Looks for accounts that change level together among all that could have a part in a run, and judges them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import AccountSeries, DeclarationSeen
from plimsoll.assess.detectors.coverage import Coverage, coverage_by_account
from plimsoll.assess.detectors.figures import WINDOWS, AccountUse, HeldLine, whole_flop
from plimsoll.assess.detectors.split_search import Split, find_split
from plimsoll.assess.detectors.synchronised_accounts import (
    Synchronised,
    synchronised_accounts,
    use_together,
)
from plimsoll.assess.finding import Finding
from plimsoll.assess.hour_levels import read_levels
from plimsoll.assess.series import account_series
from plimsoll.assess.tables import AT_A_TIME, account_use

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals
    from plimsoll.assess.synchrony.find import Choose, SynchronousSet
    from plimsoll.compute.accounting import Accounts
    from plimsoll.parties.known import KnownParties

PART = 500
"""An account is looked at if it could have done this part of the line in the year before the assessment."""

MOST = 5_000
"""At most so many are looked at, those that could have done most."""

CROWD = 1_000
"""Where fewer are looked at, the largest others tell what is usual, up to so many in all."""

LOOKED_BACK = max(WINDOWS)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about a set of accounts, those accounts, and the series that its chart needs."""

    finding: Finding
    accounts: tuple[str, ...]
    series: AccountSeries | None


@dataclass(frozen=True, slots=True)
class _Past:
    """Accounts that pass the line together.

    Attributes:
        accounts: with all their use; those that pass it alone are among them.
    """

    split: Split
    accounts: tuple[AccountUse, ...]

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(use.subject for use in self.accounts if use.subject not in self.split.apart)


@dataclass(frozen=True)
class Simultaneous:
    """The search in one assessment.

    Attributes:
        daily: usage per account and day before `as_of`.
        known: customers' records; None where there are none.
        train_bp: the prior for training, in basis points.
        left_out: accounts whose use stands in other accounts already.
    """

    accounts: Accounts
    daily: ir.Table
    totals: AccountTotals
    known: KnownParties | None
    line: HeldLine
    declared: Sequence[DeclarationSeen]
    as_of: date
    train_bp: int
    left_out: frozenset[str] = frozenset()
    progress: Progress = lambda step, done, total: None

    def findings(self, matters: Collection[frozenset[str]] = ()) -> Iterator[Found]:
        """The findings, in order of each set's first account.

        Args:
            matters: sets of accounts that have a finding together already.
        """
        past: dict[tuple[str, ...], _Past] = {}

        def choose(sets: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
            found = dict(self._past(sets, matters))
            past.update((each.counted, each) for each in found.values())
            return [found[names].counted if names in found else () for names in sets]

        holders = {} if self.known is None else self.known.accounts
        for found in self._sets(choose):
            here = past[found.accounts]
            seen = Synchronised(found, here.split, here.accounts)
            finding = synchronised_accounts(seen, self.line, holders, self.as_of)
            coverage = Coverage(tuple(self._declared(found.accounts)))
            series = account_series(seen.counted, here.split.window.days, coverage, self.as_of)
            named = None if series is None else replace(series, subject=finding.subject)
            yield Found(finding, found.accounts, named)

    def _past(
        self, sets: Iterable[tuple[str, ...]], matters: Collection[frozenset[str]]
    ) -> Iterator[tuple[tuple[str, ...], _Past]]:
        """Those of the sets about which there would be a finding if their accounts change together."""
        open_sets = [names for names in sets if not self._settled(names, matters)]
        for names, members in self._used(open_sets):
            declared = self._declared(names)
            split = find_split(use_together(members), self.line, declared, self.as_of, self.train_bp)
            if split is None:
                continue
            here = _Past(split, members)
            if len(here.counted) > 1 and not self._settled(here.counted, matters):
                yield names, here

    def _used(self, sets: Sequence[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], tuple[AccountUse, ...]]]:
        """The sets with the use of their accounts, which is read for many sets at once."""
        waiting: list[tuple[str, ...]] = []
        for number, names in enumerate(sets, 1):
            waiting.append(names)
            if number < len(sets) and sum(map(len, waiting)) < AT_A_TIME:
                continue
            wanted = sorted({name for each in waiting for name in each})
            uses = {use.subject: use for use in account_use(self.daily, wanted)}
            for each in waiting:
                yield each, tuple(uses[name] for name in each if name in uses)
            waiting = []

    def _settled(self, names: Collection[str], matters: Collection[frozenset[str]]) -> bool:
        """Whether the records join the accounts already, or a finding does."""
        return self._one_hand(names) or any(frozenset(names) <= matter for matter in matters)

    def _sets(self, choose: Choose) -> tuple[SynchronousSet, ...]:
        wanted, crowd = self._candidates
        if len(wanted) < 2:
            return ()
        from plimsoll.assess.synchrony.find import synchronous_sets

        first, end = self._days
        first = max(first, end - timedelta(LOOKED_BACK))
        self.progress("reading hours", 0, 1)
        looked_at = sorted({*wanted, *crowd})
        levels = read_levels(self.accounts, looked_at, first, end)
        return synchronous_sets(
            levels,
            frozenset(wanted),
            lambda done, total: self.progress("comparing accounts hour by hour", done, total),
            choose,
        )

    @cached_property
    def _candidates(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The accounts that are looked at, and others that tell what is usual."""
        recent = (each for each in self.totals.values() if each.year_cap > 0)
        top = heapq.nsmallest(
            MOST + len(self.left_out), recent, key=lambda each: (-each.year_cap, each.provider, each.account)
        )
        coverage = coverage_by_account(self.declared)
        wanted: list[str] = []
        others: list[str] = []
        start = self.as_of - timedelta(LOOKED_BACK)
        for each in top:
            subject = each.subject
            if subject in self.left_out:
                continue
            explained = coverage[subject].flop(start, self.as_of) if subject in coverage else 0
            if each.year_cap * PART >= self.line.flop and whole_flop(each.year_e4) > explained:
                wanted.append(subject)
            elif len(wanted) + len(others) < CROWD:
                others.append(subject)
        return tuple(wanted), tuple(others[: max(0, CROWD - len(wanted))])

    @cached_property
    def _days(self) -> tuple[date, date]:
        """The first day of use in the year before the assessment, and the day after the last."""
        recent = [(each.year_first, each.last_day) for each in self.totals.values() if each.year_first is not None]
        return min(first for first, _ in recent), max(last for _, last in recent) + timedelta(1)

    def _declared(self, accounts: Iterable[str]) -> list[DeclarationSeen]:
        wanted = set(accounts)
        return [declaration for declaration in self.declared if wanted & set(declaration.accounts)]

    def _one_hand(self, accounts: Collection[str]) -> bool:
        """Whether all of them are of one control group by the records: then they are split-run's matter."""
        if self.known is None:
            return False
        records = [self.known.accounts.get(account) for account in accounts]
        hands = {None if record is None else record.group or record.party for record in records}
        return len(hands) == 1 and None not in hands
