"""Files that an assessment writes: looked at before the work begins, and then written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from plimsoll.kernel.errors import PlimsollError, Where

_DECLARATIONS = (".yaml", ".yml")


def refuse_outputs(outputs: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Finds out before the work begins whether every file can be written, and harms no input and no other output.

    Args:
        inputs: the files and folders that are read.

    Raises:
        PlimsollError: ``output.unwritable``, ``output.is_input``, ``output.twice``.
    """
    given = tuple(inputs)
    for number, path in enumerate(outputs):
        _refuse_unwritable(path)
        if any(_is_read(path, source) for source in given):
            raise PlimsollError(
                "output.is_input",
                "this would overwrite one of the inputs, or be read as one the next time",
                fix="Name another file, outside the folders that are read.",
                where=Where(file=str(path)),
            )
        if any(path.resolve() == earlier.resolve() for earlier in outputs[:number]):
            raise PlimsollError(
                "output.twice",
                "two outputs would be written to this one file",
                fix="Name a file of its own for each.",
                where=Where(file=str(path)),
            )


def write_whole(path: Path, text: str) -> None:
    """Writes a file completely or not at all: beside its place first, then moved there.

    Raises:
        PlimsollError: ``output.unwritable``.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("x", encoding="utf-8", newline="\n", errors="backslashreplace") as file:
            file.write(text)
        beside.replace(path)
    except BaseException as problem:
        with suppress(OSError):
            beside.unlink()
        if not isinstance(problem, OSError):
            raise
        raise PlimsollError(
            "output.unwritable",
            f"the file cannot be written: {problem.strerror}",
            fix="Check that the folder exists and may be written to.",
            where=Where(file=str(path)),
        ) from None


def _refuse_unwritable(path: Path) -> None:
    """A device or a pipe cannot be replaced whole, and the system would lose it."""
    strange = path.exists() and not path.is_file()
    if strange or not path.name or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise PlimsollError(
            "output.unwritable",
            "no file can be written there",
            fix="Name a file in a folder that exists and that you may write to; - stands for standard output.",
            where=Where(file=str(path)),
        )


def _is_read(path: Path, source: Path) -> bool:
    from plimsoll.compute.usage.detect import SUFFIXES

    whole = path.resolve()
    if source.is_dir():
        readable = whole.name.casefold().endswith((*SUFFIXES, *_DECLARATIONS))
        return readable and whole.is_relative_to(source.resolve())
    return whole == source.resolve() or (path.exists() and source.exists() and path.samefile(source))
