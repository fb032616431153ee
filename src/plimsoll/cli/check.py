"""`plimsoll check`: what the law says about one declared model or run, and what is owed to whom by when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import note, say, say_how_to_replay, show_json, show_table
from plimsoll.cli.options import AsOf, Json, Known, Line, Rulebooks, read_dates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from plimsoll.assess.check import Check, CheckedProvision, Duty
    from plimsoll.assess.declarations import Declaration
    from plimsoll.kernel.estimate import Estimate
    from plimsoll.rulebook.law import Rulebook


def check(
    file: Annotated[Path, typer.Argument(help="A file with one declaration or more.")],
    *,
    rulebook: Rulebooks = None,
    line: Line = None,
    as_of: AsOf = None,
    known: Known = None,
    declaration: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Which declaration, where the file holds several.")
    ] = None,
    json: Json = False,
) -> None:
    """Is this model or run past a line? Says which, what would flip the answer, and what is owed by when."""
    from plimsoll.assess.check import as_json
    from plimsoll.assess.check import check as check_declaration
    from plimsoll.assess.declarations import load_declarations
    from plimsoll.kernel.canonical import digest_of_bytes

    valid, known_on = read_dates(as_of, known)
    books = choose_rulebooks(rulebook, line)
    chosen = _choose(load_declarations(file), declaration, file)
    checked = check_declaration(chosen, books, valid, known_on)
    if json:
        show_json(as_json(checked))
        return
    _show(checked, everything=bool(rulebook))
    source = Path(chosen.file)
    if not source.is_file():  # a pipe cannot be read again
        return
    options = {
        "--rulebook": rulebook, "--line": [line], "--id": [declaration], "--as-of": [str(valid)],
        "--known": [str(known_on)],
    }  # fmt: skip
    say_how_to_replay(str(source), digest_of_bytes(source.read_bytes()), ["check", str(file)], options)


def choose_rulebooks(names: Sequence[str] | None, line: str | None) -> list[Rulebook]:
    """The rulebooks asked for, each with its line set to `line` where one is given.

    Raises:
        PlimsollError: ``rulebook.unknown``; ``rulebook.fixed_line`` where a named rulebook sets its own line.
    """
    from plimsoll.kernel.flop import parse_flop
    from plimsoll.rulebook.law import SANE_FLOOR
    from plimsoll.rulebook.load import find_rulebook, load_library

    books = [find_rulebook(name) for name in dict.fromkeys(names)] if names else list(load_library().values())
    if line is None:
        return books
    amount = parse_flop(line)
    if amount < SANE_FLOOR:
        note(f"note: a line of {amount} FLOP is below 10^18, where no law draws one; was a superscript lost?")
    if names:
        return [book.with_line(amount) for book in books]
    return [book.with_line(amount) if "line" in book.parameters else book for book in books]


def _choose(declarations: Sequence[Declaration], wanted: str | None, file: Path) -> Declaration:
    from plimsoll.kernel.errors import PlimsollError, Where

    if not declarations:
        raise PlimsollError(
            "check.nothing", "the file declares nothing", fix="Write a declaration as docs/howto/assess.md shows.",
            where=Where(file=str(file)),
        )  # fmt: skip
    if wanted is None and len(declarations) == 1:
        return declarations[0]
    for declaration in declarations:
        if declaration.id == wanted:
            return declaration
    ids = [declaration.id for declaration in declarations]
    shown = ", ".join(ids[:10]) + (f" and {len(ids) - 10} more" if len(ids) > 10 else "")
    what = f'there is no declaration "{wanted}"' if wanted else f"there are {len(ids)} declarations to choose from"
    raise PlimsollError(
        "check.which", what, fix=f"Name one with --id: {shown}.", where=Where(file=declarations[0].file)
    )


def _show(checked: Check, *, everything: bool) -> None:
    say(_headline(checked) + "\n")
    answered = [r for r in checked.results if _is_shown(r)]
    columns = ("regime", "provision", "status", "holds", "estimate (FLOP)", "line", "flips at")
    show_table(columns, [_row(result) for result in answered], right=(6,))
    hidden = [r for r in checked.results if not _is_shown(r)]
    if hidden:
        unknown = sum(1 for r in hidden if r.result.value == "unknown")
        provisions = "one provision" if len(hidden) == 1 else f"{len(hidden)} provisions"
        say(
            f"\nNot shown, but in --json: {provisions} without a compute line, "
            f"{unknown} of them unknown because the file does not state the facts that they ask for."
        )
    _show_duties(checked.duties, everything=everything)
    if checked.contradictions:
        say("\nThese figures contradict each other")
        for sentence in checked.contradictions:
            say(f"  {sentence}")
    if checked.caveats:
        say("\nWhat the figures leave open")
        for sentence in checked.caveats:
            say(f"  {sentence}")


def _is_shown(result: CheckedProvision) -> bool:
    """Compute lines, and whatever else holds for this model, run or developer."""
    if result.subject in ("incident", "cluster"):
        return False
    return result.metric is not None or result.result.value == "true"


def _headline(checked: Check) -> str:
    """The finding as one sentence."""
    name = checked.declaration.name
    past = [r for r in checked.results if r.by_point.value == "true" and r.metric is not None]
    open_ = [r for r in checked.results if r.result.value == "unknown" and r.metric is not None]
    binding = list(dict.fromkeys(r.regime for r in past if r.binding))
    others = list(dict.fromkeys(r.regime for r in past if not r.binding and r.regime not in binding))
    day = f"on {checked.as_of}"
    if binding:
        text = f"{name} is past a line that binds {day}: {', '.join(binding)}"
        return f"{text}; and past lines that do not bind: {', '.join(others)}." if others else text + "."
    if others:
        return f"{name} is past no line that binds {day}; it is past lines that do not bind: {', '.join(others)}."
    if open_:
        return f"Whether {name} is past a line {day} cannot be said: {len(open_)} of its answers are unknown."
    return f"{name} is past no compute line {day}."


def _row(result: CheckedProvision) -> tuple[str, ...]:
    from plimsoll.kernel.flop import show_flop
    from plimsoll.rulebook.explain import COMPARISONS

    line = ""
    if result.metric is not None:
        line = (
            "no number" if result.line is None else f"{COMPARISONS[result.comparator or 'gt']} {show_flop(result.line)}"
        )
    return (
        result.regime,
        result.provision.removeprefix(result.regime + "."),
        (result.status or "no text").replace("_", " "),
        result.result.value.replace("_", " "),
        "" if result.metric is None or result.result.value == "not_in_force" else _estimate(result.estimate),
        line,
        "" if result.flip_at is None else f"{result.flip_at}",
    )


def _estimate(estimate: Estimate | None) -> str:
    from plimsoll.kernel.flop import show_flop

    if estimate is None:
        return "not declared"
    if estimate.high is None:
        return f"at least {show_flop(estimate.low)}"
    if estimate.low == estimate.high:
        return show_flop(estimate.point)
    return f"{show_flop(estimate.point)} ({show_flop(estimate.low)} to {show_flop(estimate.high)})"


_HEADINGS = (
    (("in_force",), "What is owed"),
    (("enacted", "passed", "proposed"), "What laws not in force and proposals would ask"),
)


def _show_duties(duties: Sequence[Duty], *, everything: bool) -> None:
    """Dated duties first; of laws that do not bind, undated ones only where their rulebooks were asked for by name."""
    for statuses, heading in _HEADINGS:
        group = [duty for duty in duties if duty.status in statuses]
        shown = [duty for duty in group if duty.due is not None or duty.binding or everything]
        if group:
            say(f"\n{heading}")
        for duty in shown:
            say(f"  {_due(duty)}: {duty.what}, to {duty.recipient} ({duty.regime}, {duty.citation})")
            say(f"    {duty.clock}")
        if len(shown) < len(group):
            say(f"  Duties without a date: {len(group) - len(shown)}. Name their rulebook with --rulebook to see them.")
    dead = sum(1 for duty in duties if not any(duty.status in statuses for statuses, _ in _HEADINGS))
    if dead:
        say(f"\nNot shown, but in --json: duties of laws that were revoked, vetoed or never made final ({dead}).")


def _due(duty: Duty) -> str:
    """Recipient's local time, and UTC."""
    from zoneinfo import ZoneInfo

    from plimsoll.kernel.period import instant_text

    if duty.due is None:
        return "no date yet"
    local = duty.due.astimezone(ZoneInfo(duty.time_zone))
    if duty.time_zone == "UTC":
        return f"before {_moment(local)} UTC"
    return f"before {_moment(local)} in {duty.time_zone} ({instant_text(duty.due)})"


def _moment(local: datetime) -> str:
    """A deadline at midnight is the end of the day before it, which is how people read it."""
    from datetime import timedelta

    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"the end of {local - timedelta(days=1):%A %Y-%m-%d}"
    return f"{local:%A %Y-%m-%d %H:%M}"
