"""Which pairs are compared: all of a small block, neighbours of a large one, each pair once."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.parties.resolution.blocking import BLOCK_CAP, NEIGHBOURS, candidate_pairs


def _pairs(blocks: list[list[int]], size: int) -> list[tuple[int, int]]:
    keys = np.array([key for key, block in enumerate(blocks) for _ in block], np.int64)
    holders = np.array([record for block in blocks for record in block], np.int64)
    return [tuple(pair) for pair in candidate_pairs(keys, holders, np.arange(size)).tolist()]


@given(st.lists(st.lists(st.integers(0, 19), unique=True, max_size=8), max_size=12))
def test_small_blocks_give_all_their_pairs_once(blocks: list[list[int]]) -> None:
    expected = sorted({tuple(sorted(pair)) for block in blocks for pair in combinations(block, 2)})

    assert _pairs(blocks, 20) == expected


def test_a_large_block_costs_no_more_than_its_length() -> None:
    size = BLOCK_CAP * 50
    found = _pairs([list(range(size))], size)

    assert len(found) == NEIGHBOURS * size - NEIGHBOURS * (NEIGHBOURS + 1) // 2
    assert max(other - one for one, other in found) == NEIGHBOURS


def test_a_block_at_the_cap_is_small_and_one_more_is_large() -> None:
    assert len(_pairs([list(range(BLOCK_CAP))], BLOCK_CAP)) == BLOCK_CAP * (BLOCK_CAP - 1) // 2
    assert len(_pairs([list(range(BLOCK_CAP + 1))], BLOCK_CAP + 1)) < NEIGHBOURS * (BLOCK_CAP + 1)


def test_no_key_no_pair() -> None:
    assert _pairs([], 3) == []
