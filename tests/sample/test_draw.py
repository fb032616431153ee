"""Chance that repeats."""

import numpy as np
import pytest

from plimsoll.sample.draw import Draw, Shuffle, key_of, noise, scaled


def test_the_sequence_is_pinned_for_ever() -> None:
    draw = Draw(0)

    assert [draw.word() for _ in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_keys_depend_on_every_label_and_on_where_one_ends() -> None:
    keys = {key_of(7, "a", 12), key_of(8, "a", 12), key_of(7, "a1", 2), key_of(7, "b", 12), key_of(7, "a", "12", "")}

    assert len(keys) == 5
    assert key_of(7, "a", 12) == key_of(7, "a", "12")


def test_numpy_and_python_give_the_same_words() -> None:
    keys = np.array([0, 1, key_of(7, "x")], dtype=np.uint64)

    words = noise(keys, np.arange(4, dtype=np.uint64))

    for row, key in enumerate([0, 1, key_of(7, "x")]):
        draw = Draw(key)
        assert words[row].tolist() == [draw.word() for _ in range(4)]


def test_draws_stay_in_their_range_and_reach_its_ends() -> None:
    draw = Draw(key_of(7, "range"))

    seen = {draw.between(-1, 2) for _ in range(200)}
    many = scaled(noise(np.array([5], dtype=np.uint64), np.arange(2000, dtype=np.uint64)), 31)

    assert seen == {-1, 0, 1, 2}
    assert (many.min(), many.max()) == (0, 30)


def test_weights_are_kept() -> None:
    draw = Draw(1)

    drawn = [draw.weighted((("rare", 1), ("never", 0), ("often", 9))) for _ in range(2000)]

    assert drawn.count("never") == 0
    assert 100 < drawn.count("rare") < 320


@pytest.mark.parametrize("size", [1, 2, 3, 10, 97, 1000, 1024])
def test_a_shuffle_gives_every_number_once(size: int) -> None:
    shuffle = Shuffle(key_of(7, "shuffle", size), size)

    assert sorted(shuffle(index) for index in range(size)) == list(range(size))
