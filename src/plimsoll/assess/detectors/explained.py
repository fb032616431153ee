"""How much of what several accounts used their declarations explain: none more than the accounts that it names used.

A declaration that names one account of a group with more than that account used says nothing about the others.
Otherwise an innocent's large declaration would cover whoever files the innocent's telephone as his own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence


def explained(declared: Sequence[tuple[int, frozenset[str]]], used: Mapping[str, int]) -> int:
    """The most that declarations can explain together: a largest flow from declarations to the accounts they name.

    Args:
        declared: the amount of each declaration, and the accounts that it names.
        used: what each account used, in the same unit; accounts without use count nothing.
    """
    classes: dict[frozenset[int], int] = {}
    for account, amount in used.items():
        named = frozenset(n for n, (flop, accounts) in enumerate(declared) if flop > 0 and account in accounts)
        if named and amount > 0:
            classes[named] = classes.get(named, 0) + amount
    wanted = sorted(classes, key=sorted)
    room = [classes[named] for named in wanted]
    left = [max(flop, 0) for flop, _ in declared]
    flow: list[dict[int, int]] = [{} for _ in wanted]
    total = 0
    for target in range(len(wanted)):
        while room[target] and (path := _path(target, wanted, left, flow)) is not None:
            moved = min(room[target], left[path[-1][1]], *(flow[at][run] for at, run in _given_up(path)))
            for at, run in path:
                flow[at][run] = flow[at].get(run, 0) + moved
            for at, run in _given_up(path):
                flow[at][run] -= moved
            left[path[-1][1]] -= moved
            room[target] -= moved
            total += moved
    return total


def _path(
    target: int, wanted: Sequence[frozenset[int]], left: Sequence[int], flow: Sequence[Mapping[int, int]]
) -> list[tuple[int, int]] | None:
    """From the class in need: a declaration that it takes from, the class that had it, what that takes instead."""
    came: dict[int, tuple[int, int] | None] = {target: None}
    waiting = deque([target])
    tried: set[int] = set()
    while waiting:
        at = waiting.popleft()
        for run in sorted(wanted[at] - tried):
            tried.add(run)
            if left[run] > 0:
                return _back(at, run, came)
            for other in range(len(wanted)):
                if other not in came and flow[other].get(run, 0) > 0:
                    came[other] = (at, run)
                    waiting.append(other)
    return None


def _back(at: int, run: int, came: Mapping[int, tuple[int, int] | None]) -> list[tuple[int, int]]:
    path = [(at, run)]
    while (before := came[path[-1][0]]) is not None:
        path.append(before)
    return path[::-1]


def _given_up(path: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Which class gives up which declaration: the one that comes next gives up what the one before it takes."""
    return [(path[n + 1][0], path[n][1]) for n in range(len(path) - 1)]
