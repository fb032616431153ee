"""What risk profiles may ask about accounts, from records and use; only accounts that could match come over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plimsoll.assess.evidence import NS_PER_HOUR
from plimsoll.parties.risk.facts import AccountFacts
from plimsoll.parties.risk.profile import All, Condition, FoundOnList, NumberIs, ProfileSet

if TYPE_CHECKING:
    from plimsoll.assess.account_totals import AccountTotal, AccountTotals
    from plimsoll.parties.known import KnownAccount, KnownParties

_FULL = 10_000


def facts_of(known: KnownParties, totals: AccountTotals, profiles: ProfileSet) -> Iterator[tuple[str, AccountFacts]]:
    """The facts about every account with a record and with enough use for some profile, in order of subject."""
    least = least_hours(profiles, screened=bool(known.screening))
    if least is None:
        return
    labelling = {each.provider for each in totals.values() if each.light_e4 > 0}
    floor = max(1, least * NS_PER_HOUR)
    for subject in sorted(subject for subject, each in totals.items() if each.last_90 >= floor):
        record, use = known.accounts.get(subject), totals[subject]
        if record is not None:
            yield subject, _facts(record, use, known, labels=use.provider in labelling)


def least_hours(profiles: ProfileSet, *, screened: bool) -> int | None:
    """The accelerator-hours of 90 days below which no profile can match; None where no profile can match at all."""
    floors = [_floor(profile.when) for profile in profiles.profiles if screened or not _needs_screening(profile.when)]
    return min(floors, default=None)


def _floor(condition: Condition) -> int:
    if isinstance(condition, All):
        return max(_floor(part) for part in condition.parts)
    if not isinstance(condition, NumberIs) or condition.op not in ("ge", "gt"):
        return 0
    return max(0, condition.value) if condition.fact in ("accelerator_hours_30", "accelerator_hours_90") else 0


def _needs_screening(condition: Condition) -> bool:
    if isinstance(condition, All):
        return any(_needs_screening(part) for part in condition.parts)
    return isinstance(condition, FoundOnList)


def _facts(record: KnownAccount, use: AccountTotal, known: KnownParties, *, labels: bool) -> AccountFacts:
    born, heavy = record.incorporated or record.opened, use.heavy
    infer = min(_FULL, max(0, _FULL * use.light_e4 // use.prior_e4)) if labels and use.prior_e4 > 0 else None
    return AccountFacts(
        age_days=None if born is None or heavy is None else (heavy - born).days,
        accelerator_hours_30=max(0, use.last_30) // NS_PER_HOUR,
        accelerator_hours_90=max(0, use.last_90) // NS_PER_HOUR,
        ramp_percent=100 * max(0, use.last_30) // use.before_30 if use.before_30 > 0 else None,
        owner_known=record.owner_known,
        payer_differs=record.payer_differs,
        reseller=record.reseller,
        downstream_given=bool(record.downstream),
        declared_use=None if record.declared_use is None else record.declared_use.value,
        train_share_bp=None if infer is None else _FULL - infer,
        infer_share_bp=infer,
        jurisdiction=record.jurisdiction,
        screened=known.screening.get(record.party, ()) if known.screening else None,
    )
