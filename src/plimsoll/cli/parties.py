"""`plimsoll parties`: which records are one legal person, who controls whom, why, and what an officer decided."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.console import counted, note, progress, say, show_json, show_table
from plimsoll.cli.options import Json
from plimsoll.cli.screening import screen

if TYPE_CHECKING:
    from plimsoll.parties.register.folder import Register

app = typer.Typer(no_args_is_help=True, help="Who is behind which account: legal persons, control groups, and why.")

_Folder = Annotated[Path, typer.Option("--register", metavar="DIR", help="The register's folder.")]
_By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
_Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why.")]
_Engine = Annotated[str, typer.Option("--engine", metavar="NAME", help="duckdb, local[N] or spark://HOST:PORT.")]
_Threads = Annotated[int | None, typer.Option("--threads", min=1, help="Use at most so many threads.")]
_Key = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The key that hashes what was filed in plain.")
]
_LISTED = 40

app.command(short_help="Who stands on a sanctions or high-risk list.")(screen)


@app.command(short_help="Filings into a register: which records are one legal person.")
def resolve(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Filings: files, and folders of them.")],
    register: _Folder,
    *,
    key: _Key = None,
    engine: _Engine = "duckdb",
    threads: _Threads = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")] = False,
) -> None:
    """Takes filings into a register, new or known. Only pairs with a new or changed record are compared; the answer
    is the same as if everything had been filed at once."""
    from plimsoll.assess.input_names import Names
    from plimsoll.compute.engine import connect
    from plimsoll.parties.keyed_hash import read_key
    from plimsoll.parties.register.folder import is_register, open_register, save_register
    from plimsoll.parties.register.intake import found_in, taken_in

    secret = None if key is None else read_key(key)
    known = open_register(register) if is_register(register) else None
    with progress("reading filings", quiet=quiet) as advance:

        def told(step: str, done: int, total: int) -> None:
            advance(done / total if total else 0.0, step)

        @cache
        def names() -> Names:
            return Names(paths)

        def called(path: str) -> str:
            return names().of(path)

        backend = connect(engine, threads)
        if known is None:
            found, again = found_in(paths, backend, key=secret, name=called, progress=told), 0
        else:
            found, again = taken_in(known, paths, backend, key=secret, name=called, progress=told)
        save_register(found, register)
    answer = _summary(found)
    if as_json:
        show_json(answer)
    elif not quiet:
        _show_summary(found, answer, again)


@app.command(short_help="Why two records count as one party, or do not.")
def explain(
    one: Annotated[str, typer.Argument(metavar="A", help="An account (provider/account), a record number or a party.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    register: _Folder,
    *,
    as_json: Json = False,
) -> None:
    """Lays the evidence out as a waterfall: the prior, every comparison with its weight in bits, the total."""
    from plimsoll.cli.party_answers import explanation_json, show_explanation
    from plimsoll.compute.engine import connect
    from plimsoll.parties.register.folder import open_register
    from plimsoll.parties.register.naming import two_records
    from plimsoll.parties.resolution.explain import explain as evidence

    opened = open_register(register)
    ends = two_records(opened, one, other)
    found = evidence(
        opened.delivery.records, opened.resolution, opened.model, opened.decisions, ends, connect(threads=1)
    )
    if as_json:
        show_json(explanation_json(found))
    else:
        show_explanation(found)


@app.command(short_help="One control group: members, links, the weakest one, hubs.")
def group(
    which: Annotated[str, typer.Argument(metavar="ID", help="A group, or an account or party of it.")],
    register: _Folder,
    *,
    as_json: Json = False,
) -> None:
    """Prints a control group with the evidence that ties it together, and the hubs that its members sit in."""
    from plimsoll.cli.party_answers import group_json, show_group
    from plimsoll.parties.identify import drawn_graph, known_parties
    from plimsoll.parties.register.folder import open_register
    from plimsoll.parties.register.naming import group_of

    with progress("reading the register") as advance:
        opened = open_register(register)
        advance(0.4, "drawing the control graph")
        known = known_parties(opened, drawn_graph(opened))
    found = group_of(known, which)
    if as_json:
        show_json(group_json(known, found))
    else:
        show_group(known, found)


@app.command(short_help="An officer decides: these two are the same legal person.")
def same(
    one: Annotated[str, typer.Argument(metavar="A")],
    other: Annotated[str, typer.Argument(metavar="B")],
    register: _Folder,
    by: _By,
    because: _Because,
) -> None:
    """Joins two records, whatever the model says, until the decision is revoked."""
    _decide(register, one, other, by, because, same=True)


@app.command(short_help="An officer decides: these two are different legal persons.")
def different(
    one: Annotated[str, typer.Argument(metavar="A")],
    other: Annotated[str, typer.Argument(metavar="B")],
    register: _Folder,
    by: _By,
    because: _Because,
) -> None:
    """Keeps two records apart, whatever the model says, until the decision is revoked."""
    _decide(register, one, other, by, because, same=False)


@app.command(short_help="Revoke a decision.")
def revoke(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id.")],
    register: _Folder,
    by: _By,
    because: _Because,
) -> None:
    """Ends a decision; it stays on record, with the revocation."""
    from plimsoll.kernel.clock import SystemClock
    from plimsoll.parties.register.folder import open_register, save_register
    from plimsoll.parties.resolution.decisions import revoke as revocation

    opened = open_register(register)
    entry = revocation(opened.entries, decision, by=by, because=because, at=SystemClock().now())
    save_register(opened.decided(entry), register)
    say(f"{decision} is revoked.")


@app.command("list", short_help="Parties with several accounts, and the decisions in force.")
def list_parties(register: _Folder, *, as_json: Json = False) -> None:
    """Lists the parties that hold several accounts, the most first, and every decision in force."""
    from plimsoll.parties.register.folder import open_register

    opened = open_register(register)
    parties = _members(opened)
    answer = _summary(opened)
    if as_json:
        show_json({**answer, "members": parties, "decisions": _decisions(opened)})
        return
    _show_summary(opened, answer, 0)
    several = sorted(
        ((party, found) for party, found in parties.items() if len(found) > 1),
        key=lambda part: (-len(part[1]), part[0]),
    )
    if several:
        say()
        names = dict(
            zip(*(opened.delivery.records.column(part).to_pylist() for part in ("subject", "legal_name")), strict=True)
        )
        rows = [(party, str(len(found)), names[found[0]], ", ".join(found[:3])) for party, found in several[:_LISTED]]
        show_table(("party", "accounts", "name", "which"), rows, right=(1,))
        if len(several) > _LISTED:
            say(f"and {len(several) - _LISTED:,} more; --json has all of them")
    if opened.decisions:
        say()
        decided = [(d["id"], d["entry"], d["one"], d["other"], d["by"], d["because"]) for d in _decisions(opened)]
        show_table(("decision", "says", "one", "other", "by", "because"), decided)


def _decide(folder: Path, one: str, other: str, by: str, because: str, *, same: bool) -> None:
    from plimsoll.kernel.clock import SystemClock
    from plimsoll.parties.register.folder import open_register, save_register
    from plimsoll.parties.register.naming import two_records
    from plimsoll.parties.resolution.decisions import decide

    opened = open_register(folder)
    ends = two_records(opened, one, other)
    subjects = [opened.resolution.known.subjects[record] for record in ends]
    entry = decide(*subjects, same=same, by=by, because=because, at=SystemClock().now())
    after = opened.decided(entry)
    save_register(after, folder)
    parties = {after.resolution.party_of[record] for record in ends}
    say(f"{entry.id}: {subjects[0]} and {subjects[1]} are {'the same' if same else 'different'}.")
    say(f"They are now {' and '.join(sorted(parties))}. Revoke it with: plimsoll parties revoke {entry.id}")


def _members(register: Register) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subject, party in zip(register.resolution.known.subjects, register.resolution.party_of, strict=True):
        found.setdefault(party, []).append(subject)
    return found


def _decisions(register: Register) -> list[dict[str, str]]:
    from plimsoll.parties.resolution.decisions import as_json

    return [as_json(decision) for decision in register.decisions]


def _summary(register: Register) -> dict[str, Any]:
    delivery, resolution = register.delivery, register.resolution
    return {
        "records": delivery.records.num_rows,
        "parties": len(set(resolution.party_of)),
        "links": len(resolution.links),
        "kept_apart": len(resolution.cut),
        "decisions": len(register.decisions),
        "files": len(delivery.files),
        "rejected": sum(file.rejected for file in delivery.files),
        "model": register.model.version,
    }


def _show_summary(register: Register, answer: dict[str, Any], again: int) -> None:
    say(f"{counted(answer['records'], 'record')}: {answer['parties']:,} legal persons (model {answer['model']}).")
    if again:
        say(f"{counted(again, 'file')} stood in the register already.")
    if answer["kept_apart"]:
        apart = counted(answer["kept_apart"], "linked pair")
        say(f"{apart} kept apart: official numbers contradict, or an officer says so.")
    for line in register.delivery.notes:
        note(line)
    unread = [file for file in register.delivery.files if file.format == "unreadable"]
    for rejection in [each for each in register.delivery.rejections if each.row == 0][:_LISTED]:
        note(f"{rejection.file}: {rejection.what} [{rejection.code}]\n  Fix: {rejection.fix}")
    if unread:
        note(f"{counted(len(unread), 'file')} could not be read.")
