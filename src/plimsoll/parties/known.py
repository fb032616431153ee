"""What the authority knows about who is behind which account: the answer of this room to the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from plimsoll.parties.control_group import ControlGroup, Hub
from plimsoll.parties.kyc import Use


@dataclass(frozen=True, slots=True)
class KycProblem:
    """Something that is wrong with a record, or that contradicts another one.

    Attributes:
        code: stable dotted identifier, e.g. ``lei.check_digit``.
        what: one sentence with the values that matter.
    """

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account with a know-your-customer record.

    Attributes:
        subject: ``provider/account``.
        party: id of the legal person, ``P-`` and 16 hexadecimal digits; records of one person share it.
        group: id of its control group, None where it stands alone.
        owner_known: at least one beneficial owner is named, or the customer is a person or a public body.
        payer_differs: somebody else pays.
        downstream: names of a reseller's customers; None where no list was given.
        problems: of its record.
        file, row: where the record stands.
    """

    subject: str
    party: str
    group: str | None
    legal_name: str
    jurisdiction: str | None
    customer_ref: str | None = None
    incorporated: date | None = None
    owner_known: bool = True
    payer_differs: bool = False
    reseller: bool = False
    downstream: tuple[str, ...] | None = None
    declared_use: Use | None = None
    opened: date | None = None
    closed: date | None = None
    problems: tuple[KycProblem, ...] = ()
    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class KycFile:
    """A file of records that was read. `path` as found; `sha256` is 64 hexadecimal digits."""

    path: str
    sha256: str
    format: str
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class JoinStep:
    """One comparison of two records: what was compared, the outcome in words, the two values, its weight."""

    what: str
    words: str
    one_value: str
    other_value: str
    centibits: int


@dataclass(frozen=True, slots=True)
class JoinedRecords:
    """Two records that count as one party.

    Attributes:
        one, other: the two accounts.
        centibits: all evidence together, with the prior; None where an officer decided.
        steps: those that say something, for or against.
        decision: id of the officer's decision.
    """

    one: str
    other: str
    centibits: int | None
    steps: tuple[JoinStep, ...]
    decision: str | None = None


def nothing_joined(_party: str) -> JoinedRecords | None:
    """Where nobody knows how records were joined."""
    return None


@dataclass(frozen=True, slots=True)
class KnownParties:
    """Everybody with a record.

    Attributes:
        accounts: by subject.
        groups: in order of id.
        hubs: most parties first.
        screening: per party, the names of lists on which it was found (empty where nothing was screened).
        notes: what was assumed or rejected while reading, one sentence each.
        weakest_join: of a party, the weakest link between its records; None where there is none.
    """

    accounts: Mapping[str, KnownAccount]
    groups: tuple[ControlGroup, ...]
    hubs: tuple[Hub, ...]
    files: tuple[KycFile, ...]
    screening: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()
    weakest_join: Callable[[str], JoinedRecords | None] = field(default=nothing_joined, compare=False, repr=False)
