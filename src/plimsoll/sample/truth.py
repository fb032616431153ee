"""The truth about a sample: what was planted, which finding each case must give, and the compute it really took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.flop import flop_text, parse_flop
from plimsoll.kernel.period import parse_date

FORMAT = "plimsoll-sample/1"
"""Stands in truth.json; a folder without it is not a sample and is never replaced."""


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding that must be given; `subjects` are the names under which it may be given."""

    code: str
    severity: str
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TruthSubject:
    """One planted case.

    Attributes:
        account: "provider/account"; None where a provider is the subject.
        start, end: half-open: the days of the run, or of the missing report.
        cap_flop: the bound: all hardware at its dense peak; None where usage cannot show it.
        est_flop: what usage shows by central estimate: measured, attested or prior utilisation.
        true_flop: what was really computed; only this file knows.
        declared_flop: what the developer declared.
        declaration: id in declarations.yaml.
    """

    situation: str
    note: str
    provider: str
    account: str | None
    party: str | None
    start: date
    end: date
    expected: tuple[ExpectedFinding, ...]
    cap_flop: int | None = None
    est_flop: int | None = None
    true_flop: int | None = None
    declared_flop: int | None = None
    declaration: str | None = None


@dataclass(frozen=True, slots=True)
class PlantedCase:
    """One evader, or one honest hard case.

    Attributes:
        tactic: a value of `schemes.asked.Tactic`.
        accounts: "provider/account" of all its accounts.
        parties: ids of the legal persons that hold them.
        shared: what ties two of these to each other: party, party, a value of `parties.control_group.Tie`. Empty where
            one legal person holds all accounts, and where nothing is shared.
        expected: code and severity of the finding that must be given; None for an honest case that must give none.
        start, end: half-open: the days with its usage.
        flop: what was really computed by all accounts together; only this file knows.
        cap_flop, est_flop: their bound, and what an assessment must estimate.
        declaration: id in declarations.yaml.
        merged_on: from when on the parties are under one control, where they were not always.
    """

    tactic: str
    id: str
    accounts: tuple[str, ...]
    parties: tuple[str, ...]
    shared: tuple[tuple[str, str, str], ...]
    expected: tuple[str, str] | None
    start: date
    end: date
    flop: int
    cap_flop: int
    est_flop: int
    declaration: str | None = None
    merged_on: date | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is known about a sample.

    Attributes:
        start, end: half-open: the days with data.
        line_flop: the line that the expectations hold for.
        calibrated: there are enough days of data for the expectations to hold.
        rows: usage rows by the outcome that a reader must give them.
        files: every usage file with its number of rows.
        kyc: every know-your-customer filing with its number of records.
    """

    seed: int
    customers: int
    days: int
    start: date
    end: date
    line_flop: int
    calibrated: bool
    rows: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, int], ...]
    subjects: tuple[TruthSubject, ...]
    kyc: tuple[tuple[str, int], ...] = ()
    evaders: tuple[PlantedCase, ...] = ()
    honest: tuple[PlantedCase, ...] = ()

    def text(self) -> str:
        """As truth.json: FLOP as decimal strings, dates as text."""
        value = {
            "format": FORMAT,
            "seed": self.seed,
            "customers": self.customers,
            "days": self.days,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "line_flop": flop_text(self.line_flop),
            "calibrated": self.calibrated,
            "rows": dict(self.rows),
            "files": [{"path": path, "rows": rows} for path, rows in self.files],
            "kyc": [{"path": path, "records": records} for path, records in self.kyc],
            "subjects": [_subject_value(subject) for subject in self.subjects],
            "evaders": [_case_value(case) for case in self.evaders],
            "honest": [_case_value(case) for case in self.honest],
        }
        return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def read_truth(content: bytes, file: str) -> Truth:
    """Reads truth.json.

    Raises:
        PlimsollError: ``sample.truth_unreadable``.
    """
    try:
        value = json.loads(content)
        if value["format"] != FORMAT:
            raise ValueError(f"the format is {value['format']!r}")
        return Truth(
            value["seed"], value["customers"], value["days"], parse_date(value["start"]), parse_date(value["end"]),
            parse_flop(value["line_flop"]), value["calibrated"], tuple(value["rows"].items()),
            tuple((entry["path"], entry["rows"]) for entry in value["files"]),
            tuple(_subject(entry) for entry in value["subjects"]),
            tuple((entry["path"], entry["records"]) for entry in value.get("kyc", ())),
            tuple(_case(entry) for entry in value.get("evaders", ())),
            tuple(_case(entry) for entry in value.get("honest", ())),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, PlimsollError) as problem:
        raise PlimsollError(
            "sample.truth_unreadable",
            f"this is not the truth of a sample: {type(problem).__name__}: {str(problem)[:200]}",
            fix="Give the truth.json that `plimsoll sample` wrote, or write the sample again.",
            where=Where(file=file),
        ) from None


_AMOUNTS = ("cap_flop", "est_flop", "true_flop", "declared_flop")


def _subject_value(subject: TruthSubject) -> dict[str, Any]:
    amounts = {name: getattr(subject, name) for name in _AMOUNTS}
    return {
        "situation": subject.situation,
        "note": subject.note,
        "provider": subject.provider,
        "account": subject.account,
        "party": subject.party,
        "start": subject.start.isoformat(),
        "end": subject.end.isoformat(),
        "expected": [
            {"code": finding.code, "severity": finding.severity, "subjects": list(finding.subjects)}
            for finding in subject.expected
        ],
        **{name: None if amount is None else flop_text(amount) for name, amount in amounts.items()},
        "declaration": subject.declaration,
    }


def _subject(value: Mapping[str, Any]) -> TruthSubject:
    cap, est, true, declared = (None if value[name] is None else parse_flop(value[name]) for name in _AMOUNTS)
    return TruthSubject(
        value["situation"], value["note"], value["provider"], value["account"], value["party"],
        parse_date(value["start"]), parse_date(value["end"]),
        tuple(ExpectedFinding(e["code"], e["severity"], tuple(e["subjects"])) for e in value["expected"]),
        cap, est, true, declared, value["declaration"],
    )  # fmt: skip


def _case_value(case: PlantedCase) -> dict[str, Any]:
    return {
        "tactic": case.tactic,
        "id": case.id,
        "accounts": list(case.accounts),
        "parties": list(case.parties),
        "shared": [{"one": one, "other": other, "tie": tie} for one, other, tie in case.shared],
        "expected": None if case.expected is None else {"code": case.expected[0], "severity": case.expected[1]},
        "start": case.start.isoformat(),
        "end": case.end.isoformat(),
        "flop": flop_text(case.flop),
        "cap_flop": flop_text(case.cap_flop),
        "est_flop": flop_text(case.est_flop),
        "declaration": case.declaration,
        "merged_on": None if case.merged_on is None else case.merged_on.isoformat(),
    }


def _case(value: Mapping[str, Any]) -> PlantedCase:
    expected, merged = value["expected"], value["merged_on"]
    flop, cap, est = (parse_flop(value[name]) for name in _CASE_AMOUNTS)
    return PlantedCase(
        value["tactic"], value["id"], tuple(value["accounts"]), tuple(value["parties"]),
        tuple((tie["one"], tie["other"], tie["tie"]) for tie in value["shared"]),
        None if expected is None else (expected["code"], expected["severity"]),
        parse_date(value["start"]), parse_date(value["end"]), flop, cap, est,
        value["declaration"], None if merged is None else parse_date(merged),
    )  # fmt: skip


_CASE_AMOUNTS = ("flop", "cap_flop", "est_flop")
