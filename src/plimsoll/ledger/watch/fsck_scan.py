"""Finds which file of a tiled log is damaged, where several files say the same thing and no longer agree.

A leaf's hash follows from its bundle and stands in a tile; a tile's hash follows from the tile and stands in the tile
above; the last tiles of all levels give the root. Where two sources differ, the one that the level above confirms is
right; where that level does not help, the question waits until a higher level, and at last the root, decides. If the
root comes out, every answer is right, for no other hashes give that root.

One pass from the left, with one tile of each level in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import HASH_BYTES, leaf_hashes, root_of
from plimsoll.ledger.tree.tile_edge import TileEdge
from plimsoll.ledger.tree.tile_source import CHECKPOINT, Source
from plimsoll.ledger.tree.tiles import (
    TILE,
    bundle_path,
    decode_bundle,
    levels_of,
    partial_width,
    split_hashes,
    tile_path,
)

_MOST_DOUBTFUL = 1_000
"""How many problems are remembered for one tile while it is not settled which they are: memory stays bounded."""

_MOST_TRIED = 64
"""How many ways out of several doubts at once are tried."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a log or a copy of it.

    Attributes:
        code: stable dotted identifier, ``fsck.*``.
        path: the file, below the log's prefix.
        detail: what is wrong with it.
    """

    code: str
    path: str
    detail: str


@dataclass(slots=True)
class _Option:
    """What a tile's hashes may be, and what is wrong if they are that."""

    hashes: Sequence[bytes]
    problems: list[Problem]


@dataclass(slots=True)
class _Doubt:
    """A full tile whose hash is not settled yet: for each hash that it may have what is then wrong, and everything."""

    problems_if: dict[bytes, list[Problem]]
    everything: list[Problem]


class Scan:
    """One pass over a log's tiles and bundles at a size and root; `run` gives what is wrong."""

    def __init__(self, source: Source, size: int, root: bytes) -> None:
        self._source = source
        self._size = size
        self._root = root
        levels = levels_of(size) + 1
        self._computed: list[list[bytes]] = [[] for _ in range(levels)]
        self._doubts: list[dict[int, _Doubt]] = [{} for _ in range(levels)]
        self._plain: list[Problem] = []
        self._above: list[tuple[int, list[bytes] | None]] = [(-1, None)] * (levels + 1)

    def run(self) -> Iterator[Problem]:
        """Every problem, once, as soon as it is settled which file is to blame."""
        for number in range(self._size // TILE):
            found = self._finish(0, number, self._leaves(number, TILE))
            if self._plain or found:
                yield from _once(self._take_plain() + found)
        yield from self._finish_edge()

    def _take_plain(self) -> list[Problem]:
        plain, self._plain = self._plain, []
        return plain

    def _finish(self, level: int, number: int, computed: list[bytes] | None) -> list[Problem]:
        """Takes a full tile, computed from what is below it, and hands its hash upwards."""
        above = self._tile_above(level + 1, number // TILE)
        position = number % TILE
        expected = above[position] if above is not None else None
        options, everything = self._options(level, number, TILE, computed)
        roots = [root_of(option.hashes) for option in options]
        found: list[Problem] = []
        if expected is not None and expected in roots:
            found = options[roots.index(expected)].problems
            root = expected
        else:
            root = roots[0] if roots else expected or bytes(HASH_BYTES)
            # If the tile and what is below it agree, `everything` is empty and the tile above is wrong by itself, until
            # a higher level confirms it. Otherwise a higher level decides.
            if everything or not roots:
                problems_if = {each: option.problems for each, option in zip(roots, options, strict=True)}
                self._doubts[level + 1][position] = _Doubt(problems_if, everything)
        row = self._computed[level + 1]
        row.append(root)
        if len(row) == TILE:
            found = [*found, *self._finish(level + 1, number // TILE, row)]
            self._computed[level + 1] = []
            self._doubts[level + 1] = {}
        return found

    def _finish_edge(self) -> Iterator[Problem]:
        """The last tiles of all levels must give the root together."""
        levels: list[list[_Option]] = []
        everything: list[Problem] = []
        for level in range(levels_of(self._size)):
            width, number = partial_width(level, self._size), self._size >> 8 * (level + 1)
            if not width:
                levels.append([_Option([], [])])
                continue
            computed = self._computed[level] if level else self._leaves(number, width)
            options, wrong = self._options(level, number, width, computed)
            levels.append(options)
            everything += wrong
        yield from _once(self._take_plain())
        for choice in islice(product(*levels), _MOST_TRIED**2):
            if TileEdge(self._size, [option.hashes for option in choice]).root() == self._root:
                yield from _once([problem for option in choice for problem in option.problems])
                return
        yield Problem("fsck.root", CHECKPOINT, f"its root is not that of the {self._size} entries stored here")
        yield from _once(everything)

    def _options(
        self, level: int, number: int, width: int, computed: list[bytes] | None
    ) -> tuple[list[_Option], list[Problem]]:
        """What a tile may be; and all that is wrong with it and below it if none of that is confirmed."""
        stored = self._stored(level, number, width)
        doubts = self._doubts[level]
        if stored is not None and stored == computed and not doubts:
            return [_Option(stored, [])], []
        path = tile_path(level, number, width)
        wrong = [Problem("fsck.tile", path, "its hashes are not those of what is below it")] if stored else []
        options = []
        everything = list(wrong)
        candidates = [] if computed is None else list(islice(self._candidates(level, computed), _MOST_TRIED))
        for hashes in candidates:
            own = [] if stored == hashes else wrong
            options.append(_Option(hashes, own + self._below(level, number, hashes, computed)))
        if stored is not None and stored not in candidates:
            options.append(_Option(stored, self._below(level, number, stored, computed)))
        if level > 0:
            everything += [problem for doubt in doubts.values() for problem in doubt.everything]
        elif computed is not None:
            everything.append(Problem("fsck.entry", bundle_path(number, width), "its entries are not what was logged"))
        return options, _once(everything)[:_MOST_DOUBTFUL]

    def _candidates(self, level: int, computed: list[bytes]) -> Iterator[list[bytes]]:
        """What a tile can be, computed from what is below it: every choice where that is not settled."""
        doubts = self._doubts[level]
        for choice in product(*(doubt.problems_if or [computed[at]] for at, doubt in doubts.items())):
            hashes = list(computed)
            for position, each in zip(doubts, choice, strict=True):
                hashes[position] = each
            yield hashes

    def _below(
        self, level: int, number: int, hashes: Sequence[bytes], computed: Sequence[bytes] | None
    ) -> list[Problem]:
        """What is wrong below a tile if these are its hashes."""
        if computed is None or (level == 0 and hashes == computed):
            return []
        if level == 0:
            return [self._not_logged(number, hashes, computed)]
        found: list[Problem] = []
        for position, each in enumerate(hashes):
            doubt = self._doubts[level].get(position)
            if doubt is not None:
                found += doubt.problems_if.get(each, doubt.everything)
            elif each != computed[position]:
                path = tile_path(level - 1, number * TILE + position)
                found.append(Problem("fsck.tile", path, "it and all below it are not what the log's root says"))
        return _once(found)[:_MOST_DOUBTFUL]

    def _not_logged(self, number: int, hashes: Sequence[bytes], computed: Sequence[bytes]) -> Problem:
        wrong = [number * TILE + at for at, (one, two) in enumerate(zip(hashes, computed, strict=True)) if one != two]
        which = f"entry {wrong[0]} is" if len(wrong) == 1 else f"{len(wrong)} entries from {wrong[0]} on are"
        return Problem("fsck.entry", bundle_path(number, len(hashes)), f"{which} not what was logged")

    def _tile_above(self, level: int, number: int) -> list[bytes] | None:
        kept, hashes = self._above[level]
        if kept != number:
            width = min(TILE, (self._size >> 8 * level) - number * TILE)
            hashes = self._stored(level, number, width, aside=True)
            self._above[level] = (number, hashes)
        return hashes

    def _stored(self, level: int, number: int, width: int, aside: bool = False) -> list[bytes] | None:
        """The hashes in a stored tile. What is plainly wrong with it is noted, unless it is only read aside."""
        before = len(self._plain)
        data, held = self._read(tile_path(level, number, width), tile_path(level, number), width)
        hashes = None
        try:
            hashes = split_hashes(data, held)[:width] if data is not None else None
        except PlimsollError as error:
            self._plain.append(Problem("fsck.length", tile_path(level, number, held), error.what))
        if aside:
            del self._plain[before:]
        return hashes

    def _leaves(self, number: int, width: int) -> list[bytes] | None:
        data, held = self._read(bundle_path(number, width), bundle_path(number), width)
        if data is None:
            return None
        try:
            return leaf_hashes(decode_bundle(data, held)[:width])
        except PlimsollError as error:
            self._plain.append(Problem("fsck.malformed", bundle_path(number, held), error.what))
        return None

    def _read(self, path: str, full: str, width: int) -> tuple[bytes | None, int]:
        """A file with its width, or the full one, which may stand in for a partial one that was dropped."""
        try:
            data = self._source.get(path)
            if data is not None:
                return data, width
            data = self._source.get(full) if full != path else None
            if data is not None:
                return data, TILE
        except PlimsollError as error:
            self._plain.append(Problem("fsck.unreadable", path, error.what))
            return None, width
        self._plain.append(Problem("fsck.missing", path, "it is not there"))
        return None, width


def _once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
