"""The chart of one subject over time."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from plimsoll.assess.report.load_line import Caption, LoadLine
from plimsoll.assess.report.plane import pixels
from plimsoll.assess.report.series import Crossing, Moment, series

LINE = LoadLine(10**25, "the line: 10²⁵ FLOP", " in any 90 days")
CAPTION = Caption("f1", "Compute over time", "Crossed in August.")
START = date(2026, 5, 1)


def rising(days: int, daily: int, bound_factor: int = 2) -> list[Moment]:
    return [Moment(START + timedelta(n), daily * n, daily * n * bound_factor) for n in range(days)]


def texts(html: str) -> list[str]:
    return ["".join(e.itertext()) for e in ET.fromstring(html).iter("text")]


def test_line_crossing_and_curves_are_named_where_they_stand() -> None:
    html = series(CAPTION, rising(120, 10**23), LINE, Crossing(date(2026, 8, 10), "crossed", 10**25)).html
    words = texts(html)

    assert "the line: 10²⁵ FLOP in any 90 days" in words
    assert "crossed 10 Aug 2026" in words
    assert "estimate 1.19 × 10²⁵" in words
    assert "bound 2.38 × 10²⁵" in words
    assert {"1 May 2026", "28 Aug 2026"} <= set(words)


@pytest.mark.parametrize("part", range(90, 131, 4))
def test_the_name_of_an_estimate_near_the_line_leaves_the_lines_own_words_free(part: int) -> None:
    peak = part * 10**23
    risen = [Moment(START + timedelta(n), peak * min(n, 20) // 20, 2 * peak) for n in range(21)]
    fallen = [Moment(START + timedelta(n), peak // 9, 2 * peak) for n in range(21, 120)]
    root = ET.fromstring(series(CAPTION, [*risen, *fallen], LINE).html)
    heights = {"".join(e.itertext())[:8]: float(e.get("y", "0")) for e in root.iter("text")}

    assert abs(heights["estimate"] - heights["the line"]) >= 15


def test_a_forecast_lengthens_the_axis_and_is_drawn_as_projection() -> None:
    crossing = Crossing(date(2026, 12, 19), "forecast", 10**25, projected=True)
    html = series(CAPTION, rising(60, 10**23, 1), LINE, crossing).html

    assert 'class="projected"' in html
    assert {"forecast 19 Dec 2026", "19 Dec 2026"} <= set(texts(html))


def test_what_was_declared_is_a_level_where_it_fits() -> None:
    html = series(CAPTION, rising(120, 10**23), LINE, declared=6 * 10**24).html

    assert "declared 6 × 10²⁴" in texts(html)
    assert 'class="level"' not in series(CAPTION, rising(120, 10**23), LINE, declared=10**27).html


def test_an_area_is_filled_on_a_linear_scale_only() -> None:
    assert 'class="area"' in series(CAPTION, rising(60, 10**23), LINE).html
    assert 'class="area"' not in series(CAPTION, rising(60, 10**27), LINE).html


def test_ids_begin_with_the_key_so_that_many_charts_share_a_page() -> None:
    html = series(CAPTION, rising(60, 10**23), LINE).html

    assert all(found.startswith("f1-") for found in re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(re.findall(r' id="([^"]+)"', html))


@pytest.mark.parametrize("daily", [0, 1, 10**22, 10**23, 10**24, 10**30])
def test_every_height_stays_inside_the_drawing(daily: int) -> None:
    html = series(CAPTION, rising(90, daily), LINE, Crossing(START, "crossed", 10**25)).html
    heights = [float(value) for value in re.findall(r' (?:y|y1|y2|cy)="([-\d.]+)"', html)]

    assert all(0 <= height <= 284 for height in heights)


def test_ten_years_of_days_are_thinned_without_losing_the_peak() -> None:
    moments = rising(3_650, 10**21)
    moments[1_234] = Moment(moments[1_234].day, 9 * 10**25, 9 * 10**25)
    html = series(CAPTION, moments, LINE).html

    assert "estimate 9 × 10²⁵" in texts(html)
    assert len(html) < 40_000


def test_one_moment_is_a_drawing_too() -> None:
    assert series(CAPTION, rising(1, 0), LINE).html == series(CAPTION, rising(1, 0), LINE).html


def test_tenths_of_a_pixel() -> None:
    assert [pixels(0), pixels(7), pixels(-5), pixels(1234)] == ["0.0", "0.7", "-0.5", "123.4"]
