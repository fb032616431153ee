"""Companies and their records for the tests of resolution; every name is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from plimsoll.compute.engine import connect
from plimsoll.parties.kyc import Address, CustomerRecord, Holder, Identifier, Role
from plimsoll.parties.records import record_table
from plimsoll.parties.resolution.decisions import Decision
from plimsoll.parties.resolution.resolve import Resolution, resolve
from plimsoll.sample.draw import Draw
from plimsoll.sample.numbers import lei

LEI_ONE, LEI_TWO = lei(Draw(1)), lei(Draw(2))
ADDRESS = Address("12 Anchor Street", "Borhaven", "10115", "DE")

BASE = CustomerRecord(
    "north",
    "1",
    "Belamire Robotics GmbH",
    identifiers=(Identifier("reg:DE", "HRB123456"),),
    jurisdiction="DE",
    incorporated=date(2015, 3, 1),
    addresses=(ADDRESS,),
    emails=("office@belamire.test",),
    phones=("hk1:" + "1" * 32,),
    payment_instruments=("hk1:" + "2" * 32,),
    holders=(Holder("Ilona Vaskeri", Role.OWNER, born="1970-02-03"),),
)
"""A company of which everything is known."""
BARE = CustomerRecord("north", "1", "Belamire Robotics GmbH", jurisdiction="DE", addresses=(ADDRESS,))
"""A company of which only name and place are known."""


def of(account: str, base: CustomerRecord = BASE, **changed: Any) -> CustomerRecord:
    """The same record for another account, with some fields changed."""
    return replace(base, account=account, **changed)


@cache
def engine() -> Any:
    return connect()


def resolved(records: Sequence[CustomerRecord], decisions: Sequence[Decision] = ()) -> Resolution:
    return resolve(record_table(records), engine(), decisions=decisions)


def parties(*records: CustomerRecord, decisions: Sequence[Decision] = ()) -> int:
    """How many legal persons the records stand for."""
    return len(set(resolved(records, decisions).party_of))
