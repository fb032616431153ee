"""Child of bench.scale: `plimsoll assess` on one sample.

``python -m bench.scale_assess FOLDER [--parties] [--lake DIR] [--but-last-month]``
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

from bench.measure import timed


def work() -> dict[str, object]:
    """Assesses; the digest of the findings JSON tells whether two runs agree."""
    from plimsoll.assess.conduct import Request, conduct
    from plimsoll.assess.json_out import json_text
    from plimsoll.cli.check import choose_rulebooks

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parties", action="store_true")
    parser.add_argument("--lake", type=Path)
    parser.add_argument("--but-last-month", action="store_true")
    given = parser.parse_args()
    usage = tuple(sorted((given.folder / "usage").rglob("*.parquet")))
    if given.but_last_month:
        last = max(path.stem for path in usage)
        usage = tuple(path for path in usage if path.stem != last)
    parties = given.folder / "kyc" if given.parties else None
    [book] = choose_rulebooks(["conditional-treaty"], None)
    request = Request(usage, given.folder / "declarations.yaml", book, None, 2, parties, "duckdb", given.lake)
    steps = _Steps()
    done = conduct(request, steps.told)
    text = json_text(done)
    steps.told("the end", 0, 0)
    for step, seconds in sorted(steps.taken.items(), key=lambda item: -item[1]):
        print(f"    {seconds:8.1f} s  {step}", file=sys.stderr)
    return {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "rows": done.totals.rows,
        "accounts": done.totals.accounts,
        "cap_flop": done.totals.cap_flop,
        "findings": len(done.findings),
    }


class _Steps:
    """Adds up the wall time between one message of progress and the next."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._step, self._since = "start", time.perf_counter()

    def told(self, step: str, _done: int, _total: int) -> None:
        name = "reading" if step.startswith("reading ") and step != "reading hours" else step
        if name != self._step:
            now = time.perf_counter()
            self.taken[self._step] = self.taken.get(self._step, 0.0) + now - self._since
            self._step, self._since = name, now


if __name__ == "__main__":
    timed(work)
