"""Files of a log on disk and in object stores: written once, whole or not at all, and full disks say so."""

import multiprocessing
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore, MemoryStore
from racing_writer import TILE_0, store_one

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_source import MAX_CHECKPOINT_BYTES
from plimsoll.ledger.tree.tile_store import LocalTiles, ObjectTiles, TileStore
from plimsoll.ledger.tree.tiles import MAX_BUNDLE_BYTES, MAX_TILE_BYTES, bundle_path, tile_path


@pytest.fixture(params=["local", "objects in memory", "objects in a folder", "objects by url"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Every kind of store, empty."""
    match request.param:
        case "local":
            return LocalTiles(tmp_path / "log")
        case "objects in memory":
            return ObjectTiles(MemoryStore())
        case "objects in a folder":
            return ObjectTiles(LocalStore(tmp_path))
    return ObjectTiles(tmp_path.as_uri())


def refusal(function: Any, *arguments: Any) -> str:
    with pytest.raises(PlimsollError) as caught:
        function(*arguments)
    return caught.value.code


def test_what_was_stored_is_read_back(store: TileStore) -> None:
    for path in (TILE_0, tile_path(0, 1_234_067, 5), bundle_path(3)):
        assert store.get(path) is None
        store.put_if_absent(path, path.encode())
        assert store.get(path) == path.encode()
    store.sync()


def test_the_same_bytes_may_be_stored_again_and_others_may_not(store: TileStore) -> None:
    store.put_if_absent(TILE_0, b"first")
    store.put_if_absent(TILE_0, b"first")

    assert refusal(store.put_if_absent, TILE_0, b"other") == "store.conflict"
    assert store.get(TILE_0) == b"first"


def test_a_checkpoint_is_replaced(store: TileStore) -> None:
    assert store.get_checkpoint() is None
    store.put_checkpoint(b"one")
    store.put_checkpoint(b"two")

    assert store.get_checkpoint() == store.get("checkpoint") == b"two"


@pytest.mark.parametrize("path", ["", "../x", "/etc/passwd", "tile/0/../../x", "tile/0/000.p/256", "other"])
def test_only_files_of_a_log_are_stored_or_read(store: TileStore, path: str) -> None:
    assert refusal(store.put_if_absent, path, b"") == "source.path"
    assert refusal(store.get, path) == "source.path"


def test_files_larger_than_a_log_has_are_refused(store: TileStore) -> None:
    assert refusal(store.put_if_absent, TILE_0, bytes(MAX_TILE_BYTES + 1)) == "store.too_large"
    store.put_if_absent(bundle_path(0), bytes(MAX_BUNDLE_BYTES))
    store.put_checkpoint(bytes(MAX_CHECKPOINT_BYTES + 1))
    assert refusal(store.get_checkpoint) == "source.too_large"


def test_a_store_lists_its_files(store: Any) -> None:
    store.put_if_absent(TILE_0, b"")
    store.put_if_absent(bundle_path(0, 7), b"")
    store.put_checkpoint(b"")

    assert sorted(store.paths()) == ["checkpoint", TILE_0, bundle_path(0, 7)]


def test_nothing_unfinished_is_left_behind(tmp_path: Path) -> None:
    store = LocalTiles(tmp_path)
    store.put_if_absent(TILE_0, b"a")
    assert refusal(store.put_if_absent, TILE_0, b"b") == "store.conflict"
    store.put_checkpoint(b"c")

    assert list((tmp_path / ".new").iterdir()) == []


def test_of_two_writers_with_different_bytes_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.Queue()
    writers = [
        context.Process(target=store_one, args=(str(tmp_path), data, barrier, answers)) for data in (b"one", b"two")
    ]
    for writer in writers:
        writer.start()
    outcomes = sorted(answers.get(timeout=60) for _ in writers)
    for writer in writers:
        writer.join()

    assert outcomes == ["store.conflict", "stored"]
    assert (tmp_path / TILE_0).read_bytes() in {b"one", b"two"}


_FILL = """
import sys
from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import bundle_path
store = LocalTiles(sys.argv[1])
for number in range(1000):
    try:
        store.put_if_absent(bundle_path(number), bytes([number % 251]) * int(sys.argv[2]))
    except PlimsollError as error:
        print(error.code, number)
        break
"""


def test_a_file_that_the_disk_does_not_take_is_a_coded_error(tmp_path: Path) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    done = subprocess.run(
        [sys.executable, "-c", _FILL, tmp_path, "20000"], preexec_fn=limit, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["store.full", "0"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_a_coded_error_and_loses_nothing(tmp_path: Path) -> None:
    # A file system of 256 kB in a namespace of our own.
    script = 'mount -t tmpfs -o size=256k tmpfs "$1" && "$2" -c "$3" "$1" 20000 && find "$1" -type f -printf "%s\\n"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    try:
        done = subprocess.run([*command, tmp_path, sys.executable, _FILL], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("unshare is not installed")
    if "ermission" in done.stderr or "not permitted" in done.stderr:
        pytest.skip("this machine lets nobody mount in a namespace of their own")

    code, number, *sizes = done.stdout.split()
    assert code == "store.full"
    assert sizes == ["20000"] * int(number)
    assert int(number) > 5


def test_a_folder_that_cannot_be_written_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert refusal(LocalTiles(tmp_path / "file" / "log").put_if_absent, TILE_0, b"") == "store.failed"
    assert refusal(LocalTiles(tmp_path / "file").put_checkpoint, b"") == "store.failed"


def test_an_address_that_is_no_store_is_a_coded_error() -> None:
    assert refusal(ObjectTiles, "bogus://x") == "store.failed"
    assert refusal(ObjectTiles, "no url") == "store.failed"
