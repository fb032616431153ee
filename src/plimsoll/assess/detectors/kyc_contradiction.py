"""`kyc-contradiction`: what a customer's record says and what usage, declarations or arithmetic say do not agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.figures import AccountUse, whole_flop
from plimsoll.assess.detectors.windows import Rolling
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import KycEvidence

SHOWN = 20
"""How many contradictions a finding about many accounts lists."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One disagreement about one account, or about a provider's records as a whole.

    Attributes:
        subject: the account; a provider's id where no single account is concerned.
        code: stable dotted identifier.
        what: one sentence without a full stop.
        place: file and row of the record; empty where there is none.
        slip: a wrong number in the record alone, which is usually a slip of the pen.
    """

    subject: str
    code: str
    what: str
    place: str
    slip: bool = False

    @property
    def provider(self) -> str:
        return self.subject.partition("/")[0]

    def evidence(self) -> KycEvidence:
        return KycEvidence(self.code, self.what, self.place)


def account_contradiction(account: AccountUse, year: Rolling, contradictions: Sequence[Contradiction]) -> Finding:
    """The finding about one large account.

    Args:
        year: its largest 365 days by bound.
        contradictions: at least one, all about this account.
    """
    window = Window(year.start, year.end)
    est = whole_flop(year.est_e4)
    return new_finding(
        Code.KYC_CONTRADICTION,
        Severity.ASK,
        account.subject,
        title=f"The record of {account.subject}, a large account, contradicts what else is known",
        window=window,
        cap_flop=year.cap_flop,
        est_flop=est,
        evidence=(*(each.evidence() for each in contradictions), *account.evidence(window.start, window.end)),
        explanation=" ".join(
            [
                wording.used(account.subject, window, est, year.cap_flop),
                *(f"{_sentence(each.what)}." for each in contradictions),
                "As long as this is open, it is not sure who used the accelerators.",
            ]
        ),
        clears=(
            f"A corrected record from {account.provider}; or, where the record is right, a corrected usage report or "
            "declaration."
        ),
    )


def provider_contradictions(provider: str, contradictions: Sequence[Contradiction]) -> Finding:
    """One finding about all the small contradictions in the records of a provider.

    Args:
        contradictions: at least one, all of this provider.
    """
    ordered = sorted(contradictions, key=lambda each: (each.code, each.subject, each.what))
    kinds: dict[str, int] = {}
    for each in ordered:
        kinds[each.code] = kinds.get(each.code, 0) + 1
    counts = ", ".join(f"{code} {count:,}" for code, count in sorted(kinds.items()))
    subjects = len({each.subject for each in ordered})
    more = len(ordered) - SHOWN
    return new_finding(
        Code.KYC_CONTRADICTION,
        Severity.DATA,
        provider,
        title=f"Customer records of {provider} contradict themselves or what else is known ({len(ordered):,})",
        evidence=tuple(each.evidence() for each in _spread(ordered)),
        explanation=(
            f"{wording.several(len(ordered), 'contradiction', 'contradictions')} in what {provider} filed, about "
            f"{wording.several(subjects, 'subject', 'subjects')}: {counts}."
            + (f" The evidence shows {SHOWN} of them." if more > 0 else "")
            + " A number that is wrong links nobody, so accounts under one control may stand apart. None of these "
            "accounts is large; large ones have findings of their own."
        ),
        clears=f"Corrected records from {provider}; or corrected usage reports, where these are wrong.",
    )


def _spread(ordered: Sequence[Contradiction]) -> list[Contradiction]:
    """Some of each code, so that a common slip does not hide a rare contradiction."""
    by_code: dict[str, list[Contradiction]] = {}
    for each in ordered:
        by_code.setdefault(each.code, []).append(each)
    share = max(1, SHOWN // len(by_code))
    chosen = [each for group in by_code.values() for each in group[:share]]
    rest = [each for group in by_code.values() for each in group[share:]]
    return [*chosen, *rest][:SHOWN]


def _sentence(text: str) -> str:
    """As a sentence begins; an account at its beginning keeps its spelling."""
    text = text.rstrip(".")
    return text if "/" in text.partition(" ")[0] else text[:1].upper() + text[1:]
