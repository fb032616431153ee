"""Registers of legal entities, joined with records by official numbers."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from plimsoll.parties.filing.delivery import KycDelivery
from plimsoll.parties.filing.ownership_register import Held, NamedEntity, OwnershipRegister
from plimsoll.parties.kyc import CustomerRecord, Kind, Role
from plimsoll.parties.records import records_of

Read = Callable[[], KycDelivery]
Write = Callable[..., Path]


def _lei(base: str) -> str:
    from stdnum.iso7064 import mod_97_10

    return base + str(mod_97_10.calc_check_digits(base))


CHILD, PARENT, TOP = (_lei(each) for each in ("999900QVILLON00001", "999900PELL00000001", "999900MARSH0000001"))
CUSTOMERS = (
    f'{{"account":"a","legal_name":"Quillon Data Ltd","identifiers":[{{"scheme":"lei","value":"{CHILD}"}}]}}\n'
    '{"account":"b","legal_name":"Reed Ltd","jurisdiction":"GB",'
    '"identifiers":[{"scheme":"reg:GB","value":"08412973"}]}\n'
)


def _statement(record: str, kind: str, details: dict[str, object], **more: object) -> dict[str, object]:
    return {
        "statementId": f"s-{record}", "statementDate": "2026-01-01", "recordId": record, "recordType": kind,
        "recordStatus": "new", "recordDetails": details, **more,
    }  # fmt: skip


def _relation(
    record: str, subject: str, party: object, *interests: dict[str, object], **more: object
) -> dict[str, object]:
    return _statement(
        record, "relationship", {"subject": subject, "interestedParty": party, "interests": list(interests)}, **more
    )


_BODS = [
    _statement("e1", "entity", {"entityType": {"type": "registeredEntity"}, "name": "Reed Ltd",
                                "identifiers": [{"scheme": "GB-COH", "id": "08412973"}]}),
    _statement("e2", "entity", {"entityType": {"type": "registeredEntity"}, "name": "Pell BV",
                                "identifiers": [{"scheme": "NL-KVK", "id": "61234567"}]}),
    _statement("p1", "person", {"personType": "knownPerson", "names": [{"type": "legal", "fullName": "Anna Voss"}],
                                "nationalities": [{"code": "DE"}], "birthDate": "1970-03-01"}),
    _relation("r1", "e1", "p1", {"type": "shareholding", "share": {"exact": 40.5}, "startDate": "2020-01-01"},
              {"type": "votingRights", "share": {"minimum": 25, "maximum": 50}}),
    _relation("r2", "e1", "e2", {"type": "shareholding", "share": {"exact": 50}}),
    _relation("r3", "e2", "p1", {"type": "shareholding", "share": {"exact": 50}}),
    _relation("r4", "e1", "p1", {"type": "appointmentOfBoard"}, recordStatus="new"),
    _relation("r4", "e1", "p1", {"type": "appointmentOfBoard"}, recordStatus="closed", statementDate="2026-02-01"),
    _relation("r5", "e1", "p1", {"type": "nominator"}),
    _relation("r6", "e1", {"reason": "subjectUnableToConfirmOrIdentifyBeneficialOwner"}),
    {"statementId": "old", "statementType": "entityStatement"},
]  # fmt: skip


def test_bods_gives_its_holders_to_the_customer_with_the_number(write: Write, read: Read) -> None:
    write(CUSTOMERS)
    write(json.dumps(_BODS), "owners.json")

    delivery = read()
    other, reed = records_of(delivery.records)

    assert other.holders == ()
    assert [(each.name, each.role, each.share_bp, each.share_max_bp, each.since) for each in reed.holders] == [
        ("Anna Voss", Role.OWNER, 4_050, 4_050, date(2020, 1, 1)),
        ("Anna Voss", Role.VOTER, 2_500, 5_000, None),
        ("Pell BV", Role.OWNER, 5_000, 5_000, None),
        ("Anna Voss", Role.ON_BEHALF, None, None, None),
    ]
    assert [(each.row, each.code) for each in delivery.rejections] == [(11, "bods.not_a_statement")]
    assert [each.format for each in delivery.files] == ["kyc-jsonl", "bods"]
    assert any("1 of 2 accounts" in note for note in delivery.notes)


def test_the_order_of_statements_does_not_matter(write: Write, read: Read) -> None:
    write(CUSTOMERS)
    write("".join(json.dumps(each) + "\n" for each in reversed(_BODS)), "owners.jsonl")

    _, reed = records_of(read().records)

    assert {(each.name, each.role) for each in reed.holders} == {
        ("Anna Voss", Role.OWNER), ("Anna Voss", Role.VOTER), ("Pell BV", Role.OWNER), ("Anna Voss", Role.ON_BEHALF),
    }  # fmt: skip


_LEVEL_1 = (
    '"LEI","Entity.LegalName","Entity.LegalJurisdiction","Entity.RegistrationAuthority.RegistrationAuthorityEntityID"\n'
    f'"{CHILD}","Quillon Data Limited","GB","11111112"\n"{PARENT}","Pell B.V.","NL","61234567"\n'
    f'"{TOP}","Marsh Corporation","US-DE",""\n"{_lei("999900NOBODY000001")}","Nobody SA","FR",""\n'
)
_LEVEL_2 = (
    "Relationship.StartNode.NodeID,Relationship.StartNode.NodeIDType,Relationship.EndNode.NodeID,"
    "Relationship.EndNode.NodeIDType,Relationship.RelationshipType,Relationship.RelationshipStatus,"
    "Relationship.Period.1.startDate,Relationship.Period.1.endDate,Relationship.Period.1.periodType,"
    "Registration.RegistrationStatus\n"
    f"{CHILD},LEI,{PARENT},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2021-01-01T00:00:00Z,,RELATIONSHIP_PERIOD,LAPSED\n"
    f"{PARENT},LEI,{TOP},LEI,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,,,,PUBLISHED\n"
    f"{CHILD},LEI,{_lei('999900NOBODY000001')},LEI,IS_DIRECTLY_CONSOLIDATED_BY,INACTIVE,,,,PUBLISHED\n"
    f"{CHILD},LEI,{_lei('999900NOBODY000001')},LEI,IS_FUND-MANAGED_BY,ACTIVE,,,,PUBLISHED\n"
)


def test_gleif_names_the_parents_up_to_the_top(write: Write, read: Read) -> None:
    write(CUSTOMERS)
    write(_LEVEL_1, "level1.csv")
    write(_LEVEL_2, "level2.csv")
    write(f"LEI,Exception.Category,Exception.Reason.1\n{TOP},ULTIMATE,NO_KNOWN_PERSON\n", "exceptions.csv")

    delivery = read()
    quillon, _ = records_of(delivery.records)

    assert delivery.rejections == ()
    assert [(each.name, each.role, each.kind, each.since) for each in quillon.holders] == [
        ("Pell B.V.", Role.VOTER, Kind.COMPANY, date(2021, 1, 1)),
        ("Marsh Corporation", Role.VOTER, Kind.COMPANY, date(2021, 1, 1)),
    ]
    assert [each.value for each in quillon.holders[0].identifiers] == [PARENT, "61234567"]
    assert {each.format: each.rows for each in delivery.files} == {
        "kyc-jsonl": 2, "gleif-1": 4, "gleif-2": 4, "gleif-exceptions": 1,
    }  # fmt: skip


def test_relations_alone_tell_parents_apart_by_their_lei(write: Write, read: Read) -> None:
    write(CUSTOMERS)
    write(_LEVEL_2, "level2.csv")

    quillon, _ = records_of(read().records)

    assert [(each.name, each.identifiers[0].value) for each in quillon.holders] == [("", PARENT), ("", TOP)]


def test_a_number_that_the_register_gave_to_another_name_is_a_contradiction(write: Write, read: Read) -> None:
    write(CUSTOMERS.replace("Quillon Data Ltd", "Harbour Robotics Ltd"))
    write(_LEVEL_1, "level1.csv")

    assert [each.code for each in read().problems["nimbus/a"]] == ["register.other_name"]


def test_an_ownership_cycle_ends_and_an_owner_may_be_the_customers_own_subsidiary() -> None:
    register = OwnershipRegister()
    for name in "abc":
        register.add(NamedEntity(name, f"Company {name}"))
    for one, other in ("ab", "bc", "ca"):
        register.hold(one, Held(other, Role.OWNER, 10_000, 10_000))

    holders = register.holders_of("a", lambda _: False)

    assert [(each.name, each.share_bp) for each in holders] == [("Company b", 10_000), ("Company c", 10_000)]
    assert [each.name for each in register.holders_of("a", lambda entity: entity == "b")] == ["Company b"]


def test_what_the_record_says_itself_is_not_said_twice(write: Write, read: Read) -> None:
    own: CustomerRecord
    write(CUSTOMERS.replace('"identifiers":[{"scheme":"reg:GB"', '"holders":[{"name":"VOSS, Anna","role":"owner",'
                            '"born":"1970-03-01","share":"41"}],"identifiers":[{"scheme":"reg:GB"'))  # fmt: skip
    write(json.dumps(_BODS), "owners.json")

    _, own = records_of(read().records)

    assert [(each.name, each.share_bp) for each in own.holders if each.role is Role.OWNER] == [
        ("VOSS, Anna", 4_100), ("Pell BV", 5_000),
    ]  # fmt: skip
