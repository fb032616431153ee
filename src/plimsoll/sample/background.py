"""Honest everyday customers. None of them comes near the line, so none may give a finding."""

from __future__ import annotations

from dataclasses import replace

from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.names import Namer
from plimsoll.sample.providers import Provider, Role
from plimsoll.sample.roster import MICRO, Party, Roster, Shape, Stream
from plimsoll.sample.size import level_within

LARGEST_STREAM = 10**24
"""No stream of the background can exceed this bound, so that an account stays well below 10^25 even by the bound."""

_KINDS = (("ordinary", 45), ("tuner", 28), ("research", 18), ("serving", 7), ("lab", 2))
_NAMES = {"ordinary": "company", "tuner": "company", "serving": "company", "research": "research", "lab": "lab"}


class Background:
    """Adds customers that are not planted to a roster.

    Args:
        density: permille of the days on which they draw what they draw, so that a large sample may have few rows.
    """

    def __init__(
        self, roster: Roster, namer: Namer, providers: tuple[Provider, ...], days: int, density: int = 1000
    ) -> None:
        self._roster = roster
        self._namer = namer
        self._providers = providers
        self._weighted = tuple((provider, provider.weight) for provider in providers)
        self._days = days
        self._density = density
        self._dense = density == 1000

    def add_customer(self, number: int) -> None:
        """One party with one account, or with a second one at another provider."""
        draw = Draw(key_of(self._roster.seed, "customer", number))
        kind = draw.weighted(_KINDS)
        name = self._namer.name(number, _NAMES[kind])
        party = Party(name.slug, "developer", name.legal, name.jurisdiction)
        self._roster.parties.append(party)
        first = draw.weighted(self._weighted)
        self._open(party, first, kind, draw)
        if draw.happens(80):
            second = draw.one_of([provider for provider in self._providers if provider is not first])
            self._open(party, second, draw.one_of(("ordinary", "tuner")), draw)

    def _open(self, party: Party, provider: Provider, kind: str, draw: Draw) -> None:
        account = self._roster.open_account(party, provider)
        self._ordinary(account, provider, draw, 1 + draw.below(2) if kind == "ordinary" else draw.below(2))
        if kind == "tuner":
            self._accelerators(account, draw, "small", Shape.JOBS, units=(1, 2), days=(self._days, self._days))
        elif kind == "research":
            for _ in range(draw.between(1, 2)):
                self._accelerators(account, draw, "small", Shape.STEADY, units=(1, 6), days=(5, 60))
        elif kind == "serving":
            self._accelerators(account, draw, "serve", Shape.SERVING, units=(2, 24), days=(self._days, self._days))
        elif kind == "lab":
            self._accelerators(account, draw, "train", Shape.RUN, units=(16, 48), days=(8, 40))
            self._accelerators(account, draw, "serve", Shape.SERVING, units=(4, 40), days=(30, self._days))

    def _ordinary(self, account: int, provider: Provider, draw: Draw, count: int) -> None:
        skus = provider.skus_for("ordinary")
        begin = draw.below(count + 2)
        for at in range(count):
            sku = skus[(begin + at) % len(skus)]
            level = draw.between(MICRO // 2, 40 * MICRO) * (500 if sku.unit == "GB-Hours" else 1)
            self._add(
                Stream(
                    account, sku, draw.one_of(provider.regions), self._roster.next_resource(), "day", Shape.STEADY,
                    0, self._days * 24, level,
                )
            )  # fmt: skip

    def _add(self, stream: Stream) -> None:
        """The stream, or the same compute in a shorter time where the sample is to have few rows."""
        days = (stream.end - stream.start) // 24
        lasts = max(1, days * self._density // 1000)
        if self._dense or lasts == days:
            self._roster.add(stream)
            return
        first = stream.start // 24 + Draw(key_of(self._roster.seed, "density", stream.resource)).below(days - lasts + 1)
        level = max(1, stream.level * days // lasts // MICRO) * MICRO
        self._roster.add(replace(stream, start=first * 24, end=(first + lasts) * 24, level=level))

    def _accelerators(
        self, account: int, draw: Draw, role: Role, shape: Shape, *, units: tuple[int, int], days: tuple[int, int]
    ) -> None:
        """One stream: `units` and `days` are the least and the most; both give way to what the sample allows."""
        provider = self._roster.accounts[account].provider
        sku = draw.one_of(provider.skus_for(role))
        lasts = min(self._days, draw.between(min(days), max(days)))
        first = draw.below(self._days - lasts + 1)
        node = 8 if sku.unit == "GPU-Hours" else 1
        level = min(draw.between(*units) * node * MICRO, level_within(LARGEST_STREAM, sku, lasts * 24))
        training = shape is not Shape.SERVING
        self._add(
            Stream(
                account, sku, draw.one_of(provider.regions), self._roster.next_resource(), provider.grain, shape,
                first * 24, (first + lasts) * 24, level,
                workload=("train" if training else "infer") if provider.tells_customer else None,
                active_bp=draw.between(2800, 4400) if training else draw.between(700, 1800),
            )
        )  # fmt: skip

    def add_house(self, provider: Provider) -> None:
        """The provider itself: a party with an account that is never idle, so that every month has a report."""
        draw = Draw(key_of(self._roster.seed, "house", provider.id))
        party = Party(provider.id, provider.kind, provider.name, provider.jurisdiction)
        self._roster.parties.append(party)
        account = self._roster.open_account(party, provider)
        dense, self._dense = self._dense, True
        self._ordinary(account, provider, draw, 2)
        self._accelerators(account, draw, "small", Shape.STEADY, units=(1, 1), days=(self._days, self._days))
        self._dense = dense
