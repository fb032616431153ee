"""From accounting's bulk tables to the few rows that detectors and charts need.

Whatever engine the tables live on, only accounts that could give a finding, that a declaration names, or that are among
the largest (`account_totals`) come over as rows per day, one account at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from plimsoll.assess.detectors.figures import AccountUse, UseRow, whole_flop
from plimsoll.assess.detectors.impossible_figure import NegativeDay, OverfullRow
from plimsoll.assess.detectors.under_declared_run import TaggedUse
from plimsoll.assess.evidence import UsageEvidence

if TYPE_CHECKING:
    import ibis.expr.types as ir

AT_A_TIME = 400
"""How many accounts come over in one query, so that a low line on a large country does not fill the memory."""

ONE_MACHINE = r"(^|/)i-[0-9a-f]{8,17}$|/virtualMachines/[^/]+$|/instances/[^/]+$"
"""Ids of single machines: AWS (EC2), Azure, Google Cloud."""

ALWAYS = (date(1970, 1, 1), date(2200, 1, 1))
"""What stands for an open beginning and an open end in a table."""

EXACT = "decimal(38, 0)"
_LARGEST = 10**38 - 1


def before(daily: ir.Table, as_of: date) -> ir.Table:
    """The daily table up to, not including, a day."""
    import ibis

    return daily.filter(daily.day < ibis.literal(as_of))


def account_use(daily: ir.Table, subjects: Sequence[str]) -> Iterator[AccountUse]:
    """All rows of those accounts, one account after the other; the subjects stand in order of provider and account."""
    for start in range(0, len(subjects), AT_A_TIME):
        wanted = [account_columns(subject) for subject in subjects[start : start + AT_A_TIME]]
        pairs = {(each["provider"], each["account"]) for each in wanted}
        # Two plain columns are much cheaper to search than pairs; an account of that name elsewhere is dropped below.
        found = daily.filter(
            daily.account.isin(sorted({each["account"] for each in wanted})),
            daily.provider.isin(sorted({each["provider"] for each in wanted})),
        ).select("provider", "account", "day", "chip", "tier", "run_id", "accel_ns", "cap_flop", "est_e4")
        ordered = found.order_by("provider", "account", "day", "chip", "tier", "run_id")
        for pair, group in groupby(rows_of(ordered), key=lambda row: (row["provider"], row["account"])):
            if pair in pairs:
                yield AccountUse(*pair, tuple(use_row(row) for row in group))


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


def account_columns(subject: str) -> dict[str, str]:
    """A subject's parts. A provider's id holds no slash, so the first one ends it."""
    provider, _, account = subject.partition("/")
    return {"provider": provider, "account": account}
