"""Profiles and how they are answered: true, false, or unknown where a fact is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from plimsoll.kernel.estimate import Comparator, Truth, all_of, any_of
from plimsoll.parties.risk.facts import AccountFacts


@dataclass(frozen=True, slots=True)
class NumberIs:
    """A number compared with a fixed one."""

    fact: str
    op: Comparator
    value: int


@dataclass(frozen=True, slots=True)
class FlagIs:
    fact: str
    value: bool


@dataclass(frozen=True, slots=True)
class WordIn:
    """A word is one of `words`."""

    fact: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordListed:
    """A word stands on a list of the same file; unknown while the authority has not set that list."""

    fact: str
    list_id: str


@dataclass(frozen=True, slots=True)
class FoundOnList:
    """Screening found the customer or an owner on at least one list."""

    fact: str


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition: TypeAlias = NumberIs | FlagIs | WordIn | WordListed | FoundOnList | All | Any | Not


@dataclass(frozen=True, slots=True)
class WordList:
    """A list that the authority keeps, e.g. of jurisdictions. `placeholder`: it has not been set yet."""

    id: str
    title: str
    set_by: str
    values: tuple[str, ...]
    placeholder: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One high-risk profile.

    Attributes:
        id: stable, e.g. ``owner-unknown``.
        title: what the account is, as a heading.
        why: why that is a risk, one or two sentences.
        clears: what the customer or its provider can do about it.
        cite: who asks for it.
        always_named: whoever meets it is named, however little it used; others only if they stand out.
    """

    id: str
    title: str
    why: str
    clears: str
    cite: str
    when: Condition
    always_named: bool = False


@dataclass(frozen=True, slots=True)
class ProfileMatch:
    """A profile that an account meets; `facts` are those that the profile asks about, as text, in its order."""

    profile: str
    version: str
    title: str
    why: str
    clears: str
    facts: tuple[tuple[str, str], ...]
    always_named: bool = False


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """All profiles of one file; `version` is e.g. ``starter@2026-11``, and `digest` seals the bytes."""

    version: str
    digest: str
    title: str
    lists: Mapping[str, WordList]
    profiles: tuple[Profile, ...]

    def matches(self, facts: AccountFacts) -> tuple[ProfileMatch, ...]:
        """Every profile that the account surely meets, in the order of the file."""
        return tuple(
            ProfileMatch(
                profile.id,
                self.version,
                profile.title,
                profile.why,
                profile.clears,
                _shown(profile.when, facts),
                profile.always_named,
            )
            for profile in self.profiles
            if answer(profile.when, facts, self.lists) is Truth.TRUE
        )

    def unanswered(self, facts: AccountFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Profiles that can neither be said to be met nor not to be, with the facts that are missing."""
        return tuple(
            (profile.id, tuple(name for name in asked(profile.when) if getattr(facts, name) is None))
            for profile in self.profiles
            if answer(profile.when, facts, self.lists) is Truth.UNKNOWN
        )


def answer(condition: Condition, facts: AccountFacts, lists: Mapping[str, WordList]) -> Truth:
    """Whether the condition holds, by Kleene's three values."""
    if isinstance(condition, All):
        return all_of(answer(part, facts, lists) for part in condition.parts)
    if isinstance(condition, Any):
        return any_of(answer(part, facts, lists) for part in condition.parts)
    if isinstance(condition, Not):
        return ~answer(condition.part, facts, lists)
    known = getattr(facts, condition.fact)
    if known is None:
        return Truth.UNKNOWN
    if isinstance(condition, NumberIs):
        return Truth.of(_compare(known, condition.op, condition.value))
    if isinstance(condition, FlagIs):
        return Truth.of(known is condition.value)
    if isinstance(condition, WordIn):
        return Truth.of(known in condition.words)
    if isinstance(condition, WordListed):
        listed = lists[condition.list_id]
        return Truth.UNKNOWN if listed.placeholder else Truth.of(known in listed.values)
    return Truth.of(bool(known))


def _compare(known: int, op: Comparator, value: int) -> bool:
    if op == "gt":
        return known > value
    if op == "ge":
        return known >= value
    return known < value if op == "lt" else known <= value


def asked(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition asks about, in order, each once."""
    return tuple(dict.fromkeys(_asked(condition)))


def _asked(condition: Condition) -> Iterator[str]:
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from _asked(part)
    elif isinstance(condition, Not):
        yield from _asked(condition.part)
    else:
        yield condition.fact


def _shown(condition: Condition, facts: AccountFacts) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), _text(getattr(facts, name))) for name in asked(condition))


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
