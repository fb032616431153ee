"""What of a record is compared: cleaned once per record in Python, so that every engine compares the same text.

Each value depends on its own record and the model only. What says nothing (``N/A``), a free-mail domain, and a number
that fails its check are left out: they link nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from plimsoll.parties.identifiers import checked
from plimsoll.parties.kyc import Identifier, Kind
from plimsoll.parties.lists import distinct_lists, fields_of, parts_of
from plimsoll.parties.normalise import (
    address_key,
    email_domain,
    is_placeholder,
    mailbox,
    name_key,
    name_tokens,
    person_key,
    phone_key,
)
from plimsoll.parties.resolution.model import Model

if TYPE_CHECKING:
    import pyarrow as pa

LISTS = (
    "names", "common_names", "cores", "leis", "regs", "registers", "taxes", "streets", "codes", "towns", "phones",
    "payments", "mailboxes", "domains", "people", "people_names", "networks",
)  # fmt: skip
TEXTS = ("name", "core", "head", "digits", "street", "incorporated", "jurisdiction")
_PERSON = Kind.PERSON.value
_HASH = r"^hk1:[0-9a-f]{32}\z"
_SHORT = 4
"""A word of more letters heads a name."""
_FEW = 1 << 14


def compare(records: pa.RecordBatch, model: Model) -> dict[str, pa.Array]:
    """What is compared of records (`reading.READ` of them), by column: texts and lists; what is unknown is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    founded = records.column("incorporated")
    places = [(place or "").casefold() or None for place in records.column("jurisdiction").to_pylist()]
    return {
        **_names(records, model.common_words),
        **_numbers(records),
        **_places(records),
        **_mail(records),
        **_people(records),
        "phones": _hashes(records.column("phones"), phone_key),
        "payments": _hashes(records.column("payment_instruments"), _said),
        "networks": _hashes(records.column("access_networks"), _said),
        "incorporated": pc.cast(founded, pa.string()),
        "jurisdiction": pa.array(places, pa.string()),
    }


def _names(records: pa.RecordBatch, common: frozenset[str]) -> dict[str, pa.Array]:
    """The legal name and all others; words in alphabetical order, so that their order does not matter."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    legal, kinds, others = (records.column(name).to_pylist() for name in ("legal_name", "kind", "aliases"))
    texts: dict[str, list[str | None]] = {"name": [], "core": [], "head": []}
    rows: list[int] = []
    names: list[str] = []
    common_names: list[str] = []
    cores: list[str] = []
    for row, (name, kind, aliases) in enumerate(zip(legal, kinds, others, strict=True)):
        key = person_key if kind == _PERSON else name_key
        spelled = (key(name), *map(key, aliases)) if aliases else (key(name),)
        for place, each in enumerate(spelled):
            words = each.split(" ") if each else []
            core = words if common.isdisjoint(words) else [word for word in words if word not in common]
            if not place:
                texts["name"].append(each or None)
                texts["core"].append(" ".join(core) or None)
                texts["head"].append(next((word for word in core if len(word) > _SHORT), None))
            whole = " ".join(sorted(words))
            rows.append(row)
            names.append(whole if core else "")
            common_names.append("" if core else whole)
            cores.append(whole if core is words else " ".join(sorted(core)))
    at = np.array(rows, np.int64)
    lists = {"names": names, "common_names": common_names, "cores": cores}
    columns = {name: pa.array(values, pa.string()) for name, values in texts.items()}
    return {
        **{name: distinct_lists(len(legal), at, pa.array(found, pa.string())) for name, found in lists.items()},
        **columns,
        "digits": pc.replace_substring_regex(columns["name"], "[^0-9]+", ""),
    }


def _numbers(records: pa.RecordBatch) -> dict[str, pa.Array]:
    """Valid official numbers. A record that states two different ones where a legal person has one states none."""
    import numpy as np
    import pyarrow as pa

    parents, numbers = parts_of(records.column("identifiers"))
    stated: dict[int, dict[str, set[str]]] = {}
    for row, scheme, value in zip(parents.tolist(), *fields_of(numbers, "scheme", "value"), strict=True):
        number = checked(scheme or "", value or "")
        if isinstance(number, Identifier):
            stated.setdefault(row, {}).setdefault(number.scheme, set()).add(number.value)
    found: dict[str, list[tuple[int, str]]] = {"leis": [], "regs": [], "registers": [], "taxes": []}
    for row, schemes in stated.items():
        for scheme, values in schemes.items():
            if scheme.startswith("tax:"):
                found["taxes"] += ((row, f"{scheme} {value}") for value in values)
            elif len(values) == 1:
                [value] = values
                if scheme == "lei":
                    found["leis"].append((row, value))
                elif scheme.startswith("reg:"):
                    found["registers"].append((row, scheme))
                    found["regs"].append((row, f"{scheme} {value}"))
    return {
        name: distinct_lists(
            records.num_rows,
            np.array([row for row, _ in pairs], np.int64),
            pa.array([value for _, value in pairs], pa.string()),
        )
        for name, pairs in found.items()
    }


def _places(records: pa.RecordBatch) -> dict[str, pa.Array]:
    import pyarrow as pa

    rows, places = parts_of(records.column("addresses"))
    count = records.num_rows
    first: list[str | None] = [None] * count
    streets, codes, towns = [], [], []
    columns = fields_of(places, "street", "city", "postcode", "country")
    for row, street, city, postcode, country in zip(rows.tolist(), *columns, strict=True):
        key = address_key(street, city, postcode, country)
        first[row] = first[row] or key or None
        streets.append(key)
        codes.append(_code(country, postcode))
        towns.append(_town(country, city))
    return {
        "streets": distinct_lists(count, rows, pa.array(streets, pa.string())),
        "codes": distinct_lists(count, rows, pa.array(codes, pa.string())),
        "towns": distinct_lists(count, rows, pa.array(towns, pa.string())),
        "street": pa.array(first, pa.string()),
    }


@lru_cache(_FEW)
def _code(country: str | None, postcode: str | None) -> str:
    code = "".join(name_tokens(postcode or ""))
    return "" if is_placeholder(code) else f"{(country or '').casefold()}|{code}"


@lru_cache(_FEW)
def _town(country: str | None, city: str | None) -> str:
    town = " ".join(name_tokens(city or ""))
    return "" if is_placeholder(town) else f"{(country or '').casefold()}|{town}"


def _mail(records: pa.RecordBatch) -> dict[str, pa.Array]:
    import pyarrow as pa

    rows, values = parts_of(records.column("emails"))
    written = values.to_pylist()
    return {
        "mailboxes": distinct_lists(records.num_rows, rows, pa.array(map(mailbox, written), pa.string())),
        "domains": distinct_lists(records.num_rows, rows, pa.array(map(email_domain, written), pa.string())),
    }


def _people(records: pa.RecordBatch) -> dict[str, pa.Array]:
    """Owners, voters, directors and those behind a nominee: by name and birth, and by name alone."""
    import pyarrow as pa

    rows, holders = parts_of(records.column("holders"))
    people, names = [], []
    for written, kind, born in zip(*fields_of(holders, "name", "kind", "born"), strict=True):
        person = kind == _PERSON
        name = person_key(written or "") if person else name_key(written or "")
        names.append(name)
        people.append(f"{name}|{born}" if person and name and born else "")
    return {
        "people": distinct_lists(records.num_rows, rows, pa.array(people, pa.string())),
        "people_names": distinct_lists(records.num_rows, rows, pa.array(names, pa.string())),
    }


def _hashes(lists: pa.Array, key: Callable[[str], str]) -> pa.Array:
    """Keyed hashes as they are, and the keys of what was never hashed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, values = parts_of(lists)
    hashed = pc.match_substring_regex(values, _HASH)
    if not pc.all(hashed, min_count=0).as_py():
        both = zip(values.to_pylist(), hashed.to_pylist(), strict=True)
        values = pa.array([value if done else key(value) for value, done in both], pa.string())
    return distinct_lists(len(lists), rows, values)


def _said(value: str) -> str:
    return "" if is_placeholder(value) else value
