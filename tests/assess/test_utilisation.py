"""Do a model's own figures fit together?"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.utilisation import Claim, Discrepancy, check_claims
from plimsoll.compute.catalogue import Catalogue, Chip, Figure

HOUR_OF_1000_GFLOPS = 3600 * 10**12


def chip(name: str, **peaks: int) -> Chip:
    figures = {precision: Figure(precision, rate, "test") for precision, rate in peaks.items()}
    return Chip(name, name, "Maker", "gpu", name, None, "", (), "", figures)


CATALOGUE = Catalogue(
    [
        chip("matrix", bf16=1000, fp32=100, fp8=2000),
        chip("general", fp16=1000, fp32=500),
        chip("consumer", fp16=1000, bf16=500, fp32=250),
        chip("old", fp32=1000),
        chip("integers", int8=1000),
    ]
)


def claim(**given: Any) -> Claim:
    return Claim(
        **(
            {"row": 1, "model": "A", "compute": HOUR_OF_1000_GFLOPS, "hardware": "matrix", "quantity": 1, "hours": 1}
            | given
        )
    )


def only(**given: Any) -> Discrepancy | None:
    found = check_claims([claim(**given)], CATALOGUE)
    listed = found.accelerators.discrepancies + found.other.discrepancies
    return listed[0] if listed else None


def test_the_whole_peak_is_possible_and_one_operation_more_is_not() -> None:
    assert only() is None
    found = only(compute=HOUR_OF_1000_GFLOPS + 1)
    assert found is not None
    assert found.implied == 1 + Fraction(1, HOUR_OF_1000_GFLOPS)
    assert (found.chip, found.precision, found.peak_gflops, found.verdict) == ("matrix", "bf16", 1000, "open")
    assert "cleared by" in found.explanation


@pytest.mark.parametrize(
    ("finetune", "verdict"),
    [(HOUR_OF_1000_GFLOPS, "explained_by_base"), (HOUR_OF_1000_GFLOPS + 1, "open"), (None, "open")],
)
def test_a_fine_tune_that_fits_explains_the_total(finetune: int | None, verdict: str) -> None:
    found = only(compute=10 * HOUR_OF_1000_GFLOPS, finetune_compute=finetune, base_model="Base 7B")
    assert found is not None
    assert found.verdict == verdict
    assert ("Base 7B" in found.explanation) is (verdict == "explained_by_base")


def test_a_run_in_a_narrower_format_is_bound_by_that_formats_peak() -> None:
    assert only(compute=2 * HOUR_OF_1000_GFLOPS, number_format="FP8") is None
    found = only(compute=3 * HOUR_OF_1000_GFLOPS, number_format="FP8")
    assert found is not None
    assert found.precision == "fp8"
    assert only(compute=2 * HOUR_OF_1000_GFLOPS, number_format="BF16") is not None
    assert only(compute=2 * HOUR_OF_1000_GFLOPS, number_format="FP4") is not None, "no fp4 peak is published"


@pytest.mark.parametrize("hardware", ["general", "consumer", "old"])
def test_hardware_without_fast_16_bit_training_is_listed_apart(hardware: str) -> None:
    found = check_claims([claim(hardware=hardware, compute=2 * HOUR_OF_1000_GFLOPS)], CATALOGUE)
    assert (found.accelerators.checked, found.other.checked, found.unchecked) == (0, 1, 0)
    assert found.other.discrepancies[0].implied == 2


@pytest.mark.parametrize("hardware", ["unheard of", "integers", "matrix,old"])
def test_hardware_without_a_known_rate_is_not_checked(hardware: str) -> None:
    assert check_claims([claim(hardware=hardware, compute=10**30)], CATALOGUE).unchecked == 1


def test_the_worst_come_first() -> None:
    found = check_claims([claim(row=n, compute=n * 10**20) for n in (1, 3, 2)], CATALOGUE).accelerators
    assert [discrepancy.claim.row for discrepancy in found.discrepancies] == [3, 2, 1]
    assert found.explained == 0


@settings(max_examples=60)
@given(
    quantity=st.integers(1, 10**6),
    hours=st.fractions(min_value=Fraction(1, 100), max_value=10**5),
    share=st.fractions(min_value=Fraction(1, 100), max_value=3),
)
def test_the_implied_utilisation_is_exact(quantity: int, hours: Fraction, share: Fraction) -> None:
    compute = share * quantity * hours * HOUR_OF_1000_GFLOPS
    found = only(compute=compute, quantity=quantity, hours=hours)
    assert (None if found is None else found.implied) == (share if share > 1 else None)
