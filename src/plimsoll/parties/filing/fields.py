"""One record out of plain values, whichever format they came in: what cannot be read becomes a problem, not a loss.

Only a row that names no account is refused. Everything else that is wrong is taken out and said, because a record
that is thrown away for a mistyped date would hide whom it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import TypeGuard, TypeVar

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.shares import WHOLE_BP, read_share
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Address, CustomerRecord, Downstream, Holder, Identifier, Kind, Role, Use

Row = Mapping[str, object]
"""A record as JSON, CSV or Parquet give it: text, whole numbers, decimals as text, lists, mappings, dates, None."""

LONGEST_TEXT = 2_000
_FEW = 8
MOST_ITEMS = 100_000
"""Parts of one list. The largest reseller has fewer customers."""

_KNOWN = frozenset(CustomerRecord.__slots__)
_ADDRESS, _DOWNSTREAM = frozenset(Address.__slots__), frozenset(Downstream.__slots__)
_HOLDER = frozenset((*Holder.__slots__, "share", "share_max"))
_UNREADABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_BORN = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_TRUE, _FALSE = frozenset(("true", "yes", "y", "1")), frozenset(("false", "no", "n", "0"))

Word = TypeVar("Word", bound=Enum)
T = TypeVar("T")


def record_from(row: Row, provider: str | None, filed_on: date | None) -> tuple[CustomerRecord, list[KycProblem]]:
    """The record as filed, and what could not be read of it.

    Args:
        provider: from a ``provider=ID`` folder; the row need not repeat it, and may not contradict it.
        filed_on: the day of the whole file, for a row that names none.

    Raises:
        PlimsollError: ``account.missing``, ``provider.missing``, ``provider.contradicts_folder``.
    """
    reading = Reading()
    stated = reading.text(row, "provider")
    account = reading.text(row, "account")
    if account is None:
        raise PlimsollError(
            "account.missing", "the record names no account", fix="Name the account as the usage reports do."
        )
    if provider is not None and stated is not None and stated != provider:
        raise PlimsollError(
            "provider.contradicts_folder",
            f'the record is of an account at "{stated[:60]}", the folder is that of "{provider[:60]}"',
            fix="A provider files the accounts that it keeps itself; file this one in its own folder.",
        )
    holder_of_account = provider or stated
    if holder_of_account is None:
        raise PlimsollError(
            "provider.missing",
            "neither the record nor a folder names the provider",
            fix='Give "provider", or put the file into a folder provider=ID.',
        )
    reading.unknown(row, _KNOWN, "")
    record = CustomerRecord(
        provider=holder_of_account.replace("/", "%2F"),
        account=account,
        legal_name=reading.text(row, "legal_name") or "",
        kind=reading.word(row, "kind", Kind) or Kind.COMPANY,
        customer_ref=reading.text(row, "customer_ref"),
        aliases=reading.texts(row, "aliases"),
        identifiers=reading.parts(row, "identifiers", _identifier),
        jurisdiction=reading.text(row, "jurisdiction"),
        incorporated=reading.day(row, "incorporated"),
        addresses=reading.parts(row, "addresses", _address),
        emails=reading.texts(row, "emails"),
        phones=reading.texts(row, "phones"),
        payment_instruments=reading.texts(row, "payment_instruments"),
        payer=reading.text(row, "payer"),
        access_networks=reading.texts(row, "access_networks"),
        holders=reading.parts(row, "holders", _holder),
        reseller=reading.truth(row, "reseller"),
        downstream=_downstream_list(row, reading),
        declared_use=reading.word(row, "declared_use", Use),
        opened=reading.day(row, "opened"),
        closed=reading.day(row, "closed"),
        filed_on=reading.day(row, "filed_on") or filed_on,
    )
    return record, reading.problems


def writable(what: str) -> str:
    """A sentence that quotes a filing; what no text can hold would keep the whole report from being written."""
    return _UNREADABLE.sub("\ufffd", what)


class Reading:
    """Reads the fields of one row and keeps what went wrong."""

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: list[KycProblem] = []

    def wrong(self, code: str, what: str) -> None:
        self.problems.append(KycProblem(code, writable(what)))

    def unknown(self, row: Row, known: frozenset[str], where: str) -> None:
        if not row.keys() <= known:
            names = ", ".join(sorted(str(name)[:40] for name in row.keys() - known)[:5])
            self.wrong("field.unknown", f"no field of {where or 'a record'} is called {names}")

    def text(self, row: Row, name: str) -> str | None:
        value = row.get(name)
        if value is None:
            return None
        if value.__class__ is str and len(value) <= LONGEST_TEXT and value.isprintable():
            return value.strip() or None
        return self._text(value, name)

    def _text(self, value: object, name: str) -> str | None:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self.wrong("field.wrong_type", f"{name} is {_kind(value)}, not text")
            return None
        text = value if isinstance(value, str) else str(value)
        if not text.isprintable() and _UNREADABLE.search(text):
            self.wrong("text.unreadable", f"{name} has characters that no text has; they are taken out")
            text = _UNREADABLE.sub("", text)
        if len(text) > LONGEST_TEXT:
            self.wrong("text.too_long", f"{name} has {len(text):,} characters; only {LONGEST_TEXT:,} are kept")
            text = text[:LONGEST_TEXT]
        return text.strip() or None

    def texts(self, row: Row, name: str) -> tuple[str, ...]:
        value = row.get(name)
        if value is None:
            return ()
        if isinstance(value, (str, int)):
            value = (value,)
        if not _is_list(value):
            self.wrong("field.wrong_type", f"{name} is {_kind(value)}, not a list")
            return ()
        found: list[str] = []
        for each in self._bounded(value, name):
            text = each.strip() if isinstance(each, str) and each.isprintable() else self._text(each, name)
            if text and text not in found[:_FEW]:
                found.append(text)
        return tuple(dict.fromkeys(found)) if len(found) > _FEW else tuple(found)

    def _bounded(self, value: Sequence[object], name: str) -> Sequence[object]:
        if len(value) > MOST_ITEMS:
            self.wrong("list.too_long", f"{name} has {len(value):,} parts; only {MOST_ITEMS:,} are kept")
            return value[:MOST_ITEMS]
        return value

    def parts(self, row: Row, name: str, read: Callable[[Row, Reading], T | None]) -> tuple[T, ...]:
        value = row.get(name)
        if value is None:
            return ()
        if isinstance(value, dict):
            value = (value,)
        if not _is_list(value):
            self.wrong("field.wrong_type", f"{name} is {_kind(value)}, not a list")
            return ()
        found: list[T] = []
        for each in self._bounded(value, name):
            if not isinstance(each, dict):
                self.wrong("field.wrong_type", f"a part of {name} is {_kind(each)}, not an object")
                continue
            part = read(each, self)
            if part is not None:
                found.append(part)
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def word(self, row: Row, name: str, kinds: type[Word]) -> Word | None:
        text = self.text(row, name)
        if text is None:
            return None
        found = _words(kinds).get(text) or _words(kinds).get(text.casefold().replace(" ", "_").replace("-", "_"))
        if found is None:
            words = ", ".join(each.value for each in kinds)
            self.wrong("field.unknown_word", f'{name} "{text[:40]}" is none of {words}')
        return found

    def truth(self, row: Row, name: str) -> bool:
        value = row.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        word = str(value).strip().casefold()
        if word and word not in _TRUE and word not in _FALSE:
            self.wrong("field.wrong_type", f'{name} "{word[:40]}" is neither true nor false')
        return word in _TRUE

    def day(self, row: Row, name: str) -> date | None:
        value = row.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            found = day_of(value)
            if found is not None:
                return found
        elif isinstance(value, datetime):
            return value.date()
        elif isinstance(value, date):
            return value
        self.wrong("date.impossible", f'{name} "{str(value)[:40]}" is not a date such as 2026-11-21')
        return None


@cache
def _words(kinds: type[Word]) -> dict[str, Word]:
    return {each.value: each for each in kinds}


@lru_cache(1 << 14)
def day_of(text: str) -> date | None:
    """The date of ``2026-11-21``; None where the text is none, or of no time that matters."""
    match = _DAY.fullmatch(text.strip())
    if match is None or not 1500 <= int(match[1]) <= 2200:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list) or (isinstance(value, Sequence) and not isinstance(value, (str, bytes)))


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if _is_list(value) else "text" if isinstance(value, str) else "a number"


def _identifier(row: Row, reading: Reading) -> Identifier | None:
    scheme, value = reading.text(row, "scheme"), reading.text(row, "value")
    if scheme is None or value is None:
        reading.wrong("identifier.incomplete", "an identifier lacks its scheme or its value")
        return None
    return Identifier(scheme, value)


def _address(row: Row, reading: Reading) -> Address | None:
    reading.unknown(row, _ADDRESS, "an address")
    street, city = reading.text(row, "street"), reading.text(row, "city")
    postcode, country = reading.text(row, "postcode"), reading.text(row, "country")
    return Address(street, city, postcode, country) if street or city or postcode or country else None


def _downstream_list(row: Row, reading: Reading) -> tuple[Downstream, ...] | None:
    value = row.get("downstream")
    return None if value is None or value == "" else reading.parts(row, "downstream", _downstream)


def _downstream(row: Row, reading: Reading) -> Downstream | None:
    reading.unknown(row, _DOWNSTREAM, "a customer of a reseller")
    name = reading.text(row, "name")
    identifiers = reading.parts(row, "identifiers", _identifier)
    if name is None and not identifiers:
        reading.wrong("downstream.unnamed", "a customer of the reseller has neither name nor number")
        return None
    return Downstream(name or "", reading.text(row, "country"), identifiers)


def _holder(row: Row, reading: Reading) -> Holder | None:
    reading.unknown(row, _HOLDER, "a holder")
    name = reading.text(row, "name")
    identifiers = reading.parts(row, "identifiers", _identifier)
    if name is None and not identifiers:
        reading.wrong("holder.unnamed", "somebody behind the customer has neither name nor number")
        return None
    role = reading.word(row, "role", Role)
    if role is None:
        reading.wrong("holder.role_missing", f'the role of "{(name or "")[:60]}" is not said; it is taken for an owner')
    least, most = _shares(row, reading, name or "")
    born = reading.text(row, "born")
    if born is not None and not _is_birth(born):
        reading.wrong("date.impossible", f'born "{born[:40]}" is not a date or a year such as 1970')
        born = None
    return Holder(
        name=name or "",
        role=role or Role.OWNER,
        kind=reading.word(row, "kind", Kind) or Kind.PERSON,
        country=reading.text(row, "country"),
        born=born,
        identifiers=identifiers,
        share_bp=least,
        share_max_bp=most,
        since=reading.day(row, "since"),
        until=reading.day(row, "until"),
    )


def _shares(row: Row, reading: Reading, name: str) -> tuple[int | None, int | None]:
    """Least and most in basis points: `share` is exact unless a `share_max` stands beside it."""
    least, most = _basis_points(row, "share_bp", reading, name), _basis_points(row, "share_max_bp", reading, name)
    exact, top = _percent(row, "share", reading, name), _percent(row, "share_max", reading, name)
    if exact is not None:
        least, most = exact, exact if "share_max" not in row and most is None else most
    if top is not None:
        most = top
    if least is not None and most is not None and least > most:
        reading.wrong("share.backwards", f'the least share of "{name[:60]}" is more than the most; neither is taken')
        return None, None
    return least, most


def _percent(row: Row, field: str, reading: Reading, name: str) -> int | None:
    value = row.get(field)
    if value is None:
        return None
    share = read_share(value)
    if share.wrong:
        reading.wrong("share.impossible", f'{share.wrong}, said of "{name[:60]}"')
    return share.bp


def _basis_points(row: Row, field: str, reading: Reading, name: str) -> int | None:
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= WHOLE_BP:
        reading.wrong("share.impossible", f'{field} {str(value)[:20]} of "{name[:60]}" is not from 0 to {WHOLE_BP:,}')
        return None
    return value


@lru_cache(1 << 14)
def _is_birth(born: str) -> bool:
    """A date, or a year with or without a month, that a living person may be born in."""
    if _BORN.fullmatch(born) is None:
        return False
    year, month, day = (*(int(part) for part in born.split("-")), 1, 1)[:3]
    try:
        return 1800 <= date(year, month, day).year <= 2200
    except ValueError:
        return False
