"""`plimsoll population` as people and programs see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from plimsoll.cli.population import population
from plimsoll.kernel.errors import PlimsollError

app = typer.Typer()
app.command()(population)

TABLE = """Model,Training compute (FLOP),Finetune compute (FLOP),Base model,Training hardware,Hardware quantity,\
Training time (hours)
Big,3e25,,,,,
"Bad
name",oops,,,,,
Tuned,4e24,1e20,Big,NVIDIA H100 SXM5 80GB,8,100
Odd,4e24,,,NVIDIA H100 SXM5 80GB,8,many
Silent,,,,,,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "models.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_answer_in_words(table: Path) -> None:
    result = run(table, "--rulebook", "eu-gpai", "--as-of", "2026-11-21")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("3 of 5 models are above a line in force.\n2 do not state their training compute")
    for part in (
        "> 1 × 10²⁵",
        "explained by base",
        "1 explained by the base model's compute, 0 open",
        '  row 2, Training compute (FLOP): "oops" is not an amount',
        "row 4, Training time (hours)",
        "--margin 0.3 --rulebook eu-gpai --as-of 2026-11-21",
    ):
        assert part in result.output
    (tuned,) = [line.split() for line in result.output.splitlines() if line.startswith("Tuned")]
    assert tuned[1] == "3"
    assert tuned[-5:] == ["1400", "0.0351", "explained", "by", "base"]


def test_json_holds_the_promised_keys_in_order(table: Path) -> None:
    found = json.loads(run(table, "--rulebook", "eu-gpai", "--margin", "0.5", "--as-of", "2026-11-21", "--json").output)
    assert found["rows"] == 5
    line = next(line for line in found["lines"] if line["provision"] == "eu-gpai.systemic_risk")
    assert list(line)[:8] == [
        "regime", "provision", "line", "above", "surely_above", "indeterminate", "below", "unknown",
    ]  # fmt: skip
    assert [line[name] for name in list(line)[2:8]] == ["10000000000000000000000000", 1, 1, 0, 2, 2]
    assert (found["as_of"], found["known"], found["margin"]) == ("2026-11-21", found["known"], "0.5")
    exact = json.loads(run(table, "--rulebook", "eu-gpai", "--margin", "0.1234567", "--json").output)
    assert exact["margin"] == "0.1234567"


def test_the_authoritys_line_other_columns_and_two_dates(tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("System,Work\nA,2e24\n", encoding="utf-8")
    result = run(
        table, "--map", "compute=Work", "--map", "model=System", "--rulebook", "conditional-treaty", "--line", "1e24",
        "--as-of", "2027-02-01", "--known", "2026-11-21", "--json",
    )  # fmt: skip
    found = json.loads(result.output)
    assert (found["lines"][0]["line"], found["lines"][0]["above"]) == ("1000000000000000000000000", 1)
    assert found["claims"]["missing_columns"]
    words = run(table, "--map", "compute=Work", "--rulebook", "conditional-treaty")
    assert words.output.startswith("None of the lines chosen is in force")
    assert "No model states its hardware" in words.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--margin", "30"], "population.margin"),
        (["--map", "flop=X"], "map.unknown_field"),
        (["--map", "compute=X"], "population.missing_column"),
        (["--rulebook", "eu-gpia"], "rulebook.unknown"),
        (["--as-of", "yesterday"], "time.unreadable"),
        (["--rulebook", "eu-gpai", "--line", "1e25"], "rulebook.fixed_line"),
    ],
)
def test_refusals_are_coded(table: Path, arguments: list[str], code: str) -> None:
    result = run(table, *arguments)
    assert isinstance(result.exception, PlimsollError)
    assert result.exception.code == code


def test_many_unreadable_cells_are_cut_in_words_but_not_in_json(tmp_path: Path) -> None:
    table = tmp_path / "models.csv"
    table.write_text("Training compute (FLOP)\n1e25\n" + "nan\n" * 30, encoding="utf-8")
    assert "… and 10 more; --json lists them all." in run(table, "--rulebook", "eu-gpai").output
    assert len(json.loads(run(table, "--rulebook", "eu-gpai", "--json").output)["unreadable"]) == 30


@pytest.mark.real_data
def test_all_rulebooks_on_epochs_table_take_under_two_seconds_cold(real_data: Path) -> None:
    code = "import sys, typer; from plimsoll.cli.population import population; typer.run(population)"
    table = real_data / "epoch" / "notable_ai_models.csv"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, str(table), "--json"], capture_output=True, check=True, env=os.environ
    )
    assert time.monotonic() - started < 2
    assert json.loads(done.stdout)["rows"] == 976
    heavy = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, str(table)], capture_output=True, check=True, text=True
    ).stderr
    assert not [name for name in ("duckdb", "ibis", "pandas", "pyarrow", "numpy") if f" {name}\n" in heavy]
