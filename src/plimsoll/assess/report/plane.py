"""The plane of a chart over time: days run left to right in percentages, amounts bottom to top in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plimsoll.assess.report.axis import FULL, Scale, percent
from plimsoll.assess.report.figures import flop_words, month_name, short_day
from plimsoll.assess.report.markup import Markup, element, join

TOP = 16
BOTTOM = 254
HEIGHT = 284
"""Pixels: the highest amount, the lowest, and the whole drawing with its dates."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where days and amounts lie."""

    first: date
    last: date
    scale: Scale

    def x(self, day: date) -> int:
        """From 0 to `FULL`."""
        days = max((self.last - self.first).days, 1)
        return min(max((day - self.first).days, 0), days) * FULL // days

    def y(self, amount: int) -> int:
        """Tenths of a pixel from the top."""
        return BOTTOM * 10 - self.scale.position(amount) * (BOTTOM - TOP) * 10 // FULL


def pixels(tenths: int) -> str:
    """Tenths of a pixel as a coordinate, e.g. ``-0.5``."""
    return f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"


def grid(plane: Plane, line: int) -> Markup:
    """Few level lines with their amounts; an amount close to the line gives way to it."""
    parts, last = [], plane.scale.ticks[-1]
    for amount in plane.scale.ticks:
        y = pixels(plane.y(amount))
        parts.append(element("line", class_="grid", x1=0, x2="100%", y1=y, y2=y))
        if amount and abs(plane.y(amount) - plane.y(line)) > 180:
            words = flop_words(amount) + (" FLOP" if amount == last else "")
            parts.append(element("text", words, class_="axis halo", x=0, y=pixels(plane.y(amount) - 40)))
    return join(parts)


def day_axis(plane: Plane) -> Markup:
    """The first and the last day in full, and up to three months between them."""
    ends = [
        element("text", short_day(plane.first), class_="axis", x=0, y=BOTTOM + 20),
        element("text", short_day(plane.last), class_="axis", x="100%", y=BOTTOM + 20, text_anchor="end"),
    ]
    inner = [month for month in _months(plane) if 2_600 <= plane.x(month) <= 7_400]
    stride = max(-(-len(inner) // 3), 1)
    return join([ends, [_month(plane, month) for month in inner[::stride]]])


def _months(plane: Plane) -> list[date]:
    """The first day of every month inside."""
    months, day = [], plane.first.replace(day=1)
    while day <= plane.last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def _month(plane: Plane, month: date) -> Markup:
    at = percent(plane.x(month))
    return join(
        [
            element("line", class_="grid", x1=at, x2=at, y1=BOTTOM, y2=BOTTOM + 5),
            element("text", month_name(month), class_="axis", x=at, y=BOTTOM + 20, text_anchor="middle"),
        ]
    )
