"""What of a record is compared: cleaned once per record in Python, so that every engine compares the same text.

Each value depends on its own record and the model only. What says nothing (``N/A``), a free-mail domain, and a number
that fails its check are left out: they link nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.parties.filing.delivery import Progress, no_progress
from plimsoll.parties.identifiers import checked
from plimsoll.parties.keyed_hash import is_keyed
from plimsoll.parties.kyc import Identifier, Kind
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
from plimsoll.parties.resolution.clustering import Numbers
from plimsoll.parties.resolution.model import Model
from plimsoll.parties.uncollected import uncollected

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

LISTS = (
    "names", "common_names", "cores", "leis", "regs", "registers", "taxes", "streets", "codes", "towns", "phones",
    "payments", "mailboxes", "domains", "people", "people_names", "networks",
)  # fmt: skip
TEXTS = ("name", "core", "head", "digits", "street", "incorporated", "jurisdiction")
_READ = (
    "legal_name", "aliases", "kind", "identifiers", "jurisdiction", "incorporated", "addresses", "emails", "phones",
    "payment_instruments", "access_networks", "holders",
)  # fmt: skip
_PIECE = 4_096
_SHORT = 4
"""Letters of a word that go into combined keys."""
_MOST = 6
"""Values of one kind that go into combined keys: a record with thousands of them gains nothing."""
_ALONE = (
    "names", "cores", "leis", "regs", "taxes", "phones", "payments", "mailboxes", "domains", "people", "streets",
)  # fmt: skip
_PARTLY = ("phones", "payments", "domains", "people_names", "codes", "towns", "networks")


@dataclass(slots=True)
class Features:
    """All records of a table, ready to be compared.

    Attributes:
        table: `record`, the texts and the lists; what is unknown is null.
        subjects: by record.
        keys, holders: see `blocking.candidate_pairs`.
        rank: place of each record in order of name.
    """

    table: pa.Table
    subjects: tuple[str, ...]
    keys: NDArray[np.int64]
    holders: NDArray[np.int64]
    rank: NDArray[np.int64]


@dataclass(slots=True)
class Compared:
    """One record as it is compared."""

    texts: dict[str, str | None]
    lists: dict[str, list[str]]
    keys: list[str]


def features_of(records: pa.Table, model: Model, progress: Progress = no_progress) -> Features:
    """Reads the records, a piece at a time."""
    import numpy as np
    import pyarrow as pa

    types = dict.fromkeys(TEXTS, pa.string()) | dict.fromkeys(LISTS, pa.list_(pa.string()))
    tables = [pa.table({name: pa.array([], kind) for name, kind in types.items()})]
    keys = [np.zeros(0, np.int64)]
    counts: list[int] = []
    with uncollected(), key_codes() as codes_of:
        for batch in records.select(_READ).to_batches(max_chunksize=_PIECE):
            progress("reading records", len(counts), records.num_rows)
            found = [compare(row, model) for row in batch.to_pylist()]
            columns = {name: pa.array([each.texts.get(name) for each in found], pa.string()) for name in TEXTS}
            for name in LISTS:
                columns[name] = pa.array([each.lists.get(name) or None for each in found], types[name])
            tables.append(pa.table(columns))
            keys.append(codes_of([key for each in found for key in each.keys]))
            counts += [len(each.keys) for each in found]
    number = pa.array(np.arange(len(counts), dtype=np.int32))
    table = pa.concat_tables(tables).add_column(0, "record", number)
    subjects = tuple(records.column("subject").to_pylist())
    return Features(
        table,
        subjects,
        np.concatenate(keys),
        np.repeat(np.arange(len(counts)), np.array(counts, np.int64)),
        rank_of(table.column("name").to_pylist(), subjects),
    )


def stated_numbers(table: pa.Table) -> dict[int, Numbers]:
    """The LEI and the register numbers of the records that state any; none where a model compares no such thing."""
    found: dict[int, Numbers] = {}
    if not {"leis", "regs"}.issubset(table.column_names):
        return found
    columns = (table.column(name).to_pylist() for name in ("leis", "regs"))
    for record, (leis, regs) in enumerate(zip(*columns, strict=True)):
        if leis or regs:
            named = [("lei", *(leis or ())), *(each.partition(" ")[::2] for each in regs or ())]
            found[record] = {part[0]: frozenset(part[1:]) for part in named if part[1:]}
    return found


@contextmanager
def key_codes() -> Iterator[Callable[[list[str]], NDArray[np.int64]]]:
    """Gives a number per key, the same for equal ones: its hash of 64 bits, so that no key need be kept.

    Two keys of one number would only have a few more pairs compared.
    """
    import duckdb
    import numpy as np
    import pyarrow as pa

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "threads": 1})

    def codes(keys: list[str]) -> NDArray[np.int64]:
        connection.register("keys", pa.table({"key": pa.array(keys, pa.string())}))
        found = connection.sql("SELECT hash(key) AS code FROM keys").to_arrow_table()
        return np.asarray(found.column("code").to_numpy(), np.uint64).view(np.int64)

    try:
        yield codes
    finally:
        connection.close()


def rank_of(names: list[str | None], subjects: tuple[str, ...]) -> NDArray[np.int64]:
    import numpy as np

    ordered = sorted(range(len(subjects)), key=lambda at: (names[at] or "", subjects[at]))
    rank = np.empty(len(ordered), np.int64)
    rank[np.array(ordered, np.int64)] = np.arange(len(ordered))
    return rank


def compare(row: Mapping[str, Any], model: Model) -> Compared:
    """What of one record is compared. `row` as a table of records gives it."""
    lists: dict[str, list[str]] = {}
    texts: dict[str, str | None] = {}
    _names(row, model.common_words, texts, lists)
    _numbers(row, lists)
    _places(row, texts, lists)
    lists["phones"] = _distinct(each if is_keyed(each) else phone_key(each) for each in row["phones"] or ())
    lists["payments"] = _said(row["payment_instruments"])
    lists["networks"] = _said(row["access_networks"])
    emails = row["emails"] or ()
    lists["mailboxes"] = _distinct(mailbox(each) for each in emails)
    lists["domains"] = _distinct(email_domain(each) or "" for each in emails)
    _people(row, lists)
    texts["incorporated"] = row["incorporated"].isoformat() if row["incorporated"] else None
    texts["jurisdiction"] = (row["jurisdiction"] or "").casefold() or None
    return Compared(texts, lists, _keys(texts, lists))


def _names(
    row: Mapping[str, Any], common: frozenset[str], texts: dict[str, str | None], lists: dict[str, list[str]]
) -> None:
    """The legal name and all others; words in alphabetical order, so that their order does not matter."""
    person = row["kind"] == Kind.PERSON.value
    spelled = [person_key(each) if person else name_key(each) for each in (row["legal_name"], *(row["aliases"] or ()))]
    words = [name.split() for name in spelled if name]
    if not words:
        return
    cores = [[word for word in each if word not in common] for each in words]
    lists["names"] = _distinct(" ".join(sorted(each)) for each, core in zip(words, cores, strict=True) if core)
    lists["common_names"] = _distinct(
        " ".join(sorted(each)) for each, core in zip(words, cores, strict=True) if not core
    )
    lists["cores"] = _distinct(" ".join(sorted(core)) for core in cores)
    if spelled[0]:
        texts["name"] = spelled[0]
        texts["core"] = " ".join(cores[0]) or None
        texts["head"] = next((word for word in cores[0] if len(word) > _SHORT), None)
        texts["digits"] = "".join(letter for letter in spelled[0] if letter.isdigit())


def _numbers(row: Mapping[str, Any], lists: dict[str, list[str]]) -> None:
    """Valid official numbers. A record that states two different ones where a legal person has one states none."""
    stated: dict[str, set[str]] = {}
    for each in row["identifiers"] or ():
        number = checked(each["scheme"] or "", each["value"] or "")
        if isinstance(number, Identifier):
            stated.setdefault(number.scheme, set()).add(number.value)
    single = {scheme: values for scheme, values in stated.items() if len(values) == 1 or scheme.startswith("tax:")}
    lists["leis"] = sorted(single.get("lei", ()))
    lists["registers"] = sorted(scheme for scheme in single if scheme.startswith("reg:"))
    lists["regs"] = sorted(f"{scheme} {value}" for scheme in lists["registers"] for value in single[scheme])
    lists["taxes"] = sorted(
        f"{scheme} {value}" for scheme in single if scheme[:4] == "tax:" for value in single[scheme]
    )


def _places(row: Mapping[str, Any], texts: dict[str, str | None], lists: dict[str, list[str]]) -> None:
    streets, codes, towns = [], [], []
    for each in row["addresses"] or ():
        country = (each["country"] or "").casefold()
        streets.append(address_key(each["street"], each["city"], each["postcode"], each["country"]))
        code, town = "".join(name_tokens(each["postcode"] or "")), " ".join(name_tokens(each["city"] or ""))
        codes.append("" if is_placeholder(code) else f"{country}|{code}")
        towns.append("" if is_placeholder(town) else f"{country}|{town}")
    lists["streets"], lists["codes"], lists["towns"] = _distinct(streets), _distinct(codes), _distinct(towns)
    texts["street"] = next((street for street in streets if street), None)


def _people(row: Mapping[str, Any], lists: dict[str, list[str]]) -> None:
    """Owners, voters, directors and those behind a nominee: by name and birth, and by name alone."""
    people, names = [], []
    for each in row["holders"] or ():
        written = each["name"] or ""
        if each["kind"] != Kind.PERSON.value:
            names.append(name_key(written))
        elif name := person_key(written):
            names.append(name)
            if each["born"]:
                people.append(f"{name}|{each['born']}")
    lists["people"], lists["people_names"] = _distinct(people), _distinct(names)


def _keys(texts: Mapping[str, str | None], lists: Mapping[str, list[str]]) -> list[str]:
    """Blocks that the record lies in: what identifies stands alone, what many share with the beginning of the name."""
    keys = [f"{kind}\x1f{value}" for kind in _ALONE for value in lists.get(kind, ())]
    names = lists.get("names") or lists.get("common_names") or ()
    starts = {word[:_SHORT] for name in names[:_MOST] for word in name.split()[:3]}
    for kind in _PARTLY:
        for value in lists.get(kind, ())[:_MOST]:
            keys += [f"{kind}\x1f{value}\x1f{start}" for start in starts]
    if texts["incorporated"]:
        keys.append(f"incorporated\x1f{texts['incorporated']}\x1f{texts['jurisdiction'] or ''}")
    return keys


def _said(values: list[str] | None) -> list[str]:
    return _distinct(each for each in values or () if is_keyed(each) or not is_placeholder(each))


def _distinct(values: Iterable[str]) -> list[str]:
    found = {value for value in values if value}
    return sorted(found) if len(found) > 1 else list(found)
