"""The witness over HTTP, as a WSGI application: add-checkpoint, sign-subtree, and the monitoring endpoint.

    POST <prefix>/add-checkpoint
    POST <prefix>/sign-subtree
    GET  <prefix>/<hexadecimal SHA-256 of the origin>/checkpoint

Two rates are bounded. Requests of one address, before anything is read into them. And checkpoints of one origin, once
the log's signature is known to be good: nobody can use up the share of a log by sending things in its name.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.rate_limit import RateLimit
from plimsoll.ledger.watch.witness import MAX_BODY, Answer, Witness, add_checkpoint, sign_subtree

_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def witness_app(
    witness: Witness,
    *,
    prefix: str = "",
    clock: Callable[[], float] = time.time,
    per_address: RateLimit | None = None,
    per_origin: RateLimit | None = None,
) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """The WSGI application of a witness.

    Args:
        witness: keys, known logs, state.
        prefix: of the path, such as ``/witness``, without a slash at the end.
        clock: POSIX seconds.
        per_address: rate of requests of one client address; by default 50 a second.
        per_origin: rate of good checkpoints of one log; by default 10 a second.
    """
    addresses = per_address or RateLimit(50, 100)
    origins = per_origin or RateLimit(10, 20)
    monitored = {
        f"{prefix}/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint": origin for origin in witness.logs
    }

    def answer(environ: dict[str, Any]) -> Answer:
        path, method, now = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"], clock()
        if addresses.wait(environ.get("REMOTE_ADDR", ""), now):
            return _too_many()
        if path in monitored:
            if method not in {"GET", "HEAD"}:
                return _said(405, "use GET")
            seen = witness.state.latest(monitored[path])
            return _said(404, "nothing was cosigned yet") if seen is None else _note(seen.note)
        if path not in {f"{prefix}/add-checkpoint", f"{prefix}/sign-subtree"}:
            return _said(404, "there is nothing here")
        if method != "POST":
            return _said(405, "use POST")
        body = _body(environ)
        if isinstance(body, Answer):
            return body
        if path.endswith("/sign-subtree"):
            return sign_subtree(witness, body, lambda origin: not origins.wait(origin, now))
        return add_checkpoint(witness, body, int(now), lambda origin: not origins.wait(origin, now))

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            given = answer(environ)
        except PlimsollError as error:
            # Nothing was cosigned: the state could not be written.
            given = _said(503, error.code)
        headers = [*given.headers, ("Content-Length", str(len(given.body)))]
        start(f"{given.status} {_REASONS[given.status]}", headers)
        return [given.body]

    return app


def _body(environ: dict[str, Any]) -> bytes | Answer:
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        return _said(411, "say the length of the body")
    if len(length) > 9 or int(length) > MAX_BODY:
        return _said(413, f"a body may have {MAX_BODY} bytes")
    body: bytes = environ["wsgi.input"].read(int(length))
    return body if len(body) == int(length) else _said(400, "the body is cut off")


def _note(note: bytes) -> Answer:
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "max-age=5"))
    return Answer(200, headers, note)


def _said(status: int, text: str) -> Answer:
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"),), text.encode() + b"\n")


def _too_many() -> Answer:
    return Answer(429, (("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "1")), b"too many requests\n")
