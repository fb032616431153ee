"""Tests of `lists.py`."""

import numpy as np
import pyarrow as pa

from plimsoll.parties.lists import distinct_lists, fields_of, parts_of


def test_each_text_of_a_row_is_there_once_in_order_and_a_row_without_any_is_null() -> None:
    rows = np.array([1, 1, 1, 1, 3], np.int64)

    found = distinct_lists(5, rows, pa.array(["b", "a", "b", "", None], pa.string()))

    assert found.to_pylist() == [None, ["a", "b"], None, None, None]


def test_rows_of_one_text_each_keep_it() -> None:
    assert distinct_lists(3, np.array([0, 2], np.int64), pa.array(["z", "a"])).to_pylist() == [["z"], None, ["a"]]
    assert distinct_lists(0, np.zeros(0, np.int64), pa.array([], pa.string())).to_pylist() == []


def test_parts_know_their_row_also_in_pieces_of_a_table() -> None:
    lists = pa.chunked_array([[[{"a": 1}], None], [[], [{"a": 2}, {"a": 3}]]], pa.list_(pa.struct([("a", pa.int64())])))
    rows, parts = parts_of(lists)
    later, _ = parts_of(lists.chunk(1).slice(1))

    assert (rows.tolist(), fields_of(parts, "a")) == ([0, 3, 3], [[1, 2, 3]])
    assert later.tolist() == [0, 0]
    assert parts_of(pa.chunked_array([], lists.type))[0].tolist() == []
