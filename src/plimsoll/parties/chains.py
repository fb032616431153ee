"""Control through chains: shares of at least the threshold that no single interest shows, and since when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.parties.control_settings import ControlSettings
from plimsoll.parties.held import Piece
from plimsoll.parties.holders import Stake
from plimsoll.parties.kyc import Role
from plimsoll.parties.one_holder import Sure
from plimsoll.parties.ownership import WHOLE_BP, Interest, OwnershipProblem, effective_shares
from plimsoll.parties.ties import Span


@dataclass(frozen=True, slots=True)
class Chains:
    """Shares of at least the threshold that are not direct, and what is wrong with the shares."""

    indirect: list[Piece]
    problems: list[OwnershipProblem]


def chains(
    pieces: Sequence[Piece],
    stakes: Sequence[Stake],
    ids: Sequence[str],
    names: Mapping[str, str],
    settings: ControlSettings,
) -> Chains:
    """Follows capital and votes; a holder with votes that are not stated has those of its capital.

    Only companies that both own and are owned make chains; everybody else is left out before anything is solved.
    """
    bare = {stake.holder for stake in stakes if stake.sure is Sure.BY_NAME}
    shares = [piece for piece in pieces if piece.role in (Role.OWNER, Role.VOTER) and piece.holder not in bare]
    found = Chains([], [])
    for part in _tangled(shares, ids):
        _follow(part, ids, lambda company: names.get(company, company), settings, found)
    found.problems[:] = sorted(set(found.problems), key=lambda p: (p.companies, p.code, p.what))
    return found


def _tangled(shares: Sequence[Piece], ids: Sequence[str]) -> list[list[Piece]]:
    """The pieces of every part of the graph of owners in which some company owns and is owned."""
    import rustworkx

    names = sorted({piece.holder for piece in shares} | {ids[piece.party] for piece in shares})
    place = {name: number for number, name in enumerate(names)}
    between = {place[piece.holder] for piece in shares} & {place[ids[piece.party]] for piece in shares}
    if not between:
        return []
    graph = rustworkx.PyGraph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from_no_data([(place[piece.holder], place[ids[piece.party]]) for piece in shares])
    part_of: dict[int, int] = {}
    for part in rustworkx.connected_components(graph):
        if not between.isdisjoint(part):
            part_of.update(dict.fromkeys(part, min(part)))
    found: dict[int, list[Piece]] = defaultdict(list)
    for piece in shares:
        number = part_of.get(place[piece.holder])
        if number is not None:
            found[number].append(piece)
    return [found[part] for part in sorted(found)]


def _follow(
    shares: Sequence[Piece],
    ids: Sequence[str],
    name: Callable[[str], str],
    settings: ControlSettings,
    found: Chains,
) -> None:
    place = {ids[piece.party]: piece.party for piece in shares}
    dates = sorted({day for piece in shares for day in piece.span if day is not None})
    days = [date.min, *dates[-(settings.longest_epochs - 1) :]]
    capital: dict[tuple[str, str], list[int]] = defaultdict(list)
    votes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for epoch, day in enumerate(days):
        here = [piece for piece in shares if _holds(piece.span, day)]
        owned = _largest(here, ids, Role.OWNER)
        voted = {**owned, **_largest(here, ids, Role.VOTER)}
        for kind, interests in ((capital, owned), (votes, voted)):
            if kind is votes and voted == owned:
                continue
            result = effective_shares(
                (Interest(owner, asset, low, high) for (owner, asset), (low, high) in sorted(interests.items())),
                settings.share_bp,
                name,
            )
            found.problems.extend(result.problems)
            for share in result.shares:
                direct = interests.get((share.owner, share.asset), (0, 0))[0]
                if share.low_bp >= settings.share_bp > direct:
                    kind[share.owner, share.asset].append(epoch)
    for role, kind in ((Role.OWNER, capital), (Role.VOTER, votes)):
        for (owner, asset), epochs in sorted(kind.items()):
            for span in _spans(epochs, days):
                found.indirect.append(Piece(owner, place[asset], role, settings.share_bp, WHOLE_BP, span))


def _largest(pieces: Iterable[Piece], ids: Sequence[str], role: Role) -> dict[tuple[str, str], tuple[int, int]]:
    """Where two records disagree, the larger share: what one provider was not told another was."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for piece in pieces:
        if piece.role is role:
            key = (piece.holder, ids[piece.party])
            low, high = found.get(key, (0, 0))
            found[key] = (max(low, piece.low_bp), max(high, piece.high_bp))
    return found


def _holds(span: Span, day: date) -> bool:
    return (span[0] is None or span[0] <= day) and (span[1] is None or day < span[1])


def _spans(epochs: Sequence[int], days: Sequence[date]) -> list[Span]:
    """Epochs that follow each other as one span."""
    spans: list[Span] = []
    start = previous = epochs[0]
    for epoch in [*epochs[1:], -1]:
        if epoch != previous + 1:
            until = days[previous + 1] if previous + 1 < len(days) else None
            spans.append((days[start] if start else None, until))
            start = epoch
        previous = epoch
    return spans
