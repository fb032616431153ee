"""Measures what a lake larger than memory costs, and writes the tables of docs/reference/scale.md.

    python -m bench.scale                      1, 5, 25 and 100 million rows; prints the tables
    python -m bench.scale --sizes 1,5          smaller; what was measured before is not measured again
    python -m bench.scale --again 5            measures that size again
    python -m bench.scale --write              and puts the tables into the page

A size of N is N million rows of one year by 1,000 N customers (`plimsoll sample` with evaders planted). Every step runs
in a process of its own with two threads, so that its peak memory is its own. Samples and lakes are removed after their
size is measured; what was measured stays in bench/work/scale.json, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import scale_report
from bench.page import machine, put
from bench.run import WORK

RESULTS = WORK / "scale.json"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "scale.md"
Measured = dict[str, Any]
"""Of one step: wall, cpu, peak_mb, and figures by name."""


def main() -> None:
    """Reads the command line, measures what is missing, prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--sizes", default="1,5,25,100", help="millions of rows, with commas between")
    parser.add_argument("--again", default="", help="sizes to measure again")
    parser.add_argument("--keep", action="store_true", help="leave the samples and lakes where they are")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/reference/scale.md")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    for size in filter(None, options.again.split(",")):
        _store(int(size), None)
    for size in sizes:
        _measure(size, keep=options.keep)
    found = {size: steps for size, steps in _results().items() if size in sizes}
    for name, table in scale_report.tables(found, machine()).items():
        print(f"\n{table}")
        if options.write:
            put(PAGE, name, table)


def _measure(size: int, *, keep: bool) -> None:
    """Runs every step of one size that was not run before."""
    folder, lake = WORK / f"scale-{size}", WORK / f"scale-{size}-lake"
    steps: dict[str, Callable[[], Measured]] = {
        "generate": lambda: _child("scale_generate", str(folder), str(1_000 * size)),
        "sql": lambda: _child("scale_sql", str(folder)),
        "linkage": lambda: _child("scale_linkage", str(folder)),
        "assess": lambda: _child("scale_assess", str(folder), "--parties"),
        "scratch": lambda: _child("scale_assess", str(folder)),
        "year": lambda: _child("scale_assess", str(folder), "--lake", str(lake), "--but-last-month"),
        "month": lambda: _month(folder, lake),
    }
    for name, run in steps.items():
        done = _results().get(size, {})
        if name in done:
            continue
        if name != "generate" and not (folder / "truth.json").exists():
            _child("scale_generate", str(folder), str(1_000 * size))
        if name == "month" and not lake.exists():
            steps["year"]()
        if name == "year":
            shutil.rmtree(lake, ignore_errors=True)
        began = time.perf_counter()
        print(f"{size} million rows: {name}", file=sys.stderr, flush=True)
        _store(size, {**done, name: run()})
        print(f"{size} million rows: {name} took {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(lake, ignore_errors=True)


def _month(folder: Path, lake: Path) -> Measured:
    measured = _child("scale_assess", str(folder), "--lake", str(lake))
    kept = {path.name: 0 for path in lake.rglob("*.parquet")}
    for path in lake.rglob("*.parquet"):
        kept[path.name] += path.stat().st_size
    return {**measured, "lake_bytes": sum(kept.values()), "kept": kept}


def _child(module: str, *arguments: str) -> Measured:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", f"bench.{module}", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed with {done.returncode}")
    measured: Measured = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def _results() -> dict[int, dict[str, Measured]]:
    if not RESULTS.exists():
        return {}
    return {int(size): steps for size, steps in json.loads(RESULTS.read_text(encoding="utf-8")).items()}


def _store(size: int, steps: dict[str, Measured] | None) -> None:
    found = _results()
    found.pop(size, None)
    if steps is not None:
        found[size] = steps
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
