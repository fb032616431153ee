"""What a key is for. One key has one role, and a role says what the key may sign."""

from __future__ import annotations

from enum import Enum

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import TIMESTAMPED, KeyType
from plimsoll.ledger.statements.cose_keys import KeyKind


class Role(Enum):
    """Who holds a key, as far as signatures go."""

    LOG = "log"
    WITNESS = "witness"
    MIRROR = "mirror"
    AUTHORITY = "authority"
    FILER = "filer"


ISSUERS = frozenset({Role.AUTHORITY, Role.FILER})
"""Roles whose keys sign statements."""
_COSIGNERS = frozenset({Role.WITNESS, Role.MIRROR})


def default_role(key_type: KeyType) -> Role:
    """The role of a key that was made without one."""
    return Role.WITNESS if key_type in TIMESTAMPED else Role.LOG


def kind_of(key_type: KeyType) -> KeyKind:
    """The kind of key behind a type of note signature."""
    match key_type:
        case KeyType.ED25519 | KeyType.COSIGN_ED25519:
            return KeyKind.ED25519
        case KeyType.COSIGN_MLDSA44:
            return KeyKind.ML_DSA_44
        case KeyType.ECDSA:
            return KeyKind.P256
    raise PlimsollError("key.type", f"no key is made for signature type {int(key_type)}", fix="Use type 1, 2, 4 or 6.")


def check_role(key_type: KeyType, role: Role) -> None:
    """Refuses a witness or mirror key that would sign plain notes, and an Ed25519 cosigning key that would do more."""
    fits = key_type in TIMESTAMPED if role in _COSIGNERS else key_type is not KeyType.COSIGN_ED25519
    if not fits:
        raise _wrong(f"a key of signature type {int(key_type)} cannot be a {role.value} key")


def refuse_statement(role: Role) -> None:
    """Raises ``key.role`` if keys of this role sign no COSE messages."""
    if role in _COSIGNERS:
        raise _wrong(f"a {role.value} key cosigns checkpoints and signs nothing else")


def _wrong(what: str) -> PlimsollError:
    return PlimsollError("key.role", what, fix="Make a key of its own for each role.")
