"""``(I - A)⁻¹`` for shares in whole basis points: exact, or bounded from below for a large cycle."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

_ROUNDS = 64
_SCALE = 10**15


def inverse_of_rest(shares: Sequence[Sequence[int]], whole: int) -> list[list[Fraction]] | None:
    """The exact inverse, by elimination without exchange of rows.

    `I - A` with shares that are not negative has an inverse that is not negative exactly if every pivot is positive
    (it is then an M-matrix). None otherwise: the companies own all of themselves, or more.
    """
    size = len(shares)
    left = [
        [Fraction((whole if row == column else 0) - shares[row][column], whole) for column in range(size)]
        for row in range(size)
    ]
    right = [[Fraction(int(row == column)) for column in range(size)] for row in range(size)]
    for step in range(size):
        pivot = left[step][step]
        if pivot <= 0:
            return None
        left[step] = [value / pivot for value in left[step]]
        right[step] = [value / pivot for value in right[step]]
        for row in range(size):
            factor = left[row][step]
            if row != step and factor:
                left[row] = [a - factor * b for a, b in zip(left[row], left[step], strict=True)]
                right[row] = [a - factor * b for a, b in zip(right[row], right[step], strict=True)]
    return right


def power_sum(shares: Sequence[Sequence[int]], whole: int) -> list[list[Fraction]] | None:
    """``I + A + A² + … + A⁶⁴`` rounded down: never more than the inverse. None where every column sums to the whole."""
    size = len(shares)
    columns = [sum(shares[row][column] for row in range(size)) for column in range(size)]
    if min(columns) >= whole:
        return None
    owned = [[(row, shares[row][column]) for row in range(size) if shares[row][column]] for column in range(size)]
    total = [[0] * size for _ in range(size)]
    for start in range(size):
        term = {start: _SCALE}
        for _ in range(_ROUNDS + 1):
            for node, value in term.items():
                total[start][node] += value
            term = _next(term, owned, size, whole)
            if not term:
                break
    return [[Fraction(value, _SCALE) for value in row] for row in total]


def _next(term: dict[int, int], owned: Sequence[Sequence[tuple[int, int]]], size: int, whole: int) -> dict[int, int]:
    found = {}
    for column in range(size):
        value = sum(term[row] * share for row, share in owned[column] if row in term) // whole
        if value:
            found[column] = value
    return found
