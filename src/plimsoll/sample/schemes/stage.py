"""What every tactic works with: the request, the providers, the crew, and the sizes that evaders choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.identity import reference
from plimsoll.sample.providers import Provider, Role
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.crew import Crew, Members
from plimsoll.sample.schemes.seats import Scheme, Seat, Use

E23 = 10**23
TRAIN_BP, LABELLED_BP = 4_000, 1_500
CAREFUL, CARELESS = 36, 72
"""The most that one account uses, in units of 10^23 FLOP by estimate: so that its bound, or only its estimate, stays
below the line of 10^25."""
LEAST, MOST = 3, 20


@dataclass
class Stage:
    """Collects planted cases and their seats.

    Attributes:
        providers: those at which cases may be planted.
    """

    seed: int
    days: int
    crew: Crew
    providers: tuple[Provider, ...]
    schemes: list[Scheme] = field(default_factory=list)
    seats: list[tuple[int, Seat]] = field(default_factory=list)

    def open(self, tactic: Tactic, code: str | None) -> tuple[Scheme, Draw]:
        """A new case, and its chance."""
        number = len(self.schemes)
        turn = sum(scheme.tactic is tactic for scheme in self.schemes)
        scheme = Scheme(number, tactic, f"{tactic.value}-{turn + 1}", code)
        self.schemes.append(scheme)
        return scheme, Draw(key_of(self.seed, "scheme", tactic.value, turn))

    def seat(self, scheme: Scheme, members: Members, at: int, provider: Provider, *uses: Use) -> None:
        """An account of the member with this number, at this provider."""
        ref = reference(self.seed, f"{scheme.id} {len(self.seats)}")
        party, identity = members.parties[at], members.identities[at]
        self.seats.append((scheme.number, Seat(party, identity, provider, ref, uses, members.kept[at])))

    def selling(
        self, role: Role, *, hourly: bool = False, labels: bool = False, unmeasured: bool = False
    ) -> tuple[Provider, ...]:
        """Providers that sell such products; that charge by the hour, tell workloads, do not measure, where asked."""
        found = tuple(
            provider
            for provider in self.providers
            if provider.skus_for(role)
            and (provider.grain == "hour" or not hourly)
            and (provider.tells_customer or not labels)
            and not (provider.measures and unmeasured)
        )
        if not found:
            raise PlimsollError(
                "sample.no_provider", f"no provider sells what a case needs ({role})", fix="Add one to the shelf."
            )
        return found


def total(draw: Draw, least: int = 120, most: int = 400) -> int:
    """What an evader computes in all, in units of 10^23 FLOP; small runs are more frequent than large ones."""
    middle = (2 * least + most) // 3
    return draw.between(least, middle) if draw.happens(600) else draw.between(middle, most)


def parts(draw: Draw, amount: int, *, least: int = LEAST, most: int = MOST, cap: int | None = None) -> list[int]:
    """An amount in 10^23 FLOP, split over a number of accounts none of which passes the cap; in units of 10^20."""
    cap = cap or (CAREFUL if draw.happens(700) else CARELESS)
    fewest = max(least, -(-amount * 11 // (cap * 10)))
    count = draw.between(fewest, max(fewest, most))
    if draw.happens(500):
        count = draw.between(fewest, count)
    spread = draw.one_of((5, 25, 60))
    weights = [draw.between(100 - spread, 100 + spread) for _ in range(count)]
    return _split(amount * 1000, weights, cap * 1000)


def _split(amount: int, weights: Sequence[int], cap: int) -> list[int]:
    """Shares in proportion to the weights; what passes the cap goes to those that have room, in turn."""
    shares = [min(cap, amount * weight // sum(weights)) for weight in weights]
    left = amount - sum(shares)
    for at in range(len(shares)):
        more = min(left, cap - shares[at])
        shares[at] += more
        left -= more
    return shares


def true_bp(draw: Draw) -> int:
    """What training really achieves of the dense peak, in basis points."""
    return draw.between(3_700, 4_250)
