"""Where usage passes the line without a declaration that explains it: the search that two detectors share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.figures import PER_FLOP, WINDOWS, DayUse, HeldLine, surely_exceeds, whole_flop
from plimsoll.assess.detectors.windows import Rolling, Windows
from plimsoll.assess.evidence import WindowEvidence
from plimsoll.assess.finding import Severity, Window


@dataclass(frozen=True, slots=True)
class Crossing:
    """Usage past the line that declarations do not explain.

    Attributes:
        severity: HIGH when the estimate is past the line, ASK when only the bound is.
        first: the first day on which a window of the reported length was past the line and unexplained.
        peak: the largest such window, by estimate, then by bound; its figures are the finding's.
        covered_flop: declared compute that overlaps the peak.
    """

    severity: Severity
    first: date
    peak: Rolling
    covered_flop: int

    @property
    def window(self) -> Window:
        return Window(self.peak.start, self.peak.end, self.first)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A window past the line, by estimate or by bound, whose estimate is beyond what was declared for it.

    Attributes:
        declared_flop: compute of the declared runs that overlap it.
        sure: the estimate is past the line and surely beyond what was declared.
    """

    sums: Rolling
    declared_flop: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would explain every unexplained window of every length.

    Attributes:
        first: the first day on which any window was unexplained, surely so if any is.
        start, end: from the first to the last use that such windows can hold, end excluded; what is declared for these
            days overlaps all of those windows.
        flop: how much more must be declared for them.
    """

    first: date
    start: date
    end: date
    flop: int


def find_crossing(days: Sequence[DayUse], line: HeldLine, coverage: Coverage, as_of: date) -> Crossing | None:
    """The strongest unexplained crossing, in the shortest window that shows it.

    Every window length and every last day is looked at on its own. HIGH: the estimate is past the line and surely
    beyond what was declared. ASK: the bound is past the line and the estimate beyond what was declared, or nothing was
    declared. So more usage can turn nothing into ASK and ASK into HIGH, never back.
    """
    weaker: Crossing | None = None
    windows = Windows(days, as_of)
    for length in WINDOWS:
        high = _Span()
        ask = _Span()
        for window in _unexplained(windows, length, line, coverage):
            (high if window.sure else ask).add(window.sums)
        if (found := high.crossing(Severity.HIGH, coverage)) is not None:
            return found
        weaker = weaker or ask.crossing(Severity.ASK, coverage)
    return weaker


def find_remedy(days: Sequence[DayUse], line: HeldLine, coverage: Coverage, as_of: date) -> Remedy:
    """What would clear a crossing that `find_crossing` found."""
    windows = Windows(days, as_of)
    return remedy_for([w for length in WINDOWS for w in _unexplained(windows, length, line, coverage)], days)


def remedy_for(windows: Sequence[Unexplained], days: Sequence[DayUse]) -> Remedy:
    """What would clear these windows, at least one, over this use."""
    sure = [w for w in windows if w.sure]
    missing_e4 = max(w.sums.est_e4 - w.declared_flop * PER_FLOP for w in windows)
    return Remedy(
        first=min(w.sums.last for w in sure or windows),
        start=max(days[0].day, min(w.sums.start for w in windows)),
        end=min(max(w.sums.end for w in windows), days[-1].day + timedelta(days=1)),
        flop=max(1, -(-missing_e4 // PER_FLOP)),
    )


def _unexplained(windows: Windows, length: int, line: HeldLine, coverage: Coverage) -> Iterator[Unexplained]:
    first_past, first_past_e4 = line.first_past, line.first_past_e4
    amounts = zip(windows.cap_flop(length), windows.est_e4(length), strict=True)
    for number, (cap_flop, est_e4) in enumerate(amounts):
        if cap_flop < first_past and est_e4 < first_past_e4:
            continue
        sums = windows.window(length, number)
        declared = coverage.flop(sums.start, sums.end) if coverage.declarations else 0
        if declared and sums.est_e4 <= declared * PER_FLOP:
            continue
        past = sums.est_e4 >= first_past_e4
        yield Unexplained(sums, declared, past and surely_exceeds(sums.est_e4, sums.prior_e4, declared))


class _Span:
    """The first and the largest of the windows that were added in order of time."""

    def __init__(self) -> None:
        self._first: Rolling | None = None
        self._peak: Rolling | None = None

    def add(self, sums: Rolling) -> None:
        self._first = self._first or sums
        if self._peak is None or (sums.est_e4, sums.cap_flop) > (self._peak.est_e4, self._peak.cap_flop):
            self._peak = sums

    def crossing(self, severity: Severity, coverage: Coverage) -> Crossing | None:
        if self._first is None or self._peak is None:
            return None
        covered = coverage.flop(self._peak.start, self._peak.end)
        return Crossing(severity, self._first.last, self._peak, covered)


def largest_windows(days: Sequence[DayUse], as_of: date) -> tuple[WindowEvidence, ...]:
    """The largest window of each length by estimate, the first of equals, as evidence of the whole picture."""
    windows = Windows(days, as_of)
    found = []
    for length in WINDOWS:
        if ests := windows.est_e4(length):
            peak = windows.window(length, ests.index(max(ests)))
            found.append(WindowEvidence(length, peak.start, peak.end, peak.cap_flop, whole_flop(peak.est_e4)))
    return tuple(found)
