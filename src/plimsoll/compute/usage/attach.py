"""Joining rows with what was decided about their kinds, on the few columns that decide it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import ibis.expr.types as ir

from plimsoll.compute.engine import load
from plimsoll.compute.usage.kinds import Kind

Answer = tuple[Any, ...]


def attach(
    rows: ir.Table, kinds: Sequence[Kind], answers: Sequence[Answer | None], types: dict[str, str], backend: Any
) -> ir.Table:
    """The rows with the answers on their kinds as columns; rows of kinds without an answer are left out."""
    key = _deciding(kinds, answers)
    known: dict[Answer, Answer] = {}
    for each, answer in zip(kinds, answers, strict=True):
        if answer is not None:
            known[tuple(each[name] for name in key)] = answer
    columns = {f"_{name}": "BOOLEAN" if name == "from_pricing" else "VARCHAR" for name in key} | types
    table = (dict(zip(columns, (*combination, *answer), strict=True)) for combination, answer in known.items())
    verdicts = load(backend, table, columns, "verdicts")
    if key:
        joined = rows.inner_join(verdicts, [rows[name].identical_to(verdicts[f"_{name}"]) for name in key])
    else:
        joined = rows.cross_join(verdicts)
    return joined.select(*[rows[name] for name in rows.columns], *[verdicts[name] for name in types])


def _deciding(kinds: Sequence[Kind], answers: Sequence[Answer | None]) -> tuple[str, ...]:
    """The smallest set of columns, if it has up to three, on which the answers depend; else one that is small.

    Joining on three columns instead of fifteen makes the second pass cheap; that they decide was seen on all rows.
    """
    if len(set(answers)) <= 1:
        return ()
    distinct = {name: len({kind[name] for kind in kinds}) for name in kinds[0]}
    useful = sorted((name for name in distinct if distinct[name] > 1), key=lambda name: distinct[name])
    for size in (1, 2, 3):
        for chosen in combinations(useful, size):
            if _decides(chosen, kinds, answers):
                return chosen
    remaining = list(useful)
    for name in useful:
        fewer = [each for each in remaining if each != name]
        if _decides(fewer, kinds, answers):
            remaining = fewer
    return tuple(remaining)


def _decides(names: Sequence[str], kinds: Sequence[Kind], answers: Sequence[Answer | None]) -> bool:
    known: dict[Answer, Answer | None] = {}
    for kind, answer in zip(kinds, answers, strict=True):
        if known.setdefault(tuple(kind[name] for name in names), answer) != answer:
            return False
    return True
