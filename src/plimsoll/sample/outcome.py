"""What came of each planted case: exact compute from the rows that were written, and what is declared about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plimsoll.kernel.rounding import divide_half_even
from plimsoll.sample.plan import GAP_PROVIDER, Plan
from plimsoll.sample.plants import Plant
from plimsoll.sample.rounded import three_digits
from plimsoll.sample.situations import MISSING_REPORT, Expected, Situation
from plimsoll.sample.size import BP, NS_PER_MICRO_HOUR, flop_per_micro
from plimsoll.sample.truth import ExpectedFinding, TruthSubject
from plimsoll.sample.usage_files import Tally

_SERVICE_GOES_ON = timedelta(days=365)
_PEAK_NS_PER_DAY = 24 * 10**6 * NS_PER_MICRO_HOUR


@dataclass(frozen=True, slots=True)
class Outcome:
    """A planted case with its figures.

    Attributes:
        bound_flop: what its hardware could do over the whole run at its dense peak.
        declared: the text of the declared amount; None where nothing is declared.
    """

    plant: Plant
    start: date
    end: date
    cap_flop: int
    est_flop: int
    true_flop: int
    bound_flop: int
    declared: str | None
    declared_flop: int | None


def outcomes(plan: Plan, tally: Tally) -> tuple[Outcome, ...]:
    """Every planted case, in the order of planting."""
    return tuple(
        _outcome(plan, plant, int(tally.quantity[at]), int(tally.active[at])) for at, plant in enumerate(plan.plants)
    )


def _outcome(plan: Plan, plant: Plant, quantity: int, active: int) -> Outcome:
    per_micro = flop_per_micro(plant.sku)
    cap = quantity * per_micro
    measured = divide_half_even(active * per_micro, BP)
    true = measured or divide_half_even(cap * plant.true_bp, BP)
    bound = (
        plant.hardware
        * (plant.end - plant.start)
        * _PEAK_NS_PER_DAY
        * per_micro
        // (NS_PER_MICRO_HOUR * plant.sku.accelerators)
    )
    declared, declared_flop = _declared(plant, true, bound)
    day = plan.request.start
    return Outcome(
        plant, day + timedelta(plant.start), day + timedelta(plant.end), cap,
        measured or divide_half_even(cap * plant.shown_bp, BP), true, bound, declared, declared_flop,
    )  # fmt: skip


def _declared(plant: Plant, true: int, bound: int) -> tuple[str | None, int | None]:
    claim = plant.case.claim
    if claim is None:
        return None, None
    return three_digits(claim.flop or claim.times * (bound if claim.of_bound else true))


def declaration_values(plan: Plan, found: tuple[Outcome, ...]) -> list[dict[str, Any]]:
    """What developers declare, in the form of a declarations file; amounts are text."""
    return [_declaration(plan, outcome) for outcome in found if outcome.declared is not None]


def _declaration(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    plant, claim = outcome.plant, outcome.plant.case.claim
    account = plan.roster.accounts[plant.account]
    goes_on = plant.case.situation is Situation.DECLARED_SERVICE
    end = outcome.end + _SERVICE_GOES_ON if goes_on else outcome.end
    assert claim is not None
    value: dict[str, Any] = {
        "id": plant.run,
        "kind": claim.kind,
        "name": f"{account.party.legal_name.split()[0]} {plan.plants.index(plant) + 1}",
        "developer": account.party.id,
        "accounts": [account.key],
        "status": "running" if goes_on else "done",
        "start": outcome.start.isoformat(),
        "end": end.isoformat(),
    }
    if claim.attested:
        share = f"0.{plant.true_bp:04}"
        value["utilisation"] = {"value": share, "kind": "mfu", "attested": True}
    amount: Any = outcome.declared
    if claim.margin is not None:
        amount = {"point": outcome.declared, "margin": claim.margin}
    value["compute"] = {"total": amount}
    if claim.kind == "training_run":
        value["hardware"] = [
            {
                "provider": account.provider.id,
                "account": account.id,
                "chip": plant.sku.chip,
                "count": plant.hardware,
                "from": outcome.start.isoformat(),
                "to": outcome.end.isoformat(),
            }
        ]
    return value


def truth_subjects(plan: Plan, found: tuple[Outcome, ...]) -> tuple[TruthSubject, ...]:
    """What must be found about each case, the missing report last."""
    subjects = [_subject(plan, outcome) for outcome in found]
    if plan.gap is not None:
        year, month = plan.gap
        subjects.append(
            TruthSubject(
                Situation.MISSING_REPORT.value,
                "The provider delivered no usage report for this month.",
                GAP_PROVIDER, None, None, date(year, month, 1), date(year + month // 12, month % 12 + 1, 1),
                (ExpectedFinding(MISSING_REPORT.code, MISSING_REPORT.severity, (GAP_PROVIDER,)),),
            )
        )  # fmt: skip
    return tuple(subjects)


def _subject(plan: Plan, outcome: Outcome) -> TruthSubject:
    plant = outcome.plant
    account = plan.roster.accounts[plant.account]
    expected = plant.case.expected
    counted = plant.sku.chip is not None
    return TruthSubject(
        plant.case.situation.value, plant.case.note, account.provider.id, account.key, account.party.id,
        outcome.start, outcome.end,
        () if expected is None else (ExpectedFinding(expected.code, expected.severity, _names(plan, plant, expected)),),
        outcome.cap_flop if counted else None, outcome.est_flop if counted else None, outcome.true_flop,
        outcome.declared_flop, plant.run,
    )  # fmt: skip


def _names(plan: Plan, plant: Plant, expected: Expected) -> tuple[str, ...]:
    """Under which names an assessment may speak of the case."""
    account = plan.roster.accounts[plant.account]
    run = (plant.run,) if plant.run else ()
    sku = tuple(f"{account.provider.id}/{name}" for name in (plant.sku.id, plant.sku.meter) if name)
    names = {"account": (account.key,), "run": (account.key, *run), "declaration": run, "sku": sku}
    return names[expected.about]
