"""The same parties on Spark as on DuckDB, from the same model file."""

import pytest
from company_cases import BARE, BASE, engine, of

from plimsoll.compute.engine import connect
from plimsoll.parties.kyc import Identifier
from plimsoll.parties.records import record_table
from plimsoll.parties.resolution.resolve import resolve


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_spark_finds_the_same_parties_with_the_same_evidence() -> None:
    records = record_table(
        [
            BASE,
            of("2", legal_name="Belamrie Robotics", identifiers=()),
            of("3", identifiers=(Identifier("reg:DE", "HRB999999"),)),
            of("4", BARE),
            of("5", BARE, legal_name="Corharune Ceramics AG"),
            of("6", legal_name="Corharune Ceramics", identifiers=()),
        ]
    )
    here = resolve(records, engine())
    there = resolve(records, connect("local[2]"))

    assert there.party_of == here.party_of
    assert (there.links, there.cut) == (here.links, here.cut)
    assert there.gammas.tolist() == here.gammas.tolist()
