"""How a private key is written into a file and read back: our own JSON form, and PKCS#8 PEM.

Reading answers None for whatever is no key. It raises nothing, because an error would hold what it could not read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.roles import Role, default_role, kind_of
from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.statements.cose_keys import KeyKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

PrivateParts: TypeAlias = "Ed25519PrivateKey | EllipticCurvePrivateKey | MLDSA44PrivateKey"

FORMAT = "plimsoll-key/1"


def make_private(key_type: KeyType, seed: bytes | None) -> PrivateParts:
    """A private key: new if `seed` is None, else the one that the 32 bytes stand for."""
    kind = kind_of(key_type)
    if kind is KeyKind.P256:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key, generate_private_key

        curve = SECP256R1()
        return generate_private_key(curve) if seed is None else derive_private_key(int.from_bytes(seed, "big"), curve)
    if kind is KeyKind.ML_DSA_44:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        return MLDSA44PrivateKey.generate() if seed is None else MLDSA44PrivateKey.from_seed_bytes(seed)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed)


def public_of(private: PrivateParts, key_type: KeyType) -> bytes:
    """The public bytes as `VerifierKey` holds them: raw, or DER for ECDSA."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public: Any = private.public_key()
    if key_type is KeyType.ECDSA:
        der: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return der
    raw: bytes = public.public_bytes_raw()
    return raw


def private_bytes(private: Any) -> bytes:
    """The 32 bytes that `make_private` makes the key from again."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    if isinstance(private, EllipticCurvePrivateKey):
        return private.private_numbers().private_value.to_bytes(32, "big")
    raw: bytes = private.private_bytes_raw()
    return raw


def write_key_file(verifier: VerifierKey, role: Role, seed: bytes) -> bytes:
    """The content of a key file."""
    fields = {
        "format": FORMAT,
        "name": verifier.name,
        "type": int(verifier.type),
        "role": role.value,
        "private": to_base64(seed),
        "vkey": verifier.text,
    }
    return json.dumps(fields, indent=1).encode() + b"\n"


def parse_key_file(
    content: bytes, name: str | None, key_type: KeyType | None
) -> tuple[str, KeyType, Role, PrivateParts] | None:
    """Name, type, role and private key; None if the content is no key of ours, or is damaged."""
    try:
        if content.lstrip().startswith(b"{"):
            return _from_json(content, name)
        return _from_pem(content, name, key_type)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, PlimsollError):
        return None


def _from_json(content: bytes, name: str | None) -> tuple[str, KeyType, Role, PrivateParts] | None:
    fields = json.loads(content)
    seed = from_base64(fields["private"])
    if fields["format"] != FORMAT or seed is None or len(seed) != 32 or name not in (None, fields["name"]):
        return None
    key_type = KeyType(fields["type"])
    private = make_private(key_type, seed)
    # A file whose private and public halves do not belong together would make signatures that nobody can verify.
    if fields["vkey"] != VerifierKey(fields["name"], key_type, public_of(private, key_type)).text:
        return None
    return fields["name"], key_type, Role(fields["role"]), private


def _from_pem(
    content: bytes, name: str | None, key_type: KeyType | None
) -> tuple[str, KeyType, Role, PrivateParts] | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(content, None)
    except UnsupportedAlgorithm:
        return None
    match private:
        case Ed25519PrivateKey():
            natural = KeyType.ED25519
        case EllipticCurvePrivateKey():
            natural = KeyType.ECDSA
        case MLDSA44PrivateKey():
            natural = KeyType.COSIGN_MLDSA44
        case _:
            return None
    chosen = natural if key_type is None else key_type
    if name is None or kind_of(chosen) is not kind_of(natural):
        return None
    return name, chosen, default_role(chosen), private
