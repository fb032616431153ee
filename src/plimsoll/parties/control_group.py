"""Parties under common control, and why: groups, the links between their parties, and hubs that link nobody.

Plain data; `control.py` computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Tie(Enum):
    """What two parties have in common, or what one is to the other."""

    OWNERSHIP = "ownership"
    """One owns at least the threshold of the other, directly or through a chain, or both have the same such owner."""
    VOTES = "votes"
    ON_BEHALF = "on_behalf"
    OWNER = "owner"
    """The same beneficial owner, below the threshold or with an unknown share."""
    DIRECTOR = "director"
    PAYMENT = "payment"
    PHONE = "phone"
    EMAIL = "email"
    NETWORK = "network"
    ADDRESS = "address"
    SEVERAL = "several"
    """A combination of attributes, each too common to mean anything alone."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that links two parties.

    Attributes:
        shown: how a person may read the value; hashes are shortened, never undone.
        parties: how many parties have it in all: the rarer, the more it says.
        centibits: the evidence that it gives, in hundredths of a bit: ``100 * log2(N / parties that have it)``,
            rounded, less what its kind is discounted by; N is the number of parties known, at least 10,000. A share,
            a vote or a mandate weighs as much as what two parties share.
    """

    tie: Tie
    shown: str
    parties: int
    centibits: int


@dataclass(frozen=True, slots=True)
class Link:
    """All that ties two parties of a group to each other.

    Attributes:
        one, other: party ids, `one` < `other`.
        centibits: the sum over `shared`.
        since, until: half-open, where every tie between the two is dated (a merger, a sale); else None.
    """

    one: str
    other: str
    shared: tuple[Shared, ...]
    centibits: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class WeakestLink:
    """The edge, or the smallest cut where edges go around, that splits the group if it is a coincidence.

    Attributes:
        links: the edges of the cut, usually one.
        apart: the parties on the smaller side.
        centibits: the sum of the cut.
    """

    links: tuple[Link, ...]
    apart: tuple[str, ...]
    centibits: int


@dataclass(frozen=True, slots=True)
class Together:
    """Accounts that were under one control during a stretch of time; None is open."""

    accounts: tuple[str, ...]
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """Parties under common control.

    Attributes:
        id: ``G-`` and 16 hexadecimal digits, from the parties' ids.
        parties: ids, sorted; at least two, or one party with several accounts.
        accounts: ``provider/account`` of all of them, sorted.
        links: sorted by the parties they join.
        weakest: None for a group of one party.
        together: which accounts count together when; one entry without dates where no link is dated.
    """

    id: str
    parties: tuple[str, ...]
    accounts: tuple[str, ...]
    links: tuple[Link, ...]
    weakest: WeakestLink | None
    together: tuple[Together, ...]


@dataclass(frozen=True, slots=True)
class Hub:
    """An attribute that so many parties share that it links nobody: an agent's phone, a reseller's card.

    What is used behind it stays uncovered by the graph, and is reported as such.
    """

    tie: Tie
    shown: str
    parties: int
    accounts: tuple[str, ...]
