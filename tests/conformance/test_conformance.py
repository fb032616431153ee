"""The published vectors: made again they are the same, we pass them, and an implementation that does not is told so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
FILES = ["commitment", "cosignature", "mldsa44-cosignature", "note", "policy", "receipt", "statement", "tlog-proof"]
OURS = [sys.executable, str(HERE / "plimsoll_answers.py")]


def call(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HERE / script), *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def cases() -> list[dict[str, object]]:
    return [case for name in FILES for case in json.loads((HERE / "vectors" / f"{name}.json").read_text())["cases"]]


@pytest.mark.parametrize("command", ["make_vectors.py", "make_cose_vectors.py"])
def test_the_published_vectors_are_what_their_command_makes(command: str) -> None:
    done = call(command, "--check")

    assert (done.returncode, done.stdout) == (0, "")


def test_we_pass_every_published_vector() -> None:
    done = call("runner.py", "--", *OURS)

    assert done.returncode == 0, done.stdout
    counts = {line.split(":")[0]: line for line in done.stdout.splitlines()}
    assert sorted(counts) == FILES
    assert all(", 0 failed, 0 skipped" in line for line in counts.values())


def test_our_reason_for_every_refusal_is_the_one_that_is_published() -> None:
    asked = "".join(json.dumps(case) + "\n" for case in cases())
    done = subprocess.run(OURS, input=asked, capture_output=True, text=True, timeout=120, check=True)

    found = [json.loads(line).get("code") for line in done.stdout.splitlines()]
    assert found == [case.get("reason") for case in cases()]


@pytest.mark.parametrize(
    ("answer", "failures"),
    [('{"ok": true}', True), ('{"ok": false}', True), ("rubbish", True), ("[]", True), ('{"skip": true}', False)],
)
def test_an_implementation_that_always_says_the_same_fails_unless_it_skips(answer: str, failures: bool) -> None:
    program = f"import sys\nfor _ in sys.stdin: print({answer!r})"

    done = call("runner.py", "--", sys.executable, "-c", program)

    assert done.returncode == (1 if failures else 0)
    assert ("FAILED" in done.stdout) == failures


def test_an_implementation_that_dies_fails_every_case() -> None:
    done = call("runner.py", "--only", "open-note", "--", sys.executable, "-c", "raise SystemExit('out of order')")

    assert done.returncode == 1
    assert done.stdout.count("no answer; out of order") == sum(case["operation"] == "open-note" for case in cases())


def test_no_vectors_are_not_a_pass(tmp_path: Path) -> None:
    assert call("runner.py", "--vectors", str(tmp_path), "--", *OURS).returncode == 2


def test_names_of_cases_tell_them_apart() -> None:
    for name in FILES:
        names = [case["name"] for case in json.loads((HERE / "vectors" / f"{name}.json").read_text())["cases"]]
        assert len(names) == len(set(names)) >= 15
