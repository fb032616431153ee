"""The colours: enough contrast for WCAG 2.2 AA, and one meaning each."""

import re
from importlib.resources import files

import pytest

_FOLDER = files("plimsoll.assess.report")
STYLE = {name: _FOLDER.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "chart.css", "print.css")}
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE["page.css"]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [("ink", "paper"), ("ink", "wash"), ("ink", "load-wash"), ("ink", "sea-light"), ("soft", "paper"),
     ("soft", "wash"), ("soft", "load-wash"), ("sea", "paper"), ("sea", "wash"), ("load", "paper"), ("paper", "ink"),
     ("paper", "load")],
)  # fmt: skip
def test_text_stands_out(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    ("mark", "ground"), [("sea", "paper"), ("load", "paper"), ("ink", "paper"), ("sea", "load-wash")]
)
def test_lines_and_shapes_stand_out(mark: str, ground: str) -> None:
    assert contrast(mark, ground) >= 3


def test_colours_are_named_once_and_used_by_name() -> None:
    assert not re.findall(r"#[0-9a-f]{3,6}\b", STYLE["chart.css"])
    body = STYLE["page.css"].split("}", 1)[1]
    assert not re.findall(r"#[0-9a-f]{3,6}\b", body)


def test_the_style_holds_nothing_that_ends_a_style_element_or_fetches() -> None:
    for text in STYLE.values():
        assert "<" not in text
        assert "&" not in text
        assert "url(" not in text
        assert "@import" not in text


def test_paper_unfolds_what_the_screen_folds() -> None:
    assert "details::details-content" in STYLE["print.css"]
