"""C = N · L · H · U over periods: mixed hardware, varying counts, MFU and HFU, gaps and double counting."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.hardware_based import NS_PER_HOUR, HardwarePeriod, hardware_based, hours
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate
from plimsoll.kernel.period import Period

HALF = Fraction(1, 2)
EXACT = Fraction(0)


def period(**given: Any) -> HardwarePeriod:
    return HardwarePeriod(
        **(
            {
                "chip": "h100-sxm",
                "count": 8,
                "peak_gflops": 1000,
                "length": NS_PER_HOUR,
                "utilisation": HALF,
                "utilisation_kind": "mfu",
            }
            | given
        )
    )


def days(first: int, last: int) -> Period:
    return Period.of_days(date(2026, 3, first), date(2026, 3, last))


def code_of(periods: list[HardwarePeriod], **given: Any) -> str:
    with pytest.raises(PlimsollError) as refused:
        hardware_based(periods, **given)
    assert refused.value.fix
    return refused.value.code


def test_one_period() -> None:
    found = hardware_based([period()])
    assert found.estimate.point == 8 * NS_PER_HOUR * 1000 // 2
    assert found.estimate.low == found.estimate.point * 7 // 10
    assert found.recompute is None
    assert found.tier == "B"


def test_mixed_hardware_equals_the_guidelines_average_peak_weighted_by_count() -> None:
    mixed = [period(count=300, peak_gflops=989_400), period(chip="a100", count=100, peak_gflops=312_000)]
    average = Fraction(300 * 989_400 + 100 * 312_000, 400)
    assert hardware_based(mixed, margin=EXACT).estimate.point == 400 * NS_PER_HOUR * average * HALF


def test_varying_counts_are_summed_per_period() -> None:
    varying = [period(length=days(1, 2)), period(count=0, length=days(3, 3)), period(count=16, length=days(4, 4))]
    found = hardware_based(varying, run=days(1, 4), margin=EXACT)
    assert found.estimate.point == (8 * 48 + 16 * 24) * NS_PER_HOUR * 1000 // 2


def test_hfu_keeps_the_point_and_lowers_the_bound_by_one_recomputed_forward_pass() -> None:
    found = hardware_based([period(utilisation_kind="hfu")], margin=EXACT)
    whole = 8 * NS_PER_HOUR * 1000 // 2
    assert found.estimate == Estimate(whole * 3 // 4, whole, whole)
    assert found.recompute == Estimate(0, 0, whole // 4)
    assert "HFU" in found.caveats[0]


def test_only_the_hfu_periods_may_hold_recomputation() -> None:
    found = hardware_based([period(), period(utilisation_kind="hfu", cluster="b")], margin=EXACT)
    part = 8 * NS_PER_HOUR * 1000 // 2
    assert found.estimate == Estimate(part + part * 3 // 4, 2 * part, 2 * part)


def test_the_weakest_utilisation_sets_the_tier() -> None:
    measured, assumed = period(basis="measured"), period(basis="assumed", cluster="b")
    assert hardware_based([measured]).tier == "A"
    found = hardware_based([measured, assumed])
    assert found.tier == "C"
    assert "assumed" in found.caveats[-1]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"utilisation_kind": None}, "method.utilisation_unnamed"),
        ({"utilisation_kind": "flops"}, "method.utilisation_unnamed"),
        ({"utilisation": Fraction(0)}, "method.utilisation_range"),
        ({"utilisation": 41}, "method.utilisation_range"),
        ({"count": -1}, "method.not_positive"),
        ({"peak_gflops": 0}, "method.not_positive"),
        ({"length": 0}, "method.not_positive"),
    ],
)
def test_impossible_periods_are_refused(field: dict[str, Any], code: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        period(**field)
    assert refused.value.code == code


def test_periods_that_do_not_add_up_are_refused() -> None:
    assert code_of([]) == "method.no_periods"
    assert code_of([period(length=days(1, 3)), period(length=days(3, 4))]) == "method.periods_overlap"
    assert code_of([period(length=days(1, 2)), period(length=days(4, 4))], run=days(1, 4)) == "method.periods_gap"
    assert code_of([period(length=days(1, 3))], run=days(1, 4)) == "method.periods_gap"
    assert code_of([period(length=days(1, 5))], run=days(1, 4)) == "method.periods_outside"
    assert code_of([period(length=hours(5))], run=hours(4)) == "method.periods_outside"
    assert code_of([period(length=hours(3))], run=hours(4)) == "method.periods_gap"


def test_one_chip_in_two_clusters_may_run_at_once() -> None:
    both = [period(length=days(1, 4), cluster="east"), period(length=days(2, 4), cluster="west")]
    assert hardware_based(both, run=days(1, 4), margin=EXACT).estimate.point == (96 + 72) * 4000 * NS_PER_HOUR


def test_hours_become_whole_nanoseconds() -> None:
    assert hours("720.5") == 2_593_800 * 10**9
    assert hours(Fraction(1, 3)) == 1_200 * 10**9


@settings(max_examples=60)
@given(
    count=st.integers(1, 10**6),
    peak=st.integers(1, 10**7),
    utilisation=st.fractions(min_value=Fraction(1, 100), max_value=1),
    first=st.integers(1, 10**15),
    second=st.integers(1, 10**15),
)
def test_splitting_a_period_never_changes_the_total(
    count: int, peak: int, utilisation: Fraction, first: int, second: int
) -> None:
    shape = {"count": count, "peak_gflops": peak, "utilisation": utilisation}
    whole = hardware_based([period(length=first + second, **shape)], run=first + second)
    split = hardware_based([period(length=first, **shape), period(length=second, **shape)], run=first + second)
    assert whole.estimate == split.estimate
