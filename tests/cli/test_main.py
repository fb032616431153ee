"""The command as a process: whatever the terminal, the disk or the path, a message and an exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = [sys.executable, "-c", "from plimsoll.cli.main import run; run()"]
_TABLE = "Model,Training compute (FLOP)\nAster,3e25\n"


def _plimsoll(*arguments: str | bytes, encoding: str = "utf-8", output: object = subprocess.PIPE):
    return subprocess.run(
        [*_RUN, *arguments], stdout=output, stderr=subprocess.PIPE, check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip


def test_a_terminal_without_superscripts_still_gets_the_answer() -> None:
    done = _plimsoll("rulebook", "compare", "--flop", "3e25", encoding="latin-1")

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"systemic risk" in done.stdout


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system refuses such names")
def test_a_file_name_of_stray_bytes_is_no_obstacle(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/models\xff.csv"
    Path(os.fsdecode(path)).write_text(_TABLE)

    done = _plimsoll("population", path, "--rulebook", "eu-gpai", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_not_our_fault() -> None:
    with Path("/dev/full").open("wb") as full:
        done = _plimsoll("rulebook", "show", "eu-gpai", output=full)

    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["check"], ["population"], ["rulebook", "test"], ["rulebook", "show"]])
def test_a_path_that_no_file_can_have_is_refused(command: list[str]) -> None:
    done = _plimsoll(*command, "a" * 400 + ".yaml")

    assert done.returncode == 2
    assert b"File name too long" in done.stderr
    assert b"internal.fault" not in done.stderr


def test_help_waits_for_no_engine() -> None:
    heavy = "{'ibis', 'duckdb', 'pyarrow', 'pydantic', 'numpy', 'rich', 'yaml'}"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, plimsoll.cli.main; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]\n"


_STOPPED = """
import os, signal, time
from plimsoll.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background inherit that it is ignored

def app():
    try:
        os.kill(os.getpid(), signal.{name})
        time.sleep(5)
    except BaseException as stop:
        {then}

main.app = app
main.run()
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("then", ["raise", "raise RuntimeError('Query interrupted')"])
def test_whoever_asks_to_stop_is_not_told_of_a_fault(name: str, code: int, then: str) -> None:
    script = _STOPPED.format(name=name, then=then)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (code, b"")
