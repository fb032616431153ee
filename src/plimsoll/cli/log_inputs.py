"""What the commands about logs are given: keys, places, ages and instants, each refused with its own code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.ledger.log.signed_size import FileLastSigned
    from plimsoll.ledger.notes.note_keys import VerifierKey
    from plimsoll.ledger.notes.policy import Policy
    from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource, Source

PUBLIC = "public"
"""The folder of a log that everybody may see."""
KEYS = "keys"
"""The folder of a log or witness that nobody else may see."""
ELSEWHERE = "last-signed.path"
"""Says where a log keeps its last-signed size, if not in its folder."""
MOST_KEY_BYTES = 1 << 16
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LONGEST = 100 * 366 * 86_400


def plural(number: int, one: str, several: str) -> str:
    """``1 entry``, ``12,345 entries``."""
    return f"{number:,} {one if number == 1 else several}"


def is_url(place: str) -> bool:
    """Whether a place is an address and no folder."""
    return place.startswith(("http://", "https://"))


def seconds(text: str) -> int:
    """``90s``, ``15m``, ``24h``, ``7d`` or plain seconds, in seconds. Raises ``log.age``."""
    match = re.fullmatch(r"([0-9]{1,10})([smhd]?)", text)
    length = int(match[1]) * _UNITS[match[2] or "s"] if match else 0
    if not 0 < length <= _LONGEST:
        raise PlimsollError("log.age", f'"{text}" is no age', fix="Write a number and a unit: 90s, 15m, 24h or 7d.")
    return length


def instant(text: str | None) -> int:
    """POSIX seconds of an ISO 8601 instant with its zone, or of now. Raises ``log.instant``."""
    from datetime import datetime

    from plimsoll.kernel.clock import SystemClock

    if text is None:
        return int(SystemClock().now().timestamp())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PlimsollError(
            "log.instant", f'"{text}" is no instant', fix="Write date, time and zone: 2026-11-21T12:00:00Z."
        )
    return int(moment.timestamp())


def bounded(path: Path, most: int, what: str) -> bytes:
    """The bytes of a file. Raises ``log.too_large`` beyond `most` bytes; `what` says what the file was to be."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise PlimsollError(
            "log.too_large",
            f"the file has more than {most:,} bytes, and no {what} is so large",
            fix=f"Name the file of the {what}.",
            where=Where(str(path)),
        )
    return data


def verifier_keys(given: list[str] | None) -> list[VerifierKey]:
    """Verifier keys, each written out or named by a file that has one on each line (``#`` begins a comment)."""
    from plimsoll.ledger.notes.note_keys import parse_vkey

    keys = []
    for text in given or ():
        path = Path(text)
        if "+" in text and not path.is_file():
            keys.append(parse_vkey(text))
            continue
        lines = bounded(path, MOST_KEY_BYTES, "verifier key").decode("utf-8", "replace").splitlines()
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                try:
                    keys.append(parse_vkey(line.strip()))
                except PlimsollError as problem:
                    raise problem.at(Where(str(path), line=number)) from None
    return keys


def trusted(policy: Path | None, given: list[str] | None) -> Policy:
    """The policy in a file, or that of a few logs by their keys alone; nobody is trusted where neither is given."""
    from plimsoll.ledger.notes.policy import MAX_POLICY_BYTES, Policy, parse_policy

    if policy is None:
        return Policy.trusting(verifier_keys(given))
    if given:
        raise PlimsollError("log.two_policies", "a policy and keys are given", fix="Keep --policy or --log-key.")
    try:
        return parse_policy(bounded(policy, MAX_POLICY_BYTES, "policy"))
    except PlimsollError as problem:
        raise problem.at(Where(str(policy))) from None


@contextmanager
def reading(place: str) -> Iterator[FolderSource | HttpSource]:
    """Where a log's files are read from: an address, a mirror's folder, or the public part of a log's own folder."""
    from plimsoll.ledger.tree.tile_source import FolderSource, HttpSource

    if is_url(place):
        with HttpSource(place) as source:
            yield source
        return
    folder = Path(place)
    if not folder.is_dir():
        raise PlimsollError(
            "log.absent", "there is no such folder", fix="Name a log's folder, or its address.", where=Where(place)
        )
    yield FolderSource(folder / PUBLIC if (folder / "log.json").is_file() else folder)


def lock_of(folder: Path) -> FileLastSigned:
    """The last-signed size of the log in a folder: in the folder, or where ``last-signed.path`` in it says."""
    from plimsoll.ledger.log.signed_size import FileLastSigned

    elsewhere = folder / ELSEWHERE
    if elsewhere.is_file():
        return FileLastSigned(bounded(elsewhere, 4_096, "path").decode("utf-8", "surrogateescape").rstrip("\n"))
    return FileLastSigned(folder / "last-signed")


def published_at(place: str) -> bytes:
    """The checkpoint that is published at a place. Raises ``log.unpublished``."""
    with reading(place) as source:
        return published(source, place)


def published(source: Source, place: str) -> bytes:
    """The checkpoint that `source` has, which reads `place`. Raises ``log.unpublished``."""
    data = source.get("checkpoint")
    if data is None:
        raise PlimsollError(
            "log.unpublished", "there is no checkpoint here", fix="Name a log's folder or address.", where=Where(place)
        )
    return data
