"""Conformance tests A to Q: worked figures of training compute and what the law says about them.

A to H are the eight examples of the European Commission's guidelines for providers of general-purpose AI models (18
July 2025, Annex A.3), recalculated without the Annex's own intermediate rounding. I to Q are published runs, strict
lines, the one-third rule, forecasts and clusters.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from plimsoll.compute.catalogue import load_catalogue
from plimsoll.compute.forecast import Rate, crossing
from plimsoll.compute.hardware_based import HardwarePeriod, hardware_based, hours
from plimsoll.compute.methods import MethodResult, architecture_based
from plimsoll.compute.modification import makes_provider
from plimsoll.compute.reconcile import reconcile
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate, Truth, compare
from plimsoll.kernel.flop import parse_flop

GPAI = parse_flop("1e23")
SYSTEMIC_RISK = parse_flop("1e25")

H100_BF16 = load_catalogue().get("h100-sxm").peaks_gflops["bf16"]


def dense(parameters: str, tokens: str, epochs: int = 1) -> int:
    result = architecture_based("dense", parameters=parse_flop(parameters), tokens=parse_flop(tokens), epochs=epochs)
    return result.estimate.point


def gpu_hours(accelerator_hours: int, peak_gflops: int, utilisation: str) -> MethodResult:
    return hardware_based(
        [HardwarePeriod("gpu", 1, peak_gflops, hours(accelerator_hours), Fraction(Decimal(utilisation)), "mfu")]
    )


def is_above(amount: int, line: int) -> bool:
    return compare(Estimate.exact(amount), "gt", line).result is Truth.TRUE


@pytest.mark.parametrize(
    ("example", "compute", "exact", "above_gpai"),
    [
        ("A", dense("3.8e9", "3.3e12"), "7.524e22", False),
        ("B: above only if not rounded first", gpu_hours(200_000, 300_000, "0.5").estimate.point, "1.08e23", True),
        ("C", dense("0.6e9", "36e12"), "1.296e23", True),
        ("D", dense("1.54e9", "18e12"), "1.6632e23", True),
        ("E", dense("1.7e9", "36e12"), "3.672e23", True),
        ("F", dense("2.5e9", "12e12"), "1.8e23", True),
        ("G: 164 epochs multiply the tokens", dense("2.6e9", "61e9", epochs=164), "1.560624e23", True),
        ("H", gpu_hours(370_000, 989_000, "0.5").estimate.point, "6.58674e23", True),
    ],
    ids=list("ABCDEFGH"),
)
def test_a_to_h_the_annexs_examples(example: str, compute: int, exact: str, above_gpai: bool) -> None:
    assert compute == parse_flop(exact), example
    assert is_above(compute, GPAI) is above_gpai, example


def test_i_llama_3_1_405b_two_methods_agree() -> None:
    by_architecture = architecture_based("dense", parameters=405 * 10**9, tokens=parse_flop("15.6e12"))
    by_hardware = gpu_hours(30_840_000, H100_BF16, "0.4")
    assert by_architecture.estimate.point == parse_flop("3.7908e25")
    assert by_hardware.estimate.point == parse_flop("4.39388582400e25")
    together = reconcile([by_architecture, by_hardware])
    assert together.within_margin
    assert together.ratio is not None
    assert round(together.ratio, 2) == Fraction("1.16")


def test_j_deepseek_v3_needs_active_parameters() -> None:
    tokens = parse_flop("14.8e12")
    by_active = architecture_based("moe", parameters=671 * 10**9, active_parameters=37 * 10**9, tokens=tokens)
    assert by_active.estimate.point == parse_flop("3.2856e24")
    assert not is_above(by_active.estimate.point, SYSTEMIC_RISK)
    with pytest.raises(PlimsollError) as refused:
        architecture_based("moe", parameters=671 * 10**9, tokens=tokens)
    assert refused.value.code == "method.moe_needs_active"
    called_dense = architecture_based("dense", parameters=671 * 10**9, tokens=tokens)
    assert called_dense.estimate.point == parse_flop("5.95848e25")
    assert is_above(called_dense.estimate.point, SYSTEMIC_RISK), "the false alarm that the refusal prevents"


@pytest.mark.parametrize("line", [10**25, 10**26], ids=["EU Art 51(2)", "SB 53 s. (i)"])
def test_k_lines_are_strict(line: int) -> None:
    assert compare(Estimate.exact(line), "gt", line).result is Truth.FALSE
    assert compare(Estimate.exact(line + 1), "gt", line).result is Truth.TRUE


@pytest.mark.parametrize(
    ("modification", "ratio", "expected"), [("1.0e24", "0.293", Truth.FALSE), ("1.2e24", "0.352", Truth.TRUE)]
)
def test_l_one_third_of_a_known_base(modification: str, ratio: str, expected: Truth) -> None:
    found = makes_provider(Estimate.exact(parse_flop(modification)), Estimate.exact(parse_flop("3.41e24")))
    assert found.result is expected
    assert found.ratio is not None
    assert round(found.ratio, 3) == Fraction(ratio)


@pytest.mark.parametrize(("modification", "expected"), [("3.4e24", Truth.TRUE), ("3.3e24", Truth.FALSE)])
def test_m_one_third_of_the_line_where_the_base_is_unknown(modification: str, expected: Truth) -> None:
    found = makes_provider(Estimate.exact(parse_flop(modification)), None, original_is_systemic_risk=True)
    assert found.result is expected
    assert found.threshold == Fraction(10**25, 3)


def days_to(line: str, chips: int) -> Fraction:
    found = crossing(
        parse_flop(line), Rate.of_chips(chips, H100_BF16, Fraction(4, 10)), start=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert found.days is not None
    return found.days


@pytest.mark.parametrize(
    ("line", "days", "places"),
    [("1e23", "0.12", 2), ("1e24", "1.19", 2), ("1e25", "11.9", 1), ("2.5e25", "29.75", 2), ("1e26", "119", 0)],
)
def test_n_days_to_each_line(line: str, days: str, places: int) -> None:
    assert round(days_to(line, 24_576), places) == Fraction(days)


def test_o_a_two_week_notice_can_be_longer_than_the_run() -> None:
    assert round(days_to("1e25", 10_000), 2) == Fraction("29.25")
    assert round(days_to("1e25", 100_000), 2) == Fraction("2.92")
    assert days_to("1e25", 100_000) < 14


@pytest.mark.parametrize(
    ("chip", "precision", "largest_cluster"),
    [
        ("h100-sxm", "bf16", 101_071),
        ("h100-sxm", "fp8", 50_530),
        ("a100-sxm-80gb", "bf16", 320_512),
        ("b200", "bf16", 44_444),
        ("h20", "bf16", 675_675),
    ],
)
def test_p_the_largest_cluster_that_does_not_exceed_1e20_per_second(
    chip: str, precision: str, largest_cluster: int
) -> None:
    found = load_catalogue().get(chip)
    assert found.largest_count_within(10**20, precision) == largest_cluster
    peak = found.peaks_gflops[precision] * 10**9
    assert not is_above(largest_cluster * peak, 10**20)
    assert is_above((largest_cluster + 1) * peak, 10**20)


@pytest.mark.parametrize(
    ("chip", "tpp"), [("h100-sxm", 15_832), ("a100-sxm-80gb", 4_992), ("b200", 36_000), ("h20", 2_368)]
)
def test_q_total_processing_performance(chip: str, tpp: int) -> None:
    assert load_catalogue().get(chip).tpp == tpp


def test_q_total_processing_performance_of_the_h100_in_bf16() -> None:
    assert round(Fraction(load_catalogue().get("h100-sxm").peaks_gflops["bf16"] * 16, 1_000)) == 15_830
