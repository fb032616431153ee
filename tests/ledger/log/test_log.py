"""The log as one object: create, append, wait, prove, receipts in both forms, and the loop of the sequencer."""

import threading
import time
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import GENESIS, ORIGIN, SIGNERS, VKEYS, Place, entries, entries_of

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.log_rebuild import check_history
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.policy import Policy
from plimsoll.ledger.notes.tlog_proof import verify_receipt
from plimsoll.ledger.statements.cose_receipt import check_inclusion_receipt
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.tile_source import FolderSource
from plimsoll.ledger.watch.fsck import check


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "log")


def test_every_entry_of_a_new_log_has_both_receipts(place: Place) -> None:
    log = place.create()
    bodies = entries(0, 600)
    tickets = log.append_many(bodies)
    log.integrate()
    policy = Policy.trusting(VKEYS[:1])
    key = SIGNERS[0].cose_key  # type: ignore[attr-defined]
    receipts = list(log.prove_many(0, 601))
    for index, (body, ticket) in enumerate(zip([GENESIS, *bodies], [leaf_hash(GENESIS), *tickets], strict=True)):
        assert log.wait(ticket) == index
        if index % 97 == 0 or index in {1, 255, 256, 600}:
            assert log.prove(index) == receipts[index]
            verify_receipt(receipts[index], body, policy)
            check_inclusion_receipt(log.cose_receipt(index), body, [key])
            assert log.entry(index) == body
    log.close()


def test_a_log_without_filings_has_one_entry_and_its_first_filing_has_a_legal_cose_receipt(place: Place) -> None:
    log = Log.create(place.folder, ORIGIN, SIGNERS)
    first = log.entry(0)
    assert first.split(b"\n")[:2] == [b"plimsoll/genesis/v1", ORIGIN.encode()]
    assert all(key.text.encode() in first for key in VKEYS)
    with pytest.raises(PlimsollError) as refusal:
        log.cose_receipt(0)
    assert refusal.value.code == "receipt.path"
    ticket = log.append(b"filing")
    log.integrate()
    check_inclusion_receipt(log.cose_receipt(log.wait(ticket)), b"filing", [SIGNERS[0].cose_key])  # type: ignore[attr-defined]
    log.close()


def test_what_the_sequencer_writes_passes_fsck(place: Place) -> None:
    log = place.create()
    for start, end in ((0, 1), (1, 255), (255, 256), (256, 900)):
        log.append_many(entries(start, end))
        log.integrate()
    checkpoint, _ = open_checkpoint(log.checkpoint(), VKEYS, ORIGIN)
    assert checkpoint.size == 901
    assert list(check(FolderSource(place.folder / "public"), VKEYS)) == []
    log.close()


def test_waiting_ends_when_another_thread_publishes_or_the_time_is_up(place: Place) -> None:
    log = place.create()
    ticket = log.append(b"filing")
    with pytest.raises(PlimsollError) as refusal:
        log.wait(ticket, timeout=0.1)
    assert refusal.value.code == "entry.waiting"
    with pytest.raises(PlimsollError) as refusal:
        log.wait(leaf_hash(b"never submitted"), timeout=0.1)
    assert refusal.value.code == "entry.unknown"
    stop = threading.Event()
    sequencer = threading.Thread(target=log.run, args=(stop,), kwargs={"every": 0.2})
    sequencer.start()
    try:
        assert log.wait(ticket) == 1
        begun = time.monotonic()
        assert log.wait(log.append(b"the next one")) == 2
        assert time.monotonic() - begun < 5
    finally:
        stop.set()
        sequencer.join()
    log.close()


def test_a_full_batch_does_not_wait_for_the_second_to_pass(place: Place) -> None:
    log = place.create(batch=100)
    log.append_many(entries(0, 1_000))
    stop = threading.Event()
    sequencer = threading.Thread(target=log.run, args=(stop,), kwargs={"every": 3_600})
    sequencer.start()
    try:
        assert log.wait(leaf_hash(entries(0, 1_000)[-1]), timeout=60) == 1_000
        ticket = log.append_many(entries(1_000, 1_100))[-1]
        assert log.wait(ticket, timeout=60) == 1_100
    finally:
        stop.set()
        sequencer.join()
    log.close()


def test_the_run_of_a_sequencer_ends_with_the_reason_when_it_cannot_write(place: Place) -> None:
    log = place.create()
    (place.folder / "last-signed").unlink()
    with pytest.raises(PlimsollError) as refusal:
        log.run(threading.Event(), every=0.1)
    assert refusal.value.code == "log.lock_missing"
    log.close()


def test_creating_again_opens_and_creating_another_there_is_refused(place: Place) -> None:
    log = place.create()
    log.append_many(entries(0, 5))
    log.integrate()
    log.close()
    log = place.create()
    assert entries_of(log) == [GENESIS, *entries(0, 5)]
    log.close()
    other = from_seed("log.example/other", KeyType.ED25519, b"\3" * 32, "log")
    with pytest.raises(PlimsollError) as refusal:
        Log.create(place.folder, "log.example/other", [other])
    assert refusal.value.code == "log.exists"


def test_keys_that_cannot_be_the_logs_are_refused(place: Place, tmp_path: Path) -> None:
    for signers in (SIGNERS[1:], [from_seed("log.example/other", KeyType.ED25519, b"\3" * 32, "log")]):
        with pytest.raises(PlimsollError) as refusal:
            Log.create(tmp_path / "new", ORIGIN, signers)
        assert refusal.value.code == "log.key"
    place.create().close()
    with pytest.raises(PlimsollError) as refusal:
        Log.open(place.folder, [from_seed(ORIGIN, KeyType.ED25519, b"\4" * 32, "log")])
    assert refusal.value.code == "log.key"


def test_without_keys_a_log_is_read_and_appended_to_but_not_signed(place: Place) -> None:
    place.create().close()
    log = Log.open(place.folder)
    log.append(b"filing")
    assert log.prove(0).index == 0
    for attempt in (log.integrate, log.rebuild, log.cose_signer):
        with pytest.raises(PlimsollError) as refusal:
            attempt()
        assert refusal.value.code == "log.key"
    log.close()


@pytest.mark.parametrize("text", [None, "", "{}", '{"format": "other"}', "[]", '{"format": "plimsoll/log/v1"}'])
def test_a_folder_that_describes_no_log_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "log.json").write_text(text)
    with pytest.raises(PlimsollError) as refusal:
        Log.open(tmp_path)
    assert refusal.value.code == ("log.absent" if text is None else "log.malformed")


def test_a_damaged_state_or_tail_is_named_and_not_built_upon(place: Place) -> None:
    import sqlite3

    log = place.create()
    log.append_many(entries(0, 10))
    log.integrate()
    log.close()
    bundle = place.folder / "public" / "tile" / "entries" / "000.p" / "11"
    good = bundle.read_bytes()
    bundle.write_bytes(good[:-1] + b"!")
    log = place.open()
    log.append(b"more")
    with pytest.raises(PlimsollError) as refusal:
        log.integrate()
    assert refusal.value.code == "log.tiles_damaged"
    bundle.write_bytes(good)
    with sqlite3.connect(place.folder / "queue.sqlite") as connection:
        connection.execute("UPDATE ledger_state SET edge = zeroblob(length(edge))")
    connection.close()
    with pytest.raises(PlimsollError) as refusal:
        log.integrate()
    assert refusal.value.code == "log.state_damaged"
    log.rebuild()
    log.integrate()
    assert entries_of(log) == [GENESIS, *entries(0, 10), b"more"]
    log.close()


def test_a_database_that_is_gone_is_made_again_from_the_tiles(place: Place) -> None:
    log = place.create()
    bodies = entries(0, 700)
    log.append_many(bodies)
    log.integrate()
    before = log.queue.state()
    log.close()
    for file in place.folder.glob("queue.sqlite*"):
        file.unlink()
    log = place.open()
    with pytest.raises(PlimsollError) as refusal:
        log.integrate()
    assert refusal.value.code == "queue.absent"
    assert log.rebuild() == 701
    after = log.queue.state()
    assert (after.size, after.root, after.edge) == (before.size, before.root, before.edge)
    assert [log.wait(leaf_hash(body)) for body in bodies[::50]] == list(range(1, 701, 50))
    assert log.append(bodies[3]) == leaf_hash(bodies[3])  # still one entry
    log.append(b"more")
    log.integrate()
    assert entries_of(log) == [GENESIS, *bodies, b"more"]
    log.close()


def test_a_log_whose_database_and_lock_are_both_gone_is_not_begun_again(place: Place) -> None:
    log = place.create()
    log.append_many(entries(0, 5))
    log.integrate()
    first = (place.folder / "last-signed").read_bytes()
    newest = log.checkpoint()
    log.append(b"more")
    log.integrate()
    latest = log.checkpoint()
    log.close()
    for file in (*place.folder.glob("queue.sqlite*"), place.folder / "last-signed"):
        file.unlink()
    with pytest.raises(PlimsollError) as refusal:
        place.create()
    assert refusal.value.code == "log.lock_missing"
    log = place.open()
    with pytest.raises(PlimsollError) as refusal:
        log.rebuild(witnessed=newest)
    assert refusal.value.code == "log.witnessed_older"
    (place.folder / "last-signed").write_bytes(first)
    with pytest.raises(PlimsollError) as refusal:
        log.rebuild()
    assert refusal.value.code == "log.witnessed_older"
    assert log.rebuild(witnessed=latest) == 7
    assert log.integrate() is None
    log.close()


def test_a_log_of_which_only_tiles_are_left_is_not_begun_again_over_them(place: Place) -> None:
    log = place.create()
    log.close()
    for file in (*place.folder.glob("queue.sqlite*"), place.folder / "last-signed", place.folder / "public/checkpoint"):
        file.unlink()
    with pytest.raises(PlimsollError) as refusal:
        place.create()
    assert refusal.value.code == "log.lock_missing"


def test_a_database_that_was_put_back_publishes_nothing(place: Place) -> None:
    log = place.create()
    log.close()
    yesterday = (place.folder / "queue.sqlite").read_bytes()
    log = place.open()
    log.append(b"today's filing")
    log.integrate()
    log.close()
    for file in place.folder.glob("queue.sqlite*"):
        file.unlink()
    (place.folder / "queue.sqlite").write_bytes(yesterday)
    log = place.open()
    newest = log.checkpoint()
    with pytest.raises(PlimsollError) as refusal:
        log.republish()
    assert refusal.value.code == "log.published_ahead"
    assert log.checkpoint() == newest
    (place.folder / "public/checkpoint").unlink()
    with pytest.raises(PlimsollError) as refusal:
        log.republish()
    assert refusal.value.code == "log.backup_restored"
    log.close()


def test_a_checkpoint_by_the_logs_key_that_is_not_of_its_history_ends_it(place: Place) -> None:
    log = place.create()
    log.append_many(entries(0, 5))
    log.integrate()
    for size, code in ((9, "log.witness_ahead"), (3, "log.forked")):
        with pytest.raises(PlimsollError) as refusal:
            check_history(ORIGIN, log.queue.state(), log.tiles, log.lock, Checkpoint(ORIGIN, size, b"\5" * 32))
        assert refusal.value.code == code
    log.close()
