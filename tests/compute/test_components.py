"""Amounts per component and their sums."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.components import break_down, merge, parse_component, sum_over, total
from plimsoll.compute.hardware_based import NS_PER_HOUR, HardwarePeriod, hardware_based
from plimsoll.compute.methods import architecture_based, reported
from plimsoll.kernel.component import Component
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import ZERO, Estimate

PRETRAIN, SFT, RECOMPUTE = Component.PRETRAIN, Component.POSTTRAIN_SFT, Component.RECOMPUTE


def test_answers_become_amounts_with_their_caveats_named() -> None:
    found = break_down({PRETRAIN: architecture_based("dense", parameters=10, tokens=10), SFT: reported(50)})
    assert found.amounts == {PRETRAIN: Estimate(420, 600, 780), SFT: Estimate.exact(50)}
    assert {caveat.split(":")[0] for caveat in found.caveats} == {"pretrain", "posttrain_sft"}
    assert not found.disagreements


def test_two_answers_for_one_component_are_reconciled() -> None:
    found = break_down({PRETRAIN: [reported(100), reported(200)]})
    assert found.amounts[PRETRAIN].point == 200
    assert found.disagreements[0].startswith("pretrain: The methods give")


def test_hfu_puts_the_unknown_share_into_recomputation() -> None:
    by_hfu = hardware_based(
        [HardwarePeriod("h100-sxm", 1, 1000, NS_PER_HOUR, Fraction(1, 2), "hfu")], margin=Fraction(0)
    )
    whole = by_hfu.estimate.point
    found = break_down({PRETRAIN: by_hfu, RECOMPUTE: reported(7)})
    assert found.amounts[RECOMPUTE] == Estimate(7, 7, 7 + whole // 4)
    assert found.amounts[PRETRAIN].low == whole * 3 // 4


def test_a_missing_component_is_not_zero_unless_the_declaration_is_complete() -> None:
    amounts = {PRETRAIN: Estimate(90, 100, 110)}
    assert sum_over(amounts, {PRETRAIN, SFT}) == Estimate(90, 100, None)
    assert sum_over(amounts, {PRETRAIN, SFT}, complete=True) == Estimate(90, 100, 110)
    assert sum_over(amounts, {PRETRAIN}) == Estimate(90, 100, 110)
    assert sum_over(amounts, {SFT}) is None
    assert sum_over(amounts, {SFT}, complete=True) == ZERO


def test_names_are_read_and_unknown_ones_refused() -> None:
    assert parse_component("merged_base") is Component.MERGED_BASE
    with pytest.raises(PlimsollError) as refused:
        parse_component("finetune")
    assert refused.value.code == "component.unknown"
    assert "posttrain_sft" in refused.value.fix


estimates = st.tuples(st.integers(0, 10**26), st.integers(0, 10**26), st.integers(0, 10**26)).map(
    lambda parts: Estimate(*sorted(parts))
)
amounts_of_any = st.dictionaries(st.sampled_from(list(Component)), estimates)


@settings(max_examples=60)
@given(amounts_of_any, amounts_of_any)
def test_merging_stages_keeps_the_total(first: dict[Component, Estimate], second: dict[Component, Estimate]) -> None:
    assert total(merge(first, second).values()) == total([*first.values(), *second.values()])
    assert merge(first, second) == merge(second, first)
