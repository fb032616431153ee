"""`impossible-figure`: a declaration or a usage report states something that no computer can have done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import declared_as_evidence
from plimsoll.assess.evidence import NS_PER_HOUR, FigureEvidence
from plimsoll.assess.finding import Code, Finding, Severity, new_finding
from plimsoll.kernel.flop import flop_text

SHOWN = 20
"""How many single days or rows a finding lists as evidence; the explanation counts all of them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Figures of one declaration that limit each other.

    Attributes:
        computed_flop: point of what was declared as computed on its own hardware; None where nothing was.
        bound_flop: what the declared hardware can do at its dense peak in the declared time; None where it is unknown.
        utilisation: declared share of the peak.
    """

    declaration: DeclarationSeen
    computed_flop: int | None
    bound_flop: int | None
    utilisation: Fraction | None


@dataclass(frozen=True, slots=True)
class NegativeDay:
    """A day on which an account's corrections exceed its usage; `accel_ns` is below zero."""

    day: date
    accel_ns: int


@dataclass(frozen=True, slots=True)
class OverfullRow:
    """One machine that was used for longer than its charge period lasts.

    Attributes:
        machine_ns: machine time as reported; possible_ns: as the charge period allows.
    """

    file: str
    row: int
    resource: str
    machine_ns: int
    possible_ns: int


def impossible_claim(claim: Claim) -> Iterator[Finding]:
    """Declared compute above what the declared hardware can do; declared utilisation above 1."""
    declaration = claim.declaration
    place = declaration.file if declaration.line is None else f"{declaration.file}, line {declaration.line}"
    computed, bound = claim.computed_flop, claim.bound_flop
    if computed is not None and bound is not None and computed > bound:
        implied = Fraction(computed, bound) if bound else None
        yield new_finding(
            Code.IMPOSSIBLE_FIGURE,
            Severity.ASK,
            declaration.id,
            title=f'"{declaration.id}" declares more compute than its hardware can do',
            evidence=(
                declared_as_evidence(declaration),
                FigureEvidence("declared compute", flop_text(computed), flop_text(bound), "FLOP", place),
            ),
            explanation=(
                f'"{declaration.id}" by {declaration.developer} declares {wording.amount(computed)}. The hardware it '
                f"names, running at its dense peak all the time it names, can do at most {wording.amount(bound)}. "
                + (f"The implied utilisation is {_percent(implied)}. " if implied is not None else "")
                + "One of the figures is wrong, or hardware is missing; until that is settled, the declaration "
                "explains no more usage than its hardware can do."
            ),
            clears="An amended declaration: the missing hardware or time, or the right amount of compute.",
        )
    if claim.utilisation is not None and claim.utilisation > 1:
        yield new_finding(
            Code.IMPOSSIBLE_FIGURE,
            Severity.ASK,
            declaration.id,
            title=f'"{declaration.id}" declares a utilisation above 100 %',
            evidence=(
                declared_as_evidence(declaration),
                FigureEvidence("declared utilisation", _percent(claim.utilisation), "100 %", "of the peak", place),
            ),
            explanation=(
                f'"{declaration.id}" by {declaration.developer} declares that its accelerators reach '
                f"{_percent(claim.utilisation)} of their dense peak. Nothing reaches more than 100 %. Such a figure "
                "usually divides by a peak of another precision."
            ),
            clears="An amended declaration with the utilisation of the dense peak, named MFU or HFU.",
        )


def negative_usage(subject: str, days: Sequence[NegativeDay]) -> Iterator[Finding]:
    """An account whose corrections take back more than was used on a day."""
    if not days:
        return
    worst = min(days, key=lambda day: (day.accel_ns, day.day))
    count = "one day" if len(days) == 1 else f"{len(days):,} days"
    yield new_finding(
        Code.IMPOSSIBLE_FIGURE,
        Severity.DATA,
        subject,
        title=f"Corrections for {subject} take back more than was used on {count}",
        evidence=tuple(
            FigureEvidence("net use", _hours(day.accel_ns), "0", "accelerator-hours", f"{subject}, {day.day}")
            for day in sorted(days, key=lambda day: day.day)[:SHOWN]
        ),
        explanation=(
            f"After corrections, {subject} used less than nothing on {count}; on {worst.day} it was "
            f"{_hours(worst.accel_ns)} accelerator-hours. A correction belongs to the period that it corrects. As long "
            "as it stands elsewhere, windows that hold it are too low and others too high."
        ),
        clears="Corrections that name the charge period they correct, or the usage rows that are missing.",
    )


def overfull_usage(subject: str, rows: Sequence[OverfullRow]) -> Iterator[Finding]:
    """An account with machines that ran for longer than the time they were charged for."""
    if not rows:
        return
    worst = max(rows, key=lambda row: (Fraction(row.machine_ns, max(1, row.possible_ns)), row.file, -row.row))
    count, counted = ("One row", "It is counted") if len(rows) == 1 else (f"{len(rows):,} rows", "They are counted")
    yield new_finding(
        Code.IMPOSSIBLE_FIGURE,
        Severity.DATA,
        subject,
        title=f"{count} of {subject} report{'s' if len(rows) == 1 else ''} more hours than the charge period has",
        evidence=tuple(
            FigureEvidence(
                f"use of {row.resource}", _hours(row.machine_ns), _hours(row.possible_ns), "machine-hours",
                f"{row.file}, row {row.row}",
            )
            for row in sorted(rows, key=lambda row: (row.file, row.row))[:SHOWN]
        ),
        explanation=(
            f"{count} of {subject} report{'s' if len(rows) == 1 else ''} one machine as used for longer than the "
            f"charge period lasts: {worst.resource} in {worst.file}, row {worst.row}, with {_hours(worst.machine_ns)} "
            f"machine-hours where {_hours(worst.possible_ns)} are possible. {counted} as reported, so the "
            "account's figures may be too high."
        ),
        clears="Rows with the right quantity, unit or charge period; or one machine per row.",
    )  # fmt: skip


def _hours(accel_ns: int) -> str:
    """Accelerator-hours with up to three decimals, exact to that place, rounded down."""
    thousandths = abs(accel_ns) * 1_000 // NS_PER_HOUR
    text = f"{thousandths // 1_000:,}.{thousandths % 1_000:03}".rstrip("0").rstrip(".")
    return f"−{text}" if accel_ns < 0 else text


def _percent(share: Fraction) -> str:
    return f"{(share * 100).__floor__():,} %"
