"""Usage over time."""

import numpy as np
import pytest

from plimsoll.sample.rhythm import MEAN_PERMILLE, Slots, Streams, activity, quantities
from plimsoll.sample.roster import MICRO, Shape

_YEAR = 24 * 364


def _slots(first: int, last: int, length: int) -> Slots:
    hour = np.arange(first, last, length, dtype=np.int64)
    return Slots(hour, length, hour // 24 % 7, hour % 24)


def _streams(start: int = 0, end: int = _YEAR, level: int = 10 * MICRO, count: int = 40) -> Streams:
    same = np.ones(count, dtype=np.int64)
    return Streams(np.arange(1, count + 1, dtype=np.uint64), start * same, end * same, level * same)


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("length", [1, 24])
def test_usage_stays_inside_its_stretch_and_under_its_level(shape: Shape, length: int) -> None:
    found = quantities(shape, _streams(48, 480), _slots(0, 720, length))

    outside = np.concatenate([found[:, : 48 // length], found[:, 480 // length :]], axis=1)
    assert (outside == 0).all()
    assert found.min() == 0
    assert 0 < found.max() <= 10 * MICRO * length


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("length", [1, 24])
def test_the_mean_used_for_sizing_is_the_mean(shape: Shape, length: int) -> None:
    found = quantities(shape, _streams(), _slots(0, _YEAR, length))

    permille = int(found.sum()) * 1000 // (40 * 10 * MICRO * _YEAR)
    assert abs(permille - MEAN_PERMILLE[shape]) <= MEAN_PERMILLE[shape] // 20


@pytest.mark.parametrize("shape", list(Shape))
def test_a_month_at_a_time_gives_what_the_year_gives(shape: Shape) -> None:
    whole = quantities(shape, _streams(), _slots(0, 1440, 1))

    parts = [quantities(shape, _streams(), _slots(at, at + 720, 1)) for at in (0, 720)]

    assert (np.concatenate(parts, axis=1) == whole).all()


def test_a_service_sleeps_at_night_and_at_weekends() -> None:
    found = quantities(Shape.SERVING, _streams(), _slots(0, 168, 1)).sum(axis=0)

    assert found[3] < found[13] // 2
    assert found[:24].sum() > found[-24:].sum()


def test_measured_activity_is_near_the_streams_own_and_absent_where_nobody_measures() -> None:
    bp = np.array([0, 4000], dtype=np.int64)

    found = activity(_streams(count=2), _slots(0, 8000, 1), bp)

    assert (found[0] == 0).all()
    assert (found[1].min(), found[1].max()) == (3850, 4150)
