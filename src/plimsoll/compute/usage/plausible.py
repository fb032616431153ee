"""Use that cannot be: one machine that ran for more hours than its charge period has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from plimsoll.compute.rolling import EXACT
from plimsoll.compute.usage.judged import JudgedBatch, is_sound

TOLERANCE = 1_001
"""Thousandths of the period that pass: meters round up to the minute or the second."""


def impossible_rows(judged: Sequence[JudgedBatch], backend: Any) -> ir.Table:
    """Rows of one named resource whose machine time exceeds their charge period. One scan, when it is asked for.

    Only rows with a resource and a unit of machine time can be judged: a row without a resource may add up many.

    Returns:
        provider, account, run_id, resource_id, file_no, row, start_us, end_us, machine_ns, possible_ns
        (DECIMAL(38,0)); `file_no` counts in `UsageDelivery.files`.
    """
    parts = []
    for each in judged:
        rows = each.rows.filter(is_sound(each.rows), each.rows.counted, each.rows.machine_ns > 0)
        claimed = rows.quantity * rows.machine_ns
        period_us = (rows.end_us - rows.start_us).cast("decimal(18, 0)")
        # One microsecond has 1,000 ns, and the tolerance counts thousandths: the two cancel.
        over = rows.filter(rows.resource_id.notnull(), claimed > period_us * TOLERANCE)
        parts.append(
            over.select(
                provider=ibis.coalesce(over.provider_folder, over.provider_name).strip().replace("/", "%2F"),
                account=over.account,
                run_id=over.run_id,
                resource_id=over.resource_id,
                file_no=over.file_no,
                row=over.row,
                start_us=over.start_us,
                end_us=over.end_us,
                machine_ns=(over.quantity * over.machine_ns).cast(EXACT),
                possible_ns=((over.end_us - over.start_us).cast("decimal(18, 0)") * 1_000).cast(EXACT),
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]
