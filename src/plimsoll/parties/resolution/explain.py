"""Why two records count as one party, or do not: the evidence step by step, as a waterfall from prior to total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plimsoll.parties.resolution.decisions import Decision
from plimsoll.parties.resolution.model import Model
from plimsoll.parties.resolution.resolve import Resolution
from plimsoll.parties.resolution.scoring import linked, score_pairs

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison.

    Attributes:
        what: its name in the model.
        words: its outcome.
        one, other: the two values as filed, hashes shortened.
        centibits: its weight.
        total: the running total after it.
    """

    what: str
    words: str
    one: str
    other: str
    centibits: int
    total: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of the chain that joins two records."""

    one: str
    other: str
    centibits: int
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evidence for and against.

    Attributes:
        one, other: subjects; `parties` are theirs.
        steps: in the order of the model; the prior comes before them.
        enough: the total reaches the threshold.
        may_link: the evidence is of a kind that may link: a number, or a name with something personal.
        obstacle: ``numbers`` or ``officer`` where the model links the two and they stay apart all the same.
        decision: of an officer about exactly these two, in force.
        chain: where the two are one party without a link of their own: the strongest way from one to the other.
    """

    one: str
    other: str
    parties: tuple[str, str]
    prior: int
    steps: tuple[Step, ...]
    total: int
    threshold: int
    enough: bool
    may_link: bool
    obstacle: str | None
    decision: Decision | None
    chain: tuple[Hop, ...]

    @property
    def same(self) -> bool:
        return self.parties[0] == self.parties[1]

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if self.decision is not None and self.decision.same == self.same:
            word = "one party" if self.same else "two parties"
            return f"{word}: {self.decision.by} decided so ({self.decision.id})"
        if self.same:
            return "one party: they are linked" if self.enough and self.may_link else "one party: others join them"
        if self.obstacle == "numbers":
            return "two parties: the model links them, but official numbers of their parties contradict each other"
        if self.obstacle == "officer":
            return "two parties: the model links them, but an officer's decision keeps their parties apart"
        if self.enough and not self.may_link:
            return "two parties: a name or a place alone does not link, and no more than that agrees"
        return "two parties: the evidence does not reach the threshold"


def explain(
    records: pa.Table,
    resolution: Resolution,
    model: Model,
    decisions: Sequence[Decision],
    ends: tuple[int, int],
    backend: Any,
) -> Explanation:
    """Compares two records of a resolution; whether it compared them or not."""
    import numpy as np
    import pyarrow as pa

    one, other = sorted(ends)
    two = resolution.known.features.take([one, other])
    two = two.set_column(0, "record", pa.array([0, 1], pa.int32()))
    scored = score_pairs(two, np.array([[0, 1]], np.int64), model, backend, all_of_them=True)
    rows = records.take([one, other]).to_pylist()
    steps, total = [], model.prior_centibits
    for comparison, gamma in zip(model.comparisons, scored.gammas[0].tolist(), strict=True):
        level = comparison.levels[gamma]
        total += level.centibits
        values = (shown(comparison.name, rows[0]), shown(comparison.name, rows[1]))
        steps.append(Step(comparison.name, level.words, *values, level.centibits, total))
    subjects = (rows[0]["subject"], rows[1]["subject"])
    enough = total >= model.threshold_centibits
    cut = {(pair.one, pair.other): why for pair, why in resolution.cut}
    direct = bool(linked(model, scored)[0])
    decision = next((each for each in decisions if (each.one, each.other) == tuple(sorted(subjects))), None)
    parties = (resolution.party_of[one], resolution.party_of[other])
    joined = parties[0] == parties[1] and not direct and not (decision and decision.same)
    return Explanation(
        *subjects,
        parties,
        model.prior_centibits,
        tuple(steps),
        total,
        model.threshold_centibits,
        enough,
        direct or (not enough and _may_link(model, scored.gammas[0].tolist())),
        cut.get((one, other)),
        decision,
        _chain(resolution, decisions, one, other) if joined else (),
    )


def best_pair(resolution: Resolution, ones: Sequence[int], others: Sequence[int]) -> tuple[int, int]:
    """Of two sets of records the two with the strongest link, else the first of each."""
    first, second = set(ones), set(others)
    found = [
        pair
        for pair in resolution.links
        if (pair.one in first and pair.other in second) or (pair.one in second and pair.other in first)
    ]
    if found:
        best = max(found, key=lambda pair: (pair.centibits, -pair.one, -pair.other))
        return best.one, best.other
    return min(ones), min(record for record in others if record != min(ones))


def shown(what: str, row: Mapping[str, Any]) -> str:
    """The values of a record that a comparison looks at, as filed."""
    from plimsoll.parties.attributes import shortened

    numbers = row["identifiers"] or ()
    match what:
        case "name":
            return _some([row["legal_name"], *(row["aliases"] or ())])
        case "lei":
            return _some(each["value"] for each in numbers if each["scheme"] == "lei")
        case "register" | "tax":
            return _some(
                f"{each['value']} ({each['scheme'][4:]})" for each in numbers if each["scheme"][:3] == what[:3]
            )
        case "payment":
            return _some(shortened(each) for each in row["payment_instruments"] or ())
        case "phone":
            return _some(shortened(each) for each in row["phones"] or ())
        case "network":
            return _some(shortened(each) for each in row["access_networks"] or ())
        case "email":
            return _some(row["emails"] or ())
        case "people":
            return _some(
                f"{each['name']}{', ' + each['born'] if each['born'] else ''}" for each in row["holders"] or ()
            )
        case "address":
            parts = (
                ", ".join(each[part] for part in ("street", "postcode", "city", "country") if each[part])
                for each in row["addresses"] or ()
            )
            return _some(parts)
        case _:
            return str(row.get(what) or "")


def _some(values: Iterable[str | None]) -> str:
    found = list(dict.fromkeys(value for value in values if value))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more


def _may_link(model: Model, gammas: Sequence[int]) -> bool:
    of = {comparison.name: gamma for comparison, gamma in zip(model.comparisons, gammas, strict=True)}
    return any(all(of[name] >= least for name, least in need.items()) for need in model.needs)


def _chain(resolution: Resolution, decisions: Sequence[Decision], one: int, other: int) -> tuple[Hop, ...]:
    """The way whose weakest link is strongest: along the links that joined the party, strongest first."""
    party, subjects = resolution.party_of[one], resolution.known.subjects
    place = {subject: number for number, subject in enumerate(subjects)}
    edges = [
        (place[each.one], place[each.other], 0, each.id)
        for each in decisions
        if each.same and each.one in place and each.other in place
    ]
    inside = [
        pair for pair in resolution.links if resolution.party_of[pair.one] == resolution.party_of[pair.other] == party
    ]
    ordered = sorted(inside, key=lambda pair: (-pair.centibits, pair.one, pair.other))
    tree: dict[int, list[tuple[int, Hop]]] = {}
    for first, second, centibits, decision in [
        *edges,
        *((each.one, each.other, each.centibits, None) for each in ordered),
    ]:
        if _way(tree, first, second) is None:
            hop = Hop(subjects[first], subjects[second], centibits, decision)
            tree.setdefault(first, []).append((second, hop))
            tree.setdefault(second, []).append((first, hop))
    return tuple(_way(tree, one, other) or ())


def _way(tree: Mapping[int, Sequence[tuple[int, Hop]]], start: int, end: int) -> list[Hop] | None:
    waiting: list[tuple[int, list[Hop]]] = [(start, [])]
    seen = {start}
    while waiting:
        at, hops = waiting.pop()
        if at == end:
            return hops
        for following, hop in tree.get(at, ()):
            if following not in seen:
                seen.add(following)
                waiting.append((following, [*hops, hop]))
    return None
