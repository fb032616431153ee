"""fsck names every damaged, missing and foreign file of a log, and only those."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.note_cases import log_signer
from tests.ledger.tile_logs import entries_of, serving, write_log

from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, leaf_hashes, root_of
from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource
from plimsoll.ledger.tree.tile_store import LocalTiles, ObjectTiles
from plimsoll.ledger.tree.tiles import bundle_path, bundles_of, encode_bundle, parse_path, tile_path, tiles_of
from plimsoll.ledger.watch.fsck import check

ORIGIN = "log.example/filings"
KEYS = [log_signer().verifier]
SIZE = 1300
ENTRIES = entries_of(SIZE)
LEAVES = leaf_hashes(ENTRIES)


def checkpoint_at(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root_of(leaves[:size]))


def note(checkpoint: Checkpoint) -> bytes:
    return sign_checkpoint(checkpoint, [log_signer()], 0).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A signed log of 1,300 entries that grew in three steps."""
    store = LocalTiles(tmp_path)
    write_log(store, ENTRIES, [300, 1000, SIZE])
    store.put_checkpoint(note(checkpoint_at(SIZE)))
    return tmp_path


def found(folder: Path, known: Checkpoint | None = None) -> list[tuple[str, str]]:
    return [(each.code, each.path) for each in check(FolderSource(folder), KEYS, known=known)]


def current_files(size: int = SIZE) -> list[str]:
    return [tile_path(*tile) for tile in tiles_of(size)] + [bundle_path(*bundle) for bundle in bundles_of(size)]


def older_files(folder: Path) -> list[str]:
    return [path for path in FolderSource(folder).paths() if path != "checkpoint" and path not in current_files()]


def flips(folder: Path, path: str, times: int = 6) -> Iterator[None]:
    """Flips one bit after another of a file: the first, the last, and some between."""
    good = (folder / path).read_bytes()
    dice = random.Random(path)
    bits = [0, len(good) * 8 - 1, *(dice.randrange(len(good) * 8) for _ in range(times))]
    for bit in bits:
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        (folder / path).write_bytes(bad)
        yield
    (folder / path).write_bytes(good)


def test_a_whole_log_has_no_problem(folder: Path) -> None:
    assert found(folder) == []
    assert found(folder, checkpoint_at(300)) == []
    assert list(check(FolderSource(folder))) == []
    with serving(folder) as url, HttpSource(url) as source:
        assert list(check(source, KEYS)) == []
    assert list(check(ObjectTiles(folder.as_uri()), KEYS)) == []


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_logs_at_the_edges_of_tiles_have_no_problem(tmp_path: Path, size: int) -> None:
    store = LocalTiles(tmp_path)
    write_log(store, ENTRIES, [size])
    store.put_checkpoint(note(checkpoint_at(size)))

    assert found(tmp_path) == []
    assert size or checkpoint_at(0).root == EMPTY_ROOT


def test_a_flipped_bit_in_any_file_is_named(folder: Path) -> None:
    for path in current_files():
        kind = "fsck.entry" if parse_path(path).level is None else "fsck.tile"
        for _ in flips(folder, path):
            # A flipped bit in an entry's length leaves no entries to compare.
            assert found(folder) in ([(kind, path)], [("fsck.malformed", path)])
    assert found(folder) == []


def test_a_flipped_bit_in_an_older_partial_file_is_named(folder: Path) -> None:
    assert len(older_files(folder)) == 6
    for path in older_files(folder):
        for _ in flips(folder, path, 2):
            assert found(folder) == [("fsck.partial", path)]


def test_a_truncated_file_is_named(folder: Path) -> None:
    for path in current_files():
        good = (folder / path).read_bytes()
        code = "fsck.malformed" if parse_path(path).level is None else "fsck.length"
        for cut in (good[:-1], good[: len(good) // 2 - 1], b"", good + b"\0"):
            (folder / path).write_bytes(cut)
            assert [each for each in found(folder) if each[1] == path] in ([(code, path)], [("fsck.unreadable", path)])
            assert len(found(folder)) == 1
        (folder / path).write_bytes(good)


def test_a_missing_file_is_named(folder: Path) -> None:
    for path in current_files():
        good = (folder / path).read_bytes()
        (folder / path).unlink()
        assert found(folder) == [("fsck.missing", path)]
        (folder / path).write_bytes(good)


def test_an_older_partial_file_may_be_missing(folder: Path) -> None:
    for path in older_files(folder):
        (folder / path).unlink()

    assert found(folder) == []


@pytest.mark.parametrize(
    "name", ["tile/0/000.bak", "tile/entries/7", "tile/0/x000/000", "tile/64/000", "tile/0/000.p/0"]
)
def test_a_file_that_no_log_has_is_named(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"")

    assert found(folder) == [("fsck.superfluous", name)]


def test_files_beyond_the_checkpoint_are_named(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(note(checkpoint_at(1000)))
    beyond = {tile_path(0, 3), bundle_path(3), tile_path(0, 4), tile_path(0, 5, 20), bundle_path(4)}

    problems = found(folder)
    assert {code for code, _ in problems} == {"fsck.ahead"}
    assert {path for _, path in problems} == beyond | {bundle_path(5, 20), tile_path(1, 0, 5)}


def test_a_rollback_and_a_fork_are_named(folder: Path) -> None:
    forked = Checkpoint(ORIGIN, 900, root_of([*LEAVES[:899], LEAVES[0]]))

    assert found(folder, Checkpoint(ORIGIN, 1301, bytes(32))) == [("fsck.rollback", "checkpoint")]
    assert found(folder, forked) == [("fsck.fork", "checkpoint")]
    assert found(folder, Checkpoint(ORIGIN, SIZE, bytes(32))) == [("fsck.fork", "checkpoint")]
    assert found(folder, Checkpoint("other.example", SIZE, bytes(32))) == [("fsck.origin", "checkpoint")]
    (folder / tile_path(0, 0)).unlink()
    assert ("fsck.unproven", "checkpoint") in found(folder, checkpoint_at(100))


@pytest.mark.parametrize("data", [None, b"", b"no note", bytes(2_000_000), note(Checkpoint(ORIGIN, 5, bytes(32)))[:-9]])
def test_a_checkpoint_that_cannot_be_used_is_named(folder: Path, data: bytes | None) -> None:
    (folder / "checkpoint").unlink()
    if data is not None:
        (folder / "checkpoint").write_bytes(data)

    assert found(folder) == [("fsck.checkpoint", "checkpoint")]


def test_a_checkpoint_by_another_key_is_named(folder: Path) -> None:
    signer = log_signer(label="somebody else")
    (folder / "checkpoint").write_bytes(sign_checkpoint(checkpoint_at(SIZE), [signer], 0).encode())

    assert found(folder) == [("fsck.checkpoint", "checkpoint")]


def test_a_flipped_bit_in_one_of_two_signature_lines_is_named(folder: Path) -> None:
    """In a name or an id it makes the line that of a stranger, which a verifier must pass over."""
    signers: list[SignerKey] = [log_signer(), from_seed(ORIGIN, KeyType.COSIGN_MLDSA44, b"\7" * 32, "log")]
    keys = [signer.verifier for signer in signers]
    good = sign_checkpoint(checkpoint_at(SIZE), signers, 0).encode()
    (folder / "checkpoint").write_bytes(good)
    assert not list(check(FolderSource(folder), keys))
    first = good.index(b"\n\n") + 2
    for at in (first + 4, first + 4 + len(ORIGIN) + 3, len(good) - 3_000):
        (folder / "checkpoint").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert {each.code for each in check(FolderSource(folder), keys)} == {"fsck.checkpoint"}


def test_a_checkpoint_of_other_entries_is_named(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(note(Checkpoint(ORIGIN, SIZE, bytes(32))))

    assert found(folder) == [("fsck.root", "checkpoint")]


def test_an_entry_changed_together_with_its_tile_is_named(folder: Path) -> None:
    bent = [*ENTRIES[:256]]
    bent[77] = b"forged"
    (folder / bundle_path(0)).write_bytes(encode_bundle(bent))
    (folder / tile_path(0, 0)).write_bytes(b"".join(leaf_hashes(bent)))
    assert found(folder) == [("fsck.tile", tile_path(0, 0))]

    forged_root = root_of(leaf_hashes(bent))
    above = (folder / tile_path(1, 0, 5)).read_bytes()
    (folder / tile_path(1, 0, 5)).write_bytes(forged_root + above[32:])
    assert found(folder)[0] == ("fsck.root", "checkpoint")


def test_several_damaged_files_are_each_named(folder: Path) -> None:
    paths = [bundle_path(0), tile_path(0, 1), bundle_path(2), tile_path(1, 0, 5), bundle_path(5, 20)]
    for path in paths:
        bad = bytearray((folder / path).read_bytes())
        bad[-1] ^= 4
        (folder / path).write_bytes(bad)
    (folder / tile_path(0, 3)).unlink()

    assert {path for _, path in found(folder)} == {*paths, tile_path(0, 3)}


def test_a_bundle_and_its_tile_both_damaged_are_both_named(folder: Path) -> None:
    for path in (bundle_path(1), tile_path(0, 1)):
        bad = bytearray((folder / path).read_bytes())
        bad[-1] ^= 4
        (folder / path).write_bytes(bad)

    assert {path for _, path in found(folder)} == {bundle_path(1), tile_path(0, 1)}


class Memory:
    """A source of bytes in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def get(self, path: str) -> bytes | None:
        return self._files.get(path)


def damaged(data: bytes, dice: random.Random) -> bytes | None:
    """A file cut off, gone, or with one flipped bit."""
    match dice.randrange(3):
        case 0:
            return None
        case 1:
            return data[: dice.randrange(len(data))]
    bit = dice.randrange(len(data) * 8)
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def test_of_many_damaged_files_none_is_missed_and_without_a_lost_hash_none_is_named_wrongly(folder: Path) -> None:
    whole = {path: (folder / path).read_bytes() for path in ["checkpoint", *current_files()]}
    dice = random.Random(11)
    for _ in range(150):
        chosen = dice.sample(current_files(), dice.choice([2, 3, 4]))
        bad = {path: damaged(whole[path], dice) for path in chosen}
        files = {path: data for path, data in (whole | bad).items() if data is not None}
        problems = list(check(Memory(files), KEYS))
        named = {each.path for each in problems}

        assert set(chosen) <= named
        if "fsck.root" not in {each.code for each in problems}:
            assert named == set(chosen)


def test_damage_in_a_log_of_three_levels_is_named(tmp_path: Path) -> None:
    size = 66_000
    entries = [number.to_bytes(4, "big") for number in range(size)]
    leaves = leaf_hashes(entries)
    store = LocalTiles(tmp_path)
    write_log(store, entries, [size])
    store.put_checkpoint(note(checkpoint_at(size, leaves)))
    source = FolderSource(tmp_path)
    assert list(check(source, KEYS)) == []

    for path in (tile_path(1, 0), tile_path(2, 0, 1), tile_path(0, 100), bundle_path(257, 208), tile_path(1, 1, 1)):
        for _ in flips(tmp_path, path, 0):
            problems = [(each.code, each.path) for each in check(source, KEYS)]
            assert [path for _, path in problems] == [path]


def test_an_absurd_size_comes_to_an_end(folder: Path) -> None:
    (folder / "checkpoint").write_bytes(note(Checkpoint(ORIGIN, 2**62, bytes(32))))
    problems = [each.code for each in check(FolderSource(folder), KEYS, most=2000)]

    assert problems[-100:] == [*["fsck.missing"] * 99, "fsck.stopped"]
    assert len(problems) == 2001


def test_as_many_problems_as_are_wanted_are_not_cut_off(folder: Path) -> None:
    (folder / bundle_path(0)).unlink()

    assert [each.code for each in check(FolderSource(folder), KEYS, most=1)] == ["fsck.missing"]
