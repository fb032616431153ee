"""A number of a register belongs to one party: whoever claims it beside another is told so."""

import json
from pathlib import Path

from plimsoll.parties.identify import identify

LEI = "5493001KJTIIGC8Y1R12"


def _problems(folder: Path, *records: dict[str, object]) -> dict[str, list[str]]:
    rows = [{"provider": "p", "jurisdiction": "GB", **record} for record in records]
    (folder / "kyc.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    known = identify([folder])
    return {subject: [each.code for each in account.problems] for subject, account in known.accounts.items()}


def _stating(account: str, name: str, scheme: str = "lei", value: str = LEI) -> dict[str, object]:
    return {"account": account, "legal_name": name, "identifiers": [{"scheme": scheme, "value": value}]}


def test_a_number_that_two_parties_claim_is_a_problem_of_both(tmp_path: Path) -> None:
    for scheme, value in (("lei", LEI), ("reg:GB", "08412973")):
        rivals = [
            _stating("a", "Honest Meridian Robotics Ltd", scheme, value),
            _stating("b", "Shady Bakery Ltd", scheme, value),
        ]
        third = {"account": "c", "legal_name": "Quillon Data Ltd"}

        assert _problems(tmp_path, *rivals, third) == {
            "p/a": ["identifier.several_parties"], "p/b": ["identifier.several_parties"], "p/c": [],
        }  # fmt: skip


def test_two_accounts_of_one_party_state_its_number(tmp_path: Path) -> None:
    same = [_stating(account, "Honest Meridian Robotics Ltd") for account in "ab"]

    assert _problems(tmp_path, *same) == {"p/a": [], "p/b": []}


def test_a_tax_number_may_be_that_of_a_group(tmp_path: Path) -> None:
    rivals = [
        _stating("a", "Honest Meridian Robotics Ltd", "tax:US", "219-09-9991"),
        _stating("b", "Shady Bakery Ltd", "tax:US", "219-09-9991"),
    ]

    assert _problems(tmp_path, *rivals) == {"p/a": [], "p/b": []}
