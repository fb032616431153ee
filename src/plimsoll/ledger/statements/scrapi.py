"""SCRAPI (draft-ietf-scitt-scrapi-09): a log's door for statements and receipts, as a small WSGI application.

    POST /entries                          a signed statement     201 receipt | 303 while it waits
    GET  /entries/{id}                     its state              200 receipt | 302 while it waits | 404
    GET  /.well-known/scitt-keys[/{kid}]   the log's public keys  200

The decision about a statement is the log's and depends on its bytes alone; no header and no address has a say in it,
because an auditor could not replay that. Errors are problem details in CBOR (RFC 9290).
"""

from __future__ import annotations

import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias
from urllib.parse import quote

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import Cbor, encode_cbor
from plimsoll.ledger.statements.cose_keys import CoseKey
from plimsoll.ledger.statements.rate_limit import RateLimit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

MAX_BODY = 131_072
"""Bytes of a request: a full entry, and certificates and receipts outside the protected header."""
RETRY_AFTER = 1
"""Seconds after which a client should ask again: a batch is integrated each second."""

_COSE = "application/cose"
_STATEMENT_TYPES = (_COSE, "application/scitt-statement+cose")
_KEYS = "/.well-known/scitt-keys"
_STATUS = {
    200: "200 OK",
    201: "201 Created",
    302: "302 Found",
    303: "303 See Other",
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    411: "411 Length Required",
    413: "413 Content Too Large",
    415: "415 Unsupported Media Type",
    429: "429 Too Many Requests",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}

Environ: TypeAlias = dict[str, Any]


class Pending:
    """The state of a statement that was accepted and is not in the tree yet."""


PENDING = Pending()


class ScrapiLog(Protocol):
    """The log behind the door."""

    def submit(self, statement: bytes) -> str:
        """Judges a statement and queues it durably; its id (safe in a URL, at most 128 characters).

        The same statement may be submitted again and has the same id. A refusal is a PlimsollError; ``log.busy`` or
        ``log.stopped`` mean that the log cannot take statements now.
        """
        ...

    def status(self, entry: str) -> bytes | Pending | None:
        """The receipt, PENDING, or None for an id that the log does not know."""
        ...

    def keys(self) -> Sequence[CoseKey]:
        """Keys of receipts, retired ones too as long as receipts under them are around."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, headers without length, and a body."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def scrapi_app(
    log: ScrapiLog,
    *,
    rate: float = 50.0,
    burst: int = 200,
    clock: Callable[[], float] = time.monotonic,
) -> WSGIApplication:
    """The application.

    Args:
        log: takes and answers.
        rate: requests per second and client address (of IPv6, its /64) in the long run.
        burst: requests that a client may make at once.
        clock: seconds that never go back, for the rate limit.
    """
    limit = RateLimit(rate, burst)

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = _answer(log, environ, limit.wait(_client(environ), clock()))
        headers = [*answer.headers, ("Content-Length", str(len(answer.body))), ("X-Content-Type-Options", "nosniff")]
        if answer.content_type:
            headers.append(("Content-Type", answer.content_type))
        start_response(_STATUS[answer.status], headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [answer.body]

    return app


def _client(environ: Environ) -> str:
    """Whom the rate limit counts: an IPv4 address, or the /64 that an IPv6 client has to itself."""
    written = str(environ.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return written
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or int(address) >> 64)
    return str(address)


def _answer(log: ScrapiLog, environ: Environ, wait: float) -> Answer:
    if wait > 0:
        return _problem(429, "Too Many Requests", "ask again later", retry_after=math.ceil(wait))
    try:
        return _routed(log, environ)
    except PlimsollError as refused:
        return _refusal(refused)
    except Exception:
        # What went wrong inside is for the operator's server to log, and not for the client to read.
        _report(environ)
        return _problem(500, "Internal Server Error", "the log failed; the statement may or may not have been taken")


def _routed(log: ScrapiLog, environ: Environ) -> Answer:
    path, method = str(environ.get("PATH_INFO", "")), environ.get("REQUEST_METHOD")
    base = quote(str(environ.get("SCRIPT_NAME", "")))
    reads = method in ("GET", "HEAD")
    if path == "/entries":
        return _post(log, environ, base) if method == "POST" else _not_allowed("POST")
    if path.startswith("/entries/"):
        return _get(log, path.removeprefix("/entries/"), base) if reads else _not_allowed("GET, HEAD")
    if path == _KEYS:
        return _keys(log) if reads else _not_allowed("GET, HEAD")
    if path.startswith(_KEYS + "/"):
        return _key(log, path.removeprefix(_KEYS + "/")) if reads else _not_allowed("GET, HEAD")
    return _problem(404, "Not Found", "nothing is served here")


def _post(log: ScrapiLog, environ: Environ, base: str) -> Answer:
    content_type = str(environ.get("CONTENT_TYPE", "")).split(";")[0].strip().lower()
    if content_type not in _STATEMENT_TYPES:
        return _problem(415, "Malformed request", f"send a signed statement as {_COSE}")
    body = _body(environ)
    if isinstance(body, Answer):
        return body
    entry = log.submit(body)
    state = log.status(entry)
    location = ("Location", f"{base}/entries/{entry}")
    if isinstance(state, bytes):
        return Answer(201, state, _COSE, (location,))
    return Answer(303, headers=(location, ("Retry-After", str(RETRY_AFTER))))


def _get(log: ScrapiLog, entry: str, base: str) -> Answer:
    if not 1 <= len(entry) <= 128 or not entry.isascii() or not entry.replace("-", "").replace("_", "").isalnum():
        return _problem(400, "Invalid locator", "this cannot be the id of an entry")
    state = log.status(entry)
    if state is None:
        return _problem(404, "Operation Not Found", "the log knows no entry of this id")
    location = ("Location", f"{base}/entries/{entry}")
    if isinstance(state, bytes):
        return Answer(200, state, _COSE, (location,))
    return Answer(302, headers=(location, ("Retry-After", str(RETRY_AFTER))))


def _keys(log: ScrapiLog) -> Answer:
    return Answer(200, encode_cbor(tuple(key.members() for key in tuple(log.keys()))), "application/cbor")


def _key(log: ScrapiLog, wanted: str) -> Answer:
    for key in tuple(log.keys()):
        if wanted in (urlsafe_b64encode(key.kid).rstrip(b"=").decode(), _as_text(key.kid)):
            return Answer(200, key.encode(), "application/cbor")
    return _problem(404, "No such key", "the log has no key of this kid")


def _as_text(kid: bytes) -> str | None:
    try:
        return kid.decode("ascii")
    except UnicodeDecodeError:
        return None


def _body(environ: Environ) -> bytes | Answer:
    """The request's body, of which no more is read than is announced and allowed."""
    written = str(environ.get("CONTENT_LENGTH") or "")
    if not written:
        return _problem(411, "Malformed request", "announce the length of the statement")
    if not (written.isascii() and written.isdigit() and len(written) <= 18):
        return _problem(400, "Malformed request", "the announced length is not a number")
    length = int(written)
    if length > MAX_BODY:
        return _problem(413, "Malformed request", f"a request has at most {MAX_BODY} bytes")
    stream: BinaryIO = environ["wsgi.input"]
    body = b""
    while len(body) < length:
        part = stream.read(length - len(body))
        if not part:
            return _problem(400, "Malformed request", "the body ends before its announced length")
        body += part
    return body


_TITLES: tuple[tuple[str, int, str], ...] = (
    ("log.busy", 503, "Too Many Requests"),
    ("log.stopped", 503, "Rejected"),
    ("cose.alg", 400, "Bad Signature Algorithm"),
    ("registration.alg", 400, "Bad Signature Algorithm"),
    ("cose.payload_missing", 400, "Payload Missing"),
    ("statement.payload_missing", 400, "Payload Missing"),
    ("cbor.", 400, "Malformed request"),
    ("cose.malformed", 400, "Malformed request"),
    ("statement.too_large", 413, "Malformed request"),
)


def _refusal(refused: PlimsollError) -> Answer:
    for code, status, title in _TITLES:
        if refused.code.startswith(code):
            retry = RETRY_AFTER if status == 503 else None
            return _problem(status, title, f"{refused.what} [{refused.code}]", retry_after=retry)
    return _problem(400, "Rejected", f"{refused.what} [{refused.code}]")


def _problem(status: int, title: str, detail: str, *, retry_after: int | None = None) -> Answer:
    body: dict[int | str, Cbor] = {-1: title, -2: detail}
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return Answer(status, encode_cbor(body), "application/concise-problem-details+cbor", headers)


def _not_allowed(methods: str) -> Answer:
    answer = _problem(405, "Malformed request", f"use {methods} here")
    return Answer(answer.status, answer.body, answer.content_type, (("Allow", methods),))


def _report(environ: Environ) -> None:
    import traceback

    errors = environ.get("wsgi.errors")
    if errors is not None:
        errors.write(traceback.format_exc())
