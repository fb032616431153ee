"""A few canonical rows out of many, picked by the files' own columns."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from plimsoll.compute.engine import materialise


def picked(rows: ir.Table, wanted: ir.BooleanValue, backend: Any) -> ir.Table:
    """The canonical rows for which a condition holds.

    What canonical columns are made of is kept for those rows alone, and read again from there. An engine that is asked
    for the rows directly makes the texts of every row before it looks at the condition.

    Args:
        rows: a canonical table as an adapter gives it.
        wanted: over its columns.
    """
    canonical = rows.op()
    source = canonical.parent
    columns = {ops.Field(canonical, name): value for name, value in canonical.values.items()}
    used = {field.name for value in canonical.values.values() for field in value.find(ops.Field) if field.rel == source}
    chosen = source.to_expr().filter(wanted.op().replace(columns).to_expr())
    kept = materialise(backend, chosen.select(*sorted(used)), "picked")
    return canonical.replace({source: kept.op()}).to_expr()
