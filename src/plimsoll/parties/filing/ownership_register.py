"""Legal entities and who holds them, as public registers and exchange formats tell it: entities beside accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from plimsoll.parties.identifiers import checked
from plimsoll.parties.kyc import Holder, Identifier, Kind, Role

WHOLE_BP = 10_000
MOST_STEPS = 12
"""Length of a chain of holders that is followed."""

MOST_HOLDERS = 1_000
"""Holders of one entity that are taken over, the nearest first."""

_CONTROLS = frozenset((Role.OWNER, Role.VOTER, Role.ON_BEHALF))


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A person or a company of a register; `id` as the register numbers it."""

    id: str
    name: str
    kind: Kind = Kind.COMPANY
    country: str | None = None
    born: str | None = None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """One entity holds another: shares in basis points, half-open dates."""

    holder: str
    role: Role
    share_bp: int | None = None
    share_max_bp: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(slots=True)
class OwnershipRegister:
    """Entities by id, and by the id of the entity that is held, who holds it."""

    entities: dict[str, NamedEntity] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)

    def add(self, entity: NamedEntity) -> None:
        """The later of two of one id stands."""
        self.entities[entity.id] = entity

    def hold(self, entity: str, by: Held) -> None:
        """Notes a holder; the same one twice counts once."""
        holders = self.held.setdefault(entity, [])
        if by not in holders:
            holders.append(by)

    def holders_of(self, entity: str, is_customer: Callable[[str], bool]) -> tuple[Holder, ...]:
        """Everybody behind the entity: its holders, and theirs where those are no customers, whose records say it.

        A share through a chain is the product of its shares, rounded down; unknown where one of them is.
        """
        found: list[Holder] = []
        for held in self._above(entity, is_customer):
            who = self.entities.get(held.holder)
            if who is not None and len(found) < MOST_HOLDERS:
                found.append(_holder(who, held))
        return tuple(dict.fromkeys(found))

    def _above(self, entity: str, is_customer: Callable[[str], bool]) -> Iterator[Held]:
        """Nearest first; every entity is passed once, so that a cycle ends."""
        passed = {entity}
        level = list(self.held.get(entity, ()))
        for _ in range(MOST_STEPS):
            following: list[Held] = []
            for held in level:
                yield held
                if held.holder in passed or held.role not in _CONTROLS or is_customer(held.holder):
                    continue
                passed.add(held.holder)
                following += [_through(held, each) for each in self.held.get(held.holder, ()) if each.role in _CONTROLS]
            level = [each for each in following if each.holder != entity]


def _through(held: Held, above: Held) -> Held:
    least = None if held.share_bp is None or above.share_bp is None else held.share_bp * above.share_bp // WHOLE_BP
    most = None
    if held.share_max_bp is not None and above.share_max_bp is not None:
        most = -(-held.share_max_bp * above.share_max_bp // WHOLE_BP)
    starts = [day for day in (held.since, above.since) if day]
    ends = [day for day in (held.until, above.until) if day]
    role = Role.OWNER if held.role is above.role is Role.OWNER else Role.VOTER
    return replace(
        above,
        role=role,
        share_bp=least,
        share_max_bp=most,
        since=max(starts) if starts else None,
        until=min(ends) if ends else None,
    )


def _holder(who: NamedEntity, held: Held) -> Holder:
    return Holder(
        name=who.name,
        role=held.role,
        kind=who.kind,
        country=who.country,
        born=who.born,
        identifiers=who.identifiers,
        share_bp=held.share_bp,
        share_max_bp=held.share_max_bp,
        since=held.since,
        until=held.until,
    )


def valid(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Those that pass their check, in their compact form."""
    found = [checked(each.scheme, each.value) for each in identifiers]
    return tuple(dict.fromkeys(each for each in found if isinstance(each, Identifier)))
