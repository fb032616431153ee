"""Days and months of moments in microseconds since 1970, UTC."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from plimsoll.compute.usage.spread import DAY_US

_EPOCH = ibis.literal("1970-01-01").cast("date")


def utc_day(moment_us: ir.IntegerValue) -> ir.DateValue:
    """The UTC date of a moment."""
    days = ((moment_us - moment_us % DAY_US) / DAY_US).cast("int32")
    return (_EPOCH + days.as_interval("D")).cast("date")


def utc_month(moment_us: ir.IntegerValue) -> ir.IntegerValue:
    """The UTC month of a moment, counted from the year 0."""
    day = utc_day(moment_us)
    return day.year() * 12 + day.month() - 1
