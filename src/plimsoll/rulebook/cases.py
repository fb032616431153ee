"""Worked cases: facts in, expected answers and due dates out, in YAML that a lawyer can write and review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.period import instant_text, parse_date, parse_instant
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText, read_yaml
from plimsoll.rulebook.evaluate import ProvisionResult, evaluate
from plimsoll.rulebook.facts import Facts, read_facts
from plimsoll.rulebook.law import Rulebook
from plimsoll.rulebook.load import find_rulebook

_CASE_KEYS = {"name", "facts", "as_of", "known", "expect", "status", "flips_at", "due"}
_STATES = ("none", "not_started", "stopped", "no_date")


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case.

    Attributes:
        expect: provision id to outcome; `status`: to legal status; `flips_at`: to the flipping value.
        due: obligation id to an instant, or ``none`` (not owed), ``not_started``, ``stopped``, ``no_date``.
    """

    name: str
    where: Where
    facts: Facts
    as_of: date
    known: date
    expect: Mapping[str, str]
    status: Mapping[str, str]
    flips_at: Mapping[str, str]
    due: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not come out as expected."""

    case: Case
    what: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one file, with the rulebook they are about."""

    rulebook: Rulebook
    cases: tuple[Case, ...]


def case_files(path: Path | None = None) -> list[Path]:
    """The case files at `path`, a file or a folder; without a path, those that ship with the library.

    Raises:
        PlimsollError: ``case.none`` where there is no case file.
    """
    folder = Path(str(files("plimsoll.rulebook") / "cases")) if path is None else path
    found = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"))
    if not found:
        raise PlimsollError(
            "case.none", "there is no case file here", fix="Give a .yaml file of cases, or a folder of them.",
            where=Where(str(folder)),
        )  # fmt: skip
    return found


def read_cases(path: Path) -> CaseFile:
    """Reads a case file.

    Raises:
        PlimsollError: ``case.schema``, ``case.unreadable``, or an error of the facts, with file and line.
    """
    try:
        source = read_yaml(path.read_bytes(), path.name)
    except OSError as problem:
        raise PlimsollError(
            "case.unreadable", f"the file cannot be read: {problem.strerror}", fix="Check the path.",
            where=Where(str(path)),
        ) from None  # fmt: skip
    value = source.value
    if not isinstance(value, dict) or not isinstance(value.get("rulebook"), str) or not value.get("cases"):
        raise PlimsollError(
            "case.schema", "this is not a case file", fix="Give rulebook: ID, and a list of cases.",
            where=source.where(()),
        )  # fmt: skip
    rulebook = find_rulebook(value["rulebook"])
    return CaseFile(rulebook, tuple(_case(raw, rulebook, source, ("cases", i)) for i, raw in enumerate(value["cases"])))


def run_case(case: Case, rulebook: Rulebook) -> list[Failure]:
    """What differs from the case's expectations; nothing if it holds."""
    results = {r.provision.id: r for r in evaluate(case.facts, rulebook, case.as_of, case.known)}
    wrong = []
    for provision, expected in case.expect.items():
        wrong += _differs(provision, expected, _outcome(results.get(provision)))
    for provision, expected in case.status.items():
        found = results.get(provision)
        wrong += _differs(f"the status of {provision}", expected, found.status if found else None)
    for provision, expected in case.flips_at.items():
        found = results.get(provision)
        flip = found.line.flip_at if found and found.line else None
        wrong += _differs(f"the flipping value of {provision}", expected, str(flip))
    dues = {owed.obligation.id: owed.due for result in results.values() for owed in result.owed}
    for obligation, expected in case.due.items():
        due = dues.get(obligation)
        actual = "none" if due is None else due.state if due.at is None else instant_text(due.at)
        wrong += _differs(f"{obligation} due", expected, actual)
    return [Failure(case, what) for what in wrong]


def _differs(what: str, expected: str, actual: str | None) -> list[str]:
    return [] if actual == expected else [f"{what}: expected {expected}, found {actual}"]


def _outcome(result: ProvisionResult | None) -> str | None:
    return None if result is None else result.outcome.value


def _case(raw: Any, rulebook: Rulebook, source: YamlText, place: Place) -> Case:
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str) or set(raw) - _CASE_KEYS:
        extra = sorted(set(raw) - _CASE_KEYS) if isinstance(raw, dict) else []
        raise PlimsollError(
            "case.schema", f"the case has no name, or unknown keys {extra}",
            fix=f"Use: {', '.join(sorted(_CASE_KEYS))}.", where=source.where(place),
        )  # fmt: skip
    try:
        as_of = parse_date(str(raw.get("as_of")))
        known = parse_date(str(raw.get("known") or raw["as_of"]))
    except PlimsollError as problem:
        raise problem.at(source.where((*place, "as_of"))) from None
    due = {name: _due_text(value, source, (*place, "due", name)) for name, value in (raw.get("due") or {}).items()}
    facts = read_facts(raw.get("facts") or {}, source, (*place, "facts"))
    _refuse_unknown_ids(raw, rulebook, source, place)
    expect, status, flips_at = (
        {k: str(v) for k, v in (raw.get(key) or {}).items()} for key in ("expect", "status", "flips_at")
    )
    return Case(raw["name"], source.where(place), facts, as_of, known, expect, status, flips_at, due)


def _refuse_unknown_ids(raw: Mapping[str, Any], rulebook: Rulebook, source: YamlText, place: Place) -> None:
    """A mistyped id would expect nothing, and the case would hold for the wrong reason."""
    provisions = {provision.id for provision in rulebook.provisions}
    obligations = {o.id for p in rulebook.provisions for v in p.versions for o in v.obligations}
    sections: list[tuple[Place, Mapping[str, Any], set[str]]] = [
        (("expect",), raw.get("expect") or {}, provisions),
        (("status",), raw.get("status") or {}, provisions),
        (("flips_at",), raw.get("flips_at") or {}, provisions),
        (("due",), raw.get("due") or {}, obligations),
        (("facts", "answers"), (raw.get("facts") or {}).get("answers") or {}, set(rulebook.questions())),
    ]
    for section, names, known in sections:
        for name in names:
            if name not in known:
                raise PlimsollError(
                    "case.unknown_id", f"{rulebook.id} has no {name} to go with {section[-1]}",
                    fix=f"Use one of: {', '.join(sorted(known))}.", where=source.where((*place, *section, name)),
                )  # fmt: skip


def _due_text(value: Any, source: YamlText, place: Place) -> str:
    if value in _STATES:
        return str(value)
    try:
        return instant_text(parse_instant(str(value)))
    except PlimsollError as problem:
        raise problem.at(source.where(place)) from None
