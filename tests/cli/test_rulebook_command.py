"""The rulebook commands: the law listed, shown in words, compared at an amount, and its worked cases run."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError
from plimsoll.rulebook.load import library_ids

DAY = ["--as-of", "2026-11-21", "--known", "2026-11-21"]


def _run(*arguments: object):
    return CliRunner().invoke(app, ["rulebook", *map(str, arguments)])


def test_every_rulebook_is_listed_with_its_lines_and_status() -> None:
    listed = json.loads(_run("list", *DAY, "--json").output)
    lines = {line["provision"]: (line["line"], line["status"]) for book in listed for line in book["lines"]}

    assert [book["id"] for book in listed] == list(library_ids())
    assert lines["eu-gpai.systemic_risk"] == ("1" + "0" * 25, "in_force")
    assert lines["us-ny-raise.frontier_model"] == ("1" + "0" * 26, "enacted")
    assert lines["heim-koessler.filter"] == (None, "proposed")
    assert len(_run("list", *DAY).output.splitlines()) == 2 + len(library_ids())


@pytest.mark.parametrize("rulebook_id", library_ids())
def test_a_rulebook_is_shown_with_duties_conditions_and_the_names_of_its_facts(rulebook_id: str) -> None:
    shown = _run("show", rulebook_id, *DAY)

    assert shown.exit_code == 0
    assert "Facts that it asks for" in shown.output
    assert "None" not in shown.output


def test_what_is_shown_is_enough_to_write_a_declaration() -> None:
    shown = _run("show", "eu-gpai", *DAY).output

    assert "eu-gpai.designated: Has the Commission designated the model" in shown
    assert "quantities: base_model_compute, business_users" in shown
    assert "modality_domain (general, biology, narrow)" in shown
    assert "known_will_be_met" in shown
    assert "by 2027-08-02 at the latest where placed on market before 2025-08-02" in shown
    assert "only if incident category is death" in shown


def test_a_rulebook_can_be_shown_as_it_was_known() -> None:
    amended = _run("show", "us-ny-raise", "--as-of", "2027-02-01", "--known", "2026-04-01").output
    original = _run("show", "us-ny-raise", "--as-of", "2027-02-01", "--known", "2026-01-15").output

    assert "compute cost usd is more than 100,000,000" in original
    assert "compute cost usd is more than" not in amended


@pytest.mark.parametrize(("above", "result"), [(-1, "false"), (0, "false"), (1, "true")])
def test_one_amount_is_compared_with_every_line_to_the_last_operation(above: int, result: str) -> None:
    found = json.loads(_run("compare", "--flop", 10**25 + above, *DAY, "--json").output)
    answers = {r["provision"]: r for r in found["results"]}

    assert found["flop"] == str(10**25 + above)
    assert {"regime", "provision", "status", "line", "result"} <= set(found["results"][0])
    assert answers["eu-gpai.systemic_risk"]["result"] == result
    assert answers["us-ca-sb1047.fine_tuned_covered_model"]["result"] == "unknown"
    assert answers["heim-koessler.filter"]["result"] == "unknown"


def test_the_cases_that_ship_hold_and_a_failing_one_gives_exit_code_one(tmp_path: Path) -> None:
    cases = files("plimsoll.rulebook") / "cases"
    assert _run("test", cases / "trager.yaml").exit_code == 0

    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "rulebook: trager\ncases:\n- {name: wrong, facts: {total: '2e24'}, as_of: 2026-01-01, "
        "expect: {trager.licence: 'false'}}\n"
    )
    failed = _run("test", wrong)

    assert failed.exit_code == 1
    assert "expected false, found true" in failed.output
    assert "0 cases hold, 1 fail" in failed.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "eu"], "rulebook.unknown"),
        (["show", "nowhere.yaml"], "rulebook.unreadable"),
        (["list", "--as-of", "yesterday"], "time.unreadable"),
        (["compare", "--flop", "1e999"], "flop.too_large"),
        (["compare", "--flop", "-1"], "flop.negative"),
        (["test", "nowhere"], "case.none"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments: list[str], code: str) -> None:
    refused = _run(*arguments).exception

    assert isinstance(refused, PlimsollError)
    assert refused.code == code
