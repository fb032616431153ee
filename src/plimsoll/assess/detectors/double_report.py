"""`double-report`: a host and a seller both report the same use, so that totals hold it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from plimsoll.assess.detectors import wording
from plimsoll.assess.detectors.spelling import listed
from plimsoll.assess.double import Double
from plimsoll.assess.finding import Code, Finding, Severity, new_finding
from plimsoll.assess.party_evidence import DoubleEvidence


def double_reports(doubles: Iterable[Double]) -> Iterator[Finding]:
    """One finding per seller; `doubles` come in order of seller."""
    for seller, group in groupby(doubles, key=lambda double: double.seller):
        yield _finding(seller, tuple(group))


def _finding(seller: str, doubles: tuple[Double, ...]) -> Finding:
    hosts = listed(double.host_account for double in doubles)
    days = max(double.days for double in doubles)
    customers = wording.several(doubles[0].sellers_accounts, "account", "accounts")
    cap = sum(double.cap_flop for double in doubles)
    known = all(double.by_record for double in doubles)
    return new_finding(
        Code.DOUBLE_REPORT,
        Severity.DATA,
        seller,
        title=f"What {seller} sold is reported a second time by its host, on {hosts}",
        evidence=tuple(
            DoubleEvidence(
                double.host_account, double.seller, double.days, double.host_accel_ns, double.seller_accel_ns,
                double.cap_flop,
            )
            for double in doubles
        ),
        explanation=(
            f"On {days} days the use of {hosts} is that of the {customers} of {seller} together, within one part in a "
            "hundred on every chip. "
            f"{'Its record says that it resells, or is held by the seller' if known else _MOVES}. "
            f"So {wording.amount(cap)} of bound stand in the totals of this assessment twice. The host's account is "
            "judged neither alone nor in a group: the seller's accounts show who used it."
        ),
        clears=(
            f"Reports in which one of the two leaves the other's use out, by HostProviderName; or a statement of "
            f"{seller} that its customers used something else."
        ),
    )  # fmt: skip


_MOVES = "No record says who holds it, but the amounts rose and fell together day by day"
