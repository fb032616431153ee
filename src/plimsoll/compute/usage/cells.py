"""The second pass over a batch: accelerator time per account, run, chip and day.

Every row is joined with the verdict on its kind before anything is added up. A charge period within one UTC day is
summed by day; one that spans several days is summed by its exact period and split afterwards (`spread.py`), so that
the split is exact whatever rows the use came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.engine import half_even, load
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.judged import JudgedBatch, JudgedKind, is_sound
from plimsoll.compute.usage.spread import DAY_US
from plimsoll.compute.utilisation import FULL

_HOUR_US = DAY_US // 24
_WHOLE_POINTS = 4
"""Decimals of a share up to which it is a whole number of basis points."""

_NARROW = 18
"""Digits of a decimal that fits 64 bits."""


def cells_of(judged: JudgedBatch, backend: Any) -> ir.Table:
    """The counted rows of a batch, summed.

    Returns:
        cell, measured (tier A), account, run_id, start_us, end_us (null within one day, where start_us is midnight),
        accel_ns, accel_ns_bp (times utilisation in basis points), rows, length_us (the longest charge period); and
        file_no, where files are wanted one by one.
    """
    counted = [kind for kind in judged.kinds if kind.verdict.counted]
    rows = counted_rows(judged)
    time = accelerator_time(rows, judged.kinds, backend)
    active = rows.tensor_active
    measured = active.between(0, 1).fill_null(False)
    points = active * FULL
    if (active.type().scale or 0) > _WHOLE_POINTS:
        points = half_even(points, backend)
    share = ibis.ifelse(measured, points.cast("int32"), rows.prior)
    midnight = rows.start_us - rows.start_us % DAY_US
    within = rows.end_us <= midnight + DAY_US
    spanning = any(kind.measures.spans_days for kind in counted)
    coarse = any((kind.measures.longest or 0) > _HOUR_US for kind in counted)
    by = ["file_no"] if judged.files else []
    table = rows.select(
        *by,
        cell=rows.cell,
        measured=measured,
        account=rows.account,
        run_id=rows.run_id,
        start_us=ibis.ifelse(within, midnight, rows.start_us) if spanning else midnight,
        end_us=ibis.ifelse(within, None, rows.end_us) if spanning else ibis.null("int64"),
        time=time,
        weighted=time * share,
        length_us=rows.end_us - rows.start_us if coarse else ibis.literal(_HOUR_US),
    )
    keys = [*by, "cell", "measured", "account", "run_id", "start_us", *(["end_us"] if spanning else [])]
    summed = table.group_by(keys).agg(
        accel_ns=table.time.sum().cast(EXACT),
        accel_ns_bp=table.weighted.sum().cast(EXACT),
        rows=table.count(),
        length_us=table.length_us.max() if coarse else ibis.literal(_HOUR_US),
    )
    return summed if spanning else summed.mutate(end_us=ibis.null("int64"))


def counted_rows(judged: JudgedBatch) -> ir.Table:
    """The rows that add up to accelerator time, with `COUNTING_COLUMNS`; none with a problem of its own."""
    return judged.counted if judged.sound else judged.rows.filter(judged.rows.counted, is_sound(judged.rows))


def accelerator_time(rows: ir.Table, kinds: Sequence[JudgedKind], backend: Any) -> ir.DecimalValue:
    """Accelerator-nanoseconds of each row, exact; where that is not whole, rounded once, half-even.

    A quantity in hours with six decimals counts millionths of an hour, each of which is a whole number of
    nanoseconds. Multiplying those is exact without any rounding and spares the sums a costly change of scale. An
    engine multiplies narrow decimals in 64 bits, so this is done only where the largest quantity leaves room.
    """
    scale = rows.quantity.type().scale or 0
    step = 10**scale
    room = 10 ** (_NARROW - 2 * scale)
    if all(each.verdict.multiplier % step == 0 and each.measures.magnitude < room for each in kinds):
        steps = (rows.quantity * step).cast(f"decimal({_NARROW}, 0)") if scale else rows.quantity
        return steps * rows.step_multiplier
    return half_even(rows.quantity * rows.multiplier, backend)


def used_cells(judged: JudgedBatch, backend: Any) -> ir.Table:
    """What the numbers of cells in a batch stand for: cell, provider, peak; idle commitments are left out."""
    found = {
        answer[0]: (kind.verdict.provider, kind.verdict.peak)
        for kind, answer in zip(judged.kinds, judged.answers, strict=True)
        if answer[0] is not None and kind.verdict.reason != "commitment.unused"
    }
    rows = ({"cell": cell, "provider": provider, "peak": peak} for cell, (provider, peak) in sorted(found.items()))
    return load(backend, rows, {"cell": "INTEGER", "provider": "VARCHAR", "peak": "BIGINT"}, "used_cells")
