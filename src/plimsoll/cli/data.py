"""`plimsoll data`: fetch the current public data sets that the other commands read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.console import progress, say, show_table

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Public data sets: fetch the current ones.")
fetch = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Fetch a publisher's current files, checked, with a checksum report.",
)
app.add_typer(fetch, name="fetch")


@fetch.callback()
def _publishers() -> None:
    """Fetch a publisher's current files, checked, with a checksum report."""


@fetch.command()
def epoch(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder for the files.")] = Path("data/epoch"),
    *,
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Where the files lie.")
    ] = "https://epoch.ai/data",
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Epoch AI's tables of models and accelerators (CC BY 4.0). They arrive whole and checked, or nothing changes."""
    from plimsoll.cli.epoch_files import ATTRIBUTION, REPORT, fetch_epoch
    from plimsoll.kernel.clock import SystemClock

    with progress("Fetching from Epoch AI", quiet=quiet) as advance:
        arrived = fetch_epoch(base_url, to, SystemClock().now(), advance)
    say(f"{len(arrived)} files from {ATTRIBUTION} (CC BY 4.0) are in {to}.\n")
    show_table(
        ("file", "rows", "bytes", "sha256", "before"),
        [(file.name, f"{file.rows:,}", f"{file.size:,}", file.sha256, file.before) for file in arrived],
        right=(1, 2),
    )
    say(f"\nCheck them later with: (cd {to} && sha256sum -c {REPORT})")
