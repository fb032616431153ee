"""Usage rows: every stream's charge periods of one provider and month, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum

import numpy as np

from plimsoll.sample.draw import key_of
from plimsoll.sample.plan import Month, Plan
from plimsoll.sample.providers import Grain, Provider
from plimsoll.sample.rhythm import Slots, Streams, Whole, activity, quantities
from plimsoll.sample.roster import Shape

BATCH_ROWS = 200_000
"""Rows are handed on when so many have come together; a batch has at most half as many again."""
_CELLS = 100_000
"""How many pairs of stream and charge period are worked out at a time."""
LENGTH: dict[Grain, int] = {"hour": 1, "day": 24}
"""Hours in a charge period."""


class Kind(IntEnum):
    """What is special about a row."""

    CHARGE = 0
    CORRECTION = 1
    """Takes back an earlier charge, and says so."""
    TAKEN_BACK = 2
    """Takes back an earlier charge without saying so: only the quantity is negative."""
    UNUSED = 3
    """A commitment that nobody used."""
    BACKWARDS = 4
    """Defect: the charge period ends before it starts."""
    NO_QUANTITY = 5
    """Defect: neither quantity is there."""
    NO_ACCOUNT = 6
    """Defect: the billing account is missing."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as columns of whole numbers.

    Attributes:
        stream: number of the stream in the roster.
        start, end: hours since the data starts.
        quantity: millionths of the product's unit; negative where a charge is taken back.
        active_bp: measured tensor activity in basis points, 0 where none is.
        kind: a `Kind`.
    """

    stream: Whole
    start: Whole
    end: Whole
    quantity: Whole
    active_bp: Whole
    kind: Whole

    def __len__(self) -> int:
        return len(self.stream)

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int, int, int]]) -> Rows:
        """From tuples in the order of the attributes."""
        columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
        return cls(*(np.ascontiguousarray(column) for column in columns))


def hours_of(plan: Plan, month: Month) -> tuple[int, int]:
    """The part of a calendar month that has data, half-open, in hours since the data starts."""
    request = plan.request
    year, number = month
    after = date(year + number // 12, number % 12 + 1, 1)
    first = max(date(year, number, 1), request.start)
    last = min(after, request.end)
    return (first - request.start).days * 24, (last - request.start).days * 24


@dataclass(frozen=True)
class _Group:
    """The streams of one grain and shape, as columns; `number` is each one's place in the roster."""

    grain: Grain
    shape: Shape
    number: Whole
    streams: Streams
    active_bp: Whole


class ProviderUsage:
    """All usage of one provider."""

    def __init__(self, plan: Plan, provider: Provider) -> None:
        self._plan = plan
        self._groups = tuple(_groups(plan, provider))

    def rows(self, month: Month) -> Iterator[Rows]:
        """Every charge period with usage in the month, in batches; the order is always the same."""
        waiting: list[Rows] = []
        for group in self._groups:
            for part in self._group_rows(group, month):
                waiting.append(part)
                if sum(map(len, waiting)) >= BATCH_ROWS:
                    yield Rows.joined(waiting)
                    waiting = []
        if waiting:
            yield Rows.joined(waiting)

    def _group_rows(self, group: _Group, month: Month) -> Iterator[Rows]:
        slots = self._slots(group.grain, month)
        if not len(slots.hour):
            return
        last = int(slots.hour[-1]) + slots.length
        active = np.flatnonzero((group.streams.start < last) & (group.streams.end > int(slots.hour[0])))
        step = max(1, _CELLS // len(slots.hour))
        for at in range(0, len(active), step):
            chosen = active[at : at + step]
            part = Streams(*(getattr(group.streams, f.name)[chosen] for f in fields(Streams)))
            amounts = quantities(group.shape, part, slots)
            measured = activity(part, slots, group.active_bp[chosen])
            stream, slot = np.nonzero(amounts)
            start = slots.hour[slot]
            yield Rows(
                group.number[chosen][stream], start, start + slots.length, amounts[stream, slot],
                measured[stream, slot], np.zeros(len(stream), dtype=np.int64),
            )  # fmt: skip

    def _slots(self, grain: Grain, month: Month) -> Slots:
        first, last = hours_of(self._plan, month)
        hour = np.arange(first, last, LENGTH[grain], dtype=np.int64)
        weekday = (hour // 24 + self._plan.request.start.weekday()) % 7
        return Slots(hour, LENGTH[grain], weekday, hour % 24)


def _own(plan: Plan, number: int) -> int:
    """The stream whose chance this one follows: itself, or the one that it repeats."""
    twin = plan.roster.streams[number].twin
    return number if twin < 0 else twin


def _groups(plan: Plan, provider: Provider) -> Iterator[_Group]:
    members: dict[tuple[Grain, Shape], list[int]] = {}
    for number, stream in enumerate(plan.roster.streams):
        if plan.roster.accounts[stream.account].provider is provider:
            members.setdefault((stream.grain, stream.shape), []).append(number)
    for (grain, shape), numbers in sorted(members.items()):
        streams = [plan.roster.streams[number] for number in numbers]
        measures = provider.measures
        yield _Group(
            grain,
            shape,
            np.array(numbers, dtype=np.int64),
            Streams(
                np.array(
                    [key_of(plan.request.seed, "stream", _own(plan, number)) for number in numbers], dtype=np.uint64
                ),
                np.array([stream.start for stream in streams], dtype=np.int64),
                np.array([stream.end for stream in streams], dtype=np.int64),
                np.array([stream.level for stream in streams], dtype=np.int64),
            ),
            np.array([stream.active_bp if measures else 0 for stream in streams], dtype=np.int64),
        )
