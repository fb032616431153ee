"""Files that name legal entities and not accounts: each becomes a register that records are joined with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing import bods, ftm_in, gleif
from plimsoll.parties.filing.detect import Found
from plimsoll.parties.filing.ftm_in import FtmFile
from plimsoll.parties.filing.ownership_register import NamedEntity, OwnershipRegister
from plimsoll.parties.filing.rows import Numbered, rows_of
from plimsoll.parties.identifiers import checked
from plimsoll.parties.kyc import Identifier, Kind

if TYPE_CHECKING:
    import pyarrow as pa

Wrong = list[tuple[int, PlimsollError]]
"""Rows of a file that could not be read."""


def read_ftm(found: Found) -> FtmFile | None:
    """The entities of a FollowTheMoney file; None of any other."""
    return ftm_in.read_entities(rows_of(found)) if found.format == "ftm" else None


def read_bods(found: Found, wrong: Wrong) -> tuple[OwnershipRegister, int]:
    """The register of a BODS file, and how many statements it has."""
    count = 0

    def counted() -> Iterator[Numbered]:
        nonlocal count
        for each in rows_of(found):
            count += 1
            yield each

    return bods.read_statements(counted(), wrong), count


def read_gleif(
    files: Sequence[Found], records: pa.Table, wrong: Mapping[str, Wrong]
) -> tuple[OwnershipRegister, dict[str, int]]:
    """One register of all GLEIF files, of the customers and those above them; and the rows of each file by its path.

    Reporting exceptions say why there is no parent; they add nobody.
    """
    register = OwnershipRegister()
    rows: dict[str, int] = {}
    for found in files:
        if found.format == "gleif-2":
            rows[str(found.path)] = gleif.read_relations(partial(rows_of, found), register, wrong[str(found.path)])
        elif found.format == "gleif-exceptions":
            rows[str(found.path)] = sum(1 for _ in rows_of(found))
    lists = records["identifiers"].to_pylist()
    numbers = {(each["scheme"], each["value"]) for identifiers in lists for each in identifiers}

    def is_customer(identifier: Identifier) -> bool:
        answer = checked(identifier.scheme, identifier.value)
        return isinstance(answer, Identifier) and (answer.scheme, answer.value) in numbers

    names = [found for found in files if found.format == "gleif-1"]
    leis = {value for scheme, value in numbers if scheme == "lei"}
    for found in names:
        leis |= gleif.customers_in(partial(rows_of, found), is_customer)
    wanted = gleif.above(register, leis)
    for found in names:
        rows[str(found.path)] = gleif.read_entities(partial(rows_of, found), wanted, register, wrong[str(found.path)])
    _name_the_nameless(register, wanted)
    return register, rows


def _name_the_nameless(register: OwnershipRegister, wanted: set[str]) -> None:
    """Who is known by a relation only is known by an LEI alone: that still tells one parent from another."""
    holders = {held.holder for each in register.held.values() for held in each}
    for lei in sorted(wanted - register.entities.keys()):
        if lei in register.held or lei in holders:
            register.add(NamedEntity(lei, "", Kind.COMPANY, None, None, (Identifier("lei", lei),)))
