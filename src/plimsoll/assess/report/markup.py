"""HTML and SVG as values: every text is escaped where it enters, so nothing from a filing can become markup.

The output is well-formed XML as well as HTML, which lets a test parse a whole page strictly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from plimsoll.kernel.visible import visible


@dataclass(frozen=True, slots=True)
class Markup:
    """Text that is already HTML. Only this file and the style sheet's reader may make one from a string."""

    html: str

    def __str__(self) -> str:
        return self.html


Child: TypeAlias = "Markup | str | int | Sequence[Child] | None"
"""What may stand inside an element. Strings are text, never markup; None is nothing."""

Attribute: TypeAlias = "str | int | bool | None"

NOTHING = Markup("")

_EMPTY = frozenset({"br", "circle", "col", "hr", "line", "link", "meta", "path", "rect"})
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """One element with its escaped children.

    Args:
        name: the tag.
        children: markup, text, whole numbers, None, or sequences of these.
        attributes: an underscore stands for a hyphen and a last underscore falls away (``class_``, ``aria_label``).
            None and False leave the attribute out, True leaves it empty.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a tag: {name!r}")
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{join(children).html}</{name}>")


def join(children: Child, separator: str = "") -> Markup:
    """Children side by side, with no element around them."""
    if children is None:
        return NOTHING
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escape(visible(children)))
    if isinstance(children, int):
        return Markup(str(children))
    return Markup(escape(separator).join(join(child).html for child in children))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if not _NAME.fullmatch(name):
        raise ValueError(f"not an attribute: {key!r}")
    return f' {name}="{"" if value is True else escape(visible(str(value)))}"'
