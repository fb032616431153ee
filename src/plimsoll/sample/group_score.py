"""How well findings about groups of accounts match the planted evaders, and which of them accuse honest customers.

The rule: a finding is about a planted case if at least half of the accounts that it names belong to the case and it
names at least half of the case's accounts. It is false if no evader, and no planted situation that must give it, holds
at least half of the accounts that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plimsoll.sample.truth import PlantedCase, Truth

TOGETHER = " + "
"""Stands between the accounts of a subject that is several of them."""
ACCUSING = ("split-run", "synchronised-accounts", "just-below", "under-declared-run", "reseller-blind")
"""Findings that say that somebody evades; the others ask about one account, or about the data."""


@dataclass(frozen=True, slots=True)
class Named:
    """A finding with the accounts that it is about."""

    code: str
    severity: str
    subject: str
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class CaseScore:
    """One planted case and the findings that are about it.

    Attributes:
        found: a finding of the expected code is about it; for an honest case that must give none: none accuses it.
        severity: of that finding, the strongest; None where there is none.
        named: a finding of any code, at least "ask", is about it.
        accused: codes of `ACCUSING` that are about it, or of which it holds at least half of the accounts.
    """

    case: PlantedCase
    found: bool
    severity: str | None
    named: bool
    accused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupScore:
    """All cases of a sample, and the findings of each code that are right and false."""

    cases: tuple[CaseScore, ...]
    right: Mapping[str, tuple[Named, ...]]
    false: Mapping[str, tuple[Named, ...]]


def group_score(findings: Iterable[Mapping[str, Any]], truth: Truth) -> GroupScore:
    """Compares findings, as the JSON of an assessment lists them, with the evaders and honest cases that were planted.

    Args:
        findings: mappings with ``code``, ``severity``, ``subject`` and ``evidence``.
    """
    declared = {case.declaration: case.accounts for case in truth.evaders if case.declaration}
    named = [_named(finding, declared) for finding in findings]
    by_account: dict[str, list[Named]] = {}
    for finding in named:
        for account in finding.accounts:
            by_account.setdefault(account, []).append(finding)
    right: dict[str, list[Named]] = {code: [] for code in ACCUSING}
    false: dict[str, list[Named]] = {code: [] for code in ACCUSING}
    owners = {account: case.id for case in truth.evaders for account in case.accounts}
    planted = {
        (finding.code, name) for case in truth.subjects for finding in case.expected for name in finding.subjects
    }
    for finding in named:
        if finding.code in right:
            known = _belongs(finding, owners) or (finding.code, finding.subject) in planted
            (right if known else false)[finding.code].append(finding)
    return GroupScore(
        tuple(_case(case, by_account) for case in (*truth.evaders, *truth.honest)),
        {code: tuple(found) for code, found in right.items()},
        {code: tuple(found) for code, found in false.items()},
    )


def _named(finding: Mapping[str, Any], declared: Mapping[str, tuple[str, ...]]) -> Named:
    """The accounts in the evidence of a finding about several; else those that its subject names."""
    subject = str(finding["subject"])
    accounts: set[str] = set()
    for part in finding.get("evidence", ()):
        if part.get("kind") == "member":
            accounts.add(str(part["subject"]))
        elif part.get("kind") == "synchrony":
            accounts.update(map(str, part["accounts"]))
        elif part.get("kind") == "double":
            accounts.add(str(part["host_account"]))
    if not accounts:
        accounts.update(declared.get(subject, subject.split(TOGETHER)))
    return Named(str(finding["code"]), str(finding["severity"]), subject, frozenset(accounts))


def _belongs(finding: Named, owners: Mapping[str, str]) -> bool:
    """One evader holds at least half of the accounts."""
    counts: dict[str, int] = {}
    for account in finding.accounts:
        if account in owners:
            counts[owners[account]] = counts.get(owners[account], 0) + 1
    return max(counts.values(), default=0) * 2 >= len(finding.accounts)


def _case(case: PlantedCase, by_account: Mapping[str, list[Named]]) -> CaseScore:
    accounts = frozenset(case.accounts)
    near = {finding for account in case.accounts for finding in by_account.get(account, ())}
    about = [finding for finding in near if _is_about(finding.accounts, accounts)]
    touching = [f for f in near if 2 * len(f.accounts & accounts) >= len(f.accounts)]
    accused = tuple(sorted({finding.code for finding in touching if finding.code in ACCUSING}))
    if case.expected is None:
        return CaseScore(case, not accused, None, bool(accused), accused)
    code = case.expected[0]
    met = [finding for finding in about if finding.code == code]
    ranks = {"high": 3, "ask": 2, "watch": 1, "data": 0}
    strongest = max((finding.severity for finding in met), key=ranks.__getitem__, default=None)
    return CaseScore(case, bool(met), strongest, any(ranks[f.severity] >= 2 for f in about), accused)


def _is_about(named: frozenset[str], accounts: frozenset[str]) -> bool:
    both = len(named & accounts)
    return 2 * both >= len(named) and 2 * both >= len(accounts)
