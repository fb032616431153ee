"""A file's own columns, whatever their types, read as text, numbers and instants. All adapters read through this.

Typed columns (Parquet) are taken as they are; text columns (CSV, and Parquet that was made from CSV) are parsed.
Nothing here refuses a row: what cannot be read is null, and classification gives the row its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from plimsoll.compute.engine import as_json, epoch_us
from plimsoll.compute.usage.columns import CONTEXT_COLUMNS, KIND_COLUMNS, ROW_COLUMNS

QUANTITY_SCALE = 15
"""Decimals that a quantity keeps. 10^-15 of an hour is four millionths of a microsecond."""

ZONELESS = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
ZONED = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|z|UTC|[+-]\d{2}(:?\d{2})?)$"
_UTC = dt.Timestamp(timezone="UTC")


@dataclass(frozen=True)
class Source:
    """One batch of files as the engine sees them.

    Attributes:
        table: the files' own columns, plus `file_no`, `row` and `provider_folder`.
        backend: the Ibis backend.
        zoneless_is_utc: whether an instant without a zone means UTC. It does not in a file where others have offsets.
    """

    table: ir.Table
    backend: Any
    zoneless_is_utc: bool = True

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.table.columns}

    def has(self, name: str) -> bool:
        return name.casefold() in self._names

    def first(self, *names: str) -> str | None:
        """The first of these columns that the files have."""
        return next((name for name in names if self.has(name)), None)

    def column(self, name: str) -> ir.Value:
        return self.table[self._names[name.casefold()]]

    def text(self, *names: str) -> ir.StringValue:
        """The first of the columns that exists, as text in the provider's words; null if none does."""
        name = self.first(*names)
        if name is None:
            return ibis.null("string")
        column = self.column(name)
        if column.type().is_string():
            return column
        if column.type().is_nested() or column.type().is_json():
            return as_json(column, self.backend)
        return column.cast("string")

    def key(self, *names: str) -> ir.StringValue:
        """As `text`, with the spellings of null made null: for columns by which rows are added up."""
        words = self.text(*names)
        return words.nullif("").nullif("NULL")

    def instant(self, name: str) -> ir.IntegerValue:
        """Microseconds since 1970, UTC; null where there is none or it cannot be told."""
        if not self.has(name):
            return ibis.null("int64")
        column = self.column(name)
        if column.type().is_timestamp():
            return epoch_us(column, self.backend)
        if column.type().is_date():
            return epoch_us(column.cast("timestamp"), self.backend)
        words = self.text(name)
        told = words.re_search(ZONED)
        if self.zoneless_is_utc:
            told = told | words.re_search(ZONELESS)
        return epoch_us(ibis.ifelse(told, words.try_cast(_UTC), None), self.backend)

    def number(self, name: str) -> ir.DecimalValue:
        """An exact decimal; null where there is none or it is not a number."""
        if not self.has(name):
            return ibis.null(f"decimal(38, {QUANTITY_SCALE})")
        column = self.column(name)
        kind = column.type()
        if kind.is_integer():
            return column.cast("decimal(38, 0)")
        if kind.is_decimal() and (kind.scale or 0) <= QUANTITY_SCALE:
            return column
        # A binary fraction is taken at its shortest decimal spelling: 0.1 means a tenth.
        words = column if kind.is_string() else column.cast("string")
        return words.try_cast(f"decimal(38, {QUANTITY_SCALE})")

    def given(self, name: str) -> ir.BooleanValue:
        """Whether there is anything in the column."""
        if not self.has(name):
            return ibis.literal(False)
        column = self.column(name)
        return self.key(name).notnull() if column.type().is_string() else column.notnull()


def canonical(source: Source, columns: Mapping[str, ir.Value]) -> ir.Table:
    """The canonical table: what an adapter found, and null for the rest."""
    out: dict[str, ir.Value] = {}
    for name in (*KIND_COLUMNS, *CONTEXT_COLUMNS):
        out[name] = columns.get(name, ibis.null("string"))
    for name, (kind, _) in ROW_COLUMNS.items():
        fallback = f"decimal(38, {QUANTITY_SCALE})" if kind == "decimal" else kind
        out[name] = columns.get(name, ibis.null(fallback))
    out["provider_folder"] = source.table.provider_folder
    out["file_no"], out["row"] = source.table.file_no, source.table.row
    return source.table.select(**out)
