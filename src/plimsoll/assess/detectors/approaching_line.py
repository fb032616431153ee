"""`approaching-line`: at the rate of the last two weeks an account passes the line within ninety days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import find_crossing
from plimsoll.assess.detectors.figures import WINDOWS, AccountUse, DayUse, HeldLine, by_day, surely_exceeds, whole_flop
from plimsoll.assess.evidence import ForecastEvidence
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding

BASIS_DAYS = 14
"""The rate is that of this many last days before the assessment's date."""
HORIZON_DAYS = 90
"""How far ahead the rate is trusted."""
LONGEST = max(WINDOWS)


def approaching_line(account: AccountUse, line: HeldLine, coverage: Coverage, as_of: date) -> Iterator[Finding]:
    """At most one finding, for an account whose estimate is past the line in no window that declarations leave open.

    The longest window is carried forward day by day: old days drop out of it, new days come in at the rate. Nothing is
    found when what was declared for those days covers the projected amount, and nothing beyond the end of a declared
    run that the recent use belongs to.
    """
    days = by_day([account], as_of)
    projections = list(_projections(days, line, coverage, as_of))
    if not projections:
        return
    past = find_crossing(days, line, coverage, as_of)
    if past is not None and past.peak.est_e4 >= line.first_past_e4:
        return
    crosses_on, projected = projections[0].last, projections[0].est_flop
    missing = max(projection.est_flop + 1 - projection.declared_flop for projection in projections)
    rate_e4, _ = _recent(days, as_of)
    window = Window(crosses_on - timedelta(days=LONGEST - 1), crosses_on + timedelta(days=1), crosses_on)
    so_far = [use for use in days if window.start <= use.day]
    est = whole_flop(sum(use.est_e4 for use in so_far))
    cap = sum(use.cap_flop for use in so_far)
    forecast = ForecastEvidence(BASIS_DAYS, whole_flop(rate_e4), crosses_on, (crosses_on - as_of).days + 1)
    covered = coverage.flop(window.start, window.end)
    yield new_finding(
        Code.APPROACHING_LINE,
        Severity.WATCH,
        account.subject,
        title=_title(account.subject, crosses_on, already=est >= line.first_past),
        window=window,
        cap_flop=cap,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=covered,
        evidence=(
            line.rule,
            forecast,
            *coverage.evidence(window.start, window.end),
            *account.evidence(window.start, window.end),
        ),
        explanation=" ".join(
            [
                f"{account.subject} has used an estimated {wording.amount(est)} since {so_far[0].day},",
                f"{wording.amount(whole_flop(rate_e4))} of it in the {BASIS_DAYS} days before {as_of}.",
                f"At that rate it reaches {wording.amount(projected)} within {LONGEST} days on {crosses_on},",
                f"which is day {forecast.days_left} from {as_of} on.",
                wording.line_rule(line.rule),
                f"Declarations cover {wording.amount(covered)}." if covered else "No declaration covers it.",
            ]
        ),
        clears=(
            f"A declaration of the run, made before {crosses_on}, that covers {wording.enough(missing)}"
            f"{' more' if covered else ' or more'}, enough for the present rate until {projections[-1].last}; "
            "or use so much lower that the forecast no longer holds."
        ),
    )


def _title(subject: str, crosses_on: date, *, already: bool) -> str:
    if already:
        return f"{subject} is past the line as declared, and outruns its declaration on {crosses_on}"
    return f"{subject} passes the line on {crosses_on} at its present rate"


@dataclass(frozen=True, slots=True)
class _Projection:
    """The longest window as it will be at the end of the day `last`: past the line and surely unexplained."""

    last: date
    est_flop: int
    declared_flop: int


def _projections(days: Sequence[DayUse], line: HeldLine, coverage: Coverage, as_of: date) -> Iterator[_Projection]:
    """Every such day within the horizon, in order.

    Everything is compared times `BASIS_DAYS`, so that a daily rate need not be a whole number.
    """
    recent, recent_prior = _recent(days, as_of)
    if recent <= 0:
        return
    inside = [use for use in days if (as_of - use.day).days < LONGEST]
    held, held_prior = sum(use.est_e4 for use in inside), sum(use.prior_e4 for use in inside)
    dropped = 0
    for ahead in range(1, _horizon(coverage, as_of) + 1):
        last = as_of + timedelta(days=ahead - 1)
        while dropped < len(inside) and (last - inside[dropped].day).days >= LONGEST:
            held, held_prior = held - inside[dropped].est_e4, held_prior - inside[dropped].prior_e4
            dropped += 1
        projected = held * BASIS_DAYS + recent * ahead
        if projected < line.first_past_e4 * BASIS_DAYS:
            continue
        declared = coverage.flop(last - timedelta(days=LONGEST - 1), last + timedelta(days=1))
        if surely_exceeds(projected, held_prior * BASIS_DAYS + recent_prior * ahead, declared * BASIS_DAYS):
            yield _Projection(last, whole_flop(projected // BASIS_DAYS), declared)


def _horizon(coverage: Coverage, as_of: date) -> int:
    """How many days ahead the rate is trusted: while a declared run is behind it, only as long as that run lasts."""
    behind = coverage.overlapping(as_of - timedelta(days=BASIS_DAYS), as_of)
    if not behind or any(declaration.end is None for declaration in behind):
        return HORIZON_DAYS
    last = max(declaration.end for declaration in behind if declaration.end is not None)
    return max(0, min(HORIZON_DAYS, (last - as_of).days))


def _recent(days: Sequence[DayUse], as_of: date) -> tuple[int, int]:
    """The estimate of the last days, and the part of it that rests on a prior."""
    recent = [use for use in days if use.day >= as_of - timedelta(days=BASIS_DAYS)]
    return sum(use.est_e4 for use in recent), sum(use.prior_e4 for use in recent)
