"""What detectors of several accounts are given: the use of a group added up per day, and two measures of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from plimsoll.assess.detectors.figures import AccountUse, DayUse, UseRow
from plimsoll.parties.control_group import ControlGroup, Together


class Measure(Enum):
    """How much is taken to have been used, the weaker claim last."""

    ESTIMATE = "estimate"
    """The central estimate, with the prior that the declared kind of work has."""
    ALL_TRAINING = "all training"
    """The estimate if every hour that rests on a prior was training: a label costs nothing to change."""


@dataclass(frozen=True, slots=True)
class GroupUse:
    """What accounts that count together used while they did.

    Attributes:
        together: one of the group's; only days inside it are in `rows`.
        rows: of all its accounts added up, in order of days; they carry no run.
        large: accounts that may be past the line by themselves, with all their use.
        named: accounts that declarations name, with all their use.
    """

    group: ControlGroup
    together: Together
    rows: tuple[UseRow, ...]
    large: tuple[AccountUse, ...] = ()
    named: tuple[AccountUse, ...] = ()


def inside(rows: Iterable[UseRow], together: Together) -> tuple[UseRow, ...]:
    """The rows of days on which the accounts count together."""
    since, until = together.since or date.min, together.until or date.max
    return tuple(row for row in rows if since <= row.day < until)


def days_of(rows: Iterable[UseRow], before: date, measure: Measure, train_bp: int) -> tuple[DayUse, ...]:
    """Use per day by a measure, days before `before` only, in order of days.

    Args:
        train_bp: the prior for training, in basis points.
    """
    sums: dict[date, list[int]] = {}
    for row in rows:
        if row.day < before:
            est_e4 = _by(measure, row, train_bp)
            total = sums.setdefault(row.day, [0, 0, 0])
            total[0] += row.cap_flop
            total[1] += est_e4
            total[2] += est_e4 if row.tier == "C" else 0
    return tuple(DayUse(day, *amounts) for day, amounts in sorted(sums.items()))


def _by(measure: Measure, row: UseRow, train_bp: int) -> int:
    if measure is Measure.ESTIMATE or row.tier != "C":
        return row.est_e4
    return max(row.est_e4, row.cap_flop * train_bp)
