"""A country of accounts for the tests of synchrony: honest customers of many habits, and shells that share a run.

Nothing here is taken from the sample's generator: habits and noise are the tests' own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plimsoll.assess.synchrony.levels import Levels

START = 490_896
"""2026-01-01, hours since 1970."""

Line = NDArray[np.float64]


@dataclass
class Country:
    """Collects accounts; every draw comes from one generator, so a seed is a country."""

    days: int
    seed: int
    providers: int = 8
    subjects: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        self.hours = 24 * self.days

    def add(self, line: Line, provider: int | None = None, region: int | None = None) -> str:
        """An account with these levels (accelerators by hour); where it is drawn unless given."""
        provider = int(self.chance.integers(self.providers)) if provider is None else provider
        region = int(self.chance.integers(4)) if region is None else region
        subject = f"cloud-{provider:02}/acct-{len(self.subjects):05}"
        self.subjects.append(subject)
        self.places.append(f"cloud-{provider:02}|region-{region}")
        self.lines.append(np.maximum(line * 1000, 0).astype(np.int32))
        return subject

    def levels(self) -> Levels:
        order = sorted(range(len(self.subjects)), key=lambda number: self.subjects[number])
        return Levels(
            tuple(self.subjects[number] for number in order),
            tuple(self.places[number] for number in order),
            START,
            np.stack([self.lines[number] for number in order]),
        )

    def noise(self, share: float = 0.02) -> Line:
        return 1 + share * (2 * self.chance.random(self.hours) - 1)

    # Honest customers

    def steady(self) -> Line:
        return self.chance.integers(8, 400) * self.noise()

    def serving(self) -> Line:
        hour = np.arange(self.hours)
        peak = self.chance.integers(0, 24)
        wave = 0.65 + 0.35 * np.cos((hour - peak) / 24 * 2 * np.pi)
        weekend = np.where((hour // 24 + START // 24 + 3) % 7 >= 5, self.chance.uniform(0.6, 1.0), 1.0)
        return self.chance.integers(8, 300) * wave * weekend * self.noise(0.05)

    def office(self) -> Line:
        """On at eight, off at six, working days, an hour early or late."""
        line = np.zeros(self.hours)
        for day in range(self.days):
            if (day + START // 24 + 3) % 7 < 5:
                line[24 * day + 8 + self.chance.integers(-1, 2) : 24 * day + 18 + self.chance.integers(-1, 2)] = 1
        return self.chance.integers(8, 64) * line * self.noise()

    def nightly(self) -> Line:
        """A job at the same hour every night."""
        line = np.zeros(self.hours)
        at, lasts = int(self.chance.integers(24)), int(self.chance.integers(1, 6))
        for day in range(self.days):
            line[24 * day + at : 24 * day + at + lasts] = 1
        return self.chance.integers(8, 128) * line

    def weekly(self) -> Line:
        line = np.zeros(self.hours)
        at = int(self.chance.integers(168))
        for week in range(at, self.hours, 168):
            line[week : week + 30] = 1
        return self.chance.integers(8, 128) * line

    def jobs(self) -> Line:
        line = np.zeros(self.hours)
        at = 0
        while at < self.hours:
            at += int(self.chance.exponential(60)) + 1
            lasts = int(self.chance.integers(2, 40))
            line[at : at + lasts] = 1
            at += lasts
        return self.chance.integers(8, 64) * line * self.noise()

    def run(self, restarts: float = 0.05) -> Line:
        """A training run of its own: some months, restarts at random."""
        line = np.zeros(self.hours)
        lasts = int(self.chance.integers(20, min(120, self.days - 1))) * 24
        first = int(self.chance.integers(0, self.hours - lasts))
        line[first : first + lasts] = 1
        for at in np.flatnonzero(self.chance.random(self.hours) < restarts / 24):
            line[at : at + int(self.chance.integers(1, 10))] = 0
        return self.chance.integers(16, 600) * line * self.noise()

    def monthly(self) -> Line:
        """A batch on the first of every month."""
        line = np.zeros(self.hours)
        for day in range(self.days):
            if (np.datetime64("2026-01-01") + day).astype(object).day == 1:
                line[24 * day : 24 * day + 50] = 1
        return self.chance.integers(8, 300) * line

    def honest(self, count: int) -> None:
        kinds = (self.steady, self.serving, self.office, self.nightly, self.weekly, self.jobs, self.run, self.monthly)
        weights = np.array([10, 15, 10, 8, 5, 12, 36, 4]) / 100
        for kind in self.chance.choice(len(kinds), count, p=weights):
            self.add(kinds[kind]())

    def outages(self, per_provider: float) -> None:
        """Stops everything at a provider, or in one of its regions, for some hours."""
        for provider in range(self.providers):
            for region in (None, 0, 1, 2, 3):
                for _ in range(self.chance.poisson(per_provider)):
                    at, lasts = int(self.chance.integers(self.hours)), int(self.chance.integers(1, 30))
                    for number, place in enumerate(self.places):
                        here = f"cloud-{provider:02}|region-" + ("" if region is None else str(region))
                        if place.startswith(here):
                            self.lines[number][at : at + lasts] = 0

    # One run over several accounts

    def _jitter(self, plan: Shells) -> int:
        return int(self.chance.integers(-plan.jitter, plan.jitter + 1))

    def shells(self, plan: Shells) -> tuple[str, ...]:
        chance = self.chance
        lasts = 24 * plan.days
        first = int(chance.integers(24, max(25, self.hours - lasts - 24)))
        times = np.sort(chance.choice(np.arange(12, lasts - 12), plan.restarts, replace=False))
        kinds = chance.random(plan.restarts) < plan.scaling
        gaps = chance.integers(2, 14, plan.restarts)
        factors = chance.uniform(0.4, 1.6, plan.restarts)
        found = []
        for _ in range(plan.count):
            line = np.zeros(self.hours)
            begin, end = (
                first + self._jitter(plan) + plan.stagger * int(chance.integers(0, 2)),
                first + lasts + self._jitter(plan),
            )
            line[begin:end] = 1
            for at, scales, gap, factor in zip(times, kinds, gaps, factors, strict=True):
                if chance.random() < plan.missing:
                    continue
                when = first + int(at) + self._jitter(plan)
                if scales:
                    line[when:end] = np.where(line[when:end] > 0, factor, 0)
                else:
                    line[when : max(when + 1, first + int(at) + int(gap) + self._jitter(plan))] *= plan.floor
            for at in chance.integers(begin, end, int(chance.poisson(plan.extra * plan.restarts))):
                line[at : at + int(chance.integers(1, 9))] = 0
            line *= chance.integers(16, 400) * self.noise()
            if plan.background:
                line += plan.background * line.max() * self.serving() / 300
            found.append(self.add(line, provider=plan.provider))
        return tuple(sorted(found))


@dataclass(frozen=True)
class Shells:
    """How one run is spread over accounts.

    Attributes:
        jitter: each change of each shell is up to so many hours early or late.
        missing: share of the changes that a shell does not take part in.
        extra: own restarts of each shell, as a share of the common ones.
        scaling: share of the common events that change the scale, the rest are restarts.
        floor: what is left of the level during a restart.
        background: a service on the same account, as a share of the run.
        stagger: hours by which about half of the shells begin late.
    """

    count: int = 8
    days: int = 60
    restarts: int = 10
    jitter: int = 2
    missing: float = 0.1
    extra: float = 0.3
    scaling: float = 0.2
    floor: float = 0.0
    background: float = 0.0
    stagger: int = 0
    provider: int | None = None

    def but(self, **changes: object) -> Shells:
        return replace(self, **changes)  # type: ignore[arg-type]
