"""An assessment: one reproducible execution of the detectors over pinned inputs, as data.

It holds everything that its JSON form and its report show; nothing is looked up again later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from plimsoll.assess.finding import Finding, Severity
from plimsoll.kernel.estimate import Comparator


@dataclass(frozen=True, slots=True)
class PinnedRule:
    """The rulebook and the one line of it that usage was held against.

    Attributes:
        parameters: name and value of each parameter in effect, e.g. ``("line", "10000000000000000000000000")``.
        placeholder: the line is a marked placeholder: the authority has not set it, and nobody gave ``--line``.
        status: the provision's status on `law_date`, e.g. "proposed" or "in_force".
        law_date: the day whose law was applied: the assessment's date, or, where the usage is older than the rulebook,
            the day on which its first text became known.
        compute_alone: the provision asks for nothing but compute; otherwise being past the line is a part of it.
    """

    id: str
    version: str
    digest: str
    title: str
    parameters: tuple[tuple[str, str], ...]
    provision: str
    provision_title: str
    metric: str
    comparator: Comparator
    line_flop: int
    placeholder: bool
    status: str
    citation: str
    law_date: date | None = None
    compute_alone: bool = True


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read.

    Attributes:
        path: relative to the given root, with forward slashes, so that two machines agree.
        sha256: 64 hexadecimal digits of the file's bytes.
        format: e.g. "focus-1.2", "cur-2.0", "slurm", "plain", "declarations".
        rejected: how many of the rows could not be used.
    """

    path: str
    sha256: str
    format: str
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the whole delivery.

    Attributes:
        accounts: those that used accelerators before the assessment's date.
        first_day, last_day: first and last UTC day with any row of use; None when there is none.
        cap_flop, est_flop: of all accounts and days before the assessment's date, not of a window.
        findings: how many of each severity, strongest first, zeros included.
        outcomes: how many rows of all usage files had which outcome; the counts add up to `rows`.
    """

    rows: int
    rejected: int
    providers: int
    accounts: int
    declarations: int
    first_day: date | None
    last_day: date | None
    cap_flop: int
    est_flop: int
    findings: tuple[tuple[Severity, int], ...]
    outcomes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One UTC day of one account.

    Attributes:
        cap_flop, est_flop: of this day alone.
        cap_window, est_window: of the `AccountSeries.window_days` days that end with this one.
    """

    day: date
    cap_flop: int
    est_flop: int
    cap_window: int
    est_window: int


@dataclass(frozen=True, slots=True)
class AccountSeries:
    """One account over time, for a chart: every subject with a finding about the line, and the largest others.

    Attributes:
        subject: "provider/account", the same text as `Finding.subject`.
        window_days: length of the rolling window: that of the account's finding, else the longest, 365.
        points: one per day from the first day of use up to the assessment's date, none skipped; where that is far
            ahead, up to a year after the last use.
        cap_flop, est_flop: over the whole series.
        chips: chip ids and accelerator-nanoseconds, most first.
        tiers: evidence tiers that occur, e.g. ("A", "C").
        declarations: ids of the declarations that name this account.
        covered_flop: their declared compute, high bound.
    """

    subject: str
    provider: str
    account: str
    window_days: int
    points: tuple[DayPoint, ...]
    cap_flop: int
    est_flop: int
    chips: tuple[tuple[str, int], ...]
    tiers: tuple[str, ...]
    declarations: tuple[str, ...]
    covered_flop: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Rows that were refused for one reason in one file.

    Attributes:
        reason: stable code.
        what: the reason in words; fix: what the provider can do.
        first_row: the first such row, counted from 1.
    """

    path: str
    reason: str
    what: str
    fix: str
    rows: int
    first_row: int | None


@dataclass(frozen=True, slots=True)
class UnmappedSku:
    """A product that may be accelerator time and could not be resolved."""

    provider: str
    sku: str
    description: str
    unit: str
    rows: int
    quantity: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnusedCommitment:
    """Capacity that was reserved and idle: potential compute, in no total and no finding."""

    provider: str
    account: str
    rows: int
    accel_ns: int
    cap_flop: int


@dataclass(frozen=True, slots=True)
class Corrections:
    """Negative rows that were netted out.

    Attributes:
        unmarked: how many of them were not marked as corrections.
    """

    rows: int
    unmarked: int = 0


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What the reader must know about the input before trusting the answer."""

    rejections: tuple[Rejection, ...] = ()
    unmapped: tuple[UnmappedSku, ...] = ()
    assumptions: tuple[str, ...] = ()
    unused: tuple[UnusedCommitment, ...] = ()
    corrections: Corrections = Corrections(0)


@dataclass(frozen=True, slots=True)
class DeclarationSeen:
    """A declaration as far as an assessment uses it.

    Attributes:
        start, end: first day, and the day after the last.
        accounts: "provider/account" of each account whose usage it explains.
        low_flop, point_flop, high_flop: of everything declared; None where nothing was declared, `high_flop` also
            where nothing bounds it from above.
        covered_flop: how much metered usage it explains: the high bounds of the components that were declared, without
            those computed elsewhere (merged base models, distillation parents, what others computed), and at most what
            the declared hardware can do.
        providers: whoever it says supplies the compute, by its accounts and its hardware.
    """

    id: str
    kind: str
    name: str
    developer: str
    status: str
    start: date | None
    end: date | None
    accounts: tuple[str, ...]
    low_flop: int | None
    point_flop: int | None
    high_flop: int | None
    covered_flop: int
    file: str
    line: int | None
    providers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HourSeries:
    """One account hour by hour, for the chart of several accounts beside each other.

    Attributes:
        start: first hour, UTC.
        accel_ns: accelerator-nanoseconds of each hour from `start` on, none skipped.
        grain: "hour"; "day" where the provider reports by day and the hours are shares of it.
    """

    subject: str
    start: datetime
    accel_ns: tuple[int, ...]
    grain: str


@dataclass(frozen=True, slots=True)
class HubSeen:
    """Use behind an attribute that too many parties share to link anybody: no finding can see through it.

    Attributes:
        tie, shown: what is shared: see `parties.control_group.Hub`.
        past_alone: how many of the accounts have a finding of their own all the same.
    """

    tie: str
    shown: str
    parties: int
    accounts: int
    cap_flop: int
    est_flop: int
    past_alone: int


@dataclass(frozen=True, slots=True)
class PartiesSeen:
    """Who is behind the accounts, as far as records tell.

    Attributes:
        known, unknown: accounts with use of accelerators, with and without a record.
        unknown_cap_flop: what the unknown ones could have done.
        groups: control groups of two or more parties.
        hubs: largest bound first; uncovered volume.
        notes: what was assumed or rejected while reading the records.
    """

    known: int
    unknown: int
    unknown_cap_flop: int
    parties: int
    groups: int
    hubs: tuple[HubSeen, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole answer.

    Attributes:
        as_of: usage before this UTC day counts. Never the wall clock: by default the end of the last charge period.
        findings: strongest first, then by code, then by estimate, largest first, then by subject.
        accounts: series for charts, in the order of the findings, then by estimate.
        parties: None where no know-your-customer records were given.
        hours: of the accounts of findings about several accounts together, for their charts.
    """

    rule: PinnedRule
    as_of: date
    inputs: tuple[InputFile, ...]
    totals: Totals
    findings: tuple[Finding, ...]
    accounts: tuple[AccountSeries, ...]
    data_quality: DataQuality
    declarations: tuple[DeclarationSeen, ...]
    parties: PartiesSeen | None = None
    hours: tuple[HourSeries, ...] = ()

    @property
    def headline(self) -> str:
        """The answer as one sentence, which does not claim more than the input allows."""
        counts = dict(self.totals.findings)
        high, ask = counts.get(Severity.HIGH, 0), counts.get(Severity.ASK, 0)
        watch, data = counts.get(Severity.WATCH, 0), counts.get(Severity.DATA, 0)
        if high:
            return f"{_subjects(high)} past the line without a declaration that explains it"
        if not self.totals.accounts and not ask:
            return f"No accelerator use before {self.as_of} could be counted, so nobody can be held against the line"
        none = "Nothing is {}past the line without a declaration that explains it"
        if ask:
            return f"{none.format('surely ')}; {_subjects(ask, lower=True)} to be asked"
        if watch:
            return f"{none.format('')}; {_subjects(watch, lower=True)} on the way to it"
        if data or self.totals.rejected:
            return f"{none.format('')}, as far as the reports go: they have gaps or faults"
        return none.format("")


def _subjects(count: int, *, lower: bool = False) -> str:
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    number = words[count] if count < len(words) else f"{count:,}"
    text = f"{number} {'subject is' if count == 1 else 'subjects are'}"
    return text if lower else text[:1].upper() + text[1:]
