"""Loads rulebook files: YAML to checked text to law, or one coded error that names file and line."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.yaml_text import Path as Place
from plimsoll.kernel.yaml_text import YamlText, read_yaml
from plimsoll.rulebook import law, schema
from plimsoll.rulebook.build import build_rulebook

DEFAULT = "conditional-treaty"
"""The rulebook that applies where none is named."""

PATH_ENDS = (".yaml", ".yml")
"""What tells the path of a rulebook from the id of a shipped one."""


def library_ids() -> tuple[str, ...]:
    """The ids of the rulebooks that Plimsoll ships, the default first, then in alphabetical order."""
    names = sorted(f.name.removesuffix(".yaml") for f in _library().iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT))


@cache
def library_rulebook(rulebook_id: str) -> law.Rulebook:
    """One shipped rulebook.

    Raises:
        PlimsollError: ``rulebook.unknown``.
    """
    if rulebook_id not in library_ids():
        raise PlimsollError(
            "rulebook.unknown",
            f'there is no rulebook "{rulebook_id}"',
            fix=f"Use one of: {', '.join(library_ids())}; or give the path of a .yaml file.",
        )
    return parse_rulebook((_library() / f"{rulebook_id}.yaml").read_bytes(), f"{rulebook_id}.yaml")


def load_library() -> dict[str, law.Rulebook]:
    """Every shipped rulebook by id, the default first."""
    return {rulebook_id: library_rulebook(rulebook_id) for rulebook_id in library_ids()}


def find_rulebook(name: str) -> law.Rulebook:
    """A shipped rulebook by id, or any rulebook by the path of its file."""
    return load_rulebook(Path(name)) if name.endswith(PATH_ENDS) else library_rulebook(name)


def load_rulebook(path: Path) -> law.Rulebook:
    """Reads a rulebook file.

    Raises:
        PlimsollError: ``rulebook.unreadable`` or any error of `parse_rulebook`.
    """
    try:
        return parse_rulebook(path.read_bytes(), path.name)
    except OSError as problem:
        raise PlimsollError(
            "rulebook.unreadable",
            f"the file cannot be read: {problem.strerror}",
            fix="Check the path and its permissions.",
            where=Where(str(path)),
        ) from None


def parse_rulebook(text: bytes, file: str) -> law.Rulebook:
    """Checks and builds a rulebook.

    Raises:
        PlimsollError: with file and line, among others ``rulebook.missing_citation``, ``rulebook.schema``,
            ``rulebook.overlap``, ``rulebook.line_too_low``, ``rulebook.not_text``, ``rulebook.unknown_metric``,
            ``rulebook.unknown_component``, ``rulebook.unknown_event``, ``rulebook.unknown_recipient``,
            ``rulebook.duplicate_id``, and those of `read_yaml` (``yaml.float`` …).
    """
    source = read_yaml(text, file)
    try:
        checked = schema.RulebookText.model_validate(source.value)
    except ValidationError as problem:
        raise _schema_error(problem, source) from None
    return build_rulebook(source, checked)


def _library() -> Path:
    return Path(str(files("plimsoll.rulebook") / "library"))


def _schema_error(problem: ValidationError, source: YamlText) -> PlimsollError:
    """The first problem, in our words; citations and components have codes of their own."""
    first = problem.errors()[0]
    place: Place = first["loc"]
    where = source.where(place)
    name = str(place[-1]) if place else "the file"
    if first["type"] in ("missing", "string_too_short") and name == "cite":
        return PlimsollError(
            "rulebook.missing_citation", "a rule without its source", fix="Add cite: the article or page.", where=where
        )
    if first["type"] == "missing":
        return PlimsollError("rulebook.schema", f"{name} is missing", fix=f"Add {name}.", where=where)
    if first["type"] == "extra_forbidden":
        return PlimsollError(
            "rulebook.schema", f"{name} is not a key of this section", fix="Check its spelling, or remove it.",
            where=where,
        )  # fmt: skip
    if first["type"] == "enum" and ("include" in place or "exclude" in place):
        return PlimsollError(
            "rulebook.unknown_component", f'"{first["input"]}" is not a compute component',
            fix=f"Use one of: {first['ctx']['expected']}." if "ctx" in first else "See the glossary.", where=where,
        )  # fmt: skip
    if isinstance(first["input"], (int, float)) and first["type"] == "string_type":
        return PlimsollError(
            "rulebook.not_text", f"{first['input']!r} stands where a decimal string belongs",
            fix=f'Put it in quotation marks: "{first["input"]}".', where=where,
        )  # fmt: skip
    message = first["msg"].removeprefix("Value error, ")
    return PlimsollError(
        "rulebook.schema", f"{name}: {message}", fix="Correct this value; docs/law.md shows the format.", where=where
    )
