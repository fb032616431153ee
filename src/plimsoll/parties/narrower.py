"""The cores of a control group: each of its parties by itself, and those that are tied more tightly than the rest.

A group may hang on one loose tie, such as an agent with a dozen clients, to somebody who has nothing to do with it. So
whoever looks for a reason to accuse looks at the cores first: what they show needs no loose tie to be true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from plimsoll.kernel.ids import content_id
from plimsoll.parties.control_group import ControlGroup, Link, Tie, Together, WeakestLink
from plimsoll.parties.ties import Bond, Member
from plimsoll.parties.weakest_link import minimum_cut

TIGHT = 8
"""A tie that at most so many parties have is tight; so is every share, vote and mandate, whoever else has one."""

_OWNED = frozenset((Tie.OWNERSHIP, Tie.VOTES, Tie.ON_BEHALF))


def by_party(group: ControlGroup, party_of: Mapping[str, str]) -> Iterator[ControlGroup]:
    """Each party of a group of several, if it has several accounts.

    Args:
        party_of: by account.
    """
    if len(group.parties) < 2:
        return
    held: dict[str, list[str]] = defaultdict(list)
    for account in group.accounts:
        held[party_of[account]].append(account)
    for party, accounts in sorted(held.items()):
        if len(accounts) > 1:
            yield ControlGroup(
                content_id("G", [party]), (party,), tuple(accounts), (), None, (Together(tuple(accounts)),)
            )


def tightly_tied(group: ControlGroup, party_of: Mapping[str, str]) -> Iterator[ControlGroup]:
    """The parts of a group that hold together by tight ties alone, if there are several parts or loose ends."""
    tight = [link for link in group.links if _is_tight(link)]
    if len(tight) == len(group.links):
        return
    accounts: dict[str, list[str]] = defaultdict(list)
    for account in group.accounts:
        accounts[party_of[account]].append(account)
    for parties in _parts(tight):
        if len(parties) < len(group.parties):
            inside = tuple(link for link in tight if link.one in parties)
            held = tuple(sorted(account for party in parties for account in accounts[party]))
            yield _part(group, tuple(sorted(parties)), held, inside)


def _is_tight(link: Link) -> bool:
    return any(shared.tie in _OWNED or shared.parties <= TIGHT for shared in link.shared)


def _parts(links: list[Link]) -> list[set[str]]:
    """Sets of parties that the links connect, in order of their first party."""
    part_of: dict[str, set[str]] = {}
    for link in links:
        joined = part_of.get(link.one, {link.one}) | part_of.get(link.other, {link.other})
        for party in joined:
            part_of[party] = joined
    return [part for party, part in sorted(part_of.items()) if party == min(part)]


def _part(
    group: ControlGroup, parties: tuple[str, ...], accounts: tuple[str, ...], links: tuple[Link, ...]
) -> ControlGroup:
    inside = frozenset(accounts)
    sets = [
        Together(held, together.since, together.until)
        for together in group.together
        if len(held := tuple(account for account in together.accounts if account in inside)) > 1
    ]
    return ControlGroup(content_id("G", list(parties)), parties, accounts, links, _weakest(parties, links), tuple(sets))


def _weakest(parties: tuple[str, ...], links: tuple[Link, ...]) -> WeakestLink:
    place = {party: number for number, party in enumerate(parties)}
    bonds = []
    for link in links:
        ends = (Member(place[link.one]), Member(place[link.other]))
        bonds += [Bond(each.tie, each.shown, each.parties, each.centibits, ends) for each in link.shared]
    cut = minimum_cut(range(len(parties)), bonds)
    apart = tuple(parties[number] for number in cut.apart)
    across = tuple(link for link in links if (link.one in apart) != (link.other in apart))
    return WeakestLink(across, apart, cut.centibits)
