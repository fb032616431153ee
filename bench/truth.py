"""Measures how many planted evaders are found and how many honest customers are accused, over seeds never used before.

    python -m bench.truth                        the truth: seeds 3000 to 3019, 50,000 customers, 40 of each tactic
    python -m bench.truth --quick                two seeds of another range, small, to see that it works
    python -m bench.truth --seeds 2000-2009 --customers 5000 --evaders 10
    python -m bench.truth --write                and puts the tables into docs/reference/truth.md

Each seed runs in processes of its own and leaves nothing behind but its score, a line of bench/work/truth-*.jsonl: a
run that was stopped goes on where it was with --resume.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import truth_tables
from bench.page import put
from bench.truth_tables import Seed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "truth.md"
WORK = Path(__file__).resolve().parent / "work"
TRUTH_SEEDS = "3000-3019"
CURVE_SEEDS = "3100-3101"
QUICK_SEEDS = "2900-2901"
USUAL_GAPS = 120
GAPS = (USUAL_GAPS, 250, 400, 550, 700)


def main() -> None:
    """Reads the command line, runs every seed, prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description=__doc__)
    parser.add_argument("--seeds", default=None, help="e.g. 2000-2004 or 7,8,9")
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--evaders", type=int, default=40, help="of each tactic")
    parser.add_argument("--honest", type=int, default=10, help="of each honest hard case")
    parser.add_argument("--density", type=int, default=20, help="permille of days on which everyday customers compute")
    parser.add_argument("--gaps", type=int, default=USUAL_GAPS, help="permille of fields that records lack")
    parser.add_argument("--curve", action="store_true", help="the curve against missing fields instead of the truth")
    parser.add_argument("--quick", action="store_true", help="small, and with other seeds than the truth")
    parser.add_argument("--resume", action="store_true", help="keep the scores of a run that was stopped")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/reference/truth.md")
    asked = parser.parse_args()
    if asked.quick:
        asked.customers, asked.evaders, asked.honest, asked.density = 2_000, 3, 2, 200
    default = QUICK_SEEDS if asked.quick else CURVE_SEEDS if asked.curve else TRUTH_SEEDS
    seeds = _numbers(asked.seeds or default)
    levels = GAPS if asked.curve else (asked.gaps,)
    runs = [(seed, level) for level in levels for seed in seeds]
    found = _measured(runs, asked)
    tables = (
        {"gaps": truth_tables.gaps(found)}
        if asked.curve
        else {
            "tactics": truth_tables.tactics(found),
            "honest": truth_tables.honest(found),
            "members": truth_tables.members(found),
        }
    )
    first = next(iter(tables))
    tables[first] = f"{_about(found, asked)}\n\n{tables[first]}"
    for name, table in tables.items():
        print(f"\n{table}")
        if asked.write:
            put(PAGE, name, table)


def _numbers(text: str) -> list[int]:
    """``"3000-3002"`` or ``"1,5"`` as numbers."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _measured(runs: list[tuple[int, int]], asked: argparse.Namespace) -> list[Seed]:
    """Every run's score; each is written down as soon as it is known."""
    WORK.mkdir(exist_ok=True)
    kind = [asked.customers, asked.evaders, asked.honest, asked.density]
    kept = WORK / f"truth-{'-'.join(map(str, kind))}.jsonl"
    known: dict[tuple[int, int], Seed] = {}
    if asked.resume and kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            score = json.loads(line)
            known[score["seed"], score["gaps"]] = score
    with kept.open("a" if asked.resume else "w", encoding="utf-8") as file:
        for at, (seed, gaps) in enumerate(runs):
            if (seed, gaps) in known:
                continue
            folder = WORK / f"truth-{seed}-{gaps}"
            command = [sys.executable, "-m", "bench.truth_seed", str(folder), str(seed), *map(str, kind), str(gaps)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"seed {seed} failed: {done.stderr[-2000:]}")
            score = json.loads(done.stdout.splitlines()[-1])
            known[seed, gaps] = score
            file.write(json.dumps(score) + "\n")
            file.flush()
            print(f"{at + 1} of {len(runs)}: {_line(score)}", file=sys.stderr, flush=True)
    return [known[run] for run in runs]


def _line(score: dict[str, Any]) -> str:
    planted = [case for case in score["cases"] if case["expected"]]
    false = sum(len(each) for each in score["false"].values())
    return (
        f"seed {score['seed']}, {score['rows']:,} rows, written in {score['seconds']['write']:.0f} s, assessed in "
        f"{score['seconds']['assess']:.0f} s, {score['peak_mb']:,} MB: {sum(c['found'] for c in planted)} of "
        f"{len(planted)} found, {false} false"
    )


def _about(found: list[Seed], asked: argparse.Namespace) -> str:
    seeds = sorted({score["seed"] for score in found})
    rows = sum(score["rows"] for score in found) // len(found)
    median = sorted(score["seconds"]["assess"] for score in found)[len(found) // 2]
    return (
        f"Seeds {seeds[0]} to {seeds[-1]} ({len(seeds)}), {asked.customers:,} honest customers, {asked.evaders} "
        f"evaders of each tactic and {asked.honest} of each honest case, 365 days, density {asked.density}, {rows:,} "
        f"usage rows a seed; assessed in {median:.0f} s and "
        f"{max(score['peak_mb'] for score in found):,} MB (median and largest; {os.cpu_count()} shared cores, Python "
        f"{platform.python_version()}). {datetime.now(UTC):%d %B %Y}."
    )


if __name__ == "__main__":
    main()
