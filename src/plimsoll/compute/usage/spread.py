"""Use that spans several UTC days or hours, shared out over them: in proportion to time, exact, nothing lost.

An amount N over D seconds gives N // D to each second, and the remainder is shared out by running totals: up to second
e of the period, ``(N % D) * e // D``. The parts are differences of these totals, so they add up to N whatever the
number of days. Weights are whole seconds; a correction (negative N) is shared out like the use that it takes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from plimsoll.compute.rolling import EXACT

DAY_US = 86_400_000_000
_SECOND_US = 1_000_000
_LIMB = 10**8
_LIMBS = 5
_AMOUNTS = ("accel_ns", "accel_ns_bp")


def spread_over_days(cells: ir.Table) -> ir.Table:
    """Cells with an exact period (`start_us`, `end_us`) as one row for each UTC day that the period touches.

    `start_us` becomes midnight of the day. Counts of rows stay with the first day, so that they are counted once.
    """
    return spread(cells, DAY_US, _AMOUNTS)


def spread(cells: ir.Table, step_us: int, amounts: Sequence[str]) -> ir.Table:
    """Cells with an exact period as one row for each day, or each stretch of `step_us`, that the period touches.

    `start_us` becomes the beginning of the stretch, `end_us` null; a column `rows` keeps its count in the first.

    Args:
        step_us: length of a stretch in microseconds; stretches are counted from 1970.
        amounts: the columns to be shared out, whole numbers below 10^38.
    """
    period = cells.end_us - cells.start_us
    seconds = _quotient(period - period % _SECOND_US, ibis.literal(_SECOND_US))
    parts = cells.mutate(length=ibis.greatest(seconds, 1), first=cells.start_us - cells.start_us % step_us)
    for amount in amounts:
        parts = divide(parts.mutate(_left=parts[amount].abs()), "_left", "length", amount)
    parts = parts.mutate(opens=ibis.range(parts.first, parts.end_us, step_us).unnest())
    parts = parts.mutate(begin=_seconds_until(parts, parts.opens), finish=_seconds_until(parts, parts.opens + step_us))
    own: dict[str, ir.Value] = {"start_us": parts.opens, "end_us": ibis.null("int64")}
    own |= {amount: _part(parts, amount) for amount in amounts}
    if "rows" in cells.columns:
        own["rows"] = ibis.ifelse(parts.opens == parts.first, parts.rows, 0)
    return parts.select(**{name: own.get(name, parts[name]) for name in cells.columns})


def divide(table: ir.Table, amount: str, divisor: str, name: str) -> ir.Table:
    """Adds columns with quotient and remainder of a whole ``0 <= amount < 10^38`` and ``0 < divisor < 4 * 10^7``.

    Engines turn a quotient of decimals, and Ibis even one of integers, into a float. So this is long division in limbs
    of eight digits: every numerator is below 2^53 and a multiple of its divisor, where a float quotient is exact. Each
    step is a column of its own; written as one expression, the steps would repeat each other and grow without bound.

    Returns:
        the table with ``<name>_quotient``, DECIMAL(38,0), and ``<name>_rest``, int64.
    """
    steps = table.mutate(_rest=table[amount])
    limbs = [f"_limb_{number}" for number in range(_LIMBS)]
    for limb in limbs:
        steps = steps.mutate(**{limb: (steps._rest % ibis.literal(_LIMB, type="decimal(9, 0)")).cast("int64")})
        higher = (steps._rest - steps[limb].cast(EXACT)).cast(EXACT)
        steps = steps.mutate(_rest=(higher * ibis.literal("0.00000001").cast("decimal(38, 8)")).cast(EXACT))
    steps = steps.mutate(_quotient=ibis.literal(0, type=EXACT), _remainder=ibis.literal(0, type="int64"))
    for limb in reversed(limbs):
        steps = steps.mutate(_step=steps._remainder * _LIMB + steps[limb])
        steps = steps.mutate(_remainder=steps._step % steps[divisor])
        digit = _quotient(steps._step - steps._remainder, steps[divisor]).cast(EXACT)
        shifted = steps._quotient * ibis.literal(_LIMB, type="decimal(9, 0)")
        steps = steps.mutate(_quotient=(shifted + digit).cast(EXACT))
    own = {f"{name}_quotient": steps._quotient, f"{name}_rest": steps._remainder}
    return steps.select(*[steps[column] for column in table.columns], **own)


def _quotient(multiple: ir.IntegerValue, divisor: ir.IntegerValue) -> ir.IntegerValue:
    """Of a multiple of the divisor."""
    return (multiple / divisor).cast("int64")


def _seconds_until(days: ir.Table, moment: ir.IntegerValue) -> ir.IntegerValue:
    """Whole seconds of the period before the moment; all of them from its end on."""
    elapsed = ibis.greatest(moment - days.start_us, 0)
    whole = _quotient(elapsed - elapsed % _SECOND_US, ibis.literal(_SECOND_US))
    return ibis.ifelse(moment >= days.end_us, days.length, ibis.least(whole, days.length))


def _part(days: ir.Table, amount: str) -> ir.DecimalValue:
    """What falls between two seconds of the period."""
    rest, length = days[f"{amount}_rest"], days.length

    def remainder_until(second: ir.IntegerValue) -> ir.IntegerValue:
        product = rest * second
        return _quotient(product - product % length, length)

    even = days[f"{amount}_quotient"] * (days.finish - days.begin).cast("decimal(18, 0)")
    share = even + (remainder_until(days.finish) - remainder_until(days.begin)).cast("decimal(18, 0)")
    return ibis.ifelse(days[amount] < 0, -share, share).cast(EXACT)
