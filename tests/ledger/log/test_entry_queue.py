"""The queue, on SQLite and on a real PostgreSQL server: the caller's transaction, plans, places, the one sequencer."""

import hashlib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.entry_queue import EntryQueue, LogState
from plimsoll.ledger.log.postgres_queue import PostgresQueue
from plimsoll.ledger.log.sqlite_queue import SqliteQueue
from plimsoll.ledger.tree.merkle import EMPTY_ROOT

EMPTY = LogState(0, EMPTY_ROOT, b"", b"")
ORIGIN = "log.example/filings"


@dataclass
class Place:
    """A database, the queue in it, and how to say the same in another process."""

    kind: str
    where: str
    queue: EntryQueue

    def connect(self) -> Any:
        if self.kind == "sqlite":
            return sqlite3.connect(self.where)
        import psycopg

        return psycopg.connect(self.where)

    @property
    def code(self) -> str:
        module, name = {
            "sqlite": ("sqlite_queue", "SqliteQueue"),
            "postgres": ("postgres_queue", "PostgresQueue"),
        }[self.kind]
        return f"from plimsoll.ledger.log.{module} import {name} as Queue; queue = Queue({self.where!r})"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    queue: EntryQueue
    if request.param == "sqlite":
        where = str(tmp_path / "app.sqlite")
        queue = SqliteQueue(where)
    else:
        where = request.getfixturevalue("postgres")
        queue = PostgresQueue(where)
    queue.create(ORIGIN, EMPTY)
    yield Place(request.param, where, queue)
    queue.close()


def settled(queue: EntryQueue, size: int) -> None:
    before = queue.state()
    queue.settle(before.size, LogState(size, hashlib.sha256(bytes([size])).digest(), b"edge", b"note"))


def test_an_entry_and_the_filing_are_committed_together_or_not_at_all(place: Place) -> None:
    connection = place.connect()
    connection.execute("CREATE TABLE filing (name TEXT)")
    connection.commit()
    for end in (connection.rollback, connection.commit):
        connection.execute("INSERT INTO filing VALUES ('one')")
        tickets = place.queue.add([b"statement"], 7, connection)
        assert place.queue.pending() == 0  # nobody else sees it yet
        end()
    assert tickets == [hashlib.sha256(b"\0statement").digest()]
    assert place.queue.pending() == 1
    assert connection.execute("SELECT count(*) FROM filing").fetchone() == (1,)
    connection.close()


def test_a_cursor_stands_for_its_transaction(place: Place) -> None:
    connection = place.connect()
    cursor = connection.cursor()
    place.queue.add([b"statement"], 7, cursor)
    connection.rollback()
    assert place.queue.pending() == 0
    connection.close()


def test_after_a_rollback_the_ticket_is_unknown(place: Place) -> None:
    connection = place.connect()
    (ticket,) = place.queue.add([b"statement"], 7, connection)
    connection.rollback()
    connection.close()
    with pytest.raises(PlimsollError) as refusal:
        place.queue.index_of(ticket)
    assert refusal.value.code == "entry.unknown"


def test_a_connection_that_commits_by_itself_must_have_begun_a_transaction(place: Place) -> None:
    connection = place.connect()
    if place.kind == "sqlite":
        connection.isolation_level = None
    else:
        connection.autocommit = True
    with pytest.raises(PlimsollError) as refusal:
        place.queue.add([b"statement"], 7, connection)
    assert refusal.value.code == "queue.no_transaction"
    connection.execute("BEGIN")
    place.queue.add([b"statement"], 7, connection)
    connection.execute("ROLLBACK")
    assert place.queue.pending() == 0
    connection.close()


class Committing(sqlite3.Connection):
    """What Python 3.12 calls a connection with ``autocommit=True``, whose isolation level is not looked at."""

    autocommit = True


def test_a_connection_that_commits_by_itself_is_known_by_its_newer_name_too(tmp_path: Path) -> None:
    queue = SqliteQueue(tmp_path / "app.sqlite")
    queue.create(ORIGIN, EMPTY)
    connection = sqlite3.connect(tmp_path / "app.sqlite", factory=Committing)
    with pytest.raises(PlimsollError) as refusal:
        queue.add([b"statement"], 7, connection)
    assert refusal.value.code == "queue.no_transaction"
    connection.close()
    queue.close()


@pytest.mark.parametrize(("body", "code"), [(b"x" * 65_536, "entry.too_large"), (b"", "entry.empty")])
def test_what_no_leaf_can_hold_is_refused_before_the_database_is_asked(place: Place, body: bytes, code: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        place.queue.add([b"good", body], 7)
    assert refusal.value.code == code
    assert place.queue.pending() == 0
    place.queue.add([b"x" * 65_535], 7)
    assert place.queue.pending() == 1


def test_the_same_bytes_twice_are_one_entry(place: Place) -> None:
    first, again = place.queue.add([b"statement", b"statement"], 7)
    assert first == again == place.queue.add([b"statement"], 8)[0]
    assert place.queue.pending() == 1


def test_what_was_added_is_read_in_order_from_where_one_was(place: Place) -> None:
    bodies = [bytes([65 + each]) for each in range(7)]
    place.queue.add(bodies, 7)
    assert [body for _, body in place.queue.added(0, 0, 10)] == bodies
    (one, _), (two, _) = place.queue.added(0, 0, 2)
    assert 0 < one < two
    assert [body for _, body in place.queue.added(two, 0, 3)] == bodies[2:5]
    place.queue.plan(4, 8)
    assert [body for _, body in place.queue.added(0, 0, 10)] == bodies
    settled(place.queue, 4)
    assert [body for _, body in place.queue.added(0, 3, 10)] == bodies[3:]
    assert [body for _, body in place.queue.added(0, 4, 10)] == bodies[4:]


def test_a_plan_stays_as_it_was_made_until_it_is_settled(place: Place) -> None:
    tickets = place.queue.add([b"a", b"b", b"c"], 7)
    plan = place.queue.plan(2, 100)
    assert plan is not None
    assert (plan.first, plan.bodies, plan.planned_at) == (0, (b"a", b"b"), 100)
    place.queue.add([b"d"], 8)
    assert place.queue.plan(2_000, 999) == plan == place.queue.planned()
    assert place.queue.index_of(tickets[0]) is None  # a plan is no promise
    settled(place.queue, 2)
    assert [place.queue.index_of(ticket) for ticket in tickets] == [0, 1, None]
    assert place.queue.planned() is None
    after = place.queue.plan(2_000, 101)
    assert after is not None
    assert (after.first, after.bodies) == (2, (b"c", b"d"))


def test_an_entry_committed_late_comes_after_the_plan_that_missed_it(postgres: str) -> None:
    import psycopg

    queue = PostgresQueue(postgres)
    queue.create(ORIGIN, EMPTY)
    with psycopg.connect(postgres) as slow:
        queue.add([b"lower id"], 7, slow)
        queue.add([b"higher id"], 7)
        plan = queue.plan(10, 100)
        slow.commit()
    assert plan is not None
    assert plan.bodies == (b"higher id",)
    assert queue.plan(10, 101) == plan
    settled(queue, 1)
    late = queue.plan(10, 102)
    assert late is not None
    assert late.bodies == (b"lower id",)
    queue.close()


def test_settling_from_another_size_is_refused(place: Place) -> None:
    with pytest.raises(PlimsollError) as refusal:
        place.queue.settle(5, LogState(6, EMPTY_ROOT, b"", b"x"))
    assert refusal.value.code == "log.sequencer_lost"
    assert place.queue.state() == EMPTY


def test_rebuilding_gives_the_places_of_the_tiles_and_lets_the_rest_wait(place: Place) -> None:
    kept, waiting = place.queue.add([b"kept", b"waiting"], 7)
    place.queue.plan(10, 100)
    state = LogState(2, hashlib.sha256(b"r").digest(), b"edge", b"note")
    place.queue.rebuild([b"lost", b"kept"], state)
    assert place.queue.state() == state
    assert place.queue.index_of(kept) == 1
    assert place.queue.index_of(hashlib.sha256(b"\0lost").digest()) == 0
    assert place.queue.index_of(waiting) is None
    plan = place.queue.plan(10, 101)
    assert plan is not None
    assert (plan.first, plan.bodies) == (2, (b"waiting",))


def test_a_database_without_a_log_and_one_of_another_log_are_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as refusal:
        place.queue.create("log.example/other", EMPTY)
    assert refusal.value.code == "queue.foreign"
    other = SqliteQueue(tmp_path / "none") if place.kind == "sqlite" else PostgresQueue(place.where, "none")
    with pytest.raises(PlimsollError) as refusal:
        other.state()
    assert refusal.value.code == "queue.absent"
    other.close()
    with pytest.raises(PlimsollError) as refusal:
        SqliteQueue(tmp_path / "x", "a; DROP TABLE filing")
    assert refusal.value.code == "queue.name"


def test_a_database_that_cannot_be_used_is_refused_with_a_code(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"this is no database" * 100)
    with pytest.raises(PlimsollError) as refusal:
        SqliteQueue(tmp_path / "damaged").state()
    assert refusal.value.code == "store.damaged"
    (tmp_path / "folder").mkdir()
    for path, code in (("folder", "store.failed"), ("nowhere/queue", "store.failed"), ("empty", "queue.absent")):
        queue = SqliteQueue(tmp_path / path)
        for work in (queue.state, queue.pending, queue.planned, lambda: queue.add([b"entry"], 7)):
            with pytest.raises(PlimsollError) as refusal:
                work()
            assert refusal.value.code == code
        queue.close()
    pytest.importorskip("psycopg")
    with pytest.raises(PlimsollError) as refusal:
        PostgresQueue(f"host={tmp_path} user=nobody password=secret connect_timeout=1").state()
    assert refusal.value.code == "store.unreachable"
    assert "secret" not in str(refusal.value)


def test_of_two_sequencer_processes_the_second_says_so_or_waits(place: Place) -> None:
    hold = f"{place.code}\nwith queue.lead(0):\n    print('leading', flush=True); input()"
    first = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "leading\n"
        with pytest.raises(PlimsollError) as refusal, place.queue.lead(0.05):
            pass
        assert refusal.value.code == "log.sequencer_busy"
        place.queue.add([b"a filing while the other leads"], 7)
        release = threading.Timer(0.2, first.terminate)
        begun = time.monotonic()
        release.start()
        with place.queue.lead(20):
            assert time.monotonic() - begun >= 0.15
        release.join()
    finally:
        first.kill()
        first.communicate()


def test_a_killed_sequencer_holds_no_place(place: Place) -> None:
    hold = f"{place.code}\nwith queue.lead(0):\n    print('leading', flush=True); input()"
    first = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    assert first.stdout.readline() == "leading\n"
    first.kill()
    first.communicate()
    with place.queue.lead(20):
        pass
