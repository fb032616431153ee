"""`plimsoll log init | append | prove | checkpoint | rebuild | keygen`: what the operator of a log does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import Advance, note, progress, say, show_json, show_table
from plimsoll.cli.log_inputs import (
    KEYS,
    bounded,
    is_url,
    plural,
    private_keys,
    published,
    published_at,
    reading,
    trusted,
)
from plimsoll.cli.log_verify import LogKeys, PolicyFile
from plimsoll.cli.options import Json

if TYPE_CHECKING:
    from plimsoll.ledger.log import Log
    from plimsoll.ledger.signers import FileKey
    from plimsoll.ledger.witness_client import WitnessClient

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The log's folder.", show_default=False)]
Place = Annotated[
    str, typer.Argument(metavar="DIR|URL", help="A log's or mirror's folder, or its address.", show_default=False)
]
KeyFiles = Annotated[
    list[Path] | None, typer.Option("--key", metavar="FILE", help="A private key of the log; may be repeated.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no summary.")]
_BATCH = 2_000
_MOST_DOCUMENT = 1 << 40


def init(
    folder: Folder,
    origin: Annotated[
        str, typer.Option("--origin", metavar="NAME", help="The log's name for ever: a URL without scheme.")
    ],
    *,
    key: KeyFiles = None,
    classic_only: Annotated[
        bool, typer.Option("--classic-only", help="Make no ML-DSA-44 key, which resists quantum computers.")
    ] = False,
) -> None:
    """Make a log with its keys and its first entry. Keys go to DIR/keys, what everybody may see to DIR/public."""
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.log import Log
    from plimsoll.ledger.note_keys import KeyType, check_name

    check_name(origin)
    if (folder / "log.json").exists() and (folder / "public" / "checkpoint").exists():
        raise PlimsollError(
            "log.exists",
            "there is a log already",
            fix="Choose another folder; each log has its own.",
            where=Where(str(folder)),
        )
    if key:
        signers = _loaded(key)
    else:
        types = [("1-ed25519", KeyType.ED25519), ("2-ml-dsa-44", KeyType.COSIGN_MLDSA44)][: 1 if classic_only else 2]
        signers = new_keys(folder, origin, types, "log")
    log = Log.create(folder, origin, signers)
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
    note(f"note: {folder / 'last-signed'} guards against forks: never restore it from a backup")


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

    signers, issuers = _by_role(folder, key)
    if len(issuers) > 1:
        raise PlimsollError("log.two_issuers", "two issuers' keys are given", fix="Sign with one key at a time.")
    log = opened(folder, signers)
    try:
        logged = entries_of(files, issuers[0] if issuers else None, subject)
        with progress("logging", quiet=quiet) as advance:
            tickets: list[bytes] = []
            for start in range(0, len(logged), _BATCH):
                tickets += log.append_many([each.entry for each in logged[start : start + _BATCH]])
            indices = _settled(log, tickets, wait, advance, signing=bool(signers))
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


def checkpoint(place: Place, *, policy: PolicyFile = None, log_key: LogKeys = None, as_json: Json = False) -> None:
    """Print the published checkpoint. With --policy or --log-key it is verified: exit code 1 if it is not valid."""
    from plimsoll.cli.log_checkpoint import answered

    raise typer.Exit(answered(place, trusted(policy, log_key), as_json=as_json))


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
    key: KeyFiles = None,
    witnessed: Annotated[
        str | None,
        typer.Option("--witnessed", metavar="FILE|URL", help="The newest checkpoint that a witness or mirror holds."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make the log's database again from its tiles, up to the last size that was signed.

    Only if the last-signed file is lost too, give the newest checkpoint that any witness holds: an older one would fork
    the log, and every peer could prove it.
    """
    from plimsoll.ledger.notes import MAX_NOTE_BYTES

    seen = None
    if witnessed is not None:
        seen = published_at(witnessed) if is_url(witnessed) else bounded(Path(witnessed), MAX_NOTE_BYTES, "checkpoint")
    log = opened(folder, keys_of_log(folder, key))
    try:
        with progress("reading every entry", quiet=quiet):
            size = log.rebuild(witnessed=seen)
    finally:
        log.close()
    say(f"{folder}: {plural(size, 'entry', 'entries')} from the tiles; the log can go on")


def keygen(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's name: a URL without scheme.")],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The private key to write, mode 0600.")],
    kind: Annotated[str, typer.Option("--type", metavar="TYPE", help="ed25519, p256 or ml-dsa-44.")] = "ed25519",
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="log, witness, mirror, authority or filer.")
    ] = "filer",
) -> None:
    """Make a private key for one role, and print its public half."""
    from plimsoll.kernel.errors import PlimsollError
    from plimsoll.ledger.note_keys import KeyType
    from plimsoll.ledger.roles import Role
    from plimsoll.ledger.signers import generate

    cosigns = role in ("witness", "mirror")
    types = {
        "ed25519": KeyType.COSIGN_ED25519 if cosigns else KeyType.ED25519,
        "p256": KeyType.ECDSA,
        "ml-dsa-44": KeyType.COSIGN_MLDSA44,
    }
    if kind not in types:
        raise PlimsollError("key.type", f'"{kind}" is no type of key', fix=f"Choose one of {', '.join(types)}.")
    if role not in {each.value for each in Role}:
        raise PlimsollError("key.role", f'"{role}" is no role', fix="Choose log, witness, mirror, authority or filer.")
    made = generate(name, types[kind], role)
    made.save(out)
    say(made.verifier.text)
    note(f"{out}: the private half, readable by you alone")


def opened(folder: Path, signers: Sequence[FileKey], witnesses: WitnessClient | None = None) -> Log:
    """The log in a folder, with its keys in the order in which it knows them. Raises ``log.*``."""
    from plimsoll.kernel.errors import PlimsollError, Where
    from plimsoll.ledger.log import Log

    try:
        log = Log.open(folder, witnesses=witnesses)
        if not signers:
            return log
        order = {key.text: place for place, key in enumerate(log.vkeys)}
        own = sorted(
            (each for each in signers if each.verifier.text in order), key=lambda each: order[each.verifier.text]
        )
        log.close()
        return Log.open(folder, own or signers, witnesses=witnesses)
    except PlimsollError as problem:
        raise problem.at(Where(str(folder))) from None


def new_keys(folder: Path, name: str, types: Sequence[tuple[str, int]], role: str) -> list[FileKey]:
    """The keys in a folder's ``keys``, made there where they are not there yet, readable by their owner alone."""
    from plimsoll.ledger.signers import generate

    keys = folder / KEYS
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stem, key_type in types:
        path = keys / f"{stem}.key"
        if not path.exists():
            generate(name, key_type, role).save(path)
    return private_keys(folder)


def keys_of_log(folder: Path, given: list[Path] | None) -> list[FileKey]:
    """The log's own private keys: those that are given, or else those in its folder, if any."""
    return _loaded(given) if given else private_keys(folder)


def _loaded(paths: Sequence[Path]) -> list[FileKey]:
    from plimsoll.ledger.signers import FileKey

    return [FileKey.load(path) for path in paths]


def _by_role(folder: Path, given: list[Path] | None) -> tuple[list[FileKey], list[FileKey]]:
    """The log's own keys, out of its folder if none is given, and the issuers' among those that are given."""
    from plimsoll.ledger.roles import ISSUERS

    loaded = _loaded(given or ())
    issuers = [each for each in loaded if each.role in ISSUERS]
    own = [each for each in loaded if each.role not in ISSUERS]
    return own or private_keys(folder), issuers


def _settled(log: Log, tickets: Sequence[bytes], wait: float, advance: Advance, *, signing: bool) -> list[int | None]:
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
