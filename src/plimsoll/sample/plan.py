"""The plan of a sample: who uses what and what is planted. It depends on the request alone; nothing is written yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.background import Background
from plimsoll.sample.dirt import USUAL_GAPS
from plimsoll.sample.draw import Shuffle, key_of
from plimsoll.sample.identity import Identity
from plimsoll.sample.names import MAX_NAMES, Namer
from plimsoll.sample.plants import Plant, Planter
from plimsoll.sample.providers import Provider
from plimsoll.sample.roster import Party, Roster
from plimsoll.sample.schemes.asked import checked
from plimsoll.sample.schemes.planting import Planted, Schemes
from plimsoll.sample.schemes.seats import Scheme
from plimsoll.sample.shelf import providers
from plimsoll.sample.situations import cases_for

MAX_CUSTOMERS = MAX_NAMES
MAX_DAYS = 1096
LEAST_DAYS = 60
"""With fewer days no evaders can be planted."""
MAX_SEED = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""
GAP_PROVIDER = "fellmoor-compute"

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for.

    Attributes:
        start: first day of the data.
        evaders: how many of which tactics and honest hard cases are planted beside the customers, by the names of
            `schemes.asked.Tactic`.
        density: permille of the days on which everyday customers draw what they draw: the same compute in fewer rows.
        kyc_gaps: permille of the fields that know-your-customer records lack.
    """

    seed: int = 7
    customers: int = 200
    days: int = 180
    start: date = date(2026, 1, 1)
    evaders: Mapping[str, int] = field(default_factory=dict)
    density: int = 1000
    kyc_gaps: int = USUAL_GAPS

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("seed", self.seed, 0, MAX_SEED),
            ("customers", self.customers, 1, MAX_CUSTOMERS),
            ("days", self.days, 1, MAX_DAYS),
            ("density", self.density, 1, 1000),
            ("kyc_gaps", self.kyc_gaps, 0, 1000),
        ):
            if not low <= value <= high:
                raise PlimsollError(
                    f"sample.{name}",
                    f"{name.replace('_', ' ')} is {value:,}, not between {low:,} and {high:,}",
                    fix=f"Give --{name.replace('_', '-')} within that range.",
                )
        if checked(self.evaders) and self.days < LEAST_DAYS:
            raise PlimsollError(
                "sample.evaders", f"{self.days} days are too few for a run that somebody would split",
                fix=f"Give --days {LEAST_DAYS} or more, or leave out --evaders.",
            )  # fmt: skip

    @property
    def end(self) -> date:
        """The day after the last day of data."""
        return self.start + timedelta(days=self.days)

    def months(self) -> tuple[Month, ...]:
        """The calendar months (year, month) that the data touches."""
        first, last = self.start, self.end - timedelta(days=1)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return tuple(
            (first.year + (first.month - 1 + at) // 12, (first.month - 1 + at) % 12 + 1) for at in range(count)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will be written, apart from the rows themselves.

    Attributes:
        schemes: the planted evaders and honest hard cases.
        holders: by number of the account, of the accounts of those: the holder as its provider knows it, and which
            fields of its record are never lost at the usual gaps.
        gap: the month for which `GAP_PROVIDER` delivers nothing; None with fewer than three months of data.
    """

    request: Request
    providers: tuple[Provider, ...]
    roster: Roster
    plants: tuple[Plant, ...]
    gap: Month | None
    schemes: tuple[Scheme, ...] = ()
    holders: Mapping[int, tuple[Identity, frozenset[str]]] = field(default_factory=dict)


def make_plan(request: Request) -> Plan:
    """Plans a sample; the planted customers are scattered among the others."""
    sold_by = providers()
    roster, namer = Roster(request.seed), Namer(request.seed)
    roster.parties.append(Party("load-line-office", "authority", "Load Line Office of the sample jurisdiction", "XX"))
    background = Background(roster, namer, sold_by, request.days, request.density)
    for provider in sold_by:
        background.add_house(provider)
    steady = tuple(provider for provider in sold_by if provider.id != GAP_PROVIDER)
    planter = Planter(roster, namer, steady, request.days)
    schemes = Schemes(
        checked(request.evaders), roster, namer, steady, customers=request.customers, days=request.days,
        start=request.start,
    )  # fmt: skip
    scatter = Shuffle(key_of(request.seed, "scatter"), request.customers)
    planted = {scatter(at): case for at, case in enumerate(cases_for(request.customers))}
    for customer in range(request.customers):
        schemes.sit(customer)
        if customer in planted:
            planter.add(customer, planted[customer])
        else:
            background.add_customer(customer)
    months = request.months()
    gap = months[len(months) // 2] if len(months) > 2 else None
    found: Planted = schemes.planted()
    return Plan(request, sold_by, roster, tuple(planter.plants), gap, found.schemes, found.holders)
