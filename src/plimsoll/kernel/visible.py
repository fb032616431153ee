"""Other people's text made safe to look at: on a terminal as on a page, a name may not hide, disguise or command."""

from __future__ import annotations

import re

# What a name can use to hide or to disguise itself: control characters, bidirectional overrides, annotations, tags,
# half surrogates and non-characters. Tab and newline stay, as do the joiners that Persian and Indic scripts need.
_DISGUISES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\t\n]")


def visible(text: str) -> str:
    """`text` with every disguising character written out, e.g. a right-to-left override as ``[U+202E]``."""
    return _DISGUISES.sub(_written_out, text)


def on_one_line(text: str) -> str:
    """The same for a cell of a table, where a tab or a newline would disguise too."""
    return _BREAKS.sub(_written_out, visible(text))


def _written_out(found: re.Match[str]) -> str:
    return f"[U+{ord(found.group()):04X}]"
