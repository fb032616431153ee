"""Splink on the engine at hand: DuckDB in this process, or Apache Spark."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

_ROUNDS = re.compile(r"__splink__(df_)?(representatives|neighbours|filtered_neighbours).*")
"""What Splink calls the tables that each round of its clustering makes out of those of the round before."""


@contextmanager
def splink_on(backend: Any) -> Iterator[Any]:
    """Splink over an Ibis backend; what it leaves there is removed, and its chatter is not for our readers."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    engine = _duckdb(backend) if backend.name == "duckdb" else _spark(backend)
    try:
        yield engine
    finally:
        engine.delete_tables_created_by_splink_from_db()
        logger.setLevel(level)


def _duckdb(backend: Any) -> Any:
    from splink import DuckDBAPI

    return DuckDBAPI(connection=backend.con)


def _spark(backend: Any) -> Any:
    session = backend._session
    return _spark_class()(
        spark_session=session,
        # A checkpoint on disk would need a folder that all machines share.
        break_lineage_method="persist",
        num_partitions_on_repartition=2 * session.sparkContext.defaultParallelism,
        register_udfs_automatically=False,
    )


@lru_cache(maxsize=1)
def _spark_class() -> Any:
    from pyspark import StorageLevel
    from splink import SparkAPI

    def cut(api: Any, frame: Any, templated_name: str, physical_name: str) -> Any:
        """Each round names the one before several times, so plans that are kept whole would grow that often per round.

        The rows stay with the workers, each on two of them where there are two, so that one of them may be lost.
        """
        if not _ROUNDS.fullmatch(templated_name):
            return SparkAPI._break_lineage_and_repartition(api, frame, templated_name, physical_name)
        spread = api._repartition_if_needed(frame, templated_name)
        return spread.localCheckpoint(eager=True, storageLevel=StorageLevel.MEMORY_AND_DISK_2)

    return type("SplinkOnSpark", (SparkAPI,), {"_break_lineage_and_repartition": cut})
