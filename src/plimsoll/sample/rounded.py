"""Amounts as people declare them."""

from __future__ import annotations


def three_digits(amount: int) -> tuple[str, int]:
    """As people declare: three digits, rounded up, e.g. ``("1.87e25", 187 * 10**23)``."""
    exponent = len(str(amount)) - 3
    digits = -(-amount // 10**exponent)
    text = str(digits)
    return f"{text[0]}.{text[1:3]}e{exponent + len(text) - 1}", digits * 10**exponent
