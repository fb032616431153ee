"""Invented persons and places for customer records: names, days of birth, streets, cities, telephone numbers."""

from __future__ import annotations

from plimsoll.parties.kyc import Address
from plimsoll.sample.draw import Draw

_GIVEN = (
    "Adel", "Bren", "Cali", "Doma", "Eri", "Falo", "Gesa", "Hari", "Ilo", "Jana", "Kiro", "Lena", "Mavi", "Nilo",
    "Osca", "Pira", "Quen", "Rosa", "Selu", "Tami", "Ulri", "Vela", "Wima", "Yori", "Zeno",
)  # fmt: skip
_GIVEN_END = ("", "n", "ta", "ro", "lia", "s", "mir", "ne")
_FAMILY = (
    "Abra", "Bello", "Corda", "Dunna", "Elve", "Farro", "Grima", "Halde", "Iver", "Jolde", "Karma", "Lorre", "Mendo",
    "Nakra", "Orlo", "Pasca", "Quint", "Rudo", "Sarno", "Tolve", "Urba", "Vasco", "Wendo", "Yarro", "Zimma",
)  # fmt: skip
_FAMILY_MIDDLE = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "sh")
_FAMILY_END = ("er", "ini", "ovan", "sen", "wright", "aki", "eira", "man", "oud", "ström", "é", "ić", "ez", "ó", "ulu")
_COMMON_GIVEN = ("Maro", "Ana", "Jono", "Li", "Samo", "Nia", "Omi", "Tia")
_COMMON_FAMILY = ("Silvo", "Smeth", "Wanh", "Garso", "Mullar", "Kimo", "Patelo", "Rossa", "Novo", "Tanaro")
_STREETS = ("Anchor", "Birch", "Canal", "Depot", "Elm", "Ferry", "Granary", "Harbour", "Inlet", "Juniper", "Kiln",
            "Lantern", "Mill", "North", "Orchard", "Pier", "Quarry", "River", "Station", "Tannery", "Upland", "Vine",
            "Weir", "Yard")  # fmt: skip
_WAYS = ("Street", "Road", "Lane", "Square", "Avenue", "Quay", "Park", "Court")
_CITY = ("Al", "Bor", "Cas", "Dor", "Esk", "Fal", "Gren", "Hol", "Ilm", "Kar", "Lun", "Mar")
_CITY_END = ("bridge", "haven", "stad", "ville", "mouth", "ford", "minster", "burg")


def rare_name(draw: Draw) -> str:
    """A name that hardly anybody else has: one of about 5 million."""
    given = draw.one_of(_GIVEN) + draw.one_of(_GIVEN_END)
    middle = draw.one_of(_GIVEN)
    return f"{given} {middle} {draw.one_of(_FAMILY)}{draw.one_of(_FAMILY_MIDDLE)}{draw.one_of(_FAMILY_END)}"


def common_name(draw: Draw) -> str:
    """One of eighty names that many share."""
    return f"{draw.one_of(_COMMON_GIVEN)} {draw.one_of(_COMMON_FAMILY)}"


def person_name(draw: Draw) -> str:
    """One person in seven has a common name."""
    return common_name(draw) if draw.happens(140) else rare_name(draw)


def birthday(draw: Draw) -> str:
    """A date of birth between 1945 and 2001."""
    return f"{draw.between(1945, 2001)}-{draw.between(1, 12):02}-{draw.between(1, 28):02}"


def address(draw: Draw, country: str) -> Address:
    """Somewhere in an invented city; of a country's cities there are 96."""
    city = draw.one_of(_CITY) + draw.one_of(_CITY_END)
    street = f"{draw.between(1, 240)} {draw.one_of(_STREETS)} {draw.one_of(_WAYS)}"
    return Address(street, city, f"{draw.between(10_000, 99_999)}", country)


def phone(draw: Draw) -> str:
    """A telephone number as plain text, before it is hashed."""
    return f"+{draw.between(20, 98)}{draw.between(10_000_000, 9_999_999_999)}"
