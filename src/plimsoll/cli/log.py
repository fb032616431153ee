"""`plimsoll log`: the record, to run, to ask and to verify."""

from __future__ import annotations

import typer

from plimsoll.cli.log_append import append
from plimsoll.cli.log_authority import register, revoke
from plimsoll.cli.log_copies import fsck, mirror
from plimsoll.cli.log_keys import keygen
from plimsoll.cli.log_run import checkpoint, init, prove, rebuild
from plimsoll.cli.log_serve import serve
from plimsoll.cli.log_verify import check_proofs, verify
from plimsoll.cli.log_watch import check_misbehaviour, compare, watch

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The record: a signed, witnessed log of filings. Run one, prove an entry, verify without trusting anybody.",
)
app.command(short_help="Make a log, with keys and a policy.")(init)
app.command(short_help="Log files; sign statements on them.")(append)
app.command(short_help="Sequence, have it witnessed, serve tiles.")(serve)
app.command(short_help="What the log signed last.")(checkpoint)
app.command(short_help="The offline receipt of an entry.")(prove)
app.command(short_help="A receipt, offline, under a policy.")(verify)
app.command(short_help="Copy a log and verify all of it.")(mirror)
app.command(short_help="Check every bit of a log or mirror.")(fsck)
app.command(short_help="New entries, by issuer.")(watch)
app.command(short_help="Was everybody shown the same log?")(compare)
app.command("check-misbehaviour", short_help="A proof that a log lied.")(check_misbehaviour)
app.command(short_help="The database again, from the tiles.")(rebuild)
app.command(short_help="A private key for one role.")(keygen)
app.command(short_help="An authority registers an issuer's key.")(register)
app.command(short_help="An authority revokes an issuer's key.")(revoke)
app.command("check-proofs", short_help="Run Merkle proof vectors.")(check_proofs)
