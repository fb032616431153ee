"""What one account of several adds to a finding about them, and who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from plimsoll.assess.detectors.figures import AccountUse, whole_flop
from plimsoll.assess.party_evidence import MemberEvidence
from plimsoll.parties.known import KnownAccount


def member_evidence(
    use: AccountUse, start: date, end: date, holders: Mapping[str, KnownAccount], covered_flop: int = 0
) -> MemberEvidence:
    """What the account used in ``[start, end)``.

    Args:
        holders: records by account, where there are any.
        covered_flop: what was declared for it.
    """
    record = holders.get(use.subject)
    rows = [row for row in use.rows if start <= row.day < end]
    return MemberEvidence(
        use.subject,
        None if record is None else record.party,
        None if record is None else record.legal_name,
        sum(row.cap_flop for row in rows),
        whole_flop(sum(row.est_e4 for row in rows)),
        covered_flop,
    )
