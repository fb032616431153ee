"""Plants the cases: gives each its customer, its account, its hardware and its days."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.sample.draw import Draw, key_of
from plimsoll.sample.names import Namer
from plimsoll.sample.providers import Provider, Sku
from plimsoll.sample.roster import Party, Roster, Stream
from plimsoll.sample.situations import Case, Situation
from plimsoll.sample.size import BP, OTHER_BP, TRAIN_BP, level_for

_UNIT = 10**22


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted case.

    Attributes:
        account: its number in the roster.
        start, end: first day and the day after the last, counted from the first day of data.
        run: id of the declaration, and of the tag on its usage; None where nothing is declared.
        true_bp: what the hardware really achieved, in basis points of its dense peak. Nobody sees this.
        shown_bp: what an assessment takes it for: measured, attested, or the prior.
        hardware: how many accelerators it had.
    """

    case: Case
    account: int
    sku: Sku
    start: int
    end: int
    run: str | None
    true_bp: int
    shown_bp: int
    hardware: int


class Planter:
    """Adds planted customers to a roster; the provider whose report has a gap is left out."""

    def __init__(self, roster: Roster, namer: Namer, providers: tuple[Provider, ...], days: int) -> None:
        self._roster = roster
        self._namer = namer
        self._providers = providers
        self._days = days
        self.plants: list[Plant] = []

    def add(self, customer: int, case: Case) -> None:
        """Plants a case as the customer with this number."""
        draw = Draw(key_of(self._roster.seed, "plant", len(self.plants)))
        provider = self._provider(case)
        sku = draw.one_of(provider.skus_for(case.role))
        name = self._namer.name(customer, "lab")
        party = Party(name.slug, "developer", name.legal, name.jurisdiction)
        self._roster.parties.append(party)
        account = self._roster.open_account(party, provider)
        start, end = self._days_of(case)
        hours = (end - start) * 24
        true_bp = draw.between(900, 1300) if case.situation is Situation.DECLARED_SERVICE else draw.between(3700, 4250)
        shown_bp = self._shown_bp(case, provider, true_bp)
        target = draw.between(*case.size) * _UNIT
        bound = target if case.by_bound else target * BP // shown_bp
        level = level_for(bound, sku, case.shape, hours)
        units = level // 10**6
        run = self._run(name.slug, case)
        self._roster.add(
            Stream(
                account, sku, draw.one_of(provider.regions), self._roster.next_resource(), provider.grain, case.shape,
                start * 24, end * 24, level,
                workload=self._workload(case) if provider.tells_customer else None,
                run=run if case.claim and case.claim.kind == "training_run" else None,
                active_bp=true_bp,
                plant=len(self.plants),
            )
        )  # fmt: skip
        self.plants.append(Plant(case, account, sku, start, end, run, true_bp, shown_bp, units * sku.accelerators))

    def _provider(self, case: Case) -> Provider:
        """The cases of one kind go round the providers, and so do the kinds."""
        can = [
            provider
            for provider in self._providers
            if provider.skus_for(case.role) and (provider.tells_customer or case.claim is None)
        ]
        return can[len(self.plants) % len(can)]

    def _days_of(self, case: Case) -> tuple[int, int]:
        lasts = max(1, min(case.longest, self._days * case.lasts // 1000))
        start = min(self._days * case.begins // 1000, self._days - lasts)
        return start, start + lasts

    def _shown_bp(self, case: Case, provider: Provider, true_bp: int) -> int:
        if provider.measures or (case.claim is not None and case.claim.attested):
            return true_bp
        return OTHER_BP if case.situation is Situation.DECLARED_SERVICE else TRAIN_BP

    def _workload(self, case: Case) -> str:
        return "infer" if case.situation is Situation.DECLARED_SERVICE else "train"

    def _run(self, slug: str, case: Case) -> str | None:
        if case.claim is None:
            return None
        return f"{'run' if case.claim.kind == 'training_run' else 'model'}-{slug}-{len(self.plants) + 1}"
