"""The Plimsoll mark: a circle crossed by a line wider than itself."""

from __future__ import annotations

from urllib.parse import quote

from plimsoll.assess.report.markup import Markup, element, join


def mark(size: int = 34) -> Markup:
    """The mark as a decoration in the colour of the text around it; `size` in CSS pixels."""
    return element(
        "svg",
        element("circle", cx=24, cy=24, r=15),
        element("line", x1=2, x2=46, y1=24, y2=24),
        class_="mark",
        viewBox="0 0 48 48",
        width=size,
        height=size,
        aria_hidden="true",
    )


def favicon() -> str:
    """The mark as a data URI, so that the page fetches nothing."""
    return "data:image/svg+xml," + quote(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 48' fill='none' stroke='#0b1f33' stroke-width='5'>"
        "<circle cx='24' cy='24' r='15'/><path d='M1 24H47'/></svg>",
        safe="/:='<> ",
    ).replace("<", "%3C").replace(">", "%3E").replace("#", "%23")


def level_handle(y: str) -> Markup:
    """The mark as the left end of a horizontal line at height `y` of a chart."""
    return join([element("circle", class_="handle", cx=12, cy=y, r=7), _stroke(x1=0, x2=24, y1=y, y2=y)])


def upright_handle(x: str, y: int) -> Markup:
    """The mark as the top of a vertical line at `x` of a chart, its centre at height `y`."""
    return join([element("circle", class_="handle", cx=x, cy=y, r=7), _stroke(x1=x, x2=x, y1=y - 12, y2=y + 12)])


def _stroke(x1: str | int, x2: str | int, y1: str | int, y2: str | int) -> Markup:
    return element("line", class_="load", x1=x1, x2=x2, y1=y1, y2=y2)
