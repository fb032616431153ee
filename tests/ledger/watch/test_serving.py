"""A program that serves something ends as it means to, however often and at whatever moment it is asked to."""

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.ledger.watch.serving import Server

_TASKS = Path("/proc/self/task")
_PROGRAM = """
import signal, sys, threading, urllib.request
from plimsoll.ledger.watch.serving import Server

def app(environ, start):
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]

def asked(number, frame):
    sys.exit(0)

signal.signal(signal.SIGTERM, asked)
with Server(app) as server:
    for _ in range(3):
        assert urllib.request.urlopen(server.url, timeout=10).read() == b"ok"
    print("serving", flush=True)
    {wait}
"""


def run(wait: str, *, ask: bool) -> tuple[int, str]:
    """Exit code and errors of a program that serves and waits so; `ask`: SIGTERM once it serves."""
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(wait=wait)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "RUST_BACKTRACE": "0"},
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "serving\n"
        if ask:
            program.send_signal(signal.SIGTERM)
        errors = program.communicate(timeout=60)[1]
    finally:
        program.kill()
        program.wait()
    return program.returncode, errors


@pytest.mark.parametrize(
    ("wait", "ask"),
    [("server.join()", True), ("threading.Event().wait()", True), ("pass", False)],
    ids=["asked while it joins", "asked while it waits", "by itself"],
)
def test_a_program_that_serves_ends_cleanly_ten_times_in_a_row(wait: str, ask: bool) -> None:
    assert [run(wait, ask=ask) for _ in range(10)] == [(0, "")] * 10


def test_a_program_that_is_asked_before_it_serves_ends_at_once() -> None:
    program = _PROGRAM.format(wait="pass").replace(
        "with Server", "threading.Timer(0.05, asked_early).start()\nwith Server"
    )
    program = program.replace(
        "signal.signal(", "import os\n\ndef asked_early():\n    os.kill(os.getpid(), 15)\n\nsignal.signal(", 1
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not _TASKS.is_dir(), reason="threads are counted by /proc")
def test_no_thread_of_the_server_is_left_behind() -> None:
    def app(_: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    before = {int(task.name) for task in _TASKS.iterdir()}
    for _ in range(10):
        with Server(app) as server, urllib.request.urlopen(server.url, timeout=10) as given:
            assert given.read() == b"ok"
            joined = {thread.native_id for thread in threading.enumerate() if thread.name.startswith("plimsoll")}
        # Python's own threads are joined by the interpreter.
        assert {int(task.name) for task in _TASKS.iterdir()} - before <= joined
