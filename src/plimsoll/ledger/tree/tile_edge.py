"""The right edge of a tiled log: takes leaf hashes, gives the tiles that they fill, and knows the root.

It holds the hashes of the last, not yet full tile of each level: at most 255 of 32 bytes on each of 8 levels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, root_of
from plimsoll.ledger.tree.tiles import TILE, levels_of, partial_width, split_hashes, tile_path


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile with its hashes, full or not."""

    level: int
    number: int
    hashes: tuple[bytes, ...]

    @property
    def path(self) -> str:
        """Where it lies below the log's prefix."""
        return tile_path(self.level, self.number, len(self.hashes))

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return b"".join(self.hashes)


class TileEdge:
    """A log's right edge in tiles.

    Attributes:
        size: number of leaves.
    """

    __slots__ = ("_rows", "size")

    def __init__(self, size: int = 0, rows: Sequence[Sequence[bytes]] = ()) -> None:
        """Takes up at a size, from the hashes of the last, not yet full tile of each level, level 0 first.

        Raises:
            PlimsollError: ``tile.length`` if a log of that size has other widths there.
        """
        if [len(row) for row in rows] != [partial_width(level, size) for level in range(levels_of(size))]:
            raise PlimsollError(
                "tile.length",
                f"these are not the last tiles of a log of {size} entries",
                fix="Read the last tile of each level at exactly this size.",
            )
        self.size = size
        self._rows = [list(row) for row in rows]

    @property
    def rows(self) -> list[list[bytes]]:
        """The hashes of the last, not yet full tile of each level, level 0 first."""
        return self._rows

    @classmethod
    def read(cls, size: int, get: Callable[[str], bytes | None]) -> TileEdge:
        """The edge of a log of that size, from its partial tiles as they are. Compare `root` before you believe it.

        Raises:
            PlimsollError: ``tile.missing`` or ``tile.length``.
        """
        rows: list[list[bytes]] = []
        for level in range(levels_of(size)):
            width = partial_width(level, size)
            rows.append(_read_row(level, size, width, get) if width else [])
        return cls(size, rows)

    def extend(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Adds leaf hashes in order and gives the tiles that became full, lower levels first."""
        filled: list[Tile] = []
        level, before, coming = 0, self.size, list(leaves)
        self.size += len(coming)
        while coming:
            if level == len(self._rows):
                self._rows.append([])
            hashes = self._rows[level] + coming
            number = before // TILE
            coming = []
            for start in range(0, len(hashes) - TILE + 1, TILE):
                tile = Tile(level, number, tuple(hashes[start : start + TILE]))
                filled.append(tile)
                coming.append(root_of(tile.hashes))
                number += 1
            self._rows[level] = hashes[len(hashes) - len(hashes) % TILE :]
            level, before = level + 1, before // TILE
        return filled

    def partial_tiles(self) -> list[Tile]:
        """The tiles that are not full at this size, level 0 first."""
        return [Tile(level, self.size >> 8 * (level + 1), tuple(row)) for level, row in enumerate(self._rows) if row]

    def root(self) -> bytes:
        """The root of the log at this size."""
        below: bytes | None = None
        for row in self._rows:
            # What is not full below hangs to the right of this level's full subtrees, like one more of them.
            hashes = row if below is None else [*row, below]
            below = root_of(hashes) if hashes else None
        return EMPTY_ROOT if below is None else below


def _read_row(level: int, size: int, width: int, get: Callable[[str], bytes | None]) -> list[bytes]:
    number = size >> 8 * (level + 1)
    data = get(tile_path(level, number, width))
    if data is not None:
        return split_hashes(data, width)
    # A log may drop a partial tile once the tile is full; the full one begins with the same hashes.
    data = get(tile_path(level, number))
    if data is None:
        raise tile_missing(tile_path(level, number, width))
    return split_hashes(data, TILE)[:width]


def tile_missing(path: str) -> PlimsollError:
    """The refusal to go on without a tile or bundle that the log's size says must be there."""
    return PlimsollError(
        "tile.missing", f"{path} is not there", fix="Fetch it from the log or from another mirror; then run log fsck."
    )
