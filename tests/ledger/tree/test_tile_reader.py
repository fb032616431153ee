"""Reading a tiled log without trusting whoever serves it: every flipped bit is noticed before anything is given out."""

import random
from pathlib import Path

import pytest
from tests.ledger.tile_logs import entries_of, serving, write_log

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, leaf_hashes, root_of
from plimsoll.ledger.tree.path_batches import inclusion_paths
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import bundle_path, tile_path, tiles_of

SIZE = 1300
ENTRIES = entries_of(SIZE)
LEAVES = leaf_hashes(ENTRIES)
ROOT = root_of(LEAVES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of 1,300 entries that grew in three steps."""
    write_log(LocalTiles(tmp_path), ENTRIES, [300, 1000, SIZE])
    return tmp_path


def reader(folder: Path, size: int = SIZE, keep: int = 256) -> TileReader:
    return TileReader(FolderSource(folder), size, root_of(LEAVES[:size]), keep=keep)


def refusal(function: object, *arguments: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        function(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_entries_and_paths_are_those_of_the_log(folder: Path) -> None:
    log = reader(folder)

    assert list(log.entries(0, SIZE)) == ENTRIES
    assert list(log.entries(250, 520)) == ENTRIES[250:520]
    assert list(log.entries(7, 7)) == []
    assert log.entry(SIZE - 1) == ENTRIES[-1]
    assert log.edge().root() == ROOT
    for index in (0, 255, 256, 1279, 1280, 1299):
        assert inclusion_path(index, SIZE, log.hash_at) == inclusion_path(index, SIZE, in_memory(LEAVES))
    assert list(inclusion_paths(0, SIZE, SIZE, log.hash_at)) == list(inclusion_paths(0, SIZE, SIZE, in_memory(LEAVES)))


@pytest.mark.parametrize("size", [300, 1000])
def test_a_log_is_read_at_every_size_that_it_published(folder: Path, size: int) -> None:
    assert list(reader(folder, size).entries(0, size)) == ENTRIES[:size]
    assert reader(folder).range_root(0, size) == root_of(LEAVES[:size])


def test_a_log_is_read_over_http_in_little_memory(folder: Path) -> None:
    with serving(folder) as url, HttpSource(url) as source:
        log = TileReader(source, SIZE, ROOT, keep=1)
        assert list(log.entries(0, SIZE)) == ENTRIES
        rows = [log.hash_at(0, index) for index in random.Random(1).sample(range(SIZE), 50)]
        assert set(rows) <= set(LEAVES)


def test_partial_files_may_be_gone_once_the_full_ones_are_there(folder: Path) -> None:
    write_log(LocalTiles(folder), entries_of(1600), [1600])
    for path in (tile_path(0, 5, 20), bundle_path(5, 20), tile_path(0, 1, 44), bundle_path(1, 44)):
        (folder / path).unlink()

    assert list(reader(folder).entries(0, SIZE)) == ENTRIES
    assert list(reader(folder, 300).entries(0, 300)) == ENTRIES[:300]


def test_a_flipped_bit_anywhere_is_noticed(folder: Path) -> None:
    random_bits = random.Random(7)
    for level, number, width in tiles_of(SIZE):
        for path in (tile_path(level, number, width), bundle_path(number, width)):
            file = folder / path
            if level and path.startswith("tile/entries"):
                continue
            good = file.read_bytes()
            for _ in range(3):
                bad = bytearray(good)
                bad[random_bits.randrange(len(bad))] ^= 1 << random_bits.randrange(8)
                file.write_bytes(bad)
                code = refusal(lambda: list(reader(folder).entries(0, SIZE)))
                assert code in {"tile.hash", "bundle.hash", "bundle.malformed"}
                file.write_bytes(good)
    assert list(reader(folder).entries(0, SIZE)) == ENTRIES


@pytest.mark.parametrize(
    ("path", "code", "gone"),
    [
        (tile_path(0, 0), "tile.length", "tile.missing"),
        (tile_path(0, 5, 20), "tile.length", "tile.missing"),
        (tile_path(1, 0, 5), "tile.length", "tile.missing"),
        (bundle_path(0), "bundle.malformed", "tile.missing"),
        (bundle_path(5, 20), "bundle.malformed", "tile.missing"),
    ],
)
def test_a_cut_or_missing_file_is_noticed(folder: Path, path: str, code: str, gone: str) -> None:
    data = (folder / path).read_bytes()
    (folder / path).write_bytes(data[:-1])
    assert refusal(lambda: list(reader(folder).entries(0, SIZE))) == code
    (folder / path).unlink()
    assert refusal(lambda: list(reader(folder).entries(0, SIZE))) == gone


def test_another_root_or_size_makes_everything_unbelievable(folder: Path) -> None:
    assert refusal(TileReader(FolderSource(folder), SIZE, EMPTY_ROOT).entry, 0) == "tile.hash"
    assert refusal(TileReader(FolderSource(folder), 1000, ROOT).entry, 0) == "tile.hash"
    assert refusal(TileReader(FolderSource(folder), 0, ROOT).edge) == "tile.hash"
    assert TileReader(FolderSource(folder), 0, EMPTY_ROOT).edge().size == 0


def test_what_is_beyond_the_checkpoint_is_not_read(folder: Path) -> None:
    log = reader(folder, 1000)

    assert refusal(log.entry, 1000) == "tile.beyond"
    assert refusal(log.entry, -1) == "tile.beyond"
    assert refusal(lambda: list(log.entries(0, 1001))) == "tile.beyond"
    assert refusal(log.hash_at, 0, 1000) == "tile.beyond"
    assert refusal(log.hash_at, 10, 0) == "tile.beyond"
    assert refusal(log.tile, 0, 4) == "tile.beyond"
    assert refusal(log.tile, 2, 0) == "tile.beyond"
    assert refusal(TileReader(FolderSource(folder), 512, root_of(LEAVES[:512])).tile, 0, 2) == "tile.beyond"
