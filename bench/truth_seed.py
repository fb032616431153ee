"""One seed of the truth: writes its jurisdiction, assesses it in a process of its own, and scores the findings.

    python -m bench.truth_seed FOLDER SEED CUSTOMERS EVADERS HONEST DENSITY GAPS

prints one line of JSON: what was planted, what was found, how long it took. The folder is removed afterwards.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from plimsoll.sample.group_score import CaseScore, Named, group_score
from plimsoll.sample.jurisdiction import DECLARATIONS, TRUTH, USAGE, write_sample
from plimsoll.sample.kyc_files import KYC
from plimsoll.sample.plan import Request
from plimsoll.sample.schemes.asked import EVASIVE, HONEST
from plimsoll.sample.truth import read_truth

DAYS = 365
FOUND = "findings.json"


def main() -> None:
    """Writes and scores; the assessment between them runs as a user runs it, by command."""
    folder = Path(sys.argv[1])
    seed, customers, evaders, honest, density, gaps = map(int, sys.argv[2:])
    try:
        print(json.dumps(_seed(folder, seed, customers, evaders, honest, density, gaps)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _seed(
    folder: Path, seed: int, customers: int, evaders: int, honest: int, density: int, gaps: int
) -> dict[str, Any]:
    begun = time.perf_counter()
    planted = {tactic.value: evaders for tactic in EVASIVE} | {case.value: honest for case in HONEST}
    request = Request(seed, customers, DAYS, evaders=planted, density=density, kyc_gaps=gaps)
    written = write_sample(folder, request, force=True)
    assessed = time.perf_counter()
    peak = _assess(folder)
    ended = time.perf_counter()
    found = json.loads((folder / FOUND).read_bytes())["findings"]
    truth = read_truth((folder / TRUTH).read_bytes(), TRUTH)
    score = group_score(found, truth)
    return {
        "seed": seed,
        "customers": customers,
        "rows": written.rows,
        "accounts": written.accounts,
        "gaps": gaps,
        "seconds": {"write": round(assessed - begun, 1), "assess": round(ended - assessed, 1)},
        "peak_mb": peak,
        "cases": [_case(case) for case in score.cases],
        "right": {code: len(findings) for code, findings in score.right.items()},
        "false": {code: [_finding(each) for each in findings] for code, findings in score.false.items()},
    }


def _assess(folder: Path) -> int:
    """Assesses the jurisdiction with its customers' records; peak memory in megabytes.

    Raises:
        RuntimeError: if the command fails.
    """
    command = [
        sys.executable, "-c", "from plimsoll.cli.main import run; run()", "assess", "--usage", str(folder / USAGE),
        "--declarations", str(folder / DECLARATIONS), "--parties", str(folder / KYC),
        "--json", str(folder / FOUND), "--quiet",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (folder / FOUND).is_file():
        raise RuntimeError(f"the assessment failed with {done.returncode}: {done.stderr[-2000:]}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _case(score: CaseScore) -> dict[str, Any]:
    case = score.case
    return {
        "tactic": case.tactic,
        "id": case.id,
        "accounts": len(case.accounts),
        "parties": len(case.parties),
        "expected": case.expected,
        "found": score.found,
        "severity": score.severity,
        "named": score.named,
        "accused": score.accused,
    }


def _finding(finding: Named) -> dict[str, Any]:
    return {"severity": finding.severity, "subject": finding.subject, "accounts": sorted(finding.accounts)[:6]}


if __name__ == "__main__":
    main()
