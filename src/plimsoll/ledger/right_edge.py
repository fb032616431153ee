"""The right edge of the tiles: the last, not yet full tile of every level, from which a log goes on.

It is all that a sequencer must keep of a tree of any size: at most 255 hashes a level, and from them come the next
tiles and the root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.merkle import HASH_BYTES, Frontier, root_of
from plimsoll.ledger.tiles import MAX_TILE_BYTES, TILE, levels_of, partial_width, split_hashes


@dataclass(frozen=True, slots=True)
class NewTile:
    """A tile to write: its level, its number, how many hashes it holds, and its bytes."""

    level: int
    number: int
    width: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RightEdge:
    """The partial tiles of a tree of `size` leaves: `partials[level]` are the bytes of the last tile, empty if none."""

    size: int = 0
    partials: tuple[bytes, ...] = ()

    def extended(self, leaves: Sequence[bytes]) -> tuple[RightEdge, list[NewTile]]:
        """The edge after more leaf hashes, and every tile that is new at that size, lowest level first."""
        tiles: list[NewTile] = []
        partials: list[bytes] = []
        coming = list(leaves)
        level = 0
        while coming or level < len(self.partials):
            before = self.partials[level] if level < len(self.partials) else b""
            hashes = before + b"".join(coming)
            number = self.size >> 8 * (level + 1)
            above: list[bytes] = []
            while len(hashes) >= MAX_TILE_BYTES:
                full, hashes = hashes[:MAX_TILE_BYTES], hashes[MAX_TILE_BYTES:]
                tiles.append(NewTile(level, number, TILE, full))
                above.append(root_of(split_hashes(full, TILE)))
                number += 1
            if coming and hashes:
                tiles.append(NewTile(level, number, len(hashes) // HASH_BYTES, hashes))
            partials.append(hashes)
            coming, level = above, level + 1
        return RightEdge(self.size + len(leaves), tuple(partials)), tiles

    def root(self) -> bytes:
        """The root hash of the tree."""
        return Frontier(self.size, self._full_subtrees()).root()

    def _full_subtrees(self) -> list[bytes]:
        found = []
        for partial in reversed(self.partials):
            hashes = split_hashes(partial, len(partial) // HASH_BYTES)
            at = 0
            for bit in reversed(range(8)):
                if len(hashes) >> bit & 1:
                    found.append(root_of(hashes[at : at + (1 << bit)]))
                    at += 1 << bit
        return found

    def encode(self) -> bytes:
        """The hashes of all partial tiles, lowest level first; their widths follow from the size."""
        return b"".join(self.partials)

    @classmethod
    def decode(cls, size: int, data: bytes) -> RightEdge:
        """Reads what `encode` gave for a tree of `size` leaves.

        Raises:
            PlimsollError: ``log.state_damaged`` if the length is not that of such an edge.
        """
        partials, at = [], 0
        for level in range(levels_of(size)):
            end = at + partial_width(level, size) * HASH_BYTES
            partials.append(data[at:end])
            at = end
        if at != len(data):
            raise damaged(size)
        return cls(size, tuple(partials))


def damaged(size: int) -> PlimsollError:
    """The refusal to go on from a state whose hashes do not belong together."""
    return PlimsollError(
        "log.state_damaged",
        f"The hashes that the database keeps for size {size:,} do not give the root that it keeps.",
        fix="Rebuild the database from the tiles.",
    )
