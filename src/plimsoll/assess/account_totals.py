"""What each account used in all: added up by the engine in one pass, and asked by everything that goes over accounts.

That is as many rows as customers' records have, which are held anyway; the rows per day stay in the engine.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from plimsoll.assess.bunching import below_line_e4
from plimsoll.assess.detectors.approaching_line import BASIS_DAYS, HORIZON_DAYS
from plimsoll.assess.detectors.figures import WINDOWS, HeldLine
from plimsoll.assess.evidence import NS_PER_HOUR
from plimsoll.assess.tables import EXACT, exact, plain_day, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.utilisation import Priors
    from plimsoll.parties.control_group import Hub

LARGEST = 12
"""How many accounts are shown for their size alone."""

HEAVY_NS = 20 * 24 * NS_PER_HOUR
"""Heavy use of one day: twenty accelerators around the clock."""


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """All that one account used before the day of the assessment, in accelerator-nanoseconds, FLOP and 1/10,000 FLOP.

    Attributes:
        first_day, last_day: the outermost days with any row; `year_first` of the last 365 days, None without one there.
        accel_ns, cap_flop, est_e4: netted; `year_cap` and `year_e4` of the last 365 days.
        most_cap, most_est_e4: the same, days that corrections made negative taken as nothing: no window can hold more.
        most_e4: likewise the estimate with every hour of tier C taken as training.
        recent_e4: what the days behind a forecast (`BASIS_DAYS`) add to `most_est_e4`.
        last_30, before_30, last_90: accelerator-nanoseconds of the last 30, the 30 before, and the last 90 days.
        heavy: the first day of heavy use.
        prior_e4, light_e4: of what rests on a prior, the part of the estimate in which work that is labelled as
            inference or other may differ from training, and that in which it does.
        negative_days: days on which corrections exceed use.
    """

    provider: str
    account: str
    first_day: date
    last_day: date
    year_first: date | None
    accel_ns: int
    cap_flop: int
    est_e4: int
    year_cap: int
    year_e4: int
    most_cap: int
    most_est_e4: int
    most_e4: int
    recent_e4: int
    last_30: int
    before_30: int
    last_90: int
    heavy: date | None
    prior_e4: int
    light_e4: int
    negative_days: int

    @property
    def subject(self) -> str:
        return f"{self.provider}/{self.account}"


AccountTotals = Mapping[str, AccountTotal]
"""By subject, in order of provider and account."""


def account_totals(daily: ir.Table, as_of: date, priors: Priors) -> AccountTotals:
    """Adds up the daily table.

    Args:
        daily: usage per account and day before `as_of`.
    """
    found: dict[str, AccountTotal] = {}
    for row in rows_of(_totals(daily, as_of, priors).order_by("provider", "account")):
        total = AccountTotal(**{name: _plain(name, value) for name, value in row.items()})
        found[total.subject] = total
    return found


def _plain(name: str, value: Any) -> Any:
    if name in ("provider", "account"):
        return value
    if name in ("first_day", "last_day", "year_first", "heavy"):
        return None if value is None else plain_day(value)
    return int(value or 0)


def _totals(daily: ir.Table, as_of: date, priors: Priors) -> ir.Table:
    """Per account the columns of `AccountTotal`; sums over no day at all are null."""
    import ibis

    zero = ibis.literal(0, type=EXACT)
    from_prior = daily.tier == "C"
    training = (daily.cap_flop * ibis.literal(priors.train, type="int64")).cast(EXACT)
    # What is labelled light has the lower prior: (train x bound - estimate) / (train - other) is its part of the bound.
    apart = (daily.cap_flop * ibis.literal(priors.train - priors.other, type="int64")).cast(EXACT)
    days = daily.group_by("provider", "account", "day").agg(
        accel_ns=daily.accel_ns.sum().cast(EXACT),
        cap_flop=daily.cap_flop.sum().cast(EXACT),
        est_e4=daily.est_e4.sum().cast(EXACT),
        train_e4=ibis.ifelse(from_prior, ibis.greatest(daily.est_e4, training), daily.est_e4).sum().cast(EXACT),
        prior_e4=apart.sum(where=from_prior).cast(EXACT),
        light_e4=(training - daily.est_e4).cast(EXACT).sum(where=from_prior).cast(EXACT),
    )

    def since(number: int) -> ir.BooleanValue:
        """Whether a day is one of the last days before the assessment."""
        return days.day >= ibis.literal(as_of - timedelta(number))

    def total(amount: ir.Value, where: ir.BooleanValue | None = None) -> ir.Value:
        return amount.sum(where=where).cast(EXACT)

    est_e4 = ibis.greatest(days.est_e4, zero)
    return days.group_by("provider", "account").agg(
        first_day=days.day.min(),
        last_day=days.day.max(),
        year_first=days.day.min(where=since(max(WINDOWS))),
        accel_ns=total(days.accel_ns),
        cap_flop=total(days.cap_flop),
        est_e4=total(days.est_e4),
        year_cap=total(days.cap_flop, since(max(WINDOWS))),
        year_e4=total(days.est_e4, since(max(WINDOWS))),
        most_cap=total(ibis.greatest(days.cap_flop, zero)),
        most_est_e4=total(est_e4),
        most_e4=total(ibis.greatest(days.train_e4, zero)),
        recent_e4=total(est_e4, since(BASIS_DAYS)),
        last_30=total(days.accel_ns, since(30)),
        before_30=total(days.accel_ns, since(60) & ~since(30)),
        last_90=total(days.accel_ns, since(90)),
        heavy=days.day.min(where=days.accel_ns >= exact(HEAVY_NS)),
        prior_e4=total(days.prior_e4),
        light_e4=total(days.light_e4),
        negative_days=(days.accel_ns < zero).sum().cast("int64"),
    )


def largest_accounts(totals: AccountTotals, count: int = LARGEST) -> tuple[str, ...]:
    """The subjects that used most by estimate, largest first; ties in order of subject."""
    top = heapq.nsmallest(count, totals.values(), key=lambda each: (-each.most_est_e4, each.provider, each.account))
    return tuple(each.subject for each in top)


def candidates(totals: AccountTotals, line: HeldLine, named: Collection[str]) -> tuple[str, ...]:
    """Every account that could give a finding about the line, and the named ones, in order of provider and account.

    An account could give one if all it ever used, corrections aside, is past the line by bound, or would be by estimate
    within the forecast's horizon at its recent rate, rounded up. That is a superset of what the detectors find, and
    cheap.

    Args:
        named: subjects that are wanted in any case.
    """
    ahead = -(-HORIZON_DAYS // BASIS_DAYS)
    wanted = frozenset(named)
    return tuple(
        subject
        for subject, each in totals.items()
        if each.most_cap >= line.first_past
        or each.most_est_e4 + each.recent_e4 * ahead >= line.first_past_e4
        or each.most_est_e4 >= below_line_e4(line)
        or subject in wanted
    )


def large_accounts(totals: AccountTotals, subjects: Collection[str], at_least_flop: int) -> tuple[str, ...]:
    """Those of the subjects of which some window may hold so much by bound, in order of provider and account."""
    large = (each for subject in subjects if (each := totals.get(subject)) and each.most_cap >= at_least_flop)
    return tuple(each.subject for each in sorted(large, key=lambda each: (each.provider, each.account)))


@dataclass(frozen=True, slots=True)
class TotalOfMany:
    """Accounts that have something in common, and what they used in all."""

    accounts: int = 0
    cap_flop: int = 0
    est_e4: int = 0


def total_of(accounts: Iterable[AccountTotal]) -> TotalOfMany:
    """What those accounts used in all."""
    every = list(accounts)
    return TotalOfMany(len(every), sum(each.cap_flop for each in every), sum(each.est_e4 for each in every))


def by_provider(accounts: Iterable[AccountTotal]) -> dict[str, TotalOfMany]:
    """What accounts of each provider used, in order of provider."""
    of: dict[str, list[AccountTotal]] = {}
    for each in accounts:
        of.setdefault(each.provider, []).append(each)
    return {provider: total_of(of[provider]) for provider in sorted(of)}


def hub_totals(totals: AccountTotals, hubs: Sequence[Hub]) -> tuple[TotalOfMany, ...]:
    """What was used behind each hub, in the order given."""
    return tuple(total_of(totals[subject] for subject in hub.accounts if subject in totals) for hub in hubs)
