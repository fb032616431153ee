"""A linkage model: what is compared, what each outcome weighs, and from where on two records are one party.

The file holds a Splink settings dictionary (comparisons as SQL, m and u probabilities) and beside it the same weights
in whole hundredths of a bit. Pairs are judged by those integers, so no engine's rounding decides anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from plimsoll.kernel.canonical import digest_of_bytes
from plimsoll.kernel.errors import PlimsollError, Where

FORMAT = "plimsoll-linkage-model-1"
_SHIPPED = Path(__file__).with_name("company_model.json")


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    Attributes:
        gamma: Splink's number of it: -1 where a value is missing, 0 where the values differ, higher for more alike.
        words: the outcome in words.
        centibits: evidence for one party, in hundredths of a bit; negative speaks against.
    """

    gamma: int
    words: str
    centibits: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared; `levels` by gamma."""

    name: str
    levels: Mapping[int, Level]


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model.

    Attributes:
        version: names it in a register, e.g. ``company-2026.1``.
        prior_centibits: the log-odds that two records drawn at random are of one party.
        threshold_centibits: from this total on, two records are linked.
        needs: a link must in addition reach one of these: comparison -> the least gamma. So no name, however rare,
            and no address links alone.
        common_words: words of names that distinguish nobody.
        digest: of the file.
    """

    version: str
    comparisons: tuple[Comparison, ...]
    prior_centibits: int
    threshold_centibits: int
    needs: tuple[Mapping[str, int], ...]
    common_words: frozenset[str]
    digest: str
    _settings: str

    def settings(self, dialect: str) -> dict[str, Any]:
        """Splink's settings, with the SQL of each level in the engine's dialect (``duckdb``, ``spark``)."""
        settings: dict[str, Any] = json.loads(self._settings)
        if dialect != "duckdb":
            for comparison in settings["comparisons"]:
                for level in comparison["comparison_levels"]:
                    if level["sql_condition"] != "ELSE":
                        level["sql_condition"] = _translated(level["sql_condition"], dialect)
        return settings


def load_model(path: Path | None = None) -> Model:
    """Reads a model file; without a path, the shipped model for companies.

    Raises:
        PlimsollError: ``model.unreadable``.
    """
    return _load(path or _SHIPPED)


@lru_cache(maxsize=8)
def _load(path: Path) -> Model:
    try:
        content = path.read_bytes()
        return read_model(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise PlimsollError(
            "model.unreadable",
            f"this is not a linkage model: {type(problem).__name__}: {problem}",
            fix="Name a model file that `bench/linkage_train.py` wrote, or leave the option out.",
            where=Where(file=str(path)),
        ) from None


def read_model(content: bytes) -> Model:
    """The model in a file's bytes.

    Raises:
        ValueError, KeyError, TypeError: where it is none.
    """
    data = json.loads(content)
    if data["format"] != FORMAT:
        raise ValueError(f'the format is "{data["format"]}", not "{FORMAT}"')
    comparisons = tuple(_comparison(part, data["centibits"]) for part in data["settings"]["comparisons"])
    gammas = {comparison.name: comparison.levels for comparison in comparisons}
    needs = tuple({str(name): int(least) for name, least in need.items()} for need in data["needs"])
    for need in needs:
        for name, least in need.items():
            if least not in gammas[name]:
                raise ValueError(f"{name} has no level {least}")
    return Model(
        version=str(data["version"]),
        comparisons=comparisons,
        prior_centibits=int(data["prior_centibits"]),
        threshold_centibits=int(data["threshold_centibits"]),
        needs=needs,
        common_words=frozenset(data["common_words"]),
        digest=digest_of_bytes(content),
        _settings=json.dumps(data["settings"]),
    )


def _translated(condition: str, dialect: str) -> str:
    """SQL of DuckDB in another dialect; overlap of lists is an operator there and a function elsewhere."""
    from sqlglot import exp, parse_one

    def overlap(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.ArrayOverlaps):
            return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
        return node

    return str(parse_one(condition, read="duckdb").transform(overlap).sql(dialect=dialect))


def _comparison(part: Mapping[str, Any], centibits: Mapping[str, Mapping[str, int]]) -> Comparison:
    """Splink counts levels down from the most alike; a level for missing values is -1."""
    name = str(part["output_column_name"])
    stated = part["comparison_levels"]
    told = [level for level in stated if not level.get("is_null_level")]
    levels = [Level(-1, "not known of both", 0)] if len(told) < len(stated) else []
    for place, level in enumerate(told):
        gamma = len(told) - 1 - place
        levels.append(Level(gamma, str(level["label_for_charts"]), int(centibits[name][str(gamma)])))
    return Comparison(name, {level.gamma: level for level in levels})
