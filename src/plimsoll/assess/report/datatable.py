"""Tables that say what they are: a caption, a heading per column with its scope, a heading per row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plimsoll.assess.report.markup import Child, Markup, element


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `number` aligns it right with figures of equal width."""

    title: str
    number: bool = False


def datatable(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Child]],
    *,
    foot: Sequence[Child] | None = None,
    wide: bool = False,
) -> Markup:
    """A table whose first column names its rows.

    Args:
        caption: what the table shows, as people would say it.
        columns: one per cell.
        rows: cells, the first of which is the row's heading.
        foot: a last row of sums.
        wide: it may need more width than a telephone has; it then scrolls within a frame that the keyboard reaches.
    """
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *(_heading(column) for column in columns))),
        element("tbody", *(_row(columns, cells) for cells in rows)),
        element("tfoot", _row(columns, foot)) if foot else None,
    )
    if not wide:
        return table
    return element("div", table, class_="scroll", tabindex=0, role="group", aria_label=f"{caption} (scrolls sideways)")


def _heading(column: Column) -> Markup:
    return element("th", column.title, scope="col", class_="n" if column.number else None)


def _row(columns: Sequence[Column], cells: Sequence[Child]) -> Markup:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} cells for {len(columns)} columns")
    first, *rest = cells
    return element(
        "tr",
        element("th", first, scope="row"),
        *(
            element("td", cell, class_="n" if column.number else None)
            for column, cell in zip(columns[1:], rest, strict=True)
        ),
    )
