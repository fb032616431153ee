"""Where a log or a mirror keeps its files: on a local disk, or in an object store that knows conditional creation.

Tiles and bundles are written once. Writing the same bytes again is fine, which makes an interrupted batch repeatable;
other bytes under an existing path are refused, since one of the two must be wrong. Only the checkpoint changes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.tile_source import CHECKPOINT, NEW_FILES, FolderSource, limit_of

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class TileStore(Protocol):
    """Keeps the files of one log. `tile_source.Source` is its reading half."""

    def put_if_absent(self, path: str, data: bytes) -> None:
        """Stores a tile or bundle.

        Raises:
            PlimsollError: ``store.conflict`` if other bytes are there, ``store.full``, ``store.failed``.
        """
        ...

    def get(self, path: str) -> bytes | None:
        """The bytes at a path, or None."""
        ...

    def put_checkpoint(self, data: bytes) -> None:
        """Replaces the checkpoint; all that was stored before is durable first.

        Raises:
            PlimsollError: ``store.full``, ``store.failed``.
        """
        ...

    def get_checkpoint(self) -> bytes | None:
        """The checkpoint, or None in an empty store."""
        ...

    def sync(self) -> None:
        """Makes the names of all that was stored so far durable; contents are before they get a name."""
        ...


class LocalTiles:
    """A log's files in a local folder, as a web server may serve them.

    A file is written under another name, made durable, and then linked to its path: what has a name is whole, whenever
    the machine stops. The names themselves become durable with `sync`, one folder once for a whole batch.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._files = FolderSource(folder)
        self._unsynced: set[str] = set()
        self._known: set[str] = set()
        self._token = os.urandom(8).hex()
        self._written = 0

    def put_if_absent(self, path: str, data: bytes) -> None:
        """See `TileStore`."""
        _require_size(path, data)
        target = f"{self.folder}/{path}"
        try:
            self._make_folder(os.path.dirname(target))  # noqa: PTH120 - a Path costs more than the rest here
            there = os.path.exists(target) or not self._create(target, data)  # noqa: PTH110
        except OSError as error:
            raise _failed(path, error) from error
        if there and self._files.get(path) != data:
            raise _conflict(path)
        self._unsynced.add(os.path.dirname(target))  # noqa: PTH120

    def get(self, path: str) -> bytes | None:
        """See `tile_source.FolderSource.get`."""
        return self._files.get(path)

    def paths(self) -> Iterator[str]:
        """Every file of the store by its path."""
        return self._files.paths()

    def put_checkpoint(self, data: bytes) -> None:
        """See `TileStore`."""
        self.replace(CHECKPOINT, data)

    def replace(self, name: str, data: bytes) -> None:
        """Replaces a small file beside the tiles at one stroke; all that was stored before is durable first."""
        self.sync()
        try:
            self._make_folder(str(self.folder))
            Path(self._write(data)).replace(self.folder / name)
            _sync_folder(str(self.folder))
        except OSError as error:
            raise _failed(name, error) from error

    def get_checkpoint(self) -> bytes | None:
        """See `TileStore`."""
        return self._files.get(CHECKPOINT)

    def sync(self) -> None:
        """See `TileStore`."""
        try:
            for folder in sorted(self._unsynced):
                _sync_folder(folder)
        except OSError as error:
            raise _failed("a folder", error) from error
        self._unsynced.clear()

    def clear_unfinished(self) -> None:
        """Removes what an interrupted writer left without a name. Only for who knows that nobody else writes here."""
        try:
            for path in sorted((self.folder / NEW_FILES).glob("*")):
                path.unlink()
        except OSError as error:
            raise _failed(NEW_FILES, error) from error

    def _create(self, target: str, data: bytes) -> bool:
        """Whether the file is now there by our hand: False if somebody else was faster."""
        fresh = self._write(data)
        try:
            os.link(fresh, target)
        except FileExistsError:
            return False
        finally:
            os.unlink(fresh)  # noqa: PTH108
        return True

    def _write(self, data: bytes) -> str:
        self._written += 1
        fresh = f"{self.folder}/{NEW_FILES}/{self._token}-{self._written}"
        self._make_folder(f"{self.folder}/{NEW_FILES}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        except OSError:
            os.unlink(fresh)  # noqa: PTH108
            raise
        finally:
            os.close(handle)
        return fresh

    def _make_folder(self, folder: str) -> None:
        if folder in self._known:
            return
        missing = []
        at = Path(folder)
        while not at.is_dir():
            missing.append(at)
            at = at.parent
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            self._unsynced.add(str(each.parent))
        self._known.add(folder)


class ObjectTiles:
    """A log's files in an object store (S3, GCS, Azure, or a folder), through obstore and its conditional creation."""

    def __init__(self, where: str | ObjectStore) -> None:
        """Takes a URL such as ``s3://bucket/prefix``, or a store that was opened already.

        Raises:
            PlimsollError: ``store.failed`` if the address cannot be used or the extra ``objects`` is not installed.
        """
        try:
            from obstore import store
        except ImportError as error:
            raise PlimsollError(
                "store.failed", "object stores need the package obstore", fix="Install plimsoll[objects]."
            ) from error
        try:
            self._store: ObjectStore = store.from_url(where) if isinstance(where, str) else where
        except Exception as error:
            raise _failed("the store", error) from error

    def put_if_absent(self, path: str, data: bytes) -> None:
        """See `TileStore`."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        _require_size(path, data)
        try:
            obstore.put(self._store, path, data, mode="create", use_multipart=False)
        except AlreadyExistsError:
            if self.get(path) != data:
                raise _conflict(path) from None
        except Exception as error:
            raise _failed(path, error) from error

    def get(self, path: str) -> bytes | None:
        """See `TileStore`.

        Raises:
            PlimsollError: ``source.path``, ``source.too_large``, ``store.failed``.
        """
        import obstore

        limit = limit_of(path)
        try:
            found = obstore.get(self._store, path)
            if found.meta["size"] <= limit:
                return bytes(found.bytes())
        except FileNotFoundError:
            return None
        except Exception as error:
            raise _failed(path, error) from error
        raise PlimsollError(
            "source.too_large", f"{path} has more than {limit:,} bytes", fix="No file of a log is that large."
        )

    def paths(self) -> Iterator[str]:
        """Every object of the store by its path."""
        import obstore

        try:
            for objects in obstore.list(self._store):
                yield from (each["path"] for each in objects)
        except Exception as error:
            raise _failed("the list of objects", error) from error

    def put_checkpoint(self, data: bytes) -> None:
        """See `TileStore`."""
        import obstore

        try:
            obstore.put(self._store, CHECKPOINT, data, use_multipart=False)
        except Exception as error:
            raise _failed(CHECKPOINT, error) from error

    def get_checkpoint(self) -> bytes | None:
        """See `TileStore`."""
        return self.get(CHECKPOINT)

    def sync(self) -> None:
        """Nothing to do: an object store answers when the object is durable."""


def _sync_folder(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require_size(path: str, data: bytes) -> None:
    if len(data) > limit_of(path):
        raise PlimsollError("store.too_large", f"{path} cannot have {len(data):,} bytes", fix="Cut the batch at tiles.")


def _conflict(path: str) -> PlimsollError:
    return PlimsollError(
        "store.conflict",
        f"{path} is there already with other bytes",
        fix="Stop: either this copy is damaged (run log fsck) or the log was forked; keep both versions as evidence.",
    )


def _failed(path: str, error: BaseException) -> PlimsollError:
    if isinstance(error, PlimsollError):
        return error
    if isinstance(error, OSError) and error.errno in _FULL:
        return PlimsollError(
            "store.full",
            f"{path} could not be written: {error.strerror}",
            fix="Make room and run it again: nothing was lost, and nothing half-written has a name.",
        )
    return PlimsollError(
        "store.failed",
        f"{path} could not be read or written: {_first_line(error)}",
        fix="Check the disk or the object store.",
    )


def _first_line(error: BaseException) -> str:
    # Object stores append a dump of their settings.
    return (str(error).splitlines() or [type(error).__name__])[0]
