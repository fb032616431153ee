"""A run that one hand split is found though a loose tie joins its accounts to somebody else's, who is not accused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from party_cases import BOUND, behind, daily_table, known, record

from plimsoll.assess.finding import Code
from plimsoll.assess.party_evidence import LinkEvidence, MemberEvidence, SamePartyEvidence
from plimsoll.compute.engine import connect
from plimsoll.parties.control_group import ControlGroup, Link, Shared, Tie, Together, WeakestLink
from plimsoll.parties.known import JoinedRecords, JoinStep


@pytest.fixture(scope="module")
def engine():
    return connect(threads=1)


def _link(one: str, other: str, parties: int) -> Link:
    return Link(one, other, (Shared(Tie.PHONE, "hk1:ab…", parties, 1_000),), 1_000)


def _joined(*links: Link, holders: dict[str, str]) -> ControlGroup:
    accounts = tuple(sorted(holders))
    parties = tuple(sorted(set(holders.values())))
    return ControlGroup(
        "G-all", parties, accounts, links, WeakestLink(links[:1], parties[:1], 1_000), (Together(accounts),)
    )


def _members(engine, holders: dict[str, str], rows: list[tuple[str, int, int]], *links: Link) -> list[set[str]]:
    parties = known([record(name, party=party) for name, party in holders.items()], [_joined(*links, holders=holders)])
    found = [each.finding for each in behind(daily_table(engine, rows), parties).findings(())]
    splits = [finding for finding in found if finding.code is Code.SPLIT_RUN]
    return [{part.subject for part in finding.evidence if isinstance(part, MemberEvidence)} for finding in splits]


def test_the_accounts_of_one_legal_person_are_found_without_its_neighbour(engine) -> None:
    holders = {"p/a": "P-1", "q/a": "P-1", "p/u": "P-2", "q/u": "P-2", "r/u": "P-2"}
    rows = [("p/a", 0, 60 * BOUND), ("q/a", 0, 60 * BOUND), *((name, 0, 20 * BOUND) for name in ("p/u", "q/u", "r/u"))]
    assert _members(engine, holders, rows, _link("P-1", "P-2", 20)) == [{"p/a", "q/a"}]


def test_the_accounts_of_one_legal_person_show_the_weakest_link_between_its_records(engine) -> None:
    """Whoever files another's name and number is taken for him: the accusation rests on that, and says so."""
    holders = {"p/a": "P-1", "q/a": "P-1", "p/u": "P-2", "q/u": "P-2"}
    rows = [(name, 0, 60 * BOUND) for name in ("p/a", "q/a")]
    joined = JoinedRecords("p/a", "q/a", 2_450, (JoinStep("name", "the same name", "Halden", "Halden", 900),))
    parties = known(
        [record(name, party=party) for name, party in holders.items()],
        [_joined(_link("P-1", "P-2", 20), holders=holders)],
    )
    parties = replace(parties, weakest_join={"P-1": joined}.get)
    [found] = behind(daily_table(engine, rows), parties).findings(())

    [told] = [part for part in found.finding.evidence if isinstance(part, SamePartyEvidence)]
    assert (told.party, told.one, told.other, told.centibits) == ("P-1", "p/a", "q/a", 2_450)
    assert "p/a and q/a count as one legal person by name (the same name) (24.5 bits)" in found.finding.explanation


def test_shells_on_tight_ties_are_found_without_what_hangs_on_a_loose_one(engine) -> None:
    holders = {"p/a": "P-1", "q/b": "P-2", "r/c": "P-3"}
    rows = [(name, 0, 60 * BOUND) for name in holders]
    found = _members(engine, holders, rows, _link("P-1", "P-2", 2), _link("P-2", "P-3", 20))
    assert found == [{"p/a", "q/b"}]


def test_what_only_the_loose_tie_brings_past_the_line_is_found_all_the_same_and_says_how_weak_it_is(engine) -> None:
    holders = {"p/a": "P-1", "q/b": "P-2", "r/c": "P-3"}
    rows = [(name, 0, 40 * BOUND) for name in holders]
    parties = known(
        [record(name, party=party) for name, party in holders.items()],
        [_joined(_link("P-1", "P-2", 2), _link("P-2", "P-3", 20), holders=holders)],
    )
    [found] = behind(daily_table(engine, rows), parties).findings(())
    assert found.finding.code is Code.SPLIT_RUN
    assert any(part.weakest for part in found.finding.evidence if isinstance(part, LinkEvidence))


def test_two_runs_in_one_group_are_two_findings(engine) -> None:
    holders = {"p/a": "P-1", "q/a": "P-1", "p/b": "P-2", "q/b": "P-2"}
    rows = [(name, 0, 60 * BOUND) for name in holders]
    found = _members(engine, holders, rows, _link("P-1", "P-2", 20))
    assert sorted(map(sorted, found)) == [["p/a", "q/a"], ["p/b", "q/b"]]
