"""FollowTheMoney itself accepts what we write; what others write is read."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.parties.filing.delivery import KycDelivery
from plimsoll.parties.filing.example import EXAMPLE
from plimsoll.parties.filing.ftm_out import entity_lines
from plimsoll.parties.kyc import Kind, Role
from plimsoll.parties.records import records_of

_ROOT = Path(__file__).resolve().parents[3]
_ORACLE = Path(__file__).with_name("followthemoney_oracle.py")
Read = Callable[[], KycDelivery]
Write = Callable[..., Path]


def _validated(lines: str) -> dict[str, object]:
    """What the library says, in an environment of its own; it is no dependency of ours."""
    uv = shutil.which("uv") or str(_ROOT / "scripts" / "uv")
    command = [
        uv,
        "run",
        "--quiet",
        "--isolated",
        "--no-project",
        "--with",
        "followthemoney>=4,<5",
        "python",
        str(_ORACLE),
    ]
    try:
        done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=540, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the package followthemoney did not arrive in nine minutes")
    if done.returncode and "Traceback" not in done.stderr:
        pytest.skip(f"the package followthemoney cannot be had here: {done.stderr.strip().splitlines()[-1:]}")
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_followthemoney_accepts_every_entity_that_we_write(records: list[object]) -> None:
    lines = [line for record in records for line in entity_lines(record)]  # type: ignore[arg-type]

    assert _validated("\n".join(lines)) == {"entities": len(lines), "wrong": []}

    broken = json.loads(lines[0])
    broken["properties"]["incorporationDate"] = ["the day before yesterday"]
    answer = _validated(json.dumps(broken))
    assert isinstance(answer["wrong"], list)
    assert len(answer["wrong"]) == 1, "the oracle says so when an entity is wrong"


def test_every_reference_between_entities_leads_to_one_of_them() -> None:
    entities = [json.loads(line) for line in entity_lines(EXAMPLE)]
    ids = {each["id"] for each in entities}
    references = ("owner", "asset", "director", "organization", "agent", "client", "subject", "object", "addressEntity")

    assert len(ids) == len(entities)
    named = {value for each in entities for name in references for value in each["properties"].get(name, ())}
    assert named <= ids


def test_entities_that_others_wrote_are_records(write: Write, read: Read) -> None:
    entities = [
        {"id": "own", "schema": "Ownership", "properties": {"owner": ["p"], "asset": ["c"], "percentage": ["25-50"]}},
        {"id": "dir", "schema": "Directorship", "properties": {"director": ["p"], "organization": ["c"]}},
        {"id": "c", "schema": "Company", "properties": {"name": ["Quillon Data Ltd", "Quillon"], "jurisdiction": ["gb"],
                                                       "registrationNumber": ["08412973"], "phone": ["+442079460958"]}},
        {"id": "p", "schema": "Person", "properties": {"name": ["Anna Voss"], "birthDate": ["1970"]}},
        {"id": "h", "schema": "Company", "properties": {"name": ["Pell BV"], "jurisdiction": ["nl"]}},
        {"id": "up", "schema": "Ownership", "properties": {"owner": ["h"], "asset": ["m"], "percentage": ["50"]}},
        {"id": "mid", "schema": "Ownership", "properties": {"owner": ["m"], "asset": ["c"], "percentage": ["60 %"]}},
        {"id": "m", "schema": "Company", "properties": {"name": ["Middle GmbH"]}},
        {"id": "w", "schema": "CryptoWallet", "properties": {"publicKey": ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzz"]}},
        {"id": "pay", "schema": "Ownership", "properties": {"owner": ["c"], "asset": ["w"]}},
        {"id": "a", "schema": "UserAccount", "properties": {"owner": "c", "service": ["nimbus"], "username": "acc-1"}},
        {"id": "broken", "schema": "Company"},
    ]  # fmt: skip
    write("".join(json.dumps(each) + "\n" for each in entities), "someone.json")

    delivery = read()
    (record,) = records_of(delivery.records)

    assert [(each.row, each.code) for each in delivery.rejections] == [(12, "ftm.not_an_entity")]
    assert (record.subject, record.legal_name, record.aliases, record.kind) == (
        "nimbus/acc-1", "Quillon Data Ltd", ("Quillon",), Kind.COMPANY,
    )  # fmt: skip
    assert [(each.name, each.role, each.share_bp, each.share_max_bp) for each in record.holders] == [
        ("Anna Voss", Role.OWNER, 2_500, 5_000),
        ("Anna Voss", Role.DIRECTOR, None, None),
        ("Middle GmbH", Role.OWNER, 6_000, 6_000),
        ("Pell BV", Role.OWNER, 3_000, 3_000),
    ]
    assert [(each.scheme, each.value) for each in record.identifiers] == [("reg:GB", "08412973")]
    assert (len(record.phones), len(record.payment_instruments)) == (1, 1)
