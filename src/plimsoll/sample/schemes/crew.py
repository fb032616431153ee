"""The legal persons of a planted case, and the one thing that ties each to the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.kyc import Holder, Kind, Role
from plimsoll.sample import people
from plimsoll.sample.draw import Draw
from plimsoll.sample.identity import Identity, alone, hidden, registered
from plimsoll.sample.names import MAX_NAMES, Name, Namer
from plimsoll.sample.numbers import numbers_of
from plimsoll.sample.roster import Party
from plimsoll.sample.schemes.seats import SharedTie

_SINGLE = ("phone", "payment", "network")
_CAPITAL = ("owner", "ownership")
_FIELD = {"phone": "phone", "payment": "card", "network": "network"}
_KEPT = {"phone": ("phone",), "payment": ("card",), "network": ("network",), "owner": ("holders",),
         "director": ("holders",), "ownership": ("holders", "identifiers")}  # fmt: skip


class Members:
    """Legal persons that are being prepared: their identities, and which fields of their records must stay."""

    def __init__(self) -> None:
        self.parties: list[Party] = []
        self.identities: list[Identity] = []
        self.kept: list[frozenset[str]] = []
        self.shared: list[SharedTie] = []

    def add(self, party: Party, identity: Identity) -> None:
        self.parties.append(party)
        self.identities.append(identity)
        self.kept.append(frozenset())

    def change(self, at: int, identity: Identity, *kept: str) -> None:
        self.identities[at] = identity
        self.kept[at] |= frozenset(kept)

    def __len__(self) -> int:
        return len(self.parties)


class Crew:
    """Founds companies; every one has a name that nobody else has."""

    def __init__(self, seed: int, namer: Namer, first: int, start: date) -> None:
        self._seed = seed
        self._namer = namer
        self._next = first
        self._start = start

    def name(self, kind: str) -> Name:
        """The next name that is free.

        Raises:
            PlimsollError: ``sample.evaders`` where the customers have taken all of them.
        """
        if self._next >= MAX_NAMES:
            raise PlimsollError(
                "sample.evaders", f"customers and evaders need more than {MAX_NAMES:,} names",
                fix="Ask for fewer customers, or for fewer evaders.",
            )  # fmt: skip
        self._next += 1
        return self._namer.name(self._next - 1, kind)

    def found(self, draw: Draw, count: int, *, kind: str = "company", young: int = 700) -> Members:
        """So many companies with nothing in common; most of them, `young` in a thousand, are young."""
        members = Members()
        for _ in range(count):
            name = self.name(kind)
            party = Party(name.slug, "developer", name.legal, name.jurisdiction)
            identity = alone(self._seed, party)
            if draw.happens(young):
                identity = replace(identity, incorporated=self._start - timedelta(days=draw.between(20, 700)))
            members.add(party, identity)
        return members

    def found_as(self, party: Party) -> Identity:
        """The identity of a company whose name is given."""
        return alone(self._seed, party)

    def tie(self, draw: Draw, members: Members) -> None:
        """Gives each company exactly one thing in common with one before it: a chain, or a tree."""
        chain = draw.happens(500)
        used: list[set[str]] = [set() for _ in range(len(members))]
        for at in range(1, len(members)):
            before = at - 1 if chain else draw.below(at)
            taken = used[before] | used[at]
            tie = draw.one_of([tie for tie in (*_SINGLE, *_CAPITAL, "director") if tie not in taken])
            once = set(_CAPITAL) if tie in _CAPITAL else {tie} - {"director"}
            used[before] |= once
            used[at] |= once
            self.share(draw, members, before, at, tie)

    def share(self, draw: Draw, members: Members, one: int, other: int, tie: str) -> None:
        """Makes two companies share one thing."""
        first, second = members.identities[one], members.identities[other]
        if tie in _FIELD:
            second = replace(second, **{_FIELD[tie]: getattr(first, _FIELD[tie])})
        elif tie == "director":
            person = Holder(people.rare_name(draw), Role.DIRECTOR, Kind.PERSON, first.jurisdiction,
                            people.birthday(draw))  # fmt: skip
            first, second = _joined(first, person), _joined(second, person)
        elif tie == "owner":
            person = Holder(people.rare_name(draw), Role.OWNER, Kind.PERSON, first.jurisdiction, people.birthday(draw))
            first, second = owned(first, person, _stake(draw)), owned(second, person, _stake(draw))
        elif draw.happens(500):
            second = owned(second, as_holder(first), draw.between(26, 100) * 100)
        else:
            holding = self._holding(draw)
            first = owned(first, holding, draw.between(26, 100) * 100)
            second = owned(second, holding, draw.between(26, 100) * 100)
        members.change(one, first, *_KEPT[tie])
        members.change(other, second, *_KEPT[tie])
        ids = members.parties[one].id, members.parties[other].id
        members.shared.append(SharedTie(*ids, tie))

    def _holding(self, draw: Draw) -> Holder:
        """A company that owns others and is nobody's customer."""
        name = self.name("company")
        return Holder(name.legal, Role.OWNER, Kind.COMPANY, name.jurisdiction, None,
                      numbers_of(draw, name.jurisdiction)[:1])  # fmt: skip

    def seat_identity(self, draw: Draw, identity: Identity) -> Identity:
        """The same legal person as another provider knows it: another card, another office's telephone."""
        found = identity
        if draw.happens(500):
            found = replace(found, card=hidden("payment", f"{draw.between(10**15, 10**16 - 1)}"))
        if draw.happens(300):
            found = replace(found, phone=hidden("phone", people.phone(draw)))
        if draw.happens(300):
            network = f"{draw.between(11, 223)}.{draw.below(256)}.{draw.below(256)}.0/24"
            found = replace(found, network=hidden("network", network))
        if draw.happens(200):
            found = replace(found, email=f"{draw.one_of(('ml', 'ops', 'team', 'hpc'))}@{identity.id}.example")
        if draw.happens(150):
            found = replace(found, address=people.address(draw, identity.jurisdiction))
        return found


def as_holder(company: Identity) -> Holder:
    """A company of the sample as somebody's owner."""
    return Holder(company.name, Role.OWNER, Kind.COMPANY, company.jurisdiction, None, registered(company))


def owned(company: Identity, owner: Holder, share_bp: int, since: date | None = None) -> Identity:
    """The company with a further owner; what the others hold shrinks to the rest."""
    rest = 10_000 - share_bp
    others = tuple(
        replace(h, share_bp=h.share_bp * rest // 10_000, share_max_bp=h.share_bp * rest // 10_000)
        for h in company.holders
        if h.role is Role.OWNER and h.share_bp is not None and h.share_bp * rest // 10_000 > 0
    )
    rest_of = tuple(h for h in company.holders if h.role is not Role.OWNER)
    return replace(
        company,
        holders=(replace(owner, share_bp=share_bp, share_max_bp=share_bp, since=since), *others, *rest_of),
    )


def _stake(draw: Draw) -> int:
    """Half of them above the usual threshold of 25 %, half below."""
    return draw.between(26, 100) * 100 if draw.happens(500) else draw.between(8, 24) * 100


def _joined(company: Identity, director: Holder) -> Identity:
    return replace(company, holders=(*company.holders, director))
