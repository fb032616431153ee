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
from plimsoll.rulebook.load import PATH_ENDS, find_rulebook

_EXPECTATIONS = ("expect", "status", "flips_at", "due")
_CASE_KEYS = {"name", "facts", "as_of", "known", *_EXPECTATIONS}
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
        PlimsollError: ``case.none`` where there is no case file; ``case.unreadable``.
    """
    folder = Path(str(files("plimsoll.rulebook") / "cases")) if path is None else path
    try:
        found = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"))
    except OSError as problem:
        raise _unreadable(folder, problem) from None
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
        raise _unreadable(path, problem) from None
    value = source.value
    if not isinstance(value, dict) or set(value) != {"rulebook", "cases"} or not isinstance(value["rulebook"], str):
        raise _schema_error("this is not a case file", "Give rulebook: ID, and a list of cases.", source, ())
    if not isinstance(value["cases"], list) or not value["cases"]:
        raise _schema_error("the file has no list of cases", "List at least one case.", source, ("cases",))
    rulebook = _rulebook(value["rulebook"], path, source)
    return CaseFile(rulebook, tuple(_case(raw, rulebook, source, ("cases", i)) for i, raw in enumerate(value["cases"])))


def _rulebook(name: str, cases: Path, source: YamlText) -> Rulebook:
    """The rulebook that a case file names; the path of one is relative to the case file."""
    found = str(cases.parent / name) if name.endswith(PATH_ENDS) else name
    return source.placed(("rulebook",), lambda: find_rulebook(found))


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
        what = f"the case has no name, or unknown keys {extra}"
        raise _schema_error(what, f"Use: {', '.join(sorted(_CASE_KEYS))}.", source, place)
    as_of = source.placed((*place, "as_of"), lambda: parse_date(str(raw.get("as_of"))))
    known = as_of
    if raw.get("known") is not None:
        known = source.placed((*place, "known"), lambda: parse_date(str(raw["known"])))
    facts = read_facts({} if raw.get("facts") is None else raw["facts"], source, (*place, "facts"))
    expectations = {key: _expectation(raw, key, source, place) for key in _EXPECTATIONS}
    _refuse_unknown_ids(facts, expectations, rulebook, source, place)
    if not any(expectations.values()):
        raise _schema_error("the case expects nothing, so it cannot fail", "Add expect or due.", source, place)
    due = {name: _due_text(value, source, (*place, "due", name)) for name, value in expectations.pop("due").items()}
    texts = {key: {name: str(value) for name, value in section.items()} for key, section in expectations.items()}
    return Case(raw["name"], source.where(place), facts, as_of, known, **texts, due=due)


def _expectation(raw: Mapping[str, Any], key: str, source: YamlText, place: Place) -> Mapping[str, Any]:
    section = raw.get(key, {})
    if not isinstance(section, dict):
        raise _schema_error(f"{key} is not a mapping", "Write id: what is expected.", source, (*place, key))
    return section


def _refuse_unknown_ids(
    facts: Facts, expectations: Mapping[str, Mapping[str, Any]], rulebook: Rulebook, source: YamlText, place: Place
) -> None:
    """A mistyped id would expect nothing, and the case would hold for the wrong reason."""
    provisions = {provision.id for provision in rulebook.provisions}
    obligations = {o.id for p in rulebook.provisions for v in p.versions for o in v.obligations}
    sections: list[tuple[Place, Mapping[str, Any], set[str]]] = [
        *(((key,), names, obligations if key == "due" else provisions) for key, names in expectations.items()),
        (("facts", "answers"), facts.answers, set(rulebook.questions())),
    ]
    for section, names, known in sections:
        for name in names:
            if name not in known:
                raise PlimsollError(
                    "case.unknown_id", f"{rulebook.id} has no {name} to go with {section[-1]}",
                    fix=f"Use one of: {', '.join(sorted(known))}.", where=source.where((*place, *section, name)),
                )  # fmt: skip


def _unreadable(path: Path, problem: OSError) -> PlimsollError:
    return PlimsollError(
        "case.unreadable", f"this cannot be read: {problem.strerror}", fix="Check the path.", where=Where(str(path))
    )


def _schema_error(what: str, fix: str, source: YamlText, place: Place) -> PlimsollError:
    return PlimsollError("case.schema", what, fix=fix, where=source.where(place))


def _due_text(value: Any, source: YamlText, place: Place) -> str:
    if value in _STATES:
        return str(value)
    return instant_text(source.placed(place, lambda: parse_instant(str(value))))
