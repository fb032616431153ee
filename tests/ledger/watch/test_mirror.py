"""A mirror holds what a log signed, every entry of it verified, or it does not cosign."""

import fcntl
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.ledger.note_cases import log_signer, witness_signer
from tests.ledger.tile_logs import entries_of, serving, write_log

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.cosignature import verify_cosignature
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.notes import NoteSignature, parse_note
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource, Source
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import bundle_path, bundles_of, tile_path, tiles_of
from plimsoll.ledger.watch.fsck import check
from plimsoll.ledger.watch.mirror import Pulled, pull

KEYS = [log_signer().verifier]
MIRROR = [witness_signer(1), witness_signer(1, KeyType.COSIGN_MLDSA44)]
ENTRIES = entries_of(1300)


def publish(folder: Path, size: int, entries: Sequence[bytes] = ENTRIES, origin: str = "log.example/filings") -> None:
    """Writes a log's tiles at a size and its signed checkpoint."""
    store = LocalTiles(folder)
    write_log(store, entries, [size])
    root = root_of(leaf_hashes(entries[:size]))
    store.put_checkpoint(sign_checkpoint(Checkpoint(origin, size, root), [log_signer(origin)], 0).encode())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 1,000 entries."""
    publish(tmp_path / "log", 1000)
    return tmp_path / "log"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the mirror keeps its copy; not there yet."""
    return tmp_path / "copy"


def pulled(log: Path | Source, copy: Path, now: int = 100) -> Pulled:
    return pull(FolderSource(log) if isinstance(log, Path) else log, copy, KEYS, MIRROR, now)


def refusal(log: Path | Source, copy: Path) -> str:
    with pytest.raises(PlimsollError) as caught:
        pulled(log, copy)
    return caught.value.code


def same_files(log: Path, copy: Path, size: int) -> bool:
    paths = [tile_path(*tile) for tile in tiles_of(size)] + [bundle_path(*bundle) for bundle in bundles_of(size)]
    return all((log / path).read_bytes() == (copy / path).read_bytes() for path in paths)


class Counting:
    """A source that counts what is asked of it, and breaks off or dies when told to."""

    def __init__(self, folder: Path, breaks_after: int = 10**9) -> None:
        self._source = FolderSource(folder)
        self._left = breaks_after
        self.asked: list[str] = []

    def get(self, path: str) -> bytes | None:
        self.asked.append(path)
        if len(self.asked) > self._left:
            raise PlimsollError("source.unreachable", "the line is cut", fix="Try again.")
        return self._source.get(path)


def test_a_mirror_has_every_file_of_the_log_and_cosigns_it(log: Path, copy: Path) -> None:
    done = pulled(log, copy)

    assert (done.before, done.checkpoint.size) == (0, 1000)
    assert same_files(log, copy, 1000)
    assert (copy / "checkpoint").read_bytes() == done.note
    assert list(check(FolderSource(copy), [*KEYS, *(each.verifier for each in MIRROR)])) == []
    own, *cosignatures = parse_note(done.note).signatures
    assert own.name == KEYS[0].name
    times = [
        verify_cosignature(done.checkpoint, line, key.verifier) for line, key in zip(cosignatures, MIRROR, strict=True)
    ]
    assert times == [100, 100]


def test_a_log_is_mirrored_over_http_and_a_mirror_too(log: Path, copy: Path, tmp_path: Path) -> None:
    with serving(log) as url, HttpSource(url) as source:
        pulled(source, copy)
    pulled(copy, tmp_path / "second", 200)

    assert same_files(log, tmp_path / "second", 1000)
    # The second mirror has the same keys here: the line of the first is replaced by its own.
    assert len(parse_note((tmp_path / "second" / "checkpoint").read_bytes()).signatures) == 3


def test_a_mirror_follows_a_growing_log_and_fetches_only_what_is_new(log: Path, copy: Path) -> None:
    pulled(log, copy)
    publish(log, 1300)
    counting = Counting(log)
    done = pulled(counting, copy)

    assert (done.before, done.checkpoint.size) == (1000, 1300)
    assert same_files(log, copy, 1300)
    assert list(check(FolderSource(copy), KEYS)) == []
    assert {path for path in counting.asked if "entries" in path} == {
        bundle_path(3),
        bundle_path(4),
        bundle_path(5, 20),
    }


def test_a_mirror_that_has_everything_says_so_with_a_new_time(log: Path, copy: Path) -> None:
    pulled(log, copy)
    done = pulled(log, copy, 500)

    assert (done.before, done.checkpoint.size) == (1000, 1000)
    assert verify_cosignature(done.checkpoint, parse_note(done.note).signatures[1], MIRROR[0].verifier) == 500


def test_an_empty_log_is_mirrored(tmp_path: Path, copy: Path) -> None:
    publish(tmp_path / "log", 0)

    assert pulled(tmp_path / "log", copy).checkpoint.size == 0
    publish(tmp_path / "log", 300)
    assert pulled(tmp_path / "log", copy).before == 0
    assert same_files(tmp_path / "log", copy, 300)


def test_a_rollback_is_refused_and_kept_as_evidence(log: Path, copy: Path) -> None:
    pulled(log, copy)
    held = (copy / "checkpoint").read_bytes()
    publish(log, 900)

    assert refusal(log, copy) == "mirror.rollback"
    assert (copy / "checkpoint").read_bytes() == held
    assert (copy / "mirror.refused").read_bytes() == (log / "checkpoint").read_bytes()


@pytest.mark.parametrize("size", [1000, 1001, 1300])
def test_a_fork_is_refused_and_kept_as_evidence(log: Path, copy: Path, tmp_path: Path, size: int) -> None:
    pulled(log, copy)
    held = (copy / "checkpoint").read_bytes()
    other = tmp_path / "other"
    publish(other, size, [*ENTRIES[:500], b"forged", *ENTRIES[501:]])

    assert refusal(other, copy) == "mirror.fork"
    assert (copy / "checkpoint").read_bytes() == held
    assert (copy / "mirror.refused").read_bytes() == (other / "checkpoint").read_bytes()
    assert list(check(FolderSource(copy), KEYS)) == []


def test_a_log_is_bound_by_a_checkpoint_whose_entries_it_never_served(log: Path, copy: Path, tmp_path: Path) -> None:
    pulled(log, copy)
    publish(log, 1300)
    assert refusal(Counting(log, 6), copy) == "source.unreachable"
    assert (copy / "mirror.pending").exists()

    publish(tmp_path / "less", 1200)
    assert refusal(tmp_path / "less", copy) == "mirror.rollback"
    publish(tmp_path / "other", 1300, [*ENTRIES[:1290], *[b"forged"] * 10])
    assert refusal(tmp_path / "other", copy) == "mirror.fork"
    assert pulled(log, copy).checkpoint.size == 1300
    assert not (copy / "mirror.pending").exists()


def test_another_log_is_refused(log: Path, copy: Path, tmp_path: Path) -> None:
    pulled(log, copy)
    publish(tmp_path / "other", 1300, origin="other.example")
    keys = [*KEYS, log_signer("other.example").verifier]

    with pytest.raises(PlimsollError) as caught:
        pull(FolderSource(tmp_path / "other"), copy, keys, MIRROR, 0)
    assert caught.value.code == "mirror.origin"


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(log: Path, copy: Path) -> None:
    note = (log / "checkpoint").read_bytes()
    (log / "checkpoint").write_bytes(note.replace(b"1000", b"1001"))
    assert refusal(log, copy) == "note.signature"
    (log / "checkpoint").unlink()
    assert refusal(log, copy) == "mirror.no_checkpoint"
    assert not (copy / "checkpoint").exists()


def test_a_line_in_the_name_of_the_mirror_that_it_did_not_make_is_dropped(log: Path, copy: Path) -> None:
    forged = NoteSignature(MIRROR[0].name, MIRROR[0].verifier.id, bytes(72))
    with (log / "checkpoint").open("ab") as file:
        file.write(forged.line.encode())

    done = pulled(log, copy)
    assert forged not in parse_note(done.note).signatures
    assert len(parse_note(done.note).signatures) == 3


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (tile_path(0, 0), "tile.hash"),
        (tile_path(0, 3, 232), "tile.hash"),
        (tile_path(1, 0, 3), "tile.hash"),
        (bundle_path(1), "bundle.hash"),
        (bundle_path(3, 232), "bundle.hash"),
    ],
)
def test_a_source_with_a_flipped_bit_is_refused_and_a_good_one_goes_on(
    log: Path, copy: Path, path: str, code: str
) -> None:
    good = (log / path).read_bytes()
    (log / path).write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert refusal(log, copy) == code
    assert not (copy / "checkpoint").exists()
    (log / path).write_bytes(good)

    pulled(log, copy)
    assert list(check(FolderSource(copy), KEYS)) == []


def test_a_source_without_a_file_is_refused(log: Path, copy: Path) -> None:
    (log / bundle_path(2)).unlink()

    assert refusal(log, copy) == "tile.missing"


def test_an_interrupted_pull_goes_on_where_it_stopped(log: Path, copy: Path) -> None:
    whole = Counting(log)
    pulled(whole, copy.with_name("undisturbed"))
    for cut in range(1, len(whole.asked)):
        place = copy.with_name(f"copy{cut}")
        assert refusal(Counting(log, cut), place) == "source.unreachable"
        assert not (place / "checkpoint").exists()
        again = Counting(log)
        pulled(again, place)
        assert same_files(log, place, 1000)
        assert len([path for path in again.asked if "entries" in path]) <= 4
        assert list(check(FolderSource(place), KEYS)) == []
    assert len([path for path in again.asked if "entries" in path]) <= 1


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.ledger.watch.test_mirror import Counting, KEYS, MIRROR
from plimsoll.ledger.watch.mirror import pull

class Deadly(Counting):
    def get(self, path):
        if len(self.asked) == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().get(path)

pull(Deadly(Path(sys.argv[1])), sys.argv[2], KEYS, MIRROR, 1)
"""


@pytest.mark.parametrize("after", [3, 8])
def test_a_killed_pull_goes_on_where_it_stopped(log: Path, copy: Path, after: int) -> None:
    root = Path(__file__).resolve().parents[3]
    died = subprocess.run([sys.executable, "-c", _KILLED, log, copy, str(after)], cwd=root, check=False)

    assert died.returncode == -signal.SIGKILL
    assert not (copy / "checkpoint").exists()
    pulled(log, copy)
    assert list(check(FolderSource(copy), KEYS)) == []


def test_a_damaged_copy_is_not_built_upon(log: Path, copy: Path) -> None:
    assert refusal(Counting(log, 9), copy) == "source.unreachable"
    stored = copy / bundle_path(0)
    good = stored.read_bytes()
    stored.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))

    assert refusal(log, copy) == "mirror.damaged"
    assert not (copy / "checkpoint").exists()


def test_only_one_pull_at_a_time(log: Path, copy: Path) -> None:
    copy.mkdir()
    with (copy / "mirror.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert refusal(log, copy) == "mirror.busy"
    assert pulled(log, copy).checkpoint.size == 1000


def test_a_folder_that_cannot_be_used_is_a_coded_error(log: Path, copy: Path) -> None:
    copy.touch()

    assert refusal(log, copy / "below") == "store.failed"
