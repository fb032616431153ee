"""Measuring contenders in child processes of their own, in turns, so that load from elsewhere hits all of them."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Contender:
    """A name for the table, the module under bench/ that does it, and its further arguments."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One execution: seconds of wall and of CPU from first touching the data, peak memory, and what it found."""

    wall: float
    cpu: float
    peak_mb: float
    figures: dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds of one contender."""

    name: str
    wall: float
    cpu: float
    peak_mb: float
    figures: dict[str, str]


def timed(work: Callable[[], dict[str, Any]]) -> None:
    """In the child: runs the work and prints the measurement as the last line of output."""
    wall, cpu = time.perf_counter(), time.process_time()
    figures = {name: str(value) for name, value in work().items()}
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(asdict(Run(wall, cpu, peak, figures))))


def compete(contenders: Sequence[Contender], arguments: Sequence[str], rounds: int) -> list[Result]:
    """Runs the contenders in turns and gives the medians.

    Raises:
        RuntimeError: if a contender fails, or any figure that it finds is not what the first one found.
    """
    runs: dict[Contender, list[Run]] = {contender: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders:
            print(f"round {number + 1} of {rounds}: {contender.name}", file=sys.stderr)
            runs[contender].append(_run(contender, arguments))
    truth = runs[contenders[0]][0].figures
    for contender, found in runs.items():
        for run in found:
            if run.figures != {name: truth.get(name) for name in run.figures}:
                raise RuntimeError(f"{contender.name} found {run.figures}, {contenders[0].name} found {truth}")
    return [
        Result(
            contender.name,
            statistics.median(run.wall for run in found),
            statistics.median(run.cpu for run in found),
            max(run.peak_mb for run in found),
            truth,
        )
        for contender, found in runs.items()
    ]


def _run(contender: Contender, arguments: Sequence[str]) -> Run:
    # Bytecode is cached, as in any installation; some environments switch that off.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", f"bench.{contender.module}", *arguments, *contender.arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{contender.name} failed:\n{done.stderr[-4000:]}")
    return Run(**json.loads(done.stdout.strip().splitlines()[-1]))
