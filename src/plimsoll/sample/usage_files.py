"""Writes the usage reports, one Parquet file per provider and month, and adds up what they hold while doing so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq

from plimsoll.sample.focus import SCHEMA, TEXT_COLUMNS, FocusTables
from plimsoll.sample.oddities import Oddities
from plimsoll.sample.plan import GAP_PROVIDER, Month, Plan
from plimsoll.sample.usage import Kind, ProviderUsage, Rows

Progress: TypeAlias = Callable[[float, str], None]
"""Told the share that is done, from 0 to 1, and what is being done."""

_OUTCOMES = ("accelerator", "other", "unmapped", "unused_commitment", "rejected")


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A file that was written, its path relative to the sample's folder."""

    path: str
    rows: int


class Tally:
    """Sums over everything that was written.

    Attributes:
        files: in the order of writing.
        outcomes: how many rows a reader must count under which outcome.
        quantity: by plant, netted millionths of the product's unit.
        active: by plant, the same times measured activity in basis points.
        by_stream, active_by_stream: the same by stream.
    """

    def __init__(self, plan: Plan) -> None:
        streams = plan.roster.streams
        skus = [stream.sku for stream in streams]
        self.files: list[UsageFile] = []
        self.outcomes: Counter[str] = Counter(dict.fromkeys(_OUTCOMES, 0))
        self.quantity = np.zeros(len(plan.plants), dtype=np.int64)
        self.active = np.zeros(len(plan.plants), dtype=np.int64)
        self.by_stream = np.zeros(len(streams), dtype=np.int64)
        self.active_by_stream = np.zeros(len(streams), dtype=np.int64)
        self._plant = np.array([stream.plant for stream in streams], dtype=np.int64)
        self._outcome = np.array([2 if sku.role == "unmapped" else 1 if sku.chip is None else 0 for sku in skus])

    def add(self, rows: Rows) -> None:
        outcome = self._outcome[rows.stream]
        outcome = np.where(rows.kind == Kind.UNUSED, 3, np.where(rows.kind > Kind.UNUSED, 4, outcome))
        counts = np.bincount(outcome, minlength=len(_OUTCOMES))
        self.outcomes.update({name: int(count) for name, count in zip(_OUTCOMES, counts, strict=True)})
        net = np.flatnonzero(rows.kind < Kind.UNUSED)
        np.add.at(self.by_stream, rows.stream[net], rows.quantity[net])
        np.add.at(self.active_by_stream, rows.stream[net], rows.quantity[net] * rows.active_bp[net])
        plant = self._plant[rows.stream]
        counted = np.flatnonzero((plant >= 0) & (rows.kind < Kind.UNUSED))
        np.add.at(self.quantity, plant[counted], rows.quantity[counted])
        np.add.at(self.active, plant[counted], rows.quantity[counted] * rows.active_bp[counted])


def write_usage(plan: Plan, folder: Path, progress: Progress) -> Tally:
    """Writes ``usage/provider=ID/YYYY-MM.parquet`` below the folder."""
    tally = Tally(plan)
    tables = FocusTables(plan)
    months = plan.request.months()
    steps = len(plan.providers) * len(months)
    for turn, provider in enumerate(plan.providers):
        usage, oddities = ProviderUsage(plan, provider), Oddities(plan, provider)
        for at, month in enumerate(months):
            if provider.id == GAP_PROVIDER and month == plan.gap:
                continue
            progress((turn * len(months) + at) / steps, f"{provider.name}, {month[0]}-{month[1]:02}")
            path = f"usage/provider={provider.id}/{month[0]}-{month[1]:02}.parquet"
            batches = chain(usage.rows(month), [oddities.rows(month)])
            rows = _write_month(folder / path, month, batches, tables, tally)
            tally.files.append(UsageFile(path, rows))
    progress(1.0, "usage written")
    return tally


def _write_month(target: Path, month: Month, batches: Iterable[Rows], tables: FocusTables, tally: Tally) -> int:
    """Writes one file, a row group per batch, and returns its number of rows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with _writer(target) as writer:
        for rows in batches:
            if len(rows):
                writer.write_table(tables.table(rows, month), row_group_size=len(rows))
                tally.add(rows)
                count += len(rows)
    return count


def _writer(target: Path) -> pq.ParquetWriter:
    """Everything that shapes the bytes is said here; only pyarrow's own name and version remain its choice.

    The schema's Arrow form is left out, so that readers see plain FOCUS types and not our dictionaries.
    """
    return pq.ParquetWriter(
        target,
        SCHEMA,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=1,
        use_dictionary=list(TEXT_COLUMNS),
        write_statistics=True,
        store_schema=False,
    )
