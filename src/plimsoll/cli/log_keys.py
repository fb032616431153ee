"""Private keys on the command line: made for one role each, found in a folder, told apart by what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import note, say
from plimsoll.cli.log_inputs import KEYS

if TYPE_CHECKING:
    from plimsoll.ledger.keys.signers import FileKey

LogKeyFiles = Annotated[
    list[Path] | None,
    typer.Option("--key", metavar="FILE", help="A private key of the log, if not in DIR/keys; may be repeated."),
]


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
    from plimsoll.ledger.keys.roles import Role
    from plimsoll.ledger.keys.signers import generate
    from plimsoll.ledger.notes.note_keys import KeyType

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


def new_keys(folder: Path, name: str, types: Sequence[tuple[str, int]], role: str) -> list[FileKey]:
    """The keys in a folder's ``keys``, made there where they are not there yet, readable by their owner alone."""
    from plimsoll.ledger.keys.signers import generate

    keys = folder / KEYS
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stem, key_type in types:
        path = keys / f"{stem}.key"
        if not path.exists():
            generate(name, key_type, role).save(path)
    return private_keys(folder)


def keys_of_log(folder: Path, given: list[Path] | None) -> list[FileKey]:
    """The log's own private keys: those that are given, or else those in its folder, if any."""
    return loaded(given) if given else private_keys(folder)


def loaded(paths: Sequence[Path]) -> list[FileKey]:
    from plimsoll.ledger.keys.signers import FileKey

    return [FileKey.load(path) for path in paths]


def by_role(folder: Path, given: list[Path] | None) -> tuple[list[FileKey], list[FileKey]]:
    """The log's own keys, out of its folder if none is given, and the issuers' among those that are given."""
    from plimsoll.ledger.keys.roles import ISSUERS

    keys = loaded(given or ())
    issuers = [each for each in keys if each.role in ISSUERS]
    own = [each for each in keys if each.role not in ISSUERS]
    return own or private_keys(folder), issuers


def private_keys(folder: Path) -> list[FileKey]:
    """The private keys in the ``keys`` folder of a log, a witness or a mirror, in the order of their file names."""
    from plimsoll.ledger.keys.signers import FileKey

    return [FileKey.load(path) for path in sorted((folder / KEYS).glob("*.key"))]
