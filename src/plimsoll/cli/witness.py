"""`plimsoll witness`: cosigns what others log, without reading it, and never helps to roll a log back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import note, say
from plimsoll.cli.log_inputs import KEYS, plural, verifier_keys
from plimsoll.kernel.errors import PlimsollError, Where

if TYPE_CHECKING:
    from plimsoll.ledger.keys.signers import FileKey
    from plimsoll.ledger.notes.note_keys import VerifierKey

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A witness: cosigns a log's checkpoints if each begins with the one before. It never sees an entry.",
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The witness's folder.", show_default=False)]
Logs = Annotated[
    list[str] | None,
    typer.Option("--log-key", metavar="VKEY", help="A log to witness: its verifier key, or a file of them; repeated."),
]
_LOGS = "logs"


@app.command(short_help="Make a witness, with its keys.")
def init(
    folder: Folder,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The witness's name: a URL without scheme.")],
    *,
    log_key: Logs = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where logs will reach it, for the policy line.")
    ] = None,
) -> None:
    """Make a witness with an Ed25519 and an ML-DSA-44 key of its own, and print its lines for policies.

    DIR/logs lists the verifier keys of the logs that it witnesses, one a line; `serve` reads it.
    """
    from plimsoll.cli.log_keys import new_keys
    from plimsoll.ledger.notes.note_keys import KeyType, check_name

    check_name(name)
    if (folder / _LOGS).exists():
        what = "there is a witness already"
        raise PlimsollError("witness.exists", what, fix="Choose another folder.", where=Where(str(folder)))
    logs = verifier_keys(log_key)
    types = [("1-ed25519", KeyType.COSIGN_ED25519), ("2-ml-dsa-44", KeyType.COSIGN_MLDSA44)]
    signers = new_keys(folder, name, types, "witness")
    (folder / _LOGS).write_text("# verifier keys of the logs that are witnessed, one a line\n" + _lines(logs))
    for line in _policy_lines(name, signers, url):
        say(line)
    note(f"{folder}: the witness {name}, of {plural(len({key.name for key in logs}), 'log', 'logs')}")
    note(f"note: keep {folder / KEYS} secret; the lines above are for the policies of logs and of those who verify")
    if not logs:
        note(f"note: it witnesses nothing yet; add logs' verifier keys to {folder / _LOGS}")


@app.command(short_help="Answer logs that ask for cosignatures.")
def serve(
    folder: Folder,
    *,
    host: Annotated[str, typer.Option("--host", help="The address to serve at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="0: a free one, which is said.")] = 8_461,
    log_key: Logs = None,
) -> None:
    """Serve add-checkpoint, sign-subtree and the monitoring endpoint (C2SP tlog-witness) until stopped.

    What was cosigned is durable before the answer leaves. Never put DIR/state.sqlite back from a backup.
    """
    from plimsoll.cli.log_keys import private_keys
    from plimsoll.ledger.watch.serving import Server
    from plimsoll.ledger.watch.witness import Witness
    from plimsoll.ledger.watch.witness_app import witness_app
    from plimsoll.ledger.watch.witness_store import SqliteWitnessStore

    if not (folder / _LOGS).is_file():
        what = "there is no witness here"
        raise PlimsollError(
            "witness.absent", what, fix="Make one with `plimsoll witness init`.", where=Where(str(folder))
        )
    keys = [*verifier_keys([str(folder / _LOGS)]), *verifier_keys(log_key)]
    logs: dict[str, list[VerifierKey]] = {}
    for key in keys:
        logs.setdefault(key.name, []).append(key)
    if not logs:
        raise PlimsollError(
            "witness.no_logs",
            "there is no log to witness",
            fix=f"Add verifier keys to {folder / _LOGS}.",
            where=Where(str(folder)),
        )
    store = SqliteWitnessStore(folder / "state.sqlite")
    with closing(store):
        witness = Witness(private_keys(folder), logs, store)
        with Server(witness_app(witness), host, port) as server:
            name = witness.signers[0].verifier.name
            say(f"{name}: witnessing {plural(len(logs), 'log', 'logs')}, serving {server.url}")
            server.join()


def _lines(keys: Sequence[VerifierKey]) -> str:
    return "".join(f"{key.text}\n" for key in keys)


def _policy_lines(name: str, signers: Sequence[FileKey], url: str | None) -> Iterator[str]:
    """A witness with two keys is two witnesses to a policy, and one vote: a group of which any will do."""
    label = "".join(character if character.isalnum() or character in ".-_/" else "_" for character in name)
    members = []
    for signer in signers:
        members.append(f"{label}:{signer.verifier.type.name.removeprefix('COSIGN_').lower()}")
        yield f"witness {members[-1]} {signer.verifier.text}{f' {url}' if url else ''}"
    yield f"group {label} any {' '.join(members)}"
