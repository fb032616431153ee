"""From pairs to parties: strongest first, contradictions cut at the weakest pair, officers first of all."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.parties.resolution.clustering import Pair, cluster


def _numbers(**of: str):
    return {int(record[1:]): {"lei": frozenset((value,))} for record, value in of.items()}


def test_links_chain_into_one_party_named_by_its_lowest_record() -> None:
    assert cluster(4, [Pair(1, 2, 900), Pair(2, 3, 800)], {}, (), ()).of == (0, 1, 1, 1)


@pytest.mark.parametrize("order", list(permutations((Pair(0, 1, 900), Pair(1, 2, 800), Pair(2, 3, 950)))))
def test_a_contradiction_is_cut_at_the_weakest_pair_in_whatever_order_they_come(order: tuple[Pair, ...]) -> None:
    found = cluster(4, order, _numbers(r0="A", r3="B"), (), ())

    assert found.of == (0, 0, 2, 2)
    assert found.cut == ((Pair(1, 2, 800), "numbers"),)


def test_of_two_equal_pairs_the_one_of_the_earlier_subjects_stays() -> None:
    assert cluster(3, [Pair(1, 2, 800), Pair(0, 1, 800)], _numbers(r0="A", r2="B"), (), ()).of == (0, 0, 2)


def test_officers_come_before_pairs_and_numbers() -> None:
    found = cluster(3, [Pair(0, 1, 2_000)], _numbers(r0="A", r2="B"), [(0, 2)], [(0, 1)])

    assert found.of == (0, 1, 0)
    assert found.cut == ((Pair(0, 1, 2_000), "officer"),)


@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(700, 900)), max_size=40),
    st.dictionaries(st.integers(0, 11), st.sampled_from("ABC"), max_size=8),
)
def test_no_party_ever_holds_two_numbers(raw: list[tuple[int, int, int]], numbers: dict[int, str]) -> None:
    pairs = [Pair(min(a, b), max(a, b), bits) for a, b, bits in raw if a != b]
    stated = {record: {"lei": frozenset((value,))} for record, value in numbers.items()}
    found = cluster(12, pairs, stated, (), ())
    held: dict[int, set[str]] = {}
    for record, value in numbers.items():
        held.setdefault(found.of[record], set()).add(value)

    assert all(len(values) == 1 for values in held.values())
    assert cluster(12, pairs[::-1], stated, (), ()) == found
