"""Invented assessments for the tests of the report. Every figure is derived with whole numbers from the daily use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from plimsoll.assess.assessment import (
    AccountSeries,
    Assessment,
    Corrections,
    DataQuality,
    DayPoint,
    DeclarationSeen,
    InputFile,
    PinnedRule,
    Rejection,
    Totals,
    UnmappedSku,
    UnusedCommitment,
)
from plimsoll.assess.evidence import (
    Evidence,
    FigureEvidence,
    ForecastEvidence,
    GapEvidence,
    RuleEvidence,
    SkuEvidence,
    UsageEvidence,
    WindowEvidence,
)
from plimsoll.assess.finding import Code, Finding, Severity, Window, in_order, new_finding

LINE = 10**25
START = date(2026, 1, 1)
AS_OF = date(2026, 11, 1)
_DAYS = (AS_OF - START).days


def rule(*, placeholder: bool = False, line: int = LINE) -> PinnedRule:
    return PinnedRule(
        id="conditional-treaty",
        version="2026.11.0",
        digest="sha256:" + "5e" * 32,
        title="Conditional AI Safety Treaty",
        parameters=(("line", str(line)),),
        provision="conditional-treaty.line",
        provision_title="training runs past the compute threshold",
        metric="treaty.training_compute@2024-11",
        comparator="gt",
        line_flop=line,
        placeholder=placeholder,
        status="proposed",
        citation="Treaty paper, section 2",
    )


def ramp(start: int, end: int, daily: int) -> list[int]:
    """Bounds per day of a run that starts over ten days, holds, and stops; days count from 1 January."""
    return [daily * min(max(at - start, 0), 10) // 10 if at < end else 0 for at in range(_DAYS)]


def account(
    subject: str,
    caps: Sequence[int],
    *,
    window: int = 90,
    utilisation: int = 40,
    declared: tuple[str, int] | None = None,
    first: date = START,
) -> AccountSeries:
    """Daily bounds as a series; the estimate is `utilisation` percent of them."""
    ests = [cap * utilisation // 100 for cap in caps]
    points = tuple(
        DayPoint(
            first + timedelta(days=at),
            caps[at],
            ests[at],
            sum(caps[max(0, at - window + 1) : at + 1]),
            sum(ests[max(0, at - window + 1) : at + 1]),
        )
        for at in range(len(caps))
    )
    provider, _, name = subject.partition("/")
    return AccountSeries(
        subject=subject,
        provider=provider,
        account=name,
        window_days=window,
        points=points,
        cap_flop=sum(caps),
        est_flop=sum(ests),
        chips=(("h100-sxm", 10**15),),
        tiers=("C",),
        declarations=(declared[0],) if declared else (),
        covered_flop=declared[1] if declared else 0,
    )


def line_finding(
    series: AccountSeries, code: Code, severity: Severity, *, title: str, on: date | None = None, line: int = LINE
) -> Finding:
    """A finding about the series, with the figures of its largest window."""
    top = max(series.points, key=lambda point: (point.est_window, point.cap_window))
    end = top.day + timedelta(days=1)
    start = end - timedelta(days=series.window_days)
    past = [p.day for p in series.points if (p.est_window if severity is Severity.HIGH else p.cap_window) > line]
    evidence: list[Evidence] = [
        RuleEvidence(
            "conditional-treaty", "conditional-treaty.line", "treaty.training_compute@2024-11", "gt", line, "proposed",
            "Treaty paper, section 2",
        ),
        UsageEvidence(
            series.provider, series.account, "h100-sxm", "C", 3_600_000_000_000 * 4_096 * 24, top.cap_window,
            top.est_window,
        ),
        WindowEvidence(90, start, end, top.cap_window, top.est_window),
    ]  # fmt: skip
    if code is Code.APPROACHING_LINE and on is not None:
        evidence.insert(1, ForecastEvidence(14, series.points[-1].est_flop * 14, on, (on - AS_OF).days + 1))
    return new_finding(
        code,
        severity,
        series.subject,
        title=title,
        window=Window(start, end, on or (past[0] if past else None)),
        cap_flop=top.cap_window,
        est_flop=top.est_window,
        line_flop=line,
        covered_flop=series.covered_flop,
        evidence=tuple(evidence),
        explanation=(
            f"{series.subject} used an estimated amount in the {series.window_days} days from {start} up to {end}; the "
            "accelerators could have done more. The line of the treaty is 10²⁵ FLOP: more than that is past it. "
            "The estimate assumes a typical utilisation for the declared kind of work; nothing was measured. No "
            "declaration names this account."
        ),
        clears=(
            "A declaration of a run on this account that overlaps these days and covers the estimate or more; or "
            "measured utilisation that puts any such stretch at or under the line; or proof that unrelated customers "
            "shared the account."
        ),
    )


def sku_finding(sku: str = "Giga B900 Hour", provider: str = "perch-gpu") -> Finding:
    evidence = SkuEvidence(provider, sku, "B900 cluster, hourly", 412, "9888", "Hours", "No catalogue names B900.")
    return new_finding(
        Code.UNMAPPED_SKU,
        Severity.DATA,
        f"{provider}/{sku}",
        title=f'412 rows of "{sku}" at {provider} could not be turned into compute',
        evidence=(evidence,),
        explanation=f'{provider} reported 412 rows of "{sku}". None of it is in any total.',
        clears="The accelerator model and count of this product, from the provider or as a line in the SKU map.",
    )


def gap_finding() -> Finding:
    return new_finding(
        Code.MISSING_REPORT,
        Severity.DATA,
        "nimbus",
        title="nimbus delivered no usage report for 2026-06 to 2026-07",
        window=Window(date(2026, 6, 1), date(2026, 8, 1)),
        evidence=(GapEvidence("nimbus", "2026-06"), GapEvidence("nimbus", "2026-07")),
        explanation="nimbus reported usage from 2026-01 to 2026-10, but not one row lies in 2026-06 to 2026-07.",
        clears="The report of nimbus for these months, or its statement that no accelerator was used then.",
    )


def impossible_finding() -> Finding:
    evidence = FigureEvidence("accelerator time", "26", "24", "hours a day", "usage/perch.csv, row 88")
    return new_finding(
        Code.IMPOSSIBLE_FIGURE,
        Severity.ASK,
        "perch-gpu/acct-88",
        title="perch-gpu reports more hours in a day than a day has",
        evidence=(evidence,),
        explanation="One accelerator cannot work 26 hours in a day.",
        clears="A corrected report of that day.",
    )


def assessment(
    accounts: Sequence[AccountSeries] = (),
    findings: Sequence[Finding] = (),
    *,
    pinned: PinnedRule | None = None,
    quality: DataQuality | None = None,
    declarations: tuple[DeclarationSeen, ...] = (),
    outcomes: tuple[tuple[str, int], ...] = (("accelerator", 9_000), ("other", 1_000)),
) -> Assessment:
    """An assessment whose sums follow from its parts."""
    counts = Counter(finding.severity for finding in findings)
    rows = sum(number for _, number in outcomes)
    rejected = dict(outcomes).get("rejected", 0)
    return Assessment(
        rule=pinned or rule(),
        as_of=AS_OF,
        inputs=(
            InputFile("usage/provider=aster-cloud/2026.parquet", "ab" * 32, "focus-1.2", rows, rejected),
            InputFile("declarations.yaml", "cd" * 32, "declarations", len(declarations), 0),
        ),
        totals=Totals(
            rows=rows,
            rejected=rejected,
            providers=len({one.provider for one in accounts}),
            accounts=len(accounts),
            declarations=len(declarations),
            first_day=START if accounts else None,
            last_day=AS_OF - timedelta(days=1) if accounts else None,
            cap_flop=sum(one.cap_flop for one in accounts),
            est_flop=sum(one.est_flop for one in accounts),
            findings=tuple((severity, counts[severity]) for severity in Severity),
            outcomes=outcomes,
        ),
        findings=in_order(findings),
        accounts=tuple(accounts),
        data_quality=quality or DataQuality(),
        declarations=declarations,
    )


def rich_assessment() -> Assessment:
    """One of everything: a crossing, a bound crossing, a forecast, gaps, a declared run, clean accounts."""
    crossed = account("aster-cloud/northgate-analytics", ramp(110, 290, 4 * 10**23))
    asked = account("nimbus/orrin-labs-fze", ramp(60, 200, 16 * 10**22))
    coming = account("aster-cloud/bluewater-sim", ramp(180, 400, 16 * 10**22), window=365)
    halden = account("nimbus/halden-labs", ramp(20, 280, 5 * 10**23), declared=("run-halden-7", 38 * 10**24))
    clean = [
        account(f"perch-gpu/acct-{at:05}", ramp(15 * at, 300, 8 * 10**22 // at), window=365) for at in range(1, 13)
    ]
    findings = [
        line_finding(
            crossed, Code.UNDECLARED_RUN, Severity.HIGH,
            title=f"{crossed.subject} passed the line over 90 days, and no run was declared",
        ),
        line_finding(
            asked, Code.UNDECLARED_RUN, Severity.ASK,
            title=f"{asked.subject} may have passed the line over 90 days, and no run was declared",
        ),
        line_finding(
            coming, Code.APPROACHING_LINE, Severity.WATCH, on=date(2026, 12, 19),
            title=f"{coming.subject} passes the line on 2026-12-19 at its present rate",
        ),
        impossible_finding(),
        sku_finding(),
        gap_finding(),
    ]  # fmt: skip
    return assessment(
        [crossed, asked, coming, halden, *clean],
        findings,
        pinned=rule(placeholder=True),
        quality=DataQuality(
            rejections=(
                Rejection(
                    "usage/provider=nimbus/2026.parquet", "row.period_backwards", "the period ends before it starts",
                    "Give an end later than the start.", 17, 2_044,
                ),
            ),
            unmapped=(
                UnmappedSku(
                    "perch-gpu", "Giga B900 Hour", "B900 cluster, hourly", "Hours", 412, "9888",
                    "No catalogue names B900.",
                ),
            ),
            assumptions=(
                "Utilisation of 40 % is assumed for training and unstated work (evidence tier C).",
                "Utilisation of 15 % is assumed for work declared as inference or other (evidence tier C).",
            ),
            unused=(UnusedCommitment("nimbus", "halden-labs", 31, 3_600_000_000_000 * 8_000, 28 * 10**21),),
            corrections=Corrections(12),
        ),
        declarations=(
            DeclarationSeen(
                "run-halden-7", "training_run", "Halden 7", "halden-labs", "done", date(2026, 1, 15), date(2026, 10, 8),
                ("nimbus/halden-labs",), 26 * 10**24, 29 * 10**24, 38 * 10**24, 38 * 10**24, "declarations.yaml", 2,
            ),
        ),
        outcomes=(
            ("accelerator", 184_120), ("other", 40_003), ("unused_commitment", 31), ("unmapped", 412), ("rejected", 17),
        ),
    )  # fmt: skip
