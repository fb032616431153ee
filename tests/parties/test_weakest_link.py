import itertools
import random

import pytest

from plimsoll.parties import weakest_link
from plimsoll.parties.control_group import Tie
from plimsoll.parties.ties import Bond, Member, bonds_of, centibits, rarity
from plimsoll.parties.weakest_link import minimum_cut


def bond(weight: int, *parties: int) -> Bond:
    return Bond(Tie.PHONE, "x", len(parties), weight, tuple(Member(party) for party in sorted(parties)))


def by_trial(parties: list[int], bonds: list[Bond]) -> int:
    costs = []
    for size in range(1, len(parties) // 2 + 1):
        for side in itertools.combinations(parties, size):
            inside = set(side)
            ends = [{member.party for member in each.members} for each in bonds]
            costs.append(sum(b.centibits for b, e in zip(bonds, ends, strict=True) if e & inside and e - inside))
    return min(costs)


@pytest.mark.parametrize("seed", range(40))
def test_the_cut_is_the_cheapest_of_all(seed: int) -> None:
    draw = random.Random(seed)
    parties = list(range(draw.randint(2, 8)))
    bonds = [bond(draw.randint(1, 9), one, one + 1) for one in parties[:-1]]
    bonds += [bond(draw.randint(1, 9), *draw.sample(parties, draw.randint(2, len(parties)))) for _ in range(5)]

    assert minimum_cut(parties, bonds).centibits == by_trial(parties, bonds)


def test_equal_cuts_are_chosen_the_same_whatever_the_order() -> None:
    ring = [bond(5, n, (n + 1) % 6) for n in range(6)]

    assert minimum_cut(range(6), ring) == minimum_cut(range(6), ring[::-1])


def test_a_large_group_is_cut_at_its_lightest_single_bond(monkeypatch: pytest.MonkeyPatch) -> None:
    halves = [
        bond(9, *range(20)),
        bond(8, *range(20)),
        bond(9, *range(20, 60)),
        bond(8, *range(20, 60)),
        bond(2, 3, 40),
    ]
    monkeypatch.setattr(weakest_link, "EXACT", 10)

    cut = minimum_cut(range(60), halves)

    assert (cut.centibits, cut.apart) == (2, tuple(range(20)))


def test_a_value_that_passes_on_ties_only_those_who_had_it_at_once() -> None:
    from datetime import date

    days = [date(2026, month, 1) for month in (1, 4, 6, 9)]
    members = [
        Member(1, (None, days[1])),
        Member(2, (days[0], days[2])),
        Member(3, (days[2], None)),
        Member(4, (days[3], None)),
    ]

    assert [[m.party for m in each.members] for each in bonds_of(Tie.PHONE, "x", 4, 5, members)] == [[1, 2], [3, 4]]


def test_rarity_is_exact_and_never_nothing() -> None:
    assert centibits(1_024, 1) == 1_000
    assert centibits(50_000, 2) == 1_461
    assert rarity(10, 10, 100) == 1
