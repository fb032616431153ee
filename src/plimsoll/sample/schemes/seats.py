"""Seats: the accounts of a planted case with their usage, before they are given numbers and scattered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from plimsoll.sample.draw import Draw
from plimsoll.sample.identity import Identity
from plimsoll.sample.providers import Provider, Role, Sku
from plimsoll.sample.rhythm import MEAN_PERMILLE
from plimsoll.sample.roster import MICRO, Party, Roster, Shape, Stream
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.hours import Stretch, whole_days
from plimsoll.sample.size import flop_per_micro


@dataclass(frozen=True, slots=True)
class Use:
    """Usage of one product by one account, in stretches that share a resource."""

    sku: Sku
    stretches: tuple[Stretch, ...]
    level: int
    shape: Shape
    workload: str | None
    active_bp: int
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """An account to be opened.

    Attributes:
        identity: the holder as this provider knows it.
        kept: fields of the record that are never lost at the usual gaps: what ties it to others.
    """

    party: Party
    identity: Identity
    provider: Provider
    ref: str
    uses: tuple[Use, ...]
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SharedTie:
    """What two parties of a planted case have in common; `tie` is a value of `parties.control_group.Tie`."""

    one: str
    other: str
    tie: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A declaration of a planted case: declared compute in permille of the true compute, tagged on the usage or not."""

    id: str
    permille: int
    margin: str | None


@dataclass
class Scheme:
    """A planted case. The roster's account numbers are filled in when the seats are taken.

    Attributes:
        number: its place among all of them; streams carry it.
        code: of the finding that it must give; None for an honest case that must give none about groups.
        accounts: numbers in the roster.
    """

    number: int
    tactic: Tactic
    id: str
    code: str | None
    shared: tuple[SharedTie, ...] = ()
    claim: Claimed | None = None
    merged_on: date | None = None
    accounts: list[int] = field(default_factory=list)

    def take(self, seat: Seat, roster: Roster) -> int:
        """Opens the account of a seat and adds its streams."""
        account = roster.open_account(seat.party, seat.provider, seat.ref)
        self.accounts.append(account)
        for use in seat.uses:
            resource = roster.next_resource()
            region = seat.provider.regions[account % len(seat.provider.regions)]
            for stretch in use.stretches:
                roster.add(
                    Stream(
                        account, use.sku, region, resource, seat.provider.grain, use.shape, stretch.start, stretch.end,
                        max(1, use.level * stretch.permille // 1000 // MICRO) * MICRO,
                        workload=use.workload if seat.provider.tells_customer else None,
                        run=use.run if seat.provider.tells_customer else None,
                        active_bp=use.active_bp,
                        scheme=self.number,
                    )
                )  # fmt: skip
        return account


def sized(
    draw: Draw, provider: Provider, role: Role, stretches: Iterable[Stretch], est_flop: int, *, shown_bp: int,
    shape: Shape = Shape.RUN, workload: str | None = "train", active_bp: int, run: str | None = None,
) -> Use:  # fmt: skip
    """One product in such numbers that an assessment will estimate about `est_flop` over the stretches.

    Args:
        shown_bp: the utilisation that the assessment will assume, where the provider does not measure it.
    """
    sku = draw.one_of(provider.skus_for(role))
    kept = whole_days(stretches) if provider.grain == "day" else tuple(stretches)
    seen = active_bp if provider.measures else shown_bp
    bound = est_flop * 10_000 // seen
    weighted = sum((stretch.end - stretch.start) * stretch.permille for stretch in kept)
    per_unit = flop_per_micro(sku) * MICRO * weighted * MEAN_PERMILLE[shape] // 1_000_000
    units = max(1, (bound + per_unit // 2) // per_unit)
    return Use(sku, kept, units * MICRO, shape, workload, active_bp, run)
