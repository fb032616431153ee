"""Holds the line against control groups: which come over as rows, which split a run, and the finding about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from plimsoll.assess.assessment import AccountSeries, DeclarationSeen
from plimsoll.assess.detectors.figures import HeldLine, UseRow
from plimsoll.assess.detectors.group_use import GroupUse, inside
from plimsoll.assess.detectors.split_run import Member, split_run
from plimsoll.assess.detectors.split_search import Split, find_split
from plimsoll.assess.finding import Finding
from plimsoll.assess.group_tables import MemberSum, Part, counted_parts, group_candidates, group_rows, member_sums
from plimsoll.assess.series import group_series
from plimsoll.assess.tables import account_use
from plimsoll.parties.narrower import by_party, tightly_tied

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals
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
        totals: what each account used in all.
        left_out: accounts whose use stands in other accounts already, so that it is not counted twice.
        train_bp: the prior for training, in basis points.
    """

    daily: ir.Table
    totals: AccountTotals
    known: KnownParties
    line: HeldLine
    declared: Sequence[DeclarationSeen]
    as_of: date
    train_bp: int
    left_out: frozenset[str] = frozenset()

    def use(self, at_least_e4: int) -> Iterator[tuple[Part, GroupUse]]:
        """The use of every group that may reach an amount in some window, part by part, in order of groups.

        Args:
            at_least_e4: in 1/10,000 FLOP, with every hour that rests on a prior taken as training.
        """
        groups = {group.id: group for group in self._candidates(at_least_e4)}
        parts = counted_parts(groups.values(), self.left_out)
        members = {account for counted in parts.values() for account in counted.accounts}
        used = [self.totals[account] for account in members if account in self.totals]
        past = {each.subject for each in used if each.most_e4 >= self.line.first_past_e4}
        declared = {account for declaration in self.declared for account in declaration.accounts} & members
        wanted = sorted(past | declared, key=_in_order)
        read = {use.subject: use for use in account_use(self.daily, wanted)}
        for part, rows in group_rows(self.daily, parts):
            group, accounts = groups[part[0]], parts[part].accounts
            yield (
                part,
                GroupUse(
                    group,
                    group.together[part[1]],
                    rows,
                    tuple(read[name] for name in sorted(past.intersection(accounts), key=_in_order)),
                    tuple(read[name] for name in sorted(declared.intersection(accounts)) if name in read),
                ),
            )

    def _candidates(self, at_least_e4: int) -> tuple[ControlGroup, ...]:
        return group_candidates(self.totals, self.known.groups, self.left_out, at_least_e4)

    def findings(self, matters: Collection[frozenset[str]] = ()) -> tuple[GroupFinding, ...]:
        """The findings about groups: first about their cores, then about what is left of them.

        A core (`parties.narrower`) that is past the line needs no loose tie to be true, and its accounts accuse nobody
        else who is tied to them loosely.

        Args:
            matters: sets of accounts that have a finding together already, because they share a declared run.
        """
        party_of = {subject: record.party for subject, record in self.known.accounts.items()}
        groups = self._candidates(self.line.first_past_e4)
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
        parts = counted_parts([split.use.group for _, split in splits.values()], self.left_out)
        windows = {part: parts[part].within(split.window.start, split.window.end) for part, split in splits.values()}
        sums = member_sums(self.daily, windows)
        found = []
        for part, split in splits.values():
            members = [self._member(each) for each in sums[part]]
            counted = {member.subject for member in members} - set(split.apart)
            if not any(counted <= accounts for accounts in matters):
                parties = split.use.group.parties
                joined = self.known.weakest_join(parties[0]) if len(parties) == 1 else None
                finding = split_run(split, members, self.line, self.as_of, joined)
                found.append(GroupFinding(finding, _series(split, self.as_of), frozenset(counted)))
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


def _series(split: Split, as_of: date) -> AccountSeries | None:
    """The accounts that count, day by day, as one."""
    rows = list(split.use.rows)
    for account in split.use.large:
        if account.subject in split.apart:
            rows += [_negated(row) for row in inside(account.rows, split.use.together)]
    return group_series(split.use, rows, split.window.days, split.declarations, as_of)


def _negated(row: UseRow) -> UseRow:
    return replace(row, accel_ns=-row.accel_ns, cap_flop=-row.cap_flop, est_e4=-row.est_e4)


def _in_order(subject: str) -> tuple[str, str]:
    provider, _, account = subject.partition("/")
    return provider, account
