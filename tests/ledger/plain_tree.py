"""The definitions of RFC 9162, section 2.1, and of the subtree draft as they are written down: slow and plain."""

from plimsoll.ledger.tree.merkle import EMPTY_ROOT, leaf_hash, node_hash

LEAVES = [leaf_hash(str(number).encode()) for number in range(700)]


def split(size: int) -> int:
    """The largest power of two below the size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = split(len(leaves))
    return node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


def plain_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*plain_inclusion(index, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_inclusion(index - k, leaves[k:]), plain_root(leaves[:k])]


def plain_subtree(start: int, end: int, leaves: list[bytes], known: bool = True) -> list[bytes]:
    """SUBTREE_SUBPROOF; with start = 0 it is the SUBPROOF of consistency."""
    if (start, end) == (0, len(leaves)):
        return [] if known else [plain_root(leaves)]
    k = split(len(leaves))
    if end <= k:
        return [*plain_subtree(start, end, leaves[:k], known), plain_root(leaves[k:])]
    if start >= k:
        return [*plain_subtree(start - k, end - k, leaves[k:], known), plain_root(leaves[:k])]
    return [*plain_subtree(0, end - k, leaves[k:], False), plain_root(leaves[:k])]


def is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) is a valid subtree."""
    power = 1
    while power < end - start:
        power *= 2
    return start % power == 0 or start == end
