"""Reads a tiled log that nobody needs to trust: nothing is given out before it is checked against a root.

The last, not yet full tiles must fold to the root. A full tile must hash to what the tile above it says, and that one
has been checked in the same way. An entry must hash to its leaf in a checked tile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import leaf_hashes, rows_of
from plimsoll.ledger.tree.proofs import range_root
from plimsoll.ledger.tree.tile_edge import TileEdge, tile_missing
from plimsoll.ledger.tree.tile_source import Source
from plimsoll.ledger.tree.tiles import (
    TILE,
    bundle_path,
    decode_bundle,
    encode_bundle,
    partial_width,
    split_hashes,
    tile_path,
)

_TILE_ROWS = 8

Rows = Sequence[Sequence[bytes]]
"""A tile's hashes and the nodes above them inside the tile, as `merkle.rows_of` gives them."""


class TileReader:
    """A log of known size and root, read from a source.

    Attributes:
        size: number of entries.
        root: the root at that size, from a verified checkpoint.

    It keeps at most `keep` full tiles with their nodes in memory (some 40 kB each) and one bundle.
    """

    def __init__(self, source: Source, size: int, root: bytes, *, keep: int = 256) -> None:
        self.size = size
        self.root = root
        self._source = source
        self._keep = max(keep, _TILE_ROWS)
        self._edge_rows: list[Rows] | None = None
        self._full: OrderedDict[tuple[int, int], Rows] = OrderedDict()
        self._bundle: tuple[int, bytes, list[bytes]] = (-1, b"", [])

    def hash_at(self, row: int, index: int) -> bytes:
        """The hash of the full subtree of 2**row leaves that starts at leaf index * 2**row: a `proofs.HashAt`.

        Raises:
            PlimsollError: ``tile.beyond`` if the log has no such subtree; the codes of `tile`.
        """
        if row < 0 or index < 0 or (index + 1) << row > self.size:
            raise _beyond(f"subtree {index} of 2**{row} entries", self.size)
        level, row_in_tile = divmod(row, _TILE_ROWS)
        number, position = divmod(index << row_in_tile, TILE)
        return self._rows(level, number)[row_in_tile][position >> row_in_tile]

    def tile(self, level: int, number: int) -> Sequence[bytes]:
        """The hashes of a tile, as many as it has at this log's size.

        Raises:
            PlimsollError: ``tile.beyond`` if the log has no such tile, ``tile.missing``, ``tile.length``, ``tile.hash``
                if it does not belong to the root; the codes of the source.
        """
        return self._rows(level, number)[0]

    def edge(self) -> TileEdge:
        """The log's right edge, to append to or to fold."""
        rows = self._edge()
        return TileEdge(self.size, [each[0] for each in rows])

    def range_root(self, start: int, end: int) -> bytes:
        """The root over entries start to end - 1 of a valid subtree; from 0, the log's root at size `end`."""
        return range_root(start, end, self.hash_at)

    def bundle(self, number: int) -> list[bytes]:
        """The entries of a bundle, as many as it has at this log's size.

        Raises:
            PlimsollError: ``bundle.malformed``, ``bundle.hash`` if an entry is not the one that was logged; the codes
                of `tile`.
        """
        return self._verified(number)[1]

    def bundle_bytes(self, number: int) -> bytes:
        """The bytes of a bundle with exactly these entries, as a mirror stores them; raises as `bundle`."""
        return self._verified(number)[0]

    def entry(self, index: int) -> bytes:
        """One entry.

        Raises:
            PlimsollError: ``tile.beyond`` if the log has no such entry; the codes of `bundle`.
        """
        if not 0 <= index < self.size:
            raise _beyond(f"entry {index}", self.size)
        return self.bundle(index // TILE)[index % TILE]

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """The entries start to end - 1, one bundle in memory at a time.

        Raises:
            PlimsollError: ``tile.beyond`` if the log does not have all of them; the codes of `bundle`.
        """
        if not 0 <= start <= end <= self.size:
            raise _beyond(f"entry {end - 1}", self.size)
        while start < end:
            number, first = divmod(start, TILE)
            past = min(TILE, end - number * TILE)
            yield from self.bundle(number)[first:past]
            start = number * TILE + past

    def _rows(self, level: int, number: int) -> Rows:
        kept = self._full.get((level, number))
        if kept is not None:
            self._full.move_to_end((level, number))
            return kept
        last = self.size >> _TILE_ROWS * (level + 1)
        if level < 0 or number < 0 or number > last or (number == last and not partial_width(level, self.size)):
            raise _beyond(f"tile {number} of level {level}", self.size)
        if number == last:
            return self._edge()[level]
        rows = self._read_full(level, number)
        self._full[level, number] = rows
        if len(self._full) > self._keep:
            self._full.popitem(last=False)
        return rows

    def _read_full(self, level: int, number: int) -> Rows:
        # The tile above is asked for first: without it nothing is known about this one.
        expected = self._rows(level + 1, number // TILE)[0][number % TILE]
        path = tile_path(level, number)
        data = self._source.get(path)
        if data is None:
            raise tile_missing(path)
        rows = rows_of(split_hashes(data, TILE))
        if rows[-1][0] != expected:
            raise _not_of_root(path)
        return rows

    def _edge(self) -> list[Rows]:
        if self._edge_rows is None:
            edge = TileEdge.read(self.size, self._source.get)
            if edge.root() != self.root:
                raise _not_of_root(", ".join(tile.path for tile in edge.partial_tiles()) or "the empty log")
            self._edge_rows = [rows_of(row) for row in edge.rows]
        return self._edge_rows

    def _verified(self, number: int) -> tuple[bytes, list[bytes]]:
        kept, data, entries = self._bundle
        if kept != number:
            leaves = self.tile(0, number)
            data, entries = self._read_bundle(number, len(leaves))
            if leaf_hashes(entries) != leaves:
                raise _not_logged(bundle_path(number, len(leaves)), entries, leaves, number)
            self._bundle = (number, data, entries)
        return data, entries

    def _read_bundle(self, number: int, width: int) -> tuple[bytes, list[bytes]]:
        data = self._source.get(bundle_path(number, width))
        if data is not None:
            return data, decode_bundle(data, width)
        # A log may drop a partial bundle once the bundle is full; the full one begins with the same entries.
        data = self._source.get(bundle_path(number)) if width < TILE else None
        if data is None:
            raise tile_missing(bundle_path(number, width))
        entries = decode_bundle(data, TILE)[:width]
        return encode_bundle(entries), entries


def _not_of_root(path: str) -> PlimsollError:
    return PlimsollError(
        "tile.hash",
        f"{path} does not belong to the log's root",
        fix="Fetch it again or from another mirror; if the log itself serves this, keep it with the checkpoint.",
    )


def _not_logged(path: str, entries: list[bytes], leaves: Sequence[bytes], number: int) -> PlimsollError:
    found = leaf_hashes(entries)
    wrong = next(at for at in range(len(leaves)) if found[at] != leaves[at])
    return PlimsollError(
        "bundle.hash",
        f"entry {number * TILE + wrong} in {path} is not the one that was logged",
        fix="Fetch it again or from another mirror; if the log itself serves this, keep it with the checkpoint.",
    )


def _beyond(what: str, size: int) -> PlimsollError:
    return PlimsollError(
        "tile.beyond", f"a log of {size} entries has no {what}", fix="Ask for what the checkpoint covers."
    )
