"""Lists of persons and companies in FollowTheMoney form: one JSON entity per line, read as a stream.

Only what screening needs is kept: names, countries, birth dates, numbers, topics. A line that is no entity is counted
and never ends the reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where

SCREENED = frozenset({"Person", "Company", "Organization", "LegalEntity", "PublicBody"})
LONGEST_LINE = 4 * 1024 * 1024
_NUMBERS = ("leiCode", "registrationNumber", "taxNumber", "vatCode", "innCode", "ogrnCode", "idNumber", "swiftBic")
_COUNTRIES = ("country", "jurisdiction", "nationality", "mainCountry", "citizenship")


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a list.

    Attributes:
        id: of the entity.
        numbers: property and value, as the list writes them.
        caption: how the list calls it.
    """

    id: str
    schema: str
    caption: str
    names: tuple[str, ...]
    countries: tuple[str, ...]
    born: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class ListFile:
    """One file: its name, for the findings, and how many lines were no entity."""

    name: str
    skipped: int = 0


def listed(path: Path, file: ListFile) -> Iterator[Listed]:
    """Everybody on the list, in its order.

    Raises:
        PlimsollError: ``screening.unreadable`` where the file cannot be opened.
    """
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise PlimsollError(
            "screening.unreadable",
            f"the list cannot be read: {problem.strerror}",
            fix="Check the path; a list is a file of FollowTheMoney entities, one JSON object per line.",
            where=Where(str(path)),
        ) from None
    with stream:
        while line := stream.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) >= LONGEST_LINE:
                while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                file.skipped += 1
                continue
            entity = _entity(line)
            if entity is None:
                file.skipped += bool(line.strip())
            elif entity.schema in SCREENED:
                yield entity


def _entity(line: bytes) -> Listed | None:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not isinstance(raw.get("schema"), str):
        return None
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        return None

    def values(*names: str) -> tuple[str, ...]:
        found = [properties.get(name) for name in names]
        return tuple(
            dict.fromkeys(one for each in found if isinstance(each, list) for one in each if isinstance(one, str))
        )

    names = values("name", "alias", "previousName", "weakAlias")
    caption = raw.get("caption") if isinstance(raw.get("caption"), str) else (names[0] if names else raw["id"])
    numbers = tuple((name, value) for name in _NUMBERS for value in values(name))
    return Listed(raw["id"], raw["schema"], str(caption), names, values(*_COUNTRIES), values("birthDate"), numbers)


def list_name(path: Path) -> str:
    """What a list is called in findings: its file name without the ending."""
    return path.name.removesuffix(".gz").removesuffix(".json").removesuffix(".jsonl").removesuffix(".ftm")


def unique_names(paths: Sequence[Path]) -> list[ListFile]:
    """One `ListFile` per path; lists of one name are numbered."""
    seen: dict[str, int] = {}
    files = []
    for path in paths:
        name = list_name(path)
        seen[name] = seen.get(name, 0) + 1
        files.append(ListFile(name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return files
