"""Bonds: one thing that several parties have in common, how much it says, and since when each of them has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import log2

from plimsoll.parties.control_group import Tie

Span = tuple[date | None, date | None]
"""Half-open; None is open."""

ALWAYS: Span = (None, None)


@dataclass(frozen=True, slots=True)
class Member:
    """A party (its place in the order of ids) that has the thing, and when."""

    party: int
    span: Span = ALWAYS


@dataclass(frozen=True, slots=True)
class Bond:
    """One thing that ties its members to each other.

    Attributes:
        parties: how many parties have it in all, for the reader.
        centibits: what it says, at least 1.
        members: at least two parties, in order; dated members overlap, each with an earlier one.
        combines: of several values in one, their keys.
    """

    tie: Tie
    shown: str
    parties: int
    centibits: int
    members: tuple[Member, ...]
    combines: tuple[str, ...] = ()

    @property
    def dated(self) -> bool:
        return any(member.span != ALWAYS for member in self.members)


def rarity(parties: int, having: int, discount: int = 0) -> int:
    """``100 * log2(parties / having)`` less the discount, in whole centibits, at least 1."""
    return max(1, centibits(parties, having) - discount)


@lru_cache(1 << 12)
def centibits(parties: int, having: int) -> int:
    """``100 * log2(parties / having)`` to the nearest whole number, by integers, so that every machine agrees."""
    found = round(100 * log2(parties / having))
    while parties**200 >= having**200 * 2 ** (2 * found + 1) if found >= 0 else False:
        found += 1
    while found > 0 and parties**200 < having**200 * 2 ** (2 * found - 1):
        found -= 1
    return found


def bonds_of(
    tie: Tie, shown: str, parties: int, weight: int, members: Iterable[Member], combines: tuple[str, ...] = ()
) -> list[Bond]:
    """The bonds that one value makes: one, or several where it passed from some parties to others.

    Two parties that had the value one after the other, never on the same day, are not tied by it.
    """
    rows = sorted(set(members), key=lambda m: (m.span[0] or date.min, m.party, m.span[1] or date.max))
    bonds: list[Bond] = []
    for run in _overlapping(rows):
        if len({member.party for member in run}) > 1:
            ordered = tuple(sorted(_merged(run), key=lambda m: (m.party, m.span[0] or date.min)))
            bonds.append(Bond(tie, shown, parties, weight, ordered, combines))
    return bonds


def _overlapping(rows: Sequence[Member]) -> Iterable[list[Member]]:
    run: list[Member] = []
    end = date.min
    for member in rows:
        since, until = member.span
        if until is not None and since is not None and until <= since:
            continue
        if run and (since or date.min) >= end:
            yield run
            run, end = [], date.min
        run.append(member)
        end = max(end, until or date.max)
    if run:
        yield run


def _merged(run: list[Member]) -> Iterable[Member]:
    """Spans of one party that touch become one."""
    last: dict[int, Member] = {}
    for member in run:
        before = last.get(member.party)
        if before is None or (before.span[1] or date.max) < (member.span[0] or date.min):
            if before is not None:
                yield before
            last[member.party] = member
        else:
            until = None if None in (before.span[1], member.span[1]) else max(before.span[1], member.span[1])  # type: ignore[type-var]
            last[member.party] = Member(member.party, (before.span[0], until))
    yield from last.values()


def common_span(one: Span, other: Span) -> Span | None:
    """When both hold; None where never."""
    since = max(filter(None, (one[0], other[0])), default=None)
    until = min(filter(None, (one[1], other[1])), default=None)
    return None if since is not None and until is not None and until <= since else (since, until)
