"""Keys for comparing what people write: one spelling for many, and nothing for what says nothing.

Every function is pure and gives ASCII. An empty key (or None) means "cannot be compared": it equals nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from plimsoll.parties.legal_forms import FORMS_IN_SCRIPT, LEADING_FORMS, TRAILING_FORMS
from plimsoll.parties.said_nothing import FREE_MAIL, NOTHING

_CACHE = 1 << 14
"""Values that many records repeat; a key that is met once is cheaper to make than to keep."""

LONGEST = 400
"""Characters of a name or an address line that are compared. No register enters a longer one."""

_MARKS = str.maketrans(dict.fromkeys("™®©℠℗", " "))
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјкорсухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaesijkopcyxdqwhABEZHIKMNOPTYXo"
)
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0370-\u052f])\w+")
"""A word of Latin and Greek or Cyrillic letters: no language has one, but it reads like another word."""

_SCRIPT_FORMS = re.compile("|".join(sorted(map(re.escape, FORMS_IN_SCRIPT), key=len, reverse=True)))
_APART = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(r"['’`´.]")
_TITLES_WORDS = """
mr mrs ms miss dr prof professor sir dame lord lady ing dipl mag mba phd msc bsc ma ba jr sr esq herr frau
"""
_TITLES = frozenset(_TITLES_WORDS.split())
_STREET_WORDS = {
    "street": "st",
    "strasse": "str",
    "road": "rd",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "lane": "ln",
    "drive": "dr",
    "square": "sq",
    "court": "ct",
    "place": "pl",
    "highway": "hwy",
    "building": "bldg",
    "floor": "fl",
    "suite": "ste",
    "apartment": "apt",
    "platz": "pl",
    "rue": "r",
    "calle": "c",
    "saint": "st",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "number": "",
    "no": "",
    "nr": "",
}
_MAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}@([a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63})+)")
_FILLERS = "0123456789x"
"""Signs that fill a field when they are repeated; two or three equal letters may be a name."""

_DIGITS_UP = "01234567890123456789"
_DIGITS_DOWN = _DIGITS_UP[::-1]


def plain(text: str) -> str:
    """Lower-case ASCII: compatibility forms unified, marks, controls and direction overrides gone, other scripts
    transliterated, symbols as blanks."""
    if text.isascii():
        return text[:LONGEST].casefold()
    one_script = _MIXED.sub(lambda word: word[0].translate(_LOOKALIKES), text[:LONGEST].translate(_MARKS))
    folded = unicodedata.normalize("NFKD", one_script)
    kept = "".join(_kept(letter) for letter in folded)
    return str(anyascii(unicodedata.normalize("NFC", kept))).casefold()


@lru_cache(_CACHE)
def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Mn", "Me", "Cf", "Cs", "Co", "Cn"):
        return ""
    if category[0] in "SZC" and letter not in "&+":
        return " "
    return letter


def _words(text: str) -> list[str]:
    spelled = plain(text)
    if "&" in spelled:
        spelled = spelled.replace("&", " and ")
    words = _WORD.findall(_JOINED.sub("", spelled))
    return _run_together(words) if sum(len(word) == 1 for word in words) > 1 else words


def _run_together(words: list[str]) -> list[str]:
    """Single letters that follow each other are one abbreviation: ``s a r l`` is ``sarl``."""
    joined: list[str] = []
    single = False
    for word in words:
        alone = len(word) == 1 and word.isalpha()
        if alone and single:
            joined[-1] += word
        else:
            joined.append(word)
        single = alone
    return joined


@lru_cache(_CACHE)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a company's name without its legal form, in order; empty where nothing is left to compare."""
    words = _without_forms(_words(_SCRIPT_FORMS.sub(" ", name) if not name.isascii() else name))
    return () if tuple(words) in TRAILING_FORMS or tuple(words) in LEADING_FORMS else tuple(words)


def _without_forms(words: list[str]) -> list[str]:
    for first in (3, 2, 1):
        if len(words) > first and tuple(words[:first]) in LEADING_FORMS:
            words = words[first:]
            break
    shorter = True
    while shorter:
        shorter = False
        for last in (3, 2, 1):
            if len(words) > last and tuple(words[-last:]) in TRAILING_FORMS:
                words, shorter = words[:-last], True
                break
    return words


@lru_cache(_CACHE)
def name_key(name: str) -> str:
    """The name of a company as one key: ``Müller & Söhne GmbH`` and ``MULLER AND SOHNE`` are ``muller sohne``."""
    words = [word for word in name_tokens(name) if word not in ("and", "und", "et", "y", "the")]
    key = " ".join(words or name_tokens(name))
    return "" if is_placeholder(key) or is_placeholder(name) else key


@lru_cache(_CACHE)
def person_key(name: str, born: str | None = None) -> str:
    """A person: words of the name in alphabetical order, titles dropped; ``|`` and the birth date or year if known."""
    words = [word for word in _words(name) if word not in _TITLES] or _words(name)
    key = " ".join(sorted(words))
    if is_placeholder(key) or is_placeholder(name):
        return ""
    return f"{key}|{born}" if born else key


def address_key(street: str | None, city: str | None, postcode: str | None, country: str | None) -> str:
    """A place: country, postcode (else city), and the words of the street in alphabetical order.

    Empty unless there is a street with a name, and a postcode or a city.
    """
    words = sorted(word for word in (_STREET_WORDS.get(each, each) for each in _street(street or "")) if word)
    code = "".join(_words(postcode or ""))
    town = " ".join(_words(city or ""))
    where = "" if is_placeholder(code) else code
    where = where or ("" if is_placeholder(town) else town)
    if not where or not any(word.isalpha() and len(word) > 1 for word in words) or is_placeholder(street or ""):
        return ""
    return f"{(country or '').casefold()}|{where}|{' '.join(words)}"


def _street(street: str) -> list[str]:
    words: list[str] = []
    for word in _words(street):
        for ending in ("strasse", "str"):
            if word.endswith(ending) and len(word) > len(ending) + 2:
                words += [word.removesuffix(ending), "str"]
                break
        else:
            words.append(word)
    return words


@lru_cache(_CACHE)
def mailbox(email: str) -> str:
    """An e-mail address in one spelling; empty where it is none or says nothing."""
    text = unicodedata.normalize("NFKC", email.strip()).casefold().removeprefix("mailto:")
    local, _, domain = text.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    text = f"{local}@{domain}"
    if _MAIL.fullmatch(text) is None:
        return ""
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.partition("+")[0].replace(".", ""), "gmail.com"
    if domain in FREE_MAIL:
        return "" if not local or is_placeholder(local) else f"{local}@{domain}"
    if not local or domain.partition(".")[0] in NOTHING or domain in _NOBODYS:
        return ""
    return f"{local}@{domain}"


_NOBODYS = frozenset(("example.com", "example.org", "example.net", "localhost.localdomain", "mail.invalid"))


def email_domain(email: str) -> str | None:
    """The domain of an e-mail address; None for free-mail, where it says nothing about its owner."""
    domain = mailbox(email).rpartition("@")[2]
    return None if not domain or domain in FREE_MAIL else domain


@lru_cache(_CACHE)
def phone_key(phone: str, calling_code: str | None = None) -> str:
    """``+`` and digits (E.164). A national number needs the `calling_code` of its country, e.g. ``44``.

    Empty where it is no telephone number: fewer than six digits, more than fifteen, or all the same.
    """
    text = unicodedata.normalize("NFKC", phone).casefold().removeprefix("tel:")
    text = re.split(r"(?:ext|x|#|;)", text, maxsplit=1)[0]
    international = text.strip().lstrip("( ").startswith("+")
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    if international:
        digits = _without_trunk(digits, text)
    elif digits.startswith("00"):
        digits, international = digits[2:], True
    elif calling_code:
        digits, international = calling_code + digits.removeprefix("0"), True
    if not 6 <= len(digits) <= 15 or is_placeholder(digits) or is_placeholder(digits[-7:]):
        return ""
    return ("+" if international else "") + digits


def _without_trunk(digits: str, text: str) -> str:
    """``+44 (0)20 …``: the nought in brackets is not dialled."""
    return digits.replace("0", "", 1) if re.search(r"\(\s*0\s*\)", text) and "(0" in text.replace(" ", "") else digits


def mixes_scripts(text: str) -> bool:
    """Whether a word has letters of two scripts that look alike, and so seems to be another word."""
    return not text.isascii() and _MIXED.search(text[:LONGEST]) is not None


@lru_cache(_CACHE)
def is_placeholder(text: str) -> bool:
    """Whether the text stands for nothing: ``N/A``, ``unknown``, ``-``, ``000000``, ``test``, in any spelling."""
    if text.isascii():
        bare = _APART.sub("", text.casefold())
    else:
        if unicodedata.normalize("NFKC", text).casefold().strip() in NOTHING:
            return True
        bare = _APART.sub("", plain(text))
    if bare in NOTHING or (len(bare) > 1 and bare == bare[0] * len(bare) and (bare[0] in _FILLERS or len(bare) > 3)):
        return True
    return len(bare) >= 4 and bare.isdigit() and (bare in _DIGITS_UP or bare in _DIGITS_DOWN)
