"""Whose log is this? The keys that are given, or kept beside it, or, the first time, those that it names itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.cli.console import note
from plimsoll.cli.log_inputs import is_url, published, verifier_keys
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.ledger.notes.note_keys import VerifierKey
    from plimsoll.ledger.tree.tile_source import Source

KEPT = "mirror.vkeys"
"""The log's verifier keys beside a copy of it, one a line."""
_GENESIS = b"plimsoll/genesis/v1\n"


def keys_for(
    place: str, source: Source, given: list[str] | None, *, held: Path | None = None, learn: bool = True
) -> list[VerifierKey]:
    """The keys under which a log is read.

    Args:
        place: the log's folder or address; `source` reads it.
        source: not trusted.
        given: keys on the command line, which decide alone.
        held: a folder in which keys were kept before.
        learn: without any, take those that the log's first entry names, and say so.

    Raises:
        PlimsollError: ``log.no_keys`` where `learn` finds none.
    """
    from plimsoll.ledger.log.log import Log

    kept = [folder / KEPT for folder in (held, None if is_url(place) else Path(place)) if folder is not None]
    known = [key for path in kept if path.is_file() for key in verifier_keys([str(path)])]
    if given:
        return verifier_keys(given)
    if known:
        return known
    if not is_url(place) and (Path(place) / "log.json").is_file():
        log = Log.open(place)
        try:
            return list(log.vkeys)
        finally:
            log.close()
    return _learnt(place, source) if learn else []


def remember_keys(folder: Path, keys: list[VerifierKey]) -> None:
    """Keeps the keys beside a copy, for the next time."""
    (folder / KEPT).write_text("".join(f"{key.text}\n" for key in keys))


def _learnt(place: str, source: Source) -> list[VerifierKey]:
    from plimsoll.ledger.notes.checkpoint import read_checkpoint
    from plimsoll.ledger.notes.note_keys import parse_vkey
    from plimsoll.ledger.tree.tile_reader import TileReader

    checkpoint, _ = read_checkpoint(published(source, place))
    first = TileReader(source, checkpoint.size, checkpoint.root).entry(0) if checkpoint.size else b""
    lines = first.removeprefix(_GENESIS).decode("utf-8", "replace").split("\n")
    if not first.startswith(_GENESIS) or lines[0] != checkpoint.origin:
        raise PlimsollError(
            "log.no_keys",
            f"nothing says which keys sign for {checkpoint.origin}",
            fix="Ask its operator for the verifier keys and name them with --log-key.",
            where=Where(place),
        )
    keys = [parse_vkey(line) for line in lines[1:] if line]
    names = ", ".join(f"{key.name}+{key.id.hex()}" for key in keys)
    note(f"note: first contact: the log itself names its keys as {names}")
    note("  Compare them with what its operator publishes elsewhere, or name the right ones with --log-key.")
    return keys
