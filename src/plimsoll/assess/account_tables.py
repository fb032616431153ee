"""Usage per account, added up on the engine: totals, accounts without a record, hubs, and use out of an account's life.

Everything rests on one table of totals per account, which is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from plimsoll.assess.tables import EXACT, exact, plain_day, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.parties.control_group import Hub

ALWAYS = (date(1970, 1, 1), date(2200, 1, 1))
"""What stands for an open beginning and an open end in a table."""


@dataclass(frozen=True, slots=True)
class ProviderSum:
    """Accounts of one provider that have something in common, and what they used in all."""

    provider: str
    accounts: int
    cap_flop: int
    est_e4: int


def account_totals(daily: ir.Table, train_bp: int) -> ir.Table:
    """All that each account used, one row per account; computed once.

    Args:
        train_bp: the prior for training, in basis points.

    Returns:
        provider, account, first_day, last_day, cap_flop, est_e4: netted; most_cap, most_e4: no window of the account
        can hold more, with every hour of tier C taken as training and days that corrections made negative taken as
        nothing.
    """
    import ibis

    from plimsoll.compute.engine import materialise

    zero = ibis.literal(0, type=EXACT)
    days = daily.group_by("provider", "account", "day").agg(
        cap_flop=daily.cap_flop.sum().cast(EXACT),
        est_e4=daily.est_e4.sum().cast(EXACT),
        train_e4=_as_training(daily, train_bp).sum().cast(EXACT),
    )
    totals = days.group_by("provider", "account").agg(
        first_day=days.day.min(),
        last_day=days.day.max(),
        cap_flop=days.cap_flop.sum().cast(EXACT),
        est_e4=days.est_e4.sum().cast(EXACT),
        most_cap=ibis.greatest(days.cap_flop, zero).sum().cast(EXACT),
        most_e4=ibis.greatest(days.train_e4, zero).sum().cast(EXACT),
    )
    return materialise(daily.get_backend(), totals, "account_totals")


def _as_training(daily: ir.Table, train_bp: int) -> ir.DecimalValue:
    """The estimate if what rests on a prior were all training."""
    import ibis

    training = (daily.cap_flop * ibis.literal(train_bp, type="int64")).cast(EXACT)
    return ibis.ifelse(daily.tier == "C", ibis.greatest(daily.est_e4, training), daily.est_e4)


def load_accounts(backend: Any, subjects: Iterable[str], name: str) -> ir.Table:
    """Accounts as a table: provider, account."""
    from plimsoll.compute.engine import load

    return load(backend, map(account_columns, subjects), {"provider": "VARCHAR", "account": "VARCHAR"}, name)


def sums_by_provider(totals: ir.Table) -> tuple[ProviderSum, ...]:
    """What all accounts of each provider used, in order of provider."""
    sums = totals.group_by("provider").agg(
        accounts=totals.count(), cap_flop=totals.cap_flop.sum().cast(EXACT), est_e4=totals.est_e4.sum().cast(EXACT)
    )
    return tuple(
        ProviderSum(row["provider"], int(row["accounts"]), int(row["cap_flop"]), int(row["est_e4"]))
        for row in rows_of(sums.order_by("provider"))
    )


def without(totals: ir.Table, known: ir.Table) -> ir.Table:
    """The totals of accounts that are not among the known ones."""
    return totals.anti_join(known, ["provider", "account"])


def large_accounts(totals: ir.Table, at_least_flop: int) -> tuple[str, ...]:
    """The accounts of which some window may hold so much by bound, in order of provider and account."""
    large = totals.filter(totals.most_cap >= exact(at_least_flop)).order_by("provider", "account")
    return tuple(f"{row['provider']}/{row['account']}" for row in rows_of(large.select("provider", "account")))


def hub_sums(totals: ir.Table, hubs: Sequence[Hub]) -> tuple[ProviderSum, ...]:
    """What was used behind each hub, in the order given; `provider` is left empty."""
    from plimsoll.compute.engine import load

    if not hubs:
        return ()
    rows = ({"hub": number, **account_columns(subject)} for number, hub in enumerate(hubs) for subject in hub.accounts)
    behind = load(
        totals.get_backend(), rows, {"hub": "INTEGER", "provider": "VARCHAR", "account": "VARCHAR"}, "hub_accounts"
    )
    used = behind.inner_join(totals, ["provider", "account"])
    sums = used.group_by("hub").agg(
        accounts=used.count(), cap_flop=used.cap_flop.sum().cast(EXACT), est_e4=used.est_e4.sum().cast(EXACT)
    )
    found = {row["hub"]: row for row in rows_of(sums)}
    none = {"accounts": 0, "cap_flop": 0, "est_e4": 0}
    return tuple(
        ProviderSum("", int(row["accounts"]), int(row["cap_flop"]), int(row["est_e4"]))
        for row in (found.get(number, none) for number in range(len(hubs)))
    )


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
    daily: ir.Table, totals: ir.Table, lives: Mapping[str, tuple[date | None, date | None]], slack_days: int
) -> tuple[OutsideLife, ...]:
    """Use on days on which the account was not open by its record, in order of subject.

    Args:
        lives: per account its first day, and the day after its last; None is open.
        slack_days: so many days early or late are no contradiction.
    """
    import ibis

    from plimsoll.compute.engine import load

    if not lives:
        return ()
    slack = timedelta(slack_days)
    rows = (
        {
            **account_columns(subject),
            "opened": str((opened or ALWAYS[0] + slack) - slack),
            "closed": str((closed or ALWAYS[1] - slack) + slack),
        }
        for subject, (opened, closed) in sorted(lives.items())
    )
    types = {"provider": "VARCHAR", "account": "VARCHAR", "opened": "DATE", "closed": "DATE"}
    known = load(daily.get_backend(), rows, types, "account_lives")
    suspect = known.inner_join(totals, ["provider", "account"])
    suspect = suspect.filter(ibis.or_(suspect.first_day < suspect.opened, suspect.last_day >= suspect.closed))
    used = daily.inner_join(suspect.select(*types), ["provider", "account"])
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


def account_columns(subject: str) -> dict[str, str]:
    """A subject's parts. A provider's id holds no slash, so the first one ends it."""
    provider, _, account = subject.partition("/")
    return {"provider": provider, "account": account}
