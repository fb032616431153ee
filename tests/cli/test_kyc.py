"""`plimsoll kyc` as its user meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError

GOOD = '{"provider":"nimbus","account":"a","legal_name":"Quillon Data Ltd"}\n'


def _run(*arguments: object, stdin: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["kyc", *map(str, arguments)], input=stdin)
    if isinstance(result.exception, PlimsollError):
        raise result.exception
    return result.exit_code, result.stdout


@pytest.mark.parametrize("form", ["jsonl", "csv", "ftm"])
def test_the_template_is_a_filing_without_fault(form: str, tmp_path: Path) -> None:
    code, text = _run("template", "--format", form)
    file = tmp_path / "example"
    file.write_text(text)

    assert code == 0
    assert _run("check", file) == (0, "1 file, 1 row: 1 account, 0 problems, 0 rejections\n")


def test_check_shows_what_is_wrong_and_fails_only_for_rejections(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(GOOD.replace("}", ',"opened":"2026-02-30"}'))
    code, text = _run("check", file)
    assert code == 0
    assert "date.impossible" in text

    file.write_text(GOOD + "nonsense\n")
    code, text = _run("check", file)
    assert code == 1
    assert "json.syntax" in text

    code, text = _run("check", file, "--json")
    answer = json.loads(text)
    assert code == 1
    assert (answer["accounts"], answer["rejections"][0]["row"]) == (1, 2)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "ftm"])
def test_convert_writes_what_was_filed(form: str, tmp_path: Path) -> None:
    one, other, back = tmp_path / "a.jsonl", tmp_path / f"b.{form}", tmp_path / "c.jsonl"
    one.write_text(_run("template")[1])

    assert _run("convert", one, "--to", form, "--out", other)[0] == 0
    assert _run("convert", other, "--to", "jsonl", "--out", back, "--quiet") == (0, "")
    assert back.read_text() == one.read_text()


def test_convert_refuses_what_it_cannot_write(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(GOOD + "nonsense\n")

    for arguments, code in (
        (("--to", "xml", "--out", "b"), "kyc.unknown_format"),
        (("--to", "csv", "--out", file), "kyc.same_file"),
    ):
        with pytest.raises(PlimsollError) as caught:
            _run("convert", file, *arguments)
        assert caught.value.code == code
    assert _run("convert", file, "--to", "csv", "--out", tmp_path / "b.csv")[0] == 1


def test_a_key_is_made_once_and_hashes_lines(tmp_path: Path) -> None:
    file = tmp_path / "period.key"

    assert "HMAC-SHA256" in _run("key")[1]
    assert _run("key", "--out", file)[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(PlimsollError) as caught:
        _run("key", "--out", file)
    assert caught.value.code == "key.exists"

    lines = _run("key", "--hash", "phone", "--key", file, stdin="+44 20 7946 0958\n00442079460958\nN/A\n")[
        1
    ].splitlines()
    assert lines[0] == lines[1]
    assert lines[0].startswith("hk1:")
    assert lines[2:] == [""]
    for arguments, code in (
        (("--hash", "phone"), "key.missing"),
        (("--hash", "shoe", "--key", file), "key.unknown_kind"),
    ):
        with pytest.raises(PlimsollError) as caught:
            _run("key", *arguments)
        assert caught.value.code == code
