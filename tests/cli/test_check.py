"""The check command: the finding as a heading, duties in local time and UTC, exact JSON, and plain refusals."""

import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError

DAY = ["--as-of", "2026-11-21", "--known", "2026-11-21"]
MODEL = """\
id: aster-7
kind: model
name: Aster 7
developer: halden-labs
compute: {total: "3.8e25"}
attributes: {output_modalities: [text]}
events: {line_met: 2026-03-01T09:00:00Z}
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "aster.yaml"
    path.write_text(MODEL)
    return path


def _run(*arguments: object):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def _refused(*arguments: object) -> PlimsollError:
    result = _run(*arguments)
    assert isinstance(result.exception, PlimsollError), result.output
    return result.exception


def test_it_states_the_finding_then_the_table_then_what_is_owed(model: Path) -> None:
    result = _run(model, *DAY)

    assert result.exit_code == 0
    assert result.output.startswith("Aster 7 is past a line that binds on 2026-11-21: eu-gpai")
    assert "conditional-treaty" in result.output
    assert "What is owed" in result.output
    assert "Europe/Brussels (2026-03-16T23:00:00Z)" in result.output
    lines = result.output.splitlines()
    regimes = [line.split()[0] for line in lines[3 : lines.index("", 3)] if line]
    assert regimes[0] == "conditional-treaty"


def test_the_answer_ends_with_its_input_and_the_command_that_repeats_it(model: Path) -> None:
    first = _run(model, "--rulebook", "eu-gpai", "--rulebook", "eu-gpai", "--id", "aster-7").output
    source, replay = first.splitlines()[-2:]

    assert source == f"Source: {model}, sha256:{hashlib.sha256(MODEL.encode()).hexdigest()}"
    command = shlex.split(replay.removeprefix("Replay: "))
    assert "--known" in command
    again = CliRunner().invoke(app, command[1:])
    assert again.output == first


def test_json_has_exactly_the_promised_shape(model: Path) -> None:
    value = json.loads(_run(model, *DAY, "--rulebook", "eu-gpai", "--json").output)

    assert (value["subject"], value["as_of"], value["known"]) == ("aster-7", "2026-11-21", "2026-11-21")
    systemic = next(r for r in value["results"] if r["provision"] == "eu-gpai.systemic_risk")
    assert systemic["result"] == "true"
    assert systemic["estimate"] == dict.fromkeys(("low", "point", "high"), "38" + "0" * 24)
    assert systemic["line"] == "1" + "0" * 25
    assert systemic["flip_at"] == "1" + "0" * 25
    notify = next(duty for duty in systemic["obligations"] if duty["due"])
    assert notify["due"] == "2026-03-16T23:00:00Z"


def test_the_law_is_taken_as_it_was_known(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text('id: m\nkind: model\ndeveloper: d\ncompute: {total: "2e26"}\n')

    def answer(known: str) -> str:
        value = json.loads(
            _run(path, "--rulebook", "us-ny-raise", "--as-of", "2027-02-01", "--known", known, "--json").output
        )
        return next(r["result"] for r in value["results"] if r["provision"].endswith("frontier_model"))

    assert [answer(day) for day in ("2025-01-01", "2026-01-15", "2026-04-01")] == ["not_in_force", "unknown", "true"]


def test_the_line_can_be_set_only_where_the_law_leaves_it_open(model: Path) -> None:
    value = json.loads(_run(model, "--rulebook", "conditional-treaty", "--line", "4e25", "--json").output)
    threshold = next(r for r in value["results"] if r["provision"] == "conditional-treaty.threshold")

    assert (threshold["result"], threshold["line"]) == ("false", "4" + "0" * 25)
    assert _refused(model, "--rulebook", "us-ca-sb53", "--line", "1e24").code == "rulebook.fixed_line"
    assert _run(model, "--line", "1e24").exit_code == 0


def test_a_line_that_lost_its_superscript_is_remarked_on_beside_the_answer(model: Path) -> None:
    result = _run(model, "--line", "1025", "--json")

    assert "superscript" in result.stderr
    assert json.loads(result.stdout)["subject"] == "aster-7"
    assert _run(model, "--line", "1e25").stderr == ""


def test_a_file_with_several_declarations_needs_an_id(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text("declarations:\n- {id: a, kind: model, developer: d}\n- {id: b, kind: model, developer: d}\n")

    assert "a, b" in _refused(path).fix
    assert _refused(path, "--id", "c").code == "check.which"
    assert json.loads(_run(path, "--id", "b", "--json").output)["subject"] == "b"


def test_contradictions_are_told(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(MODEL + "hardware: [{provider: p, chip: h100-sxm, count: 8, from: 2026-01-01, to: 2026-01-02}]\n")

    assert "These figures contradict each other" in _run(path).output


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (MODEL + "colour: red\n", "declaration.unknown_field"),
        (f"declarations:\n- {{id: a, kind: model, developer: d}}\n{'- {id: a, kind: model, developer: d}'}\n",
         "declaration.duplicate_id"),
        (MODEL.replace('"3.8e25"', "3.8e25"), "yaml.float"),
        ("a: [\n", "yaml.syntax"),
        ("\xff\xfe", "declaration.form"),
        ("# nothing\n", "check.nothing"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_code_file_and_fix(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    problem = _refused(path)

    assert problem.code == code
    assert problem.fix
    assert str(path) in str(problem)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--rulebook", "eu"], "rulebook.unknown"),
        (["--as-of", "2026-02-30"], "time.unreadable"),
        (["--line", "lots"], "flop.unreadable"),
    ],
)
def test_bad_options_are_refused(model: Path, arguments: list[str], code: str) -> None:
    assert _refused(model, *arguments).code == code


def test_a_refusal_leaves_no_traceback_and_exit_code_two(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from plimsoll.cli.main import run; run()", "check", str(tmp_path / "none.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "declaration.unreadable" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
