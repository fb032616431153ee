"""`plimsoll parties`: what a person types, and what comes back."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three accounts of two companies; two of them are one legal person and share an owner with the third."""
    folder = tmp_path_factory.mktemp("parties")
    filing = folder / "kyc" / "provider=north" / "2026-06-30.jsonl"
    filing.parent.mkdir(parents=True)
    owner = {"name": "Ilona Vaskeri", "role": "owner", "share": "60", "born": "1970-02-03"}
    one = {"legal_name": "Belamire Robotics GmbH", "emails": ["office@belamire.test"], "holders": [owner]}
    rows = [
        {"account": "1", **one},
        {"account": "2", **one},
        {"account": "3", "legal_name": "Corharune Ceramics", "holders": [owner]},
        {"account": "4", "legal_name": "Zancast Optics"},
    ]
    filing.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert _run("resolve", str(folder / "kyc"), register=folder / "register").exit_code == 0
    return folder / "register"


def _run(*words: str, register: Path):
    result = RUNNER.invoke(app, ["parties", *words, "--register", str(register)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def _json(*words: str, register: Path):
    return json.loads(_run(*words, "--json", register=register).stdout)


def test_resolve_says_how_many_legal_persons_there_are(register: Path, tmp_path: Path) -> None:
    result = _run("resolve", str(register.parent / "kyc"), register=tmp_path / "again")

    assert "4 records: 3 legal persons" in result.stdout


def test_filings_that_stand_in_the_register_are_said_so(register: Path) -> None:
    assert (
        "1 file stood in the register already"
        in _run("resolve", str(register.parent / "kyc"), register=register).stdout
    )


def test_explain_is_a_waterfall_that_adds_up(register: Path) -> None:
    answer = _json("explain", "north/1", "north/2", register=register)

    assert answer["same_party"] is True
    assert answer["prior_centibits"] + sum(step["centibits"] for step in answer["steps"]) == answer["total_centibits"]
    text = _run("explain", "north/1", "north/2", register=register).stdout
    assert "one party: they are linked" in text
    assert "the same e-mail address" in text


def test_records_and_parties_may_be_named_by_number_and_id(register: Path) -> None:
    party = _json("explain", "north/1", "north/3", register=register)["other"]["party"]

    assert _json("explain", "0", party, register=register)["other"]["subject"] == "north/3"


def test_group_prints_members_ties_and_the_weakest_link(register: Path) -> None:
    answer = _json("group", "north/3", register=register)

    assert [account["subject"] for account in answer["accounts"]] == ["north/1", "north/2", "north/3"]
    assert answer["weakest"]["links"]
    assert "The weakest link" in _run("group", answer["id"], register=register).stdout


def test_an_officers_decision_is_kept_until_revoked(register: Path) -> None:
    words = ("--by", "A. Officer", "--because", "two branches")
    said = _run("different", "north/1", "north/2", *words, register=register).stdout
    decision = said.partition(":")[0]

    assert _json("explain", "north/1", "north/2", register=register)["same_party"] is False
    assert "two branches" in _run("list", register=register).stdout
    assert _json("list", register=register)["decisions"][0]["id"] == decision

    _run("revoke", decision, "--by", "B. Officer", "--because", "one after all", register=register)
    assert _json("explain", "north/1", "north/2", register=register)["same_party"] is True
    assert _json("list", register=register)["decisions"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "north/1", "north/99"), "parties.unknown"),
        (("explain", "north/1", "north/1"), "parties.one_record"),
        (("explain", "99999999999999999999", "north/1"), "parties.unknown"),
        (("group", "G-nothing"), "parties.unknown_group"),
        (("group", "north/4"), "parties.alone"),
        (("same", "north/1", "north/4", "--by", " ", "--because", "x"), "decision.no_reason"),
        (("revoke", "D-0", "--by", "x", "--because", "x"), "decision.unknown"),
        (("resolve", "/nowhere/at/all"), "kyc.not_found"),
    ],
)
def test_unusable_input_is_refused_with_a_code(register: Path, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        _run(*words, register=register)

    assert refused.value.code == code


def test_an_empty_folder_is_no_register(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as refused:
        _run("list", register=tmp_path)

    assert refused.value.code == "register.absent"
