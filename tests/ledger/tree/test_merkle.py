"""The tree of RFC 9162, section 2.1, against its plainest definition and against pymerkle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from tests.ledger.plain_tree import LEAVES, plain_root

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    leaf_hashes,
    node_hash,
    paired,
    root_of,
    rows_of,
)


def test_the_published_hashes_come_out() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_hashing_many_leaves_is_hashing_each() -> None:
    entries = [b"", b"a", b"b" * 65_535]

    assert leaf_hashes(entries) == [leaf_hash(entry) for entry in entries]


@pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 255, 256, 257, 511, 512, 513])
def test_a_root_is_what_the_recursive_definition_gives(size: int) -> None:
    assert root_of(LEAVES[:size]) == plain_root(LEAVES[:size])
    assert Frontier.of(LEAVES[:size]).root() == plain_root(LEAVES[:size])


@settings(deadline=None)
@given(st.lists(st.integers(0, 90), max_size=6))
def test_a_frontier_does_not_care_how_its_leaves_arrived(batches: list[int]) -> None:
    frontier = Frontier()
    size = 0
    for batch in batches:
        frontier.extend(LEAVES[size : size + batch])
        size += batch

    assert frontier.size == size
    assert frontier.root() == root_of(LEAVES[:size])
    assert frontier.hashes == Frontier.of(LEAVES[:size]).hashes
    resumed = Frontier(size, frontier.hashes)
    resumed.append(LEAVES[size])
    assert resumed.root() == root_of(LEAVES[: size + 1])


def test_a_frontier_holds_one_hash_per_full_subtree_largest_first() -> None:
    frontier = Frontier.of(LEAVES[:11])

    assert frontier.hashes == (root_of(LEAVES[:8]), root_of(LEAVES[8:10]), LEAVES[10])


@pytest.mark.parametrize(("size", "hashes"), [(-1, ()), (1, ()), (2, (bytes(32),) * 2), (1, (bytes(31),))])
def test_a_frontier_refuses_hashes_that_its_size_does_not_have(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(PlimsollError) as caught:
        Frontier(size, hashes)

    assert caught.value.code == "merkle.frontier"


def test_rows_hold_the_roots_of_full_subtrees_only() -> None:
    rows = rows_of(LEAVES[:7])

    assert [len(row) for row in rows] == [7, 3, 1]
    assert rows[2][0] == root_of(LEAVES[:4])
    assert paired(LEAVES[:1]) == []


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=40))
def test_pymerkle_finds_the_same_root(entries: list[bytes]) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for entry in entries:
        theirs.append_entry(entry)

    assert theirs.get_root() == root_of(leaf_hashes(entries))
