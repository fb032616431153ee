"""SCRAPI over real HTTP on loopback, in front of a small log that judges by its own registrar."""

import http.client
import io
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import cbor2
import pytest
from cose_cases import first_policy, key, registration, statement
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.statements.cose import CoseKey, parse_sign1, sign1
from plimsoll.ledger.statements.cose_keys import cose_key_of, parse_cose_key
from plimsoll.ledger.statements.cose_receipt import inclusion_receipt, verify_inclusion_receipt
from plimsoll.ledger.statements.rate_limit import RateLimit
from plimsoll.ledger.statements.registration import Registrar
from plimsoll.ledger.statements.scrapi import MAX_BODY, PENDING, Pending, scrapi_app
from plimsoll.ledger.statements.statement import leaf_bytes, statement_id
from plimsoll.ledger.tree.merkle import leaf_hash, leaf_hashes, root_of
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path

LOG_KEY = key(50, role=Role.LOG)


class MemoryLog:
    """A whole log in a list: statements wait until `integrate`."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.registrar, self.at_once = Registrar(), at_once
        self.entries = [self.registrar.admit(each).entry for each in (first_policy(), registration(key()))]
        self.waiting: list[bytes] = []

    def submit(self, statement: bytes) -> str:
        entry = statement_id(statement)
        if self.status(entry) is None:
            self.waiting.append(self.registrar.admit(statement).entry)
        if self.at_once:
            self.integrate()
        return entry

    def integrate(self) -> None:
        self.entries += self.waiting
        self.waiting = []

    def status(self, entry: str) -> bytes | Pending | None:
        leaves = leaf_hashes(self.entries)
        if entry in [each.hex() for each in leaf_hashes(self.waiting)]:
            return PENDING
        if entry not in [each.hex() for each in leaves]:
            return None
        index = [each.hex() for each in leaves].index(entry)
        path = inclusion_path(index, len(leaves), in_memory(leaves))
        return inclusion_receipt(
            LOG_KEY, iss="log.example", sub="filings", index=index, size=len(leaves), path=path, root=root_of(leaves)
        )

    def keys(self) -> Sequence[CoseKey]:
        return [LOG_KEY.cose_key]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the server's
        """Says nothing on the terminal of the tests."""


Ask = Callable[..., tuple[int, dict[str, str], bytes]]


@contextmanager
def served(log: object, **settings: object) -> Iterator[Ask]:
    """The application behind a real server; gives a function that asks it."""
    server = make_server("127.0.0.1", 0, scrapi_app(log, **settings), handler_class=Quiet)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def ask(
        method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        try:
            connection.request(method, path, body, headers or ({"Content-Type": "application/cose"} if body else {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    try:
        yield ask
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def problem(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["content-type"] == "application/concise-problem-details+cbor"
    details = cbor2.loads(body)
    assert set(details) == {-1, -2}
    return status, details[-1]


def test_a_statement_is_registered_and_its_receipt_holds() -> None:
    with served(MemoryLog()) as ask:
        status, headers, receipt = ask("POST", "/entries", statement())
        assert (status, headers["content-type"]) == (201, "application/cose")
        assert verify_inclusion_receipt(receipt, leaf_bytes(statement()), [LOG_KEY.cose_key])
        assert headers["location"] == f"/entries/{statement_id(statement())}"
        status, _, later = ask("GET", headers["location"])
        assert (status, later) == (200, receipt)
        status, headers, body = ask("HEAD", headers["location"])
        assert (status, body, int(headers["content-length"])) == (200, b"", len(receipt))


def test_a_statement_waits_and_no_receipt_leaves_before_it_is_registered() -> None:
    log = MemoryLog(at_once=False)
    with served(log) as ask:
        status, headers, body = ask("POST", "/entries", statement())
        assert (status, headers["retry-after"], body) == (303, "1", b"")
        place = headers["location"]
        assert ask("GET", place)[0] == 302
        assert ask("GET", place)[1]["location"] == place
        assert ask("POST", "/entries", statement())[1]["location"] == place
        log.integrate()
        status, _, receipt = ask("GET", place)
        assert status == 200
        assert verify_inclusion_receipt(receipt, leaf_bytes(statement()), [LOG_KEY.cose_key])
        assert len(log.entries) == 3


def test_the_logs_keys_are_served_one_and_all() -> None:
    with served(MemoryLog()) as ask:
        status, headers, body = ask("GET", "/.well-known/scitt-keys")
        assert (status, headers["content-type"]) == (200, "application/cbor")
        assert [cose_key_of(dict(each)) for each in cbor2.loads(body)] == [LOG_KEY.cose_key]
        kid = urlsafe_b64encode(LOG_KEY.cose_key.kid).rstrip(b"=").decode()
        status, _, body = ask("GET", f"/.well-known/scitt-keys/{kid}")
        assert (status, parse_cose_key(body)) == (200, LOG_KEY.cose_key)
        assert problem(ask("GET", "/.well-known/scitt-keys/nobody")) == (404, "No such key")


def test_what_is_refused_has_problem_details() -> None:
    detached = parse_sign1(statement())
    without_payload = type(detached)(detached.protected, {}, None, detached.signature).encode()
    other_alg = sign1(key(), {4: b"k", 15: {1: "x", 2: "y"}, 258: -16}, bytes(32))
    foreign = type(other_alg)(other_alg.protected.replace(b"\x01\x27", b"\x01\x22", 1), {}, bytes(32), bytes(64))
    large = parse_sign1(statement()).with_unprotected({5: bytes(MAX_BODY)}).encode()
    with served(MemoryLog()) as ask:
        assert problem(ask("POST", "/entries", b"not cbor")) == (400, "Malformed request")
        assert problem(ask("POST", "/entries", statement(key(9)))) == (400, "Rejected")
        assert problem(ask("POST", "/entries", without_payload)) == (400, "Payload Missing")
        assert problem(ask("POST", "/entries", foreign.encode())) == (400, "Bad Signature Algorithm")
        assert problem(ask("POST", "/entries", large)) == (413, "Malformed request")
        assert problem(ask("POST", "/entries", statement(), {"Content-Type": "text/plain"})) == (
            415,
            "Malformed request",
        )
        assert problem(ask("GET", "/entries/" + "0" * 64)) == (404, "Operation Not Found")
        for locator in ("a" * 129, "%2e%2e%2fetc", "%00", "a%20b"):
            assert problem(ask("GET", "/entries/" + locator)) == (400, "Invalid locator")
        assert problem(ask("GET", "/elsewhere")) == (404, "Not Found")
        assert problem(ask("GET", "/entries")) == (405, "Malformed request")
        assert problem(ask("DELETE", "/entries/" + "0" * 64)) == (405, "Malformed request")


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (None, (411, "Malformed request")),
        ("-1", (400, "Malformed request")),
        ("9" * 30, (400, "Malformed request")),
        ("\u0661", (400, "Malformed request")),
        (str(MAX_BODY + 1), (413, "Malformed request")),
    ],
)
def test_no_body_is_read_without_a_length_that_is_allowed(length: str | None, expected: tuple[int, str]) -> None:
    class Untouchable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the body was read")

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/entries", "CONTENT_TYPE": "application/cose"}
    assert ask_directly({**environ, "wsgi.input": Untouchable(), **({"CONTENT_LENGTH": length} if length else {})}) == (
        expected
    )


def ask_directly(environ: dict[str, object], log: object | None = None) -> tuple[int, str]:
    seen: list[tuple[str, list[tuple[str, str]]]] = []
    app = scrapi_app(log or MemoryLog())  # type: ignore[arg-type]
    body = b"".join(app(environ, lambda status, headers, _=None: seen.append((status, headers))))  # type: ignore[arg-type, return-value, misc]
    return int(seen[0][0][:3]), cbor2.loads(body)[-1] if body else ""


def test_a_body_that_ends_too_early_is_refused() -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/entries", "CONTENT_TYPE": "application/cose"}
    short = {**environ, "CONTENT_LENGTH": "10", "wsgi.input": io.BytesIO(b"abc")}
    assert ask_directly(short) == (400, "Malformed request")


def test_a_client_that_asks_too_often_waits_and_another_does_not() -> None:
    now = [0.0]
    with served(MemoryLog(), rate=1.0, burst=3, clock=lambda: now[0]) as ask:
        assert [ask("GET", "/.well-known/scitt-keys")[0] for _ in range(4)] == [200, 200, 200, 429]
        status, headers, _ = ask("POST", "/entries", statement())
        assert (status, headers["retry-after"]) == (429, "1")
        assert problem(ask("GET", "/")) == (429, "Too Many Requests")
        now[0] = 1.0
        assert ask("GET", "/.well-known/scitt-keys")[0] == 200


def test_a_client_is_not_another_with_every_address_of_its_network() -> None:
    app = scrapi_app(MemoryLog(), rate=1.0, burst=2, clock=lambda: 0.0)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/.well-known/scitt-keys"}

    def asked(*addresses: str) -> list[str]:
        answers: list[str] = []
        for address in addresses:
            list(app({**environ, "REMOTE_ADDR": address}, lambda status, _: answers.append(status[:3])))  # type: ignore[arg-type, misc, func-returns-value]
        return answers

    assert asked("2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8:0:1::1") == [
        "200",
        "200",
        "429",
        "200",
    ]
    assert asked("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2") == ["200", "200", "429", "200"]
    assert asked("", "unix", "fe80::1%eth0") == ["200", "200", "200"]


def test_clients_are_remembered_in_bounded_memory() -> None:
    limit = RateLimit(1.0, 1, clients=100)
    for number in range(10_000):
        assert limit.wait(f"client {number}", 0.0) == 0
    assert len(limit._buckets) == 100
    assert limit.wait("client 9999", 0.0) == 1.0
    assert limit.wait("client 9999", 0.25) == 0.75


@pytest.mark.parametrize(
    ("code", "expected"), [("log.busy", (503, "Too Many Requests")), ("log.stopped", (503, "Rejected"))]
)
def test_a_log_that_cannot_take_statements_says_so(code: str, expected: tuple[int, str]) -> None:
    class Stopped(MemoryLog):
        def submit(self, statement: bytes) -> str:
            raise PlimsollError(code, "the disk is full", fix="Ask the operator.")

    with served(Stopped()) as ask:
        answer = ask("POST", "/entries", statement())
        assert problem(answer) == expected
        assert answer[1]["retry-after"] == "1"


def test_what_breaks_inside_is_not_told_to_the_client() -> None:
    class Broken(MemoryLog):
        def status(self, entry: str) -> bytes | Pending | None:
            raise RuntimeError("password 1234")

    errors = io.StringIO()
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/entries/aa", "wsgi.errors": errors}
    assert ask_directly(environ, Broken()) == (500, "Internal Server Error")
    assert "password 1234" in errors.getvalue()
    with served(Broken()) as ask:
        assert b"1234" not in ask("GET", "/entries/aa")[2]


@settings(max_examples=200)
@given(
    st.sampled_from(["GET", "POST", "HEAD", "PUT", ""]),
    st.text(max_size=30).map(lambda each: "/entries/" + each)
    | st.sampled_from(["/entries", "/.well-known/scitt-keys/"])
    | st.text(max_size=20),
    st.binary(max_size=60),
    st.text(max_size=6) | st.integers(-2, 70).map(str),
)
def test_no_request_breaks_the_application(method: str, path: str, body: bytes, length: str) -> None:
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/cose",
        "CONTENT_LENGTH": length,
        "wsgi.input": io.BytesIO(body),
    }
    status, _ = ask_directly(environ, SHARED)
    assert status != 500


SHARED = MemoryLog()


def test_the_id_of_an_entry_is_the_hash_of_its_leaf() -> None:
    log = MemoryLog()
    assert log.submit(statement()) == leaf_hash(log.entries[-1]).hex()
