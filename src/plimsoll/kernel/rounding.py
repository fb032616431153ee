"""The one place where an exact quantity is rounded."""

from __future__ import annotations


def divide_half_even(numerator: int, denominator: int) -> int:
    """The integer nearest to ``numerator / denominator``; a tie goes to the even neighbour.

    Raises:
        ZeroDivisionError: if `denominator` is zero.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient
