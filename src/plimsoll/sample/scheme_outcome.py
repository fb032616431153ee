"""What came of each evader and honest hard case: exact compute from the rows written, and what is declared about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from plimsoll.kernel.rounding import divide_half_even
from plimsoll.sample.plan import Plan
from plimsoll.sample.rounded import three_digits
from plimsoll.sample.schemes.asked import Tactic
from plimsoll.sample.schemes.seats import Scheme
from plimsoll.sample.situations import LINE_FLOP
from plimsoll.sample.size import BP, OTHER_BP, TRAIN_BP, flop_per_micro
from plimsoll.sample.truth import PlantedCase
from plimsoll.sample.usage_files import Tally


@dataclass
class _Sums:
    """Of one planted case: FLOP, the estimate by account, and the hours it covers."""

    flop: int = 0
    cap_flop: int = 0
    est_flop: dict[int, int] = field(default_factory=dict)
    first: int = 10**9
    last: int = 0


def scheme_cases(plan: Plan, tally: Tally) -> tuple[PlantedCase, ...]:
    """Every planted evader and honest hard case, in the order of `plan.schemes`."""
    sums = [_Sums() for _ in plan.schemes]
    for number, stream in enumerate(plan.roster.streams):
        quantity = int(tally.by_stream[number])
        if stream.scheme < 0 or quantity == 0:
            continue
        per_micro = flop_per_micro(stream.sku)
        cap = quantity * per_micro
        measured = divide_half_even(int(tally.active_by_stream[number]) * per_micro, BP)
        shown = OTHER_BP if stream.workload == "infer" else TRAIN_BP
        of = sums[stream.scheme]
        of.cap_flop += cap
        of.flop += measured or divide_half_even(cap * stream.active_bp, BP)
        of.est_flop[stream.account] = of.est_flop.get(stream.account, 0) + (
            measured or divide_half_even(cap * shown, BP)
        )
        of.first, of.last = min(of.first, stream.start), max(of.last, stream.end)
    return tuple(_case(plan, scheme, each) for scheme, each in zip(plan.schemes, sums, strict=True))


def _case(plan: Plan, scheme: Scheme, sums: _Sums) -> PlantedCase:
    accounts = [plan.roster.accounts[number] for number in scheme.accounts]
    start = plan.request.start
    return PlantedCase(
        scheme.tactic.value,
        scheme.id,
        tuple(sorted(account.key for account in accounts)),
        tuple(sorted({account.party.id for account in accounts})),
        tuple((tie.one, tie.other, tie.tie) for tie in scheme.shared),
        _expected(scheme, sums),
        start + timedelta(days=min(sums.first, sums.last) // 24),
        start + timedelta(days=-(-sums.last // 24)),
        sums.flop,
        sums.cap_flop,
        sum(sums.est_flop.values()),
        scheme.claim.id if scheme.claim else None,
        scheme.merged_on,
    )


def _expected(scheme: Scheme, sums: _Sums) -> tuple[str, str] | None:
    """Code and severity. One account that is labelled as inference may happen to be estimated just below the line."""
    if scheme.code is None:
        return None
    est = sum(sums.est_flop.values())
    if scheme.code == "undeclared-run" and LINE_FLOP * 8 // 10 <= est <= LINE_FLOP:
        return "just-below", "ask"
    return scheme.code, _severity(scheme, sums)


def _severity(scheme: Scheme, sums: _Sums) -> str:
    """High where the estimate is past the line: of all accounts together, or of one where findings are about one."""
    if scheme.code == "double-report":
        return "data"
    if scheme.tactic is Tactic.JUST_BELOW:
        return "ask"
    each = sums.est_flop.values()
    est = max(each, default=0) if scheme.code in ("reseller-blind", "undeclared-run") else sum(each)
    return "high" if est > LINE_FLOP else "ask"


def scheme_declarations(plan: Plan, cases: Sequence[PlantedCase]) -> list[dict[str, Any]]:
    """What evaders declare, in the form of a declarations file."""
    found = []
    for scheme, case in zip(plan.schemes, cases, strict=True):
        if scheme.claim is None:
            continue
        amount: Any = three_digits(case.flop * scheme.claim.permille // 1000)[0]
        if scheme.claim.margin is not None:
            amount = {"point": amount, "margin": scheme.claim.margin}
        party = plan.roster.accounts[scheme.accounts[0]].party
        found.append(
            {
                "id": scheme.claim.id,
                "kind": "training_run",
                "name": f"{party.legal_name.split()[0]} {scheme.number + 1}",
                "developer": party.id,
                "accounts": list(case.accounts),
                "status": "done",
                "start": case.start.isoformat(),
                "end": case.end.isoformat(),
                "compute": {"total": amount},
            }
        )
    return found
