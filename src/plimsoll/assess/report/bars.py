"""A chart of several subjects' compute against one line: bars on a linear scale, points on a logarithmic one.

The names are a list beside the drawing, row by row; where there is no room, the style sheet lays them above the bars.
All horizontal places are percentages and all vertical ones pixels, so that text keeps its size on any page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.assess.report.axis import FULL, Scale, choose_scale, percent
from plimsoll.assess.report.figures import flop, flop_words, name
from plimsoll.assess.report.load_line import Caption, LoadLine, chart_frame, hatched, shorten
from plimsoll.assess.report.mark import upright_handle
from plimsoll.assess.report.markup import Markup, element, join
from plimsoll.kernel.flop import flop_text

_TOP = 30
"""As the padding of `.bar-names` in chart.css."""
_ROW = 44
"""As the height of its items."""
_BAR_AT = 22
_BAR = 13
_FOOT = 26
_NOTE_CELLS = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One subject's amounts, in FLOP.

    Attributes:
        name: the subject; cut to fit, whole on hover.
        note: its state in a few words, e.g. "undeclared"; colour is never the only sign.
        estimate: drawn solid.
        bound: drawn as an outline; None where it is not known.
        declared: drawn as a tick; None where nothing is declared.
    """

    name: str
    note: str
    estimate: int
    bound: int | None = None
    declared: int | None = None


def bars_scale(items: Sequence[Bar], line: LoadLine) -> Scale:
    """The scale that `bars` will use, for a caption to state."""
    amounts = [amount for item in items for amount in (item.estimate, item.bound, item.declared) if amount is not None]
    return choose_scale(amounts, line.amount)


def bars(caption: Caption, items: Sequence[Bar], line: LoadLine) -> Markup:
    """The chart. Its items stand in the order given; a table should repeat them."""
    scale = bars_scale(items, line)
    bottom = _TOP + _ROW * len(items)
    limit = scale.position(line.amount)
    drawing = chart_frame(
        "bars",
        caption,
        bottom + _FOOT,
        hatched(caption.key, x=percent(limit), y=_TOP, width=percent(FULL - limit), height=bottom - _TOP),
        [_tick(scale, place, bottom) for place in range(len(scale.ticks))],
        [_shapes(scale, line, item, _TOP + _ROW * row) for row, item in enumerate(items)],
        _line(scale, line, bottom),
        [_declared(scale, item.declared, _TOP + _ROW * row) for row, item in enumerate(items)],
        [_state(scale, line, item, _TOP + _ROW * row) for row, item in enumerate(items)],
    )
    return element(
        "div", element("ol", *(_name(item) for item in items), class_="bar-names"), drawing, class_="bar-chart"
    )


def _name(item: Bar) -> Markup:
    """The subject and its amounts, as text of the page: it can be selected, and a long name is cut by the page."""
    bound = None if item.bound is None else element("span", "bound ", flop(item.bound), class_="roomy soft")
    return element(
        "li",
        element("span", name(item.name), class_="who"),
        element("span", flop(item.estimate), " ", bound, class_="amounts"),
    )


def _tick(scale: Scale, place: int, bottom: int) -> Markup:
    """A grid line and its amount; every other amount gives way on a telephone."""
    amount = scale.ticks[place]
    position = scale.position(amount)
    anchor = "start" if position < 300 else "end" if position > 9_300 else "middle"
    words, at = flop_words(amount) + ("" if place else " FLOP"), percent(position)
    kind = "axis roomy" if place % 2 else "axis"
    return join(
        [
            element("line", class_="grid", x1=at, x2=at, y1=_TOP, y2=bottom),
            element("text", words, class_=kind, x=at, y=bottom + 18, text_anchor=anchor),
        ]
    )


def _line(scale: Scale, line: LoadLine, bottom: int) -> Markup:
    position = scale.position(line.amount)
    at = percent(position)
    return join(
        [
            element("line", class_="load", x1=at, x2=at, y1=_TOP - 4, y2=bottom),
            upright_handle(at, 14),
            line.label(x=at, dx=-14, y=18, text_anchor="end") if position > 4_500 else line.label(x=at, dx=14, y=18),
        ]
    )


def _shapes(scale: Scale, line: LoadLine, item: Bar, top: int) -> Markup:
    y = top + _BAR_AT
    parts = _points(scale, line, item, y) if scale.kind == "log" else _lengths(scale, line, item, y)
    return element("g", element("title", _exactly(item)), parts)


def _declared(scale: Scale, declared: int | None, top: int) -> Markup | None:
    """The tick of what was declared; it lies over the line, because a declaration may end exactly there."""
    if declared is None:
        return None
    at, y = percent(scale.position(declared)), top + _BAR_AT
    return element("line", class_="declared", x1=at, x2=at, y1=y - 4, y2=y + _BAR + 4)


def _lengths(scale: Scale, line: LoadLine, item: Bar, y: int) -> list[Markup]:
    estimate, limit = scale.position(item.estimate), scale.position(line.amount)
    parts = []
    if item.bound is not None:
        reach = percent(scale.position(item.bound))
        parts.append(element("rect", class_="bound", x="0", y=y, width=reach, height=_BAR))
    parts.append(element("rect", class_="estimate", x="0", y=y, width=percent(min(estimate, limit)), height=_BAR))
    if item.estimate > line.amount:
        parts.append(
            element("rect", class_="over", x=percent(limit), y=y, width=percent(estimate - limit), height=_BAR)
        )
    return parts


def _points(scale: Scale, line: LoadLine, item: Bar, y: int) -> list[Markup]:
    middle, estimate = y + _BAR // 2, percent(scale.position(item.estimate))
    parts = []
    if item.bound is not None:
        bound = percent(scale.position(item.bound))
        parts.append(element("line", class_="reach", x1=estimate, x2=bound, y1=middle, y2=middle))
        parts.append(element("circle", class_="bound", cx=bound, cy=middle, r=5))
    past = item.estimate > line.amount
    parts.append(element("circle", class_="over" if past else "estimate", cx=estimate, cy=middle, r=6))
    return parts


def _state(scale: Scale, line: LoadLine, item: Bar, top: int) -> Markup:
    """The state in words over the bar, on the side that the line leaves free."""
    early = scale.position(line.amount) <= FULL // 2
    at, anchor = ("100%", "end") if early else ("0", "start")
    note = shorten(item.note, _NOTE_CELLS)
    return element("text", note, class_="roomy soft", x=at, y=top + _BAR_AT - 6, text_anchor=anchor)


def _exactly(item: Bar) -> str:
    parts = [f"{item.name}: estimate exactly {flop_text(item.estimate)} FLOP"]
    if item.bound is not None:
        parts.append(f"bound {flop_text(item.bound)} FLOP")
    if item.declared is not None:
        parts.append(f"declared {flop_text(item.declared)} FLOP")
    return ", ".join(parts)
