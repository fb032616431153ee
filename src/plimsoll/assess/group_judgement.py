"""Holds the line against control groups: which come over as rows, which split a run, and the finding about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import AccountSeries, DeclarationSeen
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, UseRow
from plimsoll.assess.detectors.group_use import GroupUse, inside
from plimsoll.assess.detectors.split_run import Member, split_run
from plimsoll.assess.detectors.split_search import Split, find_split
from plimsoll.assess.finding import TOGETHER, Finding
from plimsoll.assess.group_tables import (
    MemberSum,
    Part,
    group_candidates,
    group_rows,
    large_members,
    load_members,
    member_sums,
)
from plimsoll.assess.series import account_series
from plimsoll.assess.tables import account_use
from plimsoll.parties.narrower import by_party, tightly_tied

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.parties.control_group import ControlGroup
    from plimsoll.parties.known import KnownParties


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """A finding about a control group, and what its chart shows; None where nothing was used.

    Attributes:
        accounts: those whose use the finding counts.
    """

    finding: Finding
    series: AccountSeries | None
    accounts: frozenset[str]


@dataclass(frozen=True)
class GroupJudge:
    """Every control group against one line.

    Attributes:
        daily: usage per account and day before `as_of`.
        totals: from `account_tables.account_totals`.
        left_out: accounts whose use stands in other accounts already, so that it is not counted twice.
        train_bp: the prior for training, in basis points.
    """

    daily: ir.Table
    totals: ir.Table
    known: KnownParties
    line: HeldLine
    declared: Sequence[DeclarationSeen]
    as_of: date
    train_bp: int
    left_out: frozenset[str] = frozenset()

    @cached_property
    def members(self) -> ir.Table:
        return load_members(self.daily.get_backend(), self.known.groups, self.left_out)

    def use(self, at_least_e4: int) -> Iterator[tuple[Part, GroupUse]]:
        """The use of every group that may reach an amount in some window, part by part, in order of groups.

        Args:
            at_least_e4: in 1/10,000 FLOP, with every hour that rests on a prior taken as training.
        """
        chosen = group_candidates(self.totals, self.members, at_least_e4)
        alone = large_members(self.totals, self.members, chosen, self.line.first_past_e4)
        wanted = sorted({account for accounts in alone.values() for account in accounts}, key=_in_order)
        large = {use.subject: use for use in account_use(self.daily, wanted)}
        groups = {group.id: group for group in self.known.groups}
        declared = {account for declaration in self.declared for account in declaration.accounts}
        members = {account for name in chosen for account in groups[name].accounts}
        named = {use.subject: use for use in account_use(self.daily, sorted(declared & members, key=_in_order))}
        for part, rows in group_rows(self.daily, self.members, chosen):
            group = groups[part[0]]
            together = group.together[part[1]]
            counted = set(together.accounts) - self.left_out
            yield (
                part,
                GroupUse(
                    group,
                    together,
                    rows,
                    tuple(large[name] for name in alone.get(group.id, ()) if name in counted),
                    tuple(named[name] for name in sorted(counted & named.keys())),
                ),
            )

    def findings(self, matters: Collection[frozenset[str]] = ()) -> tuple[GroupFinding, ...]:
        """The findings about groups: first about their cores, then about what is left of them.

        A core (`parties.narrower`) that is past the line needs no loose tie to be true, and its accounts accuse nobody
        else who is tied to them loosely.

        Args:
            matters: sets of accounts that have a finding together already, because they share a declared run.
        """
        party_of = {subject: record.party for subject, record in self.known.accounts.items()}
        chosen = set(group_candidates(self.totals, self.members, self.line.first_past_e4))
        groups = [group for group in self.known.groups if group.id in chosen]
        found: list[GroupFinding] = []
        settled = self.left_out
        for level in (by_party, tightly_tied, _whole):
            cores = tuple(core for group in groups for core in level(group, party_of))
            judge = replace(self, known=replace(self.known, groups=cores), left_out=settled)
            here = judge.as_they_are(matters)
            found += here
            settled |= {account for each in here for account in each.accounts}
        return tuple(found)

    def as_they_are(self, matters: Collection[frozenset[str]] = ()) -> tuple[GroupFinding, ...]:
        """The findings about the groups as they are known, in order of their ids."""
        splits: dict[str, tuple[Part, Split]] = {}
        for part, use in self.use(self.line.first_past_e4):
            split = find_split(use, self.line, self._declared(use.together.accounts), self.as_of, self.train_bp)
            if split is not None and (part[0] not in splits or split.strength > splits[part[0]][1].strength):
                splits[part[0]] = (part, split)
        windows = {part: (split.window.start, split.window.end) for part, split in splits.values()}
        sums = member_sums(self.daily, self.members, windows)
        found = []
        for part, split in splits.values():
            members = [self._member(each) for each in sums[part]]
            counted = {member.subject for member in members} - set(split.apart)
            if not any(counted <= accounts for accounts in matters):
                finding = split_run(split, members, self.line, self.as_of)
                found.append(GroupFinding(finding, group_series(split, self.as_of), frozenset(counted)))
        return tuple(found)

    def _declared(self, accounts: Iterable[str]) -> list[DeclarationSeen]:
        wanted = set(accounts)
        return [declaration for declaration in self.declared if wanted & set(declaration.accounts)]

    def _member(self, used: MemberSum) -> Member:
        record = self.known.accounts.get(used.subject)
        return Member(
            used.subject,
            None if record is None else record.party,
            None if record is None else record.legal_name,
            used.cap_flop,
            used.est_e4,
        )


def _whole(group: ControlGroup, party_of: Mapping[str, str]) -> Iterator[ControlGroup]:
    yield group


def group_series(split: Split, as_of: date) -> AccountSeries | None:
    """The accounts that count, day by day, as one; the subject is the group."""
    rows = list(split.use.rows)
    for account in split.use.large:
        if account.subject in split.apart:
            rows += [_negated(row) for row in inside(account.rows, split.use.together)]
    group = split.use.group
    series = account_series([AccountUse("", group.id, tuple(rows))], split.window.days, split.declarations, as_of)
    if series is None:
        return None
    providers = sorted({account.partition("/")[0] for account in split.use.together.accounts})
    return replace(series, subject=group.id, provider=TOGETHER.join(providers))


def _negated(row: UseRow) -> UseRow:
    return replace(row, accel_ns=-row.accel_ns, cap_flop=-row.cap_flop, est_e4=-row.est_e4)


def _in_order(subject: str) -> tuple[str, str]:
    provider, _, account = subject.partition("/")
    return provider, account
