"""The chart of many subjects against one line."""

import re
import xml.etree.ElementTree as ET

from plimsoll.assess.report.bars import Bar, bars
from plimsoll.assess.report.load_line import Caption, LoadLine, shorten
from plimsoll.assess.report.markup import Markup

LINE = LoadLine(10**25, "the line: 10²⁵ FLOP", " in any 90 days")
CAPTION = Caption("chart", "Compute against the line", "Two accounts.")


def drawn(*items: Bar) -> ET.Element:
    return ET.fromstring(bars(CAPTION, items, LINE).html)


def rects(root: ET.Element, kind: str) -> list[tuple[str, str]]:
    return [(r.get("x", ""), r.get("width", "")) for r in root.iter("rect") if r.get("class") == kind]


def test_title_description_and_role_tell_what_the_drawing_shows() -> None:
    svg = drawn(Bar("a/b", "", 10**24)).find("svg")

    assert svg is not None
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "chart-title chart-desc"
    assert [(e.get("id"), e.text) for e in svg if e.tag in ("title", "desc")] == [
        ("chart-title", "Compute against the line"),
        ("chart-desc", "Two accounts."),
    ]


def test_what_is_past_the_line_is_drawn_apart_from_the_line_on() -> None:
    root = drawn(Bar("a/b", "undeclared run", 15 * 10**24, 30 * 10**24))
    [(_, under)], [(start, _)] = rects(root, "estimate"), rects(root, "over")

    assert under == start
    assert len(rects(root, "bound")) == 1
    assert "undeclared run" in "".join(root.itertext())


def test_a_subject_exactly_on_the_line_has_nothing_past_it() -> None:
    assert rects(drawn(Bar("a/b", "", 10**25)), "over") == []
    assert len(rects(drawn(Bar("a/b", "", 10**25 + 1)), "over")) == 1


def test_far_amounts_become_points_on_a_logarithmic_scale() -> None:
    root = drawn(Bar("huge", "", 10**29, 10**30), Bar("tiny", "", 1), Bar("none", "", 0))
    circles = [c.get("class") for c in root.iter("circle")]

    assert not rects(root, "estimate")
    assert circles.count("over") == 1
    assert circles.count("estimate") == 2


def test_names_and_exact_amounts_are_there_for_eye_and_hover() -> None:
    root = drawn(Bar("<b>נמל</b>", "", 10**25 + 1, None, 7 * 10**24))
    titles = [e.text for e in root.iter("title")]

    assert [e.text for e in root.iter("bdi")] == ["<b>נמל</b>"]
    assert (
        "<b>נמל</b>: estimate exactly 10000000000000000000000001 FLOP, declared 7000000000000000000000000 FLOP"
        in titles
    )


def test_coordinates_are_fixed_decimals_and_the_same_every_time() -> None:
    items = [Bar(f"a/{n}", "", 10**25 // (n + 3), 10**25) for n in range(9)]
    html: Markup = bars(CAPTION, items, LINE)

    assert html == bars(CAPTION, items, LINE)
    for value in re.findall(r' (?:x|x1|x2|cx|width)="([^"]+)"', html.html):
        assert re.fullmatch(r"\d+|\d+\.\d\d%|100%", value)


def test_labels_are_cut_by_width_not_by_number_of_characters() -> None:
    assert shorten("plain", 10) == "plain"
    assert shorten("漢字漢字漢字", 6) == "漢字漢…"
    assert shorten("e\u0301" * 6, 6) == "e\u0301" * 6
    assert len(shorten("a" + "\u0301" * 1_000, 10)) <= 32
