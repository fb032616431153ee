"""Short ways to write usage tables and customers' records for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from plimsoll.assess.account_totals import account_totals
from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.behind import Behind
from plimsoll.assess.detectors.figures import HeldLine
from plimsoll.assess.evidence import RuleEvidence
from plimsoll.compute.engine import load
from plimsoll.compute.utilisation import PRIORS
from plimsoll.parties.control_group import ControlGroup, Hub, Together
from plimsoll.parties.known import KnownAccount, KnownParties
from plimsoll.parties.risk.load import load_profiles

DAY_ONE = date(2026, 1, 1)
AS_OF = DAY_ONE + timedelta(400)
LINE = HeldLine(RuleEvidence("r", "r.line", "m@1", "gt", 10**25, "proposed", "s. 1"))
UNIT = 10**23
"""A hundredth of the line."""
BOUND = UNIT * 5 // 2
"""Its bound at 40 %."""

_DAILY = {
    "provider": "VARCHAR", "account": "VARCHAR", "run_id": "VARCHAR", "chip": "VARCHAR", "tier": "VARCHAR",
    "day": "DATE", "accel_ns": "DECIMAL(38,0)", "cap_flop": "DECIMAL(38,0)", "est_e4": "DECIMAL(38,0)",
}  # fmt: skip
_NAMED = {"provider": "VARCHAR", "account": "VARCHAR", "customer_ref": "VARCHAR", "invoice_issuer": "VARCHAR"}


def daily_table(engine: Any, rows: Iterable[tuple[str, int, int]], bp: int = 4_000) -> Any:
    """Rows of (subject, day number, bound)."""
    values = [
        {"provider": subject.partition("/")[0], "account": subject.partition("/")[2], "run_id": None,
         "chip": "h100-sxm", "tier": "C", "day": str(DAY_ONE + timedelta(day)), "accel_ns": str(cap // 989_500),
         "cap_flop": str(cap), "est_e4": str(cap * bp)}
        for subject, day, cap in rows
    ]  # fmt: skip
    return load(engine, values, _DAILY, "daily")


def named_table(engine: Any, rows: Iterable[tuple[str, str | None, str | None]]) -> Any:
    """Rows of (subject, customer's number, who invoices)."""
    values = [
        {"provider": subject.partition("/")[0], "account": subject.partition("/")[2], "customer_ref": ref,
         "invoice_issuer": issuer}
        for subject, ref, issuer in rows
    ]  # fmt: skip
    return load(engine, values, _NAMED, "named")


def record(subject: str, name: str = "", **more: Any) -> KnownAccount:
    fields = {"party": f"P-{subject}", "group": None, "legal_name": name or f"Holder of {subject}",
              "jurisdiction": "DE", "file": "kyc/a.jsonl", "row": 1} | more  # fmt: skip
    return KnownAccount(subject, **fields)


def group_of(name: str, *subjects: str, together: tuple[Together, ...] = ()) -> ControlGroup:
    accounts = tuple(sorted(subjects))
    parties = tuple(f"P-{subject}" for subject in accounts)
    return ControlGroup(name, parties, accounts, (), None, together or (Together(accounts),))


def known(
    records: Iterable[KnownAccount], groups: Iterable[ControlGroup] = (), hubs: Iterable[Hub] = ()
) -> KnownParties:
    accounts: Mapping[str, KnownAccount] = {each.subject: each for each in records}
    return KnownParties(accounts, tuple(groups), tuple(hubs), (), {})


def behind(
    daily: Any,
    parties: KnownParties,
    declared: Iterable[DeclarationSeen] = (),
    named: Any = None,
    left_out: Iterable[str] = (),
) -> Behind:
    totals = account_totals(daily, AS_OF, PRIORS)
    return Behind(
        parties, daily, totals, named, LINE, tuple(declared), AS_OF, PRIORS, load_profiles(), frozenset(left_out)
    )


def declaration(name: str, developer: str, flop: int, *accounts: str) -> DeclarationSeen:
    return DeclarationSeen(
        name, "training_run", name, developer, "running", None, None, accounts, flop, flop, flop, flop, "d.yaml", 1
    )
