"""The line as charts draw it, and the words and frame that every chart shares."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from plimsoll.assess.report.markup import Child, Markup, element, join
from plimsoll.kernel.visible import visible


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A line of law to draw.

    Attributes:
        amount: in FLOP.
        words: what it is, short enough for a telephone, e.g. "the line: 10²⁵ FLOP".
        detail: the rest of the sentence, shown where there is room, e.g. " in any 90 days".
    """

    amount: int
    words: str
    detail: str = ""

    def label(self, **attributes: str | int) -> Markup:
        detail = element("tspan", self.detail, class_="roomy")
        return element("text", self.words, detail, class_="load-label", **attributes)


@dataclass(frozen=True, slots=True)
class Caption:
    """A chart's words: its key makes ids unique on the page, the description tells what there is to see."""

    key: str
    title: str
    description: str


def chart_frame(kind: str, caption: Caption, height: int, *parts: Child) -> Markup:
    """An accessible SVG as wide as its surroundings and `height` CSS pixels high, so that its text keeps its size."""
    title, description = f"{caption.key}-title", f"{caption.key}-desc"
    return element(
        "svg",
        element("title", caption.title, id=title),
        element("desc", caption.description, id=description),
        *parts,
        class_=f"chart {kind}",
        role="img",
        aria_labelledby=f"{title} {description}",
        width="100%",
        height=height,
    )


def hatched(key: str, **place: str | int) -> Markup:
    """The region past the line, with its pattern; `place` is that of a rectangle."""
    stroke = element("line", class_="hatch", y2=7)
    pattern = element(
        "pattern",
        stroke,
        id=f"{key}-past",
        width=7,
        height=7,
        patternTransform="rotate(45)",
        patternUnits="userSpaceOnUse",
    )
    return join([element("defs", pattern), element("rect", fill=f"url(#{key}-past)", **place)])


def shorten(text: str, cells: int) -> str:
    """`text` cut to about `cells` narrow characters, because SVG neither wraps nor clips.

    Wide East Asian characters count twice and combining marks not at all, though their number is bounded too.
    """
    shown, used = "", 0
    for character in visible(text):
        width = _cells(character)
        if used + width > cells or len(shown) > 3 * cells:
            return shown.rstrip() + "…"
        shown, used = shown + character, used + width
    return shown


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
