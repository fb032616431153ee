"""The lake's folder: which files it knows by their digest, and which of them were compared with each other.

    lock                                one run at a time
    index.json                          digests by path, size and times of change, so that they need not be computed
    compared.json                       sets of entries of which no two share use
    entries/<basis>/<key>/facts.json    one usage file: `entry.py`
    entries/<basis>/<key>/*.parquet     its tables: `tables.py`

A file counts as unchanged, and is not even hashed, while its size, its inode and both its times (last written, and last
changed in any way) are what they were. The second of these cannot be set back without setting the clock, so whoever
puts other bytes into a file and restores its date is noticed. Everything else is decided by the digest of the bytes.
Whoever can write into the lake can change what was found: it is trusted like the reports themselves.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from plimsoll.compute.engine import DUCKDB
from plimsoll.compute.lake.basis import LAYOUT, basis
from plimsoll.compute.lake.entry import Entry, file_digest, read
from plimsoll.compute.utilisation import PRIORS, Priors
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.compute.usage.delivery import KnownFile, UsageFile
    from plimsoll.compute.usage.detect import Found

_MARK = "plimsoll-lake.json"
_WRITING = "writing-"
_TICK_NS = 2 * 10**9
"""A file that changed so shortly before its digest was taken may change again within the same tick of its times."""


class Lake:
    """A lake that is open for one run. A `usage.delivery.Keeper`.

    Raises:
        PlimsollError: ``lake.not_a_lake``, ``lake.busy``, ``lake.unwritable``.
    """

    def __init__(
        self, folder: Path, priors: Priors = PRIORS, tell: Callable[[str], None] = lambda remark: None
    ) -> None:
        self.folder = folder
        self.priors = priors
        self._tell = tell
        self._basis = basis(priors)[:16]
        self._entries = folder / "entries" / self._basis
        self._found: dict[str, Entry] = {}
        self._digests: dict[str, str] = {}
        self._seen: dict[str, list[int]] = {}
        self._lock = self._opened()
        self._index: dict[str, list[Any]] = _json_or(folder / "index.json", {})
        compared: dict[str, list[list[str]]] = _json_or(folder / "compared.json", {})
        self._compared = [frozenset(keys) for keys in compared.get(self._basis, [])]

    def _opened(self) -> IO[str]:
        where = Where(str(self.folder))
        if self.folder.exists() and not (self.folder / _MARK).exists() and not _empty(self.folder):
            raise PlimsollError(
                "lake.not_a_lake", "this is no lake, and not an empty folder",
                fix="Name an empty folder, a new one, or a lake.", where=where,
            )  # fmt: skip
        try:
            self._entries.mkdir(parents=True, exist_ok=True)
            _write_whole(self.folder / _MARK, json.dumps({"layout": LAYOUT}))
            lock = (self.folder / "lock").open("w", encoding="utf-8")
        except OSError as problem:
            raise PlimsollError(
                "lake.unwritable", f"the lake cannot be written: {problem.strerror}",
                fix="Check its permissions and the space on the disk.", where=where,
            ) from None  # fmt: skip
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise PlimsollError(
                "lake.busy", "another run uses this lake", fix="Wait until it is done, or name another folder.",
                where=where,
            ) from None  # fmt: skip
        for left in self._entries.glob(f"{_WRITING}*"):
            shutil.rmtree(left, ignore_errors=True)
        return lock

    def __enter__(self) -> Lake:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def known(self, found: Found) -> KnownFile | None:
        """See `usage.delivery.Keeper`."""
        digest = self._digest(found.path)
        key = self._key(digest, found.provider, found.version)
        folder = self._entries / key
        if not folder.exists():
            return None
        try:
            entry = read(folder)
            if entry.file.digest != digest:
                raise ValueError("it is about another file")
        except ValueError as problem:
            self._tell(f"{folder}: damaged ({problem}); {found.path} is read again")
            return None
        self._found[key] = entry
        return entry.file

    def digest(self, found: Found) -> str:
        """See `usage.delivery.Keeper`."""
        return self._digest(found.path)

    def _digest(self, path: Path) -> str:
        """Of a file's bytes: computed, unless the file was not touched since it last was."""
        name = str(path.absolute())
        if name in self._digests:
            return self._digests[name]
        seen, kept = _signs(path), self._index.get(name)
        digest = kept[-1] if kept is not None and kept[:-1] == seen else f"sha256:{file_digest(path)}"
        self._index.pop(name, None)
        if max(seen[1:3]) < time.time_ns() - _TICK_NS:
            self._index[name] = [*seen, digest]
        self._digests[name], self._seen[name] = digest, seen
        return digest

    def refuse_changed(self, path: Path) -> None:
        """Refuses a file that was changed after its digest was taken: nobody knows which bytes were read.

        Raises:
            PlimsollError: ``lake.file_changed``.
        """
        if _signs(path) != self._seen.get(str(path.absolute())):
            raise PlimsollError(
                "lake.file_changed", "the file was changed while it was read", fix="Run again when it is complete.",
                where=Where(str(path)),
            )  # fmt: skip

    def _key(self, digest: str, provider: str | None, version: str) -> str:
        told = json.dumps([digest, provider, version])
        return hashlib.sha256(told.encode()).hexdigest()[:40]

    def key(self, file: UsageFile) -> str:
        """Under which the lake keeps the file."""
        return self._key(file.sha256, file.provider, file.format)

    def compared(self, one: UsageFile, other: UsageFile) -> bool:
        """See `usage.delivery.Keeper`."""
        pair = {self.key(one), self.key(other)}
        return any(pair <= keys for keys in self._compared)

    def all_compared(self, files: Sequence[UsageFile]) -> None:
        """See `usage.delivery.Keeper`."""
        keys = frozenset(self.key(file) for file in files)
        if not any(keys <= known for known in self._compared):
            self._compared = [known for known in self._compared if not known <= keys] + [keys]
            told = {self._basis: [sorted(known) for known in self._compared]}
            _write_whole(self.folder / "compared.json", json.dumps(told))
        _write_whole(self.folder / "index.json", json.dumps(self._index, sort_keys=True))

    def entry(self, file: UsageFile) -> Entry:
        """What is kept about a file that is `known`, or was written in this run."""
        return self._found[self.key(file)]

    def writing(self, file: UsageFile) -> Path:
        """A folder of its own in which the file's entry is made, before `put` gives it its place."""
        folder = self._entries / f"{_WRITING}{self.key(file)}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def put(self, file: UsageFile, made: Path) -> None:
        """Gives a finished entry its place, as a whole."""
        place = self._entries / self.key(file)
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
        self._found[self.key(file)] = read(place)


def refuse_unusable(folder: Path, given: Iterable[Path], engine: str) -> None:
    """Refuses a lake that stands in a folder of input, where it would be read as input, and one for another engine.

    Raises:
        PlimsollError: ``lake.inside_input``, ``lake.engine``.
    """
    if engine != DUCKDB:
        raise PlimsollError(
            "lake.engine", "a lake is kept by the embedded engine alone", fix="Leave out --lake, or --engine.",
            where=Where(str(folder)),
        )  # fmt: skip
    for path in given:
        if folder.resolve().is_relative_to(path.resolve()):
            raise PlimsollError(
                "lake.inside_input", f"the lake would stand in {path}, which is read as input",
                fix="Name a folder beside it.", where=Where(str(folder)),
            )  # fmt: skip


def _signs(path: Path) -> list[int]:
    """What changes when a file does: size, both times, inode and device."""
    now = path.stat()
    return [now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev]


def _empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _json_or(path: Path, fallback: Any) -> Any:
    """What the file holds; nothing, if it is not there or damaged: it is only a shortcut."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if type(found) is type(fallback):
            return found
    return fallback


def _write_whole(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
