"""Official numbers that several parties claim: each belongs to one of them at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.parties.known import KycProblem
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import is_placeholder

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 3


def claimed_numbers(records: pa.Table, party_of: Sequence[str]) -> dict[int, tuple[KycProblem, ...]]:
    """By record: its LEI or register number that a record of another party states too.

    Tax and other numbers are left out: the parties of a tax group have one in common.

    Args:
        records: as `records.record_schema`.
        party_of: the party of each record, in their order.
    """
    claims: dict[tuple[str, str], list[int]] = defaultdict(list)
    rows, numbers = parts_of(records["identifiers"])
    for row, scheme, value in zip(rows.tolist(), *fields_of(numbers, "scheme", "value"), strict=True):
        if (scheme == "lei" or scheme.startswith("reg:")) and not is_placeholder(value):
            claims[scheme, value].append(row)
    names = records["legal_name"]
    found: dict[int, list[KycProblem]] = defaultdict(list)
    for (scheme, value), claimants in sorted(claims.items()):
        first = {party_of[row]: row for row in reversed(claimants)}
        if len(first) < 2:
            continue
        some = dict.fromkeys(f'"{names[row].as_py()[:60]}"' for _, row in sorted(first.items())[:_SHOWN])
        what = f"{scheme} {value} is claimed by {len(first):,} parties, among them {', '.join(some)}"
        for row in sorted(set(claimants)):
            found[row].append(KycProblem("identifier.several_parties", what))
    return {row: tuple(problems) for row, problems in found.items()}
