"""HTML and SVG as values: every text is escaped where it enters, so nothing from a filing can become markup.

The output is well-formed XML as well as HTML, which lets a test parse a whole page strictly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias


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

# What a name can use to hide or to disguise itself: control characters, bidirectional overrides, annotations, tags,
# half surrogates and non-characters. Tab and newline stay, as do the joiners that Persian and Indic scripts need.
_DISGUISES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """`text` with every disguising character written out, e.g. a right-to-left override as ``[U+202E]``."""
    return _DISGUISES.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


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
