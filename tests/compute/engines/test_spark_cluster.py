"""A real standalone cluster from the PyPI package: a master, two workers, and one of them lost in mid-job."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from plimsoll.sample.jurisdiction import write_sample
from plimsoll.sample.plan import Request
from plimsoll.sample.schemes.asked import parse_evaders

_WAIT_S = 120
_LONGEST_S = 1_500
_COMMAND = "from plimsoll.cli.main import run; run()"
_ASSESS = """
import json, os, signal, sys, threading
from pathlib import Path
from plimsoll.assess.conduct import Request, conduct
from plimsoll.assess.json_out import json_text
from plimsoll.rulebook.load import library_rulebook

folder, engine, out, victim = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
killed = threading.Event()

def watch():
    # From the first sums on there are rows that only a worker holds; wait until a job is running on both.
    from pyspark import SparkContext
    tracker = SparkContext._active_spark_context.statusTracker()
    for _ in range(3000):
        stages = [tracker.getStageInfo(each) for each in tracker.getActiveStageIds()]
        if any(stage is not None and stage.numActiveTasks for stage in stages):
            os.kill(victim, signal.SIGKILL)
            killed.set()
            return
        threading.Event().wait(0.01)

def progress(step, done, total):
    if victim and step == "accounting" and done == 1 and not killed.is_set():
        threading.Thread(target=watch, daemon=True).start()

treaty = library_rulebook("conditional-treaty")
request = Request((folder / "usage",), folder / "declarations.yaml", treaty, engine=engine)
out.write_text(json_text(conduct(request, progress)))
print(json.dumps({"killed": killed.is_set()}))
"""


@dataclass
class _Cluster:
    engine: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(java_home: str | None, tmp_path: Path) -> Iterator[_Cluster]:
    """Children of this process on loopback ports that were free; ended by their ids."""
    pyspark = pytest.importorskip("pyspark", reason="the extra plimsoll[spark] is not installed")
    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1",
        "SPARK_DAEMON_MEMORY": "256m", "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
    }  # fmt: skip
    if java_home is not None:
        environment["JAVA_HOME"] = java_home
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = tmp_path / f"{len(started)}.log"
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
        with log.open("wb") as stream:
            child = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)
        started.append(child)
        return child, log

    port, pages = _free_port(), _free_port()
    engine = f"spark://127.0.0.1:{port}"
    try:
        _, log = start("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(pages))
        _wait_for(log, "I have been elected leader")
        workers = []
        for number in range(2):
            folder = tmp_path / f"worker-{number}"
            options = ("--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--work-dir", str(folder))
            workers.append(start("worker.Worker", *options, "--webui-port", str(_free_port()), engine)[0])
        _wait_for(log, *["Registering worker"] * 2)
        yield _Cluster(engine, workers)
    finally:
        for child in reversed(started):
            child.kill()
            child.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(log: Path, *words: str) -> None:
    for _ in range(_WAIT_S * 10):
        said = log.read_text(errors="replace")
        if all(len(re.findall(re.escape(word), said)) >= words.count(word) for word in words):
            return
        threading.Event().wait(0.1)
    pytest.fail(f"no {words[0]!r} within {_WAIT_S} s:\n{log.read_text()[-3000:]}")


def _assess(folder: Path, engine: str, out: Path, java_home: str | None, victim: int = 0) -> tuple[bytes, bool]:
    environment = os.environ | ({"JAVA_HOME": java_home} if java_home is not None else {})
    command = [sys.executable, "-W", "ignore", "-c", _ASSESS, str(folder), engine, str(out), str(victim)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return out.read_bytes(), json.loads(done.stdout.strip().splitlines()[-1])["killed"]


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_and_a_lost_worker_changes_none(
    cluster: _Cluster, java_home: str | None, tmp_path: Path
) -> None:
    folder = write_sample(tmp_path / "sample", Request(seed=7, customers=6, days=20)).folder
    here, _ = _assess(folder, "duckdb", tmp_path / "here.json", java_home)
    lost, killed = _assess(folder, cluster.engine, tmp_path / "lost.json", java_home, cluster.workers[0].pid)
    assert killed
    assert cluster.workers[0].wait(timeout=10) == -signal.SIGKILL
    assert lost == here


@pytest.mark.slow
def test_the_command_with_customers_records_writes_the_same_bytes_on_a_cluster(
    cluster: _Cluster, java_home: str | None, tmp_path: Path
) -> None:
    """Every tactic of evasion is in the sample, so that every detector has work."""
    planted = parse_evaders("all=1")
    folder = write_sample(
        tmp_path / "sample", Request(seed=7, customers=150, days=120, density=100, evaders=planted)
    ).folder
    here = _command(folder, "duckdb", tmp_path / "here.json", java_home)
    there = _command(folder, cluster.engine, tmp_path / "there.json", java_home)
    codes = {finding["code"] for finding in json.loads(here)["findings"]}
    assert {"split-run", "under-declared-run", "synchronised-accounts", "reseller-blind", "just-below"} <= codes
    assert there == here


def _command(folder: Path, engine: str, out: Path, java_home: str | None) -> bytes:
    """What `plimsoll assess` writes on that engine."""
    environment = os.environ | ({"JAVA_HOME": java_home} if java_home is not None else {})
    given = ("--usage", folder / "usage", "--parties", folder / "kyc", "--declarations", folder / "declarations.yaml")
    options = (*given, "--engine", engine, "--json", out, "--quiet")
    command = [sys.executable, "-W", "ignore", "-c", _COMMAND, "assess", *map(str, options)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    assert done.returncode == 3, done.stderr[-3000:]
    return out.read_bytes()
