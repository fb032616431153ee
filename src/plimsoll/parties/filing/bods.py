"""Beneficial Ownership Data Standard 0.4: statements about entities, persons and relationships as a register.

A later statement of a record replaces an earlier one; a closed record is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.fields import Row, day_of
from plimsoll.parties.filing.ownership_register import Held, NamedEntity, OwnershipRegister
from plimsoll.parties.filing.shares import read_share
from plimsoll.parties.kyc import Identifier, Kind, Role

_OWNER = (
    "shareholding rightsToSurplusAssetsOnDissolution rightsToProfitOrIncome beneficiaryOfLegalArrangement "
    "enjoymentAndUseOfAssets settlor unknownInterest unpublishedInterest nominee"
)
_DIRECTOR = "boardMember boardChair seniorManagingOfficial"
_ON_BEHALF = "nominator"
INTERESTS = {
    **dict.fromkeys(_OWNER.split(), Role.OWNER),
    **dict.fromkeys(_DIRECTOR.split(), Role.DIRECTOR),
    **dict.fromkeys(_ON_BEHALF.split(), Role.ON_BEHALF),
}
"""What each kind of interest is to us; all others (votes, the right to appoint the board, a contract) give control."""

_ENTITIES = {"stateBody": Kind.PUBLIC_BODY, "state": Kind.PUBLIC_BODY, "registeredEntity": Kind.COMPANY}
_TAXES = ("VAT", "EIN", "TIN", "NIF", "TAX", "UTR")


def read_statements(
    rows: Iterable[tuple[int, Row | PlimsollError]], rejected: list[tuple[int, PlimsollError]]
) -> OwnershipRegister:
    """The register that the statements amount to; rows that are none go to `rejected`."""
    latest: dict[str, tuple[str, int, Row]] = {}
    for number, row in rows:
        if isinstance(row, PlimsollError):
            rejected.append((number, row))
            continue
        record, kind = row.get("recordId"), row.get("recordType")
        if not isinstance(record, str) or kind not in ("entity", "person", "relationship"):
            what = "the statement lacks its recordId, or its recordType is not entity, person or relationship"
            rejected.append((number, PlimsollError("bods.not_a_statement", what, fix="Deliver BODS 0.4.")))
            continue
        stated = str(row.get("statementDate") or "")
        if record not in latest or (stated, number) > latest[record][:2]:
            latest[record] = (stated, number, row)
    register = OwnershipRegister()
    for record, (_, _, row) in latest.items():
        if row.get("recordStatus") != "closed":
            _add(register, record, row)
    return register


def _add(register: OwnershipRegister, record: str, row: Row) -> None:
    details = _object(row.get("recordDetails"))
    if row.get("recordType") == "relationship":
        subject, party = details.get("subject"), details.get("interestedParty")
        if isinstance(subject, str) and isinstance(party, str):
            for held in _interests(party, details):
                register.hold(subject, held)
        return
    register.add(_person(record, details) if row.get("recordType") == "person" else _entity(record, details))


def _interests(party: str, details: Mapping[str, object]) -> Iterator[Held]:
    interests = _objects(details.get("interests"))
    if not interests:
        yield Held(party, Role.OWNER)
    for interest in interests:
        role = INTERESTS.get(str(interest.get("type")), Role.VOTER)
        share = _object(interest.get("share"))
        exact, least, most = (_basis_points(share.get(name)) for name in ("exact", "minimum", "maximum"))
        least = least if least is not None else _basis_points(share.get("exclusiveMinimum"))
        most = most if most is not None else _basis_points(share.get("exclusiveMaximum"))
        since, until = (day_of(str(interest.get(name) or "")[:10]) for name in ("startDate", "endDate"))
        yield Held(party, role, least if exact is None else exact, most if exact is None else exact, since, until)


def _person(record: str, details: Mapping[str, object]) -> NamedEntity:
    names = [str(each.get("fullName") or "") for each in _objects(details.get("names"))]
    nations = [str(each.get("code") or "") for each in _objects(details.get("nationalities"))]
    return NamedEntity(
        record,
        next((name for name in names if name), ""),
        Kind.PERSON,
        next((code for code in nations if code), None),
        str(details["birthDate"])[:10] if details.get("birthDate") else None,
        _identifiers(details),
    )


def _entity(record: str, details: Mapping[str, object]) -> NamedEntity:
    kind = str(_object(details.get("entityType")).get("type"))
    place = _object(details.get("jurisdiction")).get("code")
    name = str(details.get("name") or "")
    return NamedEntity(
        record, name, _ENTITIES.get(kind, Kind.OTHER), str(place) if place else None, None, _identifiers(details)
    )


def _identifiers(details: Mapping[str, object]) -> tuple[Identifier, ...]:
    """Schemes are those of org-id.guide: the country, a dash, the register (``GB-COH``, ``XI-LEI``)."""
    found: list[Identifier] = []
    for each in _objects(details.get("identifiers")):
        scheme, value = str(each.get("scheme") or "").upper(), str(each.get("id") or "")
        place, _, register = scheme.partition("-")
        if not value:
            continue
        if "LEI" in (place, register) or "LEI" in str(each.get("schemeName") or "").upper().split():
            found.append(Identifier("lei", value))
        elif len(place) == 2 and place not in ("XI", "XM", "XR"):
            tax = any(word in register for word in _TAXES)
            found.append(Identifier(f"{'tax' if tax else 'reg'}:{place}", value))
    return tuple(found)


def _basis_points(value: object) -> int | None:
    return None if value is None else read_share(value).bp


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
