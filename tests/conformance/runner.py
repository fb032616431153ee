"""Tries an implementation of the ledger's formats against the published vectors.

    python tests/conformance/runner.py [--vectors FOLDER] [--only OPERATION,...] [--timeout S] -- COMMAND [ARGUMENT...]

The command is started once per file of vectors. It gets one JSON object per line on standard input, and answers each,
in order, with one JSON object per line on standard output:

    {"operation": "open-note", "input": {...}}      ->   {"ok": true, "result": {...}}   or   {"ok": false}

An operation that it does not have is answered with {"skip": true}. Other members of an answer are ignored. A case
passes if `ok` is as expected and, where it is true, every member of the expected result is there with the same value.
The reason that a case gives for a refusal is ours and is not compared. A field `x_base64` of an input is the field `x`,
where its bytes are no UTF-8; all other binary values are hexadecimal.

| operation | input | result |
|---|---|---|
| open-note | note, keys (vkeys) | text, verified: [{name, id, time or null}], one per good line of a known key |
| verify-cosignature | checkpoint (text), line, key | time |
| cosign-ed25519 | seed, name, checkpoint, time | line, vkey |
| mldsa44-key | seed, name | vkey, id |
| subtree-message | cosigner, time, origin, start, end, hash | message |
| verify-subtree-cosignature | origin, start, end, hash, line, key | time |
| parse-policy | policy | |
| judge-policy | policy, cosigned (vkeys) | quorum |
| check-policy | policy, checkpoint (note), now, max_age (seconds) | origin, size, quorum among the fresh |
| verify-receipt | receipt, entry, policy | origin, index, size, root |

The operations on statements, COSE receipts and commitments are listed in `cose_answers.py`.

Exit 0 when every case passes or was skipped, 1 when one fails, 2 when there is nothing to run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parent / "vectors"


@dataclass(frozen=True)
class Outcome:
    """What became of one case: passed, failed or skipped, and why it failed."""

    file: str
    name: str
    outcome: str
    detail: str = ""


def run(
    files: Sequence[Path], command: Sequence[str], only: Collection[str] = (), timeout: float = 300
) -> list[Outcome]:
    """Every case of these files, tried with the command."""
    return [outcome for path in files for outcome in _run_file(path, command, only, timeout)]


def _run_file(path: Path, command: Sequence[str], only: Collection[str], timeout: float) -> list[Outcome]:
    cases = json.loads(path.read_text("utf-8"))["cases"]
    cases = [case for case in cases if not only or case["operation"] in only]
    asked = "".join(json.dumps({key: case[key] for key in ("operation", "input")}) + "\n" for case in cases)
    try:
        done = subprocess.run(command, input=asked.encode(), capture_output=True, timeout=timeout, check=False)
        lines, trouble = done.stdout.splitlines(), done.stderr.decode("utf-8", "replace").strip()[-200:]
    except subprocess.TimeoutExpired:
        lines, trouble = [], f"no end after {timeout} s"
    return [
        _judge(path.stem, case, lines[place] if place < len(lines) else None, trouble)
        for place, case in enumerate(cases)
    ]


def _judge(file: str, case: dict[str, Any], line: bytes | None, trouble: str) -> Outcome:
    def failed(why: str) -> Outcome:
        return Outcome(file, case["name"], "failed", why)

    if line is None:
        return failed(f"no answer; {trouble}")
    try:
        answer = json.loads(line)
    except ValueError:
        return failed(f"the answer is not JSON: {line[:80]!r}")
    if not isinstance(answer, dict):
        return failed(f"the answer is no object: {line[:80]!r}")
    if answer.get("skip") is True:
        return Outcome(file, case["name"], "skipped")
    expected = case["expect"]
    if answer.get("ok") is not expected["ok"]:
        return failed(f"ok is {answer.get('ok')!r} and should be {expected['ok']} ({case.get('reason', 'valid')})")
    result = answer.get("result") or {}
    for name, value in expected.get("result", {}).items():
        if not isinstance(result, dict) or result.get(name) != value:
            return failed(f"{name} differs")
    return Outcome(file, case["name"], "passed")


def main(arguments: list[str]) -> int:
    """Prints what fails and a count per file."""
    parser = argparse.ArgumentParser(description="Try an implementation against the published vectors.")
    parser.add_argument("--vectors", type=Path, default=VECTORS, help="folder of vector files")
    parser.add_argument("--only", default="", help="operations to try, separated by commas")
    parser.add_argument("--timeout", type=float, default=300, help="seconds per file of vectors")
    parser.add_argument("command", nargs="+", help="what to start, after --")
    given = parser.parse_args(arguments)
    files = sorted(given.vectors.glob("*.json"))
    outcomes = run(files, given.command, [each for each in given.only.split(",") if each], given.timeout)
    for each in outcomes:
        if each.outcome == "failed":
            print(f"FAILED {each.file}: {each.name}: {each.detail}")
    for path in files:
        counts = [each.outcome for each in outcomes if each.file == path.stem]
        tally = ", ".join(f"{counts.count(word)} {word}" for word in ("passed", "failed", "skipped"))
        print(f"{path.stem}: {tally}")
    if not outcomes:
        return 2
    return 1 if any(each.outcome == "failed" for each in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
