"""`plimsoll kyc`: checks, converts and explains know-your-customer filings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import Advance, counted, note, progress, say, show_json, show_table
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.parties.filing.delivery import KycDelivery
    from plimsoll.parties.kyc import CustomerRecord

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Know-your-customer filings: check them, convert them, see an example, make a hashing key.",
)

_MOST_ROWS = 1_000
"""Lines of a table that anybody reads; --json has all."""

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders of them.", show_default=False)]
KeyFile = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Key that hashes what was filed in plain.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]


@app.command()
def check(paths: Paths, *, key: KeyFile = None, json: Json = False, quiet: Quiet = False) -> None:
    """Read filings and say what is wrong with them. Exit code 1 if a row or a file was rejected."""
    from plimsoll.parties.filing.read import read_filings
    from plimsoll.parties.keyed_hash import read_key

    secret = None if key is None else read_key(key)
    with progress("reading filings", quiet=quiet) as advance:
        delivery = read_filings(
            paths, key=secret, progress=lambda doing, done, total: advance(done / max(1, total), doing)
        )
    if json:
        show_json(_as_json(delivery))
    else:
        _show(delivery, quiet=quiet)
    if delivery.rejections:
        raise typer.Exit(1)


@app.command()
def convert(
    paths: Paths,
    *,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="jsonl, csv, parquet or ftm.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write.")],
    quiet: Quiet = False,
) -> None:
    """Write filings in another format, just as they were filed. Exit code 1 if a row was rejected."""
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.parties.filing.delivery import KycRejection
    from plimsoll.parties.filing.filed import as_filed
    from plimsoll.parties.filing.write import WRITERS, write_records

    if to not in WRITERS:
        what = f'"{to}" is no format that can be written'
        raise PlimsollError("kyc.unknown_format", what, fix=f"Choose one of {', '.join(WRITERS)}.")
    if any(path.resolve() == out.resolve() for path in paths):
        what = "the file to write is one of the files to read"
        raise PlimsollError("kyc.same_file", what, fix="Give another name to --out.", where=Where(str(out)))
    rejections: list[KycRejection] = []
    with progress("converting", quiet=quiet) as advance:
        count = write_records(_told(as_filed(paths, rejections), advance), out, to)
    for each in rejections[:_MOST_ROWS]:
        note(f"rejected: {each.file}, row {each.row}: {each.what} [{each.code}]")
    if not quiet:
        say(f"{out}: {counted(count, 'record')} as {to}, {counted(len(rejections), 'rejection')}")
    if rejections:
        raise typer.Exit(1)


@app.command()
def template(
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="jsonl, csv or ftm.")] = "jsonl",
) -> None:
    """Print an example record with every field, to start from."""
    from plimsoll.kernel.errors import PlimsollError
    from plimsoll.parties.filing.example import EXAMPLE
    from plimsoll.parties.filing.ftm_out import entity_lines
    from plimsoll.parties.filing.jsonl import record_text
    from plimsoll.parties.filing.write import csv_header, csv_line

    if form == "jsonl":
        say(record_text(EXAMPLE))
    elif form == "csv":
        say(csv_header() + csv_line(EXAMPLE).rstrip("\n"))
    elif form == "ftm":
        say("\n".join(entity_lines(EXAMPLE)))
    else:
        what = f'there is no example as "{form}"'
        raise PlimsollError("kyc.unknown_format", what, fix="Choose jsonl, csv or ftm.")


@app.command()
def key(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write a new key to this file.")] = None,
    hashes: Annotated[
        str | None,
        typer.Option("--hash", metavar="KIND", help="Hash lines of standard input: phone, payment, network."),
    ] = None,
    with_key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="The key to hash with.")] = None,
) -> None:
    """Make the key that telephones, payment instruments and networks are hashed with, or hash with it."""
    if out is not None:
        _write_key(out)
    elif hashes is not None:
        _hash_lines(hashes, with_key)
    else:
        say(_ABOUT_KEYS)


_ABOUT_KEYS = """\
Telephones, payment instruments and access networks are compared, never read. A filing holds their keyed hashes:
hk1: and the first 32 hexadecimal digits of HMAC-SHA256(key, kind, NUL, value), kind being phone, payment or network.

All providers of a treaty period must hash with one key, or equal values would not be equal hashes. Whoever holds the
key can try out values; who that is, is a decision of policy, and not the authority's own office if it can be helped.

  plimsoll kyc key --out period.key                  make a key
  plimsoll kyc key --hash phone --key period.key     hash the lines of standard input
  plimsoll kyc check FILES --key period.key          hash what was filed in plain while reading"""


def _write_key(out: Path) -> None:
    import os

    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.parties.keyed_hash import new_key

    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        what = "the file exists, and a key that is overwritten is lost"
        raise PlimsollError("key.exists", what, fix="Choose another name.", where=Where(str(out))) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    say(f"{out}: a new key of 256 bits, readable by you alone")


def _hash_lines(kind: str, key_file: Path | None) -> None:
    import sys

    from plimsoll.kernel.errors import PlimsollError
    from plimsoll.parties.keyed_hash import keyed, read_key
    from plimsoll.parties.vetting import SPELLINGS

    if kind not in SPELLINGS:
        what = f'"{kind}" is nothing that is hashed'
        raise PlimsollError("key.unknown_kind", what, fix=f"Choose one of {', '.join(SPELLINGS)}.")
    if key_file is None:
        raise PlimsollError("key.missing", "there is no key to hash with", fix="Name it with --key FILE.")
    secret = read_key(key_file)
    for line in sys.stdin:
        value = SPELLINGS[kind](line.strip())
        say(keyed(secret, kind, value) if value else "")


def _told(records: Iterator[CustomerRecord], advance: Advance) -> Iterator[CustomerRecord]:
    """The records, each thousandth of which moves the progress bar."""
    for number, record in enumerate(records):
        if number % 1_000 == 0:
            advance(0.0, f"{number:,} records")
        yield record


def _show(delivery: KycDelivery, *, quiet: bool) -> None:
    if delivery.rejections:
        rows = [(each.file, str(each.row), each.code, each.what) for each in delivery.rejections[:_MOST_ROWS]]
        show_table(("file", "row", "rejected because", "what"), rows, right=(1,))
    problems = [(subject, each.code, each.what) for subject, found in delivery.problems.items() for each in found]
    if problems:
        show_table(("account", "problem", "what"), problems[:_MOST_ROWS])
    for shown, total, name in (
        (_MOST_ROWS, len(delivery.rejections), "rejections"),
        (_MOST_ROWS, len(problems), "problems"),
    ):
        if total > shown:
            note(f"note: the first {shown:,} of {total:,} {name} are shown; --json has all")
    if quiet:
        return
    rows_read = sum(file.rows for file in delivery.files)
    say(
        f"{counted(len(delivery.files), 'file')}, {counted(rows_read, 'row')}: "
        f"{counted(delivery.records.num_rows, 'account')}, {counted(len(problems), 'problem')}, "
        f"{counted(len(delivery.rejections), 'rejection')}"
    )
    for text in delivery.notes:
        say(f"  {text}")


def _as_json(delivery: KycDelivery) -> dict[str, object]:
    return {
        "files": [
            {
                "path": each.path,
                "sha256": each.sha256,
                "format": each.format,
                "rows": each.rows,
                "rejected": each.rejected,
            }
            for each in delivery.files
        ],
        "accounts": delivery.records.num_rows,
        "superseded": delivery.superseded,
        "rejections": [
            {"file": each.file, "row": each.row, "code": each.code, "what": each.what, "fix": each.fix}
            for each in delivery.rejections
        ],
        "problems": [
            {"account": subject, "code": each.code, "what": each.what}
            for subject, found in delivery.problems.items()
            for each in found
        ],
        "notes": list(delivery.notes),
    }
