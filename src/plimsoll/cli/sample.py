"""`plimsoll sample`: writes an invented jurisdiction whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.console import counted, note, progress, say


def sample(
    out: Annotated[Path, typer.Argument(help="Folder to write; it must not exist yet, or be empty.")],
    *,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    customers: Annotated[int, typer.Option(help="How many invented customers there are.")] = 200,
    days: Annotated[int, typer.Option(help="How many days of usage, from 2026-01-01 on.")] = 180,
    evaders: Annotated[
        str, typer.Option(help="Evaders and honest hard cases to plant: tactic=count,... or all=N.")
    ] = "",
    density: Annotated[
        int, typer.Option(help="Permille of the days on which everyday customers compute; less gives fewer rows.")
    ] = 1000,
    kyc_gaps: Annotated[int, typer.Option(help="Permille of the fields that customer records lack.")] = 120,
    force: Annotated[bool, typer.Option("--force", help="Replace a sample that stands there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Write a sample jurisdiction: usage reports, parties, declarations, and the truth about what was planted."""
    from plimsoll.sample.jurisdiction import write_sample
    from plimsoll.sample.plan import Request
    from plimsoll.sample.schemes.asked import parse_evaders

    request = Request(seed, customers, days, evaders=parse_evaders(evaders), density=density, kyc_gaps=kyc_gaps)
    with progress("writing the sample", quiet=quiet) as advance:
        written = write_sample(out, request, force=force, progress=advance)
    if quiet:
        return
    truth = written.truth
    expected = sum(len(subject.expected) for subject in truth.subjects)
    say(f"{written.folder}: {truth.start} up to {truth.end}, seed {truth.seed}")
    say(
        f"  {counted(written.rows, 'usage row')} in {counted(len(truth.files), 'file')}, "
        f"{counted(written.accounts, 'account')}"
    )
    say(f"  {written.parties:,} parties, {counted(written.declarations, 'declaration')}")
    say(
        f"  {counted(len(truth.subjects), 'planted case')} that must give {counted(expected, 'finding')}; "
        "see truth.json"
    )
    records = sum(count for _, count in truth.kyc)
    say(f"  {counted(records, 'know-your-customer record')} in {counted(len(truth.kyc), 'file')}")
    if truth.evaders or truth.honest:
        say(f"  {counted(len(truth.evaders), 'evader')} and {counted(len(truth.honest), 'honest hard case')}")
    if not truth.calibrated:
        few = "one day is" if truth.days == 1 else f"{truth.days} days are"
        note(f"note: {few} few: the planted cases may give other findings than truth.json expects")
