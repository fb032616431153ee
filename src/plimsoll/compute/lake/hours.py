"""Use by hour from the lake; where an account was too small in a file to be kept there, from the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engine import fetch, materialise
from plimsoll.compute.hourly import hour_cells
from plimsoll.compute.lake.tables import scan
from plimsoll.compute.usage.judged import CellKey, judge_batch
from plimsoll.compute.utilisation import PRIORS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.lake.entry import Entry
    from plimsoll.compute.usage.delivery import UsageDelivery


def kept_hours(delivery: UsageDelivery, kept: Mapping[int, Entry], chosen: ir.Table) -> list[ir.Table]:
    """The use of chosen accounts as `hourly.hours_of` takes it.

    Args:
        chosen: provider, account.
    """
    backend = delivery.engine
    stored = _scan("hours", kept, backend).inner_join(chosen, ["provider", "account"])
    stored = materialise(backend, stored, "hours")
    used = _scan("cells", kept, backend)
    used = used.filter(~used.idle).inner_join(chosen, ["provider", "account"])
    pairs = used.select("file_no", "provider", "account").distinct()
    known = stored.select("file_no", "provider", "account").distinct()
    missing = materialise(backend, pairs.anti_join(known, ["file_no", "provider", "account"]), "missing")
    numbers = frozenset(row["file_no"] for row in fetch(backend, missing.select("file_no").distinct()))
    parts = [stored.drop("file_no")]
    for batch in delivery.read_again(numbers) if numbers else ():
        cells: dict[CellKey, int] = {}
        judged = judge_batch(batch, backend, PRIORS, cells, by_file=True)
        parts.append(materialise(backend, hour_cells(judged, backend, missing).drop("file_no"), "hours"))
    return parts


def _scan(name: str, kept: Mapping[int, Entry], backend: Any) -> ir.Table:
    paths = {number: path for number, entry in kept.items() if (path := entry.table(name)) is not None}
    return scan(name, paths, backend)
