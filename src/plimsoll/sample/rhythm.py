"""Usage over time: turns streams into exact quantities for every charge period of a month, in whole millionths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.sample.draw import Words, noise, scaled
from plimsoll.sample.roster import Shape

Whole = NDArray[np.int64]

_WAVE = np.array(
    [
        430, 380, 350, 340, 350, 400, 490, 600, 720, 830, 910, 960,
        980, 990, 1000, 990, 970, 940, 900, 850, 780, 700, 600, 500,
    ],
    dtype=np.int64,
)  # fmt: skip
"""Permille of full load by UTC hour of a service whose users live in one part of the world."""
_WEEKEND = 780
_BLOCK_HOURS = 72
_LONGEST_JOB = 30
_OUTAGE_HOURS = 6

MEAN_PERMILLE = {Shape.STEADY: 985, Shape.SERVING: 630, Shape.JOBS: 150, Shape.RUN: 980, Shape.RAMP: 833}
"""What each shape draws of its level on average. For sizing streams only; what is written is added up exactly."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams of one shape and grain as columns: key for chance, start and end hour, level."""

    keys: Words
    start: Whole
    end: Whole
    level: Whole


@dataclass(frozen=True, slots=True)
class Slots:
    """Consecutive charge periods: the hour each begins (since the data starts) and how many hours each lasts.

    Attributes:
        weekday: of each slot, Monday is 0.
        hour_of_day: of each slot's beginning, UTC.
    """

    hour: Whole
    length: int
    weekday: Whole
    hour_of_day: Whole


def quantities(shape: Shape, streams: Streams, slots: Slots) -> Whole:
    """Millionths of a unit, a row per stream and a column per slot; zero where there is no usage."""
    inside = (slots.hour[None, :] >= streams.start[:, None]) & (slots.hour[None, :] < streams.end[:, None])
    permille = _PERMILLE[shape](streams, slots)
    full = streams.level[:, None] * slots.length
    return np.where(inside, full * permille // 1000, 0)


def _chance(streams: Streams, slots: Slots) -> Words:
    return noise(streams.keys, slots.hour.astype(np.uint64))


def activity(streams: Streams, slots: Slots, active_bp: Whole) -> Whole:
    """Measured tensor activity in basis points per stream and slot: the stream's own, give or take 150."""
    wobble = scaled(_chance(streams, slots) << np.uint64(20), 301) - 150
    return np.where(active_bp[:, None] > 0, active_bp[:, None] + wobble, 0)


def _steady(streams: Streams, slots: Slots) -> Whole:
    return 970 + scaled(_chance(streams, slots), 31)


def _serving(streams: Streams, slots: Slots) -> Whole:
    wave = _WAVE[slots.hour_of_day] if slots.length == 1 else np.full(len(slots.hour), _WAVE.sum() // 24)
    wave = np.where(slots.weekday >= 5, wave * _WEEKEND // 1000, wave)
    permille: Whole = wave[None, :] * (950 + scaled(_chance(streams, slots), 51)) // 1000
    return permille


def _jobs(streams: Streams, slots: Slots) -> Whole:
    """In seven blocks of three days out of ten there is one job, of 2 to 30 hours."""
    block = slots.hour // _BLOCK_HOURS
    words = noise(streams.keys, block.astype(np.uint64))
    begins = scaled(words, _BLOCK_HOURS - _LONGEST_JOB)
    lasts = 2 + scaled(words << np.uint64(16), _LONGEST_JOB - 1)
    busy = scaled(words << np.uint64(32), 10) < 7
    ago = (slots.hour - block * _BLOCK_HOURS)[None, :] - begins
    overlap = np.minimum(ago + slots.length, lasts) - np.maximum(ago, 0)
    return np.where(busy, np.maximum(overlap, 0) * 1000 // slots.length, 0)


def _run(streams: Streams, slots: Slots) -> Whole:
    if slots.length > 1:
        return 960 + scaled(_chance(streams, slots), 41)
    outage = scaled(noise(streams.keys, (slots.hour // _OUTAGE_HOURS).astype(np.uint64)), 100) == 0
    return np.where(outage, 0, 980 + scaled(_chance(streams, slots), 21))


def _ramp(streams: Streams, slots: Slots) -> Whole:
    climb = np.maximum((streams.end - streams.start) // 3, 1)[:, None]
    middle = 2 * (slots.hour[None, :] - streams.start[:, None]) + slots.length
    permille: Whole = np.minimum(middle * 1000 // (2 * climb), 1000)
    return permille


_PERMILLE: dict[Shape, Callable[[Streams, Slots], Whole]] = {
    Shape.STEADY: _steady,
    Shape.SERVING: _serving,
    Shape.JOBS: _jobs,
    Shape.RUN: _run,
    Shape.RAMP: _ramp,
}
