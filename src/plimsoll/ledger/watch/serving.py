"""Serves a WSGI application to strangers, within bounds, for loopback and small sites.

Granian bounds the time for headers and the number of connections. What it cannot bound is done here, before the
application is called: the size of a body, the time that it may take to arrive, and how many requests wait for a
thread. So whoever sends slowly holds one small buffer for a few seconds, and no thread. Tiles are better served by a
web server.

A thread of Rust that asks for the interpreter while it is taken apart is unwound by CPython, which Rust answers with an
abort. So a `Server` is not left before Granian has stopped and its threads are gone: it says that it has stopped from
inside one that goes on for milliseconds, and that nobody can join.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server grants.

    Attributes:
        body: bytes of a request's body.
        header_seconds: for a whole request head, and for the next one on an idle connection.
        body_seconds: for a whole body.
        connections: at once; more wait to be accepted.
        threads: in which the application runs.
        waiting: requests that may wait for a thread; more are answered 503.
    """

    body: int = 1 << 17
    header_seconds: float = 10.0
    body_seconds: float = 10.0
    connections: int = 128
    threads: int = 4
    waiting: int = 64


_DEFAULT = Limits()
_TASKS = Path("/proc/self/task")
_LAST_STEPS = 2.0
"""Seconds that native threads get to end; they need milliseconds, unless the application has started some too."""


class Server:
    """A server in a thread of its own; use it as a context manager, or `serve` to stay until interrupted."""

    def __init__(self, app: Wsgi, host: str = "127.0.0.1", port: int = 0, limits: Limits = _DEFAULT) -> None:
        """Takes a port, or 0 for one that is free; nothing is served yet.

        Raises:
            PlimsollError: ``serving.address`` if the port cannot be had.
        """
        self.host = host
        self.port = _free_port(host, port)
        self._bounded = _Bounded(app, limits)
        self._limits = limits
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plimsoll-serving", daemon=True)

    @property
    def url(self) -> str:
        """Where it is served, without a slash at the end."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __enter__(self) -> Server:
        self._thread.start()
        try:
            self._await_port()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._loop is not None and self._server is not None:
            with suppress(RuntimeError):  # the loop is closed: the server has ended by itself
                self._loop.call_soon_threadsafe(self._server.stop)
        self._ended.wait(10)
        self._bounded.pool.shutdown(wait=False)

    def join(self) -> None:
        """Waits until the server ends."""
        # Not by `Thread.join`: if a signal handler raises inside it, CPython 3.11 takes the thread for ended. Nobody
        # would wait for it then, and the interpreter would go down under a running server: that aborts the process.
        while not self._ended.wait(0.5):
            pass

    def _run(self) -> None:
        from granian.constants import HTTPModes, Interfaces
        from granian.http import HTTP1Settings
        from granian.server.embed import Server as Granian

        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._server = Granian(
                self._bounded,
                address=self.host,
                port=self.port,
                interface=Interfaces.RSGI,
                http=HTTPModes.http1,
                websockets=False,
                backlog=128,
                backpressure=self._limits.connections,
                http1_settings=HTTP1Settings(header_read_timeout=int(self._limits.header_seconds * 1000)),
                log_enabled=False,
            )
            if not self._stopping.is_set():
                await self._server.serve()

        before = _native_threads()
        try:
            asyncio.run(main())
            _await_end_of(before)
        finally:
            self._ended.set()

    def _await_port(self) -> None:
        for _ in range(500):
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError:
                if self._ended.wait(0.02):
                    break
            else:
                return
        raise PlimsollError("serving.address", f"Nothing answers at {self.url}.", fix="Choose another address or port.")


def serve(app: Wsgi, host: str, port: int, limits: Limits = _DEFAULT) -> None:
    """Serves `app` until it is interrupted. Raises ``serving.address``."""
    with Server(app, host, port, limits) as server:
        try:
            server.join()
        except KeyboardInterrupt:
            return


class _Bounded:
    """The application as Granian calls it: body first, within bounds, then a thread."""

    def __init__(self, app: Wsgi, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._inside = 0
        self.pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="plimsoll-request")

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        status, headers, body = await self._answer(scope, protocol)
        protocol.response_bytes(status, headers, b"" if scope.method == "HEAD" else body)

    async def _answer(self, scope: Any, protocol: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        if scope.proto != "http":
            return _plain(400, "only HTTP is spoken here")
        declared = scope.headers.get("content-length") or "0"
        if not (declared.isascii() and declared.isdigit()) or len(declared) > 12 or int(declared) > self._limits.body:
            return _plain(413, f"a body may have {self._limits.body} bytes")
        try:
            body = await asyncio.wait_for(self._body(protocol), self._limits.body_seconds)
        except TimeoutError:
            return _plain(408, f"a body must arrive within {self._limits.body_seconds:g} seconds")
        if body is None:
            return _plain(413, f"a body may have {self._limits.body} bytes")
        if self._inside >= self._limits.threads + self._limits.waiting:
            status, headers, text = _plain(503, "too many requests at once")
            return status, [*headers, ("retry-after", "1")], text
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, self._call, scope, body)
        except Exception as error:  # a defect: the client learns nothing of it, the operator does
            print(f"serving: {type(error).__name__} in {scope.method} {scope.path}", file=sys.stderr)
            return _plain(500, "internal error")
        finally:
            self._inside -= 1

    async def _body(self, protocol: Any) -> bytes | None:
        parts, size = [], 0
        async for part in protocol:
            size += len(part)
            if size > self._limits.body:
                return None
            parts.append(bytes(part))
        return b"".join(parts)

    def _call(self, scope: Any, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        answer: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
            answer[:] = [int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers]]
            return _no_write

        parts = self._app(_environ(scope, body), start)
        try:
            content = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        status, headers = answer
        return status, headers, content


def _native_threads() -> set[int]:
    """The threads of this process that are not Python's own."""
    try:
        every = {int(task.name) for task in _TASKS.iterdir()}
    except OSError:  # not Linux
        return set()
    # A native thread that once called Python is in Python's list too, as a dummy.
    own = (thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread))
    return every - {thread.native_id for thread in own if thread.native_id is not None}


def _await_end_of(before: set[int]) -> None:
    """Waits until the native threads that were started since `before` have ended; see the top."""
    deadline = time.monotonic() + _LAST_STEPS
    if not _TASKS.is_dir():
        time.sleep(0.25)  # they cannot be seen here, so they get a hundred times what they need
    while _native_threads() - before and time.monotonic() < deadline:
        time.sleep(0.001)


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path,
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            environ[f"HTTP_{key}"] = value
    return environ


def _plain(status: int, text: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return status, [("content-type", "text/plain; charset=utf-8"), ("connection", "close")], text.encode() + b"\n"


def _no_write(_: bytes) -> None:
    raise NotImplementedError("the write callable of WSGI is not offered")


def _free_port(host: str, port: int) -> int:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            return int(trial.getsockname()[1])
    except (OSError, OverflowError) as error:
        raise PlimsollError(
            "serving.address", f"{host}:{port} cannot be served: {error}.", fix="Choose another address or port."
        ) from error
