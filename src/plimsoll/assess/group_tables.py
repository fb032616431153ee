"""Usage of control groups, added up on the engine; only groups that could give a finding come over as rows.

A group of forty thousand accounts comes over as one sum per day, chip and tier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from plimsoll.assess.detectors.figures import UseRow
from plimsoll.assess.tables import ALWAYS, EXACT, account_columns, rows_of, use_row

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals
    from plimsoll.parties.control_group import ControlGroup

PARTS_AT_A_TIME = 100
"""How many parts of groups come over in one query."""

Part = tuple[str, int]
"""A group's id and the number of one of its `together`."""


@dataclass(frozen=True, slots=True)
class MemberSum:
    """What one account of a group used inside a window."""

    subject: str
    cap_flop: int
    est_e4: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Accounts that count together from `start` up to, not including, `end`."""

    accounts: tuple[str, ...]
    start: date
    end: date

    def within(self, start: date, end: date) -> Counted:
        return Counted(self.accounts, max(self.start, start), min(self.end, end))


def counted_parts(groups: Iterable[ControlGroup], left_out: Collection[str]) -> dict[Part, Counted]:
    """Who counts together with whom, and when, part by part.

    Args:
        left_out: accounts whose use stands in another account already.
    """
    return {
        (group.id, number): Counted(
            tuple(subject for subject in together.accounts if subject not in left_out),
            together.since or ALWAYS[0],
            together.until or ALWAYS[1],
        )
        for group in groups
        for number, together in enumerate(group.together)
    }


def group_candidates(
    totals: AccountTotals, groups: Iterable[ControlGroup], left_out: Collection[str], at_least_e4: int
) -> tuple[ControlGroup, ...]:
    """The groups whose accounts may reach an amount together in some window, in order of id: a cheap superset."""
    found = []
    for group in groups:
        if len(group.accounts) > 1:
            accounts = {subject for together in group.together for subject in together.accounts}.difference(left_out)
            most = [totals[subject].most_e4 for subject in accounts if subject in totals]
            if len(most) > 1 and sum(most) >= at_least_e4:
                found.append(group)
    return tuple(sorted(found, key=lambda group: group.id))


def group_rows(daily: ir.Table, parts: Mapping[Part, Counted]) -> Iterator[tuple[Part, tuple[UseRow, ...]]]:
    """The use of those parts in order: all accounts added up per day, chip and tier, while they count together."""
    names = sorted(parts)
    for start in range(0, len(names), PARTS_AT_A_TIME):
        used = _used(daily, {name: parts[name] for name in names[start : start + PARTS_AT_A_TIME]})
        keys = ("group_id", "part", "day", "chip", "tier")
        sums = used.group_by(keys).agg(
            **{name: used[name].sum().cast(EXACT) for name in ("accel_ns", "cap_flop", "est_e4")}
        )
        ordered = rows_of(sums.order_by(*keys))
        for part, rows in groupby(ordered, key=lambda row: (row["group_id"], row["part"])):
            yield part, tuple(use_row({**row, "run_id": None}) for row in rows)


def member_sums(daily: ir.Table, parts: Mapping[Part, Counted]) -> dict[Part, tuple[MemberSum, ...]]:
    """For each part the accounts that used anything while they count together, largest first."""
    if not parts:
        return {}
    used = _used(daily, parts)
    sums = used.group_by("group_id", "part", "provider", "account").agg(
        cap_flop=used.cap_flop.sum().cast(EXACT), est_e4=used.est_e4.sum().cast(EXACT)
    )
    found: dict[Part, list[MemberSum]] = {}
    for row in rows_of(sums):
        subject = f"{row['provider']}/{row['account']}"
        found.setdefault((row["group_id"], row["part"]), []).append(
            MemberSum(subject, int(row["cap_flop"]), int(row["est_e4"]))
        )
    return {
        part: tuple(sorted(sums, key=lambda each: (-each.est_e4, -each.cap_flop, each.subject)))
        for part, sums in found.items()
    }


def _used(daily: ir.Table, parts: Mapping[Part, Counted]) -> ir.Table:
    """The use of those parts' accounts on the days on which they count together."""
    from plimsoll.compute.engine import load

    rows = (
        {
            "group_id": group,
            "part": number,
            **account_columns(subject),
            "since": str(counted.start),
            "until": str(counted.end),
        }
        for (group, number), counted in parts.items()
        for subject in counted.accounts
    )
    types = {
        "group_id": "VARCHAR", "part": "INTEGER", "provider": "VARCHAR", "account": "VARCHAR",
        "since": "DATE", "until": "DATE",
    }  # fmt: skip
    members = load(daily.get_backend(), rows, types, "group_members")
    used = members.inner_join(daily, ["provider", "account"])
    return used.filter(used.day >= used.since, used.day < used.until)
