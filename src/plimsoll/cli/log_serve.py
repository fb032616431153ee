"""`plimsoll log serve`: is a log's sequencer, asks its witnesses, and serves its checkpoint and tiles."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plimsoll.cli.console import note, say
from plimsoll.cli.log_inputs import KEYS, plural, published, reading, seconds, trusted
from plimsoll.cli.log_keys import LogKeyFiles, keys_of_log
from plimsoll.cli.log_run import Folder, opened
from plimsoll.cli.log_verify import PolicyFile

if TYPE_CHECKING:
    from plimsoll.ledger.log.log import Log
    from plimsoll.ledger.watch.serving import Server
    from plimsoll.ledger.watch.witness_client import WitnessClient


def serve(
    folder: Folder,
    *,
    host: Annotated[str, typer.Option("--host", help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: a free one, which is said.")] = 8_460,
    key: LogKeyFiles = None,
    policy: PolicyFile = None,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", min=0.05, help="Integrate what waits so often.")
    ] = 1.0,
    refresh: Annotated[
        str, typer.Option("--refresh", metavar="AGE", help="Ask the witnesses again so often, even if nothing is new.")
    ] = "1h",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Serve the files only: of a mirror, or beside the sequencer.")
    ] = False,
) -> None:
    """Run a log: take in what waits each second, collect the cosignatures of --policy's witnesses, serve the tiles.

    Witnesses are those lines of the policy that have an address. A log with a registration policy also takes statements
    (SCRAPI: POST /entries). Stop it with Ctrl-C or SIGTERM at any moment.
    """
    from plimsoll.kernel.errors import PlimsollError

    if read_only:
        _serve_files(str(folder), host, port)
        return
    pause = seconds(refresh)
    witnesses = None if policy is None else _witnesses(trusted(policy, None))
    signers = keys_of_log(folder, key)
    if not signers:
        raise PlimsollError(
            "log.key",
            "the log's keys are not here",
            fix=f"Put them into {folder / KEYS}, name them with --key, or --read-only.",
        )
    log = opened(folder, signers, witnesses)
    with closing(log):
        _run(folder, log, host, port, every, pause)


def _serve_files(place: str, host: str, port: int) -> None:
    from plimsoll.ledger.log.http_app import tiles_app
    from plimsoll.ledger.notes.checkpoint import read_checkpoint
    from plimsoll.ledger.watch.serving import Server

    with reading(place) as source:
        origin = read_checkpoint(published(source, place))[0].origin
        with Server(tiles_app(source), host, port) as server:
            say(f"{origin}: serving {server.url}")
            server.join()


def _run(folder: Path, log: Log, host: str, port: int, every: float, pause: int) -> None:
    """Is a log's sequencer and server until it is stopped, or until one of the two ends."""
    from plimsoll.ledger.log.desk import SNAPSHOT, Desk
    from plimsoll.ledger.log.http_app import tiles_app, with_filing
    from plimsoll.ledger.statements.scrapi import scrapi_app
    from plimsoll.ledger.watch.serving import Server

    # A log that may not sign says so before anybody can connect to it.
    _take_in(log)
    desk = Desk(log, snapshot=folder / SNAPSHOT)
    app = tiles_app(log.tiles)
    if desk.open:
        app = with_filing(scrapi_app(desk), app)
    ended: list[BaseException] = []
    stop = threading.Event()
    with Server(app, host, port) as server:
        say(f"{log.origin}: {_asked(log.witnesses)}{'taking statements, ' if desk.open else ''}serving {server.url}")
        threading.Thread(target=_until_down, args=(server, stop), daemon=True).start()
        worker = threading.Thread(target=_sequence, args=(log, stop, every, pause, ended), name="sequencer")
        worker.start()
        try:
            told: tuple[tuple[str, str], ...] = ()
            while not stop.wait(0.2):
                told = _told(log, told)
        finally:
            stop.set()
            worker.join()
    if ended:
        raise ended[0]


def _sequence(log: Log, stop: threading.Event, every: float, pause: int, ended: list[BaseException]) -> None:
    """Is the sequencer until `stop`; before each round the witnesses are asked for fresh times."""
    try:
        while not stop.is_set():
            if log.witnesses is not None:
                log.republish()
            log.run(_either(stop, pause), every)
    except BaseException as error:
        ended.append(error)
        stop.set()


def _take_in(log: Log) -> None:
    """Takes in what waits, behind another sequencer if there is one, for which it waits half a minute."""
    from plimsoll.kernel.errors import PlimsollError

    try:
        log.integrate(patience=0.2)
    except PlimsollError as problem:
        if problem.code != "log.sequencer_busy":
            raise
        note("note: another sequencer is writing this log; waiting for it to end")
    while log.integrate() is not None:
        pass


def _told(log: Log, before: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Says which witnesses did not cosign, once for as long as it stays so."""
    problems = log.witness_problems
    if problems != before:
        for url, why in problems:
            note(f"note: {url} did not cosign: {why}")
        if before and not problems:
            note("note: every witness that was asked cosigns again")
    return problems


def _until_down(server: Server, stop: threading.Event) -> None:
    server.join()
    stop.set()


def _either(stop: threading.Event, pause: int) -> threading.Event:
    """An event that is set once `stop` is, or when so many seconds have passed."""
    over = threading.Event()

    def watch() -> None:
        stop.wait(pause)
        over.set()

    threading.Thread(target=watch, daemon=True).start()
    return over


def _witnesses(policy: Any) -> WitnessClient | None:
    """Those witnesses of a policy that have an address, the keys of one address together."""
    from plimsoll.ledger.watch.witness_client import WitnessAddress, WitnessClient

    keys: dict[str, list[Any]] = {}
    for witness in policy.witnesses:
        if witness.url:
            keys.setdefault(witness.url, []).append(witness.key)
    if not keys:
        note("note: no witness of this policy has an address; nobody is asked")
        return None
    asked = [WitnessAddress(url, tuple(each)) for url, each in keys.items()]
    return WitnessClient(asked, policy if policy.quorum != "none" else None)


def _asked(witnesses: WitnessClient | None) -> str:
    return "" if witnesses is None else f"asking {plural(len(witnesses.witnesses), 'witness', 'witnesses')}, "
