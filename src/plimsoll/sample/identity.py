"""Who a party really is: what its know-your-customer records would say if nobody ever made a mistake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, timedelta

from plimsoll.kernel.canonical import digest_of_bytes
from plimsoll.parties.keyed_hash import keyed
from plimsoll.parties.kyc import Address, Downstream, Holder, Identifier, Kind, Role, Use
from plimsoll.sample import people
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.numbers import lei, numbers_of
from plimsoll.sample.roster import Party
from plimsoll.sample.scripts import SCRIPT_OF, written

_KEY = hashlib.sha256(b"the sample jurisdiction's treaty period").digest()
"""The key of an invented treaty period. It protects nothing: nobody is behind these numbers."""
_HARDLY_KNOWN = date(2026, 1, 1)
_FREE_MAIL = ("gmail.com", "outlook.com", "proton.me", "yahoo.com", "qq.com")


@dataclass(frozen=True, slots=True)
class Identity:
    """A legal person as it is; hashes where records hold hashes.

    Attributes:
        local_name: the name in another script; None where it has none.
        former: where it sat before it moved; None where it never moved.
    """

    id: str
    name: str
    kind: Kind
    jurisdiction: str
    local_name: str | None
    identifiers: tuple[Identifier, ...]
    incorporated: date
    address: Address
    former: Address | None
    email: str
    phone: str
    card: str
    network: str
    holders: tuple[Holder, ...]
    payer: str | None = None
    reseller: bool = False
    downstream: tuple[Downstream, ...] | None = None
    use: Use | None = None


def hidden(kind: str, plain: str) -> str:
    """A telephone number, payment instrument or network as records hold it."""
    return keyed(_KEY, kind, plain)


def alone(seed: int, party: Party) -> Identity:
    """A party that shares nothing with anybody, apart from a free-mail domain."""
    draw = Draw(key_of(seed, "identity", party.id))
    country = party.jurisdiction if party.jurisdiction in _COUNTRIES else "IE"
    script = SCRIPT_OF.get(country) if draw.happens(300) else None
    identifiers = numbers_of(draw, country)
    if draw.happens(350):
        identifiers = (*identifiers, Identifier("lei", lei(draw)))
    owners, directors = owners_of(draw, country), [director_of(draw, country) for _ in range(draw.between(1, 3))]
    if draw.happens(600):
        directors[0] = replace(owners[0], role=Role.DIRECTOR, share_bp=None, share_max_bp=None)
    return Identity(
        party.id,
        party.legal_name,
        Kind.PUBLIC_BODY if any(word in party.legal_name for word in _PUBLIC) else Kind.COMPANY,
        country,
        written(party.legal_name.rsplit(" ", 1)[0], script) if script else None,
        identifiers,
        _HARDLY_KNOWN - timedelta(days=draw.between(200, 9_000)),
        people.address(draw, country),
        people.address(draw, country) if draw.happens(150) else None,
        _email(draw, party),
        hidden("phone", people.phone(draw)),
        hidden("payment", f"{draw.between(10**15, 10**16 - 1)}"),
        hidden("network", f"{draw.between(11, 223)}.{draw.below(256)}.{draw.below(256)}.0/24"),
        (*owners, *directors),
    )


def owners_of(draw: Draw, country: str) -> tuple[Holder, ...]:
    """One to three persons who own a company; together at most all of it."""
    count, left, found = draw.between(1, 3), 10_000, []
    for at in range(count):
        share = left if at == count - 1 and draw.happens(700) else draw.between(left // 5, left * 4 // 5)
        left -= share
        owner = Holder(people.person_name(draw), Role.OWNER, Kind.PERSON, country, people.birthday(draw))
        found.append(replace(owner, share_bp=share, share_max_bp=share))
    return tuple(found)


def director_of(draw: Draw, country: str) -> Holder:
    return Holder(people.person_name(draw), Role.DIRECTOR, Kind.PERSON, country, people.birthday(draw))


def _email(draw: Draw, party: Party) -> str:
    word = party.id.partition("-")[0]
    if draw.happens(250):
        return f"{word}{draw.between(1, 9999)}@{draw.one_of(_FREE_MAIL)}"
    return f"{draw.one_of(('info', 'billing', 'cloud', 'it', 'office'))}@{party.id}.example"


def registered(identity: Identity) -> tuple[Identifier, ...]:
    """The numbers by which a shareholder that is a company is named: its first one."""
    return identity.identifiers[:1]


def reference(seed: int, what: str) -> str:
    """A number that a provider gives a customer and that says nothing."""
    return "c-" + digest_of_bytes(f"{seed} {what}".encode()).removeprefix("sha256:")[:10]


_COUNTRIES = frozenset(("BR", "CA", "CH", "DE", "ES", "FR", "GB", "IE", "IN", "IT", "JP", "KR", "NL", "SE", "SG", "US"))
_PUBLIC = (" University ", " Institute ", " Observatory ", " Academy ")
