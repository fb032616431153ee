"""`unknown-customer`: accelerators were used by an account of which no provider's record tells who holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, whole_flop
from plimsoll.assess.detectors.large_account import PARTS
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.detectors.windows import Rolling
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import KycEvidence


def unknown_account(account: AccountUse, year: Rolling, line: HeldLine, nearly: Sequence[str]) -> Finding:
    """The finding about a large account without a record.

    Args:
        year: its largest 365 days by bound.
        nearly: accounts with a record whose names differ from this one only in spelling.
    """
    window = Window(year.start, year.end)
    spelt = (
        f" There is a record of {listed(nearly)}, which differs only in spelling and is no record of this account."
        if nearly
        else ""
    )
    return new_finding(
        Code.UNKNOWN_CUSTOMER,
        Severity.ASK,
        account.subject,
        title=f"Nobody on record holds {account.subject}, a large account",
        window=window,
        cap_flop=year.cap_flop,
        est_flop=whole_flop(year.est_e4),
        evidence=(
            KycEvidence("kyc.no_record", f"no know-your-customer record names {account.subject}", ""),
            *account.evidence(window.start, window.end),
        ),
        explanation=(
            f"{wording.used(account.subject, window, whole_flop(year.est_e4), year.cap_flop)} That is at least a "
            f"twentieth of the line of {wording.amount(line.flop)}, but no record that {account.provider} filed names "
            f"this account.{spelt} As long as its holder is unknown, it counts together with nobody: a run that is "
            "split over it and others is not seen."
        ),
        clears=f"The know-your-customer record of this account, filed by {account.provider}.",
    )


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Accounts of one provider that used accelerators and have no record.

    Attributes:
        accounts: how many they are; `large` of them have findings of their own.
        used: how many accounts of the provider used accelerators at all.
        records: how many records the provider filed.
    """

    provider: str
    accounts: int
    large: int
    used: int
    records: int
    cap_flop: int
    est_flop: int


def unrecorded_accounts(gap: Unrecorded) -> Finding:
    """The finding about a provider that filed no record at all, or none of these accounts."""
    accounts = wording.several(gap.accounts, "account", "accounts")
    if gap.records:
        title = f"{gap.provider} filed no record of {accounts} with use of accelerators"
        filed = f"{gap.provider} filed {wording.several(gap.records, 'record', 'records')}"
    else:
        title = f"{gap.provider} filed no know-your-customer records"
        filed = f"{gap.provider} filed no know-your-customer record at all"
    large = ""
    if gap.large:
        asked = wording.several(gap.large, "account of them is large", "accounts of them are large")
        large = f" {asked}; they have findings of their own." if gap.large > 1 else f" {asked}; it has its own finding."
    return new_finding(
        Code.UNKNOWN_CUSTOMER,
        Severity.DATA,
        gap.provider,
        title=title,
        cap_flop=gap.cap_flop,
        est_flop=gap.est_flop,
        evidence=(
            KycEvidence(
                "kyc.no_record" if gap.records else "kyc.none_filed",
                f"{accounts} of {gap.used:,} with use of accelerators have no record",
                "",
            ),
        ),
        explanation=(
            f"{filed}; {accounts} of the {gap.used:,} that used accelerators there have none.{large} In all the time "
            f"reported they used an estimated {wording.amount(gap.est_flop)}; their accelerators could have done at "
            f"most {wording.amount(gap.cap_flop)}. Who holds them is unknown, so they count together with nobody. "
            f"Accounts that could have done a {_ORDINAL} of the line in a year are asked about one by one."
        ),
        clears=f"The know-your-customer records of these accounts, filed by {gap.provider}.",
    )


_ORDINAL = {20: "twentieth"}[PARTS]
