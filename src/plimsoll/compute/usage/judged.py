"""The first pass over a batch: which kinds of row there are, what becomes of them, and whether any row is at fault.

Kinds are judged in Python (`kinds.py`). The same pass counts what the second one then need not look for: where no row
of a batch has a problem, rows are summed without checking them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import Literal

from plimsoll.compute.engine import fetch
from plimsoll.compute.usage.attach import Answer, attach
from plimsoll.compute.usage.columns import KIND_COLUMNS, ROW_COLUMNS
from plimsoll.compute.usage.delivery import Batch
from plimsoll.compute.usage.kinds import Kind, Verdict, judge
from plimsoll.compute.usage.measures import EARLIEST_US, LATEST_US, LONGEST_US, Measures, measures_of, together
from plimsoll.compute.usage.outcomes import Outcome
from plimsoll.compute.usage.picked import picked
from plimsoll.compute.usage.utc import utc_month
from plimsoll.compute.utilisation import Priors

_VARIES = object()
_MEASURES = tuple(field.name for field in fields(Measures))
LISTED = 1_000
"""Longest list of values that a filter may have."""

_PLACE = ("region", "cluster_id")

MISSING = "quantity.missing"
"""The reason for which a row without a quantity is rejected, if its kind is counted."""

CellKey = tuple[bool, str, str, int]
"""Idle, provider, chip, its peak: what rows that are summed together have in common."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a kind in one file, if files are wanted one by one, that begin in one month and have one fault.

    Attributes:
        fault: the first of `general_problems`, or `MISSING`; None if there is none of these.
    """

    fault: str | None
    measures: Measures


@dataclass(frozen=True, slots=True)
class JudgedKind:
    """One distinct combination of the descriptive columns, what becomes of its rows, and what they have.

    Attributes:
        measures: of all its rows.
        parts: of its rows by the month in which they begin, and by what is wrong with them.
    """

    kind: Kind
    verdict: Verdict
    measures: Measures
    parts: tuple[Part, ...]

    @property
    def sound(self) -> bool:
        """Whether no row of it can be rejected for a problem of its own."""
        if self.verdict.counted:
            some_missing = self.measures.given < self.measures.rows
            if some_missing or self.measures.magnitude > self.verdict.largest_quantity:
                return False
        return not (self.verdict.checked and self.measures.faulty)

    @property
    def sound_parts(self) -> list[Part] | None:
        """The parts of which no row is rejected; None where the measures do not tell sound rows from others."""
        counted = self.verdict.counted
        sound = [part for part in self.parts if part.fault is None or (part.fault == MISSING and not counted)]
        if counted and any(part.measures.magnitude > self.verdict.largest_quantity for part in sound):
            return None
        return sound if self.verdict.checked else []


@dataclass(frozen=True)
class JudgedBatch:
    """A batch of which every kind of row has been judged.

    Attributes:
        answers: to each kind, what its verdict says in the order of `VERDICT_COLUMNS`.
        counted: the rows of kinds that are counted, with what counting needs of the verdict (`COUNTING_COLUMNS`).
        files: the kinds of each file by its number, where files are wanted one by one; else empty.
    """

    batch: Batch
    backend: Any
    kinds: tuple[JudgedKind, ...]
    answers: tuple[Answer, ...]
    counted: ir.Table
    files: Mapping[int, tuple[JudgedKind, ...]]

    @property
    def sound(self) -> bool:
        """Whether no row of it has a problem of its own."""
        return all(kind.sound for kind in self.kinds)

    @cached_property
    def rows(self) -> ir.Table:
        """All rows with all columns, and what the verdict on each row's kind says (`VERDICT_COLUMNS`)."""
        return self._told(self.batch.rows)

    @cached_property
    def months(self) -> list[dict[str, Any]]:
        """The months of its sound rows of use: see `daily.coverage_table`. One scan, however often it is asked for."""
        from plimsoll.compute.daily import coverage_table

        return fetch(self.backend, coverage_table(self))

    def rows_of(self, outcome: Outcome) -> ir.Table:
        """As `rows`, those whose kind has this outcome; the others are left out before they are joined with it."""
        rows = self.batch.rows
        chosen = _of_kinds(rows, self.kinds, [each.kind for each in self.kinds if each.verdict.outcome is outcome])
        told = self._told(rows if chosen is None else rows.filter(chosen))
        return told.filter(told.outcome == outcome.value)

    @cached_property
    def doubtful(self) -> ir.Table:
        """As `rows`, every row that is rejected and few others.

        They are picked before they are joined with verdicts, so that the text of the many sound rows is never made.
        """
        return self._told(picked(self.batch.rows, _doubt(self.batch.rows, self.kinds), self.backend))

    def _told(self, rows: ir.Table) -> ir.Table:
        kinds = [each.kind for each in self.kinds]
        return attach(rows, kinds, self.answers, VERDICT_COLUMNS, self.backend)


COUNTING_COLUMNS = {"cell": "INTEGER", "multiplier": "BIGINT", "step_multiplier": "BIGINT", "prior": "INTEGER"}
"""What counting needs of a verdict. `step_multiplier` is the multiplier of the quantity's last decimal, null where that
is not whole. For rows that are not counted, `cell` is null."""

VERDICT_COLUMNS = COUNTING_COLUMNS | {
    "counted": "BOOLEAN",
    "checked": "BOOLEAN",
    "largest": "BIGINT",
    "machine_ns": "BIGINT",
    "outcome": "VARCHAR",
    "reason": "VARCHAR",
}
"""All that a verdict says to each of its rows."""


def judge_batch(
    batch: Batch, backend: Any, priors: Priors, cells: dict[CellKey, int], *, by_file: bool = False
) -> JudgedBatch:
    """Judges the kinds of a batch and attaches the verdicts to its rows.

    Args:
        cells: numbers of the cells known so far; new ones are added.
        by_file: whether everything is wanted for each file on its own; `counted` then has `file_no`.
    """
    rows = batch.rows
    names = [*KIND_COLUMNS, "from_pricing"]
    constant = {name: value for name in names if (value := _constant(rows, name)) is not _VARIES}
    varying = [name for name in names if name not in constant]
    by = ["file_no"] if by_file else []
    found: dict[tuple[Any, ...], list[tuple[int, Part]]] = {}
    for row in fetch(backend, _measured(rows, [*varying, *by])):
        measures = Measures(**{name: row[f"_{name}"] for name in _MEASURES})
        part = Part(row["_fault"], measures)
        found.setdefault(tuple(row[name] for name in varying), []).append((row.get("file_no", -1), part))
    kinds = []
    files: dict[int, list[JudgedKind]] = {number: [] for number in batch.file_numbers if by_file}
    for combination, parts in found.items():
        kind: Kind = {**constant, **dict(zip(varying, combination, strict=True))}
        verdict = judge(kind, priors)
        kinds.append(_judged_kind(kind, verdict, [part for _, part in parts]))
        for number in {number for number, _ in parts} if by_file else ():
            files[number].append(_judged_kind(kind, verdict, [part for of, part in parts if of == number]))
    step = 10 ** (rows.quantity.type().scale or 0)
    answers = tuple(_answer(each.verdict, cells, step) for each in kinds)
    counting = [answer[: len(COUNTING_COLUMNS)] if answer[0] is not None else None for answer in answers]
    told = [{name: each.kind[name] for name in varying} for each in kinds]
    narrow = rows.select(*varying, *(name for name in (*ROW_COLUMNS, *_PLACE) if name not in varying), *by)
    counted = attach(_likely_counted(narrow, kinds, varying), told, counting, COUNTING_COLUMNS, backend)
    told_apart = {number: tuple(own) for number, own in files.items()}
    return JudgedBatch(batch, backend, tuple(kinds), answers, counted, told_apart)


def _measured(rows: ir.Table, by: Sequence[str]) -> ir.Table:
    """The measures of all rows per combination of these columns, month of the start, and fault."""
    faults = ibis.cases(
        *((wrong, reason) for reason, wrong in general_problems(rows).items()),
        (~rows.quantity_given, MISSING),
    )
    marked = rows.mutate(_month=utc_month(rows.start_us), _fault=faults)
    measures = {f"_{name}": value for name, value in measures_of(marked).items()}
    return marked.group_by(*by, "_month", "_fault").agg(**measures)


def _judged_kind(kind: Kind, verdict: Verdict, parts: Sequence[Part]) -> JudgedKind:
    return JudgedKind(kind, verdict, together([part.measures for part in parts]), tuple(parts))


def _likely_counted(rows: ir.Table, kinds: Sequence[JudgedKind], names: Sequence[str]) -> ir.Table:
    """The rows, less those that one column's value alone tells not to be counted.

    On a real bill accelerators are a few rows in a hundred, and a filter on the SKU's text lets the engine skip the
    rest before it reads their other columns.
    """
    total, best, chosen = sum(each.measures.rows for each in kinds), 0.8, None
    for name in names:
        values = {each.kind[name] for each in kinds if each.verdict.counted}
        kept = sum(each.measures.rows for each in kinds if each.kind[name] in values)
        if None not in values and 0 < len(values) <= LISTED and kept < best * total:
            best, chosen = kept / total, (name, sorted(values, key=str))
    return rows if chosen is None else rows.filter(rows[chosen[0]].isin(chosen[1]))


def _doubt(rows: ir.Table, kinds: Sequence[JudgedKind]) -> ir.BooleanValue:
    """Whether a row not joined with a verdict could be rejected."""
    doubts = list(general_problems(rows).values())
    limits = [each.verdict.largest_quantity for each in kinds if each.verdict.counted]
    if limits:
        doubts += [~rows.quantity_given, rows.quantity.abs() > min(limits)]
    refused = [each.kind for each in kinds if each.verdict.outcome is Outcome.REJECTED]
    if refused:
        chosen = _of_kinds(rows, kinds, refused)
        doubts.append(ibis.literal(True) if chosen is None else chosen)
    return ibis.or_(*(doubt.fill_null(False) for doubt in doubts))


def _of_kinds(rows: ir.Table, kinds: Sequence[JudgedKind], wanted: Sequence[Kind]) -> ir.BooleanValue | None:
    """Whether a row has, in the column that tells most, a value of a wanted kind; None where no column tells much."""
    best, told = 0.8 * sum(each.measures.rows for each in kinds), None
    for name in kinds[0].kind:
        values = {kind[name] for kind in wanted}
        kept = sum(each.measures.rows for each in kinds if each.kind[name] in values)
        if kept < best and len(values) <= LISTED:
            best, told = kept, (name, values)
    if told is None:
        return None
    column, words = rows[told[0]], sorted((value for value in told[1] if value is not None), key=str)
    given = column.isin(words).fill_null(False) if words else ibis.literal(False)
    return ibis.or_(given, column.isnull()) if None in told[1] else given


def general_problems(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What can be wrong with a row of any kind, by reason, in the order in which reasons are given."""
    start, end = rows.start_us, rows.end_us
    return {
        "account.missing": rows.account.isnull(),
        "time.unreadable": start.isnull() | end.isnull(),
        "period.backwards": end <= start,
        "period.too_long": (end - start > LONGEST_US) | (start < EARLIEST_US) | (end > LATEST_US),
        "quantity.unreadable": rows.quantity_given & rows.quantity.isnull(),
    }


def problems(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What is wrong with a judged row, by reason."""
    return {
        **{reason: rows.checked & wrong for reason, wrong in general_problems(rows).items()},
        MISSING: rows.counted & ~rows.quantity_given,
        "quantity.too_large": rows.counted & (rows.quantity.abs() > rows.largest),
    }


def is_sound(rows: ir.Table) -> ir.BooleanValue:
    """Whether a judged row has no problem of its own."""
    return ~ibis.or_(*problems(rows).values()).fill_null(False)


def _constant(rows: ir.Table, name: str) -> Any:
    """The one value that the adapter gives every row, e.g. null for a column that the files do not have."""
    value = rows.op().values[name]
    return value.value if isinstance(value, Literal) else _VARIES


def _answer(verdict: Verdict, cells: dict[CellKey, int], step: int) -> Answer:
    cell: int | None = None
    if verdict.counted:
        assert verdict.provider is not None
        assert verdict.chip is not None
        idle = verdict.reason == "commitment.unused"
        cell = cells.setdefault((idle, verdict.provider, verdict.chip, verdict.peak), len(cells))
    return (
        cell,
        verdict.multiplier,
        verdict.multiplier // step if verdict.multiplier % step == 0 else None,
        verdict.prior,
        verdict.counted,
        verdict.checked,
        verdict.largest_quantity,
        verdict.machine_ns,
        verdict.outcome.value,
        verdict.reason,
    )
