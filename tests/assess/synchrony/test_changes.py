"""Changes of level: found where they are, and not where everyday use looks like them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.assess.synchrony.country import START, Country

from plimsoll.assess.synchrony.changes import APART, find_changes, typical_level
from plimsoll.assess.synchrony.levels import Levels

DAYS = 60


def _found(line: np.ndarray) -> list[tuple[int, int]]:
    level = np.maximum(line * 1000, 0).astype(np.int32)[None, :]
    changes = find_changes(Levels(("a/1",), (None,), START, level))
    return list(zip(changes.hour.tolist(), changes.percent.tolist(), strict=True))


def _line(*stretches: tuple[int, int, float]) -> np.ndarray:
    line = np.zeros(24 * DAYS)
    for start, end, level in stretches:
        line[start:end] = level
    return line


def test_start_restart_scale_and_stop_by_hand() -> None:
    found = _found(_line((100, 300, 64), (305, 600, 64), (600, 900, 32)))

    assert found == [(100, 100), (300, -100), (305, 100), (600, -50), (900, -100 // 2)]


def test_a_part_of_an_hour_does_not_make_two_changes() -> None:
    found = _found(_line((100, 101, 20), (101, 500, 64)))

    assert found == [(101, 100), (500, -100)]


def test_small_changes_are_none() -> None:
    assert _found(_line((0, 700, 100), (700, 1440, 85))) == []


def test_changes_of_one_direction_stay_apart() -> None:
    flapping = _line(*[(hour, hour + 1, 50) for hour in range(100, 200, 2)])
    rises = [hour for hour, percent in _found(flapping) if percent > 0]

    assert min(np.diff(rises)) >= APART


@pytest.mark.parametrize("kind", ["steady", "serving"])
@pytest.mark.parametrize("seed", range(5))
def test_everyday_use_has_hardly_a_change(kind: str, seed: int) -> None:
    country = Country(DAYS, seed)

    assert len(_found(getattr(country, kind)())) <= 2 * DAYS // 7


def test_a_run_is_seen_through_a_service_on_the_same_account() -> None:
    country = Country(DAYS, 3)
    service = country.serving()
    run = _line((300, 700, 100), (706, 1000, 100))
    found = _found(run + service * 40 / service.max())

    assert {300, 700, 706, 1000} <= {hour + shift for hour, _ in found for shift in (-1, 0, 1)}


def test_the_typical_level_is_where_half_of_the_time_is_used() -> None:
    assert typical_level(np.array([0, 10, 10, 10, 100], dtype=np.int32)) == 100
    assert typical_level(np.array([0, 10, 10, 10, 10], dtype=np.int32)) == 10
    assert typical_level(np.zeros(5, dtype=np.int32)) == 0


def test_nothing_at_all_is_no_change() -> None:
    changes = find_changes(Levels(("a/1", "b/2"), (None, None), START, np.zeros((2, 48), dtype=np.int32)))

    assert len(changes.hour) == 0
    assert changes.begin.tolist() == [0, 0, 0]
