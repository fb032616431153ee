"""Proofs over the tree of `merkle.py`: that a leaf is in a tree, and that one tree is part of another.

Inclusion and consistency are those of RFC 9162, sections 2.1.3 and 2.1.4. Subtree proofs are those of
draft-ietf-plants-merkle-tree-certs, section 4: a range [start, end) is a valid subtree if start is 0, or equal to end,
or a multiple of the smallest power of two that is at least end - start. Consistency of sizes m and n is the case [0, m)
in n, so one routine serves log, witness and mirror.

What is empty proves nothing: consistency from size 0 is an error here (a witness that meets a log for the first time
decides that itself), and a leaf is never inside an empty range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import EMPTY_ROOT, HASH_BYTES, climb, node_hash, rows_of

HashAt = Callable[[int, int], bytes]
"""Gives, for (row, index), the hash of the full subtree of 2**row leaves that starts at leaf index * 2**row."""

MAX_PATH = 64
"""Sizes are unsigned 64-bit numbers, so no path that can be right has more hashes."""
MAX_SIZE = 2**64 - 1

# Making proofs.


def in_memory(leaves: Sequence[bytes]) -> HashAt:
    """A `HashAt` over leaf hashes that are all in memory."""
    rows = rows_of(leaves)
    return lambda row, index: rows[row][index]


def inclusion_path(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root at `size`, the leaf's sibling first (RFC 9162, 2.1.3.1).

    Raises:
        PlimsollError: ``proof.index`` if there is no such leaf.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise _no_leaf(index, 0, size)
    return path_above(0, index, size, hash_at)


def path_above(row: int, index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The hashes that lead from the full subtree `index` of 2**row leaves to the root at `size`."""
    path = []
    last = (size - 1) >> row
    while last:
        sibling = index ^ 1
        if sibling < last:
            path.append(hash_at(row, sibling))
        elif sibling == last:
            # The last subtree of a row may be ragged: what remains of the log, not a full power of two.
            path.append(range_root(sibling << row, min(sibling + 1 << row, size), hash_at))
        row, index, last = row + 1, index >> 1, last >> 1
    return path


def consistency_path(old: int, new: int, hash_at: HashAt) -> list[bytes]:
    """The proof that the log of `new` entries begins with the log of `old` entries (RFC 9162, 2.1.4.1).

    Raises:
        PlimsollError: ``proof.empty`` if old is 0, ``proof.range`` if old is beyond new.
    """
    if old == 0:
        raise _meaningless()
    return subtree_path(0, old, new, hash_at)


def subtree_path(start: int, end: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The proof that the subtree [start, end) is part of the tree of `size` leaves.

    Raises:
        PlimsollError: ``proof.range`` if [start, end) is no valid subtree of that tree.
    """
    _require_subtree(start, end)
    if end > size:
        raise proof_error("proof.range", f"the range [{start}, {end}) is not within a log of {size}")
    if start == end:
        return []
    # Walking down from the root, `siblings` collects what each step leaves beside it; the path lists them upwards.
    low, high, known = 0, size, True
    siblings: list[tuple[int, int]] = []
    while (start, end) != (low, high):
        middle = low + _split(high - low)
        if end <= middle:
            siblings.append((middle, high))
            high = middle
        else:
            siblings.append((low, middle))
            if start < middle:
                # The subtree straddles the split, so it starts at `low`: its left part becomes part of the proof.
                start, known = middle, False
            low = middle
    if not known:
        siblings.append((low, high))
    return [range_root(left, right, hash_at) for left, right in reversed(siblings)]


def range_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """The root over leaves start to end - 1 of a valid subtree, from the full subtrees that it consists of.

    Raises:
        PlimsollError: ``proof.range`` if [start, end) is no valid subtree.
    """
    _require_subtree(start, end)
    parts = []
    while start < end:
        row = (end - start).bit_length() - 1
        parts.append(hash_at(row, start >> row))
        start += 1 << row
    if not parts:
        return EMPTY_ROOT
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


# Checking proofs. Each check returns nothing when the proof is good and raises when it is not.


def root_from_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that a tree of `size` leaves must have if `leaf` is the hash of its leaf `index` (RFC 9162, 2.1.3.2).

    Raises:
        PlimsollError: ``proof.index`` if there is no such leaf, ``proof.length`` if the path has too few or too many
            hashes, ``proof.hash`` if a hash is not 32 bytes long.
    """
    meets = require_path(index, size, leaf, path)
    # Beyond the meeting point all siblings are on the left, whatever the bits of the index say.
    return climb(leaf, index | -1 << meets, path)


def require_path(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> int:
    """Checks all of an inclusion path but its hashes' values; gives the row in which it meets the tree's right edge.

    Up to that row there is one sibling in every row. From there on siblings are only on the left: one for every 1 bit
    that remains in the index.

    Raises:
        PlimsollError: as `root_from_inclusion`.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise _no_leaf(index, 0, size)
    meets = (index ^ (size - 1)).bit_length()
    expected = meets + (index >> meets).bit_count()
    if len(path) != expected:
        raise _wrong_length(len(path), expected)
    _require_hashes(leaf, *path)
    return meets


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Checks that `leaf` is the hash of leaf `index` of the tree with this size and root.

    Raises:
        PlimsollError: ``proof.inclusion`` if the path leads to another root; the codes of `root_from_inclusion`.
    """
    if root_from_inclusion(index, size, leaf, path) != root:
        raise proof_error(
            "proof.inclusion", f"the path of leaf {index} does not lead to the root of the log at size {size}"
        )


def verify_subtree_inclusion(index: int, start: int, end: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Checks that `leaf` is the hash of leaf `index` (counted in the whole log) of the subtree [start, end).

    Raises:
        PlimsollError: ``proof.range`` if that is no valid subtree; the codes of `verify_inclusion`.
    """
    _require_subtree(start, end)
    if not start <= index < end:
        raise _no_leaf(index, start, end)
    verify_inclusion(index - start, end - start, leaf, path, root)


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Checks that the log of `new` entries begins with the log of `old` entries (RFC 9162, 2.1.4.2).

    Raises:
        PlimsollError: ``proof.empty`` if old is 0, which proves nothing; the codes of `verify_subtree_consistency`.
    """
    if old == 0:
        raise _meaningless()
    verify_subtree_consistency(0, old, new, path, old_root, new_root)


def verify_subtree_consistency(
    start: int, end: int, size: int, path: Sequence[bytes], subtree_root: bytes, root: bytes
) -> None:
    """Checks that the subtree [start, end) with this root is part of the tree of `size` leaves with that root.

    Of an empty subtree only the subtree's own root is looked at: it is part of every tree.

    Raises:
        PlimsollError: ``proof.range`` if [start, end) is no valid subtree of that tree, ``proof.length`` if the path
            has too few or too many hashes, ``proof.hash`` if a hash is not 32 bytes long, ``proof.consistency`` if
            the path does not lead to both roots.
    """
    _require_subtree(start, end)
    if not end <= size <= MAX_SIZE:
        raise proof_error("proof.range", f"the range [{start}, {end}) is not within a log of {size}")
    if len(path) > MAX_PATH:
        raise _wrong_length(len(path), MAX_PATH)
    if start == end:
        _require_empty(path)
        if subtree_root != EMPTY_ROOT:
            raise proof_error("proof.consistency", "the root that is given for an empty subtree is not that of nothing")
        return
    if start == 0 and end == size:
        _require_empty(path)
        if subtree_root != root:
            raise proof_error("proof.consistency", f"one log cannot have two roots at one size, {size}")
        return
    _require_hashes(subtree_root, *path)
    from_subtree, from_tree = _climb(start, end, size, path, subtree_root)
    if from_subtree != subtree_root or from_tree != root:
        raise proof_error(
            "proof.consistency", f"the path does not lead from the range [{start}, {end}) to the root at size {size}"
        )


def _climb(start: int, end: int, size: int, path: Sequence[bytes], subtree_root: bytes) -> tuple[bytes, bytes]:
    """The roots of the subtree and of the tree that the path leads to."""
    first, last, edge = start, end - 1, size - 1
    # Rows below the largest full subtree on the right of [start, end) are inside it and not in the path.
    if last == edge:
        down = (first ^ last).bit_length()
    else:
        down = min((first ^ last).bit_length(), (~last & (last + 1)).bit_length() - 1)
    first, last, edge = first >> down, last >> down, edge >> down
    rest = iter(path)
    begin = subtree_root if first == last else next(rest, None)
    if begin is None:
        raise _wrong_length(0, 1)
    small = large = begin
    for sibling in rest:
        if edge == 0:
            raise proof_error("proof.length", f"the path goes on beyond the root: {len(path)} hashes are too many")
        if last & 1 or last == edge:
            if first < last:
                small = node_hash(sibling, small)
            large = node_hash(sibling, large)
            while last and not last & 1:
                first, last, edge = first >> 1, last >> 1, edge >> 1
        else:
            large = node_hash(large, sibling)
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if edge:
        raise proof_error("proof.length", f"the path ends before the root: {len(path)} hashes are too few")
    return small, large


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _require_subtree(start: int, end: int) -> None:
    if not 0 <= start <= end <= MAX_SIZE or start % (1 << max(end - start - 1, 0).bit_length()):
        raise proof_error(
            "proof.range", f"the range [{start}, {end}) is no subtree: it does not start at a full power of two"
        )


def _require_hashes(*hashes: bytes) -> None:
    if {*map(len, hashes)} - {HASH_BYTES}:
        raise proof_error("proof.hash", f"not all hashes of the proof have {HASH_BYTES} bytes")


def _require_empty(path: Sequence[bytes]) -> None:
    if path:
        raise _wrong_length(len(path), 0)


def _no_leaf(index: int, start: int, end: int) -> PlimsollError:
    return proof_error("proof.index", f"there is no leaf {index} between {start} and {end}")


def _meaningless() -> PlimsollError:
    return proof_error("proof.empty", "that a log begins with an empty log is always true and cannot be proven")


def _wrong_length(found: int, expected: int) -> PlimsollError:
    return proof_error("proof.length", f"the path has {found} hashes where {expected} are possible")


def proof_error(code: str, what: str) -> PlimsollError:
    """The refusal of a proof, or of the wish for one that cannot exist."""
    return PlimsollError(code, what, fix="Ask the log for a new proof; if that fails too, do not rely on this record.")
