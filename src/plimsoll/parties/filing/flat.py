"""A record in flat columns, as CSV has it: the header, cells with lists in them, and the way back.

A list in a cell is separated by ``|``, or given as JSON text. Holders are JSON, or in the columns `owners` and
`directors` each ``name;share;born;country``, of which only the name must be there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.fields import Row
from plimsoll.parties.filing.jsonl import as_object, read_object
from plimsoll.parties.kyc import CustomerRecord

COLUMNS = (
    "provider",
    "account",
    "legal_name",
    "kind",
    "customer_ref",
    "aliases",
    "lei",
    "registration_number",
    "tax_number",
    "identifiers",
    "jurisdiction",
    "incorporated",
    "street",
    "city",
    "postcode",
    "country",
    "addresses",
    "emails",
    "phones",
    "payment_instruments",
    "payer",
    "access_networks",
    "owners",
    "directors",
    "holders",
    "reseller",
    "downstream",
    "declared_use",
    "opened",
    "closed",
    "filed_on",
)
"""The header. Columns may be left out and come in any order."""

_LISTS = frozenset(("aliases", "emails", "phones", "payment_instruments", "access_networks"))
_NUMBERS = {"lei": "lei", "registration_number": "reg", "tax_number": "tax"}
_ADDRESS = ("street", "city", "postcode", "country")
_FLAT = frozenset((*_NUMBERS, *_ADDRESS, "owners", "directors"))


def unflat(cells: Mapping[str, object]) -> Row:
    """The row as `fields.record_from` reads it.

    Raises:
        PlimsollError: ``json.syntax`` and the like, of JSON inside a cell.
    """
    row = {name: value for name, value in cells.items() if value is not None and value != "" and name not in _FLAT}
    for name in _LISTS:
        if isinstance(value := row.get(name), str):
            row[name] = _list(value)
    for name in ("addresses", "holders", "identifiers", "downstream"):
        if isinstance(value := row.get(name), str):
            row[name] = _objects(name, value)
    if any(cells.get(name) for name in _NUMBERS):
        row["identifiers"] = [*_as_list(row.get("identifiers")), *_numbers(cells)]
    address = {name: cells[name] for name in _ADDRESS if cells.get(name)}
    if address:
        row["addresses"] = [*_as_list(row.get("addresses")), address]
    for column, role in (("owners", "owner"), ("directors", "director")):
        if isinstance(value := cells.get(column), str) and value:
            row["holders"] = [*_as_list(row.get("holders")), *(_person(each, role) for each in _list(value))]
    return row


def flat(record: CustomerRecord) -> dict[str, str]:
    """The cells of a record; nothing is lost."""
    cells: dict[str, str] = {}
    for name, value in as_object(record).items():
        if name in _LISTS and isinstance(value, list):
            cells[name] = "|".join(value) if not any("|" in each or each[:1] == "[" for each in value) else _json(value)
        elif isinstance(value, list):
            cells[name] = _json(value)
        else:
            cells[name] = "true" if value is True else str(value)
    return cells


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _list(text: str) -> list[object]:
    if text.lstrip()[:1] == "[":
        return _as_list(_parsed(text))
    return [part.strip() for part in text.split("|") if part.strip()]


def _parsed(text: str) -> object:
    return read_object(f'{{"cell":{text}}}'.encode("utf-8", "surrogatepass"))["cell"]


def _objects(name: str, text: str) -> object:
    """JSON, or for numbers ``reg:GB:01234567|lei:…`` and for a reseller's customers their names."""
    if text.lstrip()[:1] in "[{":
        return _parsed(text)
    parts = [str(part) for part in _list(text)]
    if name == "identifiers":
        pairs = [part.rpartition(":") for part in parts]
        return [{"scheme": scheme, "value": value} for scheme, _, value in pairs]
    if name == "downstream":
        return [{"name": part} for part in parts]
    if name == "addresses":
        return [{"street": part} for part in parts]
    raise PlimsollError("cell.unreadable", f"{name} is no JSON", fix=f"Write {name} as a JSON list of objects.")


def _numbers(cells: Mapping[str, object]) -> list[dict[str, str]]:
    """A number may name its country (``GB:01234567``); else it is that of the jurisdiction."""
    place = str(cells.get("jurisdiction") or cells.get("country") or "").strip()
    found = []
    for column, kind in _NUMBERS.items():
        for part in _list(str(cells.get(column) or "")):
            country, colon, value = str(part).partition(":")
            if kind == "lei":
                found.append({"scheme": "lei", "value": str(part)})
            elif colon and len(country.strip()) == 2:
                found.append({"scheme": f"{kind}:{country.strip()}", "value": value})
            else:
                found.append({"scheme": f"{kind}:{place[:2] if len(place) != 3 else place}", "value": str(part)})
    return found


def _person(text: object, role: str) -> object:
    if isinstance(text, Mapping):
        return {"role": role, **text}
    name, share, born, country = (*(part.strip() for part in str(text).split(";")), "", "", "", "")[:4]
    given = {"name": name, "role": role, "share": share, "born": born, "country": country}
    return {key: value for key, value in given.items() if value}
