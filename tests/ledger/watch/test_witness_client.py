"""A log that asks real witnesses over HTTP before it publishes: quorum, lost state, dead and lying witnesses."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import GENESIS, ORIGIN, VKEYS, Place, entries, entries_of
from tests.ledger.witness_cases import Tree, forked, new_witness, witness_keys

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.signed_size import Signed
from plimsoll.ledger.notes.checkpoint import read_checkpoint
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.notes import MAX_SIGNATURES, open_note
from plimsoll.ledger.notes.policy import parse_policy
from plimsoll.ledger.notes.tlog_proof import verify_receipt
from plimsoll.ledger.watch.client import verify
from plimsoll.ledger.watch.serving import Server
from plimsoll.ledger.watch.witness import add_checkpoint
from plimsoll.ledger.watch.witness_app import witness_app
from plimsoll.ledger.watch.witness_client import WitnessAddress, WitnessClient

NUMBERS = (1, 2, 3)
POLICY = parse_policy(
    "\n".join(
        [
            f"log {VKEYS[0].text}",
            *(f"witness w{number} {witness_keys(number)[1].verifier.text}" for number in NUMBERS),
            "group two 2 w1 w2 w3",
            "quorum two",
            "",
        ]
    ).encode()
)


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[list[str]]:
    with ExitStack() as stack:
        found = []
        for number in NUMBERS:
            witness = new_witness(tmp_path, number)
            stack.callback(witness.state.close)  # type: ignore[attr-defined]
            found.append(stack.enter_context(Server(witness_app(witness))).url)
        yield found


def addresses(urls: list[str]) -> list[WitnessAddress]:
    return [
        WitnessAddress(url, tuple(signer.verifier for signer in witness_keys(number)))
        for number, url in zip(NUMBERS, urls, strict=False)
    ]


def cosigners(log: Log) -> set[str]:
    keys = [signer.verifier for number in NUMBERS for signer in witness_keys(number)]
    return {key.name for key, _ in open_note(log.checkpoint(), [*keys, *VKEYS]).verified} - {ORIGIN}


def test_a_checkpoint_is_published_with_the_cosignatures_of_a_quorum(tmp_path: Path, urls: list[str]) -> None:
    log = Place(tmp_path / "log").create(witnesses=WitnessClient(addresses(urls), POLICY))
    for batch in range(3):
        log.append_many(entries(batch * 300, batch * 300 + 300))
        log.integrate()
        assert len(cosigners(log)) >= 2
    receipt = log.prove(700)
    entry = entries(0, 900)[699]
    result = verify_receipt(receipt, entry, POLICY, int(time.time()), 60)
    assert result.quorum
    assert verify(receipt.encode(), entry, POLICY, max_age=60, now=int(time.time())).ok
    log.close()


def test_a_client_without_memory_learns_the_size_from_the_witness(tmp_path: Path, urls: list[str]) -> None:
    place = Place(tmp_path / "log")
    log = place.create(witnesses=WitnessClient(addresses(urls)))
    log.append_many(entries(0, 300))
    log.integrate()
    log.close()
    log = place.open(witnesses=WitnessClient(addresses(urls)))
    log.append_many(entries(300, 310))
    log.integrate()
    assert len(cosigners(log)) == 3
    log.close()


def test_without_a_quorum_it_is_published_uncosigned_in_time_and_cosigned_later(
    tmp_path: Path, urls: list[str]
) -> None:
    """Two of three witnesses take connections and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dead = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = WitnessClient(addresses([urls[0], dead, f"{dead}/other"]), POLICY, timeout=0.5)
        begun = time.monotonic()
        log = Place(tmp_path / "log").create(witnesses=client)
        assert 0.4 < time.monotonic() - begun < 8
        assert cosigners(log) == {"witness.example/1"}
        begun = time.monotonic()
        log.append(b"the next batch does not wait for them")
        log.integrate()
        assert time.monotonic() - begun < 0.5 + 8
        assert cosigners(log) == {"witness.example/1"}
    log.witnesses = WitnessClient(addresses(urls), POLICY)
    log.republish()
    assert len(cosigners(log)) >= 2
    log.close()


def test_a_resting_witness_is_not_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = WitnessClient(addresses([f"http://127.0.0.1:{silent.getsockname()[1]}"]), timeout=0.3, rest=60)
        first = client.cosign(Tree().note(5), 1_000, lambda old: [])
        assert not first.quorum
        assert "no answer" in first.problems[0][1] or "in time" in first.problems[0][1]
        begun = time.monotonic()
        second = client.cosign(Tree().note(5), 1_030, lambda old: [])
        assert time.monotonic() - begun < 0.2
        assert "lately" in second.problems[0][1]
        assert "lately" not in client.cosign(Tree().note(5), 1_061, lambda old: []).problems[0][1]
        # A clock that is put back does not make the rest longer.
        assert "lately" not in client.cosign(Tree().note(5), 900, lambda old: []).problems[0][1]


def test_a_witness_that_signs_without_end_cannot_stop_a_log(tmp_path: Path) -> None:
    """As many good lines as a note may have: one more would make a checkpoint that nobody reads."""
    log = Place(tmp_path / "log").create()
    checkpoint = read_checkpoint(log.checkpoint())[0]
    signer = witness_keys(1)[0]
    body = "".join(cosign(checkpoint, signer, at).line for at in range(1, MAX_SIGNATURES + 1)).encode()
    with answering(b"HTTP/1.1 200 OK\r\n\r\n" + body) as url:
        log.witnesses = WitnessClient(addresses([url]), timeout=3)
        log.republish()
    assert cosigners(log) == {"witness.example/1"}
    assert len(read_checkpoint(log.checkpoint())[1].signatures) == len(VKEYS) + 1
    log.close()


def test_a_witness_that_drips_is_cut_off_and_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 1_000, pause=0.02) as url:
        # The head is there in time; the body is not.
        client = WitnessClient(addresses([url]), timeout=1.5)
        assert not client.cosign(Tree().note(5), 1_000, lambda old: []).quorum
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and len(set(threading.enumerate()) - before) > 1:
            time.sleep(0.02)
        assert len(set(threading.enumerate()) - before) == 1  # the server's own


@contextmanager
def answering(raw: bytes, pause: float = 0) -> Iterator[str]:
    """A witness that sends these bytes to whoever connects, one at a time if there is a pause."""
    stop = threading.Event()

    def answer(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                with client, suppress(OSError):
                    client.recv(100_000)
                    for part in [raw[at : at + 1] for at in range(len(raw))] if pause else [raw]:
                        client.sendall(part)
                        if stop.wait(pause):
                            return
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(100_000):  # a close over what was not read would take the answer back
                        pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        stop.set()
        server.shutdown(socket.SHUT_RDWR)


def test_a_witness_that_saw_another_history_does_not_cosign_and_says_so(tmp_path: Path, urls: list[str]) -> None:
    other = new_witness(tmp_path, 1)
    assert add_checkpoint(other, forked(0).request(0, 30), 1_000).status == 200
    tree = Tree()
    client = WitnessClient(addresses(urls))
    ahead = client.cosign(tree.note(20), 1_000, lambda old: tree.proof(old, 20))
    assert "has seen size 30" in dict(ahead.problems)[urls[0]]
    beside = client.cosign(tree.note(35), 1_000, lambda old: tree.proof(old, 35))
    assert "422" in dict(beside.problems)[urls[0]]
    assert set(dict(beside.problems)) == {urls[0]}
    other.state.close()  # type: ignore[attr-defined]


def test_a_machine_put_back_as_a_whole_is_stopped_by_what_a_witness_holds(tmp_path: Path, urls: list[str]) -> None:
    """Database, lock, tiles and checkpoint are all of yesterday and agree; only the witnesses remember today."""
    place = Place(tmp_path / "log")
    log = place.create(witnesses=WitnessClient(addresses(urls)))
    log.append_many(entries(0, 20))
    log.integrate()
    log.close()
    shutil.copytree(place.folder, tmp_path / "snapshot")
    log = place.open(witnesses=WitnessClient(addresses(urls)))
    log.append_many(entries(20, 50))
    log.integrate()
    newest = log.checkpoint()
    log.close()
    back = Place(tmp_path / "snapshot")
    log = back.open(witnesses=WitnessClient(addresses(urls)))
    log.append(b"another history")
    with pytest.raises(PlimsollError) as refusal:
        log.integrate()
    assert refusal.value.code == "log.witness_ahead"
    assert log.lock.read() == Signed(ORIGIN, 21, log.queue.state().root)
    # A mirror of the tiles and the witnessed checkpoint bring it back.
    shutil.copytree(place.folder / "public" / "tile", back.folder / "public" / "tile", dirs_exist_ok=True)
    assert log.rebuild(witnessed=newest) == 51
    log.integrate()
    log.integrate()
    assert entries_of(log)[1:] == [*entries(0, 50), b"another history"]
    log.close()


def test_a_machine_put_back_while_its_witnesses_were_away_is_stopped_when_they_are_back(
    tmp_path: Path, urls: list[str]
) -> None:
    place = Place(tmp_path / "log")
    log = place.create()
    log.close()
    shutil.copytree(place.folder, tmp_path / "snapshot")
    log = place.open(witnesses=WitnessClient(addresses(urls)))
    log.append(b"a filing")
    log.integrate()
    log.close()
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    log = Place(tmp_path / "snapshot").open(witnesses=WitnessClient(addresses([nobody]), timeout=1))
    log.append(b"another history")
    log.integrate()
    log.witnesses = WitnessClient(addresses(urls))
    log.append(b"and more of it")
    log.integrate()
    assert log.witness_problems
    log.append(b"and no more")
    with pytest.raises(PlimsollError) as refusal:
        log.integrate()
    assert refusal.value.code == "log.forked"
    log.close()


def test_a_witness_cannot_stop_a_log_by_naming_a_size(tmp_path: Path) -> None:
    body = Tree().note(39).replace(b"39\n", b"40\n")
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with socket.create_server(("127.0.0.1", 0)) as server:

        def lie() -> None:
            for _ in range(4):
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(100_000)
                    client.sendall(answer)

        threading.Thread(target=lie, daemon=True).start()
        client = WitnessClient(addresses([f"http://127.0.0.1:{server.getsockname()[1]}"]), timeout=3)
        assert client.newest(ORIGIN, VKEYS) is None
        log = Place(tmp_path / "log").create(witnesses=client)
        assert entries_of(log) == [GENESIS]
        log.close()
        server.shutdown(socket.SHUT_RDWR)


LIES = {
    "an endless answer": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + bytes(1 << 20),
    "a conflict without end": b"HTTP/1.1 409 X\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n3\n",
    "a size that is none": b"HTTP/1.1 409 X\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 3\r\n\r\n-3\n",
    "a conflict of another type": b"HTTP/1.1 409 X\r\nContent-Length: 2\r\n\r\n3\n",
    "no cosignature": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "nothing": b"",
    "no HTTP": b"\0" * 100,
    "a line of a stranger": "HTTP/1.1 200 OK\r\n\r\n— stranger AAAAAAAA\n".encode(),
}


@pytest.mark.parametrize("lie", LIES)
def test_whatever_a_witness_answers_the_log_goes_on(lie: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(4):
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    try:
                        client.recv(100_000)
                        client.sendall(LIES[lie])
                    except OSError:
                        continue

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client = WitnessClient(addresses([f"http://127.0.0.1:{server.getsockname()[1]}"]), timeout=3)
        note = Tree().note(5)
        found = client.cosign(note, 1_000, lambda old: Tree().proof(old, 5))
        server.shutdown(socket.SHUT_RDWR)
    assert found.note == note
    assert not found.quorum
    assert len(found.problems) == 1
