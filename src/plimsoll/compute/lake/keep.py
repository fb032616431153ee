"""From a judged batch of files to an entry of the lake for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plimsoll.compute.engine import materialise
from plimsoll.compute.facts import Cover, Facts
from plimsoll.compute.gather import covers_of
from plimsoll.compute.hourly import hour_cells
from plimsoll.compute.lake import entry as entries
from plimsoll.compute.lake import tables
from plimsoll.compute.lake.entry import Entry, file_digest
from plimsoll.compute.usage.customers import named_in
from plimsoll.compute.usage.delivery import KnownFile
from plimsoll.compute.usage.places import places_of
from plimsoll.compute.usage.plausible import impossible_rows

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.compute.lake.store import Lake
    from plimsoll.compute.usage.delivery import UsageDelivery
    from plimsoll.compute.usage.judged import JudgedBatch


def keep(lake: Lake, delivery: UsageDelivery, judged: JudgedBatch, facts: Mapping[int, Facts], cells: ir.Table) -> None:
    """Writes an entry for every file of the batch.

    Args:
        judged: by file.
        facts: by number of the file.
        cells: `daily.named_cells` of the batch, by file.
    """
    backend = judged.backend
    covers: dict[int, list[Cover]] = {}
    for number, cover in covers_of(judged):
        covers.setdefault(number, []).append(cover)
    impossible = materialise(backend, impossible_rows([judged], backend), "impossible")
    using = materialise(backend, tables.accounts_in(cells), "using")
    hours = materialise(backend, hour_cells(judged, backend, using, placed=True), "hours")
    places = materialise(backend, places_of(hours), "places")
    own = [impossible, using, hours, places]
    kept = {"cells": cells, "impossible": impossible, "hours": hours, "places": places}
    named = named_in(judged.batch, backend)
    if named is not None:
        kept["customers"] = materialise(backend, named, "named")
        own.append(kept["customers"])
    for number in judged.batch.file_numbers:
        _keep_file(lake, delivery, number, facts[number], tuple(covers.get(number, ())), kept, backend)
    for table in own:
        tables.forget(table, backend)


def _keep_file(
    lake: Lake,
    delivery: UsageDelivery,
    number: int,
    facts: Facts,
    covers: tuple[Cover, ...],
    kept: Mapping[str, ir.Table],
    backend: Any,
) -> None:
    file = delivery.files[number]
    folder = lake.writing(file)
    digests = {}
    for name, table in kept.items():
        path = folder / f"{name}.parquet"
        if tables.write(table.filter(table.file_no == number), name, path, backend):
            digests[name] = file_digest(path)
    lake.refuse_changed(Path(file.path))
    notes = tuple((note.code, note.rows, note.text) for note in delivery.notes if note.file == file.path)
    known = KnownFile(file.sha256, file.rows, file.span, notes)
    entries.write(Entry(folder, known, facts, covers, digests))
    lake.put(file, folder)
