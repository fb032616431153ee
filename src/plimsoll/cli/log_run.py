"""`plimsoll log init | prove | checkpoint | rebuild`: what the operator of a log does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import note, progress, say
from plimsoll.cli.log_inputs import (
    ELSEWHERE,
    KEYS,
    bounded,
    is_url,
    lock_of,
    plural,
    published,
    published_at,
    reading,
    trusted,
)
from plimsoll.cli.log_keys import LogKeyFiles, keys_of_log, loaded, new_keys
from plimsoll.cli.log_verify import LogKeys, PolicyFile
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.ledger.keys.signers import FileKey
    from plimsoll.ledger.log.log import Log
    from plimsoll.ledger.watch.witness_client import WitnessClient

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The log's folder.", show_default=False)]
Place = Annotated[
    str, typer.Argument(metavar="DIR|URL", help="A log's or mirror's folder, or its address.", show_default=False)
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]


def init(
    folder: Folder,
    origin: Annotated[
        str, typer.Option("--origin", metavar="NAME", help="The log's name for ever: a URL without scheme.")
    ],
    *,
    key: LogKeyFiles = None,
    authority: Annotated[
        Path | None, typer.Option("--authority", metavar="FILE", help="The private key of whoever registers issuers.")
    ] = None,
    last_signed: Annotated[
        Path | None,
        typer.Option("--last-signed", metavar="FILE", help="Keep the last-signed size there: on another disk."),
    ] = None,
    classic_only: Annotated[
        bool, typer.Option("--classic-only", help="Make no ML-DSA-44 key, which resists quantum computers.")
    ] = False,
) -> None:
    """Make a log with its keys and its first entry. Keys go to DIR/keys, what everybody may see to DIR/public.

    With --authority the first entry is a registration policy signed by that key: the log then takes statements from
    strangers over HTTP, if an authority has registered their keys, and nothing else from anybody.
    """
    from plimsoll.cli.log_entries import first_policy
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.log.log import Log
    from plimsoll.ledger.notes.note_keys import KeyType, check_name

    check_name(origin)
    if (folder / "log.json").exists() and (folder / "public" / "checkpoint").exists():
        raise PlimsollError(
            "log.exists",
            "there is a log already",
            fix="Choose another folder; each log has its own.",
            where=Where(str(folder)),
        )
    if key:
        signers = loaded(key)
    else:
        types = [("1-ed25519", KeyType.ED25519), ("2-ml-dsa-44", KeyType.COSIGN_MLDSA44)][: 1 if classic_only else 2]
        signers = new_keys(folder, origin, types, "log")
    genesis = None if authority is None else first_policy(loaded([authority])[0], origin)
    if last_signed is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ELSEWHERE).write_bytes(os.fsencode(last_signed.absolute()) + b"\n")
    log = Log.create(folder, origin, signers, genesis=genesis, lock=lock_of(folder))
    try:
        lines = [f"log {each.text}" for each in log.vkeys]
        (folder / "policy").write_text("\n".join([*lines, "quorum none", ""]))
        say(f"{folder}: the log {origin}, with its first entry")
        say(f"  keys    {', '.join(f'{each.name}+{each.id.hex()}' for each in log.vkeys)}")
        say(f"  policy  {folder / 'policy'} has their public halves: give it to whoever verifies")
    finally:
        log.close()
    if not key:
        note(f"note: keep {folder / KEYS} secret and backed up apart from the rest")
    note(f"note: {lock_of(folder).path} guards against forks: never restore it from a backup")


def checkpoint(place: Place, *, policy: PolicyFile = None, log_key: LogKeys = None, as_json: Json = False) -> None:
    """Print the published checkpoint. With --policy or --log-key it is verified: exit code 1 if it is not valid."""
    from plimsoll.cli.log_checkpoint import answered
    from plimsoll.cli.log_trust import keys_for
    from plimsoll.ledger.notes.policy import Policy

    rules = trusted(policy, log_key)
    if not rules.logs and not is_url(place):
        with reading(place) as source:
            rules = Policy.trusting(keys_for(place, source, None, learn=False))
    raise typer.Exit(answered(place, rules, as_json=as_json))


def prove(
    place: Place,
    index: Annotated[int, typer.Argument(metavar="INDEX", min=0, help="The entry's number, from 0.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="R.tlog-proof", help="The receipt to write.")],
    entry: Annotated[
        Path | None, typer.Option("--entry", metavar="FILE", help="Also write the entry's bytes, for --statement.")
    ] = None,
) -> None:
    """Write the offline receipt of an entry, under the published checkpoint with its cosignatures."""
    from plimsoll.cli.log_entries import receipt_of

    with reading(place) as source:
        receipt, body = receipt_of(source, published(source, place), index)
    out.write_bytes(receipt.encode())
    if entry is not None:
        entry.write_bytes(body)
    say(f"{out}: entry {index:,}, {plural(len(receipt.path), 'hash', 'hashes')} up to the root")


def rebuild(
    folder: Folder,
    *,
    key: LogKeyFiles = None,
    witnessed: Annotated[
        str | None,
        typer.Option(
            "--witnessed", metavar="FILE|DIR|URL", help="The newest checkpoint that a witness or mirror holds."
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make the log's database again from its tiles, up to the last size that was signed.

    Only if the last-signed file is lost too, give the newest checkpoint that any witness holds: an older one would fork
    the log, and every peer could prove it.
    """
    from plimsoll.ledger.notes.notes import MAX_NOTE_BYTES

    seen = None
    if witnessed is not None:
        there = is_url(witnessed) or Path(witnessed).is_dir()
        seen = published_at(witnessed) if there else bounded(Path(witnessed), MAX_NOTE_BYTES, "checkpoint")
    log = opened(folder, keys_of_log(folder, key))
    try:
        with progress("reading every entry", quiet=quiet):
            size = log.rebuild(witnessed=seen)
    finally:
        log.close()
    say(f"{folder}: {plural(size, 'entry', 'entries')} from the tiles; the log can go on")


def opened(folder: Path, signers: Sequence[FileKey], witnesses: WitnessClient | None = None) -> Log:
    """The log in a folder, with its keys in the order in which it knows them. Raises ``log.*``."""
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.log.log import Log

    try:
        lock = lock_of(folder)
        log = Log.open(folder, lock=lock, witnesses=witnesses)
        if not signers:
            return log
        order = {key.text: place for place, key in enumerate(log.vkeys)}
        own = sorted(
            (each for each in signers if each.verifier.text in order), key=lambda each: order[each.verifier.text]
        )
        log.close()
        return Log.open(folder, own or signers, lock=lock, witnesses=witnesses)
    except PlimsollError as problem:
        raise problem.at(Where(str(folder))) from None
