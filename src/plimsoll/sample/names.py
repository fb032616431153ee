"""Invented names. They are built from syllables so that no list of real companies is needed or used."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.sample.draw import Draw, Shuffle, key_of

_FIRST = (
    "Am", "Bel", "Cor", "Dra", "El", "Fen", "Gal", "Hul", "Is", "Jor", "Kel", "Lum", "Mor", "Nev", "Or", "Pel",
    "Quis", "Rav", "Sel", "Thal", "Ul", "Vor", "Wex", "Yar", "Zan",
)  # fmt: skip
_MIDDLE = (
    "a", "ba", "ci", "do", "e", "fi", "go", "ha", "i", "ka", "le", "mi", "no", "o", "pe", "ri", "sa", "te", "u", "ve",
)  # fmt: skip
_LAST = (
    "bren", "cast", "dell", "fex", "grist", "hask", "kern", "lond", "mire", "nolt", "pard", "quell", "rune", "sk",
    "tarn", "vane", "wick", "xa", "yth", "zeph",
)  # fmt: skip
_TRADES = (
    "Agronomy", "Analytics", "Assays", "Biologics", "Cartography", "Ceramics", "Dynamics", "Freight", "Genomics",
    "Horology", "Instruments", "Lexicon", "Logistics", "Materials", "Meteorology", "Optics", "Pharma", "Pictures",
    "Robotics", "Seismics", "Software", "Speech", "Studios", "Systems", "Textiles",
)  # fmt: skip
_RESEARCH = ("Institute", "University", "Observatory", "Research Centre", "Academy")
_LABS = ("Labs", "Intelligence", "Cognition", "Reasoning", "Models")

FORMS = {
    "BR": "Ltda", "CA": "Inc.", "CH": "AG", "DE": "GmbH", "ES": "SL", "FR": "SAS", "GB": "Ltd", "IE": "DAC",
    "IN": "Pvt Ltd", "IT": "Srl", "JP": "KK", "KR": "Co., Ltd.", "NL": "BV", "SE": "AB", "SG": "Pte. Ltd.",
    "US": "Inc.",
}  # fmt: skip
"""Legal form by jurisdiction (ISO 3166-1 alpha-2 codes of real countries, for companies that do not exist)."""

LONG_FORMS = {
    "AB": ("Aktiebolag",), "AG": ("Aktiengesellschaft", "A.G."), "BV": ("B.V.", "Besloten Vennootschap"),
    "DAC": ("Designated Activity Company", "D.A.C."), "GmbH": ("G.m.b.H.", "Gesellschaft mit beschränkter Haftung"),
    "Inc.": ("Incorporated", "Inc", "INC"), "KK": ("Kabushiki Kaisha", "K.K."), "Ltd": ("Limited", "Ltd.", "LTD"),
    "Ltda": ("Ltda.", "Limitada"), "SAS": ("S.A.S.",), "SL": ("S.L.", "Sociedad Limitada"), "Srl": ("S.r.l.",),
}  # fmt: skip
"""Other writings of a legal form."""

MAX_NAMES = len(_FIRST) * len(_MIDDLE) * len(_LAST) * 25
"""How many distinct parties can be named."""


@dataclass(frozen=True, slots=True)
class Name:
    """A party's legal name, the short word for ids, and where it is registered."""

    legal: str
    slug: str
    jurisdiction: str


class Namer:
    """Gives the customer with a given number its name; no two share one."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._order = Shuffle(key_of(seed, "names"), MAX_NAMES)

    def name(self, number: int, kind: str) -> Name:
        """`kind` is "company", "research" or "lab"."""
        place, trade = divmod(self._order(number), 25)
        place, last = divmod(place, len(_LAST))
        first, middle = divmod(place, len(_MIDDLE))
        stem = _FIRST[first] + _MIDDLE[middle] + _LAST[last]
        jurisdiction = Draw(key_of(self._seed, "jurisdiction", number)).one_of(tuple(FORMS))
        if kind == "research":
            legal = f"{stem} {_RESEARCH[trade % 5]} of {_TRADES[trade]}"
        elif kind == "lab":
            legal = f"{stem} {_TRADES[trade]} {_LABS[trade % 5]} {FORMS[jurisdiction]}"
        else:
            legal = f"{stem} {_TRADES[trade]} {FORMS[jurisdiction]}"
        return Name(legal, f"{stem}-{_TRADES[trade]}".lower(), jurisdiction)
