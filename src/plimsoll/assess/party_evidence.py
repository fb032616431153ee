"""What findings about who is behind an account rest on, in the shape of `evidence.py`: figures and a line of text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class MemberEvidence:
    """One account of a group, or of several accounts judged together, inside the window.

    Attributes:
        subject: "provider/account".
        party: id of the legal person; None where no record names the account.
        cap_flop, est_flop: inside the finding's window.
        covered_flop: declared compute that names this account in the window.
    """

    kind: ClassVar[str] = "member"
    subject: str
    party: str | None
    legal_name: str | None
    cap_flop: int
    est_flop: int
    covered_flop: int

    def text(self) -> str:
        return f"{self.subject}, held by {self.legal_name or 'nobody on record'}"


@dataclass(frozen=True, slots=True)
class SharedEvidence:
    """One thing that two parties share: see `parties.control_group.Shared`."""

    tie: str
    shown: str
    parties: int
    centibits: int


@dataclass(frozen=True, slots=True)
class LinkEvidence:
    """Why two parties of a group count as one.

    Attributes:
        weakest: this link, if it is a coincidence, splits the group.
        since, until: half-open, where the link is dated.
    """

    kind: ClassVar[str] = "link"
    one: str
    other: str
    shared: tuple[SharedEvidence, ...]
    centibits: int
    weakest: bool = False
    since: date | None = None
    until: date | None = None

    def text(self) -> str:
        what = ", ".join(f"{part.tie.replace('_', ' ')} {part.shown}" for part in self.shared)
        weakest = "; the weakest link: if it is a coincidence, the group splits here" if self.weakest else ""
        return f"{self.one} and {self.other} share {what} ({self.centibits / 100:.1f} bits){weakest}"


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """One comparison of two records: see `parties.known.JoinStep`."""

    what: str
    words: str
    one_value: str
    other_value: str
    centibits: int


@dataclass(frozen=True, slots=True)
class SamePartyEvidence:
    """Why the records of one legal person count as one: the weakest of the links that join them.

    Attributes:
        one, other: two accounts; if their records are two persons', the party falls apart between them.
        centibits: all evidence together, with the prior; None where an officer decided.
        decision: id of the officer's decision.
    """

    kind: ClassVar[str] = "same_party"
    party: str
    one: str
    other: str
    centibits: int | None
    steps: tuple[StepEvidence, ...]
    decision: str | None

    def text(self) -> str:
        if self.centibits is None:
            return f"{self.one} and {self.other} are one legal person by an officer's decision ({self.decision})"
        agree = ", ".join(f"{step.what} ({step.words})" for step in self.steps if step.centibits > 0)
        return (
            f"{self.one} and {self.other} count as one legal person by {agree} ({self.centibits / 100:.1f} bits); "
            "the weakest link between its records"
        )


@dataclass(frozen=True, slots=True)
class SynchronyEvidence:
    """Accounts that start, stop and scale together.

    Attributes:
        events: changes of level, in hours, that at least two of the accounts have in common.
        similarity_e4: mean pairwise similarity of their changes in ten-thousandths; 10,000 is identical.
        expected_e4: the same for accounts whose clocks are shifted at random.
        permutations: how many random shifts were tried.
        as_similar: in how many of them the accounts were as similar as they are.
        tested: how many sets of accounts were tested, for which the significance is corrected.
        p_e6: corrected probability of such similarity by chance, in millionths, rounded up.
    """

    kind: ClassVar[str] = "synchrony"
    accounts: tuple[str, ...]
    events: int
    similarity_e4: int
    expected_e4: int
    permutations: int
    as_similar: int
    tested: int
    p_e6: int

    def text(self) -> str:
        return (
            f"{len(self.accounts)} accounts changed level together in {self.events} hours; as similar in "
            f"{self.as_similar:,} of {self.permutations:,} random shifts of their clocks "
            f"(for a set chosen beforehand p is at most {self.p_e6 / 1e6:g}, corrected for {self.tested:,} tests)"
        )


@dataclass(frozen=True, slots=True)
class MomentEvidence:
    """One hour in which several accounts changed level together.

    Attributes:
        changes: account and relative change in percent.
    """

    kind: ClassVar[str] = "moment"
    hour: datetime
    changes: tuple[tuple[str, int], ...]

    def text(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M} UTC: " + ", ".join(f"{name} {change:+d} %" for name, change in self.changes)


@dataclass(frozen=True, slots=True)
class KycEvidence:
    """What a know-your-customer record says, or fails to say.

    Attributes:
        code: stable dotted identifier.
        place: file and row of the record; empty where there is none.
    """

    kind: ClassVar[str] = "kyc"
    code: str
    what: str
    place: str

    def text(self) -> str:
        return f"{self.what}{f' ({self.place})' if self.place else ''}"


@dataclass(frozen=True, slots=True)
class ProfileEvidence:
    """A risk profile that the account matches: which, in which version, and the facts that made it match."""

    kind: ClassVar[str] = "profile"
    profile: str
    version: str
    title: str
    facts: tuple[tuple[str, str], ...]

    def text(self) -> str:
        return f"{self.title} ({self.profile}, {self.version}): " + ", ".join(f"{k} = {v}" for k, v in self.facts)


@dataclass(frozen=True, slots=True)
class DoubleEvidence:
    """The same use in two providers' reports: in the host's under the seller's account, in the seller's under its
    customers' accounts. `days` are those on which both agree."""

    kind: ClassVar[str] = "double"
    host_account: str
    seller: str
    days: int
    host_accel_ns: int
    seller_accel_ns: int
    cap_flop: int

    def text(self) -> str:
        return f"{self.host_account} and the customers of {self.seller} report the same use on {self.days} days"


@dataclass(frozen=True, slots=True)
class BunchingEvidence:
    """How many subjects of the jurisdiction lie just under the line, and how many lie around it.

    Attributes:
        below, just_below, just_above: subjects in [0.64, 0.8), [0.8, 1) and [1, 1.25) of the line.
        p_e6: probability of so many just below by chance (binomial, neighbours as expectation), in millionths.
    """

    kind: ClassVar[str] = "bunching"
    below: int
    just_below: int
    just_above: int
    p_e6: int

    def text(self) -> str:
        return (
            f"{self.just_below} subjects lie just below the line, {self.below} further below, "
            f"{self.just_above} just above"
        )
