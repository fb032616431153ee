"""One finding on the page: its sentence, its figures, its chart, why, what would clear it, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from plimsoll.assess.assessment import AccountSeries, DayPoint, HourSeries, PinnedRule
from plimsoll.assess.evidence import FigureEvidence, GapEvidence, SkuEvidence
from plimsoll.assess.finding import Code, Finding, Severity
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.evidence import amount_text, evidence_tables
from plimsoll.assess.report.figures import (
    Figure,
    count,
    cut,
    day,
    deciding,
    exact_flop,
    flop_with_unit,
    long_text,
    name,
    of_line,
    prose,
    short_day,
    short_time,
)
from plimsoll.assess.report.group_section import NO_HOURS, pictures
from plimsoll.assess.report.load_line import Caption, LoadLine
from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.assess.report.series import Crossing, Moment, series, series_scale
from plimsoll.assess.report.words import STATE, about_line, is_past, load_line


def finding_section(
    finding: Finding,
    rule: PinnedRule,
    account: AccountSeries | None,
    hours: Mapping[str, HourSeries] = NO_HOURS,
    *,
    full: bool,
) -> Markup:
    """The finding as an article.

    Args:
        finding: what was found.
        rule: the law it was held against.
        account: the subject's days, where the subject is an account.
        hours: by account, hour by hour, for the picture of several accounts beside each other.
        full: with chart and open evidence; otherwise short, with the evidence folded away on screen.
    """
    evidence = evidence_tables(finding.evidence)
    exact = element(
        "p", element("a", "Every figure to the last operation", href=f"#{finding.id}-exact"), class_="to-exact"
    )
    return element(
        "article",
        element("h3", cut(finding.title), id=f"{finding.id}-title"),
        element(
            "p",
            f"Finding {finding.id} · {finding.code.value} · {finding.severity.value} · ",
            name(finding.subject),
            class_="kicker",
        ),
        deciding(_figures(finding, rule)) if full else _figures_in_words(_figures(finding, rule)),
        _chart(finding, rule, account) if full and account is not None and about_line(finding) else None,
        pictures(finding, hours) if full else None,
        element("div", long_text(finding.explanation), class_="why"),
        element("div", element("p", element("strong", "What would clear it. "), prose(finding.clears)), class_="clear"),
        evidence if full else element("details", element("summary", "Evidence"), evidence),
        exact if about_line(finding) else None,
        id=finding.id,
        class_=f"finding {finding.severity.value}",
        aria_labelledby=f"{finding.id}-title",
    )


def _figures(finding: Finding, rule: PinnedRule) -> list[Figure]:
    return _line_figures(finding, rule) if about_line(finding) else _data_figures(finding)


def _line_figures(finding: Finding, rule: PinnedRule) -> list[Figure]:
    estimate, bound, line = finding.est_flop or 0, finding.cap_flop or 0, finding.line_flop or 0
    past, bound_past = is_past(rule, estimate), is_past(rule, bound)
    window = finding.window
    within = f"Estimate, {count(window.days, 'day')}" if window else "Estimate"
    covered = finding.covered_flop
    standing = f"{of_line(estimate, line)}, {'past' if past else 'not past'} it"
    reach = f"every accelerator at full speed; {'past' if bound_past else 'not past'} the line"
    part = "no declaration covers these days"
    if covered and estimate:
        part = of_line(covered, estimate, "the estimate")
    figures = [
        Figure(within, flop_with_unit(estimate), standing, past=past),
        Figure("Bound", flop_with_unit(bound), reach),
        Figure("Declared", flop_with_unit(covered) if covered else "nothing", part),
    ]
    if window is not None and window.crossed_on is not None:
        forecast = finding.code is Code.APPROACHING_LINE
        what = "Forecast to pass" if forecast else "Crossed" if past else "Bound crossed"
        caveat = f"largest from {short_day(window.start)} up to {short_day(window.end)}"
        figures.append(Figure(what, short_time(window.crossed_on), "if the rate of use holds" if forecast else caveat))
    return figures


def _data_figures(finding: Finding) -> list[Figure]:
    skus = [item for item in finding.evidence if isinstance(item, SkuEvidence)]
    gaps = [item for item in finding.evidence if isinstance(item, GapEvidence)]
    wrong = [item for item in finding.evidence if isinstance(item, FigureEvidence)]
    figures: list[Figure] = []
    if skus:
        figures.append(Figure("Rows not counted", f"{sum(item.rows for item in skus):,}", "compute of unknown size"))
    if gaps:
        figures.append(Figure("Months missing", f"{len(gaps):,}", f"first {min(item.month for item in gaps)}"))
    for item in wrong[:1]:
        figures.append(Figure("Stated", amount_text(item.value, item.unit), name(item.name)))
        figures.append(Figure("Limit", amount_text(item.limit, item.unit), name(item.place)))
    if finding.est_flop is not None:
        figures.append(Figure("Estimate", flop_with_unit(finding.est_flop), "compute concerned"))
    return figures[:4]


def _figures_in_words(figures: list[Figure]) -> Markup | None:
    if not figures:
        return None
    parts: list[Child] = [join([f"{figure.label}: ", element("strong", figure.value)]) for figure in figures]
    return element("p", join(parts, " · "), class_="in-words")


def _chart(finding: Finding, rule: PinnedRule, account: AccountSeries) -> Markup | None:
    if len(account.points) < 2 or finding.window is None or account.window_days != finding.window.days:
        return None
    covered = finding.covered_flop or None
    moments = [Moment(point.day, point.est_window, point.cap_window) for point in account.points]
    line, crossing = load_line(rule, account.window_days), _crossing(finding, rule)
    when = f" {crossing.words} {short_day(crossing.day)}." if crossing else ""
    caption = Caption(
        f"{finding.id}-chart",
        f"Compute of {account.subject} in any {account.window_days} days, against the line",
        f"{finding.title}.{when} State: {STATE[finding.code]}.",
    )
    return join(
        [
            element(
                "figure",
                series(caption, moments, line, crossing, declared=covered),
                element("figcaption", _reading(account, moments, line)),
            ),
            element("details", element("summary", "The chart as a table"), _table(account, finding)),
        ]
    )


def _reading(account: AccountSeries, moments: list[Moment], line: LoadLine) -> str:
    return (
        f"Each day shows the {account.window_days} days that end with it. Filled: the estimate. Broken: the bound. "
        + series_scale(moments, line).reason
    )


def _crossing(finding: Finding, rule: PinnedRule) -> Crossing | None:
    if finding.window is None or finding.window.crossed_on is None:
        return None
    on = finding.window.crossed_on
    if finding.severity is Severity.WATCH:
        return Crossing(on, "forecast", rule.line_flop, projected=True)
    words = "crossed" if is_past(rule, finding.est_flop or 0) else "bound crossed"
    return Crossing(on, words, rule.line_flop)


def _table(account: AccountSeries, finding: Finding) -> Markup:
    columns = (
        Column(f"{count(account.window_days, 'day')} up to and with"),
        Column("Estimate, FLOP", number=True),
        Column("Bound, FLOP", number=True),
    )
    crossed = finding.window.crossed_on if finding.window else None
    rows: list[list[Child]] = [
        [day(point.day), exact_flop(point.est_window), exact_flop(point.cap_window)]
        for point in account.points
        if _told(point, account, crossed is not None and point.day == crossed)
    ]
    return datatable("The ends of months, the day of crossing and the last day", columns, rows, wide=True)


def _told(point: DayPoint, account: AccountSeries, crossed: bool) -> bool:
    month_ends = (point.day + timedelta(days=1)).day == 1
    return crossed or month_ends or point is account.points[-1]
