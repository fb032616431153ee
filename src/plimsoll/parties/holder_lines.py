"""The holders as the records name them, and which of those lines can tie parties to each other at all.

Most holders are persons whom one customer alone names. They are left out in columns, before anything is made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from plimsoll.parties.kyc import Identifier, Kind, Role
from plimsoll.parties.lists import fields_of, parts_of
from plimsoll.parties.normalise import is_placeholder, name_key, person_key

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_PERSON = Kind.PERSON.value
_DEFAULT_DATES = frozenset({"1900-01-01", "1970-01-01", "1901-01-01", "1800-01-01", "2000-01-01"})
"""What systems enter for a birth date that nobody gave."""


@dataclass(frozen=True, slots=True)
class Line:
    """A holder as written."""

    record: int
    name: str
    role: Role
    kind: Kind
    country: str | None
    born: str | None
    identifiers: tuple[Identifier, ...]
    low_bp: int | None
    high_bp: int | None
    since: date | None
    until: date | None
    bare_name: str

    @property
    def person(self) -> bool:
        return self.kind is Kind.PERSON

    @property
    def strong_name(self) -> str:
        """Name and full birth date of a person; empty where one of them is missing."""
        born = self.born
        if not self.bare_name or not self.person or born is None or len(born) != 10 or born in _DEFAULT_DATES:
            return ""
        return f"{self.bare_name}|{born}"


def telling_lines(
    records: pa.Table, places: Sequence[int], customer: Callable[[Line], tuple[int, object] | None]
) -> list[Line]:
    """The lines of all holders but those persons without a number whom one party alone names, in order of records.

    The holders of a party that holds others are all there. Of one name either all lines are there or none.

    Args:
        places: of each record, the place of its party.
        customer: the place of the party that a line names, if it names one.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    parents, rows = parts_of(records["holders"])
    if not len(rows):
        return []
    kinds = pc.struct_field(rows, "kind")
    written = zip(*fields_of(rows, "name", "kind"), strict=True)
    bare = [person_key(name or "") if kind == _PERSON else name_key(name or "") for name, kind in written]
    names = pa.array(bare, pa.string()).dictionary_encode().indices.to_numpy().astype(np.int64)
    parties = np.asarray(places, np.int64)[parents]
    numbered = pc.fill_null(pc.greater(pc.list_value_length(pc.struct_field(rows, "identifiers")), 0), False)
    named = pc.or_(numbered, pc.not_equal(kinds, _PERSON)).to_numpy(zero_copy_only=False)

    def lines(chosen: NDArray[np.bool_]) -> Iterator[Line]:
        at = np.flatnonzero(chosen)
        return _lines(rows.take(pa.array(at)), parents[at].tolist(), [bare[row] for row in at.tolist()])

    held = {found[0] for line in lines(named) if (found := customer(line)) is not None}
    named |= np.isin(parties, np.array(sorted(held), np.int64))
    telling = _of_several(names, parties)
    telling[names[named]] = True
    return list(lines(telling[names]))


def _of_several(names: NDArray[np.int64], parties: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Per name, whether several parties name it."""
    import numpy as np

    pairs = np.unique(names << 32 | parties)
    several: NDArray[np.bool_] = np.bincount(pairs >> 32) > 1
    return several


def _lines(rows: pa.Array, records: Sequence[int], bare: Sequence[str]) -> Iterator[Line]:
    names = ("name", "role", "kind", "country", "born", "identifiers", "share_bp", "share_max_bp", "since", "until")
    columns = fields_of(rows, *names)
    roles, kinds = {role.value: role for role in Role}, {kind.value: kind for kind in Kind}
    for record, key, name, role, kind, country, born, numbers, low, high, since, until in zip(
        records, bare, *columns, strict=True
    ):
        yield Line(
            record, name or "", roles[role], kinds[kind], country, born, _valid(numbers),
            low, high if high is not None else (low if low is None else 10_000), since, until, key,
        )  # fmt: skip


def _valid(numbers: Iterable[Mapping[str, Any]] | None) -> tuple[Identifier, ...]:
    """Wrong numbers were taken out when the records were read (`vetting.py`)."""
    if not numbers:
        return ()
    return tuple(Identifier(each["scheme"], each["value"]) for each in numbers if not is_placeholder(each["value"]))
