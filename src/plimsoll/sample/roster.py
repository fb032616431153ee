"""Who uses what: parties, their accounts, and the streams of usage that flow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from plimsoll.sample.draw import Shuffle, key_of
from plimsoll.sample.providers import Grain, Provider, Region, Sku

MICRO = 1_000_000
"""Quantities are whole millionths of a unit."""


class Shape(IntEnum):
    """How a stream's usage runs over time. `rhythm.py` turns each into quantities."""

    STEADY = 0
    """The same all the time, give or take 3 %."""
    SERVING = 1
    """People are awake: a daily wave, lower at weekends."""
    JOBS = 2
    """Bursts of some hours with days between them."""
    RUN = 3
    """A training run: all nodes all the time, with a restart now and then."""
    RAMP = 4
    """Grows in a straight line for the first third of its time, then stays."""


@dataclass(frozen=True, slots=True)
class Party:
    """A legal person of the sample; `kind` is developer, provider, reseller or authority."""

    id: str
    kind: str
    legal_name: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Account:
    """A billing account: one customer of one provider. `ref` is the provider's own number of the customer."""

    provider: Provider
    id: str
    party: Party
    ref: str

    @property
    def key(self) -> str:
        """The account as declarations and findings name it."""
        return f"{self.provider.id}/{self.id}"


@dataclass(frozen=True, slots=True)
class Stream:
    """One line of usage: an account drawing one product in one place for a stretch of hours.

    Attributes:
        account: its number in the roster.
        start, end: half-open, in whole hours since the data starts; whole days where `grain` is "day".
        level: millionths of a unit per hour at full use.
        workload: x_WorkloadClass, where the provider was told.
        run: the declared run that it is tagged with.
        active_bp: tensor activity in basis points. Only a provider that measures reports it.
        plant: number of the planted case that it belongs to, -1 for none.
        scheme: number of the planted evader, or of the honest case, that it belongs to, -1 for none.
        twin: number of the stream whose usage this one repeats, -1 for none.
    """

    account: int
    sku: Sku
    region: Region
    resource: str
    grain: Grain
    shape: Shape
    start: int
    end: int
    level: int
    workload: str | None = None
    run: str | None = None
    active_bp: int = 0
    plant: int = -1
    scheme: int = -1
    twin: int = -1

    @property
    def adds_up(self) -> bool:
        """Each row is the time of several machines together, so that it can name no resource."""
        return self.sku.unit in ("Hours", "GPU-Hours") and self.level > MICRO


@dataclass
class Roster:
    """Collects parties, accounts and streams while the sample is planned."""

    seed: int
    parties: list[Party] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._digits = Shuffle(key_of(self.seed, "accounts"), 900_000_000_000)

    def open_account(self, party: Party, provider: Provider, ref: str | None = None) -> int:
        """Adds an account and returns its number; `ref` is the party's id where nothing else is given."""
        digits = 100_000_000_000 + self._digits(len(self.accounts))
        self.accounts.append(Account(provider, provider.account.format(digits), party, ref or party.id))
        return len(self.accounts) - 1

    def next_resource(self) -> str:
        """A resource id for the next stream: unique, and without meaning."""
        return f"r-{key_of(self.seed, 'resource', len(self.streams)):016x}"

    def add(self, stream: Stream) -> None:
        if stream.end > stream.start and stream.level > 0:
            self.streams.append(stream)
