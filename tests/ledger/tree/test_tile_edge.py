"""The right edge in tiles, against tiles cut from the whole tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.plain_tree import LEAVES

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.tile_edge import Tile, TileEdge
from plimsoll.ledger.tree.tiles import TILE, tile_path, tiles_of


def cut(leaves: list[bytes]) -> dict[str, bytes]:
    """Every tile of a log, from the definition in section 3.4: hash i of tile n at level l is MTH of a full subtree."""
    tiles = {}
    for level, number, width in tiles_of(len(leaves)):
        span = 256**level
        roots = [root_of(leaves[(TILE * number + at) * span : (TILE * number + at + 1) * span]) for at in range(width)]
        tiles[tile_path(level, number, width)] = b"".join(roots)
    return tiles


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 300), max_size=4))
def test_tiles_do_not_depend_on_batches(batches: list[int]) -> None:
    edge, made = TileEdge(), {}
    leaves: list[bytes] = []
    for batch in batches:
        coming = [LEAVES[at % 700] for at in range(len(leaves), len(leaves) + batch)]
        leaves += coming
        made |= {tile.path: tile.data for tile in edge.extend(coming)}
        partials = {tile.path: tile.data for tile in edge.partial_tiles()}

        assert {path: data for path, data in made.items() if ".p/" not in path} | partials == cut(leaves)
        assert edge.root() == root_of(leaves)
        assert TileEdge.read(edge.size, partials.get).root() == edge.root()


def test_a_log_of_three_levels_has_the_tiles_of_the_definition() -> None:
    leaves = leaf_hashes([number.to_bytes(4, "big") for number in range(70_000)])
    edge = TileEdge()
    tiles = [*edge.extend(leaves[:65_530]), *edge.extend(leaves[65_530:]), *edge.partial_tiles()]

    assert {tile.path: tile.data for tile in tiles} == cut(leaves)
    assert edge.root() == root_of(leaves)
    assert Tile(2, 0, (root_of(leaves[:65_536]),)) in tiles


def test_a_dropped_partial_tile_is_read_from_the_full_one() -> None:
    files = {tile_path(0, 0): b"".join(LEAVES[:256])}

    assert TileEdge.read(200, files.get).root() == root_of(LEAVES[:200])


@pytest.mark.parametrize(
    ("files", "code"),
    [({}, "tile.missing"), ({tile_path(0, 0, 200): bytes(32)}, "tile.length"), ({tile_path(0, 0): b""}, "tile.length")],
)
def test_an_edge_that_is_not_there_is_refused(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(PlimsollError) as caught:
        TileEdge.read(200, files.get)
    assert caught.value.code == code


def test_an_edge_takes_up_only_with_the_widths_of_its_size() -> None:
    for size, rows in ((2, [LEAVES[:1]]), (256, [[]]), (0, [[]])):
        with pytest.raises(PlimsollError) as caught:
            TileEdge(size, rows)
        assert caught.value.code == "tile.length"
