"""From accounting's use by hour to what synchrony is looked for in, and to the charts of accounts beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from plimsoll.assess.assessment import HourSeries
from plimsoll.assess.finding import Code, Finding
from plimsoll.assess.party_evidence import MemberEvidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from plimsoll.assess.synchrony.levels import Levels
    from plimsoll.compute.accounting import Accounts
    from plimsoll.compute.hourly import HourlyAccounts

MOST_FINDINGS = 300
"""Findings whose accounts are shown hour by hour."""

MOST_ACCOUNTS = 12
"""Accounts of one finding that are shown, the largest."""

MOST_HOURS = 2_000_000
"""Hours in all series of an assessment together, so that a report of many findings still opens."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_LEVEL = 3_600_000_000
"""Accelerator-nanoseconds in an hour of a thousandth of an accelerator."""
_MOST_LEVEL = 2**31 - 1
_MOST_NS = 9 * 10**18


def read_levels(accounts: Accounts, subjects: Sequence[str], first: date, end: date) -> Levels:
    """The levels of accounts whose use is reported by the hour; what is reported by the day is left out.

    Args:
        subjects: "provider/account".
        first, end: whole UTC days, half-open.
    """
    import numpy as np

    from plimsoll.assess.synchrony.levels import DAY, Levels

    names = tuple(sorted(subjects))
    start = _hour(first)
    level = np.zeros((len(names), (end - first).days * DAY), dtype=np.int32)
    used = accounts.hourly(names)
    for batch in _hours(used, start, _hour(end), coarse=False):
        amount = np.minimum(batch["accel_ns"] // _PER_LEVEL, _MOST_LEVEL)
        level[batch["number"], batch["hour"] - start] = amount.astype(np.int32)
    places = used.places()
    return Levels(names, tuple(places.get(name) for name in names), start, level)


def hour_series(accounts: Accounts, findings: Iterable[Finding], end: date) -> tuple[HourSeries, ...]:
    """Hour by hour, the accounts of findings about several accounts together, up to `end`, in order of findings."""
    subjects = _of_findings(findings)
    if not subjects:
        return ()
    import numpy as np

    used: dict[int, list[tuple[Any, Any]]] = {number: [] for number in range(len(subjects))}
    coarse: set[int] = set()
    for batch in _hours(accounts.hourly(subjects), -(2**31), _hour(end), coarse=True):
        order = np.argsort(batch["number"], kind="stable")
        coarse.update(np.unique(batch["number"][batch["coarse"] > 0]).tolist())
        for part in np.split(order, np.flatnonzero(np.diff(batch["number"][order])) + 1):
            if len(part):
                used[int(batch["number"][part[0]])].append((batch["hour"][part], batch["accel_ns"][part]))
    found, left = [], MOST_HOURS
    for number, subject in enumerate(subjects):
        if not used[number]:
            continue
        hours = np.concatenate([part for part, _ in used[number]])
        first, last = int(hours.min()), int(hours.max())
        left -= last - first + 1
        if left < 0:
            break
        line = np.zeros(last - first + 1, dtype=np.int64)
        np.add.at(line, hours - first, np.concatenate([part for _, part in used[number]]))
        grain = "day" if number in coarse else "hour"
        found.append(HourSeries(subject, EPOCH + timedelta(hours=first), tuple(line.tolist()), grain))
    return tuple(found)


def _of_findings(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The accounts whose hours are shown, each once."""
    together = [finding for finding in findings if finding.code in (Code.SPLIT_RUN, Code.SYNCHRONISED_ACCOUNTS)]
    subjects: dict[str, None] = {}
    for finding in together[:MOST_FINDINGS]:
        members = [part.subject for part in finding.evidence if isinstance(part, MemberEvidence)]
        subjects.update(dict.fromkeys(members[:MOST_ACCOUNTS]))
    return tuple(subjects)


def _hours(used: HourlyAccounts, start: int, end: int, *, coarse: bool) -> Iterator[dict[str, NDArray[np.int64]]]:
    """Columns number (of the subject), hour, accel_ns (within 64 bits, never negative) and coarse (0 or 1)."""
    import ibis

    from plimsoll.compute.engines.columns import columns

    hours = used.hours(coarse=coarse)
    inside = hours.filter(hours.hour >= start, hours.hour < end)
    most = ibis.literal(_MOST_NS, type="decimal(38, 0)")
    amount = ibis.least(ibis.greatest(inside.accel_ns, ibis.literal(0, type="decimal(38, 0)")), most).cast("int64")
    yield from columns(
        used.engine, inside.select("number", "hour", accel_ns=amount, coarse=inside.coarse.cast("int32"))
    )


def _hour(day: date) -> int:
    return (day - EPOCH.date()).days * 24
