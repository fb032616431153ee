"""Large results as columns of whole numbers, a batch at a time: for what is worked out outside the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    from numpy.typing import NDArray

BATCH_ROWS = 250_000


def columns(backend: Any, expression: ir.Table) -> Iterator[dict[str, NDArray[np.int64]]]:
    """The rows in no particular order; every column is int32 or int64 and without nulls.

    The result must be read to its end: DuckDB runs nothing else before.
    """
    import numpy as np

    for batch in _batches(backend, expression):
        yield {
            name: np.frombuffer(column.buffers()[1], dtype=f"i{column.type.bit_width // 8}")[
                column.offset : column.offset + len(column)
            ].astype(np.int64)
            for name, column in zip(expression.columns, batch.columns, strict=True)
        }


def _batches(backend: Any, expression: ir.Table) -> Iterator[Any]:
    if backend.name == "duckdb":
        yield from backend.con.sql(backend.compile(expression)).to_arrow_reader(BATCH_ROWS)
    else:
        yield from backend.session.sql(backend.compile(expression)).toArrow().to_batches(BATCH_ROWS)
