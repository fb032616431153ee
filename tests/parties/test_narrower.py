"""The cores of a control group: parties by themselves, and what tight ties alone hold together."""

from __future__ import annotations

from datetime import date

from plimsoll.parties.control_group import ControlGroup, Link, Shared, Tie, Together, WeakestLink
from plimsoll.parties.narrower import TIGHT, by_party, tightly_tied


def link(one: str, other: str, parties: int, tie: Tie = Tie.PHONE) -> Link:
    return Link(one, other, (Shared(tie, "hk1:00…", parties, 900),), 900)


def group(*links: Link, since: date | None = None) -> ControlGroup:
    """Parties A to E; A has two accounts."""
    parties = ("A", "B", "C", "D", "E")
    accounts = ("p/a1", "p/a2", "p/b", "p/c", "p/d", "p/e")
    return ControlGroup(
        "G-1", parties, accounts, links, WeakestLink(links[:1], ("A",), 900), (Together(accounts, since),)
    )


PARTY = {"p/a1": "A", "p/a2": "A", "p/b": "B", "p/c": "C", "p/d": "D", "p/e": "E"}
CHAIN = (link("A", "B", 2), link("B", "C", TIGHT), link("C", "D", TIGHT + 1), link("D", "E", 2))


def test_a_party_with_several_accounts_is_a_core_and_one_with_a_single_account_is_none() -> None:
    [core] = by_party(group(*CHAIN), PARTY)
    assert core.accounts == ("p/a1", "p/a2")
    assert core.parties == ("A",)
    assert core.weakest is None


def test_a_loose_tie_parts_the_cores_and_each_names_its_own_weakest_link() -> None:
    first, second = tightly_tied(group(*CHAIN), PARTY)
    assert first.parties == ("A", "B", "C")
    assert first.accounts == ("p/a1", "p/a2", "p/b", "p/c")
    assert second.parties == ("D", "E")
    assert first.weakest is not None
    assert first.weakest.centibits == 900
    assert set(first.weakest.links) <= set(first.links)
    assert first.id != second.id


def test_a_group_held_by_tight_ties_alone_is_its_own_core() -> None:
    assert list(tightly_tied(group(*(link(a, b, 2) for a, b in ("AB", "BC", "CD", "DE"))), PARTY)) == []


def test_a_share_is_tight_however_many_companies_the_owner_has() -> None:
    owned = group(link("A", "B", 4_000, Tie.OWNERSHIP), *CHAIN[1:])
    first, _ = tightly_tied(owned, PARTY)
    assert first.parties == ("A", "B", "C")


def test_dates_stay_with_the_accounts_that_they_are_about() -> None:
    dated = group(*CHAIN, since=date(2026, 7, 1))
    first, second = tightly_tied(dated, PARTY)
    assert first.together == (Together(first.accounts, date(2026, 7, 1)),)
    assert second.together == (Together(second.accounts, date(2026, 7, 1)),)


def test_the_order_of_links_does_not_matter() -> None:
    assert [core.parties for core in tightly_tied(group(*CHAIN), PARTY)] == [
        core.parties for core in tightly_tied(group(*CHAIN[::-1]), PARTY)
    ]
