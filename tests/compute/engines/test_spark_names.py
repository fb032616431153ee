"""Which names stand for Spark, and where its masters are."""

import pytest

from plimsoll.compute.engines.spark_names import is_master, local_threads, masters, on_this_machine


@pytest.mark.parametrize("name", ["local[1]", "local[16]", "local[*]", "spark://h:7077", "spark://a:1,b-2.c:2"])
def test_masters(name: str) -> None:
    assert is_master(name)


@pytest.mark.parametrize(
    "name",
    ["local", "local[0]", "local[2,3]", "yarn", "spark://", "spark://h", "http://h:1", "spark://h:1;x", "DUCKDB", ""],
)
def test_others_are_none(name: str) -> None:
    assert not is_master(name)


def test_threads_and_addresses() -> None:
    assert (local_threads("local[3]"), local_threads("local[*]"), local_threads("spark://h:1")) == ("3", "*", None)
    assert masters("spark://a:1,[::1]:2") == (("a", 1), ("::1", 2))
    assert masters("local[2]") == ()


def test_what_runs_here_opens_no_port_to_others() -> None:
    assert on_this_machine("local[2]")
    assert on_this_machine("spark://127.0.0.1:7077")
    assert not on_this_machine("spark://127.0.0.1:7077,far:7077")
