"""What a log serves over HTTP, asked as a web server asks it."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import GENESIS, Place, entries

from plimsoll.ledger.log.http_app import Wsgi, tiles_app, with_filing
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.tree.tiles import decode_bundle


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Place(tmp_path / "log").create()
    log.append_many(entries(0, 300))
    log.integrate()
    yield log
    log.close()


def ask(app: Wsgi, path: str, method: str = "GET", **headers: str) -> tuple[str, dict[str, str], bytes]:
    heard: list[tuple[str, dict[str, str]]] = []

    def start(status: str, given: list[tuple[str, str]]) -> None:
        heard.append((status, dict(given)))

    body = b"".join(app({"REQUEST_METHOD": method, "PATH_INFO": path, **headers}, start))
    return *heard[0], body


def test_the_checkpoint_is_fresh_and_a_tile_is_for_ever(log: Log) -> None:
    app = tiles_app(log.tiles)

    status, headers, body = ask(app, "/checkpoint")
    assert (status, body) == ("200 OK", log.checkpoint())
    assert headers["Cache-Control"] == "public, max-age=1"
    status, headers, body = ask(app, "/tile/0/000")
    assert (status, len(body), headers["Content-Length"]) == ("200 OK", 8_192, "8192")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_entries_are_compressed_for_whoever_says_so(log: Log) -> None:
    app = tiles_app(log.tiles)

    plain = ask(app, "/tile/entries/000")
    small = ask(app, "/tile/entries/000", HTTP_ACCEPT_ENCODING="gzip, br")
    assert plain[1]["Vary"] == small[1]["Vary"] == "Accept-Encoding"
    assert (small[1]["Content-Encoding"], gzip.decompress(small[2])) == ("gzip", plain[2])
    assert decode_bundle(plain[2], 256) == [GENESIS, *entries(0, 255)]


def test_a_head_request_has_no_body(log: Log) -> None:
    _, headers, body = ask(tiles_app(log.tiles), "/checkpoint", "HEAD")
    assert (headers["Content-Length"], body) == (str(len(log.checkpoint())), b"")


@pytest.mark.parametrize("path", ["/", "/tile/0/002", "/queue.sqlite", "/../log.json", "/tile/0/../../../log.json"])
def test_what_is_no_file_of_a_log_is_not_there(log: Log, path: str) -> None:
    assert ask(tiles_app(log.tiles), path)[0] == "404 Not Found"


def test_nothing_is_written_through_the_tiles(log: Log) -> None:
    status, headers, _ = ask(tiles_app(log.tiles), "/checkpoint", "PUT")
    assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


def test_statements_go_to_the_door_and_everything_else_to_the_tiles(log: Log) -> None:
    def filing(environ: dict[str, object], start: object) -> list[bytes]:
        start("200 OK", [])  # type: ignore[operator]
        return [b"the door"]

    app = with_filing(filing, tiles_app(log.tiles))
    for path in ("/entries", "/entries/00", "/.well-known/scitt-keys"):
        assert ask(app, path, "POST")[2] == b"the door"
    assert ask(app, "/checkpoint")[2] == log.checkpoint()
