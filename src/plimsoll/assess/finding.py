"""A finding: what was seen, under which rule, on which evidence, and what would clear it. Findings are never edited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from plimsoll.assess.evidence import Evidence
from plimsoll.kernel.canonical import JsonValue
from plimsoll.kernel.flop import flop_text
from plimsoll.kernel.ids import content_id


class Code(Enum):
    """What kind of finding this is. `docs/reference/findings.md` explains each."""

    SPLIT_RUN = "split-run"
    UNDECLARED_RUN = "undeclared-run"
    UNDER_DECLARED_RUN = "under-declared-run"
    APPROACHING_LINE = "approaching-line"
    UNMAPPED_SKU = "unmapped-sku"
    MISSING_REPORT = "missing-report"
    IMPOSSIBLE_FIGURE = "impossible-figure"
    SYNCHRONISED_ACCOUNTS = "synchronised-accounts"
    JUST_BELOW = "just-below"
    RESELLER_BLIND = "reseller-blind"
    HIGH_RISK_PROFILE = "high-risk-profile"
    KYC_CONTRADICTION = "kyc-contradiction"
    UNKNOWN_CUSTOMER = "unknown-customer"
    DOUBLE_REPORT = "double-report"


class Severity(Enum):
    """How strong the finding is, from presumption to housekeeping."""

    HIGH = "high"
    """The central estimate is past the line and no declaration explains it: presumptive, the subject must answer."""
    ASK = "ask"
    """Only the bound is past the line, or more may have been used than was declared, or a figure contradicts itself:
    the authority must ask."""
    WATCH = "watch"
    """Nothing is past the line yet; at the present rate it will be."""
    DATA = "data"
    """The input is incomplete or inconsistent, so other answers may be wrong."""

    @property
    def rank(self) -> int:
        """3 for high down to 0 for data."""
        return {"high": 3, "ask": 2, "watch": 1, "data": 0}[self.value]


TOGETHER = " + "
"""Stands between the accounts of a subject that is several of them."""


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of whole UTC days that the figures of a finding add up.

    Attributes:
        start: first day, included.
        end: the day after the last, excluded.
        crossed_on: the first day on which a window of this length was past the line; for `approaching-line` the
            forecast day; None where the finding is not about the line.
    """

    start: date
    end: date
    crossed_on: date | None = None

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one subject.

    Attributes:
        id: derived from the content, ``F-`` and 16 hexadecimal digits: the same finding has the same id anywhere.
        subject: "provider/account" for usage, a declaration's id, a provider's id, or "provider/sku".
        title: the finding as one sentence, fit for a heading.
        window: the days that the figures cover; None where no stretch of time is concerned.
        cap_flop, est_flop: bound and central estimate inside the window; None where usage is not the matter.
        line_flop: the line it was held against; None where no line is concerned.
        covered_flop: declared compute (high bound) of the subject's runs that overlap the window; None as above.
        explanation: plain words naming rule, figures and dates; several sentences.
        clears: what would clear it.
    """

    id: str
    code: Code
    severity: Severity
    subject: str
    title: str
    window: Window | None
    cap_flop: int | None
    est_flop: int | None
    line_flop: int | None
    covered_flop: int | None
    evidence: tuple[Evidence, ...]
    explanation: str
    clears: str


def new_finding(
    code: Code,
    severity: Severity,
    subject: str,
    *,
    title: str,
    evidence: tuple[Evidence, ...],
    explanation: str,
    clears: str,
    window: Window | None = None,
    cap_flop: int | None = None,
    est_flop: int | None = None,
    line_flop: int | None = None,
    covered_flop: int | None = None,
) -> Finding:
    """A finding with the id that its content gives it."""
    content: dict[str, JsonValue] = {
        "code": code.value,
        "severity": severity.value,
        "subject": subject,
        "window": None if window is None else [str(window.start), str(window.end), str(window.crossed_on)],
        "figures": [
            None if flop is None else flop_text(flop) for flop in (cap_flop, est_flop, line_flop, covered_flop)
        ],
        "explanation": explanation,
    }
    return Finding(
        content_id("F", content), code, severity, subject, title, window,
        cap_flop, est_flop, line_flop, covered_flop, evidence, explanation, clears,
    )  # fmt: skip


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Strongest first, then by code in the order of `Code`, then by estimate, largest first, then by subject."""
    codes = {code: place for place, code in enumerate(Code)}
    return tuple(sorted(findings, key=lambda f: (-f.severity.rank, codes[f.code], -(f.est_flop or 0), f.subject, f.id)))
