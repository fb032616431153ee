"""Where accounts of a group pass the line together, and no account has a finding of its own about it: `split-run`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import Remedy, Unexplained, remedy_for
from plimsoll.assess.detectors.explained import explained
from plimsoll.assess.detectors.figures import (
    PER_FLOP,
    WINDOWS,
    AccountUse,
    DayUse,
    HeldLine,
    UseRow,
    surely_exceeds,
    whole_flop,
)
from plimsoll.assess.detectors.group_use import GroupUse, Measure, days_of, inside
from plimsoll.assess.detectors.windows import Rolling, Windows
from plimsoll.assess.finding import Severity, Window


@dataclass(frozen=True, slots=True)
class Split:
    """Where accounts of a group pass the line together.

    Attributes:
        measure: by the estimate, or only if all that rests on a prior was training.
        window: with the first day on which a window of this length was past the line.
        cap_flop, est_flop: what the accounts that count used in the window.
        train_flop: the same, with every hour that rests on a prior taken as training.
        apart: accounts that are past the line by themselves about that time, beyond their own declarations; they have
            findings of their own and add nothing here.
        declarations: those of the accounts that count.
        tiers: evidence tiers of the use in the window.
    """

    use: GroupUse
    measure: Measure
    window: Window
    cap_flop: int
    est_flop: int
    train_flop: int
    covered_flop: int
    apart: tuple[str, ...]
    declarations: Coverage
    remedy: Remedy
    tiers: frozenset[str]

    @property
    def severity(self) -> Severity:
        return Severity.HIGH if self.measure is Measure.ESTIMATE else Severity.ASK

    @property
    def strength(self) -> tuple[int, int, int]:
        """Of two splits of one group the greater is the finding."""
        return self.severity.rank, self.est_flop, self.cap_flop

    def declared_for(self, subject: str) -> int:
        """What declarations that name this account cover in the window, in FLOP."""
        runs = self.declarations.overlapping(self.window.start, self.window.end)
        return sum(run.covered_flop for run in runs if subject in run.accounts)


def find_split(
    use: GroupUse, line: HeldLine, declared: Sequence[DeclarationSeen], as_of: date, train_bp: int
) -> Split | None:
    """The strongest unexplained crossing of accounts that have no finding of their own about it.

    Every window is looked at on its own. Accounts that by the same measure are past the line by themselves, and beyond
    what the runs that name them cover, in a window that shares a day with it, are left out with the runs that name only
    them. One whose own runs explain it is counted: to use and declare more frees nobody. What is counted must be past
    the line and surely more than their declared runs cover; and where accounts were left out, the use of all must be
    surely more than all runs cover. Or what no declaration of the very accounts explains (`explained`) is past the line
    by itself: one account's declaration never hides a run on others.

    Args:
        declared: declarations that name any account of the group.
        train_bp: the prior for training, in basis points.
    """
    for measure in Measure:
        search = _Search(use, line, tuple(declared), as_of, train_bp, measure)
        if (found := search.split()) is not None:
            return found
    return None


class _Alone:
    """An account that has a finding of its own, and when: in the windows of the shortest length that shows it.

    Args:
        lasts: the last days of those windows, as ordinals, in order; they are `length` days long.
        counted: what of its use counts in the group.
    """

    def __init__(self, subject: str, lasts: Sequence[int], length: int, counted: Windows) -> None:
        self.subject = subject
        self._lasts, self._length = lasts, length
        self._counted = counted

    def overlaps(self, window: Rolling) -> bool:
        """Whether one of those windows shares a day with this one."""
        after = bisect_left(self._lasts, window.start.toordinal())
        return after < len(self._lasts) and self._lasts[after] - self._length < window.last.toordinal()

    def within(self, window: Rolling) -> Rolling:
        """What it adds to the group in the window."""
        return self._counted.ending(window.days, window.last)


class _Running:
    """An account's estimate, added up from its first day on."""

    def __init__(self, days: Sequence[DayUse]) -> None:
        self._dates = [use.day for use in days]
        self._sums = list(accumulate((use.est_e4 for use in days), initial=0))

    def between(self, start: date, end: date) -> int:
        return self._sums[bisect_left(self._dates, end)] - self._sums[bisect_left(self._dates, start)]


class _Search:
    """The windows of one group by one measure."""

    def __init__(
        self,
        use: GroupUse,
        line: HeldLine,
        declared: tuple[DeclarationSeen, ...],
        as_of: date,
        train_bp: int,
        measure: Measure,
    ) -> None:
        self._use, self._line, self._as_of, self._train_bp, self._measure = use, line, as_of, train_bp, measure
        self._all = Coverage(tuple(d for d in declared if set(d.accounts) & set(use.together.accounts)))
        self._days = self._days_of(use.rows)
        self._windows = Windows(self._days, as_of)
        self._named: dict[str, _Running] | None = None
        self._alone = [found for account in use.large if (found := self._past_alone(account)) is not None]

    def split(self) -> Split | None:
        found: list[tuple[Unexplained, tuple[str, ...]]] = []
        shown: list[tuple[Unexplained, tuple[str, ...]]] = []
        for length in WINDOWS:
            here = list(self._unexplained(length))
            found += here
            shown = shown or here
        if not shown:
            return None
        peak, apart = max(shown, key=lambda pair: (pair[0].sums.est_e4, pair[0].sums.cap_flop))
        return self._as_split(shown[0][0].sums.last, peak, apart, [window for window, _ in found])

    def _unexplained(self, length: int) -> Iterator[tuple[Unexplained, tuple[str, ...]]]:
        for number in self._past(self._windows, length):
            sums = self._windows.window(length, number)
            alone = {each.subject: each.within(sums) for each in self._alone if each.overlaps(sums)}
            rest = _less(sums, list(alone.values()))
            if rest.est_e4 < self._line.first_past_e4:
                continue
            declared = self._declared(sums, rest, alone)
            if declared is not None:
                yield Unexplained(rest, declared, sure=True), tuple(sorted(alone))

    def _declared(self, sums: Rolling, rest: Rolling, alone: Mapping[str, Rolling]) -> int | None:
        """What was declared for the accounts that count, in FLOP; None where that explains what they used."""
        declared = self._coverage(alone).flop(sums.start, sums.end)
        both = not alone or surely_exceeds(sums.est_e4, sums.prior_e4, self._all.flop(sums.start, sums.end))
        if both and surely_exceeds(rest.est_e4, rest.prior_e4, declared):
            return declared
        used = self._named_use(sums)
        if sums.est_e4 - self._explained(sums, used) < self._line.first_past_e4:
            return None
        left = {name: amount for name, amount in used.items() if name not in alone}
        explained = self._explained(sums, left)
        return explained // PER_FLOP if rest.est_e4 - explained >= self._line.first_past_e4 else None

    def _explained(self, sums: Rolling, used: Mapping[str, int]) -> int:
        runs = self._all.overlapping(sums.start, sums.end)
        return explained([(run.covered_flop * PER_FLOP, frozenset(run.accounts)) for run in runs], used)

    def _named_use(self, sums: Rolling) -> dict[str, int]:
        """What each account that a declaration names used in the window."""
        if self._named is None:
            wanted = {name for run in self._all.declarations for name in run.accounts}
            known = {use.subject: use for use in (*self._use.large, *self._use.named) if use.subject in wanted}
            self._named = {
                name: _Running(self._days_of(inside(use.rows, self._use.together))) for name, use in known.items()
            }
        return {name: days.between(sums.start, sums.end) for name, days in self._named.items()}

    def _past_alone(self, account: AccountUse) -> _Alone | None:
        """When all use of the account is past the line and beyond what the runs that name it cover; None if never."""
        windows = Windows(self._days_of(account.rows), self._as_of)
        own = Coverage(tuple(run for run in self._all.declarations if account.subject in run.accounts))
        plain = windows
        if own.declarations and self._measure is not Measure.ESTIMATE:
            plain = Windows(days_of(account.rows, self._as_of, Measure.ESTIMATE, self._train_bp), self._as_of)
        for length in WINDOWS:
            past = self._past(windows, length)
            lasts = [windows.last(at).toordinal() for at in past if self._beyond(plain.window(length, at), own)]
            if lasts:
                counted = self._days_of(inside(account.rows, self._use.together))
                return _Alone(account.subject, lasts, length, Windows(counted, self._as_of))
        return None

    def _beyond(self, sums: Rolling, own: Coverage) -> bool:
        """Whether an account with this use has a finding of its own as strong as the group's: `find_crossing`."""
        declared = own.flop(sums.start, sums.end) if own.declarations else 0
        if not declared:
            return True
        if self._measure is Measure.ESTIMATE:
            return surely_exceeds(sums.est_e4, sums.prior_e4, declared)
        return sums.est_e4 > declared * PER_FLOP

    def _past(self, windows: Windows, length: int) -> list[int]:
        """The places of the windows of this length that are past the line."""
        first_past_e4 = self._line.first_past_e4
        return [number for number, est_e4 in enumerate(windows.est_e4(length)) if est_e4 >= first_past_e4]

    def _days_of(self, rows: Iterable[UseRow]) -> tuple[DayUse, ...]:
        return days_of(rows, self._as_of, self._measure, self._train_bp)

    def _coverage(self, alone: Mapping[str, Rolling]) -> Coverage:
        if not alone:
            return self._all
        left = set(self._use.together.accounts) - set(alone)
        return Coverage(tuple(d for d in self._all.declarations if left & set(d.accounts)))

    def _as_split(
        self, first: date, peak: Unexplained, apart: tuple[str, ...], windows: Sequence[Unexplained]
    ) -> Split:
        sums = peak.sums
        start, end = sums.start, sums.end
        plain = self._sums(Measure.ESTIMATE, start, end, apart)
        train = self._sums(Measure.ALL_TRAINING, start, end, apart)
        return Split(
            use=self._use,
            measure=self._measure,
            window=Window(start, end, first),
            cap_flop=sums.cap_flop,
            est_flop=whole_flop(plain),
            train_flop=whole_flop(train),
            covered_flop=peak.declared_flop,
            apart=apart,
            declarations=self._coverage(dict.fromkeys(apart, sums)),
            remedy=remedy_for(windows, self._days),
            tiers=frozenset(row.tier for row in self._use.rows if start <= row.day < end),
        )

    def _sums(self, measure: Measure, start: date, end: date, apart: Sequence[str]) -> int:
        """The window's amount by another measure, less that of the accounts left out."""
        rows = list(days_of(self._use.rows, self._as_of, measure, self._train_bp))
        total = _total(rows, start, end)
        for account in self._use.large:
            if account.subject in apart:
                counted = inside(account.rows, self._use.together)
                total -= _total(days_of(counted, self._as_of, measure, self._train_bp), start, end)
        return total


def _total(days: Sequence[DayUse], start: date, end: date) -> int:
    return sum(use.est_e4 for use in days if start <= use.day < end)


def _less(sums: Rolling, others: Sequence[Rolling]) -> Rolling:
    return Rolling(
        sums.days,
        sums.last,
        sums.cap_flop - sum(other.cap_flop for other in others),
        sums.est_e4 - sum(other.est_e4 for other in others),
        sums.prior_e4 - sum(other.prior_e4 for other in others),
    )
