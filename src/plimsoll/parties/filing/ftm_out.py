"""Records as FollowTheMoney entities, which investigators' tools read: a customer, its account, and who is behind it.

The account is a `UserAccount`, the customer a `Company`, `Person`, `PublicBody` or `LegalEntity`. What FollowTheMoney
has no word for stands in the account's `keywords` as ``plimsoll:name=value``, so that nothing is lost on the way back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from plimsoll.parties.filing.shares import percent_text
from plimsoll.parties.kyc import Address, CustomerRecord, Downstream, Holder, Identifier, Kind, Role

SCHEMAS = {Kind.COMPANY: "Company", Kind.PERSON: "Person", Kind.PUBLIC_BODY: "PublicBody", Kind.OTHER: "LegalEntity"}
MARK = "plimsoll:"
_ORGANISATIONS = frozenset((Kind.COMPANY, Kind.PUBLIC_BODY))

Entity = dict[str, object]


def entity_lines(record: CustomerRecord) -> Iterator[str]:
    """The entities of one record, a JSON object a line."""
    for entity in entities(record):
        yield json.dumps(entity, ensure_ascii=False, separators=(",", ":"))


def entities(record: CustomerRecord) -> Iterator[Entity]:
    """The customer, its account, addresses and instruments, and everybody behind it with the edge between."""
    subject = record.subject
    customer = _id("customer", subject)
    addresses = [(_id("address", subject, str(place)), each) for place, each in enumerate(record.addresses)]
    yield _entity(
        customer,
        SCHEMAS[record.kind],
        name=[record.legal_name],
        alias=record.aliases,
        jurisdiction=[_country(record.jurisdiction)],
        incorporationDate=[_day(record.incorporated)],
        email=record.emails,
        addressEntity=[each for each, _ in addresses],
        **_numbers(record.identifiers),
    )
    yield _account(record, customer)
    for each, address in addresses:
        yield _address(each, address)
    for hashed in record.payment_instruments:
        wallet = _id("payment", subject, hashed)
        yield _entity(wallet, "BankAccount", name=[hashed], accountNumber=[hashed])
        yield _entity(
            _id("pays", subject, hashed), "Ownership", owner=[customer], asset=[wallet], role=["payment instrument"]
        )
    people: set[str] = set()
    for place, holder in enumerate(record.holders):
        numbers = [f"{each.scheme}={each.value}" for each in holder.identifiers]
        person = _id(
            "holder", subject, holder.name, holder.kind.value, holder.born or "", holder.country or "", *numbers
        )
        if person not in people:
            people.add(person)
            yield _person(person, holder)
        yield _edge(_id("holds", subject, str(place)), person, customer, record.kind, holder)
    for place, sold in enumerate(record.downstream or ()):
        yield from _resale(subject, customer, place, sold)


def _account(record: CustomerRecord, customer: str) -> Entity:
    words = {
        "customer_ref": [record.customer_ref],
        "jurisdiction": [record.jurisdiction],
        "payer": [record.payer],
        "phone": record.phones,
        "network": record.access_networks,
        "reseller": ["true" if record.reseller else None],
        "downstream": ["listed" if record.downstream is not None else None],
        "declared_use": [record.declared_use.value if record.declared_use else None],
        "opened": [_day(record.opened)],
        "closed": [_day(record.closed)],
        "filed_on": [_day(record.filed_on)],
        "number": [f"{each.scheme}={each.value}" for each in record.identifiers],
    }
    return _entity(
        _id("account", record.subject),
        "UserAccount",
        name=[record.subject],
        service=[record.provider],
        username=[record.account],
        owner=[customer],
        keywords=[f"{MARK}{name}={value}" for name, values in words.items() for value in values if value],
    )


def _person(person: str, holder: Holder) -> Entity:
    numbers = [f"{MARK}number={each.scheme}={each.value}" for each in holder.identifiers]
    more = {"birthDate": [holder.born]} if holder.kind is Kind.PERSON else {}
    return _entity(
        person,
        SCHEMAS[holder.kind],
        name=[holder.name],
        country=[_country(holder.country)],
        keywords=numbers,
        **more,
        **_numbers(holder.identifiers),
    )


def _edge(edge: str, person: str, customer: str, kind: Kind, holder: Holder) -> Entity:
    words = [f"{MARK}role={holder.role.value}"]
    if holder.share_max_bp is not None and holder.share_max_bp != holder.share_bp:
        words.append(f"{MARK}share_max_bp={holder.share_max_bp}")
    if holder.share_bp is not None and holder.share_max_bp is None:
        words.append(f"{MARK}share_max=unknown")
    shared = {"startDate": [_day(holder.since)], "endDate": [_day(holder.until)]}
    percentage = [percent_text(holder.share_bp)] if holder.share_bp is not None else []
    note = {"description": words}
    if holder.role in (Role.OWNER, Role.VOTER) and kind is Kind.COMPANY:
        votes = ["voting rights"] if holder.role is Role.VOTER else []
        return _entity(
            edge,
            "Ownership",
            owner=[person],
            asset=[customer],
            percentage=percentage,
            ownershipType=votes,
            **shared,
            **note,
        )
    if percentage:
        words.append(f"{MARK}share_bp={holder.share_bp}")
    if holder.role is Role.DIRECTOR and kind in _ORGANISATIONS:
        return _entity(edge, "Directorship", director=[person], organization=[customer], **shared, **note)
    if holder.role is Role.ON_BEHALF:
        return _entity(edge, "Representation", agent=[customer], client=[person], **shared, **note)
    return _entity(edge, "UnknownLink", subject=[person], object=[customer], role=[holder.role.value], **shared, **note)


def _resale(subject: str, customer: str, place: int, sold: Downstream) -> Iterator[Entity]:
    buyer = _id("downstream", subject, str(place))
    numbers = [f"{MARK}number={each.scheme}={each.value}" for each in sold.identifiers]
    country = [_country(sold.country)]
    yield _entity(
        buyer, "LegalEntity", name=[sold.name], country=country, keywords=numbers, **_numbers(sold.identifiers)
    )
    words = [f"{MARK}role=downstream"]
    edge = _id("sells", subject, str(place))
    yield _entity(edge, "UnknownLink", subject=[customer], object=[buyer], role=["reseller of"], description=words)


def _address(address_id: str, address: Address) -> Entity:
    parts = (address.street, address.postcode, address.city, address.country)
    return _entity(
        address_id,
        "Address",
        full=[", ".join(part for part in parts if part)],
        street=[address.street],
        city=[address.city],
        postalCode=[address.postcode],
        country=[_country(address.country)],
    )


def _numbers(identifiers: tuple[Identifier, ...]) -> dict[str, list[str]]:
    """In the properties that other tools look at; the scheme with its country stands in the keywords."""
    return {
        "leiCode": [each.value for each in identifiers if each.scheme == "lei"],
        "registrationNumber": [each.value for each in identifiers if each.scheme.startswith("reg:")],
        "taxNumber": [each.value for each in identifiers if each.scheme.startswith("tax:")],
    }


def _entity(entity: str, schema: str, **properties: object) -> Entity:
    kept = {}
    for name, values in properties.items():
        assert isinstance(values, (list, tuple))
        present = [value for value in values if value]
        if present:
            kept[name] = present
    return {"id": entity, "schema": schema, "properties": kept}


def _id(kind: str, *parts: str) -> str:
    return f"pl-{kind}-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _country(code: str | None) -> str | None:
    return code[:2].casefold() if code else None


def _day(day: object) -> str | None:
    return None if day is None else str(day)
