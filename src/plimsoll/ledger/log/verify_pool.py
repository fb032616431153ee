"""Verifies many signed statements on all cores: the one step of taking entries in that costs more than the rest.

An Ed25519 verification takes as long as hashing two hundred entries. The statements go to worker processes in portions,
and what comes back is the entry to log, or why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from types import TracebackType
from typing import Self

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cose import CoseKey, verify_sign1
from plimsoll.ledger.statements.statement import parse_statement

PORTION = 250
"""Statements that a worker gets at once."""

_keys: Mapping[bytes, CoseKey] = {}


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a statement is not taken: the parts of the PlimsollError."""

    code: str
    what: str
    fix: str


class VerifyPool:
    """Worker processes that know the issuers' keys by their kid; use it as a context manager.

    A statement whose kid is not among them is refused with ``statement.key_unknown``. Whether a key was valid at the
    statement's place in the log is the registrar's question, and it costs next to nothing.
    """

    def __init__(self, keys: Mapping[bytes, CoseKey], workers: int) -> None:
        # Spawned, not forked: the caller may have threads, connections and locks.
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_take, initargs=(dict(keys),))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, statements: Sequence[bytes]) -> Future[list[bytes | Refused]]:
        """One portion: for each statement, in order, the entry to log or the refusal."""
        return self._pool.submit(_verified, list(statements))

    def verified(self, statements: Sequence[bytes], portion: int = PORTION) -> Iterator[bytes | Refused]:
        """For each statement, in order, the entry to log or the refusal."""
        waiting = [self.submit(statements[at : at + portion]) for at in range(0, len(statements), portion)]
        for each in waiting:
            yield from each.result()


def _take(keys: Mapping[bytes, CoseKey]) -> None:
    global _keys  # noqa: PLW0603 - a worker process is made with its keys, and serves nobody else
    _keys = keys


def _verified(statements: Iterable[bytes]) -> list[bytes | Refused]:
    return [_entry(each, _keys) for each in statements]


def _entry(data: bytes, keys: Mapping[bytes, CoseKey]) -> bytes | Refused:
    try:
        message = parse_statement(data).message
        key = keys.get(message.kid or b"")
        if key is None:
            return Refused("statement.key_unknown", "the statement is by a key that is not known", "Register the key.")
        verify_sign1(message, key)
    except PlimsollError as error:
        return Refused(error.code, error.what, error.fix)
    return message.bare()
