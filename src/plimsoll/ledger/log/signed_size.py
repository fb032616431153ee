"""The last signed size: a second memory, kept apart from the database, of how far the log has gone.

A database restored from a backup has forgotten checkpoints that others hold; a log that went on from there would sign a
second history. So the size and root that are about to be signed are first written here, by a write that only succeeds
when the value is still the one that was read. Keep it where the backup of the database does not reach: another disk,
another machine, or a bucket.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from plimsoll.kernel.errors import PlimsollError

_HEAD = "plimsoll/last-signed/v1"
_MOST = 4_096  # bytes; an origin is a short line


@dataclass(frozen=True, slots=True)
class Signed:
    """The tree of `size` leaves and root hash `root`, which the log `origin` has signed or is about to sign."""

    origin: str
    size: int
    root: bytes

    def encode(self) -> bytes:
        """Four lines of text: format, origin, size, root in base64."""
        return f"{_HEAD}\n{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


class LastSigned(Protocol):
    """A store of one `Signed` with a conditional write."""

    def read(self) -> Signed | None:
        """What was written last, or nothing if nothing ever was. Raises `lock.malformed`."""

    def advance(self, before: Signed | None, after: Signed) -> None:
        """Writes `after`, durably, only if the store still holds `before`. Raises `log.lock_moved`."""


class FileLastSigned:
    """The store as a file of its own: replaced whole, under an advisory lock on a file beside it."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def read(self) -> Signed | None:
        try:
            with self.path.open("rb") as file:
                return decode(file.read(_MOST))
        except FileNotFoundError:
            return None

    def advance(self, before: Signed | None, after: Signed) -> None:
        with self._alone():
            if self.read() != before:
                raise moved(str(self.path))
            fresh = self.path.with_name(self.path.name + ".new")
            with fresh.open("wb") as file:
                file.write(after.encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


class ObjectLastSigned:
    """The store as one object of an S3-compatible bucket (an obstore store), written with If-Match or If-None-Match.

    The store must support conditional writes; one that does not answers with its own error and nothing is signed.
    """

    def __init__(self, store: Any, path: str = "last-signed") -> None:
        self._store = store
        self._path = path

    def read(self) -> Signed | None:
        return self._read()[0]

    def advance(self, before: Signed | None, after: Signed) -> None:
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        found, version = self._read()
        if found != before:
            raise moved(self._path)
        try:
            obstore.put(self._store, self._path, after.encode(), mode="create" if found is None else version)
        except (AlreadyExistsError, PreconditionError) as error:
            raise moved(self._path) from error

    def _read(self) -> tuple[Signed | None, Any]:
        import obstore

        try:
            answer = obstore.get(self._store, self._path)
        except FileNotFoundError:
            return None, None
        if answer.meta["size"] > _MOST:
            raise _malformed()
        # A store names the version of an object by one of the two; an empty condition would be no condition.
        version = {name: answer.meta.get(name) for name in ("e_tag", "version") if answer.meta.get(name)}
        if not version:
            raise PlimsollError(
                "lock.unconditional",
                "This object store names no versions, so it cannot write on a condition.",
                fix="Use a store with ETags (S3, GCS, Azure), or keep the last-signed size in a file.",
            )
        return decode(bytes(answer.bytes())), version


def decode(data: bytes) -> Signed:
    """Reads what `Signed.encode` wrote. Raises `lock.malformed`."""
    try:
        head, origin, size, root, end = data.decode().split("\n")
        signed = Signed(origin, int(size), base64.b64decode(root, validate=True))
    except (UnicodeDecodeError, ValueError, binascii.Error) as error:
        raise _malformed() from error
    if head != _HEAD or end or signed.encode() != data or signed.size < 0 or len(signed.root) != 32:
        raise _malformed()
    return signed


def moved(place: str) -> PlimsollError:
    """The refusal to advance from a value that is no longer there."""
    return PlimsollError(
        "log.lock_moved",
        f"The last-signed size in {place} was moved by another writer.",
        fix="Stop the other sequencer of this log; nothing was signed by this one.",
    )


def _malformed() -> PlimsollError:
    return PlimsollError(
        "lock.malformed",
        "The last-signed size cannot be read.",
        fix="Restore the file from the place it was kept; never write it by hand from the database.",
    )
