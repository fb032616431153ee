"""A chart of one subject's compute over time against one line, with the day of crossing marked.

The curves stretch with the page inside a nested drawing; words, line and marks stand outside it and keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.report.axis import FULL, Scale, choose_scale, percent
from plimsoll.assess.report.figures import flop_words, short_day
from plimsoll.assess.report.load_line import Caption, LoadLine, chart_frame, hatched
from plimsoll.assess.report.mark import level_handle
from plimsoll.assess.report.markup import Markup, element, join
from plimsoll.assess.report.plane import BOTTOM, HEIGHT, TOP, Plane, day_axis, grid, pixels

_ACROSS = 1_000
_FINEST = 400


@dataclass(frozen=True, slots=True)
class Moment:
    """One day of a subject: estimate and bound of the window that ends with it, in FLOP."""

    day: date
    estimate: int
    bound: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """The day to mark: when the line was passed, or when it will be.

    Attributes:
        words: what happened, e.g. "crossed" or "forecast"; the date is added.
        amount: where on the chart the mark stands; usually the line itself.
        projected: a broken line leads from the last estimate to it.
    """

    day: date
    words: str
    amount: int
    projected: bool = False


def series_scale(moments: Sequence[Moment], line: LoadLine) -> Scale:
    """The scale that `series` will use, for a caption to state."""
    return choose_scale([amount for moment in moments for amount in (moment.estimate, moment.bound)], line.amount)


def series(
    caption: Caption,
    moments: Sequence[Moment],
    line: LoadLine,
    crossing: Crossing | None = None,
    *,
    declared: int | None = None,
) -> Markup:
    """The chart of at least one moment, in ascending order of day; `declared` is drawn as a level, if it fits."""
    moments = _thinned(moments)
    last = moments[-1].day if crossing is None else max(moments[-1].day, crossing.day)
    plane = Plane(moments[0].day, last, series_scale(moments, line))
    height = pixels(plane.y(line.amount))
    past = pixels(plane.y(line.amount) - 10 * (TOP - 10))
    return chart_frame(
        "series",
        caption,
        HEIGHT,
        hatched(caption.key, x=0, y=TOP - 10, width="100%", height=past),
        grid(plane, line.amount),
        _curves(plane, caption.key, moments, line, crossing),
        element("line", class_="load", x1=0, x2="100%", y1=height, y2=height),
        level_handle(height),
        _line_label(plane, moments, line),
        _declared(plane, declared, line) if declared is not None else None,
        _peaks(plane, moments, line),
        _crossing(plane, crossing) if crossing else None,
        day_axis(plane),
    )


def _thinned(moments: Sequence[Moment]) -> Sequence[Moment]:
    """At most about `_FINEST` moments, the largest estimate and the last among them."""
    stride = -(-len(moments) // _FINEST)
    if stride <= 1:
        return moments
    kept = {*range(0, len(moments), stride), len(moments) - 1, _peak(moments)}
    return [moments[index] for index in sorted(kept)]


def _peak(moments: Sequence[Moment]) -> int:
    return max(range(len(moments)), key=lambda index: (moments[index].estimate, moments[index].bound, index))


def _curves(plane: Plane, key: str, moments: Sequence[Moment], line: LoadLine, crossing: Crossing | None) -> Markup:
    estimate = [(plane.x(moment.day), plane.y(moment.estimate)) for moment in moments]
    bound = [(plane.x(moment.day), plane.y(moment.bound)) for moment in moments]
    parts = [
        _area(plane, key, estimate, line) if plane.scale.kind == "linear" else None,
        element("path", class_="bound", d=_path(bound)),
        element("path", class_="estimate", d=_path(estimate)),
    ]
    if crossing is not None and crossing.projected:
        end = (plane.x(crossing.day), plane.y(crossing.amount))
        parts.append(element("path", class_="projected", d=_path([estimate[-1], end])))
    return element(
        "svg",
        parts,
        x=0,
        y=0,
        width="100%",
        height=HEIGHT,
        viewBox=f"0 0 {_ACROSS} {HEIGHT}",
        preserveAspectRatio="none",
    )


def _area(plane: Plane, key: str, estimate: Sequence[tuple[int, int]], line: LoadLine) -> Markup:
    """The estimate filled down to nothing, in the line's colour where it is past it; a linear scale only, because on
    another an area measures nothing."""
    floor, limit = BOTTOM * 10, pixels(plane.y(line.amount))
    area = _path([(estimate[0][0], floor), *estimate, (estimate[-1][0], floor)]) + "Z"
    return join(
        [
            element("defs", _clip(f"{key}-under", limit, str(BOTTOM)), _clip(f"{key}-over", "0", limit)),
            element("path", class_="area", d=area, clip_path=f"url(#{key}-under)"),
            element("path", class_="area-over", d=area, clip_path=f"url(#{key}-over)"),
        ]
    )


def _clip(key: str, top: str, bottom: str) -> Markup:
    path = element("path", d=f"M0 {top}H{_ACROSS}V{bottom}H0Z")
    return element("clipPath", path, id=key)


def _path(places: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{pixels(x)} {pixels(y)}" for x, y in places)


def _line_label(plane: Plane, moments: Sequence[Moment], line: LoadLine) -> Markup:
    """Above the line, on the side where less of the estimate is past it; where that is even, away from the peak."""
    y = pixels(plane.y(line.amount) - 90)
    places = [plane.x(moment.day) for moment in moments if moment.estimate > line.amount]
    left, right = sum(place < 3_000 for place in places), sum(place > 7_000 for place in places)
    peaks_late = plane.x(moments[_peak(moments)].day) > FULL // 2
    if left < right or (left == right and peaks_late):
        return line.label(x=32, y=y)
    return line.label(x="100%", y=y, text_anchor="end")


def _peaks(plane: Plane, moments: Sequence[Moment], line: LoadLine) -> Markup:
    """Names the two curves where they are highest."""
    peak = moments[_peak(moments)]
    top = max(moments, key=lambda moment: (moment.bound, moment.estimate))
    inside = _inside(plane, moments, line)
    estimate_y = (
        plane.y(peak.estimate) + 180 if inside else _clear_of(plane.y(peak.estimate) - 70, plane.y(line.amount))
    )
    bound_y = _clear_of(plane.y(top.bound) - 70, plane.y(line.amount))
    if abs(estimate_y - bound_y) < 160:
        bound_y = estimate_y - 160
    parts = [_named(plane, peak.day, estimate_y, f"estimate {flop_words(peak.estimate)}", inside or "name halo")]
    if top.bound > peak.estimate:
        parts.append(_named(plane, top.day, max(bound_y, 110), f"bound {flop_words(top.bound)}", "soft halo"))
    return join(parts)


def _inside(plane: Plane, moments: Sequence[Moment], line: LoadLine) -> str:
    """How the estimate's name is drawn inside its area, if the area is wide and high enough there; else nothing."""
    peak = moments[_peak(moments)]
    if plane.scale.kind == "log":
        return ""
    x, y, limit = plane.x(peak.day), plane.y(peak.estimate), plane.y(line.amount)
    near = [
        moment.estimate for moment in moments if 0 <= (x - plane.x(moment.day)) * (1 if x > FULL // 2 else -1) <= 1_700
    ]
    if y > BOTTOM * 10 - 500 or min(near) * 20 < peak.estimate * 19 or y < limit < y + 280:
        return ""
    return "name on-over" if y < limit else "name"


def _clear_of(y: int, line_y: int) -> int:
    """A baseline that the thick line does not strike through and that leaves the line's own words free."""
    return line_y - 250 if line_y - 250 < y < line_y + 140 else y


def _named(plane: Plane, day: date, y: int, words: str, kind: str) -> Markup:
    x = plane.x(day)
    late = x > FULL // 2
    return element(
        "text",
        words,
        class_=kind,
        x=percent(x),
        y=pixels(y),
        dx=-4 if late else 4,
        text_anchor="end" if late else "start",
    )


def _declared(plane: Plane, declared: int, line: LoadLine) -> Markup | None:
    """A thin level with its amount at the right end, on the side of it that the line leaves free."""
    if not 0 < declared <= plane.scale.high:
        return None
    y, limit = plane.y(declared), plane.y(line.amount)
    words_y = y + 150 if limit <= y < limit + 220 else y - 50
    return join(
        [
            element("line", class_="level", x1=0, x2="100%", y1=pixels(y), y2=pixels(y)),
            element(
                "text",
                f"declared {flop_words(declared)}",
                class_="halo name",
                x="100%",
                y=pixels(words_y),
                text_anchor="end",
            ),
        ]
    )


def _crossing(plane: Plane, crossing: Crossing) -> Markup:
    x, y = plane.x(crossing.day), pixels(plane.y(crossing.amount))
    at = percent(x)
    late = x > FULL // 2
    low = plane.y(crossing.amount) > (BOTTOM - 40) * 10
    words_y = pixels(plane.y(crossing.amount) - 280) if low else str(BOTTOM - 9)
    return join(
        [
            element("line", class_="cross", x1=at, x2=at, y1=y, y2=BOTTOM),
            element("circle", class_="cross-point", cx=at, cy=y, r=4),
            element(
                "text",
                f"{crossing.words} {short_day(crossing.day)}",
                class_="halo name",
                x=at,
                y=words_y,
                dx=-7 if late else 7,
                text_anchor="end" if late else "start",
            ),
        ]
    )
