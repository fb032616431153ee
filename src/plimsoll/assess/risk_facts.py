"""What risk profiles may ask about accounts, from records and use; only accounts that could match come over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from plimsoll.assess.evidence import NS_PER_HOUR
from plimsoll.assess.tables import EXACT, exact, plain_day, rows_of
from plimsoll.parties.risk.facts import AccountFacts
from plimsoll.parties.risk.profile import All, Condition, FoundOnList, NumberIs, ProfileSet

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from plimsoll.parties.known import KnownAccount, KnownParties

HEAVY_NS = 20 * 24 * NS_PER_HOUR
"""Heavy use of one day: twenty accelerators around the clock."""

_FULL = 10_000


def facts_of(
    known: KnownParties, daily: ir.Table, profiles: ProfileSet, as_of: date, priors: tuple[int, int]
) -> Iterator[tuple[str, AccountFacts]]:
    """The facts about every account with a record and with enough use for some profile, in order of subject.

    Args:
        daily: usage before `as_of`.
        priors: of training, and of inference and other work, in basis points.
    """
    least = least_hours(profiles, screened=bool(known.screening))
    if least is None:
        return
    use = _use(daily, as_of, priors)
    labelling = {row["provider"] for row in rows_of(use.filter(use.light_ns > 0).select("provider").distinct())}
    large = use.filter(use.last_90 >= exact(least * NS_PER_HOUR), use.last_90 > 0)
    found = {f"{row['provider']}/{row['account']}": row for row in rows_of(large)}
    for subject in sorted(found):
        record = known.accounts.get(subject)
        if record is not None:
            yield subject, _facts(record, found[subject], known, labels=found[subject]["provider"] in labelling)


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


def _use(daily: ir.Table, as_of: date, priors: tuple[int, int]) -> ir.Table:
    """Per account: provider, account, last_30, before_30, last_90 (accelerator-nanoseconds), heavy (first heavy day),
    prior_ns and light_ns: use that rests on a prior, and that of it which is labelled as inference or other."""
    import ibis

    train, other = priors
    from_prior = daily.tier == "C"
    # What is labelled light has the lower prior: (train x bound - estimate) / (train - other) is its part of the bound.
    light = (daily.cap_flop * ibis.literal(train, type="int64") - daily.est_e4).cast(EXACT)
    days = daily.group_by("provider", "account", "day").agg(
        accel_ns=daily.accel_ns.sum().cast(EXACT),
        prior_e4=(daily.cap_flop * ibis.literal(train - other, type="int64")).sum(where=from_prior).cast(EXACT),
        light_e4=light.sum(where=from_prior).cast(EXACT),
    )
    zero = ibis.literal(0, type=EXACT)

    def within(first: int, last: int) -> ir.Value:
        """Use from so many days before the assessment up to so many days before it."""
        start, end = as_of - timedelta(first), as_of - timedelta(last)
        inside = (days.day >= ibis.literal(start)) & (days.day < ibis.literal(end))
        return days.accel_ns.sum(where=inside).cast(EXACT).fill_null(zero)

    return days.group_by("provider", "account").agg(
        last_30=within(30, 0),
        before_30=within(60, 30),
        last_90=within(90, 0),
        heavy=days.day.min(where=days.accel_ns >= exact(HEAVY_NS)),
        prior_ns=days.prior_e4.sum().cast(EXACT).fill_null(zero),
        light_ns=days.light_e4.sum().cast(EXACT).fill_null(zero),
    )


def _facts(record: KnownAccount, use: Mapping[str, Any], known: KnownParties, *, labels: bool) -> AccountFacts:
    born, heavy = record.incorporated or record.opened, use["heavy"]
    before, prior, light = int(use["before_30"]), int(use["prior_ns"]), int(use["light_ns"])
    infer = min(_FULL, max(0, _FULL * light // prior)) if labels and prior > 0 else None
    return AccountFacts(
        age_days=None if born is None or heavy is None else (plain_day(heavy) - born).days,
        accelerator_hours_30=max(0, int(use["last_30"])) // NS_PER_HOUR,
        accelerator_hours_90=max(0, int(use["last_90"])) // NS_PER_HOUR,
        ramp_percent=100 * max(0, int(use["last_30"])) // before if before > 0 else None,
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
