"""The top of the report: the answer as a sentence, the figures that decide, and every subject against the line."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.assess.assessment import AccountSeries, Assessment, PinnedRule
from plimsoll.assess.finding import TOGETHER, Finding, Severity
from plimsoll.assess.report.bars import Bar, bars, bars_scale
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import (
    Figure,
    capital,
    count,
    day,
    deciding,
    exact_flop,
    flop,
    flop_with_unit,
    name,
    number_word,
    of_line,
    part_of_rows,
    share,
)
from plimsoll.assess.report.load_line import Caption
from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.assess.report.words import STATE, about_line, is_past, line_rule, line_text, load_line, peak

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one account stands: its largest window, the strongest finding about it, what it declared."""

    account: AccountSeries
    finding: Finding | None
    estimate: int
    bound: int

    @property
    def state(self) -> str:
        if self.finding is None:
            return "declared" if self.account.declarations else "no finding"
        words = STATE[self.finding.code]
        return f"ask: {words}" if self.finding.severity is Severity.ASK else words


def standings(assessment: Assessment) -> list[Standing]:
    """Every account that the assessment charts, largest estimate first.

    Accounts that are past their declaration only together are one subject, and none of them stands there a second time.
    """
    strongest: dict[str, Finding] = {}
    for finding in assessment.findings:
        if about_line(finding):
            strongest.setdefault(finding.subject, finding)
    together = {part for subject in strongest if TOGETHER in subject for part in subject.split(TOGETHER)}
    alone = (one for one in assessment.accounts if one.subject in strongest or one.subject not in together)
    found = [_standing(account, strongest.get(account.subject)) for account in alone]
    return sorted(found, key=lambda one: (-one.estimate, -one.bound, one.account.subject))


def overview(assessment: Assessment) -> Markup:
    """Everything from the sentence that answers down to the chart of all subjects."""
    stood = standings(assessment)
    facts = f"Assessment · {assessment.rule.title} · facts as of "
    return join(
        [
            element("p", facts, day(assessment.as_of), ", UTC", class_="kicker"),
            element("h1", assessment.headline),
            _law(assessment.rule),
            deciding(_figures(assessment, stood)),
            _chart(assessment.rule, assessment.totals.accounts, stood),
        ]
    )


def _standing(account: AccountSeries, finding: Finding | None) -> Standing:
    estimate, bound = peak(account)
    if finding is not None and finding.est_flop is not None and finding.cap_flop is not None:
        estimate, bound = finding.est_flop, finding.cap_flop
    return Standing(account, finding, estimate, bound)


def _law(rule: PinnedRule) -> Markup:
    warning = element(
        "p",
        element("strong", "This line is a placeholder. "),
        "The authority has not set it; the answers below hold only if it is set here. "
        "Another line can be tried with --line.",
        class_="notice",
    )
    return join(
        [
            element(
                "p",
                "The line: ",
                line_rule(rule),
                ". ",
                capital(rule.provision_title),
                f" ({rule.status.replace('_', ' ')}). Source: {rule.citation}.",
                class_="lead",
            ),
            warning if rule.placeholder else None,
        ]
    )


def _figures(assessment: Assessment, stood: list[Standing]) -> list[Figure]:
    counts = dict(assessment.totals.findings)
    high, ask = counts.get(Severity.HIGH, 0), counts.get(Severity.ASK, 0)
    watch, totals = counts.get(Severity.WATCH, 0), assessment.totals
    accounts = f"of {count(totals.accounts, 'account')} at {count(totals.providers, 'provider')}"
    unexplained = f"{accounts}; no declaration explains it" if high else accounts
    coming = f"; {watch:,} more on the way" if watch else ""
    figures = [
        Figure("Presumed past the line", f"{high:,}", unexplained, past=high > 0),
        Figure("To be asked", f"{ask:,}", f"past the line only by bound, or figures that do not fit{coming}"),
    ]
    if stood:
        largest, line, days = stood[0], assessment.rule.line_flop, stood[0].account.window_days
        figures.append(
            Figure(
                f"Largest {_kind(stood)}",
                flop_with_unit(largest.estimate),
                [f"{of_line(largest.estimate, line)} in {count(days, 'day')}; bound ", flop(largest.bound)],
                past=is_past(assessment.rule, largest.estimate),
            )
        )
    figures.append(_rows_read(assessment))
    return figures


def _rows_read(assessment: Assessment) -> Figure:
    totals = assessment.totals
    unmapped = sum(sku.rows for sku in assessment.data_quality.unmapped)
    read = totals.rows - totals.rejected
    caveat = f"of {count(totals.rows, 'row')}; {totals.rejected:,} rejected, {unmapped:,} with unknown product"
    return Figure("Usage rows read", part_of_rows(read, totals.rows), caveat)


def _chart(rule: PinnedRule, accounts: int, stood: list[Standing]) -> Markup:
    if not stood:
        return element(
            "section",
            element("h2", "The chart is empty until usage of accelerators comes in", id="standing"),
            element(
                "p",
                "Here every account will stand against the line. If the input should hold such usage already, look at "
                "the outcomes of its rows below, above all at products not recognised.",
            ),
            aria_labelledby="standing",
        )
    shown = stood[:_SHOWN]
    windows = {one.account.window_days for one in shown}
    line = load_line(rule, windows.pop() if len(windows) == 1 else None)
    items = [_bar(one) for one in shown]
    heading = _chart_heading(rule, stood, whole=_is_whole(rule, accounts, stood))
    caption = Caption(
        "standing-chart",
        f"Compute of the {count(len(shown), f'largest {_kind(stood)}')} against the line of {line_text(rule)}",
        f"{heading}. " + "; ".join(f"{one.account.subject} {share(one.estimate, rule.line_flop)}" for one in shown[:5]),
    )
    drawn = sum(one.account.subject.count(TOGETHER) + 1 for one in shown)
    which = f"the {len(shown)} largest of {count(accounts, 'account')}" if accounts > drawn else "all accounts"
    return element(
        "section",
        element("h2", heading, id="standing"),
        element(
            "figure",
            bars(caption, items, line),
            element(
                "figcaption",
                f"Each account over the days of its finding, else over its largest stretch; {which}. Solid: the "
                "estimate, orange past the line. "
                "Outline: the bound, every accelerator at full speed all the time. Upright tick: declared compute. ",
                bars_scale(items, line).reason,
            ),
        ),
        _table(rule, shown),
        aria_labelledby="standing",
    )


def _is_whole(rule: PinnedRule, accounts: int, stood: list[Standing]) -> bool:
    """Whether no account past the line can be missing: beside those with findings only the largest have a series."""
    return len(stood) >= accounts or any(one.finding is None and not is_past(rule, one.estimate) for one in stood)


def _chart_heading(rule: PinnedRule, stood: list[Standing], *, whole: bool) -> str:
    past = [one for one in stood if is_past(rule, one.estimate)]
    kind = _kind(stood)
    declared = sum(one.finding is None for one in past)
    nearest = of_line(stood[0].estimate, rule.line_flop)
    if not past:
        return f"No {kind} is past the line; the largest stands at {nearest}"
    if len(past) == 1:
        rest = "and its declaration covers it" if declared else f"at {nearest}"
        return f"One {kind} is past the line, {rest}"
    number = number_word(len(past)) if whole else f"at least {number_word(len(past))}"
    sentence = f"{capital(number)} {kind}s are past the line"
    if not declared:
        return f"{sentence}; the largest stands at {nearest}"
    covered = "all" if declared == len(past) else number_word(declared)
    return f"{sentence}; declarations cover {covered} of them"


def _kind(stood: list[Standing]) -> str:
    """What stands in the chart: accounts, or subjects where some are several accounts that share a declared run."""
    return "subject" if any(TOGETHER in one.account.subject for one in stood) else "account"


def _bar(one: Standing) -> Bar:
    declared = one.account.covered_flop if one.account.declarations else None
    note = one.state if one.finding or one.account.declarations else ""
    return Bar(one.account.subject, note, one.estimate, one.bound, declared)


def _table(rule: PinnedRule, shown: list[Standing]) -> Markup:
    columns = (
        Column("Account"),
        Column("State"),
        Column("Days", number=True),
        Column("Of the line", number=True),
        Column("Estimate, FLOP", number=True),
        Column("Bound, FLOP", number=True),
        Column("Declared, FLOP", number=True),
    )
    rows: list[list[Child]] = [
        [
            name(one.account.subject),
            _state(one),
            one.account.window_days,
            share(one.estimate, rule.line_flop),
            exact_flop(one.estimate),
            exact_flop(one.bound),
            exact_flop(one.account.covered_flop) if one.account.declarations else "nothing",
        ]
        for one in shown
    ]
    return element(
        "details",
        element("summary", "The chart as a table, to the last operation"),
        datatable("Largest accounts against the line", columns, rows, wide=True),
    )


def _state(one: Standing) -> Child:
    if one.finding is None:
        return one.state
    return element("a", one.state, href=f"#{one.finding.id}")
