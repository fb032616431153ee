"""Checks a log, or a mirror of one, from its checkpoint down to every bit of every entry, and names what is wrong.

It reads each file once and holds one bundle and one tile of each level, so it runs on a log of any size, in a folder
or over HTTP. A folder is also searched for files that do not belong to the log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, runtime_checkable

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import open_checkpoint, read_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import VerifierKey
from plimsoll.ledger.notes.notes import SignedNote
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import CHECKPOINT, Source
from plimsoll.ledger.tree.tiles import TILE, TileName, parse_path
from plimsoll.ledger.watch.fsck_scan import Problem, Scan

__all__ = ["MOST_PROBLEMS", "Problem", "check"]

MOST_PROBLEMS = 10_000


@runtime_checkable
class _Listed(Protocol):
    def paths(self) -> Iterator[str]: ...


def check(
    source: Source,
    log_keys: Collection[VerifierKey] = (),
    *,
    known: Checkpoint | None = None,
    most: int = MOST_PROBLEMS,
) -> Iterator[Problem]:
    """Everything that is wrong with a log, each thing once; nothing if it is whole.

    Args:
        source: the log or the mirror, as a folder, a store or a URL.
        log_keys: keys of the log. Without any, the checkpoint's signatures are not looked at: then this says whether
            the files belong together and not whose they are.
        known: a checkpoint of the same log that was verified before; the log must still begin with it.
        most: after so many problems it stops: a checkpoint can claim any size.

    The codes: ``fsck.checkpoint`` (missing, malformed, or not signed by each of the log's keys), ``fsck.origin``,
    ``fsck.rollback`` (smaller than `known`), ``fsck.fork`` (does not begin with `known`), ``fsck.unproven`` (damage
    hides whether it does), ``fsck.missing``, ``fsck.unreadable``,
    ``fsck.length`` (a truncated tile), ``fsck.malformed`` (a bundle that is not entries with their lengths),
    ``fsck.tile`` and ``fsck.entry`` (hashes or entries that are not what was logged), ``fsck.root`` (the root cannot be
    reached from what is stored), ``fsck.partial`` (an older partial file that is no beginning of the newer one),
    ``fsck.ahead`` (a file beyond the checkpoint: an interrupted batch, or a checkpoint that was rolled back),
    ``fsck.superfluous`` (a file that no log has), ``fsck.stopped`` (there are more than `most` problems).
    """
    for number, problem in enumerate(_problems(source, log_keys, known)):
        if number == most:
            yield Problem("fsck.stopped", CHECKPOINT, f"stopped after {most:,} problems; there are more")
            return
        yield problem


def _problems(source: Source, log_keys: Collection[VerifierKey], known: Checkpoint | None) -> Iterator[Problem]:
    try:
        checkpoint, note = _checkpoint(source, log_keys)
    except PlimsollError as error:
        yield Problem("fsck.checkpoint", CHECKPOINT, error.what)
        return
    yield from _unsigned(checkpoint, note, log_keys)
    damaged = set()
    for problem in Scan(source, checkpoint.size, checkpoint.root).run():
        damaged.add(problem.path)
        yield problem
    if known is not None:
        yield from _against(source, checkpoint, known)
    if isinstance(source, _Listed):
        yield from _beside(source, source.paths(), checkpoint.size, damaged)


def _checkpoint(source: Source, log_keys: Collection[VerifierKey]) -> tuple[Checkpoint, SignedNote]:
    data = source.get(CHECKPOINT)
    if data is None:
        raise PlimsollError("fsck.checkpoint", "it is not there", fix="Give the folder or URL that has the checkpoint.")
    return open_checkpoint(data, log_keys) if log_keys else read_checkpoint(data)


def _unsigned(checkpoint: Checkpoint, note: SignedNote, log_keys: Collection[VerifierKey]) -> Iterator[Problem]:
    """Which of the log's keys has no line: one flipped bit in its name or id makes a line that of a stranger."""
    lines = {(line.name, line.key_id) for line in note.signatures}
    for key in log_keys:
        if key.name == checkpoint.origin and (key.name, key.id) not in lines:
            yield Problem("fsck.checkpoint", CHECKPOINT, f"the log's key {key.id.hex()} has not signed it, others have")


def _against(source: Source, checkpoint: Checkpoint, known: Checkpoint) -> Iterator[Problem]:
    if checkpoint.origin != known.origin:
        yield Problem("fsck.origin", CHECKPOINT, f"it is of {checkpoint.origin}, not of {known.origin}")
        return
    if checkpoint.size < known.size:
        yield Problem("fsck.rollback", CHECKPOINT, f"it has {checkpoint.size} entries; there were {known.size} before")
        return
    root: bytes | None = checkpoint.root
    if checkpoint.size > known.size:
        root = _root_at(source, checkpoint, known.size)
    if root is None:
        yield Problem(
            "fsck.unproven", CHECKPOINT, f"damage hides whether it begins with the {known.size} entries known"
        )
    elif root != known.root:
        yield Problem("fsck.fork", CHECKPOINT, f"it does not begin with the {known.size} entries known before")


def _root_at(source: Source, checkpoint: Checkpoint, size: int) -> bytes | None:
    try:
        return TileReader(source, checkpoint.size, checkpoint.root).range_root(0, size)
    except PlimsollError:
        return None


def _beside(source: Source, paths: Iterator[str], size: int, damaged: Collection[str]) -> Iterator[Problem]:
    for path in paths:
        if not path.startswith("tile/"):
            continue
        name = parse_path(path)
        if name is None:
            yield Problem("fsck.superfluous", path, "no log has a file with this name")
            continue
        current = _current(name, size)
        if current is None:
            detail = f"it goes beyond the {size} entries of the checkpoint"
            yield Problem("fsck.ahead", path, f"{detail}: an interrupted batch, or a checkpoint that was rolled back")
        elif current != name and current.path not in damaged and not _begins(source, name, current):
            yield Problem("fsck.partial", path, f"it is not the beginning of {current.path}")


def _current(name: TileName, size: int) -> TileName | None:
    """The file that has this one's content at the log's size, or None if it has more than the log."""
    hashes = size >> 8 * (name.level or 0)
    first = name.number * TILE
    if first + name.width > hashes:
        return None
    return TileName(name.level, name.number, min(TILE, hashes - first))


def _begins(source: Source, older: TileName, current: TileName) -> bool:
    try:
        part, whole = source.get(older.path), source.get(current.path) or source.get(current.full.path)
    except PlimsollError:
        return False
    if part is None or whole is None:
        return False
    end = _length(whole, older.width) if older.level is None else 32 * older.width
    return part == whole[:end]


def _length(bundle: bytes, entries: int) -> int:
    """Where the first so many entries of a bundle end."""
    at = 0
    for _ in range(entries):
        at += 2 + int.from_bytes(bundle[at : at + 2], "big")
    return at
