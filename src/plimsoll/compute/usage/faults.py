"""Turning an engine's failure over many files into one coded error that names the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from plimsoll.compute.engine import failures, out_of_memory
from plimsoll.compute.engines import duck
from plimsoll.compute.usage.delivery import UsageFile
from plimsoll.compute.usage.detect import encrypted, first_line
from plimsoll.kernel.errors import PlimsollError, Where


@contextmanager
def blaming_files(files: Sequence[UsageFile], engine: Any) -> Iterator[None]:
    """Engine errors inside become a `PlimsollError` about the first file that cannot be read to its end.

    Raises:
        PlimsollError: ``parquet.unreadable``, ``parquet.encrypted``, ``engine.out_of_memory``, or ``engine.failed``
            where every file is sound.
    """
    try:
        yield
    except (*failures(engine), *duck.failures()) as problem:
        if out_of_memory(engine, problem):
            raise PlimsollError(
                "engine.out_of_memory",
                f"the engine ran out of memory or of temporary disk space: {first_line(problem)}",
                fix="Free disk space in the temporary folder, or give the engine more memory (assess --memory 2GB).",
            ) from None
        for file in files:
            fault = _fault(file)
            if fault:
                raise fault from None
        raise PlimsollError(
            "engine.failed",
            f"the engine could not do this: {first_line(problem)}",
            fix="Every file could be read on its own; please report this with the message above.",
        ) from problem


def _fault(file: UsageFile) -> PlimsollError | None:
    """What is wrong with one file, by either of two readers; None if both read it to its end."""
    try:
        with pq.ParquetFile(file.readable) as parquet:
            for _ in parquet.iter_batches(batch_size=65_536):
                continue
        duck.read_to_its_end(file.readable)
    except (pa.ArrowException, *duck.failures(), OSError, ValueError) as problem:
        if "crypt" in str(problem):
            return encrypted(Where(file.path))
        return PlimsollError(
            "parquet.unreadable",
            f"the Parquet file is damaged: {first_line(problem)}",
            fix="Write the file again and deliver it complete.",
            where=Where(file.path),
        )
    return None
