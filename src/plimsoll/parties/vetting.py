"""A record as filed made fit for comparing: wrong numbers out, what says nothing out, secrets hashed, faults named.

What is taken out is named as a problem of the record, except what stands for nothing (``N/A``), which is only counted.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from plimsoll.parties.countries import calling_code, country_code
from plimsoll.parties.identifiers import checked
from plimsoll.parties.keyed_hash import PREFIX, WITHOUT_KEY, is_keyed, keyed
from plimsoll.parties.known import KycProblem
from plimsoll.parties.kyc import Address, CustomerRecord, Downstream, Holder, Identifier, Role
from plimsoll.parties.normalise import is_placeholder, mailbox, mixes_scripts, name_key, phone_key, plain

WHOLE_BP = 10_000
_ROUNDING_BP = 10
"""Registers round: the shares of several owners may add up to a little more than the whole."""

_DISGUISE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]")
_DIGIT = re.compile("[0-9]")
_MASKED = re.compile(r"[*•●xX]{2,}")


@dataclass(slots=True)
class Counted:
    """What is said once for all records.

    Attributes:
        nothing: values that stand for nothing.
        hashed: plain values that were hashed here.
    """

    nothing: int = 0
    hashed: int = 0


class Vetting:
    """Vets records one after the other; one for a whole delivery.

    Args:
        key: hashes telephones, payment instruments and networks that were filed in plain.
    """

    def __init__(self, key: bytes | None) -> None:
        self._key = WITHOUT_KEY if key is None else key
        self._nothing = {kind: _hashes_of_nothing(self._key, kind) for kind in _UNREADABLE}
        self.counted = Counted()

    def vet(self, record: CustomerRecord) -> tuple[CustomerRecord, list[KycProblem]]:
        """The record as it is compared, and what is wrong with it."""
        problems: list[KycProblem] = []
        jurisdiction = _country(record.jurisdiction, problems, "jurisdiction")
        place = None if jurisdiction is None else jurisdiction[:2]
        vetted = CustomerRecord(
            provider=record.provider,
            account=record.account,
            legal_name=record.legal_name,
            kind=record.kind,
            customer_ref=record.customer_ref,
            aliases=tuple(each for each in record.aliases if not self._is_nothing(each)) if record.aliases else (),
            identifiers=self._identifiers(record.identifiers, problems),
            jurisdiction=jurisdiction,
            incorporated=record.incorporated,
            addresses=tuple([self._address(each, problems) for each in record.addresses]),
            emails=self._emails(record.emails, problems),
            phones=self._hashed(record.phones, "phone", lambda text: _phone(text, place), problems),
            payment_instruments=self._hashed(record.payment_instruments, "payment", _instrument, problems),
            payer=None if record.payer is None or self._is_nothing(record.payer) else record.payer,
            access_networks=self._hashed(record.access_networks, "network", _network, problems),
            holders=self._holders(record.holders, record.filed_on, problems),
            reseller=record.reseller,
            downstream=None if record.downstream is None else self._customers(record.downstream, problems),
            declared_use=record.declared_use,
            opened=record.opened,
            closed=record.closed,
            filed_on=record.filed_on,
        )
        _check_name(record, problems)
        _check_dates(record, problems)
        _check_shares(vetted.holders, problems)
        return vetted, problems

    def _says(self, hashed: str, kind: str) -> bool:
        """Whether a keyed hash stands for something: a provider may have hashed what it writes for nothing."""
        if hashed not in self._nothing[kind]:
            return True
        self.counted.nothing += 1
        return False

    def _is_nothing(self, text: str) -> bool:
        if is_placeholder(text):
            self.counted.nothing += 1
            return True
        return False

    def _identifiers(self, given: Iterable[Identifier], problems: list[KycProblem]) -> tuple[Identifier, ...]:
        found: list[Identifier] = []
        for each in given:
            answer = checked(each.scheme, each.value)
            if answer is None:
                self.counted.nothing += 1
            elif isinstance(answer, KycProblem):
                problems.append(answer)
            elif answer not in found:
                found.append(answer)
        return tuple(found)

    def _address(self, address: Address, problems: list[KycProblem]) -> Address:
        country = _country(address.country, problems, "country of an address")
        return address if country == address.country else replace(address, country=country)

    def _emails(self, given: tuple[str, ...], problems: list[KycProblem]) -> tuple[str, ...]:
        found: list[str] = []
        for text in given:
            value = mailbox(text)
            if value:
                found.append(value)
            elif not self._is_nothing(text):
                what = f'"{text[:60]}" is no e-mail address that anybody could be reached by'
                problems.append(KycProblem("email.unreadable", what))
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def _hashed(
        self, given: tuple[str, ...], kind: str, key: Callable[[str], str], problems: list[KycProblem]
    ) -> tuple[str, ...]:
        if not given or (all(map(is_keyed, given)) and self._nothing[kind].isdisjoint(given)):
            return given
        found: list[str] = []
        for text in given:
            if is_keyed(text):
                if self._says(text, kind):
                    found.append(text)
            elif not self._is_nothing(text):
                value = key(text)
                if value:
                    self.counted.hashed += 1
                    found.append(keyed(self._key, kind, value))
                else:
                    problems.append(KycProblem(f"{kind}.unreadable", _UNREADABLE[kind]))
        return tuple(dict.fromkeys(found))

    def _holders(
        self, given: tuple[Holder, ...], filed_on: date | None, problems: list[KycProblem]
    ) -> tuple[Holder, ...]:
        found: list[Holder] = []
        for each in given:
            if each.name and self._is_nothing(each.name) and not each.identifiers:
                continue
            if each.since is not None and each.until is not None and each.until <= each.since:
                what = f'"{each.name[:60]}" is {each.role.value} since {each.since} and only until {each.until}'
                problems.append(KycProblem("holder.backwards", what))
                continue
            if each.since is not None and filed_on is not None and each.since > filed_on:
                # A holder of the future would stand in the record and count on no day.
                what = f'"{each.name[:60]}" is {each.role.value} since {each.since}, filed on {filed_on}'
                problems.append(KycProblem("date.in_future", what))
                each = replace(each, since=None)  # noqa: PLW2901
            identifiers = self._identifiers(each.identifiers, problems) if each.identifiers else ()
            country = _country(each.country, problems, f'country of "{each.name[:60]}"')
            if identifiers != each.identifiers or country != each.country:
                each = replace(each, identifiers=identifiers, country=country)  # noqa: PLW2901
            found.append(each)
        return tuple(found)

    def _customers(self, given: tuple[Downstream, ...], problems: list[KycProblem]) -> tuple[Downstream, ...]:
        return tuple(
            replace(each, identifiers=self._identifiers(each.identifiers, problems)) if each.identifiers else each
            for each in given
            if each.identifiers or not self._is_nothing(each.name)
        )


def _hashes_of_nothing(key: bytes, kind: str) -> frozenset[str]:
    """Hashes of what stands for nothing in the spellings that systems fill in, and the hash fields left at nought."""
    words = {spelt for word in _FILLED_IN for spelt in (word, word.upper(), word.title())}
    return frozenset({keyed(key, kind, word) for word in words} | {PREFIX + digit * 32 for digit in "0f"})


_FILLED_IN = ("", " ", "-", "n/a", "na", "none", "null", "nil", "nan", "unknown", "undefined", "not provided", "0", "+")

_UNREADABLE = {
    "phone": "a telephone number is too short, too long or a masked one",
    "payment": "a payment instrument is too short or masked: its last digits alone fit many",
    "network": "an access network is no address of the internet, or one that everybody has at home, or a carrier's",
}


def _country(text: str | None, problems: list[KycProblem], field: str) -> str | None:
    if text is None:
        return None
    code = country_code(text)
    if code is None and not is_placeholder(text):
        problems.append(KycProblem("country.unknown", f'the {field} "{text[:40]}" is no country'))
    return code


@lru_cache(1 << 14)
def _phone(text: str, country: str | None) -> str:
    return "" if _MASKED.search(text) else phone_key(text, calling_code(country))


@lru_cache(1 << 14)
def _instrument(text: str) -> str:
    """A card, an account or a wallet in one spelling. Letters keep their case only where it carries meaning."""
    bare = re.sub(r"[\s./_\u2010-\u2015-]", "", text.strip())
    if not bare.isascii():
        bare = plain(bare).upper()
    if len(bare) < 6 or _MASKED.search(bare) or is_placeholder(bare) or bare in _TEST_CARDS:
        return ""
    if not _DIGIT.search(bare) and "@" not in bare:
        # ``INVOICE``, ``BANK TRANSFER``: how somebody pays, not from what.
        return ""
    wallet = re.fullmatch(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}|[1-9A-HJ-NP-Za-km-z]{32,44}", bare)
    return bare if wallet and not (bare.isdigit() or bare.isupper() or bare.islower()) else bare.upper()


_TEST_CARDS_WORDS = """
4111111111111111 4242424242424242 4000000000000002 5555555555554444 5105105105105100 378282246310005
371449635398431 6011111111111117 3530111333300000
"""
_TEST_CARDS = frozenset(_TEST_CARDS_WORDS.split())
"""Numbers that card schemes publish for testing."""


@lru_cache(1 << 14)
def _network(text: str) -> str:
    """A prefix as filed; one IPv6 address stands for its /64, in which hosts choose freely.

    An IPv4 network wider than /16 is that of a whole carrier and says nothing.
    """
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return ""
    if network.version == 6 and network.prefixlen > 64:
        network = network.supernet(new_prefix=64)
    widest = 16 if network.version == 4 else 8
    return "" if not network.network_address.is_global or network.prefixlen < widest else str(network)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "phone": lambda text: _phone(text, None),
    "payment": _instrument,
    "network": _network,
}
"""What is hashed, by its kind: the one spelling of a value, empty where it says nothing."""


def _check_name(record: CustomerRecord, problems: list[KycProblem]) -> None:
    name = record.legal_name
    if not name or is_placeholder(name):
        problems.append(KycProblem("name.missing", f'the customer has no name ("{name[:40]}")'))
    elif not name_key(name):
        problems.append(KycProblem("name.says_nothing", f'nothing in the name "{name[:60]}" can be compared'))
    if not name.isascii() and (_DISGUISE.search(name) or mixes_scripts(name)):
        what = f'the name "{name[:60]}" has invisible characters, or words of two scripts'
        problems.append(KycProblem("name.disguised", what))


def _check_dates(record: CustomerRecord, problems: list[KycProblem]) -> None:
    if _not_before(record.opened, record.closed):
        what = f"the account was closed on {record.closed} and opened on {record.opened}"
        problems.append(KycProblem("account.closed_before_opened", what))
    if record.incorporated is not None and record.opened is not None and record.opened < record.incorporated:
        what = f"the account was opened on {record.opened}, the customer founded on {record.incorporated}"
        problems.append(KycProblem("account.opened_before_founding", what))
    if record.filed_on is not None:
        for name, day in (("founded", record.incorporated), ("opened", record.opened)):
            if day is not None and day > record.filed_on:
                problems.append(KycProblem("date.in_future", f"{name} on {day}, filed on {record.filed_on}"))


def _not_before(first: date | None, second: date | None) -> bool:
    return first is not None and second is not None and second < first


def _check_shares(holders: tuple[Holder, ...], problems: list[KycProblem]) -> None:
    """Owners who hold more than the whole at one time cannot all be true; each alone may be."""
    for role, words in ((Role.OWNER, "the owners hold"), (Role.VOTER, "the voters hold")):
        shares = [each for each in holders if each.role is role and each.share_bp]
        if sum(each.share_bp or 0 for each in shares) <= WHOLE_BP + _ROUNDING_BP:
            continue
        days = {each.since for each in shares}
        most = max(_held_on(shares, day) for day in days)
        if most > WHOLE_BP + _ROUNDING_BP:
            what = f"{words} {most // 100}.{most % 100:02d} % together"
            problems.append(KycProblem("share.more_than_whole", what))


def _held_on(shares: list[Holder], day: date | None) -> int:
    first = day or date.min
    return sum(
        each.share_bp or 0
        for each in shares
        if (each.since or date.min) <= first and (each.until is None or first < each.until)
    )
