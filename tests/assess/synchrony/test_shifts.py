"""The permutation test: its words, its p, and that it neither finds what is not there nor misses what is."""

from __future__ import annotations

import numpy as np
import pytest
from tests.assess.synchrony.country import Country, Shells

from plimsoll.assess.synchrony.chance import Chance, chances
from plimsoll.assess.synchrony.changes import Changes, find_changes
from plimsoll.assess.synchrony.pairs import one_way
from plimsoll.assess.synchrony.shifts import ShiftTest, shift_test, splitmix64


def test_the_words_are_those_of_splitmix64() -> None:
    """First words of the reference implementation for the seed 1234567 (Vigna, prng.di.unimi.it)."""
    words = splitmix64(np.arange(3, dtype=np.uint64), 1_234_567)

    assert words.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize(
    ("as_similar", "permutations", "tested", "expected"),
    [(0, 999, 1, 1_000), (0, 999, 7, 7_000), (4, 999, 1, 5_000), (999, 999, 3, 1_000_000), (0, 2_999, 1, 334)],
)
def test_p_by_hand(as_similar: int, permutations: int, tested: int, expected: int) -> None:
    assert ShiftTest(permutations, as_similar, 0, 0).p_e6(tested) == expected


def _seen(country: Country) -> tuple[Changes, Chance]:
    levels = country.levels()
    changes = find_changes(levels)
    return changes, chances(levels, changes)


def test_without_a_turn_it_compares_what_is() -> None:
    """Against the comparison of pairs, which is written independently of it."""
    country = Country(90, 4)
    country.honest(20)
    country.shells(Shells(count=5))
    changes, chance = _seen(country)
    members = np.arange(15, 25, dtype=np.int32)
    tested = shift_test(changes, chance, members, "x", 1)
    whole = sum(int(one_way(changes, chance, int(m), members[members != m]).sum()) for m in members)
    from plimsoll.assess.synchrony import shifts

    clocks = [shifts._Clock(changes, chance, int(member)) for member in members]
    worth, _ = shifts._compared(clocks, np.zeros((1, 10), dtype=np.int32))
    assert int(worth[0]) == whole
    assert tested.permutations == 1


def test_the_same_accounts_give_the_same_shifts() -> None:
    country = Country(60, 5)
    country.shells(Shells(count=4, days=30))
    changes, chance = _seen(country)
    members = np.arange(4, dtype=np.int32)

    assert shift_test(changes, chance, members, "a", 300) == shift_test(changes, chance, members, "a", 300)


@pytest.mark.parametrize("kind", ["run", "jobs", "nightly", "office", "weekly"])
def test_independent_accounts_are_as_similar_as_their_shifts(kind: str) -> None:
    """Were p not honest, small ones would come up too often: of 30 sets, hardly one below one in twenty-five."""
    small = 0
    for seed in range(30):
        country = Country(120, seed)
        for _ in range(4):
            country.add(getattr(country, kind)())
        changes, chance = _seen(country)
        tested = shift_test(changes, chance, np.arange(4, dtype=np.int32), str(seed), 99)
        small += tested.p_e6(1) <= 40_000
    assert small <= 5, small


def test_shells_stand_out() -> None:
    country = Country(120, 6, providers=3)
    country.honest(100)
    planted = country.shells(Shells(count=4))
    subjects = country.levels().subjects
    members = np.array([subjects.index(subject) for subject in planted], dtype=np.int32)
    tested = shift_test(*_seen(country), members, "s", 499)

    assert tested.as_similar == 0
    assert tested.similarity_e4 > 3 * tested.expected_e4
