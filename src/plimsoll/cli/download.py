"""Fetches one file over HTTPS so that it arrives whole or not at all.

A download is written under a temporary name beside its place. It takes its name only when its length, type and content
have been checked, so an interrupted or refused download leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from plimsoll.kernel.errors import PlimsollError, Where

READ_TIMEOUT_SECONDS = 30
TOTAL_TIMEOUT_SECONDS = 600
MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ACCEPTED_TYPES = ("text/csv", "application/csv", "text/plain", "application/octet-stream", "binary/octet-stream", "")

Progress = Callable[[int, int | None], None]
"""Told the bytes received and, where the server says so, the bytes expected."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that has arrived under a temporary name.

    Attributes:
        url: where it came from in the end, redirects followed.
        path: the temporary file.
        last_modified: the server's own date for it, as text; empty if it gives none.
    """

    url: str
    path: Path
    size: int
    sha256: str
    last_modified: str


def check_url(url: str) -> str:
    """The URL, if it may be fetched: https, or http from this machine itself.

    Raises:
        PlimsollError: ``fetch.not_https``.
    """
    scheme, host = _scheme_and_host(url)
    if (scheme == "https" and host) or (scheme == "http" and host in _LOOPBACK):
        return url
    raise PlimsollError(
        "fetch.not_https",
        f"{url} is not an https address",
        fix="Give an address that begins with https://; plain http is accepted from this machine only.",
        where=Where(file=url),
    )


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:  # brackets that hold no IPv6 address
        return "", ""
    return parts.scheme, parts.hostname or ""


def download(
    url: str,
    folder: Path,
    *,
    progress: Progress = lambda received, expected: None,
    max_bytes: int = MAX_BYTES,
    timeout: float = READ_TIMEOUT_SECONDS,
) -> Download:
    """Fetches `url` into a temporary file in `folder`. The caller checks the content, then renames or removes it.

    Raises:
        PlimsollError: ``fetch.not_https``, ``fetch.refused`` (an HTTP status), ``fetch.unreachable``,
            ``fetch.wrong_type``, ``fetch.too_large``, ``fetch.truncated``, ``fetch.too_slow``, ``fetch.cannot_write``.
    """
    with _open(check_url(url), timeout) as response:
        expected = _expected_bytes(url, response, max_bytes)
        path = _temporary(folder)
        digest = hashlib.sha256()
        received = 0
        try:
            with path.open("wb") as target:
                for chunk in _chunks(url, response):
                    received += len(chunk)
                    if received > max_bytes:
                        raise _too_large(url, max_bytes)
                    digest.update(chunk)
                    target.write(chunk)
                    progress(received, expected)
                target.flush()
                os.fsync(target.fileno())
            if expected is not None and received != expected:
                raise _truncated(url, f"{received:,} of {expected:,} bytes arrived")
        except BaseException as problem:
            path.unlink(missing_ok=True)
            if isinstance(problem, OSError):
                raise _cannot_write(folder, problem) from None
            raise
        modified = response.headers.get("Last-Modified", "")
        return Download(response.geturl(), path, received, digest.hexdigest(), modified)


def _open(url: str, timeout: float) -> Any:
    """The response to a GET, its body still unread."""
    handlers: list[urllib.request.BaseHandler] = [_SafeRedirects()]
    if urllib.parse.urlsplit(url).hostname in _LOOPBACK:
        handlers.append(urllib.request.ProxyHandler({}))
    headers = {"User-Agent": "plimsoll", "Accept": "text/csv, */*;q=0.1", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # check_url admits no file: address
    try:
        return urllib.request.build_opener(*handlers).open(request, timeout=timeout)
    except urllib.error.HTTPError as problem:
        with problem:
            raise _failed(
                "fetch.refused",
                url,
                f"the server answers {problem.code} {_reason(problem.code)}",
                "Check the address; the publisher may have moved the file. --base-url gives another place.",
            ) from None
    except (OSError, http.client.HTTPException, ValueError) as problem:  # ValueError: a name that cannot be looked up
        raise _unreachable(url, problem) from None


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to addresses that may be fetched, never from https down to http."""

    def redirect_request(  # the signature is urllib's
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        try:
            check_url(newurl)
            if req.type == "https" and not newurl.startswith("https:"):
                raise _failed("fetch.not_https", newurl, "the server redirects away from https", "Check the address.")
        except PlimsollError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _expected_bytes(url: str, response: Any, max_bytes: int) -> int | None:
    """The length that the headers announce, once they have been found acceptable."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _ACCEPTED_TYPES:
        raise _failed(
            "fetch.wrong_type",
            url,
            f"the server sends {kind}, not a CSV file",
            "Open the address in a browser: it may be a page that asks for something, or the file may have moved.",
        )
    if response.headers.get("Content-Encoding", "identity").lower() not in ("identity", ""):
        raise _failed("fetch.wrong_type", url, "the server sends a compressed body", "Fetch it with a browser instead.")
    length = response.headers.get("Content-Length", "")
    expected = int(length) if length.isascii() and length.isdigit() else None
    if expected is not None and expected > max_bytes:
        raise _too_large(url, max_bytes)
    return expected


def _chunks(url: str, response: Any) -> Iterator[bytes]:
    deadline = time.monotonic() + TOTAL_TIMEOUT_SECONDS
    while True:
        try:
            chunk = response.read1(_CHUNK)  # returns what is there, so that a dripping server meets the deadline
        except http.client.IncompleteRead:
            raise _truncated(url, "the connection ended early") from None
        except (OSError, http.client.HTTPException) as problem:
            raise _unreachable(url, problem) from None
        if not chunk:
            return
        if time.monotonic() > deadline:
            raise _failed("fetch.too_slow", url, "the transfer takes more than ten minutes", "Try again later.")
        yield chunk


def _temporary(folder: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=".fetch-", suffix=".partial", dir=folder)
    except OSError as problem:
        raise _cannot_write(folder, problem) from None
    os.close(handle)
    path = Path(name)
    path.chmod(0o644)
    return path


def _reason(code: int) -> str:
    return HTTPStatus(code).phrase if code in set(HTTPStatus) else "(no standard meaning)"


def _failed(code: str, url: str, what: str, fix: str) -> PlimsollError:
    return PlimsollError(code, what, fix=fix, where=Where(file=url))


def _unreachable(url: str, problem: Exception) -> PlimsollError:
    reason = getattr(problem, "reason", None) or problem
    return _failed(
        "fetch.unreachable", url, f"the server cannot be reached: {reason}", "Check the connection and try again."
    )


def _truncated(url: str, how: str) -> PlimsollError:
    return _failed("fetch.truncated", url, f"the file did not arrive whole: {how}", "Try again.")


def _too_large(url: str, max_bytes: int) -> PlimsollError:
    what = f"the file is larger than {max_bytes:,} bytes"
    return _failed("fetch.too_large", url, what, "Check the address: no table of the publisher is this large.")


def _cannot_write(folder: Path, problem: OSError) -> PlimsollError:
    return PlimsollError(
        "fetch.cannot_write",
        f"nothing can be written there: {problem.strerror}",
        fix="Choose another folder with --to, or make room.",
        where=Where(file=str(folder)),
    )
