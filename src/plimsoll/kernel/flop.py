"""Exact amounts of compute: reading, writing and showing whole numbers of floating-point operations.

The law draws strict lines ("greater than 10^25") and the figures have 26 digits, which a float cannot hold. So a
`Flop` is a Python int, text is read through decimals only, and figures travel as decimal strings.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import NewType

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.rounding import divide_half_even

Flop = NewType("Flop", int)

MAX_FLOP = Flop(10**38 - 1)
"""The largest amount that a DECIMAL(38,0) column holds; about 10^12 times any run known in 2026."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PREFIX_EXPONENTS = {
    "": 0, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21, "Y": 24, "R": 27, "Q": 30,
}  # fmt: skip
_PLAIN = r"(?P<sign>[+-]?)(?P<mantissa>\d(?:_?\d)*(?:\.\d*)?|\.\d+)"
_FLOP_TEXT = re.compile(
    _PLAIN
    + r"(?:[eE](?P<e>[+-]?\d+)|\s*[×x*·]\s*10(?:\^|\*\*)(?P<power>[+-]?\d+))?"
    + r"(?:\s*(?P<prefix>[kKMGTPEZYRQ]?)(?:FLOPs?|flops?|FLOPS|ops?|OPs?|operations))?"
)
_BARE_POWER = re.compile(r"^10(?:\^|\*\*)(?P<power>[+-]?\d+)(?=\s|$)")
_MAX_DIGITS = 60


def parse_flop(value: object, *, rounded: bool = False) -> Flop:
    """Reads an amount of compute exactly.

    Accepts an int, or text such as ``"3.8e25"``, ``"3.8×10^25"``, ``"3.8 × 10²⁵ FLOP"``, ``"10^25"``,
    ``"38 YFLOP"`` or ``"38000000000000000000000000"``. No step passes through a float.

    Args:
        value: the int or text.
        rounded: round a fraction of an operation half-even instead of refusing it. For third-party statistics
            (means, ratios); never for a declaration.

    Returns:
        A whole number of operations from 0 to `MAX_FLOP`.

    Raises:
        PlimsollError: ``flop.float``, ``flop.unreadable``, ``flop.negative``, ``flop.fractional`` or
            ``flop.too_large``.
    """
    exact = parse_exact(value)
    if exact < 0:
        raise PlimsollError(
            "flop.negative",
            f"{_quoted(value)} is less than zero",
            fix="Give compute as zero or more; state a correction as an amendment of the earlier figure.",
        )
    if exact > MAX_FLOP:
        raise _too_large(value)
    if exact.denominator != 1 and not rounded:
        raise PlimsollError(
            "flop.fractional",
            f"{_quoted(value)} is not a whole number of operations",
            fix="Round to a whole operation, or give more digits in the exponent form, e.g. 1.25e24.",
        )
    return Flop(divide_half_even(exact.numerator, exact.denominator))


def parse_exact(value: object) -> Fraction:
    """Reads a number of any size exactly, in the same notations as `parse_flop`, fractions and signs included.

    Raises:
        PlimsollError: ``flop.float``, ``flop.unreadable`` or ``flop.too_large``.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal, Fraction)):
        raise _not_exact(value)
    if isinstance(value, Decimal):
        value = str(value)
    if not isinstance(value, str):
        return Fraction(value)
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^" + run.group().translate(_SUPERSCRIPTS), value.strip())
    text = _BARE_POWER.sub(lambda match: "1e" + match["power"], text)
    match = _FLOP_TEXT.fullmatch(text) if len(text) <= 200 else None
    if match is None:
        raise PlimsollError(
            "flop.unreadable",
            f"{_quoted(value)} is not an amount that can be read exactly",
            fix='Write it like "3.8e25", "3.8×10^25", "38 YFLOP" or as plain digits, with a point for decimals.',
        )
    digits, _, decimals = match["mantissa"].replace("_", "").partition(".")
    exponent = int(match["e"] or match["power"] or 0) + _PREFIX_EXPONENTS[(match["prefix"] or "").upper()]
    if len(digits.lstrip("0")) + exponent > _MAX_DIGITS or len(decimals) - exponent > 400:
        raise _too_large(value)
    exact = Fraction(int(digits + decimals)) * Fraction(10) ** (exponent - len(decimals))
    return -exact if match["sign"] == "-" else exact


def flop_text(amount: int) -> str:
    """The canonical wire form: plain decimal digits, no exponent, no separators."""
    return str(int(amount))


def show_flop(amount: int, significant: int = 3) -> str:
    """For people: ``1.14 × 10²⁵``. Rounded half-even to `significant` figures; small amounts are shown whole."""
    if abs(amount) < 10_000:
        return str(amount)
    exponent = len(str(abs(amount))) - 1
    scaled = divide_half_even(amount * 10 ** (significant - 1), 10**exponent)
    if abs(scaled) >= 10**significant:
        scaled, exponent = divide_half_even(scaled, 10), exponent + 1
    digits = str(abs(scaled))
    mantissa = (digits[0] + "." + digits[1:]).rstrip("0").rstrip(".")
    sign = "−" if amount < 0 else ""
    return f"{sign}{mantissa} × 10{str(exponent).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'


def _not_exact(value: object) -> PlimsollError:
    return PlimsollError(
        "flop.float",
        f"{value!r} is a {type(value).__name__}, which cannot hold an exact amount of compute",
        fix='Put the number in quotation marks as a decimal string, e.g. "3.8e25".',
    )


def _too_large(value: object) -> PlimsollError:
    return PlimsollError(
        "flop.too_large",
        f"{_quoted(value)} is beyond 10^38 operations, more than any computer could do",
        fix="Check the exponent and the unit.",
    )
