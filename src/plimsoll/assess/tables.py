"""From accounting's bulk tables to the few rows that detectors and charts need.

Ibis does the adding up over all accounts, on whatever engine the tables live; only accounts that could give a finding,
that a declaration names, or that are among the largest come over as rows, one account at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from plimsoll.assess.bunching import below_line_e4
from plimsoll.assess.detectors.approaching_line import BASIS_DAYS, HORIZON_DAYS
from plimsoll.assess.detectors.figures import AccountUse, HeldLine, UseRow, whole_flop
from plimsoll.assess.detectors.impossible_figure import NegativeDay, OverfullRow
from plimsoll.assess.detectors.under_declared_run import TaggedUse
from plimsoll.assess.evidence import UsageEvidence

if TYPE_CHECKING:
    import ibis.expr.types as ir

LARGEST = 12
"""How many accounts are shown for their size alone."""

AT_A_TIME = 400
"""How many accounts come over in one query, so that a low line on a large country does not fill the memory."""

ONE_MACHINE = r"(^|/)i-[0-9a-f]{8,17}$|/virtualMachines/[^/]+$|/instances/[^/]+$"
"""Ids of single machines: AWS (EC2), Azure, Google Cloud."""

EXACT = "decimal(38, 0)"
_LARGEST = 10**38 - 1


def before(daily: ir.Table, as_of: date) -> ir.Table:
    """The daily table up to, not including, a day."""
    import ibis

    return daily.filter(daily.day < ibis.literal(as_of))


def sums(daily: ir.Table) -> tuple[int, int, int]:
    """How many accounts there are, their bound in FLOP, and their estimate in 1/10 000 FLOP."""
    per_account = daily.group_by("provider", "account").agg(
        cap_flop=daily.cap_flop.sum().cast(EXACT), est_e4=daily.est_e4.sum().cast(EXACT)
    )
    [row] = rows_of(
        per_account.agg(
            accounts=per_account.count(),
            cap_flop=per_account.cap_flop.sum().cast(EXACT),
            est_e4=per_account.est_e4.sum().cast(EXACT),
        )
    )
    return int(row["accounts"]), int(row["cap_flop"] or 0), int(row["est_e4"] or 0)


def largest_accounts(daily: ir.Table, count: int = LARGEST) -> tuple[str, ...]:
    """The subjects that used most by estimate, largest first; ties in order of subject."""
    import ibis

    used = _subject_sums(daily, date.min)
    top = used.order_by(ibis.desc("est_e4"), "provider", "account").limit(count)
    return tuple(f"{row['provider']}/{row['account']}" for row in rows_of(top))


def candidates(daily: ir.Table, line: HeldLine, named: Collection[str], as_of: date) -> tuple[str, ...]:
    """Every account that could give a finding about the line, and the named ones, in order of provider and account.

    An account could give one if all it ever used, corrections aside, is past the line by bound, or would be by estimate
    within the forecast's horizon at its recent rate, rounded up. That is a superset of what the detectors find, and
    cheap.

    Args:
        named: subjects that are wanted in any case.
    """
    used = _subject_sums(daily, as_of - timedelta(days=BASIS_DAYS))
    past = used.cap_flop >= exact(line.first_past)
    ahead = -(-HORIZON_DAYS // BASIS_DAYS)
    coming = (used.est_e4 + used.recent_e4 * ahead).cast(EXACT) >= exact(line.first_past_e4)
    wanted = past | coming | (used.est_e4 >= exact(below_line_e4(line)))
    wanted = wanted | used.subject.isin(sorted(named)) if named else wanted
    chosen = used.filter(wanted).order_by("provider", "account").select("subject")
    return tuple(row["subject"] for row in rows_of(chosen))


def account_use(daily: ir.Table, subjects: Sequence[str]) -> Iterator[AccountUse]:
    """All rows of those accounts, one account after the other; the subjects stand in order of provider and account."""
    subject = daily.provider.concat("/", daily.account)
    for start in range(0, len(subjects), AT_A_TIME):
        part = daily.filter(subject.isin(subjects[start : start + AT_A_TIME])).select(
            "provider", "account", "day", "chip", "tier", "run_id", "accel_ns", "cap_flop", "est_e4"
        )
        ordered = part.order_by("provider", "account", "day", "chip", "tier", "run_id")
        for (provider, account), group in groupby(rows_of(ordered), key=lambda row: (row["provider"], row["account"])):
            yield AccountUse(provider, account, tuple(use_row(row) for row in group))


def tagged_use(daily: ir.Table, runs: Collection[str]) -> Iterator[TaggedUse]:
    """Usage that carries the id of one of the runs, added up per run over all accounts, in order of runs."""
    if not runs:
        return
    tagged = daily.filter(daily.run_id.isin(sorted(runs)))
    sums = tagged.group_by("run_id", "provider", "account", "chip", "tier").agg(
        first=tagged.day.min(),
        last=tagged.day.max(),
        accel_ns=tagged.accel_ns.sum().cast(EXACT),
        cap_flop=tagged.cap_flop.sum().cast(EXACT),
        est_e4=tagged.est_e4.sum().cast(EXACT),
    )
    ordered = sums.order_by("run_id", "provider", "account", "chip", "tier")
    for run, group in groupby(rows_of(ordered), key=lambda row: row["run_id"]):
        parts = list(group)
        yield TaggedUse(
            run,
            min(plain_day(part["first"]) for part in parts),
            max(plain_day(part["last"]) for part in parts),
            sum(int(part["cap_flop"]) for part in parts),
            sum(int(part["est_e4"]) for part in parts),
            sum(int(part["est_e4"]) for part in parts if part["tier"] == "C"),
            tuple(_tagged_evidence(part) for part in parts),
        )


def negative_days(table: ir.Table) -> Iterator[tuple[str, tuple[NegativeDay, ...]]]:
    """Account by account, the days on which corrections exceed use.

    Args:
        table: provider, account, day, accel_ns.
    """
    ordered = table.order_by("provider", "account", "day")
    for subject, group in groupby(rows_of(ordered), key=lambda row: f"{row['provider']}/{row['account']}"):
        yield subject, tuple(NegativeDay(plain_day(row["day"]), int(row["accel_ns"])) for row in group)


def overfull_rows(
    table: ir.Table, file_names: Sequence[str], as_of: date
) -> Iterator[tuple[str, tuple[OverfullRow, ...]]]:
    """Account by account, the rows of a single machine with more machine time than their charge period has.

    A resource may also stand for a whole cluster, whose hours add up to more than the clock's. So only resources count
    whose id is that of one machine in one of the clouds' own forms.

    Args:
        table: as `compute.usage.plausible.impossible_rows` gives it.
        file_names: what the files of the delivery are called, in its order.
        as_of: rows that begin on this day or later are left out.
    """
    single = table.filter(table.resource_id.re_search(ONE_MACHINE), table.start_us < _microseconds(as_of))
    ordered = single.order_by("provider", "account", "file_no", "row")
    for subject, group in groupby(rows_of(ordered), key=lambda row: f"{row['provider']}/{row['account']}"):
        yield subject, tuple(
            OverfullRow(
                file_names[row["file_no"]], row["row"], row["resource_id"],
                int(row["machine_ns"]), int(row["possible_ns"]),
            )
            for row in group
        )  # fmt: skip


def _subject_sums(daily: ir.Table, recent_from: date) -> ir.Table:
    """Per account: everything used and what was used lately; days that corrections made negative count as nothing."""
    import ibis

    zero = ibis.literal(0, type=EXACT)
    days = daily.group_by("provider", "account", "day").agg(
        cap_flop=daily.cap_flop.sum().cast(EXACT), est_e4=daily.est_e4.sum().cast(EXACT)
    )
    sums = days.group_by("provider", "account").agg(
        cap_flop=ibis.greatest(days.cap_flop, zero).sum().cast(EXACT),
        est_e4=ibis.greatest(days.est_e4, zero).sum().cast(EXACT),
        recent_e4=ibis.greatest(days.est_e4, zero)
        .sum(where=days.day >= ibis.literal(recent_from))
        .cast(EXACT)
        .fill_null(zero),
    )
    return sums.mutate(subject=sums.provider.concat("/", sums.account))


def exact(amount: int) -> ir.DecimalValue:
    """A limit as a column holds it; what is beyond every column is as good as the largest amount."""
    import ibis

    return ibis.literal(min(amount, _LARGEST), type=EXACT)


def use_row(row: dict[str, Any]) -> UseRow:
    return UseRow(
        plain_day(row["day"]), row["chip"], row["tier"], row["run_id"],
        int(row["accel_ns"]), int(row["cap_flop"]), int(row["est_e4"]),
    )  # fmt: skip


def _tagged_evidence(part: dict[str, Any]) -> UsageEvidence:
    return UsageEvidence(
        part["provider"], part["account"], part["chip"], part["tier"],
        int(part["accel_ns"]), int(part["cap_flop"]), whole_flop(int(part["est_e4"])),
    )  # fmt: skip


def rows_of(table: ir.Table) -> list[dict[str, Any]]:
    from plimsoll.compute.engine import fetch

    return fetch(table.get_backend(), table)


def _microseconds(day: date) -> int:
    """Midnight UTC as microseconds since 1970."""
    return (day - date(1970, 1, 1)).days * 86_400 * 10**6


def plain_day(value: Any) -> date:
    """Engines give a date column as date or as datetime."""
    return value if type(value) is date else value.date()
