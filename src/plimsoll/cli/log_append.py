"""`plimsoll log append`: files become entries, wait for their places, and get their receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import Advance, note, progress, show_json, show_table
from plimsoll.cli.log_keys import by_role
from plimsoll.cli.log_run import Folder, Quiet, opened
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.cli.log_entries import Logged
    from plimsoll.ledger.log.log import Log

_BATCH = 2_000


def append(
    folder: Folder,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Entries: statements, or any bytes.", show_default=False)
    ],
    *,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="An issuer's key, to sign a statement on each file; or the log's."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="TEXT", help="What a statement is about; a pseudonymous case id.")
    ] = None,
    receipts: Annotated[
        Path | None, typer.Option("--receipts", metavar="DIR", help="Write a receipt (and the statement) of each file.")
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, help="Wait so long for another sequencer.")
    ] = 30.0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Log files: each becomes an entry; the same bytes twice are one entry.

    A COSE statement is logged without its unprotected header. With an issuer's --key a statement is signed on the
    digest of each file, and that is logged. If `plimsoll log serve` runs, it does the rest.
    """
    from plimsoll.cli.log_entries import entries_of, write_receipts
    from plimsoll.kernel.errors import PlimsollError

    signers, issuers = by_role(folder, key)
    if len(issuers) > 1:
        raise PlimsollError("log.two_issuers", "two issuers' keys are given", fix="Sign with one key at a time.")
    log = opened(folder, signers)
    try:
        logged = entries_of(files, issuers[0] if issuers else None, subject)
        with progress("logging", quiet=quiet) as advance:
            tickets = queued(folder, log, logged)
            indices = settled(log, tickets, wait, advance, signing=bool(signers))
        if receipts is not None:
            write_receipts(log, logged, indices, receipts)
    finally:
        log.close()
    rows = [(str(each.file), ticket.hex(), at) for each, ticket, at in zip(logged, tickets, indices, strict=True)]
    if as_json:
        show_json([{"file": file, "index": at, "leaf": leaf} for file, leaf, at in rows])
    elif not quiet:
        show_table(
            ("file", "entry", "leaf hash"),
            [(file, "waits" if at is None else f"{at:,}", leaf) for file, leaf, at in rows],
            right=(1,),
        )
    if None in indices:
        note("note: what waits is stored and gets its place as soon as `plimsoll log serve` runs with the log's keys")


def queued(folder: Path, log: Log, logged: Sequence[Logged]) -> list[bytes]:
    """The ticket of each entry, once it is stored durably; a log with a registration policy judges each first."""
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.log.desk import SNAPSHOT, Desk

    if takes_statements_only(log):
        desk = Desk(log, snapshot=folder / SNAPSHOT)
        tickets = []
        for each in logged:
            try:
                tickets.append(bytes.fromhex(desk.submit(each.entry)))
            except PlimsollError as problem:
                raise problem.at(Where(str(each.file))) from None
        return tickets
    return [
        ticket
        for start in range(0, len(logged), _BATCH)
        for ticket in log.append_many([each.entry for each in logged[start : start + _BATCH]])
    ]


def takes_statements_only(log: Log) -> bool:
    """Whether the log began with a registration policy."""
    return name_in_policy(log) is not None


def name_in_policy(log: Log) -> str | None:
    """What its registration policy calls a log; None for a log that began otherwise."""
    from plimsoll.ledger.statements.registration import Registrar

    first = Registrar()
    first.apply(log.entry(0))
    return first.name


def settled(log: Log, tickets: Sequence[bytes], wait: float, advance: Advance, *, signing: bool) -> list[int | None]:
    """The index of each entry, None for one that nobody has given its place in time."""
    from plimsoll.kernel.errors import PlimsollError

    if signing:
        try:
            while log.queue.pending() or log.queue.planned() is not None:
                log.integrate(patience=0)
                advance(0.5, "integrating")
        except PlimsollError as problem:
            if problem.code != "log.sequencer_busy":
                raise
    return list(_places(log, tickets, wait))


def _places(log: Log, tickets: Sequence[bytes], wait: float) -> Iterator[int | None]:
    import time

    from plimsoll.kernel.errors import PlimsollError

    deadline = time.monotonic() + wait
    for ticket in tickets:
        try:
            yield log.wait(ticket, max(0.0, deadline - time.monotonic()))
        except PlimsollError as problem:
            if problem.code != "entry.waiting":
                raise
            yield None
