"""Official numbers of legal persons: brought to one spelling, and checked by their check digits where they have any.

A wrong number is kept as a problem of its record and never links two records: a typing error would join strangers,
and an invented number would let somebody pose as another.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Identifier
from plimsoll.parties.normalise import is_placeholder, plain

REGISTERS = {
    "AT": ("at.businessid",),
    "AU": ("au.acn", "au.abn"),
    "BE": ("be.vat",),
    "BG": ("bg.vat",),
    "BR": ("br.cnpj",),
    "CA": ("ca.bn",),
    "CH": ("ch.uid",),
    "CL": ("cl.rut",),
    "CN": ("cn.uscc",),
    "CO": ("co.nit",),
    "CZ": ("cz.dic",),
    "DK": ("dk.cvr",),
    "EE": ("ee.registrikood",),
    "FI": ("fi.ytunnus",),
    "FR": ("fr.siren", "fr.siret"),
    "IL": ("il.hp",),
    "JP": ("jp.cn",),
    "KR": ("kr.brn",),
    "NO": ("no.orgnr",),
    "RU": ("ru.inn",),
    "SE": ("se.orgnr",),
    "SG": ("sg.uen",),
    "TW": ("tw.ubn",),
    "UA": ("ua.edrpou",),
}
"""Company registers whose numbers have check digits; of several kinds, one must hold."""

SHAPES = {
    "DE": r"[A-Z]*(?:HRA|HRB|GNR|PR|VR|GSR)\d{1,6}[A-Z]{0,3}",
    "GB": r"\d{8}|[A-Z]{2}\d{6}|R\d{7}",
    "IE": r"\d{1,7}",
    "IN": r"[LUF]\d{5}[A-Z]{2}\d{4}[A-Z]{3}\d{6}|[A-Z]{3}-?\d{4}|[A-Z]{5}\d{4}[A-Z]",
    "IT": r"(?:REA)?[A-Z]{2}\d{4,7}|\d{11}|[A-Z0-9]{16}",
    "LU": r"B?\d{1,7}",
    "NL": r"\d{8}",
    "PL": r"(?:KRS)?\d{10}|(?:REGON)?\d{9}(?:\d{5})?",
}
"""Company registers whose numbers have a shape and no check digit."""

TAXES = {
    "AR": ("ar.cuit",),
    "AT": ("at.uid", "at.tin"),
    "AU": ("au.abn", "au.tfn"),
    "BE": ("be.vat", "be.nn"),
    "BG": ("bg.vat",),
    "BR": ("br.cnpj", "br.cpf"),
    "CA": ("ca.bn", "ca.sin"),
    "CH": ("ch.vat", "ch.uid", "ch.ssn"),
    "CL": ("cl.rut",),
    "CN": ("cn.uscc", "cn.ric"),
    "CO": ("co.nit",),
    "CY": ("cy.vat",),
    "CZ": ("cz.dic",),
    "DE": ("de.vat", "de.idnr", "de.stnr"),
    "DK": ("dk.cvr", "dk.cpr"),
    "EE": ("ee.kmkr", "ee.ik"),
    "ES": ("es.nif",),
    "FI": ("fi.alv", "fi.hetu"),
    "FR": ("fr.tva", "fr.nif", "fr.siren"),
    "GB": ("gb.vat", "gb.utr", "gb.nhs"),
    "GR": ("gr.vat",),
    "HR": ("hr.oib",),
    "HU": ("hu.anum",),
    "IE": ("ie.vat", "ie.pps"),
    "IL": ("il.hp", "il.idnr"),
    "IN": ("in_.gstin", "in_.pan"),
    "IT": ("it.iva", "it.codicefiscale"),
    "JP": ("jp.cn",),
    "KR": ("kr.brn", "kr.rrn"),
    "LT": ("lt.pvm",),
    "LU": ("lu.tva",),
    "LV": ("lv.pvn",),
    "MT": ("mt.vat",),
    "MX": ("mx.rfc",),
    "NL": ("nl.btw", "nl.bsn"),
    "NO": ("no.mva", "no.orgnr", "no.fodselsnummer"),
    "NZ": ("nz.ird",),
    "PL": ("pl.nip", "pl.pesel"),
    "PT": ("pt.nif",),
    "RO": ("ro.cf", "ro.cnp"),
    "RU": ("ru.inn",),
    "SE": ("se.vat", "se.orgnr", "se.personnummer"),
    "SG": ("sg.uen",),
    "SI": ("si.ddv",),
    "SK": ("sk.dph",),
    "TR": ("tr.vkn", "tr.tckimlik"),
    "TW": ("tw.ubn",),
    "UA": ("ua.edrpou", "ua.rntrc"),
    "US": ("us.ein", "us.ssn", "us.itin"),
    "ZA": ("za.tin", "za.idnr"),
}
"""Numbers of tax offices, of companies and of persons."""

_SCHEME = re.compile(r"lei|(?:reg|tax|vat):[a-z]{2}", re.IGNORECASE)
_FEWEST_DIGITS = 2
"""``PENDING`` and ``APPLIED FOR`` are no numbers; where a number is due, many write the same word."""
_VALUE = re.compile(r"[0-9A-Z][0-9A-Z/+*#_:-]{1,63}")
_PLACES = {"UK": "GB", "EL": "GR"}


class _Number(Protocol):
    """A module of python-stdnum."""

    def is_valid(self, number: str) -> bool: ...


@lru_cache(1 << 18)
def checked(scheme: str, value: str) -> Identifier | KycProblem | None:
    """The identifier in its compact form, what is wrong with it, or None where it says nothing (``N/A``)."""
    if is_placeholder(value):
        return None
    if _SCHEME.fullmatch(scheme.strip()) is None:
        what = f'"{scheme[:20]}" is not a kind of number: lei, reg:XX or tax:XX with the country XX'
        return KycProblem("identifier.unknown_scheme", what)
    kind, _, place = scheme.strip().lower().partition(":")
    country = _PLACES.get(place.upper(), place.upper())
    number = compact(value)
    if kind == "lei":
        return _checked_lei(number)
    name = "register" if kind == "reg" else "tax"
    shown = f"the {name} number {number[:40]} of {country}"
    if _VALUE.fullmatch(number) is None:
        return KycProblem(f"{name}.unreadable", f"{shown} has characters that no number has")
    if is_placeholder(number) or sum(letter.isdigit() for letter in number) < _FEWEST_DIGITS:
        return KycProblem(f"{name}.unreadable", f"{shown} is not a number that was given")
    if kind == "reg" and country in SHAPES:
        number = number.zfill(8) if country == "GB" and number.isdigit() else number
        if re.fullmatch(SHAPES[country], number) is None:
            return KycProblem("register.unreadable", f"{shown} does not have the form that the country gives")
        return Identifier("reg:" + country, number)
    known = (REGISTERS if kind == "reg" else TAXES).get(country, ())
    if known and not _holds(country, number, known):
        return KycProblem(f"{name}.check_digit", f"{shown} is not one that the country gives: a digit is wrong")
    return Identifier(f"{'reg' if kind == 'reg' else 'tax'}:{country}", _bare(country, number))


def compact(value: str) -> str:
    """ASCII capitals and digits, without blanks, dots and dashes."""
    return re.sub(r"[^0-9A-Z/+*#_:]", "", plain(value.replace("ß", "ss")).upper())


@lru_cache(256)
def _module(name: str) -> _Number:
    return cast(_Number, import_module(f"stdnum.{name}"))


def _checked_lei(number: str) -> Identifier | KycProblem:
    if re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", number) is None:
        return KycProblem("lei.unreadable", f"the LEI {number[:40]} does not have 18 letters or digits and two digits")
    if not _module("lei").is_valid(number):
        return KycProblem("lei.check_digit", f"the LEI {number} has wrong check digits")
    return Identifier("lei", number)


def _holds(country: str, number: str, known: tuple[str, ...]) -> bool:
    """Whether one of the kinds of number holds; VAT numbers are written with and without their country in front."""
    bare = _bare(country, number)
    return any(_module(each).is_valid(text) for each in known for text in {number, bare})


def _bare(country: str, number: str) -> str:
    """Without the country in front, so that two spellings of a number are equal."""
    for prefix in (country, "EL" if country == "GR" else country):
        if number.startswith(prefix) and number[len(prefix) : len(prefix) + 1].isdigit() and len(number) > 7:
            return number.removeprefix(prefix)
    return number
