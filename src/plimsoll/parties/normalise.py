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

_CACHE = 1 << 18
"""Names and addresses of a nation's filing: each step of a run asks for the keys of all of them again."""
_FEW = 1 << 14

LONGEST = 400
"""Characters of a name or an address line that are compared. No register enters a longer one."""

_MARKS = str.maketrans(dict.fromkeys("™®©℠℗", " "))
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјкорсухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaesijkopcyxdqwhABEZHIKMNOPTYXo"
)
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0370-\u052f])\w+")
"""A word of Latin and Greek or Cyrillic letters: no language has one, but it reads like another word."""

_BEYOND_LATIN = re.compile("[^\0-\u036f]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_SYMBOLS = str.maketrans({chr(code): " " for code in (*range(33), 127, *map(ord, "$<=>^`|~"))})

_SPOKEN = "".join(
    sign
    for first, last in ((0x900, 0x109F), (0x1700, 0x17FF), (0x3099, 0x309A), (0xA8E0, 0xA8FF))
    for sign in map(chr, range(first, last + 1))
    if unicodedata.category(sign) == "Mn"
)
"""Marks that are sounds and no accents: without them Thai has no vowels, and Japanese *ga* is *ka*."""
_STRAY = re.compile(f"(?<![^\0-\u08ff])[{_SPOKEN}]+")
"""Such a mark on a letter of another script says nothing there; it only disguises a word."""

_SCRIPT_FORMS = re.compile("|".join(sorted(map(re.escape, FORMS_IN_SCRIPT), key=len, reverse=True)))
_LEADING_STARTS = frozenset(form[0] for form in LEADING_FORMS)
_TRAILING_ENDS = frozenset(form[-1] for form in TRAILING_FORMS)
_APART = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"[a-z0-9]+")
_JOINED = re.compile(r"['’`´.]")
_TITLES_WORDS = """
mr mrs ms miss dr prof professor sir dame lord lady ing dipl mag mba phd msc bsc ma ba jr sr esq herr frau
"""
_TITLES = frozenset(_TITLES_WORDS.split())
_JOINING = frozenset(("and", "und", "et", "y", "the"))
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
        return text[:LONGEST].lower()
    if not _BEYOND_LATIN.search(text):
        # Most of what is not ASCII is a few accents, and needs no look at each letter.
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text[:LONGEST]))
        if bare.isascii():
            return bare.translate(_SYMBOLS).lower()
    one_script = _MIXED.sub(lambda word: word[0].translate(_LOOKALIKES), text[:LONGEST].translate(_MARKS))
    folded = unicodedata.normalize("NFKD", one_script)
    kept = _STRAY.sub("", "".join(map(_kept, folded)))
    return kept.lower() if kept.isascii() else str(anyascii(unicodedata.normalize("NFC", kept))).casefold()


@lru_cache(_FEW)
def _kept(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Mn" and letter in _SPOKEN:
        return letter
    if category in ("Mn", "Me", "Cf", "Cs", "Co", "Cn"):
        return ""
    if category[0] in "SZC" and letter not in "&+":
        return " "
    return letter


def _words(text: str) -> list[str]:
    spelled = plain(text)
    if "&" in spelled:
        spelled = spelled.replace("&", " and ")
    words = spelled.split()
    if not "".join(words).isalnum():
        words = _WORD.findall(_JOINED.sub("", spelled))
    return _run_together(words) if 1 in map(len, words) else words


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


@lru_cache(_FEW)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a company's name without its legal form, in order; empty where nothing is left to compare."""
    words = _without_forms(_words(_SCRIPT_FORMS.sub(" ", name) if not name.isascii() else name))
    return () if tuple(words) in TRAILING_FORMS or tuple(words) in LEADING_FORMS else tuple(words)


def _without_forms(words: list[str]) -> list[str]:
    if words and words[0] in _LEADING_STARTS:
        for first in (3, 2, 1):
            if len(words) > first and tuple(words[:first]) in LEADING_FORMS:
                words = words[first:]
                break
    shorter = True
    while shorter:
        shorter = False
        if not words or words[-1] not in _TRAILING_ENDS:
            break
        for last in (3, 2, 1):
            if len(words) > last and tuple(words[-last:]) in TRAILING_FORMS:
                words, shorter = words[:-last], True
                break
    return words


@lru_cache(_CACHE)
def name_key(name: str) -> str:
    """The name of a company as one key: ``Müller & Söhne GmbH`` and ``MULLER AND SOHNE`` are ``muller sohne``."""
    tokens = name_tokens(name)
    words = tokens if _JOINING.isdisjoint(tokens) else [word for word in tokens if word not in _JOINING]
    key = " ".join(words or tokens)
    return "" if is_placeholder(key) or is_placeholder(name) else key


@lru_cache(_CACHE)
def person_key(name: str, born: str | None = None) -> str:
    """A person: words of the name in alphabetical order, titles dropped; ``|`` and the birth date or year if known.

    Titles are dropped only where two words remain, because some are names too: Jack Ma is not Jack Ba.
    """
    written = words = _words(name)
    if not _TITLES.isdisjoint(written):
        without = [word for word in written if word not in _TITLES]
        words = without if len(without) > 1 else written
    key = " ".join(sorted(words))
    if is_placeholder(key) or is_placeholder(name):
        return ""
    return f"{key}|{born}" if born else key


@lru_cache(_CACHE)
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


def is_placeholder(text: str) -> bool:
    """Whether the text stands for nothing: ``N/A``, ``unknown``, ``-``, ``000000``, ``test``, in any spelling."""
    start = text[:3]
    if len(start) == 3 and start.isalpha() and text[:4].isascii():
        # Most texts are names, and the beginning alone shows that they are something; no accent follows on it.
        start = start.lower()
        if start not in _BEGINNINGS and start != start[0] * 3:
            return False
    return _stands_for_nothing(text)


_BEGINNINGS = frozenset(word[:most] for word in NOTHING for most in (1, 2, 3))


@lru_cache(_FEW)
def _stands_for_nothing(text: str) -> bool:
    if text.isascii():
        bare = text.lower()
        if not bare.isalnum():
            bare = _APART.sub("", bare)
    else:
        if unicodedata.normalize("NFKC", text).casefold().strip() in NOTHING:
            return True
        bare = _APART.sub("", plain(text))
    if bare in NOTHING:
        return True
    if bare[0] == bare[-1] and len(bare) > 1 and bare == bare[0] * len(bare):
        return bare[0] in _FILLERS or len(bare) > 3 or _counts(bare)
    return _counts(bare)


def _counts(bare: str) -> bool:
    """Whether the digits follow each other."""
    return len(bare) >= 4 and bare.isdigit() and (bare in _DIGITS_UP or bare in _DIGITS_DOWN)
