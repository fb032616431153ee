"""Know-your-customer records in bulk: one Arrow table, and the way into it and out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from plimsoll.parties.kyc import Address, CustomerRecord, Downstream, Holder, Identifier, Kind, Role, Use
from plimsoll.parties.same_day import ranks

if TYPE_CHECKING:
    import pyarrow as pa

TEXTS = ("provider", "account", "legal_name", "customer_ref", "jurisdiction", "payer")
LISTS = ("aliases", "emails", "phones", "payment_instruments", "access_networks")
DATES = ("incorporated", "opened", "closed", "filed_on")
_NEVER = -(2**31)
"""Before every day, for a record that does not say when it was filed."""


@cache
def record_schema() -> pa.Schema:
    """The table of records.

    `record` counts from 0 in the order of `subject` (``provider/account``); there is one record per subject. The
    columns between are the fields of `kyc.CustomerRecord`; enums by value, `downstream` null where no list was given.
    `file_no` and `row` (from 1) say where the record stands.
    """
    import pyarrow as pa

    texts = pa.list_(pa.string())
    identifiers = pa.list_(pa.struct([("scheme", pa.string()), ("value", pa.string())]))
    address = pa.struct([(name, pa.string()) for name in ("street", "city", "postcode", "country")])
    holder = pa.struct(
        [
            *((name, pa.string()) for name in ("name", "role", "kind", "country", "born")),
            ("identifiers", identifiers),
            ("share_bp", pa.int32()),
            ("share_max_bp", pa.int32()),
            ("since", pa.date32()),
            ("until", pa.date32()),
        ]
    )
    downstream = pa.struct([("name", pa.string()), ("country", pa.string()), ("identifiers", identifiers)])
    return pa.schema(
        [
            ("record", pa.int32()),
            ("subject", pa.string()),
            ("provider", pa.string()),
            ("account", pa.string()),
            ("legal_name", pa.string()),
            ("kind", pa.string()),
            ("customer_ref", pa.string()),
            ("aliases", texts),
            ("identifiers", identifiers),
            ("jurisdiction", pa.string()),
            ("incorporated", pa.date32()),
            ("addresses", pa.list_(address)),
            ("emails", texts),
            ("phones", texts),
            ("payment_instruments", texts),
            ("payer", pa.string()),
            ("access_networks", texts),
            ("holders", pa.list_(holder)),
            ("reseller", pa.bool_()),
            ("downstream", pa.list_(downstream)),
            ("declared_use", pa.string()),
            ("opened", pa.date32()),
            ("closed", pa.date32()),
            ("filed_on", pa.date32()),
            ("file_no", pa.int32()),
            ("row", pa.int64()),
        ]
    )


def record_table(records: Iterable[CustomerRecord]) -> pa.Table:
    """Records that did not come out of files: numbered, one per subject, the later of two winning.

    `file_no` is 0 and `row` the place in `records`, from 1.
    """
    import pyarrow as pa

    rows = list(records)
    batch = as_batch(rows, [0] * len(rows), range(1, len(rows) + 1))
    return latest(pa.Table.from_batches([batch]))


def as_batch(records: Sequence[CustomerRecord], file_no: Sequence[int], row: Sequence[int]) -> pa.RecordBatch:
    """Records as Arrow, in their order; `record` is null until `latest` numbers them."""
    import pyarrow as pa

    columns: dict[str, Any] = {name: [getattr(each, name) for each in records] for name in (*TEXTS, *DATES)}
    columns.update({name: _list([getattr(each, name) for each in records], _texts) for name in LISTS})
    columns["record"] = pa.nulls(len(records), pa.int32())
    columns["subject"] = [each.subject for each in records]
    columns["kind"] = [each.kind._value_ for each in records]
    columns["identifiers"] = _list([each.identifiers for each in records], _identifiers)
    columns["addresses"] = _list([each.addresses for each in records], _addresses)
    columns["holders"] = _list([each.holders for each in records], _holders)
    columns["reseller"] = [each.reseller for each in records]
    columns["downstream"] = _list([each.downstream for each in records], _downstream)
    columns["declared_use"] = [each.declared_use._value_ if each.declared_use else None for each in records]
    columns["file_no"], columns["row"] = file_no, row
    schema = record_schema()
    arrays = [
        column if isinstance(column := columns[field.name], pa.Array) else pa.array(column, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def latest(table: pa.Table, *, fresh_from: int = 0) -> pa.Table:
    """One record per subject, in the order of subjects, numbered: that filed last.

    Of several of one day that of the later delivery stands, and within one delivery the one that `same_day.ranks`
    prefers, so that the order of rows and files decides nothing that a record says.

    Args:
        fresh_from: the number of the first file of the later delivery, where there are two.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    filed = pc.fill_null(table["filed_on"].cast(pa.int32()), _NEVER)
    places = table.select(["subject", "file_no", "row"]).append_column("filed", filed)
    names = ["subject", "filed", "file_no", "row"]
    if (rank := ranks(table)) is not None:
        places = places.append_column("fresh", pc.greater_equal(table["file_no"], fresh_from).cast(pa.int8()))
        places = places.append_column("rank", pa.array(rank, pa.int32()))
        names[2:2] = ["fresh", "rank"]
    order = pc.sort_indices(places, sort_keys=[(name, "ascending") for name in names])
    subjects = table["subject"].take(order).combine_chunks()
    if isinstance(subjects, pa.ChunkedArray):
        subjects = pa.concat_arrays(subjects.chunks)
    count = len(subjects)
    if count:
        last = pc.not_equal(subjects.slice(0, count - 1), subjects.slice(1))
        order = order.filter(pa.concat_arrays([last, pa.array([True])]))
    kept = table.take(order)
    place = kept.schema.get_field_index("record")
    numbers = pa.array(range(kept.num_rows), pa.int32())
    return kept.set_column(place, record_schema().field("record"), numbers).combine_chunks()


def records_of(table: pa.Table, *, size: int = 4_096) -> Iterator[CustomerRecord]:
    """The records of a table, in its order, a piece of the table at a time."""
    for batch in table.to_batches(max_chunksize=size):
        for row in batch.to_pylist():
            yield record_of(row)


def record_of(row: Mapping[str, Any]) -> CustomerRecord:
    """One row of a record table, as `to_pylist` gives it."""
    kept: dict[str, Any] = {name: row[name] for name in (*TEXTS, *DATES)}
    kept.update({name: tuple(row[name]) for name in LISTS})
    use = row["declared_use"]
    given = row["downstream"]
    return CustomerRecord(
        **kept,
        kind=Kind(row["kind"]),
        identifiers=_read_identifiers(row["identifiers"]),
        addresses=tuple(Address(**part) for part in row["addresses"]),
        holders=tuple(_read_holder(part) for part in row["holders"]),
        reseller=row["reseller"],
        downstream=None if given is None else tuple(_read_downstream(part) for part in given),
        declared_use=None if use is None else Use(use),
    )


def _list(lists: Sequence[Sequence[Any] | None], parts: Callable[[list[Any]], pa.Array]) -> pa.Array:
    """A list column by its parts laid end to end: many times faster than row by row."""
    import pyarrow as pa

    offsets = pa.array(accumulate((len(each) if each else 0 for each in lists), initial=0), pa.int32())
    missing = pa.array([each is None for each in lists], pa.bool_())
    flat = parts([part for each in lists if each for part in each])
    return pa.ListArray.from_arrays(offsets, flat, mask=missing if missing.true_count else None)


def _texts(parts: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(parts, pa.string())


def _struct(kind: pa.DataType, columns: Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    fields = [kind.field(place) for place in range(kind.num_fields)]
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _identifiers(parts: list[Identifier]) -> pa.Array:
    kind = record_schema().field("identifiers").type.value_type
    return _struct(kind, ([each.scheme for each in parts], [each.value for each in parts]))


def _addresses(parts: list[Address]) -> pa.Array:
    kind = record_schema().field("addresses").type.value_type
    names = ("street", "city", "postcode", "country")
    return _struct(kind, [[getattr(each, name) for each in parts] for name in names])


def _holders(parts: list[Holder]) -> pa.Array:
    kind = record_schema().field("holders").type.value_type
    columns = (
        [each.name for each in parts],
        [each.role._value_ for each in parts],
        [each.kind._value_ for each in parts],
        [each.country for each in parts],
        [each.born for each in parts],
        _list([each.identifiers for each in parts], _identifiers),
        [each.share_bp for each in parts],
        [each.share_max_bp for each in parts],
        [each.since for each in parts],
        [each.until for each in parts],
    )
    return _struct(kind, columns)


def _downstream(parts: list[Downstream]) -> pa.Array:
    kind = record_schema().field("downstream").type.value_type
    numbers = _list([each.identifiers for each in parts], _identifiers)
    return _struct(kind, ([each.name for each in parts], [each.country for each in parts], numbers))


def _read_identifiers(rows: Sequence[Mapping[str, str]]) -> tuple[Identifier, ...]:
    return tuple(Identifier(row["scheme"], row["value"]) for row in rows)


def _read_holder(row: Mapping[str, Any]) -> Holder:
    same = {name: row[name] for name in ("name", "country", "born", "share_bp", "share_max_bp", "since", "until")}
    return Holder(
        **same, role=Role(row["role"]), kind=Kind(row["kind"]), identifiers=_read_identifiers(row["identifiers"])
    )


def _read_downstream(row: Mapping[str, Any]) -> Downstream:
    return Downstream(row["name"], row["country"], _read_identifiers(row["identifiers"]))
