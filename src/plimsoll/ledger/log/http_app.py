"""A log's files over HTTP as tlog-tiles says, and beside them the door for statements, for small sites and loopback."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_source import Source

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_FILING = ("/entries", "/.well-known/scitt-keys")
_IMMUTABLE = ("Cache-Control", "public, max-age=31536000, immutable")
_SHORT = ("Cache-Control", "public, max-age=1")
_NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


def tiles_app(source: Source) -> Wsgi:
    """A WSGI application that serves a log's or mirror's files as tlog-tiles says, and nothing else."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = _answer(source, environ)
        start(status, [*headers, ("Content-Length", str(len(body))), _NO_SNIFFING])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return app


def _answer(source: Source, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    plain = [("Content-Type", "text/plain; charset=utf-8")]
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed", [*plain, ("Allow", "GET, HEAD")], b"use GET\n"
    path = str(environ.get("PATH_INFO", "")).removeprefix("/")
    try:
        data = source.get(path)
    except PlimsollError:
        data = None
    if data is None:
        return "404 Not Found", plain, b"there is nothing here\n"
    if path == "checkpoint":
        return "200 OK", [*plain, _SHORT], data
    headers = [("Content-Type", "application/octet-stream"), _IMMUTABLE]
    if path.startswith("tile/entries/"):
        headers.append(("Vary", "Accept-Encoding"))
        if "gzip" in str(environ.get("HTTP_ACCEPT_ENCODING", "")):
            return "200 OK", [*headers, ("Content-Encoding", "gzip")], gzip.compress(data, 5, mtime=0)
    return "200 OK", headers, data


def with_filing(filing: Wsgi, tiles: Wsgi) -> Wsgi:
    """Statements and questions about them go to `filing` (see `scrapi_app`), everything else to `tiles`."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        return (filing if path.startswith(_FILING) else tiles)(environ, start)

    return app
