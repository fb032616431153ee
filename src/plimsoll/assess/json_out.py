"""An assessment as JSON: the same inputs give the same bytes, on any machine and any number of threads."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from plimsoll.assess.assessment import Assessment, PinnedRule
from plimsoll.assess.evidence import Evidence
from plimsoll.assess.finding import Finding
from plimsoll.kernel.canonical import JsonValue
from plimsoll.kernel.flop import flop_text

FORMAT = "plimsoll-assessment/1"


def as_json(assessment: Assessment) -> dict[str, JsonValue]:
    """The whole assessment without the series that only charts need.

    Amounts of compute are decimal strings, as are accelerator-nanoseconds (``accel_ns``), because both pass 2^53.
    Days are ``2026-05-31``; every ``end`` is the day after the last. Hours are ``2026-05-31T14:00:00Z``. ``parties`` is
    null where no customers' records were given.
    """
    totals = assessment.totals
    return {
        "format": FORMAT,
        "rulebook": _rulebook(assessment.rule),
        "as_of": str(assessment.as_of),
        "headline": assessment.headline,
        "inputs": [
            {
                "path": file.path,
                "sha256": file.sha256,
                "format": file.format,
                "rows": file.rows,
                "rejected": file.rejected,
            }
            for file in assessment.inputs
        ],
        "totals": {
            **_plain(totals, without=("findings", "outcomes")),
            "outcomes": dict(totals.outcomes),
            "findings": {severity.value: count for severity, count in totals.findings},
        },
        "findings": [_finding(finding) for finding in assessment.findings],
        "data_quality": _plain(assessment.data_quality),
        "declarations": [_plain(declaration) for declaration in assessment.declarations],
        "parties": None if assessment.parties is None else _plain(assessment.parties),
    }


def json_text(assessment: Assessment) -> str:
    """The same as text: two spaces, keys in the order above, one final newline."""
    return json.dumps(as_json(assessment), ensure_ascii=False, indent=2) + "\n"


def _rulebook(rule: PinnedRule) -> JsonValue:
    return {
        "id": rule.id,
        "version": rule.version,
        "digest": rule.digest,
        "parameters": dict(rule.parameters),
        "provision": rule.provision,
        "metric": rule.metric,
        "comparator": rule.comparator,
        "line_flop": flop_text(rule.line_flop),
        "placeholder": rule.placeholder,
        "status": rule.status,
        "citation": rule.citation,
        "law_date": None if rule.law_date is None else str(rule.law_date),
    }


def _finding(finding: Finding) -> JsonValue:
    window = finding.window
    return {
        "id": finding.id,
        "code": finding.code.value,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "title": finding.title,
        "window": None
        if window is None
        else {
            "start": str(window.start),
            "end": str(window.end),
            "days": window.days,
            "crossed_on": None if window.crossed_on is None else str(window.crossed_on),
        },
        "cap_flop": _flop(finding.cap_flop),
        "est_flop": _flop(finding.est_flop),
        "line_flop": _flop(finding.line_flop),
        "covered_flop": _flop(finding.covered_flop),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "explanation": finding.explanation,
        "clears": finding.clears,
    }


def _evidence(evidence: Evidence) -> JsonValue:
    return {"kind": evidence.kind, **_plain(evidence), "text": evidence.text()}


def _plain(value: Any, *, without: tuple[str, ...] = ()) -> dict[str, JsonValue]:
    """A frozen dataclass, field by field."""
    return {f.name: _value(f.name, getattr(value, f.name)) for f in fields(value) if f.name not in without}


def _value(name: str, value: Any) -> JsonValue:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return flop_text(value) if name.endswith(("_flop", "_ns")) else value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}Z"
    if isinstance(value, date):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return [_value(name, part) for part in value]
    if is_dataclass(value):
        return _plain(value)
    raise TypeError(f"{name} holds a {type(value).__name__}, for which JSON has no form here")


def _flop(amount: int | None) -> str | None:
    return None if amount is None else flop_text(amount)
