"""Reads a file of risk profiles: YAML to checked data, or one coded error with file and line."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast, get_args

from pydantic import Field, ValidationError

from plimsoll.kernel.canonical import digest_of_bytes
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.estimate import Comparator
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText, read_yaml
from plimsoll.parties.risk import profile as data
from plimsoll.parties.risk.facts import KINDS, WORDS
from plimsoll.rulebook.schema import Flag, Id, Strict, Text

FORMAT = "plimsoll-profiles/1"


class _ListText(Strict):
    id: Id
    title: Text
    set_by: Text
    values: list[Text] = Field(default=[])
    placeholder: Flag = False


class _ProfileText(Strict):
    id: Id
    title: Text
    why: Text
    clears: Text
    always_named: bool = False
    cite: Text
    when: dict[str, Any]


class _FileText(Strict):
    format: Literal["plimsoll-profiles/1"]
    id: Id
    version: Text
    title: Text
    lists: list[_ListText] = Field(default=[])
    profiles: list[_ProfileText] = Field(min_length=1)


def load_profiles(path: Path | None = None) -> data.ProfileSet:
    """The profiles of a file, or the starter set that ships.

    Raises:
        PlimsollError: ``profiles.unreadable``, ``profiles.schema``, ``profiles.condition``,
            ``profiles.unknown_fact``, ``profiles.unknown_list``, ``profiles.duplicate_id``, and those of `read_yaml`.
    """
    if path is None:
        return parse_profiles((files("plimsoll.parties.risk") / "starter.yaml").read_bytes(), "starter.yaml")
    try:
        return parse_profiles(path.read_bytes(), path.name)
    except OSError as problem:
        raise PlimsollError(
            "profiles.unreadable",
            f"the file cannot be read: {problem.strerror}",
            fix="Check the path and its permissions.",
            where=Where(str(path)),
        ) from None


def parse_profiles(text: bytes, file: str) -> data.ProfileSet:
    """Checks and builds the profiles of one file; errors as `load_profiles`."""
    source = read_yaml(text, file)
    try:
        checked = _FileText.model_validate(source.value)
    except ValidationError as problem:
        raise _schema_error(problem, source) from None
    lists: dict[str, data.WordList] = {}
    for number, each in enumerate(checked.lists):
        _refuse_twice(each.id, lists, source, ("lists", number, "id"))
        if each.placeholder and each.values:
            raise _error(
                "schema", source, ("lists", number, "placeholder"), f"marks {each.id} as not set, and sets it",
                "Remove placeholder, or the values.",
            )  # fmt: skip
        lists[each.id] = data.WordList(each.id, each.title, each.set_by, tuple(each.values), each.placeholder)
    reader = _Conditions(source, lists)
    profiles: dict[str, data.Profile] = {}
    for number, one in enumerate(checked.profiles):
        _refuse_twice(one.id, profiles, source, ("profiles", number, "id"))
        when = reader.read(one.when, ("profiles", number, "when"))
        profiles[one.id] = data.Profile(one.id, one.title, one.why, one.clears, one.cite, when, one.always_named)
    version = f"{checked.id}@{checked.version}"
    return data.ProfileSet(version, digest_of_bytes(text), checked.title, lists, tuple(profiles.values()))


class _Conditions:
    """Turns mappings into conditions and refuses every word that is not in the vocabulary."""

    def __init__(self, source: YamlText, lists: dict[str, data.WordList]) -> None:
        self._source = source
        self._lists = lists

    def read(self, raw: object, path: Place) -> data.Condition:
        if not isinstance(raw, dict):
            raise self._wrong(path, "has a condition that is no mapping", "Write e.g. {fact: reseller, is: true}.")
        if "all" in raw or "any" in raw:
            word = "all" if "all" in raw else "any"
            self._only(raw, {word}, path)
            parts = self._parts(raw[word], (*path, word))
            return data.All(parts) if word == "all" else data.Any(parts)
        if "not" in raw:
            self._only(raw, {"not"}, path)
            return data.Not(self.read(raw["not"], (*path, "not")))
        if "fact" in raw:
            return self._fact(raw, path)
        raise self._wrong(path, "has a condition without all, any, not or fact", "Use one of these four.")

    def _parts(self, raw: object, path: Place) -> tuple[data.Condition, ...]:
        if not isinstance(raw, list) or not raw:
            raise self._wrong(path, "combines nothing", "List at least one condition.")
        return tuple(self.read(part, (*path, number)) for number, part in enumerate(raw))

    def _fact(self, raw: dict[str, Any], path: Place) -> data.Condition:
        name = raw["fact"]
        if not isinstance(name, str) or name not in KINDS:
            raise _error(
                "unknown_fact", self._source, (*path, "fact"), f"asks for {name!r}, which is no fact about an account",
                f"Use one of: {', '.join(KINDS)}.",
            )  # fmt: skip
        if KINDS[name] == "number":
            return self._number(name, raw, path)
        if KINDS[name] == "flag":
            self._only(raw, {"fact", "is"}, path)
            if not isinstance(raw.get("is"), bool):
                raise self._wrong(path, f"does not say whether {name} is true or false", "Add is: true or is: false.")
            return data.FlagIs(name, raw["is"])
        if KINDS[name] == "lists":
            self._only(raw, {"fact", "is"}, path)
            if raw.get("is") != "found":
                raise self._wrong(path, f"does not ask whether {name} found anything", "Write is: found.")
            return data.FoundOnList(name)
        return self._word(name, raw, path)

    def _number(self, name: str, raw: dict[str, Any], path: Place) -> data.Condition:
        self._only(raw, {"fact", "op", "value"}, path)
        if raw.get("op") not in get_args(Comparator):
            raise self._wrong(path, f"does not say how {name} is compared", "Give op: gt, ge, lt or le.")
        value = raw.get("value")
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(path, f"compares {name} with {value!r}", "Give value: a whole number.")
        return data.NumberIs(name, cast(Comparator, raw["op"]), value)

    def _word(self, name: str, raw: dict[str, Any], path: Place) -> data.Condition:
        if "listed_in" in raw:
            self._only(raw, {"fact", "listed_in"}, path)
            if raw["listed_in"] not in self._lists:
                raise _error(
                    "unknown_list", self._source, (*path, "listed_in"),
                    f"names the list {raw['listed_in']!r}, which is not in this file",
                    f"Use one of: {', '.join(self._lists) or 'none is defined'}.",
                )  # fmt: skip
            return data.WordListed(name, raw["listed_in"])
        self._only(raw, {"fact", "any_of"}, path)
        words = raw.get("any_of")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise self._wrong(path, f"does not say which {name}", "Give any_of: [one, another], or listed_in.")
        strange = [word for word in words if name in WORDS and word not in WORDS[name]]
        if strange:
            raise self._wrong(path, f"gives {name} the value {strange[0]}", f"Use one of: {', '.join(WORDS[name])}.")
        return data.WordIn(name, tuple(words))

    def _only(self, raw: dict[str, Any], allowed: set[str], path: Place) -> None:
        strange = sorted(set(raw) - allowed)
        if strange:
            raise self._wrong(
                (*path, strange[0]), f"has {strange[0]} in a condition", f"Keep {', '.join(sorted(allowed))}."
            )

    def _wrong(self, path: Place, what: str, fix: str) -> PlimsollError:
        return _error("condition", self._source, path, what, fix)


def _refuse_twice(name: str, known: dict[str, Any], source: YamlText, path: Place) -> None:
    if name in known:
        raise _error("duplicate_id", source, path, f"has two entries with the id {name}", "Give each its own id.")


def _error(code: str, source: YamlText, path: Place, what: str, fix: str) -> PlimsollError:
    return PlimsollError(f"profiles.{code}", f"the file {what}", fix=fix, where=source.where(path))


def _schema_error(problem: ValidationError, source: YamlText) -> PlimsollError:
    first = problem.errors()[0]
    place: Place = first["loc"]
    name = str(place[-1]) if place else "the file"
    what = {
        "missing": f"does not have {name}",
        "extra_forbidden": f"has {name}, which is not a key of this section",
    }.get(first["type"], f"has a wrong {name}: {first['msg'].removeprefix('Value error, ')}")
    return _error("schema", source, place, what, "Correct this; docs/reference/risk-profiles.md shows the format.")
