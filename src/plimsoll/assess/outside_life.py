"""Use of an account before it was opened by its record, or after it was closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from plimsoll.assess.tables import ALWAYS, EXACT, account_columns, plain_day, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals


@dataclass(frozen=True, slots=True)
class OutsideLife:
    """Use of an account before it was opened, or after it was closed.

    Attributes:
        days: how many days of use lie there; `first` and `last` are the outermost.
    """

    subject: str
    before: bool
    days: int
    first: date
    last: date
    cap_flop: int


def outside_life(
    daily: ir.Table,
    totals: AccountTotals,
    lives: Mapping[str, tuple[date | None, date | None]],
    slack_days: int,
) -> tuple[OutsideLife, ...]:
    """Use on days on which the account was not open by its record, in order of subject.

    Args:
        lives: per account its first day, and the day after its last; None is open.
        slack_days: so many days early or late are no contradiction.
    """
    import ibis

    from plimsoll.compute.engine import load

    slack = timedelta(slack_days)
    rows = []
    for subject, (opened, closed) in sorted(lives.items()):
        first, end = (opened or ALWAYS[0] + slack) - slack, (closed or ALWAYS[1] - slack) + slack
        total = totals.get(subject)
        if total is not None and (total.first_day < first or total.last_day >= end):
            rows.append({**account_columns(subject), "opened": str(first), "closed": str(end)})
    if not rows:
        return ()
    types = {"provider": "VARCHAR", "account": "VARCHAR", "opened": "DATE", "closed": "DATE"}
    used = daily.inner_join(load(daily.get_backend(), rows, types, "account_lives"), ["provider", "account"])
    used = used.mutate(before=used.day < used.opened)
    used = used.filter(ibis.or_(used.before, used.day >= used.closed))
    days = used.group_by("provider", "account", "before", "day").agg(cap_flop=used.cap_flop.sum().cast(EXACT))
    days = days.filter(days.cap_flop > 0)
    sums = days.group_by("provider", "account", "before").agg(
        days=days.count(), first=days.day.min(), last=days.day.max(), cap_flop=days.cap_flop.sum().cast(EXACT)
    )
    found = [
        OutsideLife(
            f"{row['provider']}/{row['account']}",
            bool(row["before"]),
            int(row["days"]),
            plain_day(row["first"]),
            plain_day(row["last"]),
            int(row["cap_flop"]),
        )
        for row in rows_of(sums)
    ]
    return tuple(sorted(found, key=lambda each: (each.subject, not each.before)))
