"""The words of the report that depend on the law or on a finding's kind: one phrase for one thing, everywhere."""

from __future__ import annotations

from plimsoll.assess.assessment import AccountSeries, PinnedRule
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.report.figures import flop_words
from plimsoll.assess.report.load_line import LoadLine

STRENGTH = {
    Severity.HIGH: "the estimate is past the line: presumed, and the subject must answer",
    Severity.ASK: (
        "only the bound is past the line, or more may have been used than was declared, or a figure contradicts "
        "itself: the authority must ask"
    ),
    Severity.WATCH: "nothing is past the line yet; at the present rate it will be",
    Severity.DATA: "the input is incomplete or inconsistent, so other answers may be wrong",
}

STATE = {
    Code.UNDECLARED_RUN: "undeclared run",
    Code.UNDER_DECLARED_RUN: "declares less than it used",
    Code.APPROACHING_LINE: "approaching the line",
    Code.UNMAPPED_SKU: "product not recognised",
    Code.MISSING_REPORT: "report missing",
    Code.IMPOSSIBLE_FIGURE: "impossible figure",
    Code.SPLIT_RUN: "split run",
    Code.SYNCHRONISED_ACCOUNTS: "accounts in step",
    Code.JUST_BELOW: "just below the line",
    Code.RESELLER_BLIND: "customers of a reseller unknown",
    Code.HIGH_RISK_PROFILE: "high-risk profile",
    Code.KYC_CONTRADICTION: "records contradict usage",
    Code.UNKNOWN_CUSTOMER: "customer unknown",
    Code.DOUBLE_REPORT: "reported twice",
}

OUTCOMES = {
    "accelerator": "Accelerator use: counted",
    "other": "Other products: not compute that counts",
    "unused_commitment": "Reserved but not used: reported apart",
    "unmapped": "Product not recognised: not counted",
    "rejected": "Rejected: unreadable or contradictory",
}


def line_text(rule: PinnedRule) -> str:
    """``10²⁵ FLOP``."""
    return f"{flop_words(rule.line_flop)} FLOP"


def line_rule(rule: PinnedRule) -> str:
    """What lies past the line, in words that leave no doubt about the line itself."""
    if rule.comparator == "gt":
        return f"more than {line_text(rule)}; exactly on the line is not past it"
    return f"{line_text(rule)} or more; exactly on the line is past it"


def is_past(rule: PinnedRule, amount: int) -> bool:
    """Whether an amount is past the line as the provision compares it."""
    return amount > rule.line_flop if rule.comparator == "gt" else amount >= rule.line_flop


def load_line(rule: PinnedRule, days: int | None) -> LoadLine:
    """The line for a chart whose amounts add up `days` days; None where they differ."""
    return LoadLine(rule.line_flop, f"the line: {line_text(rule)}", f" in any {days} days" if days else "")


def about_line(finding: Finding) -> bool:
    """Whether the finding holds metered compute against the line."""
    return finding.line_flop is not None and finding.est_flop is not None and finding.cap_flop is not None


def peak(account: AccountSeries) -> tuple[int, int]:
    """The largest estimate and the largest bound of any window of the account, in FLOP."""
    return (
        max((point.est_window for point in account.points), default=0),
        max((point.cap_window for point in account.points), default=0),
    )
