"""Scores pairs of records with Splink on the engine at hand: the outcome of every comparison, the total in integers.

Splink decides the level of each comparison in SQL that both engines answer alike (equality, overlap of lists, edit
distance of ASCII text). The total is then added up here from the model's whole numbers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.parties.filing.delivery import Progress, no_progress
from plimsoll.parties.resolution.model import Model
from plimsoll.parties.splink_engine import splink_on

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_BATCH = 1_000_000
_MARGIN_BITS = 1.0
"""Splink drops pairs that are this much below the threshold by its own rounding; the integers decide on the rest."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs with their evidence, one row each, in order of the two records.

    Attributes:
        pairs: two columns of record numbers, the lower one first.
        gammas: one column per comparison of the model.
        centibits: totals with the prior.
        seconds: that Splink itself took.
    """

    pairs: NDArray[np.int64]
    gammas: NDArray[np.int8]
    centibits: NDArray[np.int64]
    seconds: float


def score_pairs(
    features: pa.Table,
    pairs: NDArray[np.int64],
    model: Model,
    backend: Any,
    *,
    all_of_them: bool = False,
    progress: Progress = no_progress,
) -> Scored:
    """Scores the given pairs.

    Args:
        features: one row per record; the column `record` numbers it.
        backend: an Ibis backend of DuckDB or Spark.
        all_of_them: keep pairs however little speaks for them.
    """
    import numpy as np

    names = [comparison.name for comparison in model.comparisons]
    found = [np.zeros((0, 2 + len(names)), np.int64)]
    seconds = 0.0
    least = None if all_of_them else model.threshold_centibits / 100 - _MARGIN_BITS
    if len(pairs):
        with splink_on(backend) as engine:
            linker = _linker(engine, features, model)
            for start in range(0, len(pairs), _BATCH):
                progress("comparing records", start, len(pairs))
                began = time.perf_counter()
                found.append(_score(linker, engine, pairs[start : start + _BATCH], names, least))
                seconds += time.perf_counter() - began
    rows = np.concatenate(found)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    gammas = rows[:, 2:].astype(np.int8)
    return Scored(rows[:, :2], gammas, total_centibits(model, gammas), seconds)


def total_centibits(model: Model, gammas: NDArray[np.int8]) -> NDArray[np.int64]:
    """Prior and all weights of each row."""
    import numpy as np

    total = np.full(len(gammas), model.prior_centibits, np.int64)
    for column, comparison in enumerate(model.comparisons):
        weights = np.zeros(1 + max(comparison.levels) + 1, np.int64)
        for gamma, level in comparison.levels.items():
            weights[gamma + 1] = level.centibits
        total += weights[gammas[:, column].astype(np.int64) + 1]
    return total


def linked(model: Model, scored: Scored) -> NDArray[np.bool_]:
    """Which pairs the model links: enough evidence in all, and of a kind that may link."""
    import numpy as np

    columns = {comparison.name: number for number, comparison in enumerate(model.comparisons)}
    may = np.zeros(len(scored.pairs), np.bool_)
    for need in model.needs:
        met = np.ones(len(scored.pairs), np.bool_)
        for name, least in need.items():
            met &= scored.gammas[:, columns[name]] >= least
        may |= met
    return may & (scored.centibits >= model.threshold_centibits)


def _linker(engine: Any, features: pa.Table, model: Model) -> Any:
    from splink import Linker

    settings = model.settings(engine.sql_dialect.sql_dialect_str)
    return Linker(engine.register(features), settings, log_level=None, validate_settings=False)


def _score(
    linker: Any, engine: Any, pairs: NDArray[np.int64], names: list[str], least: float | None
) -> NDArray[np.int64]:
    import numpy as np
    import pyarrow as pa

    blocked = engine.register(
        pa.table(
            {
                "match_key": pa.array(np.zeros(len(pairs), np.int32)).cast(pa.string()),
                "join_key_l": pa.array(pairs[:, 0].astype(np.int32)),
                "join_key_r": pa.array(pairs[:, 1].astype(np.int32)),
            }
        )
    )
    linker.table_management.register_blocked_pairs_for_predict(blocked)
    scored = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    columns = ["record_l", "record_r", *(f"gamma_{name}" for name in names)]
    found = engine._execute_sql_against_backend(f"SELECT {', '.join(columns)} FROM {scored.physical_name}")  # noqa: S608
    table = found.to_arrow_table() if hasattr(found, "to_arrow_table") else found.toArrow()
    rows = [table.column(column).to_numpy().astype(np.int64) for column in columns]
    for done in (scored, blocked):
        done.drop_table_from_database_and_remove_from_cache(force_non_splink_table=True)
    return np.stack(rows, axis=1)
