"""Invented findings about several accounts, for the tests of their pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from specimens import AS_OF, LINE, account, assessment, ramp

from plimsoll.assess.assessment import Assessment, HourSeries, HubSeen, PartiesSeen
from plimsoll.assess.evidence import Evidence
from plimsoll.assess.finding import Code, Finding, Severity, Window, new_finding
from plimsoll.assess.party_evidence import (
    KycEvidence,
    LinkEvidence,
    MemberEvidence,
    MomentEvidence,
    SharedEvidence,
    SynchronyEvidence,
)

BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
NAMES = (
    "Ambaquell Optics Labs GmbH", "Corvotarn Freight AG", "Selmicast Systems Ltd", "Nevgokern Pictures BV",
    "Ulpanolt Materials SAS", "شركة النور للحوسبة",
)  # fmt: skip
_PROVIDERS = ("norrvik-cloud", "kestrelmoor", "pellworth-gpu")


def subject(number: int) -> str:
    return f"{_PROVIDERS[number % 3]}/4{number:011}"


def member(number: int, *, known: bool = True) -> MemberEvidence:
    est = (4 + number) * 10**23
    name = NAMES[number % len(NAMES)] if known else None
    return MemberEvidence(subject(number), f"P-{number:016x}" if known else None, name, est * 5 // 2, est, 0)


def link(one: int, other: int, tie: str, shown: str, centibits: int, *, weakest: bool = False) -> LinkEvidence:
    shared = SharedEvidence(tie, shown, 2, centibits)
    return LinkEvidence(f"P-{one:016x}", f"P-{other:016x}", (shared,), centibits, weakest)


def hours(number: int, *, grain: str = "hour") -> HourSeries:
    """Sixty days: starts within an hour of the others, restarts twice."""
    level = (3 + number) * 8 * 3_600_000_000_000
    late = number % 2
    run = [0 if at < late or 100 + late <= at < 106 or 400 <= at < 409 + late else level for at in range(1_440)]
    return HourSeries(subject(number), BEGIN, tuple(run), grain)


def split_finding(count: int = 6, *, links: tuple[LinkEvidence, ...] | None = None) -> Finding:
    members = tuple(member(number) for number in range(count))
    tied = links
    if tied is None:
        ties = ("phone", "payment", "owner", "network", "director")
        tied = tuple(
            link(at, at + 1, ties[at % 5], f"hk1:{at:04x}…", 1_460 - 90 * at, weakest=at == count - 2)
            for at in range(count - 1)
        )
    est = sum(one.est_flop for one in members) * 4
    evidence: tuple[Evidence, ...] = (*members, *tied)
    return new_finding(
        Code.SPLIT_RUN,
        Severity.HIGH,
        "G-00c0ffee00c0ffee",
        title=f"{count} accounts under common control passed the line together; none did alone",
        window=Window(date(2026, 2, 1), date(2026, 5, 2), date(2026, 4, 11)),
        cap_flop=est * 5 // 2, est_flop=est, line_flop=LINE, covered_flop=0,
        evidence=evidence,
        explanation="Together they used more than the line allows; each of them alone stayed under it.",
        clears="Proof that the weakest link is a coincidence, or a declaration of the run.",
    )  # fmt: skip


def step_finding(count: int = 5) -> Finding:
    members = tuple(member(number, known=number != 1) for number in range(10, 10 + count))
    names = tuple(sorted(one.subject for one in members))
    moments = tuple(
        MomentEvidence(BEGIN + timedelta(hours=at), tuple((name, change) for name in names))
        for at, change in ((0, 100), (100, -100), (106, 100), (400, -100))
    )
    est = sum(one.est_flop for one in members) * 4
    return new_finding(
        Code.SYNCHRONISED_ACCOUNTS,
        Severity.HIGH,
        "S-00c0ffee00c0ffee",
        title=f"{count} accounts that nothing links ran as one and passed the line together",
        window=Window(date(2026, 2, 1), date(2026, 5, 2), date(2026, 4, 11)),
        cap_flop=est * 5 // 2, est_flop=est, line_flop=LINE, covered_flop=0,
        evidence=(*members, SynchronyEvidence(names, 4, 9_100, 300, 9_999, 0, 41, 4_100), *moments),
        explanation="They started, stopped and scaled in the same hours.",
        clears="An explanation of the common clock: a scheduler, an outage, a customer of both.",
    )  # fmt: skip


def blind_finding() -> Finding:
    record = KycEvidence("kyc.no_downstream", "the record of Gellibond names no customer", "kyc/a.jsonl, row 4")
    return new_finding(
        Code.RESELLER_BLIND, Severity.ASK, subject(90),
        title="A reseller's customers are unknown, and its account may have passed the line",
        evidence=(member(90), record), explanation="The record says that it resells.", clears="Its list of customers.",
    )  # fmt: skip


def behind() -> Assessment:
    """An assessment with every kind of finding about parties."""
    series = [account(subject(90), ramp(10, 200, 3 * 10**23))]
    seen = PartiesSeen(
        known=412, unknown=3, unknown_cap_flop=21 * 10**22, parties=390, groups=14,
        hubs=(HubSeen("phone", "hk1:00aa…", 311, 340, 9 * 10**24, 3 * 10**24, 0),),
        notes=("7 rows of kyc/a.jsonl were rejected.",),
    )  # fmt: skip
    plain = assessment(series, [split_finding(), step_finding(), blind_finding()])
    return Assessment(
        plain.rule, AS_OF, plain.inputs, plain.totals, plain.findings, plain.accounts, plain.data_quality,
        plain.declarations, seen, tuple(hours(number) for number in (*range(6), *range(10, 15))),
    )  # fmt: skip
