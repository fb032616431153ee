"""The JSON form: exact, complete, the same every time, and written whole or not at all."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from plimsoll.assess.assessment import (
    Assessment,
    DataQuality,
    HubSeen,
    InputFile,
    PartiesSeen,
    PinnedRule,
    Rejection,
    Totals,
)
from plimsoll.assess.evidence import RuleEvidence, UsageEvidence
from plimsoll.assess.finding import Code, Severity, Window, new_finding
from plimsoll.assess.json_out import as_json, json_text
from plimsoll.assess.party_evidence import MomentEvidence
from plimsoll.kernel.canonical import canonical_bytes

RULE = PinnedRule(
    "conditional-treaty", "2026.11.0", "sha256:ab", "Treaty", (("line", "1" + "0" * 25),),
    "conditional-treaty.threshold", "Threshold", "m@1", "gt", 10**25, True, "proposed", "s. 2",
)  # fmt: skip
FINDING = new_finding(
    Code.UNDECLARED_RUN,
    Severity.HIGH,
    "p/a",
    title="t",
    window=Window(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 20)),
    cap_flop=25 * 10**24,
    est_flop=10**25 + 1,
    line_flop=10**25,
    covered_flop=0,
    evidence=(
        RuleEvidence("conditional-treaty", "conditional-treaty.threshold", "m@1", "gt", 10**25, "proposed", "s. 2"),
        UsageEvidence("p", "a", "h100-sxm", "C", 2**60, 25 * 10**24, 10**25 + 1),
    ),
    explanation="e",
    clears="c",
)
ASSESSMENT = Assessment(
    rule=RULE,
    as_of=date(2026, 2, 1),
    inputs=(InputFile("usage/a.csv", "cd", "plain", 3, 1),),
    totals=Totals(3, 1, 1, 1, 0, date(2026, 1, 1), date(2026, 1, 30), 25 * 10**24, 10**25 + 1, ((Severity.HIGH, 1),)),
    findings=(FINDING,),
    accounts=(),
    data_quality=DataQuality(rejections=(Rejection("usage/a.csv", "time.missing", "w", "f", 1, 2),)),
    declarations=(),
)


def test_it_has_the_promised_keys() -> None:
    value = as_json(ASSESSMENT)

    assert {"rulebook", "as_of", "inputs", "totals", "findings"} <= set(value)
    assert {"id", "version", "digest"} <= set(value["rulebook"])
    assert {"path", "sha256", "rows", "rejected"} <= set(value["inputs"][0])
    assert {
        "code", "severity", "subject", "window", "cap_flop", "est_flop", "line_flop", "covered_flop", "evidence",
        "explanation",
    } <= set(value["findings"][0])  # fmt: skip


def test_amounts_are_decimal_strings_to_the_last_digit() -> None:
    [finding] = as_json(ASSESSMENT)["findings"]

    assert (finding["est_flop"], finding["covered_flop"]) == ("10000000000000000000000001", "0")
    assert finding["evidence"][1]["accel_ns"] == str(2**60)
    assert [part["kind"] for part in finding["evidence"]] == ["rule", "usage"]
    assert finding["window"] == {
        "start": "2026-01-01", "end": "2026-01-31", "days": 30, "crossed_on": "2026-01-20",
    }  # fmt: skip


def test_it_is_sealable_and_the_same_every_time() -> None:
    assert json_text(ASSESSMENT) == json_text(ASSESSMENT)
    assert json.loads(json_text(ASSESSMENT)) == as_json(ASSESSMENT)
    canonical_bytes(as_json(ASSESSMENT))


def test_parties_are_null_without_records_and_else_say_who_is_known_and_what_is_hidden() -> None:
    assert as_json(ASSESSMENT)["parties"] is None
    hub = HubSeen("phone", "+49 30 …", 44, 26, 2**70, 2**60, 1)
    value = as_json(replace(ASSESSMENT, parties=PartiesSeen(9, 1, 2**65, 7, 2, (hub,), ("a note",))))

    assert value["parties"] == {
        "known": 9, "unknown": 1, "unknown_cap_flop": str(2**65), "parties": 7, "groups": 2,
        "hubs": [{"tie": "phone", "shown": "+49 30 …", "parties": 44, "accounts": 26, "cap_flop": str(2**70),
                  "est_flop": str(2**60), "past_alone": 1}],
        "notes": ["a note"],
    }  # fmt: skip
    canonical_bytes(value)


def test_hours_are_instants_in_utc() -> None:
    moment = MomentEvidence(datetime(2026, 3, 1, 14, tzinfo=UTC), (("p/a", -40), ("p/b", -39)))
    [finding] = as_json(replace(ASSESSMENT, findings=(replace(FINDING, evidence=(moment,)),)))["findings"]

    assert finding["evidence"][0]["hour"] == "2026-03-01T14:00:00Z"
    assert finding["evidence"][0]["changes"] == [["p/a", -40], ["p/b", -39]]
