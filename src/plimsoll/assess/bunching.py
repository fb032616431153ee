"""Do more subjects lie just below the line than chance allows? A test of the jurisdiction as a whole.

Sizes are counted in three neighbouring stretches of equal length on a logarithmic scale: [0.64, 0.8), [0.8, 1) and
[1, 1.25) of the line. If sizes are spread smoothly, the middle one holds no more than a third of them (for a density
that falls off exponentially it holds less, since a geometric mean is below the arithmetic one). So the count in the
middle is held against a binomial law with n, the number in all three, and one third:

    p = sum for k from m to n of C(n, k) * 2^(n - k) / 3^n

in whole numbers. This is the local binomial form of the density test at a threshold (McCrary, 2008; Cattaneo, Jansson
and Ma, 2020), one-sided because only a crowd below the line is of interest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

from plimsoll.assess.detectors.figures import PER_FLOP, HeldLine
from plimsoll.assess.party_evidence import BunchingEvidence

MOST = 3_000
"""Counts are scaled down to so many in all before the sum is taken, which can only make the probability larger."""


COUNTED, PARTS = 16, 25
"""From sixteen twenty-fifths of the line on, a subject is counted."""


def below_line_e4(line: HeldLine) -> int:
    """The smallest size that is counted, in 1/10,000 FLOP."""
    return line.flop * PER_FLOP * COUNTED // PARTS


@dataclass(frozen=True, slots=True)
class Bunching:
    """Counts around the line, and the probability of the middle one, in millionths, rounded up."""

    below: int
    just_below: int
    just_above: int

    @property
    def p_e6(self) -> int:
        counts = (self.below, self.just_below, self.just_above)
        total = sum(counts)
        if total > MOST:
            middle, total = self.just_below * MOST // total, MOST
        else:
            middle = self.just_below
        return upper_tail_e6(middle, total)

    @property
    def evidence(self) -> BunchingEvidence:
        return BunchingEvidence(self.below, self.just_below, self.just_above, self.p_e6)


def upper_tail_e6(middle: int, total: int) -> int:
    """P(X >= middle) for X binomial with `total` and one third, in millionths, rounded up."""
    ways = sum(comb(total, k) << (total - k) for k in range(middle, total + 1))
    every: int = 3**total
    return -(-ways * 10**6 // every)


def bunching(sizes_e4: Iterable[int], line: HeldLine) -> Bunching:
    """Counts sizes around the line.

    Args:
        sizes_e4: the largest window of each subject by estimate, in 1/10,000 FLOP.
    """
    line_e4 = line.flop * PER_FLOP
    below = just = above = 0
    for size in sizes_e4:
        if size >= line.first_past_e4:
            above += size * 4 < line_e4 * 5
        elif size * 5 >= line_e4 * 4:
            just += 1
        elif size >= below_line_e4(line):
            below += 1
    return Bunching(below, just, above)
