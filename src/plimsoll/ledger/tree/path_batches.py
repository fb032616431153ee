"""The inclusion paths of many neighbouring leaves at once, as a log needs them for the receipts of a batch.

Neighbours share the upper part of their paths, and within a block of 256 leaves, the width of a tile, each hash is
looked up once: some 20 times as fast as one path after the other from tiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from plimsoll.ledger.tree.proofs import MAX_SIZE, HashAt, path_above, proof_error

_BLOCK = 8
"""Paths are made together in blocks of 2**8 leaves."""


def inclusion_paths(start: int, end: int, size: int, hash_at: HashAt) -> Iterator[list[bytes]]:
    """`proofs.inclusion_path` of each leaf from start to end - 1, in order and much faster together.

    Raises:
        PlimsollError: ``proof.range`` if the log of that size does not have all of these leaves.
    """
    if not 0 <= start <= end <= size <= MAX_SIZE:
        raise proof_error("proof.range", f"leaves {start} to {end} are not all in a log of {size}")
    while start < end:
        block = start >> _BLOCK
        first, past = block << _BLOCK, block + 1 << _BLOCK
        wanted = range(start, min(end, past))
        if past <= size:
            yield from _block_paths(wanted, first, size, hash_at)
        else:
            # The ragged end of the log: at most 255 leaves, one by one.
            yield from (path_above(0, index, size, hash_at) for index in wanted)
        start = past


def _block_paths(wanted: range, first: int, size: int, hash_at: HashAt) -> Iterator[list[bytes]]:
    past = first + (1 << _BLOCK)
    rows = [[hash_at(row, at) for at in range(first >> row, past >> row)] for row in range(_BLOCK)]
    above = path_above(_BLOCK, first >> _BLOCK, size, hash_at)
    row0, row1, row2, row3, row4, row5, row6, row7 = rows
    for index in wanted:
        at = index - first
        yield [
            row0[at ^ 1],
            row1[at >> 1 ^ 1],
            row2[at >> 2 ^ 1],
            row3[at >> 3 ^ 1],
            row4[at >> 4 ^ 1],
            row5[at >> 5 ^ 1],
            row6[at >> 6 ^ 1],
            row7[at >> 7 ^ 1],
            *above,
        ]
