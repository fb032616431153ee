"""Reads a report the way a browser and a screen reader do, for the tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "hr", "col", "img", "input"}
_SVG_LEAVES = {"path", "rect", "line", "circle"}


class Outline(HTMLParser):
    """Every element of a page, checked for balance while reading."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self._open: list[str] = []
        self._heading: list[str] | None = None
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute of {tag} is repeated"
        self.tags.append((tag, dict(attrs)))
        if tag in _VOID:
            return
        self._open.append(tag)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._heading = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID or tag in _SVG_LEAVES, f"<{tag}/> does not close itself in HTML"
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if self._heading is not None and len(tag) == 2 and tag[0] == "h":
            self.headings.append((int(tag[1]), "".join(self._heading)))
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def values(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(attribute)) is not None]


def as_xml(page: str) -> ET.Element:
    """The page read by a parser that forgives nothing."""
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>\n"))


def text_of(page: str) -> str:
    """What stands on the page, style and drawings included, white space joined."""
    return " ".join("".join(as_xml(page).itertext()).split())
