"""Architecture-based, counted, reported and third-party figures."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.methods import architecture_based, operation_count, reported, third_party
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate


def test_epochs_multiply_tokens() -> None:
    once = architecture_based("dense", parameters=10**9, tokens=164 * 61 * 10**9)
    again = architecture_based("dense", parameters=10**9, tokens=61 * 10**9, epochs=164)
    assert once.estimate == again.estimate


def test_bounds_are_the_margin_and_inputs_are_named() -> None:
    found = architecture_based("dense", parameters=10, tokens=10)
    assert found.estimate == Estimate(420, 600, 780)
    assert dict(found.inputs) == {"architecture": "dense", "parameters": "10", "tokens": "10", "epochs": "1"}
    assert (found.method, found.tier) == ("architecture", "B")
    assert architecture_based("dense", parameters=10, tokens=10, margin=Fraction(0)).estimate == Estimate.exact(600)


def test_a_mixture_of_experts_counts_active_parameters_only() -> None:
    found = architecture_based("moe", parameters=100, active_parameters=10, tokens=10, margin=Fraction(0))
    assert found.estimate.point == 600
    assert dict(found.inputs)["parameters"] == "100"


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (None, {"parameters": 10}, "method.architecture_unnamed"),
        ("transformer", {"parameters": 10}, "method.architecture_unnamed"),
        ("moe", {"parameters": 10}, "method.moe_needs_active"),
        ("moe", {"parameters": 10, "active_parameters": 10}, "method.moe_active_is_total"),
        ("dense", {"parameters": 10, "active_parameters": 5}, "method.dense_has_active"),
        ("dense", {}, "method.parameters_missing"),
        ("dense", {"parameters": 0}, "method.not_positive"),
        ("dense", {"parameters": 10, "epochs": 0}, "method.not_positive"),
        ("dense", {"parameters": 10**30}, "flop.too_large"),
    ],
)
def test_refusals_are_coded_and_say_what_to_do(kind: str, given: dict[str, int], code: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        architecture_based(kind, **({"tokens": 10**9} | given))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.fix


def test_counted_operations_are_passes_times_operations_per_pass() -> None:
    assert operation_count(passes=7, operations_per_pass=3, margin=Fraction(0)).estimate.point == 21
    with pytest.raises(PlimsollError, match=r"method\.not_positive|operations_per_pass is 0"):
        operation_count(passes=7, operations_per_pass=0)


def test_a_reported_figure_stands_as_it_is_and_a_third_partys_gets_the_margin() -> None:
    assert reported(1000).estimate == Estimate.exact(1000)
    assert reported(Estimate(1, 2, 3)).estimate == Estimate(1, 2, 3)
    assert reported(1000).caveats
    assert not reported(1000, attested=True).caveats
    outside = third_party(1000, by="a research institute")
    assert outside.estimate == Estimate(700, 1000, 1300)
    assert outside.tier == "C"


@settings(max_examples=60)
@given(
    parameters=st.integers(1, 10**13),
    tokens=st.fractions(min_value=1, max_value=10**14),
    epochs=st.integers(1, 500),
)
def test_the_formula_is_linear_and_rounded_once(parameters: int, tokens: Fraction, epochs: int) -> None:
    point = architecture_based("dense", parameters=parameters, tokens=tokens, epochs=epochs).estimate.point
    assert abs(point - 6 * parameters * tokens * epochs) <= Fraction(1, 2)
