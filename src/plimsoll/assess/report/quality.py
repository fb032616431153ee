"""What the reader must know about the input before trusting the answer: every row by outcome, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.assess.assessment import Assessment, DataQuality, Rejection
from plimsoll.assess.evidence import whole_hours
from plimsoll.assess.report.datatable import Column, datatable
from plimsoll.assess.report.figures import capital, count, flop, name, part_of_rows
from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.assess.report.words import OUTCOMES

_MOST = 100


def quality(assessment: Assessment) -> Markup:
    """The section on data quality."""
    known = assessment.data_quality
    outcomes = rows_by_outcome(assessment)
    return element(
        "section",
        element("h2", _heading(assessment, outcomes), id="quality"),
        _outcomes(outcomes, assessment.totals.rows),
        _rejections(known),
        _unmapped(known),
        _unused(known),
        _corrections(known),
        _nothing_else(known),
        _assumptions(known),
        aria_labelledby="quality",
    )


def rows_by_outcome(assessment: Assessment) -> list[tuple[str, int]]:
    """Outcome and rows over all files, in the order of `OUTCOMES`, and any others after them; zeros are kept.

    The counts are taken as they are: rows without an outcome would show as such, not vanish.
    """
    sums = dict.fromkeys(OUTCOMES, 0)
    for outcome, rows in assessment.totals.outcomes:
        sums[outcome] = sums.get(outcome, 0) + rows
    if (left := assessment.totals.rows - sum(sums.values())) != 0:
        sums["without an outcome"] = left
    return list(sums.items())


def _heading(assessment: Assessment, outcomes: list[tuple[str, int]]) -> str:
    counts = dict(outcomes)
    rows, lost = assessment.totals.rows, counts["rejected"] + counts["unmapped"]
    if not rows:
        return "No usage row was delivered"
    if "without an outcome" in counts:
        return f"{count(abs(counts['without an outcome']), 'row')} of {rows:,} cannot be accounted for"
    whole = "The one row is" if rows == 1 else f"All {rows:,} rows are"
    if not lost:
        return f"{whole} accounted for, and none had to be left out"
    return f"{whole} accounted for; {part_of_rows(lost, rows)} could not be used"


def _outcomes(outcomes: list[tuple[str, int]], rows: int) -> Markup:
    columns = (Column("Outcome"), Column("Rows", number=True), Column("Share", number=True))
    cells: list[list[Child]] = [
        [name(OUTCOMES.get(outcome, capital(outcome))), f"{number:,}", part_of_rows(number, rows)]
        for outcome, number in outcomes
    ]
    foot = ["All rows", f"{rows:,}", part_of_rows(rows, rows)]
    return datatable("Every row by outcome", columns, cells, foot=foot)


def _rejections(known: DataQuality) -> Markup | None:
    """Reasons first, with what to do; then where, file by file."""
    if not known.rejections:
        return None
    by_reason: dict[tuple[str, str, str], list[Rejection]] = {}
    for item in known.rejections:
        by_reason.setdefault((item.reason, item.what, item.fix), []).append(item)
    columns = (Column("Reason"), Column("Rows", number=True), Column("Files", number=True), Column("What to do"))
    rows: list[list[Child]] = [
        [
            join([name(what), " ", element("code", reason)]),
            f"{sum(item.rows for item in items):,}",
            f"{len({item.path for item in items}):,}",
            name(fix),
        ]
        for (reason, what, fix), items in by_reason.items()
    ]
    return join([datatable("Rejected rows and why", columns, rows, wide=True), _rejections_by_file(known.rejections)])


def _rejections_by_file(rejections: Sequence[Rejection]) -> Markup:
    columns = (Column("File"), Column("Reason"), Column("Rows", number=True), Column("First row", number=True))
    rows: list[list[Child]] = [
        [
            name(item.path),
            element("code", item.reason),
            f"{item.rows:,}",
            "–" if item.first_row is None else f"{item.first_row:,}",
        ]
        for item in rejections[:_MOST]
    ]
    return element(
        "details",
        element("summary", "Where they stand, file by file"),
        datatable("Rejected rows by file", columns, rows, wide=True),
        _more(rejections),
    )


def _unmapped(known: DataQuality) -> Markup | None:
    if not known.unmapped:
        return None
    columns = (
        Column("Product"),
        Column("Provider"),
        Column("Description"),
        Column("Rows", number=True),
        Column("Quantity", number=True),
        Column("Why not"),
    )
    rows: list[list[Child]] = [
        [
            name(item.sku),
            name(item.provider),
            name(item.description),
            f"{item.rows:,}",
            name(f"{item.quantity} {item.unit}"),
            name(item.reason),
        ]
        for item in known.unmapped[:_MOST]
    ]
    caption = "Products that may be accelerator time and were not recognised"
    return join([datatable(caption, columns, rows, wide=True), _more(known.unmapped)])


def _unused(known: DataQuality) -> Markup | None:
    if not known.unused:
        return None
    columns = (
        Column("Account"),
        Column("Rows", number=True),
        Column("Accelerator-hours", number=True),
        Column("Bound, FLOP", number=True),
    )
    rows: list[list[Child]] = [
        [
            name(f"{item.provider}/{item.account}"),
            f"{item.rows:,}",
            whole_hours(item.accel_ns),
            flop(item.cap_flop),
        ]
        for item in known.unused[:_MOST]
    ]
    caption = "Capacity reserved and not used: potential compute, in no total and no finding"
    return join([datatable(caption, columns, rows, wide=True), _more(known.unused)])


def _corrections(known: DataQuality) -> Markup | None:
    if not known.corrections.rows:
        return None
    rows = count(known.corrections.rows, "row")
    verb = "takes" if known.corrections.rows == 1 else "take"
    return element("p", f"{rows} {verb} back compute that another row had reported; the figures above are net of it.")


def _nothing_else(known: DataQuality) -> Markup | None:
    """What was looked for and not found, said in one breath."""
    absent = [
        None if known.rejections else "No row was rejected.",
        None if known.unmapped else "Every product was recognised.",
        None if known.unused else "No capacity was reported as reserved and unused.",
        None if known.corrections.rows else "No row takes another back.",
    ]
    words = [text for text in absent if text]
    return element("p", " ".join(words)) if words else None


def _assumptions(known: DataQuality) -> Markup | None:
    if not known.assumptions:
        return None
    return join(
        [
            element("h3", "What was assumed"),
            element("ul", *(element("li", text) for text in known.assumptions)),
        ]
    )


def _more(items: Sequence[object]) -> Markup | None:
    left = len(items) - _MOST
    return element("p", f"{count(left, 'more row')} in the JSON form.", class_="soft") if left > 0 else None
