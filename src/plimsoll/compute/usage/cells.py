"""From canonical rows to cells: accelerator time per account, run, chip and day, in one pass over the rows.

First the distinct kinds of row are judged in Python (`kinds.py`); then every row is joined with its verdict before
anything is added up, checked, and summed. A charge period within one UTC day is summed by day; one that spans several
days is summed by its exact period and split afterwards, so that the split is exact whatever rows it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.operations import Literal

from plimsoll.compute.engine import half_even
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.columns import KIND_COLUMNS
from plimsoll.compute.usage.delivery import Batch
from plimsoll.compute.usage.kinds import Kind, Verdict, judge
from plimsoll.compute.usage.spread import DAY_US
from plimsoll.compute.utilisation import FULL, Priors

_EARLIEST_US = 631_152_000_000_000  # 1990
_LATEST_US = 7_258_118_400_000_000  # 2200
_LONGEST_US = 400 * DAY_US


@dataclass(frozen=True)
class JudgedKind:
    """One distinct combination of the descriptive columns, what becomes of it, and how many rows it has."""

    kind: Kind
    verdict: Verdict
    rows: int


@dataclass(frozen=True)
class JudgedBatch:
    """A batch of which every kind of row has been judged.

    Attributes:
        rows: the canonical rows, each with the number of its verdict's cell and what the verdict says.
    """

    batch: Batch
    kinds: tuple[JudgedKind, ...]
    rows: ir.Table


CellKey = tuple[str, str, str | None, str | None, int]
"""Outcome, reason, provider, chip, its peak: what rows that are summed together have in common."""

FAULTY = -1
"""The cell of rows with a problem of their own."""


def judge_batch(batch: Batch, backend: Any, priors: Priors, cells: dict[CellKey, int]) -> JudgedBatch:
    """Judges the kinds of a batch and attaches the verdicts to its rows.

    Args:
        cells: numbers of the cells known so far; new ones are added.
    """
    names = [*KIND_COLUMNS, "from_pricing"]
    constant = {name: value for name in names if (value := _constant(batch.rows, name)) is not _VARIES}
    varying = [name for name in names if name not in constant]
    found = backend.to_pyarrow(batch.rows.group_by(varying).agg(_rows=batch.rows.count())).to_pylist()
    kinds = []
    for each in found:
        rows = each.pop("_rows")
        kind: Kind = {**constant, **each}
        kinds.append(JudgedKind(kind, judge(kind, priors), rows))
    return JudgedBatch(batch, tuple(kinds), _attach(batch.rows, varying, kinds, cells))


_VARIES = object()


def _constant(rows: ir.Table, name: str) -> Any:
    """The one value that the adapter gives every row, e.g. null for a column that the files do not have."""
    value = rows.op().values[name]
    return value.value if isinstance(value, Literal) else _VARIES


def _attach(rows: ir.Table, names: Sequence[str], kinds: Sequence[JudgedKind], cells: dict[CellKey, int]) -> ir.Table:
    answers = [_answer(each.verdict, cells) for each in kinds]
    key = _deciding(names, [each.kind for each in kinds], answers)
    seen: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for each, answer in zip(kinds, answers, strict=True):
        seen[tuple(each.kind[name] for name in key)] = answer
    columns: dict[str, pa.Array] = {}
    for position, name in enumerate(key):
        values = [values[position] for values in seen]
        columns[f"_{name}"] = pa.array(values, pa.bool_() if name == "from_pricing" else pa.string())
    for position, (name, kind) in enumerate(_ANSWER.items()):
        columns[name] = pa.array([answer[position] for answer in seen.values()], kind)
    if not key:
        return rows.mutate(**{name: ibis.literal(columns[name][0].as_py()) for name in _ANSWER})
    verdicts = ibis.memtable(pa.table(columns))
    joined = rows.inner_join(verdicts, [rows[name].identical_to(verdicts[f"_{name}"]) for name in key])
    return joined.select(*[rows[name] for name in rows.columns], *[verdicts[name] for name in _ANSWER])


_ANSWER = {
    "cell": pa.int32(),
    "counted": pa.bool_(),
    "checked": pa.bool_(),
    "multiplier": pa.int64(),
    "prior": pa.int32(),
    "largest": pa.int64(),
    "machine_ns": pa.int64(),
    "correction": pa.bool_(),
    "outcome": pa.string(),
    "reason": pa.string(),
}
"""What a verdict says to each of its rows."""


def _answer(verdict: Verdict, cells: dict[CellKey, int]) -> tuple[Any, ...]:
    key: CellKey = (verdict.outcome.value, verdict.reason, verdict.provider, None, 0)
    if verdict.counted:
        # Corrections share the cell of what they correct, so that they net out.
        key = (verdict.outcome.value, "usage", verdict.provider, verdict.chip, verdict.peak)
    cell = cells.setdefault(key, len(cells))
    return (
        cell,
        verdict.counted,
        verdict.checked,
        verdict.multiplier,
        verdict.prior,
        verdict.largest_quantity,
        verdict.machine_ns,
        verdict.reason == "correction",
        verdict.outcome.value,
        verdict.reason,
    )


def _deciding(names: Sequence[str], kinds: Sequence[Kind], answers: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    """The smallest set of columns (up to three; else all) on which the answers depend.

    Joining on three columns instead of fifteen is what makes the pass cheap; that they decide was seen on all rows.
    """
    if len(set(answers)) <= 1:
        return ()
    distinct = {name: len({kind[name] for kind in kinds}) for name in names}
    useful = sorted((name for name in names if distinct[name] > 1), key=lambda name: distinct[name])
    for size in (1, 2, 3):
        for chosen in combinations(useful, size):
            if _decides(chosen, kinds, answers):
                return chosen
    remaining = list(useful)
    for name in useful:
        fewer = [each for each in remaining if each != name]
        if _decides(fewer, kinds, answers):
            remaining = fewer
    return tuple(remaining)


def _decides(names: Sequence[str], kinds: Sequence[Kind], answers: Sequence[tuple[Any, ...]]) -> bool:
    known: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for kind, answer in zip(kinds, answers, strict=True):
        if known.setdefault(tuple(kind[name] for name in names), answer) != answer:
            return False
    return True


def problems(rows: ir.Table) -> dict[str, ir.BooleanValue]:
    """What can be wrong with one row of a kind that is checked, by reason, in the order in which reasons are given."""
    start, end, quantity = rows.start_us, rows.end_us, rows.quantity
    return {
        "account.missing": rows.account.isnull(),
        "time.unreadable": start.isnull() | end.isnull(),
        "period.backwards": end <= start,
        "period.too_long": (end - start > _LONGEST_US) | (start < _EARLIEST_US) | (end > _LATEST_US),
        "quantity.unreadable": rows.quantity_given & quantity.isnull(),
        "quantity.missing": rows.counted & ~rows.quantity_given,
        "quantity.too_large": rows.counted & (quantity.abs() > rows.largest),
    }


def is_sound(rows: ir.Table) -> ir.BooleanValue:
    """Whether a row has no problem of its own, or is of a kind in which problems do not matter."""
    return ~(rows.checked & ibis.or_(*problems(rows).values())).fill_null(False)


def cells_of(judged: JudgedBatch, backend: Any) -> ir.Table:
    """The batch summed into cells.

    Returns:
        cell, measured (tier A), account, run_id, start_us, end_us (null within one day), accel_ns, accel_ns_bp
        (times utilisation in basis points), rows, of them corrections and unmarked (negative and not marked as
        corrections), length_us (the longest charge period). Rows that are not counted are in cells without account; rows with a
        problem are in the cell FAULTY.
    """
    rows = judged.rows
    sound = is_sound(rows)
    counts = sound & rows.counted
    active = rows.tensor_active
    measured = active.between(0, 1).fill_null(False)
    exact = _is_exact(rows.quantity, [each.verdict for each in judged.kinds])
    product = ibis.ifelse(sound, rows.quantity, None) * rows.multiplier
    time = product if exact else half_even(product, backend)
    share = ibis.ifelse(measured, half_even(active * FULL, backend).cast("int32"), rows.prior)
    start, end = rows.start_us, rows.end_us
    midnight = start - start % DAY_US
    within = end <= midnight + DAY_US
    table = rows.select(
        cell=ibis.ifelse(sound, rows.cell, FAULTY),
        measured=measured & counts,
        account=ibis.ifelse(counts, rows.account, None),
        run_id=ibis.ifelse(counts, rows.run_id, None),
        start_us=ibis.ifelse(within | ~counts, midnight, start),
        end_us=ibis.ifelse(counts & ~within, end, None),
        time=time,
        weighted=time * share,
        correction=rows.correction & counts,
        unmarked=(rows.quantity < 0) & ~rows.correction & counts,
        length_us=ibis.ifelse(counts, end - start, None),
        last_us=ibis.ifelse(sound, end, None),
    )
    return table.group_by("cell", "measured", "account", "run_id", "start_us", "end_us").agg(
        accel_ns=_whole(table.time.sum()),
        accel_ns_bp=_whole(table.weighted.sum()),
        rows=table.count(),
        corrections=table.correction.sum(),
        unmarked=table.unmarked.sum(),
        length_us=table.length_us.max(),
        last_us=table.last_us.max(),
    )


def _is_exact(quantity: ir.Value, verdicts: Sequence[Verdict]) -> bool:
    """Whether every possible product of a quantity and a multiplier is whole, so that nothing needs rounding."""
    unit = 10 ** (quantity.type().scale or 0)
    return all(verdict.multiplier % unit == 0 for verdict in verdicts if verdict.counted)


def _whole(total: ir.Value) -> ir.Value:
    return total.cast(EXACT)
