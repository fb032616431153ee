"""Which accounts at a host are a seller's own, so that the same use is reported twice: there, and customer by customer.

The host's account and the seller's accounts together are compared chip by chip and day by day, in whole numbers. A day
agrees if on each chip the two amounts lie within one part in `TOLERANCE` of the larger. Equal amounts alone prove
nothing where both are steady: so either the customer's record says who holds the account, or the amounts must have
moved together many times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.detectors.spelling import folded
from plimsoll.assess.tables import EXACT, account_columns, plain_day, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.assess.account_totals import AccountTotals
    from plimsoll.parties.known import KnownAccount

TOLERANCE = 100
"""Meters of two parties agree to one part in a hundred."""

ROUGHLY = 20
"""Totals of all days within one part in twenty are worth comparing day by day: a month may be missing from one."""

AGREEING, OF = 9, 10
"""So many of the days on which either used anything must agree."""

FEWEST_DAYS = 7
"""Days that must agree where the record says that the seller, or a reseller, holds the account."""

FEWEST_MOVES = 10
"""Without such a record, so many times the amount must have changed by more than the tolerance from one agreeing day
to the next."""

SMALLEST = 500
"""Only accounts that could have done this part of the line are compared."""

_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Double:
    """An account at a host of which all use is in a seller's report too, on `days` days; sums are over those days."""

    host_account: str
    seller: str
    sellers_accounts: int
    days: int
    host_accel_ns: int
    seller_accel_ns: int
    cap_flop: int
    by_record: bool


@dataclass(frozen=True, slots=True)
class DayPair:
    """What host and seller report for one day: accelerator-nanoseconds per chip, and the host's bound in FLOP."""

    day: date
    host: Mapping[str, int]
    seller: Mapping[str, int]
    cap_flop: int = 0

    @property
    def agrees(self) -> bool:
        chips = self.host.keys() | self.seller.keys()
        return all(_close(self.host.get(chip, 0), self.seller.get(chip, 0), TOLERANCE) for chip in chips)

    @property
    def used(self) -> bool:
        return any(self.host.values()) or any(self.seller.values())


def find_doubles(
    daily: ir.Table, totals: AccountTotals, line: HeldLine, holders: Mapping[str, KnownAccount]
) -> tuple[Double, ...]:
    """All of them, in order of seller and account; an account is at most one seller's.

    Args:
        daily: usage per account and day.
        holders: records by account, where there are any.
    """
    found = []
    taken: set[str] = set()
    for host_account, seller, accounts in sorted(_alike(totals, line), key=lambda pair: (pair[1], pair[0])):
        days = list(_days(daily, host_account, seller))
        by_record = _is_sellers(holders.get(host_account), seller)
        if host_account in taken or not same_use(days, by_record=by_record):
            continue
        taken.add(host_account)
        agreeing = [each for each in days if each.used and each.agrees]
        found.append(
            Double(
                host_account, seller, accounts, len(agreeing),
                sum(sum(each.host.values()) for each in agreeing),
                sum(sum(each.seller.values()) for each in agreeing),
                sum(each.cap_flop for each in agreeing),
                by_record,
            )
        )  # fmt: skip
    return tuple(found)


def same_use(days: Iterable[DayPair], *, by_record: bool) -> bool:
    """Whether host and seller report the same.

    Args:
        days: in order.
        by_record: the account's record says that the seller or a reseller holds it.
    """
    used = [each for each in days if each.used]
    agreeing = [each for each in used if each.agrees]
    if len(agreeing) < FEWEST_DAYS or len(agreeing) * OF < len(used) * AGREEING:
        return False
    amounts = [sum(each.seller.values()) for each in agreeing]
    moves = sum(not _close(one, other, TOLERANCE) for one, other in pairwise(amounts))
    return by_record or moves >= FEWEST_MOVES


def _close(one: int, other: int, parts: int) -> bool:
    return abs(one - other) * parts <= max(one, other)


def _is_sellers(record: KnownAccount | None, seller: str) -> bool:
    """Whether a reseller holds the account, or somebody by the seller's name."""
    if record is None:
        return False
    name = folded(seller)
    return record.reseller or (len(name) >= _SHORTEST_NAME and name in folded(record.legal_name))


def _alike(totals: AccountTotals, line: HeldLine) -> Iterator[tuple[str, str, int]]:
    """Accounts that used about as much as all accounts of another provider: account, provider, and how many it has."""
    sold: dict[str, list[int]] = {}
    for each in totals.values():
        sold.setdefault(each.provider, []).append(each.accel_ns)
    sellers = [(seller, sum(amounts), len(amounts)) for seller, amounts in sold.items()]
    least = max(1, line.flop // SMALLEST)
    for subject, each in totals.items():
        if each.cap_flop >= least:
            for seller, sold_ns, accounts in sellers:
                if seller != each.provider and abs(each.accel_ns - sold_ns) * ROUGHLY <= sold_ns > 0:
                    yield subject, seller, accounts


def _days(daily: ir.Table, host_account: str, seller: str) -> Iterator[DayPair]:
    """Day by day what the account and all of the seller's accounts used, in order of days."""
    host = account_columns(host_account)
    hosts = (daily.provider == host["provider"]) & (daily.account == host["account"])
    both = daily.filter(hosts | (daily.provider == seller))
    sums = both.group_by("provider", "day", "chip").agg(
        accel_ns=both.accel_ns.sum().cast(EXACT), cap_flop=both.cap_flop.sum().cast(EXACT)
    )
    found: dict[date, tuple[dict[str, int], dict[str, int], list[int]]] = {}
    for row in rows_of(sums):
        hosted, resold, caps = found.setdefault(plain_day(row["day"]), ({}, {}, []))
        if row["provider"] == seller:
            resold[row["chip"]] = int(row["accel_ns"])
        else:
            hosted[row["chip"]] = int(row["accel_ns"])
            caps.append(int(row["cap_flop"]))
    for day, (hosted, resold, caps) in sorted(found.items()):
        yield DayPair(day, hosted, resold, sum(caps))
