"""Reading and showing exact amounts of compute."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.flop import MAX_FLOP, flop_text, parse_exact, parse_flop, show_flop


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3.8e25", 38 * 10**24),
        ("3.8E+25", 38 * 10**24),
        ("3.8×10^25", 38 * 10**24),
        ("3.8 x 10^25", 38 * 10**24),
        ("3.8*10**25", 38 * 10**24),
        ("3.8 × 10²⁵ FLOP", 38 * 10**24),
        ("38 YFLOP", 38 * 10**24),
        ("38YFLOPs", 38 * 10**24),
        ("10^25", 10**25),
        ("10²⁵ operations", 10**25),
        ("38000000000000000000000000", 38 * 10**24),
        ("38_000", 38_000),
        ("3.e25", 3 * 10**25),
        (".3e26", 3 * 10**25),
        ("5.0000000000001e26", 500000000000010000000000000),
        ("0", 0),
        ("100000000000000000000000001", 10**26 + 1),
        (10**26 + 1, 10**26 + 1),
        (Decimal("1e26"), 10**26),
        (str(MAX_FLOP), MAX_FLOP),
    ],
)
def test_reads_an_amount_exactly(text: object, amount: int) -> None:
    assert parse_flop(text) == amount


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1e25, "flop.float"),
        (True, "flop.float"),
        (None, "flop.float"),
        ("nan", "flop.unreadable"),
        ("inf", "flop.unreadable"),
        ("", "flop.unreadable"),
        ("1,000", "flop.unreadable"),
        ("3,8e25", "flop.unreadable"),
        ("1e25 FLOP/s", "flop.unreadable"),
        ("twelve", "flop.unreadable"),
        (".", "flop.unreadable"),
        ("e25", "flop.unreadable"),
        ("1.2.3e25", "flop.unreadable"),
        ("1e25e3", "flop.unreadable"),
        ("1" * 5000, "flop.unreadable"),
        ("=1e25", "flop.unreadable"),
        ("1e999", "flop.too_large"),
        ("1e9999999999", "flop.too_large"),
        ("1e38", "flop.too_large"),
        ("-1", "flop.negative"),
        ("-1e25", "flop.negative"),
        ("1.5", "flop.fractional"),
        ("1e-3", "flop.fractional"),
        ("1e-9999999999", "flop.too_large"),
    ],
)
def test_refuses_what_is_not_an_exact_amount(value: object, code: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        parse_flop(value)

    assert refusal.value.code == code
    assert refusal.value.fix


def test_third_party_statistics_may_be_rounded_half_even() -> None:
    assert [parse_flop(text, rounded=True) for text in ("0.5", "1.5", "2.5", "2.51")] == [0, 2, 2, 3]


@given(st.integers(0, int(MAX_FLOP)))
def test_the_wire_form_round_trips(amount: int) -> None:
    assert parse_flop(flop_text(amount)) == amount


@given(st.integers(0, 10**12), st.integers(0, 20), st.integers(-12, 20))
def test_exponents_are_exact(mantissa: int, decimals: int, exponent: int) -> None:
    text = f"{mantissa // 10**decimals}.{mantissa % 10**decimals:0{decimals or 1}d}e{exponent}"

    assert parse_exact(text) == Fraction(mantissa, 10**decimals) * Fraction(10) ** exponent


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0"),
        (9999, "9999"),
        (10_000, "1 × 10⁴"),
        (11_400_000_000_000_000_000_000_000, "1.14 × 10²⁵"),
        (9_999_999, "1 × 10⁷"),
        (-12_340_000, "−1.23 × 10⁷"),
        (12_350_000, "1.24 × 10⁷"),
        (12_450_000, "1.24 × 10⁷"),
    ],
)
def test_shows_three_figures_rounded_half_even(amount: int, shown: str) -> None:
    assert show_flop(amount) == shown
