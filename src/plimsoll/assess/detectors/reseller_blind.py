"""`reseller-blind`: an account past the line sells its use on, and nobody knows to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.coverage import Coverage
from plimsoll.assess.detectors.crossing import find_crossing, find_remedy, largest_windows
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, by_day, whole_flop
from plimsoll.assess.finding import Code, Finding, Severity, new_finding
from plimsoll.assess.party_evidence import KycEvidence
from plimsoll.parties.known import KnownAccount


@dataclass(frozen=True, slots=True)
class Blind:
    """An account that sells its use on without telling to whom.

    Attributes:
        invoices: how many other accounts are invoiced in its holder's name; 0 where only its record says that it
            resells.
    """

    record: KnownAccount
    invoices: int = 0


def blind_resellers(accounts: Iterable[KnownAccount], invoices: dict[str, int]) -> dict[str, Blind]:
    """The resellers without a list of their customers, by account.

    Args:
        invoices: per account, how many others are invoiced in its holder's name.
    """
    return {
        known.subject: Blind(known, invoices.get(known.subject, 0))
        for known in accounts
        if (known.reseller or invoices.get(known.subject)) and not known.downstream
    }


def reseller_blind(
    account: AccountUse, blind: Blind, line: HeldLine, coverage: Coverage, as_of: date
) -> Iterator[Finding]:
    """At most one finding: high when the estimate is past the line, ask when only the bound is.

    It takes the place of `undeclared-run`: whose run it may be is the question that comes first.
    """
    days = by_day([account], as_of)
    crossing = find_crossing(days, line, coverage, as_of)
    if crossing is None:
        return
    record, peak = blind.record, crossing.peak
    high = crossing.severity is Severity.HIGH
    use = account.evidence(peak.start, peak.end)
    declarations = coverage.evidence(peak.start, peak.end)
    remedy = find_remedy(days, line, coverage, as_of)
    est = whole_flop(peak.est_e4)
    yield new_finding(
        Code.RESELLER_BLIND,
        crossing.severity,
        account.subject,
        title=f"{account.subject} resells its use{'' if high else ', perhaps'} past the line, to nobody knows whom",
        window=crossing.window,
        cap_flop=peak.cap_flop,
        est_flop=est,
        line_flop=line.flop,
        covered_flop=crossing.covered_flop,
        evidence=(
            line.rule,
            KycEvidence(*_what(blind), f"{record.file}, row {record.row}" if record.file else ""),
            *declarations,
            *use,
            *largest_windows(days, as_of),
        ),
        explanation=" ".join(
            [
                wording.used(account.subject, crossing.window, est, peak.cap_flop),
                wording.line_rule(line.rule),
                wording.crossed(crossing.window, remedy, by_estimate=peak.est_e4 >= line.first_past_e4),
                wording.tiers({part.tier for part in use}),
                f"{_what(blind)[1]}.",
                _NOBODY_KNOWS,
                *([wording.declared(declarations, crossing.covered_flop)] if declarations else []),
            ]
        ),
        clears=(
            f"The list of the customers to whom {record.legal_name} sold this use, with their records and the use of "
            f"each; or a declaration of the run on this account from {remedy.start} up to {remedy.end} that covers "
            f"{wording.enough(remedy.flop)}{' more' if crossing.covered_flop else ' or more'}."
        ),
    )


_NOBODY_KNOWS = (
    "The use may be that of many small customers, or of one that hides behind the reseller; the reports cannot tell."
)


def _what(blind: Blind) -> tuple[str, str]:
    record = blind.record
    listed = "gave an empty list of its customers" if record.downstream == () else "gave no list of its customers"
    if record.reseller:
        return "kyc.no_downstream", f"{record.legal_name} is a reseller by its record and {listed}"
    invoiced = wording.several(blind.invoices, "other account is", "other accounts are")
    hidden = f"whose record does not call it a reseller and which {listed}"
    return "kyc.hidden_reseller", f"{invoiced} invoiced in the name of {record.legal_name}, {hidden}"
