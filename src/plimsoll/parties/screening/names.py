"""Names compared by nomenklatura in an environment of its own: it needs a DuckDB older than ours, so it cannot be here.

The user sets that environment up once and names its Python; we start it, and talk to it over a pipe.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeAlias

from plimsoll.kernel.errors import PlimsollError

Entity: TypeAlias = Mapping[str, str | Mapping[str, Sequence[str]]]
"""A FollowTheMoney entity: schema and properties."""

SETTING = "PLIMSOLL_SCREENING_PYTHON"
SET_UP = "uv venv screening && uv pip install --python screening nomenklatura"


class Matcher(Protocol):
    """Says how alike two entities are, in hundredths; None where it cannot."""

    def score(self, left: Entity, right: Entity) -> int | None: ...


def is_named() -> bool:
    """Whether an environment that compares names is named."""
    return bool(os.environ.get(SETTING))


def absent(why: str) -> PlimsollError:
    """Screening by name was asked for and cannot be done."""
    return PlimsollError(
        "screening.absent",
        f"names cannot be screened: {why}",
        fix=(
            f"Set nomenklatura up in an environment of its own ({SET_UP}) and name its Python, e.g. "
            f"{SETTING}=screening/bin/python; screening by numbers needs nothing."
        ),
    )


@contextmanager
def nomenklatura(python: Path | None = None) -> Iterator[Nomenklatura]:
    """The matcher, running until the block ends.

    Args:
        python: of the environment that has nomenklatura; None for what the variable `SETTING` names.

    Raises:
        PlimsollError: ``screening.absent``.
    """
    named = python or (Path(os.environ[SETTING]) if os.environ.get(SETTING) else None)
    if named is None:
        raise absent("no environment with nomenklatura is named")
    with Nomenklatura(named) as matcher:
        yield matcher


class Nomenklatura:
    """One process of `worker.py`. `version` is that of nomenklatura, `failed` counts pairs that it refused."""

    def __init__(self, python: Path) -> None:
        worker = Path(__file__).with_name("worker.py")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user names the interpreter
                [str(python), "-I", str(worker)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as problem:
            raise absent(f"{python} cannot be started: {problem.strerror}") from None
        self.failed = 0
        first = self._read()
        if "ready" not in first:
            self._end()
            raise absent(f"{python} has no working nomenklatura")
        self.version = str(first["ready"])

    def __enter__(self) -> Nomenklatura:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def score(self, left: Entity, right: Entity) -> int | None:
        """How alike they are, in hundredths; None where the matcher cannot compare them.

        Raises:
            PlimsollError: ``screening.absent`` if the process has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"left": left, "right": right}).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise absent("the matcher ended in the middle of its work") from None
        answer = self._read()
        if not answer:
            raise absent("the matcher ended in the middle of its work")
        score = answer.get("score")
        if not isinstance(score, int):
            self.failed += 1
            return None
        return score

    def _read(self) -> dict[str, object]:
        assert self._process.stdout is not None
        try:
            answer = json.loads(self._process.stdout.readline() or b"{}")
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    self._process.kill()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
