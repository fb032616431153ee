"""The Merkle tree of RFC 6962 and RFC 9162, section 2.1: hashes of leaves and nodes, and roots that grow with the log.

A leaf is H(0x00 || entry), a node H(0x01 || left || right), H is SHA-256. A tree of n leaves is split at the largest
power of two below n, so that its left part never changes when leaves are added: that is what makes proofs short and
tiles immutable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from plimsoll.kernel.errors import PlimsollError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a log without entries: H of nothing."""


# A copy of a started hash is cheaper than a new one, by about a tenth of all the time that a log spends.
_LEAF = sha256(b"\x00")
_NODE = sha256(b"\x01")


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one leaf, from the exact bytes of its entry."""
    hashing = _LEAF.copy()
    hashing.update(entry)
    return hashing.digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves, in their order."""
    start, hashes = _LEAF.copy, []
    for entry in entries:
        hashing = start()
        hashing.update(entry)
        hashes.append(hashing.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node, from the hashes of its two children."""
    hashing = _NODE.copy()
    hashing.update(left + right)
    return hashing.digest()


def paired(hashes: Sequence[bytes]) -> list[bytes]:
    """The parents of neighbours: hash 0 with hash 1, 2 with 3, and so on; an odd last one has none and is left out."""
    start, parents = _NODE.copy, []
    each = iter(hashes)
    for left, right in zip(each, each, strict=False):
        hashing = start()
        hashing.update(left + right)
        parents.append(hashing.digest())
    return parents


def climb(leaf: bytes, index: int, path: Sequence[bytes]) -> bytes:
    """The hash that a path leads to; each 1 bit of `index`, the lowest first, is a sibling on the left."""
    start, node = _NODE.copy, leaf
    for sibling in path:
        hashing = start()
        hashing.update(sibling + node if index & 1 else node + sibling)
        node = hashing.digest()
        index >>= 1
    return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, from leaf hashes (or from the roots of full subtrees of one size)."""
    if not leaves:
        return EMPTY_ROOT
    row = leaves
    # An odd last hash moves up as it is. That gives the same tree as splitting at powers of two.
    while len(row) > 1:
        above = paired(row)
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def rows_of(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Every full subtree's root: row 0 holds the leaves, row r the roots of full subtrees of 2**r leaves."""
    rows: list[Sequence[bytes]] = [leaves]
    while len(rows[-1]) > 1:
        rows.append(paired(rows[-1]))
    return rows


class Frontier:
    """A log's right edge: all that is needed to append to it and to know its root, in at most 64 hashes.

    Attributes:
        size: number of leaves.
        hashes: the roots of the full subtrees that the leaves fall into, largest (leftmost) first: one for each bit
            that is set in `size`.
    """

    __slots__ = ("_rows", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Takes up where a frontier was left.

        Raises:
            PlimsollError: ``merkle.frontier`` if these are not the hashes that a log of that size has.
        """
        if size < 0 or len(hashes) != size.bit_count() or any(len(each) != HASH_BYTES for each in hashes):
            raise PlimsollError(
                "merkle.frontier",
                f"{len(hashes)} hashes cannot be the right edge of a log of {size} entries",
                fix="Give one hash of 32 bytes for each bit that is set in the size, largest subtree first.",
            )
        self.size = size
        smallest_first = iter(reversed(hashes))
        self._rows: list[bytes | None] = [
            next(smallest_first) if size >> row & 1 else None for row in range(size.bit_length())
        ]

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> Frontier:
        """The frontier of a log with these leaf hashes."""
        frontier = cls()
        frontier.extend(leaves)
        return frontier

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, largest first."""
        return tuple(each for each in reversed(self._rows) if each is not None)

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Adds leaf hashes in order, one row of the tree at a time: about one node hash for each leaf."""
        self.size += len(leaves)
        coming: list[bytes] = list(leaves)
        row = 0
        while coming:
            if row == len(self._rows):
                self._rows.append(None)
            waiting = self._rows[row]
            if waiting is not None:
                coming.insert(0, waiting)
            self._rows[row] = coming[-1] if len(coming) % 2 else None
            coming = paired(coming)
            row += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        smallest_first = [each for each in self._rows if each is not None]
        if not smallest_first:
            return EMPTY_ROOT
        root = smallest_first[0]
        for left in smallest_first[1:]:
            root = node_hash(left, root)
        return root
