"""The sequencer under SIGKILL at every point, beside a second one, over a restored backup, and on a full disk."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import (
    GENESIS,
    ORIGIN,
    SIGNERS,
    VKEYS,
    KillAt,
    Place,
    entries,
    entries_of,
    in_child,
    stable_lines,
)

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.sequencer import FAULT_POINTS
from plimsoll.ledger.log.signed_size import FileLastSigned, Signed
from plimsoll.ledger.notes.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tile_store import ObjectTiles


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(tmp_path / "log", request.getfixturevalue("postgres") if request.param == "postgres" else None)


@pytest.fixture
def local(tmp_path: Path) -> Place:
    return Place(tmp_path / "log")


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], bytes]:
    """Tiles and checkpoint of the same batches, without any fault."""
    place = Place(tmp_path_factory.mktemp("never") / "log")
    log = place.create()
    log.append_many(entries(0, 400), 150)
    log.integrate(200)
    middle = log.checkpoint()
    log.append_many(entries(400, 420), 250)
    log.integrate(300)
    log.close()
    return place.files(), middle


@pytest.mark.parametrize("point", FAULT_POINTS)
def test_killed_at_any_point_and_run_again_nothing_is_lost_doubled_or_other(
    place: Place, point: str, never_killed: tuple[dict[str, bytes], bytes]
) -> None:
    place.create().close()

    def killed() -> None:
        log = place.open(faults=KillAt(point))
        log.append_many(entries(0, 400), 150)
        log.integrate(200)

    assert in_child(killed) == (signal.SIGKILL, "")
    log = place.open()
    shown = read_checkpoint(log.checkpoint())[0].size
    assert shown == (401 if point == "after-publish" else 1)  # no phantom: nothing was shown too early
    # More has come in the meantime; the batch that was begun does not change for it.
    log.append_many(entries(400, 420), 250)
    # Before the plan is made the death leaves no trace, so there the new ones are in the same batch.
    log.integrate(200)
    if point != "before-plan":
        middle = log.checkpoint() if point not in {"after-commit", "after-cosign", "after-publish"} else None
        if middle is not None:
            assert stable_lines(middle) == stable_lines(never_killed[1])
        log.integrate(300)
    assert log.integrate(400) is None
    assert entries_of(log) == [GENESIS, *entries(0, 420)]
    assert log.index_of(leaf_hash(entries(0, 420)[-1])) == 420
    assert log.lock.read() == Signed(ORIGIN, 421, log.queue.state().root)
    if point != "before-plan":
        assert place.files() == never_killed[0]
    log.close()


def test_killed_before_the_caller_commits_nothing_was_ever_appended(place: Place) -> None:
    place.create().close()

    def killed() -> None:
        log = place.open()
        connection = sqlite3.connect(log.queue.path) if place.conninfo is None else _psycopg(place.conninfo)
        log.append(b"filing", 150, connection)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(killed)[0] == signal.SIGKILL
    log = place.open()
    assert log.integrate(200) is None
    assert entries_of(log) == [GENESIS]
    log.close()


def _psycopg(conninfo: str) -> object:
    import psycopg

    return psycopg.connect(conninfo)


def test_killed_while_it_is_created_a_log_can_be_created_again(local: Place) -> None:
    for point in FAULT_POINTS:
        assert in_child(lambda point=point: local.create(faults=KillAt(point)) and None)[0] in {0, signal.SIGKILL}
    log = local.create()
    assert entries_of(log) == [GENESIS]
    log.close()


def test_two_sequencer_processes_at_once_make_one_history(place: Place) -> None:
    place.create().close()
    log = place.open()
    log.append_many(entries(0, 300), 150)
    log.close()
    said: list[tuple[int, str]] = []

    def sequencer() -> None:
        mine = place.open(batch=10)
        while mine.integrate(200) is not None:
            pass

    threads = [threading.Thread(target=lambda: said.append(in_child(sequencer))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [(0, ""), (0, "")]
    log = place.open()
    assert entries_of(log) == [GENESIS, *entries(0, 300)]
    log.close()


def test_two_sequencers_that_both_think_they_lead_still_make_one_history(place: Place) -> None:
    """As on a network file system that grants everybody every lock: the conditional writes are what holds."""
    place.create().close()
    log = place.open()
    log.append_many(entries(0, 300), 150)
    log.close()
    said: list[tuple[int, str]] = []

    def sequencer() -> str:
        mine = place.open(batch=10)
        codes = set()
        for _ in range(60):
            try:
                if mine._sequencer.integrate(200) is None:
                    break
            except PlimsollError as error:
                codes.add(error.code)
        return " ".join(sorted(codes))

    threads = [threading.Thread(target=lambda: said.append(in_child(sequencer))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    allowed = {"log.lock_moved", "log.sequencer_lost", "log.backup_restored", "log.lock_behind", "log.published_ahead"}
    assert all(ended == 0 and set(codes.split()) <= allowed for ended, codes in said), said
    log = place.open()
    while log.integrate(300) is not None:
        pass
    assert entries_of(log) == [GENESIS, *entries(0, 300)]
    log.close()


def test_a_sequencer_beside_a_leading_one_says_so(place: Place) -> None:
    log = place.create()
    with log.queue.lead(0):
        assert in_child(lambda: str(place.open().integrate(200, patience=0.05))) == (0, "log.sequencer_busy")
    log.close()


def restore(local: Place, backup: Path) -> None:
    for file in local.folder.glob("queue.sqlite*"):
        file.unlink()
    shutil.copy(backup, local.folder / "queue.sqlite")


def back_up(local: Place, target: Path) -> None:
    source, copy = sqlite3.connect(local.folder / "queue.sqlite"), sqlite3.connect(target)
    source.backup(copy)
    source.close()
    copy.close()


@pytest.mark.parametrize("when", ["between batches", "after a plan"])
def test_yesterdays_backup_refuses_to_sign_and_a_rebuilt_one_goes_on(local: Place, tmp_path: Path, when: str) -> None:
    log = local.create()
    log.append_many(entries(0, 300), 150)
    log.integrate(200)
    log.close()
    if when == "after a plan":
        log = local.open(faults=Raise("after-plan"))
        log.append_many(entries(300, 310), 210)
        with pytest.raises(StoppedError):
            log.integrate(220)
        log.close()
    back_up(local, tmp_path / "backup")
    log = local.open()
    log.integrate(230)
    log.append_many(entries(310, 700), 250)
    log.integrate(300)
    newest, published = log.queue.state(), log.checkpoint()
    log.close()
    restore(local, tmp_path / "backup")
    log = local.open()
    log.append(b"a filing of today", 350)
    for hidden in (False, True):
        if hidden:  # also where the restored machine does not see what was published
            (local.folder / "public" / "checkpoint").unlink()
            log = local.open()
        with pytest.raises(PlimsollError) as refusal:
            log.integrate(400)
        assert refusal.value.code == ("log.backup_restored" if hidden else "log.published_ahead")
        assert "Rebuild" in refusal.value.fix
    assert log.lock.read() == Signed(ORIGIN, newest.size, newest.root)
    assert log.rebuild(500) == newest.size
    log.integrate(600)
    log.integrate(600)
    before = 300 if when == "between batches" else 310
    assert entries_of(log) == [GENESIS, *entries(0, before), *entries(310, 700), b"a filing of today"]
    assert read_checkpoint(published)[0].root == root_at(log, newest.size)
    log.close()


def root_at(log: Log, size: int) -> bytes:
    from plimsoll.ledger.tree.tile_reader import TileReader

    state = log.queue.state()
    return TileReader(log.tiles, state.size, state.root).range_root(0, size)


class StoppedError(Exception):
    pass


class Raise:
    def __init__(self, point: str) -> None:
        self.point = point

    def at(self, point: str) -> None:
        if point == self.point:
            raise StoppedError


def test_a_database_lost_between_lock_and_commit_is_rebuilt_to_the_locked_tree(local: Place, tmp_path: Path) -> None:
    log = local.create()
    back_up(local, tmp_path / "backup")
    log.append_many(entries(0, 50), 150)
    log.close()
    log = local.open(faults=Raise("after-lock"))
    with pytest.raises(StoppedError):
        log.integrate(200)
    log.close()
    restore(local, tmp_path / "backup")
    log = local.open()
    log.append(b"another history", 250)
    with pytest.raises(PlimsollError) as refusal:
        log.integrate(300)
    assert refusal.value.code == "log.backup_restored"
    assert log.rebuild(400) == 51
    log.integrate(500)
    log.integrate(500)
    assert entries_of(log) == [GENESIS, *entries(0, 50), b"another history"]
    log.close()


def test_a_lost_lock_is_made_again_only_from_a_checkpoint_that_others_hold(local: Place) -> None:
    log = local.create()
    log.append_many(entries(0, 50), 150)
    log.integrate(200)
    held = log.checkpoint()
    (local.folder / "last-signed").unlink()
    log.append(b"more", 250)
    for attempt in (lambda: log.integrate(300), lambda: log.rebuild(300)):
        with pytest.raises(PlimsollError) as refusal:
            attempt()
        assert refusal.value.code == "log.lock_missing"
    assert log.rebuild(300, witnessed=held) == 51
    log.integrate(400)
    assert entries_of(log) == [GENESIS, *entries(0, 50), b"more"]
    log.close()


def test_a_lock_that_was_put_back_or_is_anothers_is_refused(local: Place) -> None:
    log = local.create()
    first = (local.folder / "last-signed").read_bytes()
    log.append(b"more", 150)
    log.integrate(200)
    for content, code in (
        (first, "log.lock_behind"),
        (first.replace(ORIGIN.encode(), b"log.example/other"), "log.lock_foreign"),
        (b"plimsoll/last-signed/v1\n", "lock.malformed"),
    ):
        (local.folder / "last-signed").write_bytes(content)
        log.append(b"yet more", 250)
        with pytest.raises(PlimsollError) as refusal:
            log.integrate(300)
        assert refusal.value.code == code
    log.close()


def test_a_checkpoint_of_another_history_is_no_ground_to_rebuild_on(local: Place) -> None:
    log = local.create()
    log.append_many(entries(0, 5), 150)
    log.integrate(200)
    other = sign_checkpoint(Checkpoint(ORIGIN, 6, b"\7" * 32), SIGNERS, 300).encode()
    with pytest.raises(PlimsollError) as refusal:
        log.rebuild(300, witnessed=other)
    assert refusal.value.code.startswith("tile.")
    assert VKEYS
    log.close()


def test_two_locks_from_one_value_move_once(tmp_path: Path) -> None:
    lock = FileLastSigned(tmp_path / "last-signed")
    start = Signed(ORIGIN, 1, b"\1" * 32)
    lock.advance(None, start)
    said: list[str] = []

    def mover(number: int) -> str:
        FileLastSigned(tmp_path / "last-signed").advance(start, Signed(ORIGIN, 2, bytes([number]) * 32))
        return "moved"

    threads = [threading.Thread(target=lambda n=n: said.append(in_child(lambda: mover(n))[1])) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["log.lock_moved"] * 3 + ["moved"]


def test_the_lock_in_an_object_store_moves_by_conditional_writes() -> None:
    store = pytest.importorskip("obstore.store").MemoryStore()
    from plimsoll.ledger.log.signed_size import ObjectLastSigned

    one, two = ObjectLastSigned(store), ObjectLastSigned(store)
    start, left, right = (Signed(ORIGIN, size, bytes([size]) * 32) for size in (1, 2, 3))
    assert one.read() is None
    one.advance(None, start)
    for before, after in ((None, left), (left, right)):
        with pytest.raises(PlimsollError) as refusal:
            two.advance(before, after)
        assert refusal.value.code == "log.lock_moved"
    two.advance(start, left)
    assert one.read() == left
    won: list[bool] = []

    def mover(number: int) -> None:
        try:
            ObjectLastSigned(store).advance(left, Signed(ORIGIN, 9, bytes([number]) * 32))
        except PlimsollError:
            return
        won.append(True)

    threads = [threading.Thread(target=mover, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [True]


def test_a_log_may_lie_in_an_object_store(tmp_path: Path) -> None:
    store = pytest.importorskip("obstore.store").MemoryStore()
    log = Log.create(tmp_path / "log", ORIGIN, SIGNERS, now=100, genesis=GENESIS, tiles=ObjectTiles(store))
    log.append_many(entries(0, 600), 150)
    log.integrate(200)
    assert entries_of(log) == [GENESIS, *entries(0, 600)]
    log.close()


def test_a_file_size_limit_stops_the_log_and_loses_nothing(local: Place) -> None:
    log = local.create()
    large = [bytes([number]) * 60_000 for number in range(1, 60)]
    log.append_many(large, 150)
    log.close()

    def limited() -> str:
        mine = local.open()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # the bundle has three times as much
        return str(mine.integrate(200))

    assert in_child(limited) == (0, "store.full")
    log = local.open()
    assert entries_of(log) == [GENESIS]
    log.integrate(300)
    assert entries_of(log) == [GENESIS, *large]
    log.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system does not let the tests mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("room", range(0, 400_000, 50_000))
def test_a_full_disk_stops_the_log_and_loses_nothing(small_disk: Path, room: int) -> None:
    place = Place(small_disk / "log")
    log = place.create()
    kept = [bytes([number]) * 20_000 for number in range(1, 20)]
    log.append_many(kept, 150)
    ballast = small_disk / "ballast"
    status = os.statvfs(small_disk)
    free = status.f_bavail * status.f_frsize
    ballast.write_bytes(bytes(max(free - room, 0)))
    stopped: PlimsollError | None = None
    try:
        log.integrate(200)
        for number in range(100, 140):
            log.append(bytes([number]) * 20_000, 210)
            kept.append(bytes([number]) * 20_000)
            log.integrate(220)
    except PlimsollError as error:
        stopped = error
    assert stopped is not None
    assert stopped.code == "store.full"
    log.close()
    ballast.unlink()
    log = place.open()
    while log.integrate(300) is not None:
        pass
    assert entries_of(log) == [GENESIS, *kept]
    log.close()
