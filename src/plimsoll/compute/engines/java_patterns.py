"""Regular expressions as DuckDB reads them (RE2), written so that Java reads the same in them."""

from __future__ import annotations

_SPACE = r"\t\n\f\r "
_END = "$"


def java_pattern(pattern: str) -> str:
    r"""The pattern for Java.

    RE2's ``$`` is the end of the text, Java's also stands before a last line end; Java's ``\s`` has the vertical tab,
    RE2's has not; Java takes several characters for line ends, RE2 the newline alone; and inside a class Java reads
    ``[`` and ``&&`` as operators.
    """
    out: list[str] = []
    in_class = False
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            pair = pattern[at : at + 2]
            space = _SPACE if in_class else f"[{_SPACE}]"
            out.append({r"\s": space, r"\S": pair if in_class else f"[^{_SPACE}]"}.get(pair, pair))
            at += 2
            continue
        if in_class:
            begun = pattern[at - 1] == "[" or pattern[at - 2 : at] == "[^"
            in_class = letter != "]" or begun
            out.append(rf"\{letter}" if letter in "[&" else letter)
        elif letter == "[":
            in_class = True
            out.append(letter)
        else:
            out.append(r"\z" if letter == _END else letter)
        at += 1
    return "(?d)" + "".join(out)
