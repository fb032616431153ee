"""Verifies many inclusion proofs under one root: what the proofs of neighbours share is hashed once.

For whoever holds the receipts of a whole batch this is several times as fast as one proof after the other, and it says
the same of each: a path that has the hash of its block of 16 leaves right and goes on exactly like an earlier good
path of that block leads to the same root.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.merkle import HASH_BYTES, climb
from plimsoll.ledger.tree.proofs import proof_error, require_path

_ROWS = 4
"""Blocks of 2**4 leaves: higher ones save less hashing for each proof, lower ones help fewer proofs."""


class InclusionVerifier:
    """Verifies proofs of leaves of the tree with this size and root.

    It remembers at most `keep` blocks, each with the hashes of one path.
    """

    def __init__(self, size: int, root: bytes, *, keep: int = 1 << 14) -> None:
        self.size = size
        self.root = root
        self._keep = keep
        self._last_block = size - 1 >> _ROWS
        self._good: dict[int, tuple[bytes, Sequence[bytes]]] = {}

    def verify(self, index: int, leaf: bytes, path: Sequence[bytes]) -> None:
        """`proofs.verify_inclusion` for one more leaf.

        Raises:
            PlimsollError: as `proofs.verify_inclusion`.
        """
        block = index >> _ROWS
        known = self._good.get(block)
        low, high = path[:_ROWS], path[_ROWS:]
        if known is not None and high == known[1] and {len(leaf), *map(len, low)} == {HASH_BYTES}:
            if climb(leaf, index, low) != known[0]:
                raise self._wrong(index)
            return
        meets = require_path(index, self.size, leaf, path)
        # Beyond the row in which a path meets the right edge all siblings are on the left.
        signs = index | -1 << meets
        node = climb(leaf, signs, low)
        if climb(node, signs >> _ROWS, high) != self.root:
            raise self._wrong(index)
        # Blocks before the last one are full, and the paths of all their leaves go on alike.
        if block < self._last_block:
            if len(self._good) >= self._keep:
                self._good.clear()
            self._good[block] = (node, high)

    def _wrong(self, index: int) -> PlimsollError:
        return proof_error(
            "proof.inclusion", f"the path of leaf {index} does not lead to the root of the log at size {self.size}"
        )
