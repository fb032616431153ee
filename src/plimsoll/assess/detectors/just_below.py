"""`just-below`: nothing is declared, and the largest window stays a little below the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.bunching import Bunching
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import largest_windows
from plimsoll.assess.detectors.figures import PER_FLOP, WINDOWS, DayUse, HeldLine, whole_flop
from plimsoll.assess.detectors.windows import Rolling, Windows
from plimsoll.assess.evidence import UsageEvidence
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence

LOWEST, PARTS = 4, 5
"""From four fifths of the line on a subject is just below it."""

NOTABLE_E6 = 50_000
"""A crowd below the line is pointed out if it had at most one chance in twenty."""


@dataclass(frozen=True, slots=True)
class Below:
    """A subject that stays just below the line.

    Attributes:
        subject: an account, or the id of a control group.
        what: the subject as a sentence begins with it.
        days: its use per day.
        peak: the largest window by estimate, of the shortest length in which four fifths of the line are reached.
        details: what its use consists of: chips and tiers of an account, members and links of a group.
        tiers: evidence tiers of the use in the window.
    """

    subject: str
    what: str
    days: tuple[DayUse, ...]
    peak: Rolling
    details: tuple[UsageEvidence | MemberEvidence | LinkEvidence, ...]
    tiers: frozenset[str]


def peak_just_below(days: Sequence[DayUse], line: HeldLine, coverage: Coverage, as_of: date) -> Rolling | None:
    """The window that shows it; None where some window is past the line, all are well below, or a run was declared."""
    windows = Windows(days, as_of)
    largest = [_largest(windows, length) for length in WINDOWS]
    known = [peak for peak in largest if peak is not None]
    if any(peak.est_e4 >= line.first_past_e4 for peak in known):
        return None
    for peak in known:
        if peak.est_e4 * PARTS >= line.flop * PER_FLOP * LOWEST:
            return None if coverage.overlapping(peak.start, peak.end) else peak
    return None


def largest_e4(days: Sequence[DayUse], as_of: date) -> int:
    """The largest estimate in any window, in 1/10,000 FLOP."""
    return max(Windows(days, as_of).est_e4(max(WINDOWS)), default=0)


def _largest(windows: Windows, length: int) -> Rolling | None:
    """The largest by estimate, of equals that by bound, of equals the first."""
    amounts = list(zip(windows.est_e4(length), windows.cap_flop(length), strict=True))
    return windows.window(length, amounts.index(max(amounts))) if amounts else None


def just_below(below: Below, line: HeldLine, bunching: Bunching, as_of: date) -> Finding:
    """The finding about a subject just below the line."""
    peak = below.peak
    window = Window(peak.start, peak.end)
    est = whole_flop(peak.est_e4)
    return new_finding(
        Code.JUST_BELOW,
        Severity.ASK,
        below.subject,
        title=f"{below.subject} stays just below the line: {_percent(peak, line)} of it in {peak.days} days",
        window=window,
        cap_flop=peak.cap_flop,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=0,
        evidence=(line.rule, *below.details, bunching.evidence, *largest_windows(below.days, as_of)),
        explanation=" ".join(_explanation(below, window, est, line, bunching)),
        clears=(
            f"A declaration of what ran from {peak.start} up to {peak.end}: then it is known, though no duty follows "
            "from an amount below the line; or measured utilisation (x_TensorActive) that brings the estimate below "
            "four fifths of the line, with a statement that no other account had a part in the same run."
        ),
    )


def _explanation(below: Below, window: Window, est: int, line: HeldLine, bunching: Bunching) -> Iterator[str]:
    peak = below.peak
    yield wording.used(below.what, window, est, peak.cap_flop)
    yield wording.line_rule(line.rule)
    yield (
        f"That is {_percent(peak, line)} of the line, and no longer stretch of days holds enough to pass it"
        f"{'; by the bound it may be past it.' if peak.cap_flop >= line.first_past else '.'}"
    )
    yield wording.tiers(set(below.tiers))
    yield "No declaration overlaps these days. A run that is sized to stay below the line looks like this."
    yield _crowd(bunching)


def _crowd(bunching: Bunching) -> str:
    counts = (
        f"Of all subjects, {bunching.just_below} lie between four fifths of the line and the line, {bunching.below} in "
        f"the equal stretch before and {bunching.just_above} in the one after it"
    )
    if bunching.p_e6 <= NOTABLE_E6:
        return f"{counts}: so many by chance are {_odds(bunching.p_e6)} to one against, so some keep below on purpose."
    return f"{counts}, which is no more than chance allows."


def _odds(p_e6: int) -> str:
    return f"{(10**6 - p_e6) // max(p_e6, 1):,}"


def _percent(peak: Rolling, line: HeldLine) -> str:
    """Rounded down: what is below the line never reads as all of it."""
    tenths = peak.est_e4 * 1000 // (line.flop * PER_FLOP)
    return f"{tenths // 10}.{tenths % 10} %"
