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

from plimsoll.compute.engine import half_even
from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.judged import JudgedBatch, JudgedKind, is_sound
from plimsoll.compute.usage.spread import DAY_US
from plimsoll.compute.utilisation import FULL

_HOUR_US = DAY_US // 24


def cells_of(judged: JudgedBatch, backend: Any) -> ir.Table:
    """The counted rows of a batch, summed.

    Returns:
        cell, measured (tier A), account, run_id, start_us, end_us (null within one day, where start_us is midnight),
        accel_ns, accel_ns_bp (times utilisation in basis points), rows, length_us (the longest charge period).
    """
    counted = [kind for kind in judged.kinds if kind.verdict.counted]
    rows = judged.rows.filter(judged.rows.counted)
    if not judged.sound:
        rows = rows.filter(is_sound(rows))
    product = rows.quantity * rows.multiplier
    time = product if _is_exact(rows.quantity, counted) else half_even(product, backend)
    active = rows.tensor_active
    measured = active.between(0, 1).fill_null(False)
    share = ibis.ifelse(measured, half_even(active * FULL, backend).cast("int32"), rows.prior)
    midnight = rows.start_us - rows.start_us % DAY_US
    within = rows.end_us <= midnight + DAY_US
    spanning = any(kind.spanning for kind in counted)
    coarse = any((kind.longest_us or 0) > _HOUR_US for kind in counted)
    table = rows.select(
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
    keys = ["cell", "measured", "account", "run_id", "start_us", *(["end_us"] if spanning else [])]
    summed = table.group_by(keys).agg(
        accel_ns=table.time.sum().cast(EXACT),
        accel_ns_bp=table.weighted.sum().cast(EXACT),
        rows=table.count(),
        length_us=table.length_us.max() if coarse else ibis.literal(_HOUR_US),
    )
    return summed if spanning else summed.mutate(end_us=ibis.null("int64"))


def _is_exact(quantity: ir.Value, kinds: Sequence[JudgedKind]) -> bool:
    """Whether every possible product of a quantity and a multiplier is whole, so that nothing needs rounding."""
    unit = 10 ** (quantity.type().scale or 0)
    return all(kind.verdict.multiplier % unit == 0 for kind in kinds)
