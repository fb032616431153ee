"""An officer's word on two records: the same legal person, or not. It wins over the model until it is revoked.

Decisions are only ever added: a revocation is a second entry that names the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from plimsoll.kernel.canonical import JsonValue
from plimsoll.kernel.errors import PlimsollError
from plimsoll.kernel.ids import content_id
from plimsoll.kernel.period import instant_text, parse_instant

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        id: ``D-`` and 16 hexadecimal digits, from all the rest.
        one, other: subjects (``provider/account``), `one` < `other`.
        same: one legal person, or two.
        by, because: who decided, and why.
        at: when.
    """

    id: str
    one: str
    other: str
    same: bool
    by: str
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of a decision."""

    decision: str
    by: str
    because: str
    at: datetime


Entry = Decision | Revocation


def decide(one: str, other: str, *, same: bool, by: str, because: str, at: datetime) -> Decision:
    """A new decision.

    Raises:
        PlimsollError: ``decision.one_record``, ``decision.no_reason``.
    """
    if one == other:
        raise PlimsollError(
            "decision.one_record", f"both sides are {one}", fix="Name two records that stand for different accounts."
        )
    one, other = sorted((one, other))
    content: dict[str, JsonValue] = {
        "one": one,
        "other": other,
        "same": same,
        "by": _stated(by, "by"),
        "because": _stated(because, "because"),
        "at": instant_text(at),
    }
    return Decision(content_id("D", content), one, other, same, by.strip(), because.strip(), at)


def revoke(entries: Sequence[Entry], decision: str, *, by: str, because: str, at: datetime) -> Revocation:
    """The revocation of a decision that is in force.

    Raises:
        PlimsollError: ``decision.unknown``, ``decision.no_reason``.
    """
    if decision not in {each.id for each in in_force(entries)}:
        raise PlimsollError(
            "decision.unknown",
            f'no decision "{decision[:40]}" is in force',
            fix="`plimsoll parties list` shows the decisions in force with their ids.",
        )
    return Revocation(decision, _stated(by, "by"), _stated(because, "because"), at)


def in_force(entries: Iterable[Entry]) -> tuple[Decision, ...]:
    """Decisions that nobody revoked, in the order they were taken."""
    kept: dict[str, Decision] = {}
    for entry in entries:
        if isinstance(entry, Decision):
            kept[entry.id] = entry
        else:
            kept.pop(entry.decision, None)
    return tuple(kept.values())


def refuse_contradictions(decisions: Sequence[Decision]) -> None:
    """Two records that "same" joins, be it through others, may not be "different" as well.

    Raises:
        PlimsollError: ``decision.contradicts``.
    """
    joined: dict[str, str] = {}

    def root(subject: str) -> str:
        while (parent := joined.get(subject, subject)) != subject:
            subject = parent
        return subject

    for decision in decisions:
        if decision.same:
            joined[root(decision.one)] = root(decision.other)
    for decision in decisions:
        if not decision.same and root(decision.one) == root(decision.other):
            raise PlimsollError(
                "decision.contradicts",
                f"{decision.id} says that {decision.one} and {decision.other} are different, and other decisions in "
                "force join them as the same",
                fix="Revoke one of them first: plimsoll parties revoke DECISION --by NAME --because TEXT.",
            )


def as_json(entry: Entry) -> dict[str, str]:
    """One line of the register's ``decisions.jsonl``."""
    if isinstance(entry, Revocation):
        kind, named = "revoke", {"decision": entry.decision}
    else:
        kind, named = ("same" if entry.same else "different"), {"id": entry.id, "one": entry.one, "other": entry.other}
    return {"entry": kind, **named, "by": entry.by, "because": entry.because, "at": instant_text(entry.at)}


def from_json(row: Mapping[str, str]) -> Entry:
    """The entry in such a line.

    Raises:
        KeyError, TypeError, ValueError, PlimsollError: where it is none, or was changed after it was taken.
    """
    at = parse_instant(row["at"])
    if row["entry"] == "revoke":
        return Revocation(row["decision"], row["by"], row["because"], at)
    if row["entry"] not in ("same", "different"):
        raise ValueError(f'"{row["entry"]}" is no kind of decision')
    same = row["entry"] == "same"
    decision = decide(row["one"], row["other"], same=same, by=row["by"], because=row["because"], at=at)
    if decision.id != row["id"]:
        raise ValueError(f"{row['id']} does not fit what it says")
    return decision


def _stated(text: str, field: str) -> str:
    kept = text.strip()
    if not kept or len(kept) > _LONGEST:
        raise PlimsollError(
            "decision.no_reason",
            f"--{field} is empty or longer than {_LONGEST:,} characters",
            fix="A decision needs the name of who took it and a reason that a reader can follow.",
        )
    return kept
