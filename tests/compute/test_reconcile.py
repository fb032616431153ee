"""Two methods for one run."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.compute.methods import reported, third_party
from plimsoll.compute.reconcile import agree, reconcile
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Estimate


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(100, 130, True), (130, 100, True), (100, 131, False), (0, 0, True), (0, 1, False)],
)
def test_the_margin_holds_whichever_figure_is_the_reported_one(first: int, second: int, expected: bool) -> None:
    assert agree(first, second) is expected
    assert reconcile([reported(first), reported(second)]).within_margin is expected


def test_the_largest_point_and_the_hull_of_the_bounds_survive() -> None:
    found = reconcile([reported(Estimate(80, 100, 110)), third_party(150, by="an institute")])
    assert found.estimate == Estimate(80, 150, 195)
    assert found.ratio == Fraction(3, 2)
    assert "disagree by more than 30 %" in found.sentence


def test_three_methods_must_agree_pairwise() -> None:
    assert not reconcile([reported(100), reported(125), reported(140)]).within_margin


def test_an_unbounded_method_leaves_the_hull_unbounded_and_zero_has_no_ratio() -> None:
    found = reconcile([reported(Estimate(0, 0, None)), reported(100)])
    assert found.estimate == Estimate(0, 100, None)
    assert found.ratio is None


def test_the_widest_recomputation_survives() -> None:
    with_recompute = replace(reported(100), recompute=Estimate(0, 0, 25))
    assert reconcile([reported(100), with_recompute]).recompute == Estimate(0, 0, 25)


def test_one_method_cannot_be_reconciled() -> None:
    with pytest.raises(PlimsollError) as refused:
        reconcile([reported(100)])
    assert refused.value.code == "reconcile.too_few"


def test_an_odd_margin_is_named_exactly() -> None:
    found = reconcile([reported(100), reported(101)], Fraction(1, 3))
    assert "within 100/3 %" in found.sentence


@settings(max_examples=60)
@given(st.lists(st.integers(0, 10**27), min_size=2, max_size=5))
def test_the_hull_holds_every_point(points: list[int]) -> None:
    found = reconcile([third_party(point, by="x") for point in points])
    assert found.estimate.high is not None
    assert all(found.estimate.low <= point <= found.estimate.high for point in points)
    assert found.within_margin is agree(max(points), min(points))
