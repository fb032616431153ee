"""When planted cases compute: stretches of hours at a level, with restarts and changes of scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.sample.draw import Draw


@dataclass(frozen=True, slots=True)
class Stretch:
    """Half-open, in hours since the data starts, at so many permille of the full level."""

    start: int
    end: int
    permille: int = 1000


def spell(draw: Draw, days: int, shortest: int, longest: int, *, spare: int = 3) -> Stretch:
    """A stretch of whole days somewhere in the data, `spare` days before its end; shorter where the data is short."""
    room = max(1, days - spare)
    lasts = max(1, min(room, draw.between(min(shortest, longest), longest)))
    first = draw.below(room - lasts + 1)
    return Stretch(first * 24, (first + lasts) * 24)


def training_run(draw: Draw, whole: Stretch) -> tuple[Stretch, ...]:
    """A run as it goes: up to nine changes of scale, restarts of some hours every few days."""
    at, level, found = whole.start, 1000, []
    while at < whole.end:
        lasts = draw.between(20, 150)
        found.append(Stretch(at, min(whole.end, at + lasts), level))
        at += lasts
        if draw.happens(650):
            at += draw.between(1, 9)
        if draw.happens(350):
            level = draw.between(450, 1000)
    return tuple(found)


def shaken(draw: Draw, run: Iterable[Stretch], jitter: int) -> tuple[Stretch, ...]:
    """The same run as one member shows it: every change up to `jitter` hours early or late, and some of its own.

    A member now and then has an outage of its own, misses a change, or lies a few percent off.
    """
    edges: dict[int, int] = {}

    def moved(hour: int) -> int:
        return edges.setdefault(hour, max(0, hour + draw.between(-jitter, jitter)))

    found: list[Stretch] = []
    for each in run:
        start, end = moved(each.start), moved(each.end)
        if found and start < found[-1].end:
            start = found[-1].end
        level = min(1000, each.permille * draw.between(960, 1040) // 1000)
        if end - start < 2:
            continue
        if found and start > found[-1].end and draw.happens(60):
            start = found[-1].end
        if end - start > 12 and draw.happens(70):
            broken = start + draw.between(3, end - start - 6)
            found += [Stretch(start, broken, level), Stretch(broken + draw.between(1, 3), end, level)]
        else:
            found.append(Stretch(start, end, level))
    return tuple(found)


def duty(draw: Draw, whole: Stretch) -> tuple[Stretch, ...]:
    """On for some hours, off for some days."""
    on, off = draw.between(8, 40), draw.between(40, 130)
    at, found = whole.start + draw.below(off), []
    while at < whole.end:
        lasts = max(4, on * draw.between(60, 140) // 100)
        found.append(Stretch(at, min(whole.end, at + lasts), draw.between(800, 1000)))
        at += lasts + off * draw.between(60, 140) // 100
    return tuple(found) or (whole,)


def whole_days(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same on whole days, for providers that charge by the day: one stretch a day that has any use at all."""
    found: list[Stretch] = []
    for each in stretches:
        start, end = each.start // 24 * 24, max(each.start // 24 * 24 + 24, (each.end + 12) // 24 * 24)
        if found and start < found[-1].end:
            start = found[-1].end
        if end > start:
            found.append(Stretch(start, end, each.permille))
    return tuple(found)
