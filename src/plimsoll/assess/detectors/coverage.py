"""What declarations explain: how much compute was declared for an account in a stretch of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.assessment import DeclarationSeen
from plimsoll.assess.evidence import DeclarationEvidence


@dataclass(frozen=True, slots=True)
class Coverage:
    """The declarations that name an account, or one of several accounts that share runs.

    Attributes:
        misspelt: accounts that declarations name and that differ from this one only in spelling. They cover nothing.
    """

    declarations: tuple[DeclarationSeen, ...] = ()
    misspelt: tuple[str, ...] = ()

    def overlapping(self, start: date, end: date) -> tuple[DeclarationSeen, ...]:
        """Declarations whose period shares a day with ``[start, end)``."""
        return tuple(d for d in self.declarations if _overlaps(d, start, end))

    def flop(self, start: date, end: date) -> int:
        """Declared compute of the runs that overlap ``[start, end)``, each in full.

        A run counts in full although only part of it may lie inside, because a declaration does not say how its
        compute is spread: the doubt goes to the declarant.
        """
        return sum(declaration.covered_flop for declaration in self.overlapping(start, end))

    def evidence(self, start: date, end: date) -> tuple[DeclarationEvidence, ...]:
        return tuple(declared_as_evidence(d) for d in self.overlapping(start, end))


NONE = Coverage()


def _overlaps(declaration: DeclarationSeen, start: date, end: date) -> bool:
    begins_before = declaration.start is None or declaration.start < end
    ends_after = declaration.end is None or start < declaration.end
    return begins_before and ends_after


def declared_as_evidence(declaration: DeclarationSeen) -> DeclarationEvidence:
    return DeclarationEvidence(
        declaration.id, declaration.developer, declaration.start, declaration.end,
        declaration.low_flop or 0, declaration.point_flop or 0, declaration.high_flop, declaration.covered_flop,
        declaration.file, declaration.line,
    )  # fmt: skip


def coverage_by_account(declarations: Iterable[DeclarationSeen]) -> dict[str, Coverage]:
    """For every account that is named anywhere, the declarations that name it."""
    found: dict[str, list[DeclarationSeen]] = {}
    for declaration in declarations:
        for account in declaration.accounts:
            found.setdefault(account, []).append(declaration)
    return {account: Coverage(tuple(named)) for account, named in found.items()}


def shared_runs(declarations: Sequence[DeclarationSeen]) -> tuple[tuple[tuple[str, ...], Coverage], ...]:
    """Groups of two or more accounts that are linked by declared runs, each with all of its declarations.

    One run on two accounts explains their usage together once, not each of them in full; so such accounts are also
    judged as a group.
    """
    group_of: dict[str, set[str]] = {}
    for declaration in declarations:
        merged = set(declaration.accounts).union(*(group_of.get(account, set()) for account in declaration.accounts))
        for account in merged:
            group_of[account] = merged
    groups = {tuple(sorted(group)) for group in group_of.values() if len(group) > 1}
    return tuple(
        (group, Coverage(tuple(d for d in declarations if set(d.accounts) & set(group)))) for group in sorted(groups)
    )
