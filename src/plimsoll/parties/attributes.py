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

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from plimsoll.parties.control_group import Tie
from plimsoll.parties.kyc import Kind, Role
from plimsoll.parties.normalise import address_key, email_domain, mailbox, name_key, person_key
from plimsoll.parties.uncollected import uncollected

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
_HOLDER = ("name", "role", "kind", "country", "born", "identifiers", "since", "until")
_PERSON = Kind.PERSON.value
_PIECE = 8_192


@cache
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
    """All attributes in the order of record, tie, value and dates, each once; `shown` is the first spelling."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces: list[pa.Table] = []
    with uncollected():
        for batch in records.select(["record", *_COLUMNS]).to_batches(max_chunksize=_PIECE):
            for tie, column in _HASHES:
                pieces.append(_hashes(batch, tie, column))
            pieces += [_mails(batch), _addresses(batch), _holders(batch)]
    found = pa.concat_tables(pieces) if pieces else attribute_schema().empty_table()
    keys = ["record", "tie", "value", "since", "until"]
    once = found.group_by(keys, use_threads=False).aggregate([("shown", "min")]).rename_columns([*keys, "shown"])
    days = {name: pc.fill_null(once[name].cast(pa.int32()), -(2**31)) for name in ("since", "until")}
    order = pc.sort_indices(
        pa.table({**{name: once[name] for name in keys[:3]}, **days}), [(k, "ascending") for k in keys]
    )
    return once.take(order).select(attribute_schema().names).cast(attribute_schema()).combine_chunks()


def _parts(batch: pa.RecordBatch, column: str) -> tuple[pa.Array, pa.Array]:
    """Records and parts of a list column, part by part."""
    import pyarrow.compute as pc

    lists = batch.column(column)
    return batch.column("record").take(pc.list_parent_indices(lists)), pc.list_flatten(lists)


def _hashes(batch: pa.RecordBatch, tie: Tie, column: str) -> pa.Table:
    records, values = _parts(batch, column)
    return _rows(records, tie.value, values, [shortened(value) for value in values.to_pylist()])


def _mails(batch: pa.RecordBatch) -> pa.Table:
    records, values = _parts(batch, "emails")
    keys = [mail_key(value) for value in values.to_pylist()]
    return _rows(records, Tie.EMAIL.value, keys, keys)


def _addresses(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow.compute as pc

    records, values = _parts(batch, "addresses")
    columns = [pc.struct_field(values, name).to_pylist() for name in ("street", "city", "postcode", "country")]
    keys, shown = [], []
    for street, city, postcode, country in zip(*columns, strict=True):
        keys.append(address_key(street, city, postcode, country))
        shown.append(", ".join(part for part in (street, postcode, city, country) if part))
    return _rows(records, Tie.ADDRESS.value, keys, shown)


def _holders(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow.compute as pc

    records, values = _parts(batch, "holders")
    columns = [pc.struct_field(values, name).to_pylist() for name in _HOLDER]
    ties = {role: tie.value for role, tie in TIES.items()}
    found: list[tuple[int, str, str, str, Any, Any]] = []
    for record, name, role, kind, country, born, identifiers, since, until in zip(
        records.to_pylist(), *columns, strict=True
    ):
        numbers = [f"{each['scheme']}={each['value']}" for each in identifiers] if identifiers else ()
        shown = name or (identifiers[0]["value"] if identifiers else "")
        for key in holder_keys(name, kind, country, born, numbers):
            found.append((record, ties[role], key, shown, since, until))
    records, tie, keys, shown, since, until = zip(*found, strict=True) if found else ((),) * 6
    return _rows(records, tie, keys, shown, since, until)


def _rows(
    records: Any, tie: str | Sequence[str], values: Any, shown: Any, since: Any = None, until: Any = None
) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    count = len(records)
    ties = pa.repeat(pa.scalar(tie), count) if isinstance(tie, str) else tie
    columns = (records, ties, values, shown, since or pa.nulls(count), until or pa.nulls(count))
    arrays = [
        column.cast(field.type) if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, attribute_schema(), strict=True)
    ]
    table = pa.Table.from_arrays(arrays, schema=attribute_schema())
    return table.filter(pc.not_equal(table["value"], ""))


def mail_key(email: str) -> str:
    """``@domain``, or the mailbox where the domain is open to anybody; empty for none."""
    domain = email_domain(email)
    return f"@{domain}" if domain else mailbox(email)


def holder_keys(name: str, kind: str, country: str | None, born: str | None, numbers: Sequence[str]) -> tuple[str, ...]:
    """All keys of a holder, the strongest first: numbers as ``scheme=value``, then the name."""
    if kind == _PERSON:
        key = person_key(name)
        key = f"{key}|{born}" if key and born else key
    else:
        spelled = name_key(name)
        key = f"~{spelled}|{(country or '')[:2]}" if spelled else ""
    return (*numbers, key) if key else tuple(numbers)


def shortened(value: str) -> str:
    """A hash as a person reads it: enough to tell it from others."""
    return f"{value[:10]}…{value[-4:]}" if len(value) > 20 else value
