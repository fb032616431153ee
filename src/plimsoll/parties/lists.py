"""Lists in columns: the parts of a list column laid end to end, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_CODE = (1 << 32) - 1


def parts_of(lists: pa.Array | pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    """Row and part of every part of a list column, in order."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks) if lists.num_chunks else pa.nulls(0, lists.type)
    return pc.list_parent_indices(lists).to_numpy().astype(np.int64), pc.list_flatten(lists)


def fields_of(structs: pa.Array, *names: str) -> list[list[Any]]:
    """The fields of a struct column as values, one list per name."""
    import pyarrow.compute as pc

    return [pc.struct_field(structs, name).to_pylist() for name in names]


def distinct_lists(count: int, rows: NDArray[np.int64], values: pa.Array) -> pa.Array:
    """Per row its texts in order, each once, without empty ones; null where none is left.

    Args:
        count: how many rows there are.
        rows: of each value, ascending.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    said = pc.fill_null(pc.not_equal(values, ""), False)
    if not pc.all(said, min_count=0).as_py():
        rows, values = rows[said.to_numpy(zero_copy_only=False)], values.filter(said)
    if np.any(rows[1:] == rows[:-1]):
        coded = values.dictionary_encode()
        order = pc.sort_indices(coded.dictionary).to_numpy()
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        pairs = np.unique(rows << 32 | rank[coded.indices.to_numpy()])
        rows, values = pairs >> 32, coded.dictionary.take(pa.array(order[pairs & _CODE]))
    offsets = np.searchsorted(rows, np.arange(count + 1)).astype(np.int32)
    missing = pa.array(offsets[1:] == offsets[:-1])
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=missing)
