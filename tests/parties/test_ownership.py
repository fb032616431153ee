from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.parties.linear_solve import inverse_of_rest
from plimsoll.parties.ownership import EXACT_CYCLE, LARGEST_CYCLE, EffectiveShare, Interest, effective_shares


def whole(owner: str, asset: str, percent: int) -> Interest:
    return Interest(owner, asset, percent * 100, percent * 100)


def shares(*interests: Interest, at_least: int = 1) -> dict[tuple[str, str], tuple[int, int]]:
    found = effective_shares(interests, at_least).shares
    return {(share.owner, share.asset): (share.low_bp, share.high_bp) for share in found}


def codes(*interests: Interest) -> list[str]:
    return [problem.code for problem in effective_shares(interests).problems]


def test_a_chain_multiplies() -> None:
    found = shares(whole("X", "A", 60), whole("A", "B", 50))

    assert found["X", "B"] == (3_000, 3_000)


def test_small_shares_through_several_companies_add_up_past_the_threshold() -> None:
    middle = [f"M{number}" for number in range(10)]
    found = shares(*(whole("X", m, 100) for m in middle), *(whole(m, "C", 3) for m in middle), at_least=2_500)

    assert found["X", "C"] == (3_000, 3_000)
    assert ("M0", "C") not in found


def test_an_owner_that_is_the_customers_own_subsidiary_leaves_everything_to_the_outside_owner() -> None:
    circle = (whole("S", "C", 40), whole("C", "S", 100), whole("X", "C", 60))
    found = shares(*circle)

    assert found["X", "C"] == (10_000, 10_000)
    assert ("C", "C") not in found
    assert codes(*circle) == ["ownership.circular", "ownership.circular"]


@pytest.mark.parametrize(
    "circle",
    [
        [whole("A", "A", 100)],
        [whole("A", "B", 100), whole("B", "A", 100)],
        [whole("A", "B", 100), whole("B", "C", 100), whole("C", "A", 100), whole("C", "D", 30)],
        [whole("A", "B", 70), whole("C", "B", 30), whole("B", "A", 100), whole("B", "C", 100)],
    ],
)
def test_a_cycle_that_owns_all_of_itself_is_a_problem_and_never_a_division(circle: list[Interest]) -> None:
    assert "ownership.cycle" in codes(*circle)


def test_a_closed_cycle_keeps_its_direct_shares() -> None:
    found = shares(whole("A", "B", 100), whole("B", "A", 100), whole("B", "D", 50))

    assert found["B", "D"] == (5_000, 5_000)
    assert found["A", "B"] == (10_000, 10_000)


def test_owners_that_hold_more_than_there_is_are_reported_and_nobody_gets_more_than_all() -> None:
    interests = (whole("X", "A", 80), whole("Y", "A", 70), whole("A", "B", 100))

    assert codes(*interests) == ["ownership.over_100"]
    assert all(high <= 10_000 for _, high in shares(*interests).values())


def test_a_range_stays_a_range_and_its_top_is_what_the_others_leave() -> None:
    found = shares(Interest("X", "A", 2_500, 5_000), Interest("Y", "A", 6_000, 10_000), whole("A", "B", 50))

    assert found["X", "A"] == (2_500, 4_000)
    assert found["X", "B"] == (1_250, 2_000)


def test_an_unknown_share_is_nothing_for_sure_and_all_that_is_left_perhaps() -> None:
    found = shares(Interest("X", "A", 0, 10_000), whole("Y", "A", 30))

    assert found["X", "A"] == (0, 7_000)


def test_a_cycle_larger_than_can_be_solved_is_bounded_from_below() -> None:
    size = EXACT_CYCLE + 10
    ring = [whole(f"c{n:03}", f"c{(n + 1) % size:03}", 50) for n in range(size)]
    found = shares(whole("X", "c000", 40), *ring)

    low, high = found["X", "c002"]
    assert low in (999, 1_000)
    assert high == 10_000


def test_a_tangle_is_reported_and_keeps_direct_shares() -> None:
    size = LARGEST_CYCLE + 1
    ring = [whole(f"c{n:03}", f"c{(n + 1) % size:03}", 50) for n in range(size)]

    assert codes(*ring) == ["ownership.tangled"]
    assert shares(*ring)["c000", "c001"] == (5_000, 5_000)


def test_a_long_chain_costs_its_length() -> None:
    chain = [whole(f"c{n:05}", f"c{n + 1:05}", 100) for n in range(2_000)]
    found = shares(*chain, at_least=2_500)

    assert found["c01999", "c02000"] == (10_000, 10_000)
    assert len(found) <= 2_000 * 34


def test_the_order_of_interests_does_not_matter() -> None:
    interests = [whole("A", "B", 30), whole("B", "C", 60), whole("C", "A", 20), whole("X", "B", 50)]

    assert effective_shares(interests) == effective_shares(interests[::-1])
    assert effective_shares(interests).shares == tuple(
        sorted(effective_shares(interests).shares, key=lambda s: (s.asset, s.owner))
    )
    assert EffectiveShare("A", "B", 3_000, 3_000) in effective_shares(interests).shares


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 24)), max_size=12))
def test_effective_shares_satisfy_their_own_equation(edges: list[tuple[int, int, int]]) -> None:
    """With nobody in a cycle through itself taken out, ``M (I - A) = I``."""
    matrix = [[0] * 5 for _ in range(5)]
    for owner, asset, percent in edges:
        matrix[owner][asset] = percent * 100
    inverse = inverse_of_rest(matrix, 10_000)
    closed = all(sum(matrix[row][column] for row in range(5)) < 10_000 for column in range(5))

    assert inverse is not None or not closed
    if inverse is not None:
        for row in range(5):
            for column in range(5):
                product = sum(
                    inverse[row][k] * (Fraction(int(k == column)) - Fraction(matrix[k][column], 10_000))
                    for k in range(5)
                )
                assert product == int(row == column)
                assert inverse[row][column] >= 0
