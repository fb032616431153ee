"""Reading a log's files from folders and web servers that may do anything."""

import gzip
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.tile_logs import serving

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource
from plimsoll.ledger.tree.tiles import MAX_TILE_BYTES, bundle_path, tile_path

TILE_0 = tile_path(0, 0)


def refusal(source: HttpSource | FolderSource, path: str = TILE_0) -> str:
    with pytest.raises(PlimsollError) as caught:
        source.get(path)
    return caught.value.code


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


@contextmanager
def answering(raw: bytes, pause: float = 0) -> Iterator[str]:
    """A server that sends these bytes to whoever connects, one at a time if there is a pause."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def answer() -> None:
        while not stop.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                try:
                    client.recv(65536)
                    for part in [raw[at : at + 1] for at in range(len(raw))] if pause else [raw]:
                        client.sendall(part)
                        if stop.wait(pause):
                            return
                except OSError:
                    continue

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_folder_gives_what_lies_in_it(tmp_path: Path) -> None:
    put(tmp_path, TILE_0, b"hashes")
    source = FolderSource(tmp_path)

    assert source.get(TILE_0) == b"hashes"
    assert source.get("checkpoint") is None
    assert source.get(TILE_0 + ".p/1") is None
    assert list(source.paths()) == [TILE_0]


def test_a_folder_refuses_pipes_folders_and_giants(tmp_path: Path) -> None:
    source = FolderSource(tmp_path)
    put(tmp_path, tile_path(0, 1), bytes(MAX_TILE_BYTES + 1))
    os.mkfifo(tmp_path / TILE_0)
    (tmp_path / tile_path(0, 2)).mkdir()

    assert refusal(source) == "source.unreadable"
    assert refusal(source, tile_path(0, 1)) == "source.too_large"
    assert refusal(source, tile_path(0, 2)) == "source.unreadable"
    assert refusal(source, "../secret") == "source.path"


def test_a_link_on_a_medium_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"of this machine")
    put(tmp_path / "medium", "tile/0/001", b"hashes")
    (tmp_path / "medium" / TILE_0).symlink_to(tmp_path / "secret")
    (tmp_path / "medium" / "checkpoint").symlink_to("../secret")
    source = FolderSource(tmp_path / "medium")

    assert refusal(source) == "source.unreadable"
    assert refusal(source, "checkpoint") == "source.unreadable"


def test_a_web_server_gives_what_it_has(tmp_path: Path) -> None:
    put(tmp_path, TILE_0, b"hashes")
    with serving(tmp_path) as url, HttpSource(url + "/") as source:
        assert source.get(TILE_0) == b"hashes"
        assert source.get(tile_path(0, 1)) is None
        assert source.get(TILE_0) == b"hashes"


def test_a_connection_that_the_server_dropped_is_opened_again(tmp_path: Path) -> None:
    class Dropping(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            super().do_GET()
            self.close_connection = True  # without telling the client

    put(tmp_path, TILE_0, b"hashes")
    with serving(tmp_path, Dropping) as url, HttpSource(url) as source:
        assert [source.get(TILE_0) for _ in range(3)] == [b"hashes"] * 3


def _gzip_answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def test_compressed_answers_are_opened() -> None:
    with answering(_gzip_answer(gzip.compress(b"entries" * 1000, mtime=0))) as url, HttpSource(url) as source:
        assert source.get(bundle_path(0)) == b"entries" * 1000


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(MAX_TILE_BYTES + 1), "source.too_large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + bytes(MAX_TILE_BYTES + 1), "source.too_large"),
        (_gzip_answer(gzip.compress(bytes(50_000_000))), "source.too_large"),
        (_gzip_answer(b"no gzip"), "source.malformed"),
        (_gzip_answer(gzip.compress(b"cut off", mtime=0)[:-3]), "source.malformed"),
        (_gzip_answer(gzip.compress(b"x", mtime=0) + b"tail"), "source.malformed"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", "source.malformed"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "source.answer"),
        (b"HTTP/1.1 301 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "source.answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "source.unreachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "source.unreachable"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, "source.unreachable"),
        (b"SSH-2.0 hello\r\n", "source.unreachable"),
        (b"", "source.unreachable"),
    ],
)
def test_whatever_a_server_answers_is_a_coded_error(raw: bytes, code: str) -> None:
    with answering(raw) as url, HttpSource(url, timeout=5) as source:
        assert refusal(source) == code


@settings(max_examples=40, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
)
def test_no_answer_brings_the_client_down(raw: bytes, start: bytes) -> None:
    with answering(start + raw) as url, HttpSource(url, timeout=5) as source:
        code = "none"
        try:
            source.get(TILE_0)
        except PlimsollError as error:
            code = error.code
        assert code == "none" or code.startswith("source.")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n" + bytes(8192),
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(8192),
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8192\r\n\r\n" + bytes(8192),
        b"H" * 8192,
    ],
)
def test_a_server_that_drips_is_cut_off_in_time(raw: bytes) -> None:
    with answering(raw, pause=0.02) as url, HttpSource(url, timeout=0.5) as source:
        before = time.monotonic()
        assert refusal(source) == "source.unreachable"
        assert time.monotonic() - before < 5


def test_a_server_that_is_not_there_is_a_coded_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert refusal(HttpSource(f"http://127.0.0.1:{port}")) == "source.unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://x",
        "http://",
        "http://u:p@x",
        "http://x?y",
        "http://x#y",
        "http://x:y",
        "//x",
        "http://[x",
        "http://x:99999",
    ],
)
def test_what_is_no_address_of_a_log_is_refused(url: str) -> None:
    with pytest.raises(PlimsollError) as caught:
        HttpSource(url)
    assert caught.value.code == "source.url"
