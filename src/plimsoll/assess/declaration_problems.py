"""What is wrong with a declarations file: every problem with its line and its fix, together in one error."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from plimsoll.assess.declaration_text import Strict
from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.kernel.yaml_text import Path, YamlText

Shape = TypeVar("Shape", bound=Strict)


def checked(shape: type[Shape], raw: Any, source: YamlText, path: Path) -> Shape:
    """`raw` in its shape.

    Raises:
        DeclarationFileError: every departure from it, with its line.
    """
    try:
        return shape.model_validate(raw)
    except ValidationError as refusal:
        raise problems_of(refusal, source, path) from None


class DeclarationFileError(PlimsollError):
    """All that is wrong with one file: the first problem, and the others after it.

    Attributes:
        others: the further problems, in the order of the file.
    """

    others: tuple[PlimsollError, ...] = ()

    @classmethod
    def of(cls, problems: list[PlimsollError]) -> DeclarationFileError:
        flat = [single for problem in problems for single in _flat(problem)]
        flat.sort(key=lambda problem: problem.where.line or 0)
        first = flat[0]
        found = cls(first.code, first.what, fix=first.fix, where=first.where)
        found.others = tuple(flat[1:])
        return found

    def at(self, where: Where) -> PlimsollError:
        return self

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.others)])


def _flat(problem: PlimsollError) -> tuple[PlimsollError, ...]:
    if isinstance(problem, DeclarationFileError):
        first = PlimsollError(problem.code, problem.what, fix=problem.fix, where=problem.where)
        return (first, *problem.others)
    return (problem,)


def problems_of(refusal: ValidationError, source: YamlText, path: Path) -> DeclarationFileError:
    """Pydantic's complaints in our words, each with its line."""
    return DeclarationFileError.of([_problem(complaint, source, path) for complaint in refusal.errors()])


def _problem(complaint: Any, source: YamlText, path: Path) -> PlimsollError:
    place: Path = (*path, *complaint["loc"])
    where = source.where(place)
    name = str(place[-1]) if place else "the file"
    kind, given = complaint["type"], complaint["input"]
    if kind == "missing":
        return PlimsollError("declaration.missing", f"{name} is missing", fix=f"Add {name}.", where=where)
    if kind == "extra_forbidden":
        return PlimsollError(
            "declaration.unknown_field", f'"{name}" is not a field of a declaration here',
            fix="Check its spelling, or remove it; docs/howto/assess.md lists the fields.", where=where,
        )  # fmt: skip
    if kind == "string_type" and isinstance(given, int):
        return PlimsollError(
            "declaration.not_text", f"{name} is the bare number {given}", fix=f'Put it in quotation marks: "{given}".',
            where=where,
        )  # fmt: skip
    if name == "accounts" or (len(place) > 1 and place[-2] == "accounts"):
        return PlimsollError(
            "declaration.account", f"{given!r} does not name an account",
            fix='Write "provider/account", as in the provider\'s usage report.', where=where,
        )  # fmt: skip
    message = complaint["msg"].removeprefix("Value error, ").rstrip(".")
    return PlimsollError(
        "declaration.value", f"{name}: {message}", fix="Correct this value; docs/howto/assess.md shows the format.",
        where=where,
    )  # fmt: skip
