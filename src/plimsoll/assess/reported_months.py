"""Which months the reports are about, and when they end: one mistyped year must not move everybody's date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.period import start_of_day

if TYPE_CHECKING:
    from plimsoll.compute.accounting import Accounts

_FAR_DAYS = 5 * 366
"""Deliveries of different years are assessed together now and then; nobody's reports rest for longer than this."""


def stray_months(accounts: Accounts) -> frozenset[date]:
    """Months that lie more than five years from the bulk of what was reported: mistyped years, as a rule."""
    reported = Counter(month for provider in accounts.coverage for month in provider.months)
    clusters: list[list[date]] = []
    for month in sorted(reported):
        if not clusters or (month - clusters[-1][-1]).days > _FAR_DAYS:
            clusters.append([])
        clusters[-1].append(month)
    bulk = max(clusters, key=lambda months: sum(reported[month] for month in months), default=[])
    return frozenset(month for months in clusters if months is not bulk for month in months)


def end_of_data(accounts: Accounts) -> date:
    """The end of the last charge period; a day that has begun counts whole.

    Where stray months lie after the bulk of the reports, the end of the bulk's last month.

    Raises:
        PlimsollError: ``assess.no_as_of``.
    """
    stray = stray_months(accounts)
    months = [month for provider in accounts.coverage for month in provider.months if month not in stray]
    if any(month > max(months) for month in stray):
        return (max(months) + timedelta(days=31)).replace(day=1)
    last = accounts.totals.last_end
    if last is None:
        raise PlimsollError(
            "assess.no_as_of",
            "no row could be counted, so the end of the data is not known",
            fix="Give --as-of DATE, or see why rows were rejected.",
        )
    last = last.astimezone(UTC)
    return last.date() if last == start_of_day(last.date()) else last.date() + timedelta(days=1)


def about_stray_months(accounts: Accounts, as_of: date) -> Iterator[str]:
    """What the reader must know about them: those before the date are counted, those after it are not."""
    stray = sorted(stray_months(accounts))
    for months, consequence in (
        ([month for month in stray if month < as_of], "it is counted, but no month between is called missing"),
        (
            [month for month in stray if month >= as_of],
            "it does not move the date of this assessment and is in no figure",
        ),
    ):
        if months:
            shown = ", ".join(f"{month:%Y-%m}" for month in months[:3])
            more = f" and {len(months) - 3} more" if len(months) > 3 else ""
            yield f"Use is reported for {shown}{more}, more than five years from all the rest: {consequence}."
