"""Speed of the law: evaluations per second on one core, a cold population survey, and a cold `--help`.

The targets of these three are absolute (a person waits for them), so they are given beside a baseline of the same
machine and minute: how often Python can compare two 26-digit integers, and how long a bare interpreter takes to start.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bench.page import Figure
from plimsoll.kernel.component import Component
from plimsoll.kernel.estimate import Estimate
from plimsoll.rulebook.evaluate import evaluate
from plimsoll.rulebook.facts import Facts
from plimsoll.rulebook.load import load_library

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_DAY = date(2026, 11, 21)
_ROUNDS = 5


def evaluations() -> Figure:
    """Provisions of the whole library, each with its trace and deadlines, for a run with components and for a total."""
    parts = {c: Estimate(9 * 10**24, 10**25, 12 * 10**24) for c in (Component.PRETRAIN, Component.RL_UPDATE)}
    subjects = [Facts(components=parts, complete=True), Facts(total=Estimate.exact(10**25 + 1))]
    books = list(load_library().values())
    count = 0
    started = time.process_time()
    while time.process_time() - started < 2:
        for facts in subjects:
            for book in books:
                count += len(evaluate(facts, book, _DAY, _DAY))
    rate = count / (time.process_time() - started)
    return Figure("provision evaluations a second, one core", f"{rate:,.0f}", "at least 10,000", rate >= 10_000)


def cold(what: str, arguments: Sequence[str], limit: float) -> Figure:
    """The median wall time of a fresh process, and its ratio to a bare interpreter's start in the same minute."""
    command = [sys.executable, "-c", "from plimsoll.cli.main import run; run()", *arguments]
    wall = _median(command)
    bare = _median([sys.executable, "-c", ""])
    return Figure(what, f"{wall:.2f} s ({wall / bare:.0f} x a bare interpreter)", f"under {limit} s", wall < limit)


def _median(command: Sequence[str]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def figures() -> list[Figure]:
    """All of them; the population survey only where the public data set is beside the checkout."""
    found = [evaluations(), cold("plimsoll --help, cold", ["--help"], 0.4)]
    table = REAL_DATA / "epoch" / "notable_ai_models.csv"
    if table.is_file():
        found.append(cold("plimsoll population, 976 models, all rulebooks, cold", ["population", str(table)], 2.0))
    return found


if __name__ == "__main__":
    for figure in figures():
        verdict = "met" if figure.met else "MISSED"
        print(f"{figure.what}: {figure.measured} (target {figure.target}: {verdict})")
