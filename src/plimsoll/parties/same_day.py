"""Records of one account that were filed on one day: which of them stands, whatever the order of rows and files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from plimsoll.parties.known import KycProblem

if TYPE_CHECKING:
    import pyarrow as pa

_WHERE = ("record", "file_no", "row")
"""Columns that say where a record stands, not what it says."""


def ranks(table: pa.Table) -> list[int] | None:
    """Of each record among those of its account and day: the higher stands. None where no two share both.

    The one that says more, by the number of its values; of two that say as much, the one that comes last in the
    alphabet. So a record without the owner or the telephone does not replace one that has them because it is the
    lower row.
    """
    groups = _groups(table)
    if not groups:
        return None
    found = [0] * table.num_rows
    for places in groups.values():
        said = _said(table, places)
        for rank, place in enumerate(sorted(places, key=lambda each: said[each])):
            found[place] = rank
    return found


def filed_twice(table: pa.Table, standing: pa.Table) -> Iterator[tuple[str, KycProblem]]:
    """Subject and problem, in the order of subjects, where the record that stands has a rival of the same day.

    Args:
        table: all records.
        standing: one of each account.
    """
    groups = _groups(table)
    if not groups:
        return
    subjects = {subject for subject, _ in groups}
    days = zip(standing["subject"].to_pylist(), standing["filed_on"].to_pylist(), strict=True)
    for subject, day in sorted((each for each in days if each[0] in subjects), key=lambda each: each[0]):
        if (subject, day) in groups:
            contents = set(_said(table, groups[subject, day]).values())
            if len(contents) > 1:
                when = f"on {day}" if day is not None else "without a day"
                what = f"{len(contents)} records filed {when} contradict each other; the one that says most stands"
                yield subject, KycProblem("account.filed_twice", what)


def _groups(table: pa.Table) -> dict[tuple[str, Any], list[int]]:
    """The places of records that share account and day with another one."""
    import pyarrow.compute as pc

    places = table.select(["subject"]).append_column("filed", pc.fill_null(table["filed_on"].cast("int32"), -(2**31)))
    counts = places.group_by(["subject", "filed"]).aggregate([([], "count_all")])
    several = counts.filter(pc.greater(counts["count_all"], 1))
    if not several.num_rows:
        return {}
    wanted = pc.is_in(table["subject"], value_set=several["subject"].combine_chunks())
    numbers = pc.indices_nonzero(wanted)
    chosen = table.select(["subject", "filed_on"]).take(numbers)
    found: defaultdict[tuple[str, Any], list[int]] = defaultdict(list)
    rows = zip(chosen["subject"].to_pylist(), chosen["filed_on"].to_pylist(), numbers.to_pylist(), strict=True)
    for subject, day, place in rows:
        found[subject, day].append(place)
    return {key: group for key, group in found.items() if len(group) > 1}


def _said(table: pa.Table, places: Sequence[int]) -> dict[int, tuple[int, str]]:
    """How much each record says, and what, in a form that the order of its lists does not change."""
    said: dict[int, tuple[int, str]] = {}
    for place, row in zip(places, table.take(places).to_pylist(), strict=True):
        content = {name: value for name, value in row.items() if name not in _WHERE}
        said[place] = _values(content), _canonical(content)
    return said


def _values(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(_values, value.values()))
    if isinstance(value, list):
        return sum(map(_values, value))
    return int(value is not None and value is not False and value != "")


def _canonical(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{name}:{_canonical(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{','.join(sorted(map(_canonical, value)))}]"
    return json.dumps(value, default=str, ensure_ascii=False)
