"""`high-risk-profile`: what is known of a customer and its use is what the authority has said to look at twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, whole_flop
from plimsoll.assess.detectors.windows import Rolling
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import KycEvidence, ProfileEvidence
from plimsoll.parties.known import KnownAccount
from plimsoll.parties.risk.profile import ProfileMatch

ALONE = 4
"""An account that matches one profile is named by itself if it used a quarter of the line in a year by estimate."""

SHOWN = 20
"""How many accounts a finding about many lists."""


@dataclass(frozen=True, slots=True)
class Risky:
    """An account and the profiles that it matches, at least one."""

    record: KnownAccount
    matches: tuple[ProfileMatch, ...]


def always_named(risky: Risky) -> bool:
    """Whether the account is named by itself whatever it used, as somebody on a sanctions list is."""
    return any(match.always_named for match in risky.matches)


def named_by_itself(risky: Risky, year: Rolling, line: HeldLine) -> bool:
    """Whether a large account is named by itself: one profile alone describes many honest customers.

    Args:
        year: its largest 365 days by bound.
    """
    return len(risky.matches) > 1 or ALONE * year.est_e4 >= line.first_past_e4


def risky_account(risky: Risky, account: AccountUse, year: Rolling) -> Finding:
    """The finding about one account."""
    record, window, est = risky.record, Window(year.start, year.end), whole_flop(year.est_e4)
    titles = "; ".join(match.title.lower() for match in risky.matches)
    return new_finding(
        Code.HIGH_RISK_PROFILE,
        Severity.WATCH,
        record.subject,
        title=f"{record.subject} matches {_profiles(len(risky.matches))}: {titles}",
        window=window,
        cap_flop=year.cap_flop,
        est_flop=est,
        evidence=(*(_evidence(match) for match in risky.matches), *account.evidence(window.start, window.end)),
        explanation=" ".join(
            [
                f"{record.subject} is held by {record.legal_name}.",
                *(f"{match.title}: {match.why}" for match in risky.matches),
                wording.used(record.subject, window, est, year.cap_flop),
                "A profile is no accusation: it says where to look first.",
            ]
        ),
        clears=" ".join(dict.fromkeys(match.clears for match in risky.matches)),
    )


def risky_accounts(provider: str, risky: Sequence[Risky]) -> Finding:
    """One finding about all the other accounts of a provider that match a profile; at least one."""
    kinds: dict[str, tuple[ProfileMatch, int]] = {}
    for each in risky:
        for match in each.matches:
            kinds[match.profile] = (match, kinds.get(match.profile, (match, 0))[1] + 1)
    ordered = sorted(kinds.values(), key=lambda kind: (-kind[1], kind[0].profile))
    accounts = wording.several(len(risky), "account", "accounts")
    counts = ", ".join(f"{match.profile} {count:,}" for match, count in ordered)
    shown = sorted(risky, key=lambda each: (-len(each.matches), each.record.subject))[:SHOWN]
    more = f" The evidence shows {SHOWN} of them." if len(risky) > SHOWN else ""
    return new_finding(
        Code.HIGH_RISK_PROFILE,
        Severity.WATCH,
        provider,
        title=f"{accounts} of {provider} match a high-risk profile",
        evidence=tuple(_account(each) for each in shown),
        explanation=(
            f"{accounts} of {provider} with use above the profiles' own floors match: {counts}. None of them is both "
            f"large and unusual enough to be named by itself.{more} A profile is no accusation: it says where to look "
            "first."
        ),
        clears=" ".join(dict.fromkeys(match.clears for match, _ in ordered)),
    )


def _profiles(count: int) -> str:
    return wording.several(count, "high-risk profile", "high-risk profiles")


def _evidence(match: ProfileMatch) -> ProfileEvidence:
    return ProfileEvidence(match.profile, match.version, match.title, match.facts)


def _account(risky: Risky) -> KycEvidence:
    record = risky.record
    names = ", ".join(match.profile for match in risky.matches)
    place = f"{record.file}, row {record.row}" if record.file else ""
    return KycEvidence("profile.matched", f"{record.subject}, held by {record.legal_name}: {names}", place)
