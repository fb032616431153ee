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
from plimsoll.parties.resolution.keys import record_keys
from plimsoll.parties.resolution.model import Model
from plimsoll.parties.resolution.reading import READ, reading, same_as_before
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
_PIECE = 4_096
_SHORT = 4
"""A word of more letters heads a name."""


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


@dataclass(frozen=True, slots=True)
class Earlier:
    """Records that were read before, with their features.

    Attributes:
        reading: how they were read (`reading.reading`).
        subjects, records, features: of the same records, in order.
    """

    reading: str
    subjects: tuple[str, ...]
    records: pa.Table
    features: pa.Table


def features_of(
    records: pa.Table, model: Model, progress: Progress = no_progress, earlier: Earlier | None = None
) -> Features:
    """Reads the records, a piece at a time.

    Args:
        earlier: records that were read for the same model; those that say the same today are not read again.
    """
    import numpy as np
    import pyarrow as pa

    subjects = tuple(records.column("subject").to_pylist())
    if earlier is None or earlier.reading != reading():
        read = _read(records, model, progress)
    else:
        was, now = same_as_before(earlier.records, earlier.subjects, records, subjects, READ)
        fresh = np.setdiff1d(np.arange(len(subjects)), now, assume_unique=True)
        kept = earlier.features.select([*TEXTS, *LISTS]).take(was).cast(_schema())
        both = pa.concat_tables([kept, _read(records.take(fresh), model, progress)])
        read = both.take(np.argsort(np.concatenate((now, fresh))))
    table = read.combine_chunks().add_column(0, "record", pa.array(np.arange(len(subjects), dtype=np.int32)))
    keys, holders = record_keys(table)
    return Features(table, subjects, keys, holders, rank_of(table.column("name").to_pylist(), subjects))


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({name: pa.string() for name in TEXTS} | {name: pa.list_(pa.string()) for name in LISTS})


def _read(records: pa.Table, model: Model, progress: Progress) -> pa.Table:
    """The features of each record."""
    import pyarrow as pa

    schema = _schema()
    tables = [schema.empty_table()]
    done = 0
    with uncollected():
        for batch in records.select(READ).to_batches(max_chunksize=_PIECE):
            progress("reading records", done, records.num_rows)
            found = [compare(row, model) for row in batch.to_pylist()]
            columns = [[each.texts.get(name) for each in found] for name in TEXTS]
            columns_of_lists = [[each.lists.get(name) or None for each in found] for name in LISTS]
            arrays = [
                pa.array(column, field.type)
                for column, field in zip((*columns, *columns_of_lists), schema, strict=True)
            ]
            tables.append(pa.table(arrays, schema=schema))
            done += len(found)
    return pa.concat_tables(tables)


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
    return Compared(texts, lists)


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


def _said(values: list[str] | None) -> list[str]:
    return _distinct(each for each in values or () if is_keyed(each) or not is_placeholder(each))


def _distinct(values: Iterable[str]) -> list[str]:
    found = {value for value in values if value}
    return sorted(found) if len(found) > 1 else list(found)
