"""`plimsoll log mirror | fsck`: holding a copy of somebody's log, and checking one to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import Advance, note, progress, say, show_json, show_table
from plimsoll.cli.log_inputs import PUBLIC, bounded, instant, is_url, lock_of, plural, reading
from plimsoll.cli.log_trust import keys_for, remember_keys
from plimsoll.cli.log_verify import LogKeys
from plimsoll.cli.options import Json
from plimsoll.kernel.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.ledger.notes.checkpoint_text import Checkpoint
    from plimsoll.ledger.notes.note_keys import VerifierKey
    from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource, Source
    from plimsoll.ledger.watch.fsck import Problem

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]
_LISTED = 200


def mirror(
    url: Annotated[str, typer.Argument(metavar="URL", help="The log's address, or a folder.", show_default=False)],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The copy; may be served as it is.", show_default=False)
    ],
    *,
    log_key: LogKeys = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="A mirror's key, to cosign what is held; may be repeated."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Copy a log, verify every entry of it, and then cosign what is held. Run it again to go on.

    Exit code 1 if the log was rolled back, has forked, or serves what it never logged.
    """
    from plimsoll.ledger.keys.signers import FileKey
    from plimsoll.ledger.watch.mirror import pull

    signers = [FileKey.load(path) for path in key or ()]
    try:
        with reading(url) as source, progress("copying", quiet=quiet) as advance:
            keys = keys_for(url, source, log_key, held=folder)
            pulled = pull(_told(source, advance), folder, keys, signers, instant(None))
    except PlimsollError as problem:
        if not problem.code.startswith(("mirror.rollback", "mirror.fork", "tile.", "bundle.", "note.signature")):
            raise
        note(f"error: {problem}")
        raise typer.Exit(1) from None
    remember_keys(folder, keys)
    new = pulled.checkpoint.size - pulled.before
    if as_json:
        show_json(
            {
                "origin": pulled.checkpoint.origin,
                "size": pulled.checkpoint.size,
                "new": new,
                "root": pulled.checkpoint.root.hex(),
                "cosigned": bool(signers),
            }
        )
    elif not quiet:
        entries = plural(pulled.checkpoint.size, "entry", "entries")
        say(f"{folder}: {entries} of {pulled.checkpoint.origin}, {new:,} of them new; all verified")
        if not signers:
            note("note: nothing was cosigned; name the mirror's own key with --key")


def fsck(
    place: Annotated[str, typer.Argument(metavar="DIR|URL", help="A log or a mirror.", show_default=False)],
    *,
    log_key: LogKeys = None,
    known: Annotated[
        Path | None, typer.Option("--known", metavar="FILE", help="A checkpoint of before; the log must begin with it.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a log or a mirror from its checkpoint to every bit of every entry. Exit code 1 if anything is wrong."""
    from plimsoll.ledger.watch.fsck import check

    with reading(place) as source, progress("checking", quiet=quiet) as advance:
        keys = keys_for(place, source, log_key, learn=False)
        before = _known(place, known, keys, source)
        problems = list(check(_told(source, advance), keys, known=before))
        checked = _size(source)
    if as_json:
        rows = [{"code": each.code, "path": each.path, "detail": each.detail} for each in problems]
        show_json({"ok": not problems, "size": checked, "signed_by_log": bool(keys), "problems": rows})
    else:
        _show(place, problems, checked, quiet=quiet)
    if not keys:
        note("note: whose checkpoint this is was not checked; name the log's keys with --log-key")
    if problems:
        raise typer.Exit(1)


def _show(place: str, problems: list[Problem], checked: int, *, quiet: bool) -> None:
    if problems:
        show_table(("problem", "file", "what"), [(each.code, each.path, each.detail) for each in problems[:_LISTED]])
    if len(problems) > _LISTED:
        note(f"note: the first {_LISTED} of {len(problems):,} problems are shown; --json has all")
    if not quiet:
        found = "whole, every bit" if not problems else plural(len(problems), "problem", "problems")
        say(f"{place}: {plural(checked, 'entry', 'entries')}: {found}")


def _known(place: str, given: Path | None, keys: list[VerifierKey], source: Source) -> Checkpoint | None:
    """The checkpoint with which a log must begin: the one that is given, or what its own last-signed file says."""
    from plimsoll.ledger.notes.checkpoint import open_checkpoint, read_checkpoint
    from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES

    if given is not None:
        data = bounded(given, MAX_NOTE_BYTES, "checkpoint")
        return open_checkpoint(data, keys)[0] if keys else read_checkpoint(data)[0]
    if is_url(place) or not (Path(place) / PUBLIC).is_dir():
        return None
    return _last_signed(Path(place), source)


def _last_signed(folder: Path, source: Source) -> Checkpoint | None:
    import time

    from plimsoll.ledger.notes.checkpoint import Checkpoint

    signed = lock_of(folder).read()
    if signed is None:
        return None
    # A sequencer at work has its next size written before it publishes it; that takes a batch's time.
    deadline = time.monotonic() + 3.0
    while _size(source) < signed.size and time.monotonic() < deadline:
        time.sleep(0.05)
    return Checkpoint(signed.origin, signed.size, signed.root)


def _size(source: Source) -> int:
    from plimsoll.ledger.notes.checkpoint import read_checkpoint

    try:
        data = source.get("checkpoint")
        return 0 if data is None else read_checkpoint(data)[0].size
    except PlimsollError:
        return 0


def _told(source: FolderSource | HttpSource, advance: Advance) -> Source:
    """The same source, each file of which moves the progress bar."""
    return _ToldFolder(source, advance) if hasattr(source, "paths") else _Told(source, advance)


class _Told:
    def __init__(self, source: FolderSource | HttpSource, advance: Advance) -> None:
        self._source, self._advance = source, advance
        self._files = max(1, 2 * (_size(source) // 256 + 1))
        self._read = 0

    def get(self, path: str) -> bytes | None:
        self._read += 1
        self._advance(min(self._read / self._files, 0.99), path)
        return self._source.get(path)


class _ToldFolder(_Told):
    def paths(self) -> Iterator[str]:
        assert hasattr(self._source, "paths"), "only a folder can be listed"
        return self._source.paths()
