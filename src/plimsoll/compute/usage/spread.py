"""Use that spans several UTC days, shared out over them: in proportion to time, exact, nothing lost.

An amount N over D seconds gives N // D to each second, and the remainder is shared out by running totals: up to second
e of the period, ``(N % D) * e // D``. The parts are differences of these totals, so they add up to N whatever the
number of days. Weights are whole seconds; a correction (negative N) is shared out like the use that it takes back.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from plimsoll.compute.rolling import EXACT

DAY_US = 86_400_000_000
_SECOND_US = 1_000_000
_LIMB = 10**8
_LIMBS = 5


def spread_over_days(cells: ir.Table) -> ir.Table:
    """Cells with an exact period (`start_us`, `end_us`) as one row for each UTC day that the period touches.

    `start_us` becomes midnight of the day. Counts of rows stay with the first day, so that they are counted once.
    """
    seconds = (cells.end_us - cells.start_us - (cells.end_us - cells.start_us) % _SECOND_US).cast("int64")
    length = ibis.greatest(_quotient(seconds, ibis.literal(_SECOND_US)), 1)
    first = cells.start_us - cells.start_us % DAY_US
    time_base, time_rest = divide(cells.accel_ns.abs(), length)
    share_base, share_rest = divide(cells.accel_ns_bp.abs(), length)
    days = cells.mutate(
        length=length,
        first=first,
        time_base=time_base,
        time_rest=time_rest,
        share_base=share_base,
        share_rest=share_rest,
        midnight=ibis.range(first, cells.end_us, DAY_US).unnest(),
    )
    begin = _seconds_until(days, days.midnight)
    finish = _seconds_until(days, days.midnight + DAY_US)
    is_first = days.midnight == days.first
    parts = {
        "start_us": days.midnight,
        "end_us": ibis.null("int64"),
        "accel_ns": _part(days, "accel_ns", "time", begin, finish),
        "accel_ns_bp": _part(days, "accel_ns_bp", "share", begin, finish),
        "rows": ibis.ifelse(is_first, days.rows, 0),
    }
    return days.select(**{name: parts.get(name, days[name]) for name in cells.columns})


def divide(amount: ir.DecimalValue, divisor: ir.IntegerValue) -> tuple[ir.DecimalValue, ir.IntegerValue]:
    """Quotient and remainder of a whole ``0 <= amount < 10^38`` and ``0 < divisor < 4 * 10^7``, exactly.

    Engines turn a quotient of decimals, and Ibis even one of integers, into a float. So this is long division in limbs
    of eight digits: every numerator is below 2^53 and a multiple of its divisor, where a float quotient is exact.
    """
    limbs: list[ir.IntegerValue] = []
    left = amount
    for _ in range(_LIMBS):
        low = (left % ibis.literal(_LIMB, type="decimal(9, 0)")).cast(EXACT)
        limbs.append(low.cast("int64"))
        left = ((left - low).cast(EXACT) * ibis.literal("0.00000001").cast("decimal(38, 8)")).cast(EXACT)
    quotient: ir.DecimalValue = ibis.literal(0, type=EXACT)
    remainder: ir.IntegerValue = ibis.literal(0, type="int64")
    for limb in reversed(limbs):
        step = remainder * _LIMB + limb
        remainder = step % divisor
        digit = _quotient(step - remainder, divisor)
        quotient = (quotient * ibis.literal(_LIMB, type="decimal(9, 0)") + digit.cast(EXACT)).cast(EXACT)
    return quotient, remainder


def _quotient(multiple: ir.IntegerValue, divisor: ir.IntegerValue) -> ir.IntegerValue:
    """Of a multiple of the divisor."""
    return (multiple / divisor).cast("int64")


def _seconds_until(days: ir.Table, moment: ir.IntegerValue) -> ir.IntegerValue:
    """Whole seconds of the period before the moment; all of them from its end on."""
    elapsed = ibis.greatest(moment - days.start_us, 0)
    whole = _quotient(elapsed - elapsed % _SECOND_US, ibis.literal(_SECOND_US))
    return ibis.ifelse(moment >= days.end_us, days.length, ibis.least(whole, days.length))


def _part(days: ir.Table, amount: str, prefix: str, begin: ir.IntegerValue, finish: ir.IntegerValue) -> ir.DecimalValue:
    """What falls between two seconds of the period; `prefix` names the columns with quotient and remainder."""
    base, rest, length = days[f"{prefix}_base"], days[f"{prefix}_rest"], days.length

    def remainder_until(second: ir.IntegerValue) -> ir.IntegerValue:
        product = rest * second
        return _quotient(product - product % length, length)

    even = base * (finish - begin).cast("decimal(18, 0)")
    share = even + (remainder_until(finish) - remainder_until(begin)).cast("decimal(18, 0)")
    return ibis.ifelse(days[amount] < 0, -share, share).cast(EXACT)
