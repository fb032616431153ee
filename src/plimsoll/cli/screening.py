"""`plimsoll parties screen`: who of the customers and their holders stands on a list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.console import counted, progress, say, show_json, show_table
from plimsoll.cli.options import Json

FOUND = 3
"""Exit code where somebody was found."""


def screen(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="A register's folder, or filings: files, and folders.")
    ],
    lists: Annotated[
        list[Path], typer.Option("--list", metavar="FILE", help="A list in FollowTheMoney form; may be repeated.")
    ],
    *,
    names: Annotated[
        bool, typer.Option("--names", help="Compare names too, with nomenklatura in an environment of its own.")
    ] = False,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Screens by official number, and with --names by name. Exit 0: nobody found; 3: somebody; 2: unusable input."""
    from contextlib import nullcontext

    from plimsoll.parties.identify import read_register
    from plimsoll.parties.screening.names import nomenklatura
    from plimsoll.parties.screening.screen import hits

    with nomenklatura() if names else nullcontext() as matcher, progress("reading records", quiet=quiet) as advance:
        register = read_register(paths, progress=lambda step, at, total: advance(at / total if total else 0.0, step))
        advance(0.9, "screening")
        found = hits(register.resolution.party_of, register.delivery.records, lists, matcher)
    if as_json:
        show_json([{field: getattr(hit, field) for field in hit.__dataclass_fields__} for hit in found])
    elif found:
        rows = [(hit.list_name, hit.caption, hit.who, hit.party, hit.by, f"{hit.score}") for hit in found]
        show_table(("list", "listed", "found as", "party", "by", "score"), rows, right=(5,))
    else:
        how = "by number or name" if names else "by number; --names compares names too"
        say(f"Nobody of {counted(len(set(register.resolution.party_of)), 'legal person')} was found, {how}.")
    if found:
        raise typer.Exit(FOUND)
