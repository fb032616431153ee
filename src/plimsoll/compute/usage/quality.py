"""What is wrong with a delivery without keeping it from being counted: spellings, misplaced values, missing columns.

Billing exports deviate from their own standard, each in its way. Nothing here is fatal and nothing changes a figure;
the notes go to the provider, and into the report's section on data quality.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from plimsoll.compute.billing_units import read_unit
from plimsoll.compute.engine import fetch
from plimsoll.compute.usage.delivery import Batch, Note, UsageDelivery
from plimsoll.compute.usage.faults import blaming_files
from plimsoll.compute.usage.focus import COLUMNS, HELPFUL
from plimsoll.compute.usage.source import Source

_FREQUENCIES = ("One-Time", "Recurring", "Usage-Based")
_NUMBER = r"^-?\d+(\.\d+)?$"
_REGION_ID = r"^[a-z]{2,}(-[a-z]+)+-?\d+$"


def profile(delivery: UsageDelivery) -> tuple[Note, ...]:
    """Every note on the delivery: those made when it was opened, and what a scan of its rows finds."""
    notes = list(delivery.notes)
    with blaming_files(delivery.files, delivery.engine):
        for batch in delivery.batches:
            source = Source(batch.source, delivery.engine)
            found = _counts(source, batch)
            for row in fetch(delivery.engine, found):
                file = delivery.files[row["file_no"]].path
                notes += _nulls(file, row, source)
                if batch.format.startswith("focus"):
                    notes += _focus(file, row)
            if batch.format.startswith("focus"):
                for number in batch.file_numbers:
                    notes += _columns(delivery.files[number].path, source)
                notes += _units(delivery, source)
    return tuple(sorted(notes, key=lambda note: (note.file, note.code)))


def _counts(source: Source, batch: Batch) -> ir.Table:
    table = source.table
    wanted: dict[str, ir.BooleanValue] = {}
    for name in _text_columns(source):
        wanted[f"word {name}"] = table[name].upper() == "NULL"
        wanted[f"empty {name}"] = table[name] == ""
    if batch.format.startswith("focus"):
        key = source.key
        frequency = key("ChargeFrequency")
        wanted["zone"] = key("AvailabilityZone").re_search(_NUMBER)
        wanted["frequency"] = frequency.notnull() & frequency.notin(_FREQUENCIES)
        wanted["region"] = key("RegionId").isnull() & key("RegionName").re_search(_REGION_ID)
        usage = key("ChargeCategory") == "Usage"
        wanted["negative"] = (source.number("ConsumedQuantity") < 0) & usage & key("ChargeClass").isnull()
        wanted["pricing"] = usage & ~source.given("ConsumedQuantity") & source.given("PricingQuantity")
    flags = table.select("file_no", **{name: condition.fill_null(False) for name, condition in wanted.items()})
    return flags.group_by("file_no").agg(**{name: flags[name].sum().cast("int64") for name in wanted})


def _text_columns(source: Source) -> list[str]:
    ours = ("provider_folder",)
    return [name for name, kind in source.table.schema().items() if kind.is_string() and name not in ours]


def _nulls(file: str, row: dict[str, Any], source: Source) -> list[Note]:
    names = _text_columns(source)
    words = [name for name in names if row[f"word {name}"]]
    both = [name for name in names if row[f"empty {name}"] and row[f"word {name}"]]
    if not words:
        return []
    text = f"null is spelled NULL in {len(words)} columns"
    if both:
        text += f", and also as an empty field in {len(both)} of them"
    return [Note(file, "null.spelled", None, text + "; both are read as null")]


_FOCUS_NOTES = (
    ("zone", "zone.is_a_number", "AvailabilityZone holds a number, perhaps a price; it is not used"),
    ("frequency", "charge_frequency.spelling", "ChargeFrequency is none of One-Time, Recurring, Usage-Based"),
    ("region", "region.id_in_name", "RegionId is null while RegionName holds an id; the name is used"),
    (
        "negative",
        "correction.unmarked",
        "ConsumedQuantity is negative and ChargeClass does not say Correction; it is netted out all the same",
    ),
    ("pricing", "quantity.from_pricing", "ConsumedQuantity is null; PricingQuantity stands in for it"),
)


def _focus(file: str, row: dict[str, Any]) -> list[Note]:
    return [Note(file, code, row[name], text) for name, code, text in _FOCUS_NOTES if row[name]]


def _columns(file: str, source: Source) -> list[Note]:
    notes = []
    known = {name.casefold() for name in COLUMNS}
    ours = ("file_no", "row", "provider_folder")
    extra = [
        name
        for name in source.table.columns
        if name.casefold() not in known and not name.casefold().startswith("x_") and name not in ours
    ]
    if extra:
        notes.append(
            Note(file, "column.unknown", None, f"columns that FOCUS does not have and are not used: {', '.join(extra)}")
        )
    absent = [f"{name} ({use})" for name, use in HELPFUL.items() if not source.has(name)]
    if absent:
        notes.append(Note(file, "column.absent", None, f"columns that would tell more: {', '.join(absent)}"))
    return notes


def _units(delivery: UsageDelivery, source: Source) -> list[Note]:
    if not source.has("ConsumedUnit"):
        return []
    table = source.table.mutate(unit=source.key("ConsumedUnit"))
    spelled: dict[int, list[str]] = {}
    for row in fetch(delivery.engine, table.filter(table.unit.notnull()).select("file_no", "unit").distinct()):
        spelled.setdefault(row["file_no"], []).append(row["unit"])
    notes = []
    for number, units in spelled.items():
        timed = sorted(unit for unit in units if read_unit(unit).counts in ("machine", "accelerator"))
        text = f"{len(units)} spellings of ConsumedUnit, of which {len(timed)} can be accelerator time"
        if timed:
            text += f": {', '.join(timed[:12])}"
        notes.append(Note(delivery.files[number].path, "unit.spellings", None, text))
    return notes
