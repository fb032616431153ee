"""The phrases that findings share, so that the same thing reads the same in every explanation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from plimsoll.assess.detectors.crossing import Remedy
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.evidence import DeclarationEvidence, RuleEvidence
from plimsoll.assess.finding import Window
from plimsoll.kernel.flop import show_flop

_FIGURES = 3
"""How many figures of an amount are shown."""

PAST = {"gt": "more than", "ge": "at least"}


def amount(flop: int) -> str:
    return f"{show_flop(flop)} FLOP"


def several(count: int, one: str, more: str) -> str:
    """``1 party``, ``12 parties``."""
    return f"{count:,} {one if count == 1 else more}"


def enough(flop: int) -> str:
    """An amount rounded up, so that whoever declares what is shown has declared enough."""
    step = 10 ** max(len(str(flop)) - _FIGURES, 0)
    return amount(-(-flop // step) * step)


def span(start: date, end: date) -> str:
    """``the 90 days from 2026-03-02 up to 2026-05-31``; the last day named is not part of it."""
    days = (end - start).days
    return f"the {days} days from {start} up to {end}" if days != 1 else f"the one day {start}"


def line_rule(rule: RuleEvidence) -> str:
    """``The line of conditional-treaty, proposed, is 1 × 10²⁵ FLOP; more than that is past it. Source: section 2.``"""
    status = rule.status.replace("_", " ")
    return (
        f"The line of {rule.rulebook}, {status}, is {amount(rule.line_flop)}; {PAST[rule.comparator]} that is past it. "
        f"Source: {rule.citation.rstrip('.')}."
    )


def used(subject: str, window: Window, est_flop: int, cap_flop: int) -> str:
    return (
        f"{subject} used an estimated {amount(est_flop)} in {span(window.start, window.end)}; "
        f"the accelerators could have done at most {amount(cap_flop)}."
    )


def crossed(window: Window, remedy: Remedy, *, by_estimate: bool) -> str:
    """When the line was first passed: over the window's length, and where that was earlier, over a longer one."""
    figure = "the estimate" if by_estimate else "the bound, not the estimate,"
    longer = ""
    if window.crossed_on is not None and remedy.first < window.crossed_on:
        longer = f", and over a longer stretch on {remedy.first}"
    return f"Over {window.days} days {figure} first passed the line on {window.crossed_on}{longer}."


def declared(evidence: Sequence[DeclarationEvidence], covered_flop: int) -> str:
    names = ", ".join(f'"{declaration.id}"' for declaration in evidence)
    if len(evidence) == 1:
        return f"The declaration {names}, which overlaps these days, covers {amount(covered_flop)}."
    return f"The declarations {names}, which overlap these days, cover {amount(covered_flop)} together."


def tiers(evidence_tiers: set[str]) -> str:
    """How much weight the estimate carries."""
    if evidence_tiers == {"A"}:
        return "The estimate rests on measured tensor activity."
    if evidence_tiers == {"B"}:
        return "The estimate rests on the utilisation that the developer declared and had attested."
    if evidence_tiers == {"C"}:
        return "The estimate assumes a typical utilisation for the declared kind of work; nothing was measured."
    return f"The estimate rests on evidence of several tiers ({', '.join(sorted(evidence_tiers))})."


def under_line(line: HeldLine) -> str:
    """``an amount that is not past the line``, in figures."""
    return f"{amount(line.flop)} or less" if line.rule.comparator == "gt" else f"less than {amount(line.flop)}"
