"""The records of a table made ready to be compared: their features, the keys of their blocks, their order of name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.parties.filing.delivery import Progress, no_progress
from plimsoll.parties.resolution.clustering import Numbers
from plimsoll.parties.resolution.compared import LISTS, TEXTS, compare
from plimsoll.parties.resolution.keys import record_keys
from plimsoll.parties.resolution.model import Model
from plimsoll.parties.resolution.reading import READ, reading, same_as_before
from plimsoll.parties.uncollected import uncollected

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_PIECE = 16_384


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
    return Features(table, subjects, keys, holders, rank_of(table.column("name"), subjects))


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
            found = compare(batch, model)
            tables.append(pa.table([found[name] for name in schema.names], schema=schema))
            done += batch.num_rows
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


def rank_of(names: pa.ChunkedArray | Sequence[str | None], subjects: Sequence[str]) -> NDArray[np.int64]:
    """The place of each record in order of name, then of subject; who has no name comes first."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    known = names if isinstance(names, pa.ChunkedArray) else pa.chunked_array([pa.array(names, pa.string())])
    both = pa.table({"name": pc.fill_null(known, ""), "subject": pa.array(subjects, pa.string())})
    order = pc.sort_indices(both, sort_keys=[("name", "ascending"), ("subject", "ascending")]).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank
