"""Customers of resellers: what a reseller lends to its customers (its card, its telephone) does not join them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.parties.kyc import Kind
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import name_key, person_key

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Resale:
    """Who buys through whom; all by place of party.

    Attributes:
        named: of each reseller with a list, the customers on it that have a record themselves.
        listed: how many customers it lists.
        paying: who names it as payer.
        sellers: of each customer, who lists it.
    """

    named: Mapping[int, frozenset[int]]
    listed: Mapping[int, int]
    paying: Mapping[int, frozenset[int]]
    sellers: Mapping[int, frozenset[int]]

    def lent(self, having: Iterable[int], *, payment: bool) -> frozenset[int]:
        """Those of the parties that have a value to whom a reseller lends it.

        A reseller lends what it has itself. A card is also its own, though its own record does not show it, where most
        of those that pay with it are on its list and name it as payer: neither word alone is enough. Who pays with it,
        names the reseller and has no match on the list is taken for one of its names without a match, unless there are
        more such customers than names.
        """
        parties = frozenset(having)
        found: set[int] = set()
        candidates = set(parties & self.named.keys())
        if payment:
            candidates.update(seller for party in parties for seller in self.sellers.get(party, ()))
        for seller in sorted(candidates):
            customers = self.named[seller] & parties
            paying = self.paying.get(seller, frozenset()) & parties
            both = len(customers & paying) if payment else 0
            if seller not in parties and (both < 2 or 2 * both <= len(parties)):
                continue
            found |= customers
            others = paying - customers - {seller}
            if both and len(others) <= self.listed[seller] - len(self.named[seller]):
                found |= others
        return frozenset(found)


def resale(records: pa.Table, places: Sequence[int]) -> Resale:
    """Reads the resellers' lists and the customers' payers.

    A customer is found by identifier, or by name and country if only one party has both; a payer by name if only one
    reseller has it.
    """
    import pyarrow.compute as pc

    sellers = records.filter(pc.and_(records["reseller"], pc.is_valid(records["downstream"])))
    if not sellers.num_rows:
        return Resale({}, {}, {}, {})
    by_number: dict[tuple[str, str], set[int]] = defaultdict(set)
    by_name: dict[tuple[str, str], set[int]] = defaultdict(set)
    rows, numbers = parts_of(records["identifiers"])
    for row, scheme, value in zip(rows.tolist(), *fields_of(numbers, "scheme", "value"), strict=True):
        by_number[scheme, value].add(places[row])
    columns = [records[name].to_pylist() for name in ("legal_name", "kind", "jurisdiction")]
    for party, name, kind, country in zip(places, *columns, strict=True):
        key = person_key(name) if kind == Kind.PERSON.value else name_key(name)
        if key and country:
            by_name[key, country].add(party)
    found: dict[int, set[int]] = defaultdict(set)
    listed: dict[int, set[str]] = defaultdict(set)
    called: dict[str, set[int]] = defaultdict(set)
    lists = [sellers[name].to_pylist() for name in ("record", "downstream", "legal_name")]
    for record, customers, own in zip(*lists, strict=True):
        seller = places[record]
        called[name_key(own)].add(seller)
        for customer in customers:
            listed[seller].add(name_key(customer["name"] or ""))
            matches = [by_number.get((n["scheme"], n["value"]), set()) for n in customer["identifiers"] or ()]
            matches += [
                by_name.get((key(customer["name"] or ""), customer["country"]), set()) for key in (name_key, person_key)
            ]
            found[seller].update(*(match for match in matches if len(match) == 1))
    named = {seller: frozenset(customers - {seller}) for seller, customers in found.items()}
    return Resale(
        named,
        {seller: len(names) for seller, names in listed.items()},
        _paying(records, places, called),
        _turned(named),
    )


def _paying(records: pa.Table, places: Sequence[int], called: Mapping[str, set[int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for party, payer in zip(places, records["payer"].to_pylist(), strict=True):
        sellers = called.get(name_key(payer), set()) if payer else set()
        for seller in sellers if len(sellers) == 1 else ():
            found[seller].add(party)
    return {seller: frozenset(parties - {seller}) for seller, parties in found.items()}


def _turned(named: Mapping[int, frozenset[int]]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for seller, customers in named.items():
        for customer in customers:
            found[customer].add(seller)
    return {customer: frozenset(sellers) for customer, sellers in found.items()}
