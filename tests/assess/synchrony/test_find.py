"""Sets of accounts that change together: shells are found, honest coincidences are not. Seeds are the tests' own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.assess.synchrony.country import Country, Shells

from plimsoll.assess.synchrony import find
from plimsoll.assess.synchrony.find import SIGNIFICANT_E6, SynchronousSet, synchronous_sets
from plimsoll.assess.synchrony.shifts import ShiftTest


def _sets(country: Country) -> tuple[SynchronousSet, ...]:
    return synchronous_sets(country.levels())


def _recall(found: tuple[SynchronousSet, ...], planted: tuple[str, ...]) -> float:
    return max((len(set(planted) & set(each.accounts)) for each in found), default=0) / len(planted)


@pytest.mark.parametrize(
    "shells",
    [
        Shells(),
        Shells(jitter=0, missing=0.0, extra=0.0),
        Shells(jitter=3, days=90, restarts=18),
        Shells(missing=0.3, days=90, restarts=18),
        Shells(extra=1.0, days=90, restarts=14),
        Shells(scaling=1.0, restarts=14),
        Shells(background=0.4, restarts=14),
        Shells(stagger=24 * 7, restarts=14),
        Shells(count=3, days=90, restarts=16),
        Shells(count=20),
    ],
    ids=str,
)
def test_shells_are_found_and_nobody_else(shells: Shells) -> None:
    country = Country(150, 77)
    country.honest(220)
    country.outages(0.5)
    planted = country.shells(shells)
    found = _sets(country)

    # Two hundred accounts tell little of what is usual: see docs/reference/synchrony.md for the power at size.
    hard = shells.extra >= 1 or shells.scaling >= 1
    assert _recall(found, planted) >= (0.2 if hard else 0.3)
    assert all(set(each.accounts) <= set(planted) for each in found)


@pytest.mark.parametrize("seed", range(900, 904))
def test_honest_customers_are_never_a_set(seed: int) -> None:
    country = Country(200, seed)
    country.honest(300)
    country.outages(1.5)

    assert _sets(country) == ()


@pytest.mark.parametrize("kind", ["nightly", "office", "weekly", "monthly", "serving", "steady"])
def test_habits_that_many_have_in_common_are_no_sign(kind: str) -> None:
    """Twenty customers with one habit each in the same hours: a cron job, working hours, the first of the month."""
    country = Country(180, 11)
    for _ in range(20):
        country.chance = np.random.default_rng(12)
        line = getattr(country, kind)()
        country.chance = np.random.default_rng(13 + len(country.subjects))
        country.add(line)

    assert _sets(country) == ()


def test_outages_of_a_region_are_no_sign_where_regions_are_told() -> None:
    country = Country(300, 21, providers=4)
    for _ in range(160):
        country.add(country.steady())
    country.outages(2.0)

    assert _sets(country) == ()


def test_outages_of_a_region_may_look_like_one_hand_where_regions_are_not_told() -> None:
    """Steady accounts whose only changes are outages: what is found then is marked, and never a finding of `high`."""
    country = Country(300, 21, providers=4)
    for _ in range(160):
        country.add(country.steady())
    country.outages(2.0)
    levels = country.levels()
    found = synchronous_sets(replace(levels, places=(None,) * len(levels.subjects)))

    assert not any(each.placed for each in found)
    # Each set is one region's, so that regions, once told, clear it.
    places = dict(zip(levels.subjects, levels.places, strict=True))
    assert all(len({places[subject] for subject in each.accounts}) == 1 for each in found)


def test_a_set_is_placed_where_the_place_of_every_account_is_told() -> None:
    country = Country(120, 25)
    country.honest(80)
    planted = country.shells(Shells(jitter=1, missing=0.0, extra=0.0, restarts=12))
    levels = country.levels()
    told = tuple(
        None if name == planted[0] else place for name, place in zip(levels.subjects, levels.places, strict=True)
    )

    assert [each.placed for each in synchronous_sets(levels)] == [True]
    assert [each.placed for each in synchronous_sets(replace(levels, places=told)) if planted[0] in each.accounts] == [
        False
    ]


def test_sets_that_matter_to_nobody_are_neither_tested_nor_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    country = Country(150, 24)
    country.honest(150)
    runs = [country.shells(Shells(restarts=16)) for _ in range(2)]
    tested: list[int] = []
    real = find.shift_test

    def counting(*args: Any) -> ShiftTest:
        tested.append(len(args[2]))
        return real(*args)

    monkeypatch.setattr(find, "shift_test", counting)
    one = frozenset(runs[0])
    found = synchronous_sets(
        country.levels(), choose=lambda sets: [tuple(n for n in names if n in one)[:4] for names in sets]
    )
    chosen = len(tested)

    assert found
    assert max(tested) <= 4
    assert all(set(each.accounts) <= one and each.tested == chosen for each in found)
    synchronous_sets(country.levels())
    assert len(tested) - chosen > chosen


def test_of_a_large_set_the_accounts_that_used_most_are_tested() -> None:
    country = Country(60, 29)
    country.honest(30)
    levels = country.levels()
    members = np.arange(5, 25, dtype=np.int32)
    chosen = find._largest(levels, members)
    used = levels.level.sum(axis=1, dtype=np.int64)

    assert len(chosen) == find.COMPARED
    assert chosen.tolist() == sorted(chosen.tolist())
    assert min(used[chosen]) >= max(used[np.setdiff1d(members, chosen)])
    assert find._largest(levels, members[:3]).tolist() == [5, 6, 7]


def test_quarters_are_no_sign() -> None:
    """Everybody begins and ends with a quarter, and restarts at random."""
    country = Country(180, 22)
    for number in range(60):
        line = country.run(restarts=0.0)
        line[:] = 0
        line[24 * 90 * (number % 2) : 24 * 90 * (number % 2 + 1)] = 32
        for at in country.chance.integers(0, country.hours, 12):
            line[at : at + 4] = 0
        country.add(line)

    assert _sets(country) == ()


def test_steady_accounts_without_a_change_never_match() -> None:
    country = Country(90, 23)
    for _ in range(30):
        country.add(np.full(country.hours, 64.0))

    assert _sets(country) == ()


def test_two_evaders_are_two_sets_and_a_bystander_is_in_none() -> None:
    country = Country(150, 24)
    country.honest(150)
    one, other = country.shells(Shells(restarts=16)), country.shells(Shells(restarts=16))
    found = _sets(country)

    assert len(found) == 2
    assert {frozenset(each.accounts) & frozenset(one) for each in found} != {frozenset()}
    assert all(set(each.accounts) <= set(one) or set(each.accounts) <= set(other) for each in found)


def test_what_a_set_tells() -> None:
    country = Country(120, 25)
    country.honest(80)
    planted = country.shells(Shells(jitter=1, missing=0.0, extra=0.0, restarts=12))
    [found] = _sets(country)

    assert found.accounts == planted
    assert found.p_e6 <= SIGNIFICANT_E6
    assert found.events >= 10
    assert found.test.similarity_e4 > 8_000 > 3_000 > found.test.expected_e4
    assert len(found.moments) == 12
    assert [moment.hour for moment in found.moments] == sorted(moment.hour for moment in found.moments)
    assert all(
        len(moment.changes) > 2 and {name for name, _ in moment.changes} <= set(planted) for moment in found.moments
    )


def test_only_wanted_accounts_are_in_a_set() -> None:
    country = Country(120, 26)
    country.honest(80)
    planted = country.shells(Shells(restarts=14))
    [found] = synchronous_sets(country.levels(), frozenset(planted[:5]))

    assert set(found.accounts) <= set(planted[:5])


def test_it_is_the_same_every_time() -> None:
    country = Country(100, 27)
    country.honest(60)
    country.shells(Shells(restarts=14))

    assert _sets(country) == _sets(country)


def test_a_year_of_a_few_hundred_accounts_takes_seconds() -> None:
    """What must hold at 5,000 accounts is measured in docs/reference/synchrony.md."""
    country = Country(365, 28)
    country.honest(150)

    assert len(country.levels().level[0]) == 8_760
    assert _sets(country) == ()
