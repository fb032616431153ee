"""Short ways to write control groups and their use for the tests of detectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from account_cases import AS_OF, held

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, UseRow
from plimsoll.assess.detectors.group_use import GroupUse, inside
from plimsoll.assess.detectors.split_run import Member, split_run
from plimsoll.assess.detectors.split_search import Split, find_split
from plimsoll.assess.finding import Finding
from plimsoll.parties.control_group import ControlGroup, Link, Shared, Tie, Together, WeakestLink

TRAIN_BP = 4_000
GROUP = "G-0123456789abcdef"


def group(accounts: Sequence[AccountUse], *, since: date | None = None, until: date | None = None) -> ControlGroup:
    """One party per account, each tied to the next by a payment instrument; the last tie is the weakest."""
    subjects = tuple(sorted(account.subject for account in accounts))
    parties = tuple(f"P-{number:016x}" for number in range(len(subjects)))
    links = tuple(
        Link(one, other, (Shared(Tie.PAYMENT, "hk1:ab…", 2, 1_600 - number),), 1_600 - number, since, until)
        for number, (one, other) in enumerate(pairwise(parties))
    )
    weakest = WeakestLink((links[-1],), (parties[-1],), links[-1].centibits) if links else None
    return ControlGroup(GROUP, parties, subjects, links, weakest, (Together(subjects, since, until),))


def together(accounts: Sequence[AccountUse], *, since: date | None = None, until: date | None = None) -> GroupUse:
    """What the engine gives of a group: all use added up in its time, and every account as one that may be large."""
    whole = group(accounts, since=since, until=until)
    [both] = whole.together
    sums: dict[tuple[date, str, str], UseRow] = {}
    for account in accounts:
        for row in inside(account.rows, both):
            key = (row.day, row.chip, row.tier)
            known = sums.get(key)
            sums[key] = replace(row, run=None) if known is None else _plus(known, row)
    return GroupUse(whole, both, tuple(sums[key] for key in sorted(sums)), tuple(accounts))


def _plus(one: UseRow, other: UseRow) -> UseRow:
    return replace(
        one,
        accel_ns=one.accel_ns + other.accel_ns,
        cap_flop=one.cap_flop + other.cap_flop,
        est_e4=one.est_e4 + other.est_e4,
    )


def split_of(
    accounts: Sequence[AccountUse],
    declared: Sequence[DeclarationSeen] = (),
    line: HeldLine | None = None,
    **more: date | None,
) -> Split | None:
    return find_split(together(accounts, **more), line or held(), declared, AS_OF, TRAIN_BP)


def finding_of(split: Split, accounts: Sequence[AccountUse], line: HeldLine | None = None) -> Finding:
    """The finding, with the accounts' use in the window as the engine would add it up."""
    members = []
    for account in accounts:
        rows = [
            row
            for row in inside(account.rows, split.use.together)
            if split.window.start <= row.day < split.window.end
        ]  # fmt: skip
        if rows:
            cap, est = sum(row.cap_flop for row in rows), sum(row.est_e4 for row in rows)
            members.append(Member(account.subject, "P-0", "Halden Labs", cap, est))
    members.sort(key=lambda member: (-member.est_e4, member.subject))
    return split_run(split, members, line or held(), AS_OF)
