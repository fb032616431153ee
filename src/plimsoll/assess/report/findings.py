"""All findings: first a table that the eye can run down, then a section each, strongest first."""

from __future__ import annotations

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.finding import Finding, Severity
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import capital, count, cut, exact_flop, flop, number_word, share
from plimsoll.assess.report.finding_section import finding_section
from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.assess.report.words import STRENGTH, about_line

CHARTED = 24
"""How many findings get a chart and open evidence. With 500 findings the file stays well under 5 MB."""
TOLD = 1_000
"""How many findings get a section of their own; a page of more than 10 MB opens nowhere."""

_LOOKED_FOR = (
    "No account's use is past the line without a declaration that covers it.",
    "No declared run used more than it declared.",
    "No account will pass the line soon at its present rate.",
    "No product in the usage went unrecognised, and no provider left out a month.",
    "No declared or metered figure is impossible.",
)


def findings(assessment: Assessment) -> Markup:
    """The table and the sections; where there is nothing to tell, what was looked for."""
    found = assessment.findings
    if not found:
        return _none(assessment)
    accounts = {account.subject: account for account in assessment.accounts}
    hours = {series.subject: series for series in assessment.hours}
    heading = "One finding" if len(found) == 1 else f"{capital(number_word(len(found)))} findings, strongest first"
    return element(
        "section",
        element("h2", heading, id="findings"),
        _legend(found),
        _table(found) if len(found) > 1 else None,
        _limits(len(found)),
        [
            finding_section(finding, assessment.rule, accounts.get(finding.subject), hours, full=index < CHARTED)
            for index, finding in enumerate(found[:TOLD])
        ],
        aria_labelledby="findings",
    )


def exact_figures(assessment: Assessment) -> Markup | None:
    """Every figure of every finding about the line, to the last operation: the print line of the rounded ones."""
    told = [finding for finding in assessment.findings[:TOLD] if about_line(finding)]
    if not told:
        return None
    columns = (
        Column("Finding"),
        Column("Estimate, FLOP", number=True),
        Column("Bound, FLOP", number=True),
        Column("Declared, FLOP", number=True),
    )
    rows: list[list[Child]] = [
        [
            element("a", finding.id, href=f"#{finding.id}", id=f"{finding.id}-exact", class_="kind"),
            exact_flop(finding.est_flop),
            exact_flop(finding.cap_flop),
            exact_flop(finding.covered_flop or 0),
        ]
        for finding in told
    ]
    return element(
        "section",
        element("h2", "Every figure to the last operation", id="exact"),
        element(
            "p",
            "Figures elsewhere are rounded for the eye; comparisons use these. The line is ",
            exact_flop(assessment.rule.line_flop),
            " FLOP.",
        ),
        datatable("Exact figures of the findings about the line", columns, rows, wide=True),
        aria_labelledby="exact",
    )


def _legend(found: tuple[Finding, ...]) -> Markup:
    present = [severity for severity in Severity if any(finding.severity is severity for finding in found)]
    parts: list[Child] = [
        join([element("strong", capital(severity.value)), f": {STRENGTH[severity]}."]) for severity in present
    ]
    return element("p", join(parts, " "), class_="lead")


def _table(found: tuple[Finding, ...]) -> Markup:
    columns = (
        Column("Finding"),
        Column("Kind"),
        Column("Strength"),
        Column("Estimate, FLOP", number=True),
        Column("Bound, FLOP", number=True),
        Column("Of the line", number=True),
    )
    cells = [_cells(finding, told=index < TOLD) for index, finding in enumerate(found)]
    return datatable("All findings", columns, cells, wide=True)


def _cells(finding: Finding, *, told: bool) -> list[Child]:
    past = finding.severity is Severity.HIGH
    strength = element("strong", "high", class_="load-text") if past else finding.severity.value
    kind = element("span", finding.code.value, class_="kind")
    words = cut(finding.title)
    title = element("a", words, href=f"#{finding.id}") if told else words
    if not about_line(finding):
        return [title, kind, strength, "–", "–", "–"]
    of_line = share(finding.est_flop or 0, finding.line_flop or 0)
    return [title, kind, strength, flop(finding.est_flop), flop(finding.cap_flop), of_line]


def _limits(number: int) -> Markup | None:
    if number <= CHARTED:
        return None
    rest = f"The {CHARTED} strongest have a chart and open evidence below; "
    if number > TOLD:
        rest += (
            f"the {TOLD - CHARTED:,} after them have the same words with their evidence folded. "
            f"The last {number - TOLD:,} stand in the table alone; the JSON form has all of every finding. "
        )
    else:
        rest += f"the other {number - CHARTED:,} have the same words with their evidence folded. "
    return element("p", rest, "Printing unfolds everything.", class_="notice calm")


def _unseen(assessment: Assessment) -> str:
    together = (
        "accounts whose common control no record shows"
        if assessment.parties is not None
        else "several accounts under common control that pass the line only together (nobody's records were given)"
    )
    return (
        f"Use that no provider reported, {together}, and machines that a developer owns. An account can stand past the "
        "line here without a finding when its declaration covers it."
    )


def _none(assessment: Assessment) -> Markup:
    totals = assessment.totals
    return element(
        "section",
        element("h2", "No finding: what was looked for, and how far that reaches", id="findings"),
        element(
            "p",
            f"The use of {count(totals.accounts, 'account')} at {count(totals.providers, 'provider')} was added up "
            "over every stretch of 30, 90, 180 and 365 days and held against the line, beside "
            f"{count(totals.declarations, 'declaration')}.",
        ),
        element("ul", *(element("li", text) for text in _LOOKED_FOR)) if totals.accounts else None,
        element(
            "div",
            element(
                "p",
                element("strong", "What this does not show. "),
                _unseen(assessment),
            ),
            class_="clear",
        ),
        aria_labelledby="findings",
    )
