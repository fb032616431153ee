"""Rolling windows over daily usage: how much an account used in the last N days, its peaks, and when it crossed a line.

Everything here is an Ibis expression over a *daily table*: any table with the columns ``provider``, ``account``,
``day`` (UTC date), ``cap_flop`` and ``est_e4`` (DECIMAL(38,0); est_e4 is in units of 10^-4 FLOP). `Accounts.daily` is
one, and so is any filtered part of it, for instance the untagged usage or the usage of one chip.

A window of N days ending on day D covers D and the N - 1 days before it, whether or not there was usage on them. The
tables have one row per account and day *with usage*; between two such days a window can only lose usage, so peaks and
first crossings are complete, save where an account-day is net negative, which is a finding of its own. Amounts are
exact integers: the same digits on any number of threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import ibis.expr.types as ir

WINDOWS = (30, 90, 180, 365)
"""The windows reported for every account, in days."""

EST_SCALE = 10_000
"""est_e4 counts ten-thousandths of a FLOP, because utilisation is in basis points."""

EXACT = "decimal(38, 0)"


def account_days(daily: ir.Table) -> ir.Table:
    """The daily table summed over runs, chips and tiers: provider, account, day, cap_flop, est_e4."""
    return daily.group_by("provider", "account", "day").agg(
        cap_flop=daily.cap_flop.sum().cast(EXACT), est_e4=daily.est_e4.sum().cast(EXACT)
    )


def rolling_windows(daily: ir.Table, windows: Sequence[int] = WINDOWS) -> ir.Table:
    """For every account and day with usage, the exact use in each window that ends on that day.

    Returns:
        provider, account, day, and for each window N ``cap_N`` and ``est_e4_N``, DECIMAL(38,0).
    """
    import ibis

    days = account_days(daily)
    days = days.mutate(number=days.day.epoch_days())
    columns: dict[str, ir.Value] = {}
    for length in windows:
        # Ranges over whole numbers: the engine takes half as long as with intervals over dates.
        window = ibis.range_window(
            preceding=length - 1, following=0, group_by=("provider", "account"), order_by="number"
        )
        columns[f"cap_{length}"] = days.cap_flop.sum().over(window).cast(EXACT)
        columns[f"est_e4_{length}"] = days.est_e4.sum().over(window).cast(EXACT)
    return days.select("provider", "account", "day", **columns)


def peaks(rolling: ir.Table) -> ir.Table:
    """Per account the largest value of each window: provider, account, first_day, last_day, and the window columns."""
    measures = _measures(rolling)
    return rolling.group_by("provider", "account").agg(
        first_day=rolling.day.min(),
        last_day=rolling.day.max(),
        **{name: rolling[name].max().cast(EXACT) for name in measures},
    )


def crossings(rolling: ir.Table, line: int, op: Literal["gt", "ge"] = "gt") -> ir.Table:
    """The accounts of which some window is past a line, and the first day on which each window was.

    Args:
        rolling: from `rolling_windows`.
        line: whole FLOP.
        op: whether the law says "greater than" or "at least".

    Returns:
        provider, account, and per window N: ``cap_N_day``, ``est_N_day`` (first day past the line, null if never).
        Accounts that never cross are left out. A cap crossing means that the account could have; an est crossing
        that it presumably did.
    """
    import ibis

    firsts: dict[str, ir.Value] = {}
    for name in _measures(rolling):
        amount, threshold = rolling[name], line * EST_SCALE if name.startswith("est_e4") else line
        limit = ibis.literal(threshold, type=EXACT)
        past = amount > limit if op == "gt" else amount >= limit
        firsts[name.replace("est_e4", "est") + "_day"] = rolling.day.min(where=past)
    table = rolling.group_by("provider", "account").agg(**firsts)
    return table.filter(ibis.or_(*[table[name].notnull() for name in firsts]))


def recent_use(daily: ir.Table, as_of: date, days: int = 14) -> ir.Table:
    """Use of each account in the last `days` whole days before `as_of`: provider, account, cap_flop, est_e4, days.

    The daily rate is amount / days; the division is left to the caller, who rounds once.
    """
    import ibis

    end = ibis.literal(as_of)
    recent = daily.filter(daily.day < end, daily.day >= end - ibis.interval(days=days))
    return recent.group_by("provider", "account").agg(
        cap_flop=recent.cap_flop.sum().cast(EXACT),
        est_e4=recent.est_e4.sum().cast(EXACT),
        days=ibis.literal(days, type="int64"),
    )


def _measures(rolling: ir.Table) -> list[str]:
    return [name for name in rolling.columns if name.startswith(("cap_", "est_e4_"))]
