"""The `plimsoll` command: gathers the command groups and turns every refusal into a message and an exit code.

Exit codes: 0 done, 1 a check failed (or whoever read the output went away), 2 unusable input, 3 findings, 70 a fault
of ours, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import io
import os
import signal
import sys

import typer

from plimsoll.cli import data, hardware, kyc, log, parties, rulebook, witness
from plimsoll.cli.assess import assess
from plimsoll.cli.check import check
from plimsoll.cli.console import note
from plimsoll.cli.population import population
from plimsoll.cli.sample import sample
from plimsoll.kernel.errors import PlimsollError

app = typer.Typer(
    name="plimsoll",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich would more than double the time that --help takes
    help="The load line for AI: who is past which legal line of training compute, what they owe, and why.",
)
app.command(short_help="One declared model or run against the law.")(check)
app.command(short_help="A table of models against every line.")(population)
app.command(short_help="Usage reports against declarations: findings.")(assess)
app.add_typer(rulebook.app, name="rulebook", short_help="The law as data: list, show, compare, test.")
app.add_typer(hardware.app, name="hardware", short_help="Accelerators, their peaks and the sources.")
app.add_typer(kyc.app, name="kyc", short_help="Who the customers are: check and convert filings.")
app.command(short_help="Write an invented jurisdiction to try it on.")(sample)
app.add_typer(parties.app, name="parties", short_help="Who is behind which account, and why.")
app.add_typer(log.app, name="log", short_help="The record: run, prove, verify, mirror.")
app.add_typer(witness.app, name="witness", short_help="Cosign what others log.")
app.add_typer(data.app, name="data", short_help="Fetch public data sets.")


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    if version:
        from importlib.metadata import version as installed

        print(installed("plimsoll"))
        raise typer.Exit


def run() -> None:
    """Entry point of the console script."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name of stray bytes, or a terminal without superscripts, must not cost the answer.
        sys.stdout.reconfigure(errors="backslashreplace")
    stopped = _stop_cleanly()
    try:
        app()
    except PlimsollError as problem:
        note(f"error: {problem}")
        sys.exit(2)
    except OSError as problem:
        place = problem.filename or "the output"
        note(f"error: {place}: {problem.strerror or problem} [system.refused]")
        note("  Fix: Check the path, its permissions and the free space.")
        sys.exit(2)
    except Exception as fault:
        if stopped:
            sys.exit(stopped[0])
        if os.environ.get("PLIMSOLL_TRACEBACK"):
            raise
        note(f"error: {type(fault).__name__}: {fault} [internal.fault]")
        note("  Fix: this is our fault, not your input's. Set PLIMSOLL_TRACEBACK=1, run it again, report it.")
        sys.exit(70)


def _stop_cleanly() -> list[int]:
    """Lets a polite request to stop (Ctrl-C, or that of a service manager) clean up first.

    Returns:
        The exit code, once there was such a request: the engine turns an interruption into an error of its own.
    """
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(128 + number)
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, stop)
    return stopped
