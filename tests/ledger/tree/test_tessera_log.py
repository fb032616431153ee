"""The public log of another implementation (transparency-dev/tessera): rebuilt, read, checked, mirrored."""

import shutil
from pathlib import Path

import pytest
from tests.ledger.note_cases import witness_signer

from plimsoll.ledger.notes.checkpoint import open_checkpoint
from plimsoll.ledger.notes.note_keys import parse_vkey
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, Frontier, leaf_hash
from plimsoll.ledger.tree.proofs import consistency_path, inclusion_path, verify_consistency, verify_inclusion
from plimsoll.ledger.tree.tile_edge import TileEdge
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import FolderSource
from plimsoll.ledger.tree.tiles import bundle_path, encode_bundle, tile_path
from plimsoll.ledger.watch.fsck import check
from plimsoll.ledger.watch.mirror import pull

pytestmark = pytest.mark.real_data

KEY = parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
ENTRIES = b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()
SIZES = range(16)


@pytest.fixture
def tessera(real_data: Path) -> Path:
    """The folder of the public log."""
    return real_data / "ledger" / "tessera-log"


def test_every_checkpoint_is_signed_and_every_root_tile_and_bundle_is_reproduced(tessera: Path) -> None:
    edge, frontier = TileEdge(), Frontier()
    for size in SIZES:
        if size:
            edge.extend([leaf_hash(ENTRIES[size - 1])])
            frontier.append(leaf_hash(ENTRIES[size - 1]))
        checkpoint, _ = open_checkpoint((tessera / f"checkpoint.{size}").read_bytes(), [KEY])
        assert (checkpoint.size, checkpoint.root) == (size, edge.root())
        assert frontier.root() == (edge.root() if size else EMPTY_ROOT)
        if size:
            [tile] = edge.partial_tiles()
            assert (tessera / tile_path(0, 0, size)).read_bytes() == tile.data
            assert (tessera / bundle_path(0, size)).read_bytes() == encode_bundle(ENTRIES[:size])
    assert (tessera / "checkpoint").read_bytes() == (tessera / "checkpoint.15").read_bytes()


def test_every_entry_is_read_and_proven_at_every_size(tessera: Path) -> None:
    for size in SIZES:
        checkpoint, _ = open_checkpoint((tessera / f"checkpoint.{size}").read_bytes(), [KEY])
        reader = TileReader(FolderSource(tessera), size, checkpoint.root)
        assert list(reader.entries(0, size)) == ENTRIES[:size]
        for index in range(size):
            path = inclusion_path(index, size, reader.hash_at)
            verify_inclusion(index, size, leaf_hash(ENTRIES[index]), path, checkpoint.root)


def test_it_is_whole_and_can_be_mirrored_as_it_grows(tessera: Path, tmp_path: Path) -> None:
    assert list(check(FolderSource(tessera), [KEY])) == []

    growing, mirror = tmp_path / "log", witness_signer(1)
    shutil.copytree(tessera, growing)
    for size in SIZES:
        shutil.copy(tessera / f"checkpoint.{size}", growing / "checkpoint")
        pulled = pull(FolderSource(growing), tmp_path / "copy", [KEY], [mirror], size)
        assert pulled.checkpoint.size == size
        assert list(check(FolderSource(tmp_path / "copy"), [KEY, mirror.verifier])) == []
    assert (tmp_path / "copy" / tile_path(0, 0, 7)).read_bytes() == (tessera / tile_path(0, 0, 7)).read_bytes()


def test_its_checkpoints_are_consistent_with_each_other(tessera: Path) -> None:
    reader = TileReader(
        FolderSource(tessera), 15, open_checkpoint((tessera / "checkpoint").read_bytes(), [KEY])[0].root
    )
    for new in range(2, 16):
        for old in range(1, new):
            path = consistency_path(old, new, reader.hash_at)
            verify_consistency(old, new, path, reader.range_root(0, old), reader.range_root(0, new))
