"""Usage of control groups, added up on the engine; only groups that could give a finding come over as rows.

A group of forty thousand accounts comes over as one sum per day, chip and tier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from plimsoll.assess.account_tables import ALWAYS, account_columns
from plimsoll.assess.detectors.figures import UseRow
from plimsoll.assess.tables import EXACT, exact, rows_of, use_row

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.parties.control_group import ControlGroup

GROUPS_AT_A_TIME = 100
"""How many groups come over in one query."""

Part = tuple[str, int]
"""A group's id and the number of one of its `together`."""


@dataclass(frozen=True, slots=True)
class MemberSum:
    """What one account of a group used inside a window."""

    subject: str
    cap_flop: int
    est_e4: int


def load_members(backend: Any, groups: Iterable[ControlGroup], left_out: Collection[str]) -> ir.Table:
    """Who counts together with whom, and when, as a table: group_id, part, provider, account, since, until.

    Args:
        left_out: accounts whose use stands in another account already.
    """
    from plimsoll.compute.engine import load

    rows = (
        {
            "group_id": group.id,
            "part": part,
            **account_columns(subject),
            "since": str(together.since or ALWAYS[0]),
            "until": str(together.until or ALWAYS[1]),
        }
        for group in groups
        if len(group.accounts) > 1
        for part, together in enumerate(group.together)
        for subject in together.accounts
        if subject not in left_out
    )
    types = {
        "group_id": "VARCHAR", "part": "INTEGER", "provider": "VARCHAR", "account": "VARCHAR",
        "since": "DATE", "until": "DATE",
    }  # fmt: skip
    return load(backend, rows, types, "group_members")


def group_candidates(totals: ir.Table, members: ir.Table, at_least_e4: int) -> tuple[str, ...]:
    """The groups whose accounts may reach an amount together in some window, in order of id: a cheap superset."""
    accounts = members.select("group_id", "provider", "account").distinct()
    used = accounts.inner_join(totals, ["provider", "account"])
    sums = used.group_by("group_id").agg(most_e4=used.most_e4.sum().cast(EXACT), accounts=used.count())
    wanted = sums.filter(sums.most_e4 >= exact(at_least_e4), sums.accounts > 1)
    return tuple(row["group_id"] for row in rows_of(wanted.order_by("group_id").select("group_id")))


def group_rows(daily: ir.Table, members: ir.Table, groups: Sequence[str]) -> Iterator[tuple[Part, tuple[UseRow, ...]]]:
    """The use of those groups, part by part: all accounts added up per day, chip and tier, inside the part's time."""
    for start in range(0, len(groups), GROUPS_AT_A_TIME):
        used = _inside(daily, members.filter(members.group_id.isin(list(groups[start : start + GROUPS_AT_A_TIME]))))
        keys = ("group_id", "part", "day", "chip", "tier")
        sums = used.group_by(keys).agg(
            **{name: used[name].sum().cast(EXACT) for name in ("accel_ns", "cap_flop", "est_e4")}
        )
        ordered = rows_of(sums.order_by(*keys))
        for part, rows in groupby(ordered, key=lambda row: (row["group_id"], row["part"])):
            yield part, tuple(use_row({**row, "run_id": None}) for row in rows)


def large_members(totals: ir.Table, members: ir.Table, groups: Sequence[str], at_least_e4: int) -> dict[str, list[str]]:
    """Per group, its accounts that may reach an amount by themselves, in order of provider and account."""
    if not groups:
        return {}
    chosen = members.filter(members.group_id.isin(list(groups))).select("group_id", "provider", "account").distinct()
    used = chosen.inner_join(totals, ["provider", "account"])
    large = used.filter(used.most_e4 >= exact(at_least_e4))
    found: dict[str, list[str]] = {}
    for row in rows_of(large.order_by("group_id", "provider", "account").select("group_id", "provider", "account")):
        found.setdefault(row["group_id"], []).append(f"{row['provider']}/{row['account']}")
    return found


def member_sums(
    daily: ir.Table, members: ir.Table, windows: Mapping[Part, tuple[date, date]]
) -> dict[Part, tuple[MemberSum, ...]]:
    """For each part the accounts that used anything in its window, largest first.

    Args:
        windows: first day, and the day after the last.
    """
    from plimsoll.compute.engine import load

    if not windows:
        return {}
    rows = (
        {"group_id": group, "part": part, "first": str(first), "end": str(end)}
        for (group, part), (first, end) in windows.items()
    )
    types = {"group_id": "VARCHAR", "part": "INTEGER", "first": "DATE", "end": "DATE"}
    asked = load(daily.get_backend(), rows, types, "group_windows")
    used = _inside(daily, members.inner_join(asked, ["group_id", "part"]))
    used = used.filter(used.day >= used.first, used.day < used.end)
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


def _inside(daily: ir.Table, members: ir.Table) -> ir.Table:
    """The use of members on the days on which they count together."""
    used = members.inner_join(daily, ["provider", "account"])
    return used.filter(used.day >= used.since, used.day < used.until)
