"""What synchrony is looked for in: the level of use of each account in each hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int32]
AnyWhole: TypeAlias = "NDArray[np.int32] | NDArray[np.intp]"
Counts = NDArray[np.int16]
Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]

DAY = 24
"""Hours; the clock starts at a midnight, UTC, and has whole days."""


@dataclass(frozen=True)
class Levels:
    """Levels of use, account by hour.

    Attributes:
        subjects: "provider/account", one per row, sorted.
        places: per account its provider's region, e.g. ``aster-cloud|north-1``; None where no region is reported.
        start: hours from 1970 to the first column, a midnight UTC.
        level: thousandths of an accelerator, on average over the hour; never negative. An account has a row of whole
            days, zero where it used nothing.
    """

    subjects: tuple[str, ...]
    places: tuple[str | None, ...]
    start: int
    level: Whole

    def __post_init__(self) -> None:
        assert self.level.shape[0] == len(self.subjects) == len(self.places)
        assert self.level.shape[1] % DAY == 0
        assert self.start % DAY == 0

    @property
    def hours(self) -> int:
        return int(self.level.shape[1])

    @cached_property
    def providers(self) -> tuple[str, ...]:
        return tuple(subject.partition("/")[0] for subject in self.subjects)

    def rows(self) -> Iterator[Whole]:
        return iter(self.level)
