"""`plimsoll population`: how a whole table of models stands to every line of the law."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import progress, say, say_how_to_replay, show_json, show_table
from plimsoll.cli.options import AsOf, Json, Known, Line, Rulebooks, read_dates

if TYPE_CHECKING:
    from plimsoll.assess.population import LineCount
    from plimsoll.assess.population_read import Population
    from plimsoll.assess.population_survey import Survey
    from plimsoll.assess.utilisation import Discrepancy, Group

_SHOWN_CELLS = 20
_SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def population(
    csv: Annotated[Path, typer.Argument(metavar="CSV", help="A table of models; Epoch AI's columns work as they are.")],
    *,
    rulebook: Rulebooks = None,
    margin: Annotated[
        str, typer.Option("--margin", metavar="SHARE", help="How far a figure may be off, as a share of itself.")
    ] = "0.3",
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column means what, or a YAML file that says so."),
    ] = None,
    line: Line = None,
    as_of: AsOf = None,
    known: Known = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    json: Json = False,
) -> None:
    """How many models are above each line: by point estimate, surely, within the margin, below, or unknown.

    Also lists the models whose own figures contradict each other: more compute than their hardware can do.
    """
    from plimsoll.assess.population import read_margin
    from plimsoll.assess.population_survey import as_json, survey
    from plimsoll.cli.check import choose_rulebooks
    from plimsoll.compute.catalogue import load_catalogue

    share = read_margin(margin)
    valid, known_on = read_dates(as_of, known)
    books = choose_rulebooks(rulebook, line)
    table = _read(csv, columns or [], quiet)
    found = survey(table, books, load_catalogue(), margin=share, as_of=valid, known=known_on)
    if json:
        show_json(as_json(found, str(csv)))
        return
    _show_lines(found)
    _show_discrepancies(found)
    _show_unreadable(found)
    options = {
        "--margin": [margin], "--rulebook": rulebook, "--map": columns, "--line": [line], "--as-of": [str(valid)],
        "--known": [str(known_on)],
    }  # fmt: skip
    say_how_to_replay(str(csv), f"sha256:{table.sha256}", ["population", str(csv)], options)


def _read(csv: Path, columns: list[str], quiet: bool) -> Population:
    from plimsoll.assess.population_map import read_map
    from plimsoll.assess.population_read import read_population

    names = read_map(columns)
    try:
        size = max(1, csv.stat().st_size)
    except OSError:  # the reader says what is wrong
        size = 1
    with progress("Reading the table", quiet=quiet) as advance:
        return read_population(csv, names, lambda read: advance(min(1.0, read / size)))


def _show_lines(found: Survey) -> None:
    compute = found.population.compute
    binding = [c.counts.above for c in found.lines if c.line.status == "in_force" and c.by == "compute"]
    rows = found.population.rows
    say(
        f"{max(binding):,} of {rows:,} models are above a line in force."
        if binding
        else f"None of the lines chosen is in force; where {rows:,} models stand all the same:"
    )
    say(f"{compute.unknown:,} do not state their training compute and count as unknown, never as below.\n")
    show_table(
        ("provision", "line (FLOP)", "status", "above", "surely", "unsure", "below", "unknown"),
        [_row(counted) for counted in found.lines],
        right=(3, 4, 5, 6, 7),
        title=f"Models above each line on {found.as_of}, as the law is known on {found.known}",
    )
    from plimsoll.assess.population_survey import decimal_text

    percent = decimal_text(found.margin * 100, 28)
    say(
        f"\nabove: by the stated figure. surely: even {percent} % less would be above. below: even {percent} % more "
        "would not be.\nunsure: indeterminate, because the line lies within the margin. Only the compute comparison of "
        "a provision\nis counted; its other conditions (revenue, modality, place) and status decide whether it binds."
    )
    if any(counted.by == "finetune_compute" for counted in found.lines):
        say("* counts fine-tuning only, so the stated fine-tuning compute is compared, not the total.")


def _row(counted: LineCount) -> tuple[str, ...]:
    from plimsoll.kernel.flop import show_flop

    line, counts = counted.line, counted.counts
    shown = "not set" if line.value is None else f"{_SIGNS[line.op]} {show_flop(line.value)}"
    if counted.by == "finetune_compute":
        shown += " *"
    return (
        line.provision,
        shown,
        line.status.replace("_", " "),
        *(f"{n:,}" for n in (counts.above, counts.surely_above, counts.indeterminate, counts.below, counts.unknown)),
    )


def _show_discrepancies(found: Survey) -> None:
    consistency = found.consistency
    if not found.population.claims:
        say("\nNo model states its hardware, how many and for how long, so no figure could be set against another.")
        return
    _show_group(consistency.accelerators, "accelerators built for training")
    if consistency.other.checked:
        _show_group(consistency.other, "other hardware (consumer cards, GPUs without 16-bit matrix units)")
    if consistency.unchecked:
        say(f"\n{consistency.unchecked} more name hardware that the catalogue does not have, or several kinds at once.")
    if consistency.accelerators.discrepancies or consistency.other.discrepancies:
        say(
            "\nutilisation: stated compute over what the stated hardware can do in the stated time; above 1 is "
            "impossible.\nAn open one is cleared by the true number of accelerators or hours, by a lower figure, or by "
            "the part of the\ncompute that a base model brought along."
        )


def _show_group(group: Group, hardware: str) -> None:
    listed = group.discrepancies
    outcome = f": {group.explained} explained by the base model's compute, {len(listed) - group.explained} open."
    say(
        f"\n{len(listed)} of {group.checked} models that name {hardware} claim more compute than that can do"
        f"{outcome if listed else '.'}"
    )
    if listed:
        show_table(
            ("model", "row", "hardware", "utilisation", "fine-tuning alone", "verdict"),
            [_discrepancy_row(discrepancy) for discrepancy in listed],
            right=(1, 3, 4),
        )


def _discrepancy_row(found: Discrepancy) -> tuple[str, ...]:
    from plimsoll.assess.population_survey import decimal_text

    return (
        found.claim.model,
        str(found.claim.row),
        found.claim.hardware,
        decimal_text(found.implied, 3),
        "not stated" if found.finetune is None else decimal_text(found.finetune, 3),
        "explained by base" if found.verdict == "explained_by_base" else "OPEN",
    )


def _show_unreadable(found: Survey) -> None:
    cells = found.population.unreadable
    if not cells:
        return
    count = "One cell or row" if len(cells) == 1 else f"{len(cells):,} cells or rows"
    say(f"\n{count} could not be read; nothing was dropped.")
    effects = {
        "unknown": "counted as unknown",
        "finetune_unknown": "its fine-tuning is unknown",
        "unchecked": "its compute counts, its hardware is not checked",
    }
    for cell in cells[:_SHOWN_CELLS]:
        place = f"row {cell.row}" + (f", {cell.column}" if cell.column else "")
        say(f"  {place}: {cell.what} [{cell.code}]; {effects[cell.effect]}. {cell.fix}")
    if len(cells) > _SHOWN_CELLS:
        say(f"  … and {len(cells) - _SHOWN_CELLS:,} more; --json lists them all.")
