"""GLEIF golden copies as CSV: who an LEI stands for (level 1), and who consolidates whom (level 2).

The files hold millions of entities; only those are kept that a customer's number leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.fields import Row, day_of
from plimsoll.parties.filing.ownership_register import Held, NamedEntity, OwnershipRegister
from plimsoll.parties.kyc import Identifier, Kind, Role

Rows = Callable[[], Iterable[tuple[int, Row | PlimsollError]]]
"""Opens a file anew: level 1 is read twice."""

CONTROL_BP = 5_001
"""Consolidation in accounts means control: more than half of the votes, or what amounts to it (IFRS 10)."""

_RELATIONS = {
    "IS_DIRECTLY_CONSOLIDATED_BY": Role.VOTER,
    "IS_ULTIMATELY_CONSOLIDATED_BY": Role.VOTER,
    "IS_INTERNATIONAL_BRANCH_OF": Role.ON_BEHALF,
}
_PERIODS = range(1, 6)


def read_relations(rows: Rows, register: OwnershipRegister, rejected: list[tuple[int, PlimsollError]]) -> int:
    """Adds the relations of a level 2 file, by LEI; gives the number of rows.

    A relation that is not active any more, or whose registration was annulled or is a duplicate, does not count; one
    that merely lapsed does: nobody renewed the paper, the parent stayed.
    """
    count = 0
    for number, row in rows():
        count += 1
        if isinstance(row, PlimsollError):
            rejected.append((number, row))
            continue
        role = _RELATIONS.get(str(row.get("relationship.relationshiptype")))
        start, end = row.get("relationship.startnode.nodeid"), row.get("relationship.endnode.nodeid")
        if role is None or not isinstance(start, str) or not isinstance(end, str):
            continue
        status = str(row.get("relationship.relationshipstatus") or "ACTIVE")
        if status in ("INACTIVE", "NULL") or row.get("registration.registrationstatus") in ("ANNULLED", "DUPLICATE"):
            continue
        since, until = _period(row)
        share = CONTROL_BP if role is Role.VOTER else None
        register.hold(start.strip().upper(), Held(end.strip().upper(), role, share, None, since, until))
    return count


def _period(row: Row) -> tuple[date | None, date | None]:
    for number in _PERIODS:
        prefix = f"relationship.period.{number}."
        if row.get(f"{prefix}periodtype") == "RELATIONSHIP_PERIOD":
            return day_of(str(row.get(f"{prefix}startdate") or "")[:10]), day_of(
                str(row.get(f"{prefix}enddate") or "")[:10]
            )
    return None, None


def customers_in(rows: Rows, is_customer: Callable[[Identifier], bool]) -> set[str]:
    """LEIs of level 1 whose own number, or whose number in a company register, is a customer's."""
    found: set[str] = set()
    for _, row in rows():
        if isinstance(row, PlimsollError):
            continue
        entity = _entity(row)
        if entity is not None and any(is_customer(each) for each in entity.identifiers):
            found.add(entity.id)
    return found


def read_entities(
    rows: Rows, wanted: set[str], register: OwnershipRegister, rejected: list[tuple[int, PlimsollError]]
) -> int:
    """Adds the entities of a level 1 file that are wanted; gives the number of rows."""
    count = 0
    for number, row in rows():
        count += 1
        if isinstance(row, PlimsollError):
            rejected.append((number, row))
            continue
        if str(row.get("lei") or "").strip().upper() in wanted:
            entity = _entity(row)
            if entity is not None:
                register.add(entity)
    return count


def above(register: OwnershipRegister, leis: set[str]) -> set[str]:
    """These and everybody above them."""
    found, waiting = set(leis), sorted(leis)
    while waiting:
        for held in register.held.get(waiting.pop(), ()):
            if held.holder not in found:
                found.add(held.holder)
                waiting.append(held.holder)
    return found


def _entity(row: Row) -> NamedEntity | None:
    lei = str(row.get("lei") or "").strip().upper()
    name = str(row.get("entity.legalname") or "").strip()
    if not lei or not name:
        return None
    place = str(row.get("entity.legaljurisdiction") or row.get("entity.legaladdress.country") or "")[:2].upper()
    number = str(row.get("entity.registrationauthority.registrationauthorityentityid") or "").strip()
    identifiers = [Identifier("lei", lei)]
    if number and place:
        identifiers.append(Identifier(f"reg:{place}", number))
    return NamedEntity(lei, name, Kind.COMPANY, place or None, None, tuple(identifiers))
