"""Runs the real command, servers as processes of their own, and waits on conditions and never for luck."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

PATIENCE = 60.0
"""Seconds after which a test gives up on a process; nothing here takes more than two or three."""

_MAIN = [sys.executable, "-c", "from plimsoll.cli.main import run; run()"]


def plimsoll(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs `plimsoll` from its entry point to its end, in this process because starting one takes half a second."""
    from plimsoll.cli.main import run

    words = [*map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    code = 0
    try:
        with (
            patch.object(sys, "argv", ["plimsoll", *words]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs `plimsoll` as a process of its own to its end."""
    command = [*_MAIN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def done(*arguments: object) -> str:
    """Runs `plimsoll`, which must succeed, and gives what it said."""
    result = plimsoll(*arguments)
    assert result.returncode == 0, f"{arguments}: {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def answer(*arguments: object, code: int = 0) -> Any:
    """Runs `plimsoll … --json` and gives what it answered."""
    result = plimsoll(*arguments, "--json")
    assert result.returncode == code, f"{arguments}: {result.returncode}\n{result.stdout}\n{result.stderr}"
    return json.loads(result.stdout)


def until(condition: Callable[[], Any], what: str) -> Any:
    """What `condition` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about within {PATIENCE:g} s")


@dataclass(frozen=True)
class Running:
    """A serving command as a process of its own; what it says goes to two files."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def url(self) -> str:
        """The address that it says, as soon as it has said it."""

        def address() -> str | None:
            assert self.process.poll() is None, f"it ended: {self.out.read_text()}{self.err.read_text()}"
            found = [word for word in self.out.read_text().split() if word.startswith("http://")]
            return found[0] if found and self.out.read_text().endswith("\n") else None

        return str(until(address, "serving"))


@contextmanager
def running(*arguments: object, folder: Path, kill: bool = False) -> Iterator[Running]:
    """Starts a serving command and ends it by its id: it is asked to stop and must do so cleanly, or is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as said, err.open("wb") as noted:
        process = subprocess.Popen(
            [*_MAIN, *map(str, arguments)], stdout=said, stderr=noted, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    try:
        yield Running(process, out, err)
    finally:
        (process.kill if kill else process.terminate)()
        try:
            ended = process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(PATIENCE)
            raise
    assert ended == (-signal.SIGKILL if kill else 128 + signal.SIGTERM), err.read_text()
    for fault in ("Traceback", "panic"):
        assert fault not in err.read_text()


@contextmanager
def server(*arguments: object, folder: Path, kill: bool = False) -> Iterator[str]:
    """`running`, once it serves; gives the address."""
    with running(*arguments, folder=folder, kill=kill) as started:
        yield started.url()
