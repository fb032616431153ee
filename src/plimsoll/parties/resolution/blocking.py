"""Which pairs of records are compared at all: those that share a key, and never more than a few per record.

Every record carries keys: each number, telephone and card, and combinations of its name with a place, a person or a
contact. Records that share a key form a block. A small block gives all its pairs. A large one (an agent's telephone, a
name that thousands bear) gives only neighbours in order of name, so that a mass of equal values costs no more than its
length; the combined keys find the pairs inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK_CAP = 40
"""A block of at most so many records gives all its pairs."""
NEIGHBOURS = 4
"""In a larger block a record is compared with so many that follow it in order of name."""


def candidate_pairs(keys: NDArray[np.int64], holders: NDArray[np.int64], rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """All pairs to compare, as two columns: the lower record number, the higher; sorted, each pair once.

    Args:
        keys: one entry per record and key; equal numbers are equal keys.
        holders: the record of each entry, counted from 0.
        rank: per record, its place in order of name.
    """
    import numpy as np

    order = np.lexsort((rank[holders], keys))
    keys, holders = keys[order], holders[order]
    # An entry's block: its size decides how far a record looks ahead.
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(keys)])
    reach = np.repeat(np.where(sizes <= BLOCK_CAP, sizes - 1, NEIGHBOURS), sizes)
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    left = np.repeat(sizes, sizes) - 1 - place
    reach = np.minimum(reach, left)
    found = [np.zeros(0, np.int64)]
    at = np.flatnonzero(reach > 0)
    distance = 1
    while len(at):
        one, other = holders[at], holders[at + distance]
        low, high = np.minimum(one, other), np.maximum(one, other)
        found.append(((low << 32) | high)[low != high])
        distance += 1
        at = at[reach[at] >= distance]
    pairs = np.unique(np.concatenate(found))
    return np.stack((pairs >> 32, pairs & 0xFFFFFFFF), axis=1)
