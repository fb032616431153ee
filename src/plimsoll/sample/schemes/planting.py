"""Plants what was asked for, and scatters the accounts among those of the honest customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from plimsoll.parties.kyc import Downstream
from plimsoll.parties.kyc import Use as Purpose
from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.identity import Identity, alone
from plimsoll.sample.names import Namer
from plimsoll.sample.providers import Provider, Sku
from plimsoll.sample.roster import Party, Roster
from plimsoll.sample.schemes import hiding, honest, splitting
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.crew import Crew
from plimsoll.sample.schemes.seats import Scheme, Seat
from plimsoll.sample.schemes.stage import Stage

SELLER, HOST = "brightquay", "norrvik-cloud"
"""The provider that resells another's machines, and that other."""


@dataclass
class Planted:
    """The cases, and who holds their accounts.

    Attributes:
        holders: by number of the account: the holder as its provider knows it, and which fields must stay.
    """

    schemes: tuple[Scheme, ...] = ()
    holders: dict[int, tuple[Identity, frozenset[str]]] = field(default_factory=dict)


class Schemes:
    """The planted cases of a sample, waiting to be scattered.

    Args:
        customers: how many honest customers there are; names from that number on are free.
    """

    def __init__(
        self, evaders: Mapping[str, int], roster: Roster, namer: Namer, providers: tuple[Provider, ...],
        *, customers: int, days: int, start: date,
    ) -> None:  # fmt: skip
        self._roster = roster
        self._customers = customers
        self._stage = Stage(roster.seed, days, Crew(roster.seed, namer, customers, start), providers)
        self._planted = Planted()
        self._known: set[str] = set()
        make: dict[Tactic, Callable[[Stage], None]] = {
            **_MAKE,
            Tactic.MERGER: lambda stage: honest.merger(stage, start),
        }
        for tactic, count in evaders.items():
            for _ in range(count):
                make[Tactic(tactic)](self._stage)
        self._places = self._scattered()

    def _scattered(self) -> dict[int, list[tuple[int, Seat]]]:
        found: dict[int, list[tuple[int, Seat]]] = {}
        for at, seat in enumerate(self._stage.seats):
            place = Draw(key_of(self._roster.seed, "place", at)).below(self._customers)
            found.setdefault(place, []).append(seat)
        return found

    def sit(self, customer: int) -> None:
        """Opens the accounts whose place is before this customer."""
        for number, seat in self._places.pop(customer, ()):
            scheme = self._stage.schemes[number]
            if seat.party.id not in self._known:
                self._known.add(seat.party.id)
                self._roster.parties.append(seat.party)
            self._planted.holders[scheme.take(seat, self._roster)] = seat.identity, seat.kept

    def planted(self) -> Planted:
        """All cases, once everybody sits."""
        self._planted.schemes = tuple(self._stage.schemes)
        first = next((scheme for scheme in self._planted.schemes if scheme.tactic is Tactic.RESELLER), None)
        if first is not None:
            self._repeat(first)
        return self._planted

    def _repeat(self, scheme: Scheme) -> None:
        """Lets the host of the reselling provider report all that the provider sold, on the provider's own account."""
        roster = self._roster
        seller = next(account.party for account in roster.accounts if account.provider.id == SELLER)
        host = next(account.provider for account in roster.accounts if account.provider.id == HOST)
        sold = [
            (number, stream)
            for number, stream in enumerate(roster.streams)
            if roster.accounts[stream.account].provider.id == SELLER and stream.sku.chip is not None
        ]
        account = roster.open_account(seller, host)
        double = Scheme(len(self._planted.schemes), Tactic.RESELLER, f"{scheme.id}-host", "double-report")
        double.accounts.append(account)
        for number, stream in sold:
            roster.add(
                replace(
                    stream, account=account, sku=_at_host(stream.sku), region=host.regions[0], plant=-1,
                    scheme=double.number, twin=number, run=None, workload=None,
                )
            )  # fmt: skip
        served = {roster.accounts[stream.account].party for _, stream in sold}
        names = tuple(Downstream(party.legal_name, party.jurisdiction) for party in sorted(served, key=_by_id))
        identity = replace(alone(roster.seed, seller), reseller=True, downstream=names, use=Purpose.RESALE)
        self._planted.holders[account] = identity, frozenset()
        self._planted.schemes = (*self._planted.schemes, double)


def _by_id(party: Party) -> str:
    return party.id


def _at_host(sku: Sku) -> Sku:
    """The host's own name for a machine that is resold under another."""
    instance = sku.text.partition(" ")[0]
    return replace(
        sku, id="NVK" + instance.replace(".", "").upper(), meter=f"BoxUsage:{instance}",
        text=f"{instance} Instance Hour, partner", service="Elastic Machines",
    )  # fmt: skip


_MAKE: dict[Tactic, Callable[[Stage], None]] = {
    Tactic.SPLIT_ACCOUNTS: splitting.split_accounts,
    Tactic.SPLIT_PROVIDERS: splitting.split_providers,
    Tactic.SHELLS_SHARED: splitting.shells_shared,
    Tactic.SHELLS_SYNCHRONISED: splitting.shells_synchronised,
    Tactic.BEHIND_RESELLER: hiding.behind_reseller,
    Tactic.STRETCHED: splitting.stretched,
    Tactic.JUST_BELOW: hiding.just_below,
    Tactic.UNDER_DECLARED: hiding.under_declared,
    Tactic.MISLABELLED: hiding.mislabelled,
    Tactic.DUTY_CYCLED: splitting.duty_cycled,
    Tactic.UNIVERSITY: honest.university,
    Tactic.RESELLER: honest.reseller,
    Tactic.HEDGE_FUND: honest.hedge_fund,
    Tactic.NAMESAKES: honest.namesakes,
}
