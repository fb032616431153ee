"""Which accounts count together when: a merger in mid-year joins two groups from its day on, not before.

Between two changes of date nothing changes, so a group's life is a row of epochs, each with its own components. A set
of accounts that stays within one component over several epochs counts over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from plimsoll.parties.control_group import Together
from plimsoll.parties.ties import ALWAYS, Bond, Span

_Labels = dict[int, int]


def together(
    parties: Sequence[int], bonds: Sequence[Bond], accounts: Mapping[int, Sequence[str]], longest_epochs: int
) -> tuple[Together, ...]:
    """All largest sets of accounts under one control, each over its longest stretch of time.

    Args:
        accounts: of each party.
        longest_epochs: more changes of date than this are rounded outwards to months, then to years, and of those the
            latest are kept: a huge group may count together a little too early, never too late.
    """
    if not any(bond.dated for bond in bonds):
        return _blocks([(tuple(parties), None, None)], accounts)
    rounded, dates = _few_dates(bonds, longest_epochs)
    epochs = [_labels(parties, bonds, rounded, start) for start in (date.min, *dates)]
    found: list[tuple[tuple[int, ...], date | None, date | None]] = []
    for first in range(len(epochs)):
        labels = epochs[first]
        for last in range(first, len(epochs)):
            labels = labels if last == first else _meet(labels, epochs[last])
            for block in _parts(labels):
                grows = last + 1 < len(epochs) and _one_part(block, epochs[last + 1])
                if not grows and not (first > 0 and _one_part(block, epochs[first - 1])):
                    since = dates[first - 1] if first else None
                    found.append((block, since, dates[last] if last < len(dates) else None))
    return _blocks(found, accounts)


def _blocks(
    found: Sequence[tuple[tuple[int, ...], date | None, date | None]], accounts: Mapping[int, Sequence[str]]
) -> tuple[Together, ...]:
    sets = [
        Together(tuple(sorted(name for party in block for name in accounts[party])), since, until)
        for block, since, until in found
    ]
    several = [each for each in sets if len(each.accounts) > 1]
    return tuple(sorted(several, key=lambda t: (t.since or date.min, t.until or date.max, t.accounts)))


def _few_dates(bonds: Sequence[Bond], most: int) -> tuple[Callable[[Span], Span], list[date]]:
    """How spans are rounded, and the changes of date that remain."""
    spans = {member.span for bond in bonds for member in bond.members}
    rounded: Callable[[Span], Span]
    for rounded in (_as_is, _by_month, _by_year):
        dates = sorted({day for span in spans for day in rounded(span) if day is not None})
        if len(dates) < most:
            return rounded, dates
    earliest = dates[-(most - 1)]

    def latest(span: Span) -> Span:
        since, until = _by_year(span)
        return (
            since if since is not None and since >= earliest else None,
            until if until is None else max(until, earliest),
        )

    return latest, dates[-(most - 1) :]


def _as_is(span: Span) -> Span:
    return span


def _by_month(span: Span) -> Span:
    since, until = span
    return (
        None if since is None else since.replace(day=1),
        None if until is None or until.year >= 9999 else _next_month(until),
    )


def _next_month(day: date) -> date:
    return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _by_year(span: Span) -> Span:
    since, until = span
    return (
        None if since is None else date(since.year, 1, 1),
        until if until is None or (until.month, until.day) == (1, 1) else _new_year(until),
    )


def _new_year(day: date) -> date | None:
    return date(day.year + 1, 1, 1) if day.year < 9999 else None


def _labels(parties: Sequence[int], bonds: Sequence[Bond], rounded: Callable[[Span], Span], start: date) -> _Labels:
    """The component of each party in the epoch that begins on `start`: the smallest party in it."""
    root = {party: party for party in parties}

    def find(party: int) -> int:
        while root[party] != party:
            root[party] = root[root[party]]
            party = root[party]
        return party

    for bond in bonds:
        here = [m.party for m in bond.members if m.span == ALWAYS or _holds(rounded(m.span), start)]
        for other in here[1:]:
            one, two = sorted((find(here[0]), find(other)))
            root[two] = one
    return {party: find(party) for party in parties}


def _holds(span: Span, day: date) -> bool:
    return (span[0] is None or span[0] <= day) and (span[1] is None or day < span[1])


def _meet(one: _Labels, other: _Labels) -> _Labels:
    first: dict[tuple[int, int], int] = {}
    return {party: first.setdefault((one[party], other[party]), party) for party in sorted(one)}


def _parts(labels: _Labels) -> list[tuple[int, ...]]:
    parts: dict[int, list[int]] = {}
    for party, label in labels.items():
        parts.setdefault(label, []).append(party)
    return [tuple(part) for part in parts.values()]


def _one_part(block: Sequence[int], labels: _Labels) -> bool:
    return len({labels[party] for party in block}) == 1
