"""Options that several commands share, so that one word means one thing on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

Rulebooks = Annotated[
    list[str] | None,
    typer.Option("--rulebook", metavar="ID", help="A rulebook by id, or the path of one (default: all that ship)."),
]
Line = Annotated[
    str | None, typer.Option("--line", metavar="FLOP", help='Set the line that the authority sets, e.g. "1e24".')
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="The law valid on this day (default today).")]
Known = Annotated[
    str | None, typer.Option("--known", metavar="DATE", help="The law as known on this day (default today).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_dates(as_of: str | None, known: str | None) -> tuple[date, date]:
    """The two dates of an evaluation: the law valid today, as known today, unless other days are named.

    Raises:
        PlimsollError: ``time.unreadable``.
    """
    from plimsoll.kernel.clock import SystemClock
    from plimsoll.kernel.period import parse_date

    today = SystemClock().now().date()
    valid = today if as_of is None else parse_date(as_of)
    return valid, today if known is None else parse_date(known)
