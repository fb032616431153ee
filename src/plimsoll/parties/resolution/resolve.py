"""Which records stand for one legal person: from a table of records to a party per record.

The score of a pair depends on its two records and the model alone, and which pairs are compared on all records
together. So a new filing needs only the pairs that are new or changed, and gives exactly what starting over would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id
from plimsoll.parties.filing.delivery import Progress, no_progress
from plimsoll.parties.resolution.blocking import candidate_pairs
from plimsoll.parties.resolution.clustering import Pair, cluster
from plimsoll.parties.resolution.decisions import Decision, refuse_contradictions
from plimsoll.parties.resolution.features import Earlier, Features, features_of, stated_numbers
from plimsoll.parties.resolution.model import Model, load_model
from plimsoll.parties.resolution.reading import reading, same_as_before
from plimsoll.parties.resolution.scoring import Scored, linked, score_pairs, total_centibits

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier resolution found, so that only what is new is compared.

    Attributes:
        model: digest of the model that it used.
        subjects, features: of its records, in order.
        compared: pairs that were compared, as ``one << 32 | other``, sorted.
        linked: those of them that the model links; `gammas` are their outcomes.
        records: what the features were made from; None if that is not known.
        reading: how it was read (`reading.reading`).
    """

    model: str
    subjects: tuple[str, ...]
    features: pa.Table
    compared: NDArray[np.int64]
    linked: NDArray[np.int64]
    gammas: NDArray[np.int8]
    records: pa.Table | None = None
    reading: str = ""

    def earlier(self) -> Earlier | None:
        """Its records, that they need not be read again."""
        if self.records is None:
            return None
        return Earlier(self.reading, self.subjects, self.records, self.features)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The parties.

    Attributes:
        party_of: per record, ``P-`` and 16 hexadecimal digits from its party's smallest subject.
        links: pairs that the model links, in order of records; `gammas` are the outcomes of their comparisons.
        cut: those of them that lie in different parties all the same, and why (``numbers``, ``officer``).
        known: for the next filing.
        compared: how many pairs were compared in this run.
        linkage_seconds: that Splink itself took; not part of any output.
    """

    party_of: tuple[str, ...]
    links: tuple[Pair, ...]
    gammas: NDArray[np.int8]
    cut: tuple[tuple[Pair, str], ...]
    known: Known
    compared: int
    linkage_seconds: float


def resolve(
    records: pa.Table,
    backend: Any,
    model: Model | None = None,
    decisions: Sequence[Decision] = (),
    known: Known | None = None,
    progress: Progress = no_progress,
) -> Resolution:
    """Finds the parties of a table of records (`parties.records.record_schema`).

    Args:
        backend: an Ibis backend of DuckDB or Spark.
        model: the shipped one if None.
        decisions: in force; those about accounts without a record wait.
        known: an earlier resolution with the same model.

    Raises:
        PlimsollError: ``decision.contradicts``, ``model.changed``.
    """
    model = model or load_model()
    _refuse_other(known, model)
    features = features_of(records, model, progress, None if known is None else known.earlier())
    found = link(features, backend, model, decisions, known, progress)
    return replace(found, known=replace(found.known, records=records, reading=reading()))


def link(
    features: Features,
    backend: Any,
    model: Model,
    decisions: Sequence[Decision] = (),
    known: Known | None = None,
    progress: Progress = no_progress,
) -> Resolution:
    """The same for whatever a model compares.

    Raises:
        PlimsollError: ``decision.contradicts``, ``model.changed``.
    """
    refuse_contradictions(decisions)
    _refuse_other(known, model)
    candidates = candidate_pairs(features.keys, features.holders, features.rank)
    codes = candidates[:, 0] << 32 | candidates[:, 1]
    kept = _Kept.none(model) if known is None else _Kept.of(known, features, codes)
    fresh = candidates[~_within(codes, kept.compared)]
    scored = score_pairs(features.table, fresh, model, backend, progress=progress)
    every = _together(model, scored, linked(model, scored), kept)
    progress("joining records", 0, 1)
    found = every.pairs[:, 0] << 32 | every.pairs[:, 1]
    state = Known(model.digest, features.subjects, features.table, codes, found, every.gammas)
    return settle(state, model, decisions, compared=len(fresh), seconds=scored.seconds)


def _refuse_other(known: Known | None, model: Model) -> None:
    if known is not None and known.model != model.digest:
        raise PlimsollError(
            "model.changed",
            "what is known was found with another linkage model",
            fix="Resolve from the filings again, into a new register folder.",
        )


def settle(
    known: Known, model: Model, decisions: Sequence[Decision], *, compared: int = 0, seconds: float = 0.0
) -> Resolution:
    """Parties out of pairs that were compared already: all that a new decision changes.

    Raises:
        PlimsollError: ``decision.contradicts``.
    """
    refuse_contradictions(decisions)
    import numpy as np

    totals = total_centibits(model, known.gammas).tolist()
    ends = zip((known.linked >> 32).tolist(), (known.linked & np.int64(0xFFFFFFFF)).tolist(), strict=True)
    pairs = tuple(Pair(one, other, centibits) for (one, other), centibits in zip(ends, totals, strict=True))
    subjects = {subject: number for number, subject in enumerate(known.subjects)}
    found = cluster(
        len(known.subjects),
        pairs,
        stated_numbers(known.features),
        _as_numbers(decisions, subjects, same=True),
        _as_numbers(decisions, subjects, same=False),
    )
    names = {root: content_id("P", known.subjects[root]) for root in set(found.of)}
    return Resolution(tuple(names[root] for root in found.of), pairs, known.gammas, found.cut, known, compared, seconds)


def _as_numbers(decisions: Sequence[Decision], subjects: Mapping[str, int], *, same: bool) -> list[tuple[int, int]]:
    """Decisions of one kind as pairs of record numbers, as far as both have a record."""
    return [
        (subjects[each.one], subjects[each.other])
        for each in decisions
        if each.same is same and each.one in subjects and each.other in subjects
    ]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What still holds of an earlier resolution, in today's record numbers."""

    compared: NDArray[np.int64]
    pairs: NDArray[np.int64]
    gammas: NDArray[np.int8]

    @classmethod
    def none(cls, model: Model) -> _Kept:
        import numpy as np

        nothing = np.zeros(0, np.int64)
        return cls(nothing, np.zeros((0, 2), np.int64), np.zeros((0, len(model.comparisons)), np.int8))

    @classmethod
    def of(cls, known: Known, features: Features, candidates: NDArray[np.int64]) -> _Kept:
        """Pairs of two unchanged records that are candidates today as they were then."""
        import numpy as np

        place = _unchanged(known, features)

        def moved(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
            one, other = place[codes >> 32], place[codes & 0xFFFFFFFF]
            low, high = np.minimum(one, other), np.maximum(one, other)
            return low << 32 | high, low >= 0

        compared, still = moved(known.compared)
        pairs, there = moved(known.linked)
        there &= _within(pairs, candidates)
        kept = pairs[there]
        return cls(np.sort(compared[still]), np.stack((kept >> 32, kept & 0xFFFFFFFF), axis=1), known.gammas[there])


def _unchanged(known: Known, features: Features) -> NDArray[np.int64]:
    """Per record that is known, its number today; -1 where it is gone or says something else."""
    import numpy as np

    columns = tuple(column for column in features.table.column_names if column != "record")
    was, now = same_as_before(known.features, known.subjects, features.table, features.subjects, columns)
    place = np.full(len(known.subjects), -1, np.int64)
    place[was] = now
    return place


def _within(codes: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which codes are in the sorted array."""
    import numpy as np

    if not len(among):
        return np.zeros(len(codes), np.bool_)
    at = np.minimum(np.searchsorted(among, codes), len(among) - 1)
    there: NDArray[np.bool_] = among[at] == codes
    return there


def _together(model: Model, scored: Scored, accepted: NDArray[np.bool_], kept: _Kept) -> Scored:
    import numpy as np

    pairs = np.concatenate((scored.pairs[accepted], kept.pairs))
    gammas = np.concatenate((scored.gammas[accepted], kept.gammas))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, gammas = pairs[order], gammas[order]
    return Scored(pairs, gammas, total_centibits(model, gammas), scored.seconds)
