"""`plimsoll data fetch epoch` against a real server on this machine: whole and checked, or nothing changes."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli import data
from plimsoll.cli.download import check_url, download
from plimsoll.cli.epoch_files import FILES, REPORT, fetch_epoch
from plimsoll.kernel.errors import PlimsollError

MODELS = b'Model,Publication date,Training compute (FLOP)\nA,2026-01-01,3e25\n"B, the second",2026-02-01,\n'
CHIPS = b"Hardware name,Release date,TDP (W)\nH100,2022-09-20,700\n"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@dataclass
class Answer:
    """What the server says to one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/csv"})
    announced: int | None = None
    chunked: bool = False


class Publisher:
    """A server on the loopback interface with settable answers; it remembers what it was asked."""

    def __init__(self) -> None:
        self.answers = {"/notable_ai_models.csv": Answer(MODELS), "/ml_hardware.csv": Answer(CHIPS)}
        self.asked: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                answer = publisher.answers.get(self.path, Answer(b"<html>not here</html>", 404))
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                else:
                    self.send_header("Content-Length", str(answer.announced or len(answer.body)))
                self.end_headers()
                if answer.chunked:
                    self.wfile.write(b"%x\r\n" % (answer.announced or len(answer.body)))
                self.wfile.write(answer.body)
                if answer.chunked and answer.announced is None:
                    self.wfile.write(b"\r\n0\r\n\r\n")
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the library's
                """Say nothing: the tests ask `asked`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    yield server
    server.close()


def quiet(done: float, doing: str = "") -> None:
    """No progress."""


def fetch(publisher: Publisher, folder: Path) -> None:
    fetch_epoch(publisher.url, folder, NOW, quiet)


def refusal(publisher: Publisher, folder: Path) -> PlimsollError:
    with pytest.raises(PlimsollError) as refused:
        fetch(publisher, folder)
    assert refused.value.fix
    return refused.value


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_fetches_checks_and_reports(publisher: Publisher, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "epoch"
    result = CliRunner().invoke(data.app, ["fetch", "epoch", "--to", str(folder), "--base-url", publisher.url + "/"])
    assert result.exit_code == 0, result.output
    assert publisher.asked == [f"/{name}" for name in FILES]
    assert set(everything_in(folder)) == {*FILES, REPORT}
    assert (folder / "notable_ai_models.csv").read_bytes() == MODELS
    assert "CC BY 4.0" in result.output
    assert hashlib.sha256(CHIPS).hexdigest() in result.output


def test_the_report_names_source_licence_date_and_digests_and_sha256sum_reads_it(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.answers["/ml_hardware.csv"].headers["Last-Modified"] = "Sat, 21 Nov 2026 06:00:00 GMT"
    fetch(publisher, tmp_path)
    report = (tmp_path / REPORT).read_text(encoding="utf-8")
    for part in ("Epoch AI, epoch.ai/data", "CC BY 4.0", "2026-11-21T09:30:00Z", "2 rows", "21 Nov 2026 06:00"):
        assert part in report
    checked = subprocess.run(["sha256sum", "-c", REPORT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_second_fetch_says_what_changed(publisher: Publisher, tmp_path: Path) -> None:
    first = fetch_epoch(publisher.url, tmp_path, NOW, quiet)
    publisher.answers["/ml_hardware.csv"].body = CHIPS + b"B200,2024-11-15,1000\n"
    second = fetch_epoch(publisher.url, tmp_path, NOW, quiet)
    assert [file.before for file in first] == ["new", "new"]
    assert [file.before for file in second] == ["same", "changed"]
    assert [file.rows for file in second] == [2, 2]


HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(b"gone", 404), "fetch.refused"),
        (Answer(b"busy", 503), "fetch.refused"),
        (Answer(CHIPS[:40], announced=len(CHIPS)), "fetch.truncated"),
        (Answer(CHIPS[:40], announced=len(CHIPS), chunked=True), "fetch.truncated"),
        (Answer(b"<!doctype html><p>Please accept cookies", headers=HTML), "fetch.wrong_type"),
        (Answer(b"\x1f\x8b", headers={"Content-Type": "text/csv", "Content-Encoding": "gzip"}), "fetch.wrong_type"),
        (Answer(b"<!doctype html>\n<p>Please accept cookies</p>"), "fetch.not_csv"),
        (Answer(MODELS), "fetch.not_csv"),
        (Answer(CHIPS + b"a row that stops"), "fetch.not_csv"),
        (Answer(CHIPS + b'"never closed,1,2\n'), "fetch.not_csv"),
        (Answer(CHIPS.splitlines()[0]), "fetch.not_csv"),
        (Answer(b"x", announced=65 * 1024 * 1024), "fetch.too_large"),
        (Answer(b"", 302, {"Location": "ftp://example.org/ml_hardware.csv"}), "fetch.not_https"),
        (Answer(b"", 302, {"Location": "http://example.org/ml_hardware.csv"}), "fetch.not_https"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_answer_leaves_no_trace(publisher: Publisher, tmp_path: Path, answer: Answer, code: str) -> None:
    publisher.answers["/ml_hardware.csv"] = answer
    assert refusal(publisher, tmp_path / "deep" / "new").code == code
    assert not (tmp_path / "deep").exists(), "folders made for nothing are removed"


def test_a_bad_answer_leaves_the_old_files_untouched(publisher: Publisher, tmp_path: Path) -> None:
    fetch(publisher, tmp_path)
    before = everything_in(tmp_path)
    publisher.answers["/notable_ai_models.csv"].body = MODELS.replace(b"3e25", b"4e25")
    publisher.answers["/ml_hardware.csv"] = Answer(status=500)
    refused = refusal(publisher, tmp_path)
    assert "500 Internal Server Error" in refused.what
    assert refused.where.file == f"{publisher.url}/ml_hardware.csv"
    assert everything_in(tmp_path) == before


def test_a_redirect_on_the_same_machine_is_followed(publisher: Publisher, tmp_path: Path) -> None:
    publisher.answers["/moved.csv"] = Answer(CHIPS, chunked=True)
    publisher.answers["/ml_hardware.csv"] = Answer(status=302, headers={"Location": "/moved.csv"})
    arrived = fetch_epoch(publisher.url, tmp_path, NOW, quiet)
    assert arrived[1].url == f"{publisher.url}/moved.csv"


def test_an_unannounced_flood_is_cut_off(publisher: Publisher, tmp_path: Path) -> None:
    publisher.answers["/flood"] = Answer(b"x" * 5_000, chunked=True)
    with pytest.raises(PlimsollError) as refused:
        download(f"{publisher.url}/flood", tmp_path, max_bytes=4_000)
    assert refused.value.code == "fetch.too_large"
    assert everything_in(tmp_path) == {}


def test_a_server_that_is_not_there_or_says_nothing_is_unreachable(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(PlimsollError) as refused:
            download(f"http://127.0.0.1:{port}/x", tmp_path, timeout=0.2)
        assert refused.value.code == "fetch.unreachable"
    with pytest.raises(PlimsollError) as refused:
        download(f"http://127.0.0.1:{port}/x", tmp_path, timeout=0.2)
    assert refused.value.code == "fetch.unreachable"


@pytest.mark.parametrize(
    "url", ["http://epoch.ai/data", "file:///etc/passwd", "ftp://epoch.ai", "epoch.ai", "https://", "https://[::1"]
)
def test_only_https_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        check_url(url)
    assert refused.value.code == "fetch.not_https"


@pytest.mark.parametrize("host", ["..", "a" * 300 + ".invalid", "\udcff"])
def test_a_host_that_cannot_be_looked_up_cannot_be_reached(host: str, tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as refused:
        download(f"https://{host}/models.csv", tmp_path)
    assert refused.value.code == "fetch.unreachable"
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be", encoding="utf-8")
    assert refusal(publisher, occupied).code == "fetch.cannot_write"
    assert refusal(publisher, occupied / "below").code == "fetch.cannot_write"
    (tmp_path / "clash" / "ml_hardware.csv").mkdir(parents=True)
    assert refusal(publisher, tmp_path / "clash").code == "fetch.cannot_write"
    assert everything_in(tmp_path / "clash") == {}


@pytest.mark.real_data
def test_epoch_ais_own_files_are_recognised(publisher: Publisher, tmp_path: Path, real_data: Path) -> None:
    for name in FILES:
        publisher.answers[f"/{name}"].body = (real_data / "epoch" / name).read_bytes()
    arrived = fetch_epoch(publisher.url, tmp_path, NOW, quiet)
    assert {file.name: file.rows for file in arrived} == {"notable_ai_models.csv": 976, "ml_hardware.csv": 175}
