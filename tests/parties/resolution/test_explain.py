"""The waterfall: every step in words, and sums that add up to the verdict."""

from datetime import UTC, datetime

from company_cases import BARE, BASE, engine, of, resolved

from plimsoll.parties.kyc import CustomerRecord, Identifier
from plimsoll.parties.records import record_table
from plimsoll.parties.resolution.decisions import Decision, decide
from plimsoll.parties.resolution.explain import Explanation, explain
from plimsoll.parties.resolution.model import load_model


def _explained(records: list[CustomerRecord], one: int, other: int, *decisions: Decision) -> Explanation:
    found = resolved(records, decisions)
    return explain(record_table(records), found, load_model(), decisions, (one, other), engine())


def test_the_steps_add_up_from_the_prior_to_the_total() -> None:
    found = _explained([BASE, of("2")], 1, 0)
    running = found.prior
    for step in found.steps:
        running += step.centibits
        assert step.total == running

    assert found.total == running == resolved([BASE, of("2")]).links[0].centibits
    assert (found.one, found.other, found.same, found.enough, found.may_link) == (
        "north/1",
        "north/2",
        True,
        True,
        True,
    )


def test_each_step_shows_both_values_as_filed() -> None:
    steps = {step.what: step for step in _explained([BASE, of("2", identifiers=())], 0, 1).steps}

    assert steps["name"].words == "the same name"
    assert steps["name"].one == "Belamire Robotics GmbH"
    assert (steps["register"].one, steps["register"].other) == ("HRB123456 (DE)", "")
    assert steps["register"].words == "not known of both"
    assert steps["phone"].one == "hk1:111111…1111"
    assert steps["people"].one == "Ilona Vaskeri, 1970-02-03"


def test_a_name_and_a_place_are_enough_bits_and_still_do_not_link() -> None:
    found = _explained([BARE, of("2", BARE)], 0, 1)

    assert found.enough
    assert not found.may_link
    assert not found.same
    assert "does not link" in found.verdict


def test_pairs_that_were_never_compared_are_explained_too() -> None:
    found = _explained([BASE, CustomerRecord("south", "9", "Corharune Ceramics AG")], 0, 1)

    assert not found.enough
    assert found.verdict.startswith("two parties")


def test_contradicting_numbers_are_named_as_the_obstacle() -> None:
    found = _explained([BASE, of("2", identifiers=(Identifier("reg:DE", "HRB999999"),))], 0, 1)

    assert found.obstacle == "numbers"
    assert "contradict" in found.verdict


def test_records_that_others_join_get_the_chain() -> None:
    middle = of("2", emails=("office@belamire.test", "hello@vaskeri.test"))
    far = CustomerRecord("north", "3", "Belamire Robotics", emails=("hello@vaskeri.test",))
    near = CustomerRecord("north", "1", "Belamire Robotics", emails=("office@belamire.test",))
    found = _explained([near, middle, far], 0, 2)

    assert found.same
    assert [(hop.one, hop.other) for hop in found.chain] == [("north/1", "north/2"), ("north/2", "north/3")]


def test_an_officers_word_is_part_of_the_answer() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    decision = decide("north/1", "north/2", same=False, by="A. Officer", because="two branches", at=now)
    found = _explained([BASE, of("2")], 0, 1, decision)

    assert found.decision == decision
    assert found.obstacle == "officer"
    assert found.verdict == f"two parties: A. Officer decided so ({decision.id})"
