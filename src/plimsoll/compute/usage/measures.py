"""Counts and bounds over the rows of a kind: enough to tell whether any row is at fault without looking at each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from plimsoll.compute.usage.spread import DAY_US

EARLIEST_US = 631_152_000_000_000
"""1990, in microseconds since 1970: no charge period starts before."""

LATEST_US = 7_258_118_400_000_000
"""2200: none ends after."""

LONGEST_US = 400 * DAY_US
"""No charge period is longer."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What the rows of a kind have, counted and bounded: enough to tell whether any of them is at fault.

    Attributes:
        rows: how many rows there are.
        accounts: rows with an account; likewise `periods` (both ends readable), `given` (anything where the quantity
            should be) and `quantities` (a readable quantity).
        shortest: the shortest charge period in microseconds; likewise `longest`.
        reach: the longest way from the midnight before a period to its end.
        earliest: the earliest start; `latest`: the latest end.
        negative: rows with a quantity below nothing.
        smallest: the smallest quantity; likewise `largest`.
    """

    rows: int
    accounts: int
    periods: int
    given: int
    quantities: int
    shortest: int | None
    longest: int | None
    reach: int | None
    earliest: int | None
    latest: int | None
    negative: int
    smallest: Decimal | None
    largest: Decimal | None

    @property
    def faulty(self) -> bool:
        """Whether some row has a problem that a row of any kind can have (see `general_problems`)."""
        return (
            min(self.accounts, self.periods) < self.rows
            or (self.shortest or 0) <= 0
            or (self.longest or 0) > LONGEST_US
            or (self.earliest or 0) < EARLIEST_US
            or (self.latest or 0) > LATEST_US
            or self.quantities < self.given
        )

    @property
    def spans_days(self) -> bool:
        """Whether some charge period touches more than one UTC day."""
        return self.reach is not None and self.reach > DAY_US

    @property
    def magnitude(self) -> Decimal:
        """The largest quantity, sign aside."""
        return max(abs(self.smallest or Decimal(0)), abs(self.largest or Decimal(0)))


_LEAST = ("shortest", "earliest", "smallest")
_MOST = ("longest", "reach", "latest", "largest")


def together(parts: Sequence[Measures]) -> Measures:
    """The measures of all the rows of several parts; of one part or more."""

    def one(name: str) -> Any:
        known = [value for part in parts if (value := getattr(part, name)) is not None]
        how: Callable[[list[Any]], Any] = min if name in _LEAST else max if name in _MOST else sum
        return how(known) if known else None

    return parts[0] if len(parts) == 1 else Measures(**{field.name: one(field.name) for field in fields(Measures)})


def measures_of(rows: ir.Table) -> dict[str, ir.Scalar]:
    """The aggregates behind `Measures`, by the names of its fields."""
    start, end, quantity = rows.start_us, rows.end_us, rows.quantity
    return {
        "rows": rows.count(),
        "accounts": rows.account.count(),
        "periods": (end - start).count(),
        "given": rows.quantity_given.sum().fill_null(0).cast("int64"),
        "quantities": quantity.count(),
        "shortest": (end - start).min(),
        "longest": (end - start).max(),
        "reach": (end - (start - start % DAY_US)).max(),
        "earliest": start.min(),
        "latest": end.max(),
        "negative": (quantity < 0).sum().fill_null(0).cast("int64"),
        "smallest": quantity.min(),
        "largest": quantity.max(),
    }
