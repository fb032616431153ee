"""`plimsoll parties screen` and `assess --list`: who stands on a list, by official number, and clear words where
names cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.assess.conduct import Request, conduct
from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.filing.jsonl import record_text
from plimsoll.parties.kyc import CustomerRecord, Identifier
from plimsoll.parties.screening.names import SETTING
from plimsoll.rulebook.load import find_rulebook

LEI = "213800KUD8LAJWSQ9D15"


@pytest.fixture
def jurisdiction(tmp_path: Path) -> Path:
    """Two customers, one of them on a list; both used accelerators."""
    kyc = tmp_path / "kyc" / "provider=aster"
    kyc.mkdir(parents=True)
    listed = CustomerRecord("aster", "a-1", "Orrin Labs", identifiers=(Identifier("lei", LEI),))
    other = CustomerRecord("aster", "a-2", "Halden Optics")
    (kyc / "2026-06-30.jsonl").write_text(f"{record_text(listed)}\n{record_text(other)}\n", encoding="utf-8")
    entity = {"id": "w-1", "schema": "Company", "properties": {"name": ["ORRIN"], "leiCode": [LEI]}}
    (tmp_path / "watched.ftm.json").write_text(json.dumps(entity) + "\n", encoding="utf-8")
    rows = "".join(
        f"{account},h100-sxm,64,2026-0{month}-01T00:00:00Z,2026-0{month}-02T00:00:00Z\n"
        for account in ("a-1", "a-2")
        for month in (4, 5)
    )
    usage = tmp_path / "usage" / "provider=aster"
    usage.mkdir(parents=True)
    (usage / "u.csv").write_text("customer,chip,count,start,end\n" + rows, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, PlimsollError):
        raise result.exception
    return result.exit_code, result.output


def test_a_customer_on_a_list_is_found_by_its_number(jurisdiction: Path) -> None:
    watched = jurisdiction / "watched.ftm.json"
    code, text = run("parties", "screen", str(jurisdiction / "kyc"), "--list", str(watched), "--json")
    assert code == 3
    [hit] = json.loads(text)
    assert (hit["who"], hit["by"], hit["entity"], hit["score"]) == ("Orrin Labs", "number", "w-1", 100)


def test_an_empty_list_finds_nobody_and_says_how_it_looked(jurisdiction: Path) -> None:
    (jurisdiction / "empty.json").write_text("", encoding="utf-8")
    code, text = run("parties", "screen", str(jurisdiction / "kyc"), "--list", str(jurisdiction / "empty.json"))
    assert code == 0
    assert "Nobody of 2 legal persons was found, by number" in text


def test_comparing_names_without_the_library_says_how_to_get_it(
    jurisdiction: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with pytest.raises(PlimsollError) as refused:
        run("parties", "screen", str(jurisdiction / "kyc"), "--list", str(jurisdiction / "watched.ftm.json"), "--names")
    assert refused.value.code == "screening.absent"
    assert "nomenklatura" in refused.value.fix


def request(folder: Path, **more: object) -> Request:
    return Request(
        (folder / "usage",), None, find_rulebook("conditional-treaty"), lists=(folder / "watched.ftm.json",), **more
    )  # type: ignore[arg-type]


def test_an_assessment_names_who_is_listed_and_pins_the_list(
    jurisdiction: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    done = conduct(request(jurisdiction, parties=jurisdiction / "kyc"))
    texts = [part.text() for finding in done.findings for part in finding.evidence if part.kind == "profile"]
    assert any("found-on-list" in text for text in texts)
    assert not any(
        "a-2" in finding.explanation for finding in done.findings if finding.code.value == "high-risk-profile"
    )
    assert [file.rows for file in done.inputs if file.format == "kyc-list"] == [1]
    assert done.parties is not None
    assert any("official numbers" in note for note in done.parties.notes)


def test_a_list_without_records_is_refused(jurisdiction: Path) -> None:
    with pytest.raises(PlimsollError) as refused:
        conduct(request(jurisdiction))
    assert refused.value.code == "assess.nobody_to_screen"


def test_own_profiles_take_the_place_of_the_starter_set(jurisdiction: Path) -> None:
    own = jurisdiction / "profiles.yaml"
    own.write_text(
        "format: plimsoll-profiles/1\nid: own\nversion: '1'\ntitle: Own\nprofiles:\n"
        "  - id: any-use\n    title: Any use\n    why: A test.\n    clears: Nothing.\n    cite: none\n"
        "    always_named: true\n"
        "    when: {fact: accelerator_hours_90, op: gt, value: 0}\n",
        encoding="utf-8",
    )
    done = conduct(request(jurisdiction, parties=jurisdiction / "kyc", profiles=own))
    found = {
        part.text().split(" (")[1] for finding in done.findings for part in finding.evidence if part.kind == "profile"
    }
    assert all(text.startswith("any-use, own@1") for text in found)
    assert found
    assert [file.format for file in done.inputs].count("profiles") == 1
