"""Bonds drawn as links between two parties each, few enough to look at: a star, not every pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from plimsoll.parties.control_group import Link, Shared
from plimsoll.parties.ties import ALWAYS, Bond, Member, Span, common_span


def links(bonds: Sequence[Bond], apart: frozenset[int], ids: Sequence[str]) -> tuple[Link, ...]:
    """The links of a group, in order.

    Args:
        apart: one side of the weakest cut: a bond on both sides is drawn across it once.
    """
    found: dict[tuple[int, int], list[tuple[int, Span]]] = defaultdict(list)
    for number, bond in enumerate(bonds):
        for one, other in _dated_tree(bond) if bond.dated else _two_stars(bond, apart):
            span = common_span(one.span, other.span)
            if span is not None and one.party != other.party:
                first, second = sorted((one.party, other.party))
                found[first, second].append((number, span))
    return tuple(_link(ids[one], ids[other], found[one, other], bonds) for one, other in sorted(found))


def _two_stars(bond: Bond, apart: frozenset[int]) -> list[tuple[Member, Member]]:
    pairs: list[tuple[Member, Member]] = []
    centres: list[Member] = []
    for side in (True, False):
        members = [member for member in bond.members if (member.party in apart) is side]
        if members:
            centres.append(members[0])
            pairs += [(members[0], member) for member in members[1:]]
    return [*pairs, *([(centres[0], centres[1])] if len(centres) == 2 else [])]


def _dated_tree(bond: Bond) -> list[tuple[Member, Member]]:
    """Each member with an earlier one that still had the thing when it came."""
    pairs: list[tuple[Member, Member]] = []
    longest: Member | None = None
    for member in sorted(bond.members, key=lambda m: (m.span[0] or date.min, m.party)):
        if longest is not None:
            pairs.append((longest, member))
        if longest is None or (member.span[1] or date.max) > (longest.span[1] or date.max):
            longest = member
    return pairs


def _link(one: str, other: str, parts: Sequence[tuple[int, Span]], bonds: Sequence[Bond]) -> Link:
    between = [bonds[number] for number in sorted({number for number, _ in parts})]
    shared = sorted(
        (Shared(bond.tie, bond.shown, bond.parties, bond.centibits) for bond in between),
        key=lambda s: (-s.centibits, s.tie.value, s.shown),
    )
    spans = [span for _, span in parts]
    since = until = None
    if all(span != ALWAYS for span in spans):
        since = None if any(s[0] is None for s in spans) else min(s[0] for s in spans if s[0])
        until = None if any(s[1] is None for s in spans) else max(s[1] for s in spans if s[1])
    return Link(one, other, tuple(shared), sum(s.centibits for s in shared), since, until)
