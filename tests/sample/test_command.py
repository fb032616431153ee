"""`plimsoll sample` as a command."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from plimsoll.cli.sample import sample
from plimsoll.kernel.errors import PlimsollError

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(sample)

_FEW = ["--customers", "12", "--days", "62"]


def test_it_writes_and_says_what(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "out"), *_FEW, "--seed", "3"])

    assert result.exit_code == 0
    assert "2026-01-01 up to 2026-03-04, seed 3" in result.stdout
    assert "usage rows in 17 files" in result.stdout
    assert "days are few" in result.stderr
    assert (tmp_path / "out" / "truth.json").exists()


def test_quiet_says_nothing(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "out"), *_FEW, "--quiet"])

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--customers", "0"], "sample.customers"),
        (["--days", "-3"], "sample.days"),
        (["--seed", "-1"], "sample.seed"),
    ],
)
def test_a_bad_argument_is_a_coded_error_and_writes_nothing(tmp_path: Path, arguments: list[str], code: str) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "out"), *arguments])

    assert isinstance(result.exception, PlimsollError)
    assert result.exception.code == code
    assert list(tmp_path.iterdir()) == []


def test_it_replaces_a_sample_only_with_force(tmp_path: Path) -> None:
    out = [str(tmp_path / "out"), *_FEW, "--quiet"]
    CliRunner().invoke(app, out)

    refused = CliRunner().invoke(app, out)
    assert isinstance(refused.exception, PlimsollError)
    assert refused.exception.code == "sample.out_exists"
    assert CliRunner().invoke(app, [*out, "--force"]).exit_code == 0
