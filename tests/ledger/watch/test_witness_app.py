"""A witness over real HTTP on loopback: its paths, its bounds, and clients that send slowly or too much."""

import hashlib
import http.client
import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import ORIGIN, VKEYS, in_child
from tests.ledger.witness_cases import Tree, asked, new_witness, witness_keys

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.notes import open_note
from plimsoll.ledger.statements.rate_limit import RateLimit
from plimsoll.ledger.watch.serving import Limits, Server
from plimsoll.ledger.watch.witness import MAX_BODY, Witness, add_checkpoint
from plimsoll.ledger.watch.witness_app import witness_app

TREE = Tree()
LIMITS = Limits(body=MAX_BODY, header_seconds=0.5, body_seconds=0.5, connections=8, threads=2, waiting=4)
MONITORED = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    made = new_witness(tmp_path)
    yield made
    made.state.close()  # type: ignore[attr-defined]


@pytest.fixture
def server(witness: Witness) -> Iterator[Server]:
    with Server(witness_app(witness), limits=LIMITS) as running:
        yield running


def ask(server: Server, method: str, path: str, body: bytes | None = None) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_checkpoints_are_cosigned_over_http_and_shown_on_the_monitoring_endpoint(server: Server) -> None:
    assert ask(server, "GET", MONITORED)[0] == 404
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 8)) == (409, "text/x.tlog.size", b"5\n")
    assert ask(server, "POST", "/add-checkpoint", TREE.request(5, 8))[0] == 200
    status, kind, note = ask(server, "GET", MONITORED)
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    keys = [*VKEYS, *(signer.verifier for signer in witness_keys())]
    assert len(open_note(note, keys).verified) == 4
    assert ask(server, "HEAD", MONITORED) == (200, kind, b"")


def test_one_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    for old, size in ((0, 3), (3, 6), (6, 9)):
        connection.request("POST", "/add-checkpoint", TREE.request(old, size))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert answer.getheader("Connection") != "close"
    connection.close()


def test_other_paths_and_methods_are_refused(server: Server) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/add-checkpoint", 405),
        ("POST", MONITORED, 405),
        ("POST", f"/{'0' * 64}/checkpoint", 404),
        ("POST", "/sign-subtree", 400),
    ):
        assert ask(server, method, path, b"")[0] == status


def test_a_body_over_the_limit_is_refused_before_it_is_read(server: Server) -> None:
    assert ask(server, "POST", "/add-checkpoint", bytes(MAX_BODY + 1))[0] == 413
    with socket.create_connection((server.host, server.port), timeout=5) as client:
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while sent < 64 * MAX_BODY:  # an endless body in chunks, without a length
                client.sendall(b"4000\r\n" + bytes(0x4000) + b"\r\n")
                sent += 0x4000
            answered = client.recv(100)
        except OSError:
            answered = b""
    assert sent < 64 * MAX_BODY or b"413" in answered
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200


def drip(server: Server, head: bytes, drops: bytes, ended: list[float]) -> None:
    begun = time.monotonic()
    with socket.create_connection((server.host, server.port), timeout=20) as client:
        try:
            client.sendall(head)
            client.settimeout(0.05)
            while time.monotonic() - begun < 15:
                try:
                    if not client.recv(1000):
                        break
                except TimeoutError:
                    client.sendall(drops)
        except OSError:
            pass
    ended.append(time.monotonic() - begun)


@pytest.mark.parametrize(
    ("head", "drops"),
    [
        (b"", b""),
        (b"POST /add-checkpoint HTTP/1.1\r\n", b"X"),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", b"o"),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\no\r\n"),
    ],
    ids=["silent", "slow headers", "slow body", "slow chunks"],
)
def test_clients_that_send_slowly_are_cut_off_and_others_are_served(server: Server, head: bytes, drops: bytes) -> None:
    ended: list[float] = []
    slow = [threading.Thread(target=drip, args=(server, head, drops, ended)) for _ in range(2 * LIMITS.connections)]
    for thread in slow:
        thread.start()
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200
    for thread in slow:
        thread.join()
    assert max(ended) < 10, "each must end by the limits, and not by its own patience"


def test_a_flood_of_one_address_is_answered_429(witness: Witness) -> None:
    with Server(witness_app(witness, per_address=RateLimit(0.001, 3)), limits=LIMITS) as server:
        assert [ask(server, "GET", "/")[0] for _ in range(4)] == [404, 404, 404, 429]


def test_only_requests_that_the_log_signed_use_up_its_share(witness: Witness) -> None:
    with Server(witness_app(witness, per_origin=RateLimit(0.001, 2)), limits=LIMITS) as server:
        forged = TREE.note(5).replace(b"filings/2026 ", b"filings/2027 ")
        for _ in range(5):
            assert ask(server, "POST", "/add-checkpoint", asked(0, [], forged))[0] == 403
        assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200
        assert ask(server, "POST", "/add-checkpoint", TREE.request(5, 6))[0] == 200
        assert ask(server, "POST", "/add-checkpoint", TREE.request(6, 7))[0] == 429


def test_two_concurrent_http_requests_from_one_old_size_one_wins(server: Server) -> None:
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200
    bodies = [TREE.request(5, size) for size in (8, 12, 9, 16)]
    barrier = threading.Barrier(len(bodies))
    said: list[int] = []

    def one(body: bytes) -> None:
        barrier.wait()
        said.append(ask(server, "POST", "/add-checkpoint", body)[0])

    threads = [threading.Thread(target=one, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [200, 409, 409, 409]


def test_a_witness_that_cannot_write_cosigns_nothing(witness: Witness, server: Server, tmp_path: Path) -> None:
    assert ask(server, "POST", "/add-checkpoint", TREE.request(0, 5))[0] == 200

    def limited() -> str:
        mine = new_witness(tmp_path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))
        return str(add_checkpoint(mine, TREE.request(5, 8), 2_000).status)

    assert in_child(limited) == (0, "store.full")
    assert ask(server, "POST", "/add-checkpoint", TREE.request(5, 9))[0] == 200


def test_a_port_that_is_taken_is_refused(server: Server, witness: Witness) -> None:
    with pytest.raises(PlimsollError) as refusal:
        Server(witness_app(witness), port=70_000)
    assert refusal.value.code == "serving.address"


def test_a_defect_in_an_application_tells_the_client_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def defective(environ: object, start: object) -> list[bytes]:
        raise ValueError("a secret")

    with Server(defective, limits=LIMITS) as server:
        assert ask(server, "GET", "/")[::2] == (500, b"internal error\n")
    assert "a secret" not in capsys.readouterr().err
