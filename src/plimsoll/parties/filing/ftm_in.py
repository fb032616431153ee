"""FollowTheMoney entities as filed: records where there are accounts, a register of who holds whom where not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.fields import Row, day_of
from plimsoll.parties.filing.ftm_out import MARK
from plimsoll.parties.filing.jsonl import as_object
from plimsoll.parties.filing.ownership_register import Held, NamedEntity, OwnershipRegister
from plimsoll.parties.filing.shares import read_share
from plimsoll.parties.kyc import Identifier, Kind, Role

_KINDS = {
    "Company": Kind.COMPANY,
    "Organization": Kind.COMPANY,
    "LegalEntity": Kind.OTHER,
    "PublicBody": Kind.PUBLIC_BODY,
    "Person": Kind.PERSON,
}
_EDGES = {
    "Ownership": ("owner", "asset", Role.OWNER),
    "Directorship": ("director", "organization", Role.DIRECTOR),
    "Representation": ("client", "agent", Role.ON_BEHALF),
    "UnknownLink": ("subject", "object", Role.OWNER),
    "Control": ("controller", "controlled", Role.VOTER),
}
_RANGE = re.compile(r"\s*([\d.,]+)\s*%?\s*(?:-|to|–)\s*([\d.,]+)\s*%?\s*")
_ALWAYS_KEYWORD = ("customer_ref", "payer", "declared_use", "opened", "closed", "filed_on")

Properties = Mapping[str, list[str]]


@dataclass(slots=True)
class FtmFile:
    """All entities of a file, which refer to each other in any order and so are held together."""

    found: dict[str, tuple[int, str, Properties]] = field(default_factory=dict)
    register: OwnershipRegister = field(default_factory=OwnershipRegister)
    rejected: list[tuple[int, PlimsollError]] = field(default_factory=list)
    instruments: dict[str, list[str]] = field(default_factory=dict)
    sold: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def has_accounts(self) -> bool:
        return any(schema in ("UserAccount", "CloudAccount") for _, schema, _ in self.found.values())

    def rows(self) -> Iterator[tuple[int, Row]]:
        """A row for each account, in the order of the file."""
        owners = {owner for _, schema, each in self._accounts() for owner in each.get("owner", ())}
        for row, _, account in self._accounts():
            yield row, self._record(account, owners)

    def _accounts(self) -> Iterator[tuple[int, str, Properties]]:
        return (each for each in self.found.values() if each[1] in ("UserAccount", "CloudAccount"))

    def _record(self, account: Properties, owners: set[str]) -> Row:
        owner = _first(account, "owner") or ""
        _, schema, customer = self.found.get(owner, (0, "LegalEntity", {}))
        words = _words(account, "keywords")
        row: dict[str, object] = {
            "provider": _first(account, "service"),
            "account": _first(account, "username") or _first(account, "name"),
            "legal_name": _first(customer, "name"),
            "kind": _KINDS.get(schema, Kind.OTHER).value,
            "aliases": [*customer.get("name", [])[1:], *customer.get("alias", [])],
            "identifiers": [as_object(each) for each in _identifiers(customer, words.get("number"))],
            "jurisdiction": _first(words, "jurisdiction")
            or _first(customer, "jurisdiction")
            or _first(customer, "country"),
            "incorporated": _first(customer, "incorporationDate"),
            "addresses": [self._address(each) for each in customer.get("addressEntity", ())]
            + [{"street": text} for text in customer.get("address", ())],
            "emails": list(dict.fromkeys((*customer.get("email", ()), *account.get("email", ())))),
            "phones": [*words.get("phone", ()), *customer.get("phone", ()), *account.get("phone", ())],
            "access_networks": [*words.get("network", ()), *account.get("ipAddress", ())],
            "payment_instruments": self.instruments.get(owner, []),
            "holders": [as_object(each) for each in self.register.holders_of(owner, lambda each: each in owners)],
            "reseller": bool(words.get("reseller")),
            "downstream": self._downstream(owner, bool(words.get("downstream"))),
        }
        row.update({name: _first(words, name) for name in _ALWAYS_KEYWORD})
        return {name: value for name, value in row.items() if value is not None}

    def _address(self, entity: str) -> dict[str, object]:
        _, _, address = self.found.get(entity, (0, "", {}))
        names = (("street", "street"), ("city", "city"), ("postalCode", "postcode"), ("country", "country"))
        parts = {ours: value for theirs, ours in names if (value := _first(address, theirs))}
        if set(parts) <= {"country"} and (whole := _first(address, "full")):
            parts["street"] = whole
        return {name: value.upper() if name == "country" else value for name, value in parts.items()}

    def _downstream(self, owner: str, listed: bool) -> list[dict[str, object]] | None:
        sold = self.sold.get(owner)
        return sold or [] if sold or listed else None


def read_entities(rows: Iterable[tuple[int, Row | PlimsollError]]) -> FtmFile:
    """Every entity of a file; those that are none are set aside with their reason."""
    file = FtmFile()
    for number, row in rows:
        if isinstance(row, PlimsollError):
            file.rejected.append((number, row))
            continue
        entity, schema, properties = row.get("id"), row.get("schema"), row.get("properties")
        if not isinstance(entity, str) or not isinstance(schema, str) or not isinstance(properties, dict):
            what = "the entity lacks its id, its schema or its properties"
            fix = "Write id, schema and properties, as FollowTheMoney does."
            file.rejected.append((number, PlimsollError("ftm.not_an_entity", what, fix=fix)))
            continue
        file.found[entity] = (number, schema, {name: _texts(value) for name, value in properties.items()})
    for entity, (_, schema, properties) in file.found.items():
        if schema in _KINDS:
            file.register.add(_named(entity, _KINDS[schema], properties))
    for _, schema, properties in file.found.values():
        if schema in _EDGES:
            _add_edge(file, schema, properties)
    return file


def _add_edge(file: FtmFile, schema: str, edge: Properties) -> None:
    start, end, role = _EDGES[schema]
    words = _words(edge, "description")
    stated = _first(words, "role")
    for one in edge.get(start, ()):
        for other in edge.get(end, ()):
            _, kind, target = file.found.get(other, (0, "", {}))
            if kind in ("BankAccount", "CryptoWallet"):
                names = ("accountNumber", "iban", "publicKey", "cryptoAddress")
                file.instruments.setdefault(one, []).extend(value for name in names for value in target.get(name, ()))
            elif stated == "downstream":
                number = _words(target, "keywords").get("number")
                sold = {
                    "name": _first(target, "name"),
                    "country": (_first(target, "country") or "").upper(),
                    "identifiers": [as_object(each) for each in _identifiers(target, number)],
                }
                file.sold.setdefault(one, []).append({name: value for name, value in sold.items() if value})
            else:
                file.register.hold(other, _held(one, role, edge, words))


def _held(holder: str, role: Role, edge: Properties, words: Properties) -> Held:
    stated = _first(words, "role")
    if stated in {each.value for each in Role}:
        role = Role(stated)
    elif "voting" in (_first(edge, "ownershipType") or "").casefold():
        role = Role.VOTER
    elif "director" in (_first(edge, "role") or "").casefold():
        role = Role.DIRECTOR
    least, most = _share(_first(edge, "percentage"))
    if (exact := _first(words, "share_bp")) and exact.isdecimal():
        least = most = int(exact)
    if (top := _first(words, "share_max_bp")) and top.isdecimal():
        most = int(top)
    elif words.get("share_max"):
        most = None
    since, until = day_of(_first(edge, "startDate") or ""), day_of(_first(edge, "endDate") or "")
    return Held(holder, role, least, most, since, until)


def _share(text: str | None) -> tuple[int | None, int | None]:
    """``25``, ``25.5%`` or ``25-50``."""
    if text is None:
        return None, None
    between = _RANGE.fullmatch(text)
    if between:
        return read_share(between[1]).bp, read_share(between[2]).bp
    share = read_share(text).bp
    return share, share


def _named(entity: str, kind: Kind, properties: Properties) -> NamedEntity:
    country = _first(properties, "country") or _first(properties, "jurisdiction") or _first(properties, "nationality")
    numbers = _words(properties, "keywords").get("number")
    return NamedEntity(
        entity,
        _first(properties, "name") or "",
        kind,
        country.upper() if country else None,
        _first(properties, "birthDate"),
        _identifiers(properties, numbers),
    )


def _identifiers(properties: Properties, numbers: list[str] | None) -> tuple[Identifier, ...]:
    """With their scheme where we wrote it; else numbers of the entity's own country."""
    if numbers:
        pairs = [number.partition("=") for number in numbers]
        return tuple(Identifier(scheme, value) for scheme, _, value in pairs)
    place = (_first(properties, "jurisdiction") or _first(properties, "country") or "")[:2].upper()
    found = [Identifier("lei", value) for value in properties.get("leiCode", ())]
    if place:
        found += [Identifier(f"reg:{place}", value) for value in properties.get("registrationNumber", ())]
        taxes = (*properties.get("taxNumber", ()), *properties.get("vatCode", ()))
        found += [Identifier(f"tax:{place}", value) for value in taxes]
    return tuple(found)


def _words(properties: Properties, name: str) -> dict[str, list[str]]:
    """What we wrote as ``plimsoll:name=value``."""
    found: dict[str, list[str]] = {}
    for text in properties.get(name, ()):
        if text.startswith(MARK):
            key, _, value = text.removeprefix(MARK).partition("=")
            found.setdefault(key, []).append(value)
    return found


def _first(properties: Mapping[str, list[str]], name: str) -> str | None:
    values = properties.get(name)
    return values[0] if values else None


def _texts(value: object) -> list[str]:
    """Values are lists of text; a bare text is taken for a list of one."""
    return [str(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, (str, int))]
