"""What unrelated parties have in common: agents' telephones, office buildings, nominee directors, shared networks.

Some of these pools are crowds of dozens or hundreds; some hold a handful, so that honest companies stand in small
groups too. The number of pools grows with that of the customers, their size does not.
"""

from __future__ import annotations

from dataclasses import replace

from plimsoll.parties.kyc import Address, Holder, Kind, Role
from plimsoll.sample import people
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.identity import Identity, hidden

_NOTHING: frozenset[str] = frozenset()


class Neighbours:
    """Gives parties what is not their own."""

    def __init__(self, seed: int, customers: int) -> None:
        self._seed = seed
        self._customers = customers

    def everyday(self, identity: Identity) -> Identity:
        """An everyday company: some of what crowds share, and now and then what a handful share."""
        found = self.crowded(identity)
        draw = Draw(key_of(self._seed, "neighbours", identity.id))
        if draw.happens(30):
            found = replace(found, phone=hidden("phone", self._pool(draw, "family office", 250)))
        if draw.happens(20):
            found = replace(found, network=hidden("network", self._pool(draw, "shared office", 250)))
        if draw.happens(20):
            nominee = self._person(draw, "friend of the house", 200, Role.DIRECTOR)
            found = replace(found, holders=(*found.holders, nominee))
        if draw.happens(40):
            owner = self._person(draw, "serial owner", 50, Role.OWNER)
            rest = tuple(holder for holder in found.holders if holder.role is not Role.OWNER)
            found = replace(found, holders=(replace(owner, share_bp=10_000, share_max_bp=10_000), *rest))
        return found

    def crowded(self, identity: Identity, kept: frozenset[str] = _NOTHING) -> Identity:
        """Only what crowds share. Fields in `kept` tie the party to another, and stay."""
        draw = Draw(key_of(self._seed, "crowd", identity.id))
        found = identity
        if draw.happens(300) and "phone" not in kept:
            found = replace(found, phone=hidden("phone", self._pool(draw, "agent", 300)))
        if draw.happens(220) and "network" not in kept:
            found = replace(found, network=hidden("network", self._pool(draw, "gateway", 400)))
        if draw.happens(40) and "card" not in kept:
            found = replace(found, card=hidden("payment", self._pool(draw, "processor", 2_000)))
        if draw.happens(180) and "address" not in kept:
            found = replace(found, address=self._building(draw, identity.jurisdiction))
        if draw.happens(100):
            found = replace(found, holders=(*found.holders, self._person(draw, "nominee", 800, Role.DIRECTOR)))
        return found

    def _pool(self, draw: Draw, what: str, size: int) -> str:
        """One of as many things as there are customers per `size`; the first are far more popular than the last."""
        count = 1 + self._customers // size
        return f"{what} {count * draw.below(1 << 16) ** 2 >> 32}"

    def _building(self, draw: Draw, country: str) -> Address:
        place = Draw(key_of(self._seed, country, self._pool(draw, "building", 200)))
        return people.address(place, country)

    def _person(self, draw: Draw, what: str, size: int, role: Role) -> Holder:
        person = Draw(key_of(self._seed, self._pool(draw, what, size)))
        return Holder(people.rare_name(person), role, Kind.PERSON, "IE", people.birthday(person))
