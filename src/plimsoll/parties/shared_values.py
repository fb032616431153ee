"""Values that at least two parties share: out of the table of attributes, in columns, so that only shared ones cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.parties.control_group import Tie
from plimsoll.parties.normalise import is_placeholder
from plimsoll.parties.ties import Member

if TYPE_CHECKING:
    import pyarrow as pa

PLAIN = (Tie.PAYMENT, Tie.PHONE, Tie.EMAIL, Tie.NETWORK, Tie.ADDRESS)
"""Ties that a value makes by itself. Those of owners and directors need the whole holder: see `held.py`."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value and who has it.

    Attributes:
        weak: it links nobody alone, however rare: an address, an e-mail domain, a bare name.
        kind: values of one kind do not add up (two networks of one provider); each person is a kind of its own.
    """

    tie: Tie
    key: str
    shown: str
    members: tuple[Member, ...]
    weak: bool
    kind: str

    @property
    def parties(self) -> tuple[int, ...]:
        """Places of the parties that have it, in order, each once."""
        return tuple(sorted({member.party for member in self.members}))


def shared_values(attributes: pa.Table, places: Sequence[int]) -> list[Value]:
    """All values of plain ties that two or more parties have, in order of tie and key."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = attributes.filter(pc.is_in(attributes["tie"], pa.array([tie.value for tie in PLAIN])))
    table = table.filter(pc.not_equal(table["value"], ""))
    if not table.num_rows:
        return []
    keys = pc.binary_join_element_wise(table["tie"], table["value"], "\x1f").combine_chunks()
    if isinstance(keys, pa.ChunkedArray):
        keys = pa.concat_arrays(keys.chunks)
    encoded = keys.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    party = np.asarray(places, dtype=np.int64)[table["record"].to_numpy()]
    having = np.unique(codes * (int(party.max()) + 1) + party) // (int(party.max()) + 1)
    often = np.bincount(having, minlength=len(encoded.dictionary)) > 1
    rows = np.flatnonzero(often[codes])
    rows = rows[np.lexsort((rows, codes[rows]))]
    chosen = table.take(pa.array(rows))
    return sorted(_values(chosen, codes[rows].tolist(), party[rows].tolist()), key=lambda v: (v.tie.value, v.key))


def _values(table: pa.Table, codes: Sequence[int], parties: Sequence[int]) -> Iterator[Value]:
    ties, keys, names = (table[name].to_pylist() for name in ("tie", "value", "shown"))
    start = 0
    for row in range(1, len(codes) + 1):
        if row == len(codes) or codes[row] != codes[start]:
            tie, key = Tie(ties[start]), keys[start]
            if not is_placeholder(key):
                members = tuple(map(Member, sorted(set(parties[start:row]))))
                yield Value(tie, key, min(names[start:row]), members, is_weak(tie, key), _family(tie))
            start = row


def _family(tie: Tie) -> str:
    """An agent lends address, mailbox and telephone together, so they are one kind of evidence."""
    return "contact" if tie in (Tie.ADDRESS, Tie.EMAIL, Tie.PHONE) else tie.value


def is_weak(tie: Tie, key: str) -> bool:
    """Addresses and e-mail domains; a whole mailbox is as good as a telephone."""
    return tie is Tie.ADDRESS or (tie is Tie.EMAIL and key.startswith("@"))
