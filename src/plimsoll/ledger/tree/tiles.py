"""Tiles and entry bundles: how the tree and its entries lie in files that never change (C2SP tlog-tiles v0.1.0).

A tile of level L holds up to 256 hashes, each the root of a full subtree of 256**L leaves; a bundle holds up to 256
entries, each after its length. A file that is not full yet carries its width in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.tree.merkle import HASH_BYTES

TILE = 256
"""Hashes in a full tile, entries in a full bundle."""
MAX_ENTRY = 65_535
"""Bytes of the largest entry: its length is written in two bytes."""
MAX_LEVEL = 63
MAX_TILE_BYTES = TILE * HASH_BYTES
MAX_BUNDLE_BYTES = TILE * (2 + MAX_ENTRY)

_NUMBER = r"(?:x\d{3}/)*\d{3}"
_PATH = re.compile(rf"tile/(entries|0|[1-9]\d?)/({_NUMBER})(?:\.p/([1-9]\d{{0,2}}))?", re.ASCII)
_MAX_PATH_LENGTH = 60


@dataclass(frozen=True, slots=True)
class TileName:
    """What a path says: a tile of hashes, or a bundle of entries where `level` is None."""

    level: int | None
    number: int
    width: int = TILE

    @property
    def path(self) -> str:
        """The path below the log's prefix."""
        return (
            bundle_path(self.number, self.width)
            if self.level is None
            else tile_path(self.level, self.number, self.width)
        )

    @property
    def full(self) -> TileName:
        """The same place with all 256 of its hashes or entries."""
        return TileName(self.level, self.number)


def tile_path(level: int, number: int, width: int = TILE) -> str:
    """The path of a tile: ``tile/0/x001/x234/067`` or, while it is not full, ``tile/0/x001/x234/067.p/12``.

    Raises:
        PlimsollError: ``tile.name`` for a level beyond 63, a negative number, or a width that is not 1 to 256.
    """
    if not 0 <= level <= MAX_LEVEL:
        raise _bad_name(f"there is no tile level {level}")
    return f"tile/{level}/{_number_path(number, width)}"


def bundle_path(number: int, width: int = TILE) -> str:
    """The path of an entry bundle: the path of the level-0 tile with ``entries`` for the level.

    Raises:
        PlimsollError: ``tile.name`` for a negative number, or a width that is not 1 to 256.
    """
    return f"tile/entries/{_number_path(number, width)}"


def parse_path(path: str) -> TileName | None:
    """What a path names, or None if no tile or bundle is ever called so: every one has exactly one path."""
    match = _PATH.fullmatch(path) if len(path) <= _MAX_PATH_LENGTH else None
    if match is None:
        return None
    kind, digits, width = match.groups()
    name = TileName(
        None if kind == "entries" else int(kind), int(digits.replace("x", "").replace("/", "")), int(width or TILE)
    )
    # Leading groups of zeros and widths of 256 would be second names of the same thing.
    in_range = (name.level or 0) <= MAX_LEVEL and name.width <= TILE
    return name if in_range and name.path == path else None


def partial_width(level: int, size: int) -> int:
    """How many hashes the last, not yet full tile of a level holds at a log size; 0 if there is none."""
    return (size >> 8 * level) % TILE


def tiles_of(size: int, since: int = 0) -> Iterator[tuple[int, int, int]]:
    """Every tile of a log of that size as (level, number, width), level by level, from the left.

    With `since`, only those that a log of that earlier size does not have.
    """
    for level in range(levels_of(size)):
        yield from ((level, number, width) for number, width in _places(size >> 8 * level, since >> 8 * level))


def bundles_of(size: int, since: int = 0) -> Iterator[tuple[int, int]]:
    """Every entry bundle of a log of that size as (number, width), from the left; `since` as for `tiles_of`."""
    return _places(size, since)


def _places(end: int, start: int) -> Iterator[tuple[int, int]]:
    for number in range(start // TILE, end // TILE):
        yield number, TILE
    if end % TILE and start < end:
        yield end // TILE, end % TILE


def levels_of(size: int) -> int:
    """How many levels of tiles a log of that size has."""
    return (size.bit_length() + 7) // 8


def split_hashes(data: bytes, width: int) -> list[bytes]:
    """The hashes in a tile.

    Raises:
        PlimsollError: ``tile.length`` if the tile has not exactly `width` hashes.
    """
    if len(data) != width * HASH_BYTES:
        raise PlimsollError(
            "tile.length",
            f"a tile of {width} hashes has {len(data)} bytes, not {width * HASH_BYTES}",
            fix="Fetch the tile again; if it stays so, the log or its copy is damaged.",
        )
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """The bytes of a bundle: each entry after its length in two bytes, the higher one first.

    Raises:
        PlimsollError: ``entry.too_large`` for an entry over 65,535 bytes, ``bundle.width`` unless there are 1 to 256.
    """
    if not 1 <= len(entries) <= TILE:
        raise PlimsollError(
            "bundle.width", f"a bundle holds 1 to {TILE} entries, not {len(entries)}", fix="Cut the entries at 256."
        )
    parts = []
    for row, entry in enumerate(entries, 1):
        if len(entry) > MAX_ENTRY:
            raise entry_too_large(len(entry)).at(Where(row=row))
        parts.append(len(entry).to_bytes(2, "big"))
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes, expected: int) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        PlimsollError: ``bundle.malformed`` if these bytes are not exactly `expected` entries with their lengths.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end and len(entries) < expected:
        begin = at + 2
        at = begin + (data[at] << 8 | data[at + 1]) if begin <= end else end + 1
        entries.append(data[begin:at])
    if at != end or len(entries) != expected:
        raise PlimsollError(
            "bundle.malformed",
            f"an entry bundle of {end} bytes does not hold {expected} entries and nothing else",
            fix="Fetch the bundle again; if it stays so, the log or its copy is damaged.",
        )
    return entries


def entry_too_large(size: int) -> PlimsollError:
    """The refusal of an entry that no bundle can hold."""
    return PlimsollError(
        "entry.too_large",
        f"an entry has {size:,} bytes; a log takes at most {MAX_ENTRY:,}",
        fix="Log the hash of the document (a hash envelope) and keep the document beside the log.",
    )


def _number_path(number: int, width: int) -> str:
    if number < 0:
        raise _bad_name(f"there is no tile number {number}")
    if not 1 <= width <= TILE:
        raise _bad_name(f"a tile has 1 to {TILE} hashes, not {width}")
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    cuts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in cuts[:-1]), cuts[-1]])
    return path if width == TILE else f"{path}.p/{width}"


def _bad_name(what: str) -> PlimsollError:
    return PlimsollError(
        "tile.name", what, fix="Ask only for tiles of the log's size; section 3.4 of tlog-tiles has them."
    )
