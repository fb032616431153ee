"""An evader who knows the code: companies that share only what many others share too, and the volume that shows it."""

import json
from pathlib import Path

import pytest

from plimsoll.assess.assessment import Assessment
from plimsoll.assess.conduct import Request, conduct
from plimsoll.assess.finding import Code
from plimsoll.assess.json_out import as_json
from plimsoll.assess.report.page import write_report
from plimsoll.rulebook.load import library_rulebook

TREATY = library_rulebook("conditional-treaty")
SHELLS = ("a-00", "a-01", "a-02")
CUSTOMERS = 60
AGENTS_PHONE = "+44 20 7946 0018"


def _write(folder: Path, *, shell_owner: bool) -> Path:
    rows = ["provider,customer,chip,count,start,end"]
    records = []
    for number in range(CUSTOMERS):
        account = f"a-{number:02}"
        count = 8_000 if account in SHELLS else 8
        rows.append(f"aster-cloud,{account},h100-sxm,{count},2026-03-01T00:00:00Z,2026-03-31T00:00:00Z")
        record = {
            "provider": "aster-cloud", "account": account, "legal_name": f"{_NAMES[number]} Ltd", "jurisdiction": "GB",
            "filed_on": "2026-04-01",
        }  # fmt: skip
        if number < 40:
            record["phones"] = [AGENTS_PHONE]
        if shell_owner and account in SHELLS:
            owner = {"name": "Ilone Grimanovan", "role": "owner", "born": "1985-09-02", "share_bp": 10_000}
            record["holders"] = [owner]
        records.append(json.dumps(record))
    (folder / "usage.csv").write_text("\n".join(rows) + "\n")
    kyc = folder / "kyc" / "provider=aster-cloud"
    kyc.mkdir(parents=True)
    (kyc / "2026-04-01.jsonl").write_text("\n".join(records) + "\n")
    return folder


_STEMS = ("Zora", "Belk", "Quen", "Thal", "Orvi", "Lumf", "Kest", "Dray", "Yarn", "Hulg")
_ENDS = ("mire", "dost", "fexia", "wick", "nova", "pard")
_NAMES = [stem + end for end in _ENDS for stem in _STEMS]


def _assess(folder: Path) -> Assessment:
    return conduct(Request((folder / "usage.csv",), None, TREATY, parties=folder / "kyc"))


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return _assess(_write(tmp_path_factory.mktemp("hidden"), shell_owner=False))


def test_an_agents_telephone_links_nobody_and_its_volume_is_told(hidden: Assessment) -> None:
    assert not any(finding.code is Code.SPLIT_RUN for finding in hidden.findings)
    [hub] = hidden.parties.hubs
    assert (hub.tie, hub.parties, hub.accounts) == ("phone", 40, 40)
    shells = sum(series.cap_flop for series in hidden.accounts if series.account in SHELLS)
    assert hub.cap_flop > shells > 2 * 10**25
    assert as_json(hidden)["parties"]["hubs"][0]["cap_flop"] == str(hub.cap_flop)


def test_the_report_shows_the_uncovered_volume(hidden: Assessment, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    write_report(hidden, page)

    assert "phone" in page.read_text()
    assert hidden.parties.hubs[0].shown in page.read_text()


def test_anything_else_that_they_share_gives_them_away(tmp_path: Path) -> None:
    found = _assess(_write(tmp_path, shell_owner=True))
    [split] = [finding for finding in found.findings if finding.code is Code.SPLIT_RUN]

    members = [part.subject for part in split.evidence if part.kind == "member"]
    assert sorted(members) == [f"aster-cloud/{account}" for account in SHELLS]
