"""Where a log's files are read from: a folder (a medium, a mirror) or a web server. Nothing read here is believed.

A source gives the bytes at a path, or None where there are none. What it reads is bounded in size and, over HTTP, in
time, whatever the other side does.
"""

from __future__ import annotations

import http.client
import os
import socket
import stat
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tiles import MAX_BUNDLE_BYTES, MAX_TILE_BYTES, parse_path

CHECKPOINT = "checkpoint"
MAX_CHECKPOINT_BYTES = 1 << 20
"""Room for some two hundred post-quantum cosignatures."""
_ABSENT = {403, 404, 410}
_CHUNK = 1 << 16
NEW_FILES = ".new"
"""The folder in which files of a local store are written before they get their names; never part of a log."""


class Source(Protocol):
    """Anything that a log's files can be read from."""

    def get(self, path: str) -> bytes | None:
        """The bytes at a path below the log's prefix, or None if there are none."""
        ...


def limit_of(path: str) -> int:
    """The most bytes that a file of a log may have.

    Raises:
        PlimsollError: ``source.path`` if no file of a log is called so.
    """
    if path == CHECKPOINT:
        return MAX_CHECKPOINT_BYTES
    name = parse_path(path)
    if name is None:
        raise PlimsollError(
            "source.path", f"a log has no file {path!r}", fix="Ask for checkpoint, tile/<level>/... or tile/entries/..."
        )
    return MAX_BUNDLE_BYTES if name.level is None else MAX_TILE_BYTES


class FolderSource:
    """A log's files in a folder."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._prefix = f"{self.folder}/"

    def get(self, path: str) -> bytes | None:
        """See `Source`.

        Raises:
            PlimsollError: ``source.path``, ``source.too_large``, ``source.unreadable``.
        """
        limit = limit_of(path)
        try:
            # Somebody else may have made the medium: a pipe would hold us for ever, and through a link we would serve a
            # file of this machine as if it were the log's.
            handle = os.open(self._prefix + path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(path, str(error)) from error
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise _unreadable(path, "it is no plain file")
            if found.st_size > limit:
                raise _too_large(path, limit)
            data = os.read(handle, limit + 1)
            while len(data) < found.st_size and (more := os.read(handle, limit + 1 - len(data))):
                data += more
        except OSError as error:
            raise _unreadable(path, str(error)) from error
        finally:
            os.close(handle)
        return data

    def paths(self) -> Iterator[str]:
        """Every file below ``tile/``, and whatever lies beside it, by its path."""
        for folder, subfolders, files in os.walk(self.folder):
            if Path(folder) == self.folder:
                subfolders[:] = [each for each in subfolders if each != NEW_FILES]
            subfolders.sort()
            for file in sorted(files):
                yield str((Path(folder) / file).relative_to(self.folder))


class HttpSource:
    """A log's files under a URL, over one kept-alive connection; a connection that died is opened once more.

    Redirects are not followed: a log's prefix is part of what its users configured.
    """

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        """Takes the log's prefix; `timeout` is in seconds, for one whole answer and not only for its next byte.

        Raises:
            PlimsollError: ``source.url`` unless this is an http or https URL without user, query and fragment.
        """
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname, parts.port
        except ValueError as error:
            raise _bad_url(url) from error
        foreign = parts.username or parts.password or parts.query or parts.fragment
        if parts.scheme not in {"http", "https"} or not self._host or foreign:
            raise _bad_url(url)
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._path = parts.path.rstrip("/")
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> bytes | None:
        """See `Source`.

        Raises:
            PlimsollError: ``source.path``, ``source.too_large``, ``source.unreachable``, ``source.answer`` for a status
                that is neither 200 nor says that nothing is there, ``source.malformed`` for broken compression.
        """
        limit = limit_of(path)
        kept_alive = self._connection is not None
        try:
            return self._ask(path, limit)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept_alive or isinstance(error, TimeoutError):
                raise self._unreachable(path, error) from error
        try:
            return self._ask(path, limit)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise self._unreachable(path, error) from error

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, path: str, limit: int) -> bytes | None:
        connection = self._connection
        if connection is None or connection.sock is None:
            connection = self._connection = self._connect()
        late = threading.Event()
        # The socket and not the connection: that one lets go of it at the head of an answer that ends the connection.
        watch = threading.Timer(self._timeout, _cut, (connection.sock, late))
        watch.daemon = True
        watch.start()
        try:
            headers = {"Accept-Encoding": "gzip", "User-Agent": "plimsoll-ledger"}
            connection.request("GET", f"{self._path}/{path}", headers=headers)
            with connection.getresponse() as answer:
                body = _body(answer, path, limit)
            if late.is_set():
                # Cut off where an answer may end, so nothing else would notice.
                raise http.client.HTTPException
        except (OSError, http.client.HTTPException) as error:
            if late.is_set():
                raise TimeoutError(f"no whole answer within {self._timeout:g} seconds") from error
            raise
        except PlimsollError:
            # The rest of an answer that is too long is not read, so the connection cannot be used again.
            self.close()
            raise
        finally:
            watch.cancel()
        if answer.status in _ABSENT:
            return None
        if answer.status != 200:
            raise PlimsollError(
                "source.answer",
                f"{self.url}/{path} answered {answer.status}",
                fix="Check the log's prefix and try again later.",
            )
        return _plain(body, answer.getheader("Content-Encoding", "identity"), path, limit)

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        assert self._host is not None
        connection = kind(self._host, self._port, timeout=self._timeout)
        connection.connect()
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _unreachable(self, path: str, error: Exception) -> PlimsollError:
        return PlimsollError(
            "source.unreachable",
            f"{self.url}/{path} could not be read: {str(error) or type(error).__name__}",
            fix="Check the address and the network and try again; what was verified and stored is kept.",
        )


def _cut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        # The plain shutdown also for TLS: whoever waits in recv() in the other thread wakes up.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return


def _body(answer: http.client.HTTPResponse, path: str, limit: int) -> bytes:
    parts, size = [], 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise _too_large(path, limit)
        parts.append(chunk)
    if answer.length:
        # Reading in parts does not complain when the other side stops before the length that it announced.
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def _plain(body: bytes, encoding: str, path: str, limit: int) -> bytes:
    if encoding.lower() == "identity":
        return body
    if encoding.lower() not in {"gzip", "x-gzip"}:
        raise _malformed(path, "it is compressed in a way that nobody asked for")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise _malformed(path, "its compression is broken") from error
    if len(data) > limit:
        raise _too_large(path, limit)
    if not unpacker.eof or unpacker.unused_data or unpacker.unconsumed_tail:
        raise _malformed(path, "its compressed form is cut off or has something behind it")
    return data


def _bad_url(url: str) -> PlimsollError:
    return PlimsollError(
        "source.url",
        f"{url!r} is not the URL of a log",
        fix="Give the prefix, for example https://log.example/filings.",
    )


def _too_large(path: str, limit: int) -> PlimsollError:
    return PlimsollError(
        "source.too_large",
        f"{path} has more than {limit:,} bytes",
        fix="No file of a log is that large; do not use it.",
    )


def _unreadable(path: str, why: str) -> PlimsollError:
    return PlimsollError(
        "source.unreadable", f"{path} cannot be read: {why}", fix="Look at the file and its permissions."
    )


def _malformed(path: str, why: str) -> PlimsollError:
    return PlimsollError("source.malformed", f"{path} cannot be read: {why}", fix="Look at how the server compresses.")
