"""`plimsoll rulebook`: read the law, compare regimes at an amount of compute, run the worked cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.console import say, show_json, show_table
from plimsoll.cli.options import AsOf, Json, Known, read_dates

if TYPE_CHECKING:
    from datetime import date

    from plimsoll.rulebook.law import Provision, ProvisionVersion, Rulebook

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The law as data: list it, show it, compare it, test it."
)


@app.command("list", short_help="Every rulebook, its lines and their status.")
def list_rulebooks(as_of: AsOf = None, known: Known = None, json: Json = False) -> None:
    """Every rulebook that ships, with its compute lines and their legal status."""
    from plimsoll.kernel.flop import flop_text, show_flop
    from plimsoll.rulebook.load import load_library

    valid, known_on = read_dates(as_of, known)
    books = load_library().values()
    if json:
        show_json(
            [
                {
                    "id": book.id, "version": book.version, "title": book.title, "jurisdiction": book.jurisdiction,
                    "kind": book.kind, "digest": book.digest,
                    "lines": [
                        {"provision": line.provision, "metric": line.metric, "op": line.op, "status": line.status,
                         "line": None if line.value is None else flop_text(line.value)}
                        for line in book.lines(valid, known_on)
                    ],
                }
                for book in books
            ]
        )  # fmt: skip
        return
    rows = []
    for book in books:
        lines = book.lines(valid, known_on)
        shown = sorted({("not set" if ln.value is None else show_flop(ln.value), ln.status) for ln in lines})
        amounts = ", ".join(dict.fromkeys(amount for amount, _ in shown)) or "qualitative"
        status = ", ".join(dict.fromkeys(s.replace("_", " ") for _, s in shown)) or _status(book, valid, known_on)
        rows.append((book.id, book.jurisdiction, amounts, status, book.title))
    show_table(("id", "where", "lines (FLOP)", "status", "title"), rows, title=f"Rulebooks on {valid}")


def _status(book: Rulebook, valid: date, known: date) -> str:
    found = {v.status for p in book.provisions if (v := p.version(valid, known)) is not None}
    return ", ".join(sorted(s.replace("_", " ") for s in found)) or "not in force"


@app.command(short_help="One rulebook in words.")
def show(
    rulebook: Annotated[str, typer.Argument(metavar="ID", help="A shipped rulebook, or the path of a .yaml file.")],
    as_of: AsOf = None,
    known: Known = None,
) -> None:
    """One rulebook in words: lines, tiers, duties with their clocks, sources, reviews, and the facts it asks for."""
    from plimsoll.rulebook.load import find_rulebook

    book = find_rulebook(rulebook)
    valid, known_on = read_dates(as_of, known)
    say(f"{book.title}\n{book.summary}\n")
    say(f"id {book.id} · version {book.version} · {book.kind} · {book.jurisdiction} · {book.cite}")
    say(f"digest {book.digest}")
    say("checked by " + ", ".join(book.checked_by) if book.checked_by else "No second person has checked it yet.")
    for parameter in book.parameters.values():
        mark = " (a placeholder: nobody has set it)" if parameter.placeholder else ""
        say(f"parameter {parameter.id} = {parameter.value} {parameter.unit}{mark}, set by {parameter.set_by}")
    for provision in book.provisions:
        _show_provision(book, provision, provision.version(valid, known_on), valid, known_on)
    if book.reviews:
        say("\nWho may revise it, and when it must be reviewed")
    for review in book.reviews:
        every = f", every {str(review.every).removeprefix('1 ')}" if review.every else ""
        following = f", next {review.next}" if review.next else ""
        say(f"  {review.who}: {review.what}{every}{following} ({review.cite})")
    _show_facts(book)


def _show_facts(book: Rulebook) -> None:
    from plimsoll.rulebook.asked import facts_asked
    from plimsoll.rulebook.vocabulary import ATTRIBUTES

    asked = facts_asked(book)
    say("\nFacts that it asks for beside the compute, by the names that a declaration uses")
    attributes = []
    for name in asked.attributes:
        allowed = ATTRIBUTES[name]
        choices = "true, false" if not isinstance(allowed, tuple) else ", ".join(allowed)
        attributes.append(f"{name} ({choices})" if choices else name)
    sections = {"quantities": asked.quantities, "attributes": (*attributes, *asked.dates), "events": asked.events}
    for section, names in sections.items():
        if names:
            say(f"  {section}: {', '.join(names)}")
    if asked.questions:
        say("  answers:")
    for question in asked.questions:
        say(f"    {question.id}: {question.text} ({question.decided_by})")


def _show_provision(
    book: Rulebook, provision: Provision, version: ProvisionVersion | None, valid: date, known: date
) -> None:
    from plimsoll.rulebook.deadlines import clock_words
    from plimsoll.rulebook.explain import describe

    coming = version is None
    version = version or provision.next_version(valid, known)
    say(f"\n{provision.id}: {provision.title} ({provision.cite})")
    if version is None:
        say(f"  not law on {valid} as known on {known}")
        return
    status = f"takes effect on {version.valid_from}" if coming else version.status.replace("_", " ")
    tier = version.tier.replace("_", " ") + (f": {version.permitted_to}" if version.permitted_to else "")
    say(f"  {status} · {tier} · {version.cite}")
    say(f"  when {describe(version.when)}")
    for exemption in version.exemptions:
        say(f"  except {exemption.text} ({exemption.cite})")
    for transition in version.transitions:
        say(f"  by {transition.date} at the latest where {describe(transition.when)} ({transition.cite})")
    for obligation in version.obligations:
        recipient = book.recipients[obligation.to].name
        say(f"  - {obligation.who}: {obligation.what}, to {recipient} ({obligation.cite})")
        if obligation.when is not None:
            say(f"    only if {describe(obligation.when)}")
        clock = obligation.clock
        say(f"    clock: {clock_words(clock)}" + (f". {clock.note}" if clock.note else ""))
    if version.note:
        say(f"  note: {version.note}")


@app.command(short_help="What every line says about one amount.")
def compare(
    flop: Annotated[str, typer.Option("--flop", metavar="FLOP", help='Compute of a training run, e.g. "3e25".')],
    as_of: AsOf = None,
    known: Known = None,
    json: Json = False,
) -> None:
    """What every regime's compute lines say about one amount."""
    from plimsoll.kernel.estimate import Estimate
    from plimsoll.kernel.estimate import compare as compare_estimate
    from plimsoll.kernel.flop import flop_text, parse_flop, show_flop
    from plimsoll.rulebook.explain import COMPARISONS
    from plimsoll.rulebook.load import load_library

    amount = parse_flop(flop)
    valid, known_on = read_dates(as_of, known)
    results: list[dict[str, Any]] = []
    rows = []
    for book in load_library().values():
        for line in book.lines(valid, known_on):
            result = "unknown"
            if line.value is not None and line.counts_pretraining:
                result = compare_estimate(Estimate.exact(amount), line.op, line.value).result.value
            value = None if line.value is None else flop_text(line.value)
            results.append(
                {"regime": line.regime, "provision": line.provision, "status": line.status, "line": value,
                 "result": result, "op": line.op, "metric": line.metric, "tier": line.tier, "cite": line.cite}
            )  # fmt: skip
            shown = "not set" if line.value is None else f"{COMPARISONS[line.op]} {show_flop(line.value)}"
            rows.append((line.regime, line.title, shown, result, line.status.replace("_", " "),
                         line.tier.replace("_", " ")))  # fmt: skip
    if json:
        show_json({"flop": flop_text(amount), "as_of": str(valid), "known": str(known_on), "results": results})
        return
    past = sum(1 for r in results if r["result"] == "true")
    binding = sum(1 for r in results if r["result"] == "true" and r["status"] == "in_force")
    say(f"{show_flop(amount)} FLOP is past {past} of {len(results)} lines on {valid}; {binding} of them bind.\n")
    show_table(("regime", "provision", "line", "past it", "status", "above it"), rows)


@app.command("test", short_help="Run worked cases.")
def run_cases(
    path: Annotated[
        Path | None, typer.Argument(help="A case file or a folder of them (default: the cases that ship).")
    ] = None,
) -> None:
    """Run worked cases: facts in, expected answers and due dates out. Exit 1 where one fails."""
    from plimsoll.rulebook.cases import case_files, read_cases, run_case

    total = 0
    failures = []
    for file in case_files(path):
        content = read_cases(file)
        total += len(content.cases)
        for case in content.cases:
            failures += run_case(case, content.rulebook)
    for failure in failures:
        say(f"{failure.case.where}: {failure.case.name}\n  {failure.what}")
    failed = len({id(f.case) for f in failures})
    say(f"{total - failed} cases hold, {failed} fail")
    if failures:
        raise typer.Exit(1)
