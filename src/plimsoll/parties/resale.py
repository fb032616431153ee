"""Customers of resellers: what a reseller lends to its customers (its card, its telephone) does not join them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.parties.kyc import Kind
from plimsoll.parties.normalise import name_key, person_key

if TYPE_CHECKING:
    import pyarrow as pa


def resold(records: pa.Table, places: Sequence[int]) -> dict[int, frozenset[int]]:
    """Of each reseller the customers that it names and that have a record themselves: places of parties.

    A customer is found by identifier, or by name and country if only one party has both.
    """
    import pyarrow.compute as pc

    sellers = records.filter(pc.and_(records["reseller"], pc.is_valid(records["downstream"])))
    if not sellers.num_rows:
        return {}
    by_number: dict[tuple[str, str], set[int]] = defaultdict(set)
    by_name: dict[tuple[str, str], set[int]] = defaultdict(set)
    columns = [records[name].to_pylist() for name in ("legal_name", "kind", "jurisdiction", "identifiers")]
    for party, name, kind, country, numbers in zip(places, *columns, strict=True):
        for number in numbers or ():
            by_number[number["scheme"], number["value"]].add(party)
        key = person_key(name) if kind == Kind.PERSON.value else name_key(name)
        if key and country:
            by_name[key, country].add(party)
    found: dict[int, set[int]] = defaultdict(set)
    for record, customers in zip(sellers["record"].to_pylist(), sellers["downstream"].to_pylist(), strict=True):
        for customer in customers:
            matches = [by_number.get((n["scheme"], n["value"]), set()) for n in customer["identifiers"] or ()]
            matches += [
                by_name.get((key(customer["name"] or ""), customer["country"]), set()) for key in (name_key, person_key)
            ]
            found[places[record]].update(*(match for match in matches if len(match) == 1))
    return {seller: frozenset(customers - {seller}) for seller, customers in found.items()}
