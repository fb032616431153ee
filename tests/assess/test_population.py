"""Counting a population around a line."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.assess.population import Amounts, Counts, count_lines, read_margin
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.estimate import Comparator, Estimate, Truth, compare
from plimsoll.rulebook.load import library_rulebook

THIRTY = Fraction(3, 10)
LINE = 10**25


def test_each_model_is_in_one_group() -> None:
    known = [LINE // 10, LINE * 8 // 10, LINE, LINE + 1, LINE * 12 // 10, LINE * 2]
    assert Amounts(known, 4).around("gt", LINE, THIRTY) == Counts(3, 1, 4, 1, 4)


@pytest.mark.parametrize(("op", "above"), [("gt", 1), ("le", 1), ("ge", 2), ("lt", 2)])
def test_exactly_the_line_is_above_it_only_where_the_law_says_at_least(op: Comparator, above: int) -> None:
    assert Amounts([LINE - 1, LINE, LINE + 1], 0).around(op, LINE, Fraction(0)).above == above


def test_the_margins_edges_are_exact() -> None:
    surely = Fraction(LINE) / (1 - THIRTY)
    below = Fraction(LINE) / (1 + THIRTY)
    nudge = Fraction(1, 10**9)
    amounts = Amounts([below, below + nudge, surely, surely + nudge], 0)
    assert amounts.around("gt", LINE, THIRTY) == Counts(2, 1, 2, 1, 0)


def test_a_line_without_a_number_leaves_everybody_unknown() -> None:
    assert Amounts([1, 2], 3).around("gt", None, THIRTY) == Counts(0, 0, 0, 0, 5)


def test_a_law_about_fine_tuning_is_not_measured_by_the_total() -> None:
    book = library_rulebook("us-ca-sb1047")
    lines = book.lines(date(2026, 11, 21), date(2026, 11, 21))
    counted = count_lines(Amounts([10**27], 0), Amounts([], 1), book, lines, THIRTY)
    by = {found.line.provision: (found.by, found.counts.above, found.counts.unknown) for found in counted}
    assert by["us-ca-sb1047.covered_model"] == ("compute", 1, 0)
    assert by["us-ca-sb1047.fine_tuned_covered_model"] == ("finetune_compute", 0, 1)


@pytest.mark.parametrize("text", ["30", "1", "-0.1", "nan", "30%", "", "1e999"])
def test_a_margin_that_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(PlimsollError) as refused:
        read_margin(text)
    assert refused.value.code == "population.margin"


def test_a_margin_is_read_exactly() -> None:
    assert read_margin("0.3") == read_margin(".3") == THIRTY


@settings(max_examples=100)
@given(
    known=st.lists(st.integers(0, 40).map(lambda n: n * 10**24)),
    unknown=st.integers(0, 5),
    op=st.sampled_from(["gt", "ge"]),
    margin=st.sampled_from([Fraction(0), Fraction(1, 10), THIRTY, Fraction(9, 10)]),
)
def test_the_counts_are_those_of_the_three_valued_comparison_and_nobody_is_lost(
    known: list[int], unknown: int, op: Comparator, margin: Fraction
) -> None:
    counts = Amounts(known, unknown).around(op, LINE, margin)
    assert counts.surely_above + counts.indeterminate + counts.below + counts.unknown == len(known) + unknown
    answers = [compare(Estimate.with_margin(point, margin), op, LINE) for point in known]
    assert counts.above == sum(1 for answer in answers if answer.by_point is Truth.TRUE)
    assert counts.surely_above == sum(1 for answer in answers if answer.result is Truth.TRUE)
    assert counts.below == sum(1 for answer in answers if answer.result is Truth.FALSE)
