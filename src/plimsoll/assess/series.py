"""Accounts over time, for charts: those with a finding about the line, and the largest others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from plimsoll.assess.assessment import AccountSeries, DayPoint
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.figures import WINDOWS, AccountUse, UseRow, by_day, whole_flop
from plimsoll.assess.detectors.group_use import GroupUse
from plimsoll.assess.detectors.windows import Windows
from plimsoll.assess.finding import TOGETHER, Finding

MOST = 300
"""How many series an assessment keeps. More findings than that have their figures, but no chart."""


def account_series(
    accounts: Sequence[AccountUse], window_days: int, coverage: Coverage, as_of: date
) -> AccountSeries | None:
    """One account, or several judged together, day by day; None where nothing was used before `as_of`."""
    days = by_day(accounts, as_of)
    if not days:
        return None
    single = {use.day: use for use in days}
    windows = Windows(days, as_of)
    points = []
    for number, sums in enumerate(zip(windows.cap_flop(window_days), windows.est_e4(window_days), strict=True)):
        day, (cap_flop, est_e4) = windows.last(number), sums
        use = single.get(day)
        points.append(
            DayPoint(
                day,
                use.cap_flop if use else 0,
                whole_flop(use.est_e4) if use else 0,
                cap_flop,
                whole_flop(est_e4),
            )
        )
    rows = [row for account in accounts for row in account.rows if row.day < as_of]
    chips: dict[str, int] = {}
    for row in rows:
        chips[row.chip] = chips.get(row.chip, 0) + row.accel_ns
    return AccountSeries(
        subject=TOGETHER.join(account.subject for account in accounts),
        provider=TOGETHER.join(dict.fromkeys(account.provider for account in accounts)),
        account=TOGETHER.join(account.account for account in accounts),
        window_days=window_days,
        points=tuple(points),
        cap_flop=sum(use.cap_flop for use in days),
        est_flop=whole_flop(sum(use.est_e4 for use in days)),
        chips=tuple(sorted(chips.items(), key=lambda chip: (-chip[1], chip[0]))),
        tiers=tuple(sorted({row.tier for row in rows})),
        declarations=tuple(declaration.id for declaration in coverage.declarations),
        covered_flop=sum(declaration.covered_flop for declaration in coverage.declarations),
    )


def group_series(
    use: GroupUse, rows: Iterable[UseRow], window_days: int, coverage: Coverage, as_of: date
) -> AccountSeries | None:
    """A control group's accounts, day by day, as one; the subject is the group.

    Args:
        rows: of the group's use those that count.
    """
    group = use.group
    series = account_series([AccountUse("", group.id, tuple(rows))], window_days, coverage, as_of)
    if series is None:
        return None
    providers = sorted({account.partition("/")[0] for account in use.together.accounts})
    return replace(series, subject=group.id, provider=TOGETHER.join(providers))


class SeriesKeeper:
    """Collects series while accounts come by, and forgets the least of them when there are too many.

    Args:
        largest: subjects that are kept for their size, whatever is found.
    """

    def __init__(self, largest: Collection[str], as_of: date) -> None:
        self._largest = frozenset(largest)
        self._as_of = as_of
        self._kept: dict[str, tuple[int, AccountSeries]] = {}

    def offer(self, accounts: Sequence[AccountUse], findings: Iterable[Finding], coverage: Coverage) -> None:
        """Keeps the series of the accounts, if there is a finding about them or they are among the largest."""
        strongest = max(findings, key=lambda finding: finding.severity.rank, default=None)
        if strongest is None and accounts[0].subject not in self._largest:
            return
        window = strongest.window.days if strongest and strongest.window else max(WINDOWS)
        series = account_series(accounts, window if window in WINDOWS else max(WINDOWS), coverage, self._as_of)
        if series is not None:
            self.keep(series, -1 if strongest is None else strongest.severity.rank)

    def keep(self, series: AccountSeries, rank: int) -> None:
        """Keeps a series, unless one of its subject is kept already for a reason as strong.

        Args:
            rank: of the severity of the finding that it belongs to; -1 where there is none.
        """
        if series.subject in self._kept and self._kept[series.subject][0] >= rank:
            return
        self._kept[series.subject] = (rank, series)
        if len(self._kept) >= 2 * MOST:
            self._kept = dict(sorted(self._kept.items(), key=self._strength)[:MOST])

    def series(self, findings: Iterable[Finding]) -> tuple[AccountSeries, ...]:
        """In the order of the findings, then by size."""
        kept = dict(sorted(self._kept.items(), key=self._strength)[:MOST])
        first = {subject: place for place, subject in enumerate(dict.fromkeys(f.subject for f in findings))}
        ordered = sorted(kept.values(), key=lambda pair: (first.get(pair[1].subject, len(first)), -pair[1].est_flop))
        return tuple(series for _, series in ordered)

    @staticmethod
    def _strength(entry: tuple[str, tuple[int, AccountSeries]]) -> tuple[int, int, str]:
        subject, (rank, series) = entry
        return -rank, -series.est_flop, subject
