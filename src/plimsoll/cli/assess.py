"""`plimsoll assess`: usage reports and declarations against the line; findings, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import counted, note, progress, say, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from plimsoll.assess.assessment import Assessment, PartiesSeen
    from plimsoll.assess.finding import Finding
    from plimsoll.assess.party_evidence import MemberEvidence

FINDINGS = 3
"""Exit code where there is a finding."""
_LISTED = 40


def assess(
    usage: Annotated[
        list[Path],
        typer.Option("--usage", metavar="PATH...", help="Usage reports: files, and folders that are searched."),
    ],
    more: Annotated[list[Path] | None, typer.Argument(metavar="", hidden=True)] = None,
    *,
    declarations: Annotated[
        Path | None,
        typer.Option("--declarations", metavar="PATH", help="Declarations: a YAML file, or a folder of them."),
    ] = None,
    parties: Annotated[
        Path | None,
        typer.Option("--parties", metavar="PATH", help="Customers' records: a register, or filings (KYC)."),
    ] = None,
    rulebook: Annotated[
        str, typer.Option("--rulebook", metavar="ID", help="The rulebook that draws the line, by id or path.")
    ] = "conditional-treaty",
    line: Annotated[
        str | None, typer.Option("--line", metavar="FLOP", help='Set the line that the authority sets, e.g. "1e24".')
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Usage before this day counts (default: the end of the reports)."),
    ] = None,
    json: Annotated[
        str | None, typer.Option("--json", metavar="OUT", help="Write the assessment as JSON; - for standard output.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="OUT.html", help="Write the report, one self-contained page.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Use at most so many threads (default: one per core).")
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="The engine holds so much before it spills (default: 512MB)."),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="duckdb, local[N], or spark://HOST:PORT of a cluster.")
    ] = "duckdb",
    lake: Annotated[
        Path | None,
        typer.Option("--lake", metavar="DIR", help="Keep what was found in each usage file here, for the next time."),
    ] = None,
    lists: Annotated[
        list[Path] | None,
        typer.Option("--list", metavar="FILE", help="Screen the customers against this list (FollowTheMoney)."),
    ] = None,
    profiles: Annotated[
        Path | None, typer.Option("--profiles", metavar="FILE", help="Risk profiles (default: the starter set).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no table.")] = False,
) -> None:
    """Who is past the line? Exit 0: no finding; 3: findings; 2: an input cannot be used."""
    from plimsoll.assess.conduct import Request, conduct
    from plimsoll.assess.json_out import json_text
    from plimsoll.assess.output import refuse_outputs, write_whole
    from plimsoll.cli.check import choose_rulebooks
    from plimsoll.kernel.period import parse_date

    [book] = choose_rulebooks([rulebook], line)
    request = Request(
        (*usage, *(more or ())),
        declarations,
        book,
        None if as_of is None else parse_date(as_of),
        threads,
        parties,
        engine,
        lake,
        tuple(lists or ()),
        profiles,
        memory,
    )
    written = None if json in (None, "-") else Path(json)
    outputs = [path for path in (report, written) if path is not None]
    refuse_outputs(outputs, request.given)
    remarks: list[str] = []
    with progress("reading", quiet=quiet) as advance:
        done = conduct(request, lambda step, at, total: advance(at / total if total else 0.0, step), remarks.append)
    for remark in remarks:
        note(remark)
    if report is not None:
        from plimsoll.assess.report.page import write_report

        write_report(done, report)
    if json == "-":
        print(json_text(done), end="")
    else:
        if written is not None:
            write_whole(written, json_text(done))
        if not quiet:
            _show(done)
    if not quiet and report is not None:
        note(f"The report is in {report}.")
    if done.findings:
        raise typer.Exit(FINDINGS)


def _show(done: Assessment) -> None:
    from plimsoll.assess.detectors.wording import PAST, amount

    say(f"{done.headline}.")
    rule, totals = done.rule, done.totals
    placeholder = "; a placeholder, set yours with --line" if rule.placeholder else ""
    status = rule.status.replace("_", " ")
    say(f"The line is {PAST[rule.comparator]} {amount(rule.line_flop)} ({rule.provision}, {status}{placeholder}).")
    say(
        f"{counted(totals.rows, 'row')} of {counted(totals.providers, 'provider')}; before {done.as_of} "
        f"{counted(totals.accounts, 'account')} used accelerators, {amount(totals.est_flop)} by estimate; "
        f"{counted(totals.declarations, 'declaration')}."
    )
    if done.findings:
        say()
        columns = ("severity", "finding", "subject", "estimate", "bound", "declared", "in", "line passed")
        show_table(columns, [_row(finding) for finding in done.findings[:_LISTED]], right=(3, 4, 5))
        if len(done.findings) > _LISTED:
            say(f"and {len(done.findings) - _LISTED:,} more; --json and --report have all of them")
        _show_groups([finding for finding in done.findings[:_LISTED] if _members(finding)])
    if done.parties is not None:
        _show_parties(done.parties)
    if totals.rejected:
        say(f"\n{totals.rejected:,} of {totals.rows:,} rows were rejected; --json and --report say why.")


def _show_groups(findings: Sequence[Finding]) -> None:
    """Who belongs to the subjects that are several accounts."""
    if not findings:
        return
    say()
    columns = ("subject", "accounts", "largest", "held by", "weakest link")
    show_table(columns, [_group_row(finding) for finding in findings], right=(1,))


def _group_row(finding: Finding) -> tuple[str, ...]:
    from plimsoll.assess.party_evidence import LinkEvidence

    members = _members(finding)
    holders = list(dict.fromkeys(member.legal_name or "nobody on record" for member in members))
    more = f" and {len(holders) - 1:,} more" if len(holders) > 1 else ""
    weakest = [part for part in finding.evidence if isinstance(part, LinkEvidence) and part.weakest]
    ties = dict.fromkeys(f"{shared.tie.replace('_', ' ')} {shared.shown}" for link in weakest for shared in link.shared)
    tie = next(iter(ties), "") + (f" and {len(ties) - 1} more" if len(ties) > 1 else "")
    return finding.subject, f"{len(members):,}", members[0].subject, holders[0] + more, tie


def _show_parties(seen: PartiesSeen) -> None:
    from plimsoll.assess.detectors.wording import amount

    say(
        f"\nRecords name the holders of {seen.known:,} of {counted(seen.known + seen.unknown, 'account')} with use: "
        f"{counted(seen.parties, 'legal person')} on record, {counted(seen.groups, 'control group')} of several."
    )
    hidden = [hub for hub in seen.hubs if hub.accounts]
    if hidden:
        largest = hidden[0]
        say(
            f"{counted(len(hidden), 'attribute')} shared by too many to link anybody; behind the largest, the "
            f"{largest.tie.replace('_', ' ')} {largest.shown} of {largest.parties:,} parties, at most "
            f"{amount(largest.cap_flop)} was used."
        )


def _members(finding: Finding) -> list[MemberEvidence]:
    """The accounts of a finding about several."""
    from plimsoll.assess.party_evidence import MemberEvidence

    return [part for part in finding.evidence if isinstance(part, MemberEvidence)]


def _passed(finding: Finding, day: date) -> str:
    if finding.severity.value == "watch":
        return f"forecast {day}"
    if (finding.est_flop or 0) > (finding.line_flop or 0) or finding.severity.value == "high":
        return str(day)
    return f"if training {day}" if finding.code.value == "split-run" else f"bound {day}"


def _row(finding: Finding) -> tuple[str, ...]:
    from plimsoll.kernel.flop import show_flop

    def flop(amount: int | None) -> str:
        return "" if amount is None else show_flop(amount)

    window = finding.window
    return (
        finding.severity.value,
        finding.code.value,
        finding.subject,
        flop(finding.est_flop),
        flop(finding.cap_flop),
        flop(finding.covered_flop) if finding.covered_flop else "",
        "" if window is None else f"{window.days} days" if window.crossed_on else f"{window.start} up to {window.end}",
        "" if window is None or window.crossed_on is None else _passed(finding, window.crossed_on),
    )
