"""Invented names in other scripts: simple letter tables, so that one company may be filed under two writings."""

from __future__ import annotations

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CYRILLIC = dict(zip(_LATIN, "абкдефгхийклмнопкрстуввхыз", strict=True))
_GREEK = dict(zip(_LATIN, "αβκδεφγχιγκλμνοπκρστυβωξυζ", strict=True))
_ARABIC = dict(zip(_LATIN, "ابكدهفغحيجكلمنوبقرستوفوخيز", strict=True))
_IDEOGRAPHS = "安百千大英福高海一城金林明南欧平全瑞山天宇文万新洋泽"

SCRIPT_OF = {
    "JP": "ideographs",
    "KR": "ideographs",
    "SG": "ideographs",
    "IN": "arabic",
    "CH": "greek",
    "SE": "cyrillic",
}
"""The other script that companies of a jurisdiction may be filed in. Arbitrary: the companies are invented."""


def written(text: str, script: str) -> str:
    """The text in ``cyrillic``, ``greek``, ``arabic`` or ``ideographs`` (every second letter there); signs stay."""
    if script == "ideographs":
        letters = [letter for letter in text.lower() if letter in _LATIN]
        return "".join(_IDEOGRAPHS[_LATIN.index(letter)] for letter in letters[::2])
    table = {"cyrillic": _CYRILLIC, "greek": _GREEK, "arabic": _ARABIC}[script]
    found = "".join(table.get(letter, letter) for letter in text.lower())
    return found if script == "arabic" else found.title()
