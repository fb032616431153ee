"""Effective shares: what an owner holds of a company through chains and cycles of other companies.

The effective shares E of direct shares A are ``A + A² + A³ + …``. Chains are added up link by link. Within a cycle the
sum is ``(I - A)⁻¹ - I``, solved exactly with fractions (`linear_solve.py`); what a member holds of another *through
itself* is taken out, so that nobody owns more than there is (integrated ownership: Brioschi, Buzzacchi and Colombo
1989; Baldone, Brioschi and Paleari 1997). A share that is known as a range gives a range: the low end is rounded down
and counts everybody's least, the high end is rounded up and counts everybody's most that the others' least leaves.

Bounds, so that no filing can make this slow: a cycle of up to 24 companies is solved exactly; in one of up to 200 an
owner outside has at least the sum of the first 64 powers, a member its direct share, and both at most 100 %; beyond,
only direct shares count, and a problem says so. Of each company the direct and the 32 largest other owners count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plimsoll.parties.linear_solve import inverse_of_rest, power_sum

WHOLE_BP = 10_000
EXACT_CYCLE = 24
LARGEST_CYCLE = 200
FOLLOWED = 32
_ONE = 10**12
_UNIT = _ONE // WHOLE_BP
_TOLERANCE_BP = 100


@dataclass(frozen=True, slots=True)
class Interest:
    """A direct share of `owner` in `asset`, in basis points, between its least and its most."""

    owner: str
    asset: str
    low_bp: int
    high_bp: int


@dataclass(frozen=True, slots=True)
class EffectiveShare:
    """What `owner` holds of `asset`, directly and through others; `low_bp` rounded down, `high_bp` up."""

    owner: str
    asset: str
    low_bp: int
    high_bp: int


@dataclass(frozen=True, slots=True)
class OwnershipProblem:
    """What is wrong with declared shares.

    Attributes:
        code: ``ownership.cycle`` (companies own all of each other, nobody else any), ``ownership.circular`` (a company
            owns part of itself through its own subsidiaries), ``ownership.over_100`` (the owners' least shares add up
            to more than there is), ``ownership.tangled`` (a cycle too large to follow).
        companies: those concerned, in order.
    """

    code: str
    what: str
    companies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """Effective shares in order of asset and owner, and what was wrong."""

    shares: tuple[EffectiveShare, ...]
    problems: tuple[OwnershipProblem, ...]


_Range = tuple[int, int]
_Owners = dict[str, _Range]


def effective_shares(
    interests: Iterable[Interest], at_least_bp: int = 1, name: Callable[[str], str] = str
) -> Ownership:
    """All effective shares whose high end reaches `at_least_bp`.

    Nobody's share in itself is listed. Where the shares of a cycle sum to 100 % of itself there is no inverse: its
    members keep their direct shares in each other, and the problem is reported, with companies called by `name`.
    """
    direct, problems = _direct(interests, name)
    held: dict[str, _Owners] = {}
    for companies in _owners_first(direct):
        if len(companies) == 1 and companies[0] not in direct.get(companies[0], {}):
            owners = direct.get(companies[0], {})
            held[companies[0]] = _largest(_through(owners, held, ()), owners)
        else:
            found, problem = _cycle(companies, direct, held, name)
            held.update({asset: _largest(owners, direct.get(asset, {})) for asset, owners in found.items()})
            problems.extend(problem)
    shares = [
        EffectiveShare(owner, asset, low // _UNIT, min(WHOLE_BP, -(-high // _UNIT)))
        for asset in sorted(held)
        for owner, (low, high) in sorted(held[asset].items())
        if owner != asset and -(-high // _UNIT) >= at_least_bp
    ]
    return Ownership(tuple(shares), tuple(sorted(problems, key=lambda p: (p.companies, p.code))))


def _direct(
    interests: Iterable[Interest], name: Callable[[str], str]
) -> tuple[dict[str, _Owners], list[OwnershipProblem]]:
    """Direct shares by asset and owner; the high ends cut to what the others' least leaves."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for interest in interests:
        both = sums[interest.asset].setdefault(interest.owner, [0, 0])
        both[0] += interest.low_bp
        both[1] += interest.high_bp
    direct: dict[str, _Owners] = {}
    problems = []
    for asset, owners in sums.items():
        least = sum(low for low, _ in owners.values())
        if least > WHOLE_BP + _TOLERANCE_BP:
            what = f"the owners of {name(asset)} hold at least {least / 100:g} % of it together"
            problems.append(OwnershipProblem("ownership.over_100", what, (asset,)))
        direct[asset] = {
            owner: (
                min(low, WHOLE_BP) * _UNIT,
                max(min(low, WHOLE_BP), min(high, WHOLE_BP, max(0, WHOLE_BP - least + low))) * _UNIT,
            )
            for owner, (low, high) in owners.items()
        }
    return direct, problems


def _owners_first(direct: Mapping[str, _Owners]) -> list[list[str]]:
    """Companies in cycles together, every owner before what it owns."""
    import rustworkx

    names = sorted(set(direct) | {owner for owners in direct.values() for owner in owners})
    place = {name: number for number, name in enumerate(names)}
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from_no_data([(place[owner], place[asset]) for asset, owners in direct.items() for owner in owners])
    assets_first = rustworkx.strongly_connected_components(graph)
    return [sorted(names[node] for node in part) for part in reversed(assets_first)]


def _through(owners: _Owners, held: Mapping[str, _Owners], inside: Sequence[str]) -> _Owners:
    """Direct owners and theirs, leaving out those `inside` a cycle."""
    found: dict[str, list[int]] = {}
    for owner, (low, high) in owners.items():
        if owner in inside:
            continue
        _add(found, owner, low, high)
        for above, (above_low, above_high) in held.get(owner, {}).items():
            _add(found, above, above_low * low // _ONE, -(-above_high * high // _ONE))
    return {owner: (min(low, _ONE), min(high, _ONE)) for owner, (low, high) in found.items()}


def _add(found: dict[str, list[int]], owner: str, low: int, high: int) -> None:
    both = found.setdefault(owner, [0, 0])
    both[0] += low
    both[1] += high


def _largest(owners: _Owners, direct: _Owners) -> _Owners:
    """The direct owners and the largest of the others."""
    if len(owners) <= FOLLOWED:
        return owners
    others = sorted(
        (item for item in owners.items() if item[0] not in direct),
        key=lambda item: (-item[1][0], -item[1][1], item[0]),
    )
    return dict([*((owner, owners[owner]) for owner in sorted(direct) if owner in owners), *others[:FOLLOWED]])


def _cycle(
    companies: Sequence[str],
    direct: Mapping[str, _Owners],
    held: Mapping[str, _Owners],
    name: Callable[[str], str],
) -> tuple[dict[str, _Owners], list[OwnershipProblem]]:
    inside = {company: number for number, company in enumerate(companies)}
    outside = [_through(direct.get(company, {}), held, companies) for company in companies]
    if len(companies) > LARGEST_CYCLE:
        what = f"{len(companies):,} companies own each other in circles; only their direct shares are counted"
        problem = OwnershipProblem("ownership.tangled", what, tuple(companies))
        return {company: dict(direct.get(company, {})) for company in companies}, [problem]
    low_rest = _rest(companies, direct, inside, 0)
    if low_rest is None:
        names = ", ".join(name(company) for company in companies[:5]) + (
            f" and {len(companies) - 5} others" if len(companies) > 5 else ""
        )
        itself = "own 100 % of each other" if len(companies) > 1 else "owns 100 % of itself"
        what = f"{names} {itself}: the circle has no owner"
        problem = OwnershipProblem("ownership.cycle", what, tuple(companies))
        return {company: dict(direct.get(company, {})) for company in companies}, [problem]
    high_rest = _rest(companies, direct, inside, 1) if len(companies) <= EXACT_CYCLE else None
    found = {
        company: _owners_in_cycle(company, companies, direct, outside, low_rest, high_rest) for company in companies
    }
    return found, _circular(companies, low_rest, name)


def _rest(
    companies: Sequence[str], direct: Mapping[str, _Owners], inside: Mapping[str, int], end: int
) -> list[list[Fraction]] | None:
    """``(I - A)⁻¹`` of one end of the ranges; None where the cycle owns all of itself."""
    size = len(companies)
    shares = [[0] * size for _ in range(size)]
    for asset in companies:
        for owner, ends in direct.get(asset, {}).items():
            if owner in inside:
                shares[inside[owner]][inside[asset]] = ends[end] // _UNIT
    return inverse_of_rest(shares, WHOLE_BP) if size <= EXACT_CYCLE else power_sum(shares, WHOLE_BP)


def _owners_in_cycle(
    company: str,
    companies: Sequence[str],
    direct: Mapping[str, _Owners],
    outside: Sequence[_Owners],
    low_rest: Sequence[Sequence[Fraction]],
    high_rest: Sequence[Sequence[Fraction]] | None,
) -> _Owners:
    here = companies.index(company)
    exact = len(companies) <= EXACT_CYCLE
    found: dict[str, list[int]] = {}
    for number, name in enumerate(companies):
        low, high = low_rest[number][here], high_rest[number][here] if high_rest is not None else None
        if name != company and (low or high is None or high):
            least = _floor(low / low_rest[number][number] * _ONE) if exact else direct[company].get(name, (0, 0))[0]
            own_high = high / high_rest[number][number] if high is not None and high_rest is not None else None
            _add(found, name, least, _ONE if own_high is None else _ceil(own_high * _ONE))
        for owner, (outer_low, outer_high) in outside[number].items():
            most = _ONE if high is None else _ceil(outer_high * high)
            _add(found, owner, _floor(outer_low * low), most)
    return {owner: (min(low, _ONE), min(max(low, high), _ONE)) for owner, (low, high) in found.items()}


def _circular(
    companies: Sequence[str], rest: Sequence[Sequence[Fraction]], name: Callable[[str], str]
) -> list[OwnershipProblem]:
    problems = []
    for number, company in enumerate(companies):
        share = 1 - 1 / rest[number][number] if rest[number][number] else Fraction(0)
        if share > 0:
            what = f"{name(company)} owns {float(share) * 100:.4g} % of itself through what it owns"
            problems.append(OwnershipProblem("ownership.circular", what, (company,)))
    return problems


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
