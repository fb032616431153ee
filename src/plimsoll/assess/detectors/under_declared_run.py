"""`under-declared-run`: a run was declared, but more compute was used than it covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage, declared_as_evidence
from plimsoll.assess.detectors.crossing import find_crossing, find_remedy, largest_windows
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, by_day, surely_exceeds, whole_flop
from plimsoll.assess.evidence import UsageEvidence
from plimsoll.assess.finding import TOGETHER, Code, Finding, Severity, Window, new_finding


@dataclass(frozen=True, slots=True)
class TaggedUse:
    """All usage that providers tagged with the id of one run, whatever the account.

    Attributes:
        first, last: the first and last UTC day of use.
        prior_e4: the part of `est_e4` that rests on a prior (tier C).
        use: the same per account, chip and tier.
    """

    run: str
    first: date
    last: date
    cap_flop: int
    est_e4: int
    prior_e4: int
    use: tuple[UsageEvidence, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The accounts whose usage carries the tag."""
        return tuple(sorted({f"{part.provider}/{part.account}" for part in self.use}))


def under_declared_run(
    accounts: Sequence[AccountUse], line: HeldLine, coverage: Coverage, as_of: date
) -> Iterator[Finding]:
    """At most one finding for one account, or for several that share declared runs and are judged together.

    Past the line and beyond the high bounds of every overlapping declaration; `find_crossing` says how strong that is.
    """
    if not coverage.declarations:
        return
    days = by_day(accounts, as_of)
    crossing = find_crossing(days, line, coverage, as_of)
    if crossing is None:
        return
    peak = crossing.peak
    declarations = coverage.evidence(peak.start, peak.end)
    if not declarations:
        return
    subject = TOGETHER.join(account.subject for account in accounts)
    use = tuple(part for account in accounts for part in account.evidence(peak.start, peak.end))
    est = whole_flop(peak.est_e4)
    high, past = crossing.severity is Severity.HIGH, peak.est_e4 >= line.first_past_e4
    remedy = find_remedy(days, line, coverage, as_of)
    yield new_finding(
        Code.UNDER_DECLARED_RUN,
        crossing.severity,
        subject,
        title=_title(subject, high=high, past=past),
        window=crossing.window,
        cap_flop=peak.cap_flop,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=crossing.covered_flop,
        evidence=(line.rule, *declarations, *use, *largest_windows(days, as_of)),
        explanation=" ".join(
            [
                wording.used(subject, crossing.window, est, peak.cap_flop),
                wording.declared(declarations, crossing.covered_flop),
                wording.line_rule(line.rule),
                wording.crossed(crossing.window, remedy, by_estimate=past),
                wording.tiers({part.tier for part in use}),
            ]
        ),
        clears=(
            f"An amended declaration, or a further one, that covers {wording.enough(remedy.flop)} more from "
            f"{remedy.start} up to {remedy.end}; or measured utilisation that brings the estimate down to what was "
            "declared, over every stretch of days."
        ),
    )


def _title(subject: str, *, high: bool, past: bool) -> str:
    if high:
        return f"{subject} used more compute than was declared, past the line"
    if past:
        return f"{subject} passed the line, perhaps with more compute than was declared"
    return f"{subject} used more compute than was declared by estimate, and may have passed the line"


def under_declared_tag(tagged: TaggedUse, run: DeclarationSeen, line: HeldLine) -> Iterator[Finding]:
    """At most one finding for a declared run whose own tagged usage surely exceeds what it declares.

    High when the tagged estimate is past the line, ask when the declaration is merely wrong. The subject is the
    account, or the accounts, so that it can be told that another finding is about the same matter.
    """
    if not surely_exceeds(tagged.est_e4, tagged.prior_e4, run.covered_flop):
        return
    est = whole_flop(tagged.est_e4)
    high = tagged.est_e4 >= line.first_past_e4
    window = Window(tagged.first, date.fromordinal(tagged.last.toordinal() + 1))
    declaration = declared_as_evidence(run)
    yield new_finding(
        Code.UNDER_DECLARED_RUN,
        Severity.HIGH if high else Severity.ASK,
        TOGETHER.join(tagged.subjects),
        title=f'The run "{run.id}" used more compute than it declares',
        window=window,
        cap_flop=tagged.cap_flop,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=run.covered_flop,
        evidence=(line.rule, declaration, *tagged.use),
        explanation=" ".join(
            [
                f'Usage that providers tagged with the run "{run.id}" adds up to an estimated {wording.amount(est)}',
                f"in {wording.span(window.start, window.end)}; the bound is {wording.amount(tagged.cap_flop)}.",
                f"Its declaration covers {wording.amount(run.covered_flop)}.",
                wording.line_rule(line.rule),
                "The tagged estimate is past that line." if high else "The tagged estimate is not past that line.",
                wording.tiers({part.tier for part in tagged.use}),
            ]
        ),
        clears=(
            f"An amended declaration of this run that covers {wording.enough(est)}; "
            "or corrected reports, if usage carries its tag by mistake."
        ),
    )
