"""What `plimsoll log checkpoint` prints: the note as it is for a pipe, and what it says for people and programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plimsoll.cli.console import note, say, show_json
from plimsoll.cli.log_inputs import published_at
from plimsoll.kernel.errors import PlimsollError

if TYPE_CHECKING:
    from plimsoll.ledger.notes.policy import Policy, PolicyResult


def answered(place: str, policy: Policy, *, as_json: bool) -> int:
    """Prints the checkpoint published at a place, and gives the exit code."""
    from plimsoll.ledger.notes.checkpoint import read_checkpoint

    data = published_at(place)
    checkpoint, signed = read_checkpoint(data)
    found, refusal = _checked(data, policy) if policy.logs else (None, None)
    if as_json:
        show_json(
            {
                "origin": checkpoint.origin,
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "claimed_by": [f"{line.name}+{line.key_id.hex()}" for line in signed.signatures],
                "verified": found is not None,
                "signers": [f"{key.name}+{key.id.hex()}" for key in found.log_signers] if found else [],
                "cosigners": [{"name": name, "time": time} for name, time in found.cosigners] if found else [],
                "quorum": found.quorum if found else False,
                "problem": None if refusal is None else {"code": refusal.code, "detail": refusal.what},
            }
        )
    elif sys.stdout.isatty():
        say(data.decode().rstrip("\n"))
    else:
        sys.stdout.write(data.decode())
    if refusal is not None:
        note(f"error: {refusal}")
    elif found is None:
        note("note: nobody's signature was checked; say whom you trust with --policy FILE or --log-key VKEY")
    elif not as_json:
        quorum = "the quorum is met" if found.quorum else "the quorum is NOT met"
        note(f"verified: signed by the log, {len(found.cosigners)} cosignatures count, {quorum}")
    return 1 if refusal is not None or (found is not None and not found.quorum) else 0


def _checked(data: bytes, policy: Policy) -> tuple[PolicyResult | None, PlimsollError | None]:
    from plimsoll.cli.log_inputs import instant

    try:
        return policy.check(data, instant(None)), None
    except PlimsollError as problem:
        return None, problem
