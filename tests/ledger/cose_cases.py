"""Keys, statements and logs that the tests of statements and receipts share."""

from __future__ import annotations

from plimsoll.ledger.keys.key_register import KeyRegistered
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.keys.signers import FileKey, from_seed
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.registration_policy import RegistrationPolicy
from plimsoll.ledger.statements.statement import KEY_REGISTERED, REGISTRATION_POLICY, sign_record, sign_statement

AUTHORITY = "https://aisi.example"
LAB = "https://lab.example"
DIGEST = bytes(range(32))


def key(number: int = 1, key_type: KeyType = KeyType.ED25519, role: Role = Role.FILER) -> FileKey:
    """A key that is the same in every run."""
    return from_seed("log.example/filings", key_type, bytes([number]) * 32, role)


def authority() -> FileKey:
    return key(100, role=Role.AUTHORITY)


def statement(signer: FileKey | None = None, *, iss: str = LAB, sub: str = "case-1", **more: object) -> bytes:
    """A filer's hash envelope."""
    return sign_statement(signer or key(), iss=iss, sub=sub, digest=DIGEST, **more)  # type: ignore[arg-type]


def first_policy(signer: FileKey | None = None, **rules: object) -> bytes:
    """The first entry of a log, by the authority that it names."""
    signer = signer or authority()
    named = KeyRegistered(signer.cose_key, AUTHORITY, Role.AUTHORITY)
    return policy(RegistrationPolicy(authorities=(named,), **rules), signer)  # type: ignore[arg-type]


def policy(rules: RegistrationPolicy, signer: FileKey | None = None) -> bytes:
    return sign_record(
        signer or authority(), iss=AUTHORITY, sub="policy", media_type=REGISTRATION_POLICY, body=rules.encode()
    )


def registration(
    of: FileKey,
    *,
    iss: str = LAB,
    role: Role = Role.FILER,
    signer: FileKey | None = None,
    issued_at: int | None = None,
) -> bytes:
    body = KeyRegistered(of.cose_key, iss, role).encode()
    return sign_record(
        signer or authority(), iss=AUTHORITY, sub=iss, media_type=KEY_REGISTERED, body=body, issued_at=issued_at
    )
