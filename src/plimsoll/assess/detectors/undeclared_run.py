"""`undeclared-run`: an account passed the line, and no declaration names it in that time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import Crossing, Remedy, find_crossing, find_remedy, largest_windows
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, by_day, whole_flop
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding


def undeclared_run(account: AccountUse, line: HeldLine, coverage: Coverage, as_of: date) -> Iterator[Finding]:
    """At most one finding: high when the estimate is past the line, ask when only the bound is.

    Args:
        account: its metered usage; days from `as_of` on are not looked at.
        coverage: the declarations that name the account.
    """
    days = by_day([account], as_of)
    crossing = find_crossing(days, line, coverage, as_of)
    if crossing is None or coverage.overlapping(crossing.peak.start, crossing.peak.end):
        return
    use = account.evidence(crossing.peak.start, crossing.peak.end)
    est = whole_flop(crossing.peak.est_e4)
    high = crossing.severity is Severity.HIGH
    remedy = find_remedy(days, line, coverage, as_of)
    yield new_finding(
        Code.UNDECLARED_RUN,
        crossing.severity,
        account.subject,
        title=_title(account.subject, crossing, high),
        window=crossing.window,
        cap_flop=crossing.peak.cap_flop,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=crossing.covered_flop,
        evidence=(line.rule, *use, *largest_windows(days, as_of)),
        explanation=" ".join(
            [
                wording.used(account.subject, crossing.window, est, crossing.peak.cap_flop),
                wording.line_rule(line.rule),
                wording.crossed(crossing.window, remedy, by_estimate=high),
                wording.tiers({part.tier for part in use}),
                _nothing_declared(coverage),
                *_tags(account, crossing.window),
            ]
        ),
        clears=" ".join(_clears(remedy, line, open_to_measurement=high and any(part.tier != "A" for part in use))),
    )


def _clears(remedy: Remedy, line: HeldLine, *, open_to_measurement: bool) -> Iterator[str]:
    yield (
        f"A declaration of the run on this account from {remedy.start} up to {remedy.end} that covers "
        f"{wording.enough(remedy.flop)} or more; or, if unrelated customers share the account, reports that give each "
        "of them an account of its own."
    )
    if open_to_measurement:
        yield (
            f"Measured utilisation that brings the estimate to {wording.under_line(line)} over every stretch of days "
            "makes it a question."
        )


def _title(subject: str, crossing: Crossing, high: bool) -> str:
    if high:
        return f"{subject} passed the line over {crossing.peak.days} days, and no run was declared"
    return f"{subject} may have passed the line over {crossing.peak.days} days, and no run was declared"


def _tags(account: AccountUse, window: Window) -> Iterator[str]:
    tags = {row.run for row in account.rows if row.run and window.start <= row.day < window.end}
    if tags:
        yield (
            f"Part of the usage is tagged {listed(sorted(tags))}, but no declaration of that id names this account for "
            "these days."
        )


def _nothing_declared(coverage: Coverage) -> str:
    if coverage.misspelt:
        return (
            f"No declaration names this account; one names {listed(coverage.misspelt)}, which differs only in "
            "spelling and therefore covers nothing here."
        )
    if not coverage.declarations:
        return "No declaration names this account."
    names = listed(declaration.id for declaration in coverage.declarations)
    return f"The declarations that name this account ({names}) do not overlap these days."
