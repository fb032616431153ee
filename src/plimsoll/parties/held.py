"""Ties through owners, voters, directors and principals: which of them are control, which only evidence, which neither.

Control, however many parties it reaches: at least the threshold of capital or votes, directly or through others, or
acting on somebody's behalf, where that somebody is known for sure or is a customer. Whoever truly owns 40,000
companies controls 40,000. Evidence, up to the hub cap: the same director, or the same owner with a smaller or unknown
share. Nothing alone: a bare name, and a share of a company (an investor) that is known to be minor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from plimsoll.parties.control_group import Tie
from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.holders import Stake
from plimsoll.parties.kyc import Role
from plimsoll.parties.one_holder import Sure
from plimsoll.parties.ownership import WHOLE_BP
from plimsoll.parties.shared_values import Value
from plimsoll.parties.ties import ALWAYS, Bond, Member, Span, bonds_of, rarity

_SHARES = {Role.OWNER: Tie.OWNERSHIP, Role.VOTER: Tie.VOTES}
_BY_NAME_DISCOUNT = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """What one holder holds of one party during a span; the bounds are those of `kyc.Holder`, unknown ones open."""

    holder: str
    party: int
    role: Role
    low_bp: int
    high_bp: int
    span: Span
    person: bool = False


@dataclass(slots=True)
class _Holder:
    shown: str
    sure: Sure
    control: dict[Tie, set[Member]] = field(default_factory=lambda: defaultdict(set))
    evidence: dict[Tie, set[Member]] = field(default_factory=lambda: defaultdict(set))
    minor: set[Member] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Held:
    """Ties of all holders: bonds that link, values that more than the cap share, and values for combinations."""

    bonds: list[Bond]
    hubs: list[Value]
    weak: list[Value]


def pieces_of(stakes: Iterable[Stake]) -> list[Piece]:
    """Shares of one holder in one record added up, where they were held at the same time; a line written twice counts
    once."""
    lines: dict[tuple[str, int, Role, int], set[Stake]] = defaultdict(set)
    for stake in stakes:
        lines[stake.holder, stake.party, stake.role, stake.record].add(stake)
    pieces: dict[Piece, None] = {}
    for (holder, party, role, _), written in lines.items():
        person = any(line.person for line in written)
        for span, low, high in _piecewise(written):
            pieces[Piece(holder, party, role, low, high, span, person)] = None
    return list(pieces)


def _piecewise(lines: set[Stake]) -> list[tuple[Span, int, int]]:
    bounds = {(line.low_bp, line.high_bp, line.since, line.until) for line in lines}
    spans = sorted({(since, until) for _, _, since, until in bounds}, key=str)
    if len(spans) > 1:
        days = sorted({day for span in spans for day in span if day is not None})
        spans = list(zip([None, *days], [*days, None], strict=True))
    found = []
    for span in spans:
        here = [(low, high) for low, high, *own in bounds if _covers((own[0], own[1]), span)]
        if here:
            low = min(WHOLE_BP, sum(low or 0 for low, _ in here))
            high = min(WHOLE_BP, sum(WHOLE_BP if high is None else high for _, high in here))
            found.append((span, low, high))
    return found


def _covers(whole: Span, part: Span) -> bool:
    return (whole[0] or date.min) <= (part[0] or date.min) and (whole[1] or date.max) >= (part[1] or date.max)


def held(
    stakes: Sequence[Stake],
    pieces: Sequence[Piece],
    indirect: Sequence[Piece],
    place: Mapping[str, int],
    parties: int,
    settings: ControlSettings,
) -> Held:
    """Sorts every holder's ties.

    Args:
        indirect: shares of at least the threshold through others (`chains.py`).
        place: of each party, by id: holders that are customers themselves.
        parties: against which rarity is counted.
    """
    holders: dict[str, _Holder] = {}
    for stake in stakes:
        known = holders.get(stake.holder)
        if known is None:
            holders[stake.holder] = _Holder(stake.shown, stake.sure)
        else:
            known.sure = max(known.sure, stake.sure)
            known.shown = min(known.shown, stake.shown)
    for piece in pieces:
        _sort(holders[piece.holder], piece, settings)
    for piece in indirect:
        holders[piece.holder].control[Tie.OWNERSHIP].add(Member(piece.party, piece.span))
    found = Held([], [], [])
    for key in sorted(holders):
        _tie(key, holders[key], place.get(key), parties, settings, found)
    return found


def _sort(holder: _Holder, piece: Piece, settings: ControlSettings) -> None:
    member = Member(piece.party, piece.span)
    if piece.role is Role.ON_BEHALF:
        holder.control[Tie.ON_BEHALF].add(member)
    elif piece.role is Role.DIRECTOR:
        holder.evidence[Tie.DIRECTOR].add(member)
    elif piece.low_bp >= settings.share_bp:
        holder.control[_SHARES[piece.role]].add(member)
    elif piece.person or piece.high_bp >= settings.minor_bp:
        holder.evidence[Tie.OWNER].add(member)
    else:
        holder.minor.add(member)


def _tie(key: str, holder: _Holder, itself: int | None, parties: int, settings: ControlSettings, found: Held) -> None:
    own = [] if itself is None else [Member(itself)]
    control = {member for members in holder.control.values() for member in members}
    evidence = {member for members in holder.evidence.values() for member in members}
    tie = _tie_of(holder.evidence, Tie.OWNER)
    if holder.sure is Sure.BY_NAME:
        named = _in_order({*control, *evidence, *holder.minor})
        if len({member.party for member in named}) > 1:
            shown = f"{holder.shown} (by name)"
            value = Value(tie, key, shown, named, True, key)
            (found.hubs if len(value.parties) > settings.hub_cap else found.weak).append(value)
        return
    everybody = {member.party for member in (*control, *evidence, *own)}
    if holder.sure is Sure.LIKELY and own and len(everybody) > settings.hub_cap:
        # That the owner is this customer is a guess by name: many such guesses are a name that many bear.
        found.hubs.append(
            Value(tie, key, f"{holder.shown} (by name)", _in_order({*control, *evidence, *own}), False, key)
        )
        return
    if holder.sure is Sure.LIKELY and not own:
        evidence, control = control | evidence, set()
        tie = _tie_of({**holder.control, **holder.evidence}, Tie.OWNER)
    _control_bonds(holder, control, own, parties, found)
    linked = {member.party for member in control}
    new = {member for member in evidence if member.party not in linked}
    count = len({member.party for member in [*new, *own]}) + bool(linked and not own)
    discount = settings.discounts.get(tie, 0) + (_BY_NAME_DISCOUNT if holder.sure is Sure.LIKELY else 0)
    if new and count > settings.hub_cap:
        found.hubs.append(Value(tie, key, holder.shown, _in_order({*evidence, *own}), False, key))
    elif new and count > 1:
        anchor = own or _anchors(control)
        found.bonds.extend(bonds_of(tie, holder.shown, count, rarity(parties, count, discount), [*new, *anchor]))
    minor = {member for member in holder.minor if member.party not in linked}
    if len({member.party for member in minor}) > 1:
        value = Value(Tie.OWNER, key, f"{holder.shown} (minor share)", _in_order(minor), True, key)
        (found.hubs if len(value.parties) > settings.hub_cap else found.weak).append(value)


def _control_bonds(holder: _Holder, control: set[Member], own: list[Member], parties: int, found: Held) -> None:
    """A customer that controls others is tied to each of them; any other owner ties what it owns to each other.

    That one owns the other does not say less because it owns more, so the weight is that of a value shared by two.
    """
    if not control:
        return
    weight = rarity(parties, 2, _BY_NAME_DISCOUNT if holder.sure is Sure.LIKELY else 0)
    count = len({member.party for member in [*control, *own]})
    if not own:
        tie = _tie_of(holder.control, Tie.OWNERSHIP)
        found.bonds.extend(bonds_of(tie, holder.shown, count, weight, control))
        return
    done: set[Member] = set()
    for tie in (Tie.OWNERSHIP, Tie.VOTES, Tie.ON_BEHALF):
        for member in _in_order(holder.control.get(tie, set()) - done):
            done.add(member)
            found.bonds.extend(bonds_of(tie, holder.shown, count, weight, [member, *own]))


def _anchors(control: set[Member]) -> list[Member]:
    """One of the parties that the holder controls, for the others to be tied to: the one longest under control."""
    if not control:
        return []
    always = [member for member in control if member.span == ALWAYS]
    return [min(always, key=lambda m: m.party)] if always else list(control)


def _tie_of(members: Mapping[Tie, set[Member]], otherwise: Tie) -> Tie:
    """The tie that most of the members have; of equals the stronger."""
    present = [tie for tie in Tie if members.get(tie)]
    return max(present, key=lambda tie: len(members[tie]), default=otherwise)


def _in_order(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda m: (m.party, str(m.span))))
