"""Everything that can link two parties, cleaned: one row per record and value.

Keys:
    payment, phone, network: the keyed hash.
    email: ``@domain``; of a free-mail address, whose domain says nothing, the whole mailbox.
    address: `normalise.address_key`.
    owner, votes, director, on_behalf: the holder. ``person|year-month-day`` or ``person|year`` of a person whose birth
        is known, else ``person`` alone, which is weak; ``~name|CC`` of a company (weak too); and ``scheme=value`` for
        each valid identifier. A holder with several keys has a row for each with the same `shown`: of these only the
        strongest counts.
What stands for nothing, and an address that everybody has, gives no row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.parties.control_group import Tie
from plimsoll.parties.kyc import Kind, Role
from plimsoll.parties.normalise import address_key, email_domain, mailbox, name_key, person_key

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("emails", "phones", "payment_instruments", "access_networks", "addresses", "holders")
_HASHES = (
    (Tie.PAYMENT, "payment_instruments"),
    (Tie.PHONE, "phones"),
    (Tie.NETWORK, "access_networks"),
)
TIES = {
    Role.OWNER.value: Tie.OWNER,
    Role.VOTER.value: Tie.VOTES,
    Role.DIRECTOR.value: Tie.DIRECTOR,
    Role.ON_BEHALF.value: Tie.ON_BEHALF,
}
_PIECE = 8_192


def attribute_schema() -> pa.Schema:
    """`record` as in the table of records; `tie` a value of `control_group.Tie`; `value` the key; half-open dates."""
    import pyarrow as pa

    return pa.schema(
        [
            ("record", pa.int32()),
            ("tie", pa.string()),
            ("value", pa.string()),
            ("shown", pa.string()),
            ("since", pa.date32()),
            ("until", pa.date32()),
        ]
    )


def attribute_table(records: pa.Table) -> pa.Table:
    """All attributes, in the order of records; within one by tie, value and dates, each once."""
    import pyarrow as pa

    schema = attribute_schema()
    batches: list[pa.RecordBatch] = []
    for batch in records.select(["record", *_COLUMNS]).to_batches(max_chunksize=_PIECE):
        rows = [found for row in batch.to_pylist() for found in _sorted(row)]
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


_Attribute = tuple[str, str, str, Any, Any]


def _sorted(row: Mapping[str, Any]) -> Iterator[tuple[int, str, str, str, Any, Any]]:
    found = set(_attributes(row))
    for each in sorted(found, key=lambda one: (one[0], one[1], str(one[3]), str(one[4]), one[2])):
        yield (row["record"], *each)


def _attributes(row: Mapping[str, Any]) -> Iterator[_Attribute]:
    for tie, column in _HASHES:
        for value in row[column]:
            yield tie.value, value, shortened(value), None, None
    for email in row["emails"]:
        key = mail_key(email)
        if key:
            yield Tie.EMAIL.value, key, key, None, None
    for each in row["addresses"]:
        key = address_key(each["street"], each["city"], each["postcode"], each["country"])
        if key:
            parts = (each["street"], each["postcode"], each["city"], each["country"])
            yield Tie.ADDRESS.value, key, ", ".join(part for part in parts if part), None, None
    for holder in row["holders"]:
        shown = holder["name"] or next((each["value"] for each in holder["identifiers"]), "")
        for key in holder_keys(holder):
            yield TIES[holder["role"]].value, key, shown, holder["since"], holder["until"]


def mail_key(email: str) -> str:
    """``@domain``, or the mailbox where the domain is open to anybody; empty for none."""
    domain = email_domain(email)
    return f"@{domain}" if domain else mailbox(email)


def holder_keys(holder: Mapping[str, Any]) -> tuple[str, ...]:
    """All keys of a holder (a row of the `holders` column), the strongest first."""
    found = [f"{each['scheme']}={each['value']}" for each in holder["identifiers"]]
    if holder["kind"] == Kind.PERSON.value:
        key = person_key(holder["name"], holder["born"])
        return (*found, key) if key else tuple(found)
    name = name_key(holder["name"])
    if name:
        found.append(f"~{name}|{(holder['country'] or '')[:2]}")
    return tuple(found)


def shortened(value: str) -> str:
    """A hash as a person reads it: enough to tell it from others."""
    return f"{value[:10]}…{value[-4:]}" if len(value) > 20 else value
