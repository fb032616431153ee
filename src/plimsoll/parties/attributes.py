"""Everything by itself that can link two parties, cleaned: one row per record and value.

Keys:
    payment, phone, network: the keyed hash.
    email: ``@domain``; of a free-mail address, whose domain says nothing, the whole mailbox.
    address: `normalise.address_key`.
What stands for nothing, and an address that everybody has, gives no row. Holders are read whole: see `holders.py`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from plimsoll.parties.control_group import Tie
from plimsoll.parties.normalise import address_key, email_domain, mailbox
from plimsoll.parties.uncollected import uncollected

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("emails", "phones", "payment_instruments", "access_networks", "addresses")
_HASHES = (
    (Tie.PAYMENT, "payment_instruments"),
    (Tie.PHONE, "phones"),
    (Tie.NETWORK, "access_networks"),
)
_PIECE = 8_192


@cache
def attribute_schema() -> pa.Schema:
    """`record` as in the table of records; `tie` a value of `control_group.Tie`; `value` the key."""
    import pyarrow as pa

    return pa.schema(
        [
            ("record", pa.int32()),
            ("tie", pa.string()),
            ("value", pa.string()),
            ("shown", pa.string()),
        ]
    )


def attribute_table(records: pa.Table) -> pa.Table:
    """All attributes in the order of record, tie and value, each once; `shown` is the first spelling."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces: list[pa.Table] = []
    with uncollected():
        for batch in records.select(["record", *_COLUMNS]).to_batches(max_chunksize=_PIECE):
            for tie, column in _HASHES:
                pieces.append(_hashes(batch, tie, column))
            pieces += [_mails(batch), _addresses(batch)]
    found = pa.concat_tables(pieces) if pieces else attribute_schema().empty_table()
    keys = ["record", "tie", "value"]
    once = found.group_by(keys, use_threads=False).aggregate([("shown", "min")]).rename_columns([*keys, "shown"])
    order = pc.sort_indices(once, [(key, "ascending") for key in keys])
    return once.take(order).select(attribute_schema().names).cast(attribute_schema()).combine_chunks()


def _parts(batch: pa.RecordBatch, column: str) -> tuple[pa.Array, pa.Array]:
    """Records and parts of a list column, part by part."""
    import pyarrow.compute as pc

    lists = batch.column(column)
    return batch.column("record").take(pc.list_parent_indices(lists)), pc.list_flatten(lists)


def _hashes(batch: pa.RecordBatch, tie: Tie, column: str) -> pa.Table:
    records, values = _parts(batch, column)
    return _rows(records, tie, values, [shortened(value) for value in values.to_pylist()])


def _mails(batch: pa.RecordBatch) -> pa.Table:
    records, values = _parts(batch, "emails")
    keys = [mail_key(value) for value in values.to_pylist()]
    return _rows(records, Tie.EMAIL, keys, keys)


def _addresses(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow.compute as pc

    records, values = _parts(batch, "addresses")
    columns = [pc.struct_field(values, name).to_pylist() for name in ("street", "city", "postcode", "country")]
    keys, shown = [], []
    for street, city, postcode, country in zip(*columns, strict=True):
        keys.append(address_key(street, city, postcode, country))
        shown.append(", ".join(part for part in (street, postcode, city, country) if part))
    return _rows(records, Tie.ADDRESS, keys, shown)


def _rows(records: pa.Array, tie: Tie, values: Any, shown: Any) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = (records, pa.repeat(pa.scalar(tie.value), len(records)), values, shown)
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, attribute_schema(), strict=True)
    ]
    table = pa.Table.from_arrays(arrays, schema=attribute_schema())
    return table.filter(pc.not_equal(table["value"], ""))


def mail_key(email: str) -> str:
    """``@domain``, or the mailbox where the domain is open to anybody; empty for none."""
    domain = email_domain(email)
    return f"@{domain}" if domain else mailbox(email)


def shortened(value: str) -> str:
    """A hash as a person reads it: enough to tell it from others."""
    return f"{value[:10]}…{value[-4:]}" if len(value) > 20 else value
