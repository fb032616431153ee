"""Connected components: the same parts by every way there is, however long the chains in them."""

import random

import pytest

from plimsoll.compute.engine import connect
from plimsoll.parties.components import components, components_by_splink, components_on
from plimsoll.parties.identify import identify
from plimsoll.parties.splink_engine import splink_on
from plimsoll.sample.jurisdiction import write_sample
from plimsoll.sample.plan import Request
from plimsoll.sample.schemes.asked import parse_evaders

CHAIN = [(node, node + 1) for node in range(40, 58)]
"""In order of the nodes: every round of Splink's clustering shortens it by little, so there are many rounds."""


def _edges() -> list[tuple[int, int]]:
    drawn = random.Random(7)
    return [*CHAIN, (3, 3), (5, 4), (4, 5), *((drawn.randrange(60, 300), drawn.randrange(60, 300)) for _ in range(120))]


def test_one_machine_needs_no_engine() -> None:
    assert components_on(None) is components
    assert components_on("duckdb") is components


def test_splink_on_duckdb_finds_the_same_parts() -> None:
    with splink_on(connect()) as database:
        assert components_by_splink(300, _edges(), database) == components(300, _edges())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_splink_on_spark_finds_the_same_parts() -> None:
    on_spark = components_on("local[2]")

    assert on_spark is not components
    assert on_spark(300, _edges()) == components(300, _edges())
    assert on_spark(5, []) == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_same_groups_are_found_on_spark(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("jurisdiction") / "sample"
    write_sample(folder, Request(customers=60, days=60, density=50, evaders=parse_evaders("all=2")))
    here, there = identify(folder / "kyc"), identify(folder / "kyc", engine="local[2]")

    assert len([group for group in here.groups if len(group.parties) > 1]) > 2
    assert (there.groups, there.hubs, there.accounts) == (here.groups, here.hubs, here.accounts)
