"""`plimsoll log register | revoke`: an authority gives an issuer a key, and ends it, by entries of the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plimsoll.cli.console import say
from plimsoll.cli.log_keys import LogKeyFiles, keys_of_log, loaded
from plimsoll.cli.log_run import Folder, opened
from plimsoll.kernel.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.ledger.statements.cose_keys import CoseKey

Authority = Annotated[
    Path, typer.Option("--by", metavar="FILE", help="The private key of an authority that is registered in this log.")
]
Vkey = Annotated[str, typer.Argument(metavar="VKEY", help="The issuer's verifier key, or a file with it.")]


def register(
    folder: Folder,
    vkey: Vkey,
    *,
    by: Authority,
    issuer: Annotated[
        str | None, typer.Option("--issuer", metavar="NAME", help="Who signs with it (default: the key's own name).")
    ] = None,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="filer or authority.")] = "filer",
    key: LogKeyFiles = None,
) -> None:
    """Register an issuer's key: statements that it signs are taken from the next entry on."""
    from plimsoll.ledger.keys.key_register import KeyRegistered
    from plimsoll.ledger.keys.roles import ISSUERS, Role
    from plimsoll.ledger.statements.statement import KEY_REGISTERED

    if role not in {each.value for each in ISSUERS}:
        raise PlimsollError("key.role", f'"{role}" keys sign no statements', fix="Choose filer or authority.")
    name, public = _public(vkey)
    entry = KeyRegistered(public, issuer or name, Role(role))
    index = _logged(folder, by, key, entry.iss, KEY_REGISTERED, entry.encode())
    say(f"entry {index:,}: {entry.iss} may sign with {public.kid.hex()[:16]}… as {role} from entry {index + 1:,} on")


def revoke(
    folder: Folder,
    vkey: Vkey,
    *,
    by: Authority,
    because: Annotated[
        str, typer.Option("--because", metavar="REASON", help="rotated, compromised or closed.")
    ] = "rotated",
    key: LogKeyFiles = None,
) -> None:
    """Revoke an issuer's key: what it signs is refused from the next entry on, whatever its date says."""
    from plimsoll.ledger.keys.key_register import KeyRevoked, RevocationReason
    from plimsoll.ledger.statements.statement import KEY_REVOKED

    reasons = [each.value for each in RevocationReason]
    if because not in reasons:
        raise PlimsollError(
            "key_register.malformed", f'"{because}" is no reason', fix=f"Choose one of {', '.join(reasons)}."
        )
    name, public = _public(vkey)
    entry = KeyRevoked(public.kid, RevocationReason(because))
    index = _logged(folder, by, key, name, KEY_REVOKED, entry.encode())
    say(f"entry {index:,}: the key {public.kid.hex()[:16]}… of {name} is {because}; nothing later is taken from it")


def _public(text: str) -> tuple[str, CoseKey]:
    """The name and the public half of one verifier key."""
    from plimsoll.cli.log_inputs import verifier_keys
    from plimsoll.ledger.keys.signers import cose_key_of_verifier

    keys = verifier_keys([text])
    if len(keys) != 1:
        raise PlimsollError("key.malformed", f"{len(keys)} verifier keys are given", fix="Give exactly one.")
    return keys[0].name, cose_key_of_verifier(keys[0])


def _logged(folder: Path, by: Path, own: list[Path] | None, subject: str, media_type: str, body: bytes) -> int:
    """The index of a record, signed by an authority and logged."""
    from plimsoll.cli.log_append import name_in_policy, queued, settled
    from plimsoll.cli.log_entries import Logged
    from plimsoll.ledger.statements.statement import leaf_bytes, sign_record

    authority = loaded([by])[0]
    iss = authority.verifier.name
    signers = keys_of_log(folder, own)
    log = opened(folder, signers)
    try:
        # It names the log, or anybody could log it in the next log of this authority.
        name = name_in_policy(log)
        statement = sign_record(authority, iss=iss, sub=subject, media_type=media_type, body=body, aud=name)
        tickets = queued(folder, log, [Logged(by, leaf_bytes(statement))])
        (index,) = settled(log, tickets, 30.0, lambda done, doing="": None, signing=bool(signers))
    finally:
        log.close()
    if index is None:
        raise PlimsollError(
            "entry.waiting", "the record is stored and waits for its place", fix="Run `plimsoll log serve`."
        )
    return index
