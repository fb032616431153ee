"""The plan of a sample: who uses what and what is planted. It depends on the request alone; nothing is written yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plimsoll.kernel.errors import PlimsollError
from plimsoll.sample.background import Background
from plimsoll.sample.draw import Shuffle, key_of
from plimsoll.sample.names import MAX_NAMES, Namer
from plimsoll.sample.plants import Plant, Planter
from plimsoll.sample.providers import Provider
from plimsoll.sample.roster import Party, Roster
from plimsoll.sample.shelf import providers
from plimsoll.sample.situations import cases_for

MAX_CUSTOMERS = MAX_NAMES
MAX_DAYS = 1096
MAX_SEED = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""
GAP_PROVIDER = "fellmoor-compute"

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for.

    Attributes:
        start: first day of the data.
    """

    seed: int = 7
    customers: int = 200
    days: int = 180
    start: date = date(2026, 1, 1)

    def __post_init__(self) -> None:
        for field, value, low, high in (
            ("seed", self.seed, 0, MAX_SEED),
            ("customers", self.customers, 1, MAX_CUSTOMERS),
            ("days", self.days, 1, MAX_DAYS),
        ):
            if not low <= value <= high:
                raise PlimsollError(
                    f"sample.{field}",
                    f"{field} is {value:,}, not between {low:,} and {high:,}",
                    fix=f"Give --{field} within that range.",
                )

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
        gap: the month for which `GAP_PROVIDER` delivers nothing; None with fewer than three months of data.
    """

    request: Request
    providers: tuple[Provider, ...]
    roster: Roster
    plants: tuple[Plant, ...]
    gap: Month | None


def make_plan(request: Request) -> Plan:
    """Plans a sample; the planted customers are scattered among the others."""
    sold_by = providers()
    roster, namer = Roster(request.seed), Namer(request.seed)
    roster.parties.append(Party("load-line-office", "authority", "Load Line Office of the sample jurisdiction", "XX"))
    background = Background(roster, namer, sold_by, request.days)
    for provider in sold_by:
        background.add_house(provider)
    planter = Planter(roster, namer, tuple(p for p in sold_by if p.id != GAP_PROVIDER), request.days)
    scatter = Shuffle(key_of(request.seed, "scatter"), request.customers)
    planted = {scatter(at): case for at, case in enumerate(cases_for(request.customers))}
    for customer in range(request.customers):
        if customer in planted:
            planter.add(customer, planted[customer])
        else:
            background.add_customer(customer)
    months = request.months()
    gap = months[len(months) // 2] if len(months) > 2 else None
    return Plan(request, sold_by, roster, tuple(planter.plants), gap)
