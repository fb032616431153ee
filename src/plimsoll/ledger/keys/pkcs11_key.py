"""Signing keys that stay inside a PKCS#11 token (HSM, card, SoftHSM): messages go in, signatures come out.

Ed25519 and P-256. The PIN is used to open the session and not kept.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NoReturn

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.pkcs11_session import Coded, TokenSession, acquire, release
from plimsoll.ledger.keys.roles import Role, check_role, default_role, kind_of, refuse_statement
from plimsoll.ledger.keys.signers import cose_key_of_verifier
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.statements.cose_keys import CoseKey, KeyKind

# DER of the curve's name: PrintableString "edwards25519", and the object identifier of P-256.
_EDWARDS25519 = b"\x13\x0cedwards25519"
_P256 = bytes.fromhex("06082a8648ce3d030107")


class Pkcs11Key:
    """A key pair in a token, found by its label. Usable from several threads, one signature at a time.

    Attributes:
        verifier: the public half as notes know it.
        role: what it may be used for.
    """

    __slots__ = ("__private", "__shared", "role", "verifier")

    def __init__(self, shared: TokenSession, private: Any, verifier: VerifierKey, role: Role) -> None:
        """Takes an acquired session; use `open` or `generate`."""
        check_role(verifier.type, role)
        self.__shared: TokenSession | None = shared
        self.__private = private
        self.verifier, self.role = verifier, role

    @classmethod
    def open(
        cls,
        module: Path | str,
        *,
        token: str,
        label: str,
        pin: str,
        name: str,
        key_type: KeyType,
        role: Role | None = None,
    ) -> Pkcs11Key:
        """Finds the key pair `label` in a token.

        Args:
            module: the token's PKCS#11 library.
            token: label of the token.
            label: of the key pair, the same for both halves.
            pin: of the user.
            name: of the verifier key.
            key_type: ED25519 or COSIGN_ED25519 (an Edwards key), or ECDSA (a P-256 key).
            role: what the key is for; by default as for `signers.generate`.

        Raises:
            PlimsollError: ``key.pkcs11_missing`` without python-pkcs11, ``key.pkcs11`` when the token refuses,
                ``key.type``, ``key.role``.
        """
        shared = acquire(module, token, pin)
        try:
            return cls._found(shared, label, name, key_type, role)
        except BaseException:
            release(shared)
            raise

    @classmethod
    def generate(
        cls,
        module: Path | str,
        *,
        token: str,
        label: str,
        pin: str,
        name: str,
        key_type: KeyType,
        role: Role | None = None,
    ) -> Pkcs11Key:
        """Makes a key pair inside the token, private half sensitive and not extractable; arguments as for `open`."""
        kind = _token_kind(key_type)
        shared = acquire(module, token, pin)
        try:
            with shared.lock:
                _make(shared.session, label, edwards=kind is KeyKind.ED25519)
            return cls._found(shared, label, name, key_type, role)
        except BaseException:
            release(shared)
            raise

    @classmethod
    def _found(cls, shared: TokenSession, label: str, name: str, key_type: KeyType, role: Role | None) -> Pkcs11Key:
        import pkcs11

        kind = _token_kind(key_type)
        token_type = pkcs11.KeyType.EC_EDWARDS if kind is KeyKind.ED25519 else pkcs11.KeyType.EC
        session = shared.session
        with shared.lock, Coded():
            private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, token_type, label)
            public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, token_type, label)
            point = bytes(public[pkcs11.Attribute.EC_POINT])
        verifier = VerifierKey(name, key_type, _public_bytes(kind, point))
        return cls(shared, private, verifier, default_role(key_type) if role is None else role)

    @property
    def cose_key(self) -> CoseKey:
        """The public half as COSE knows it."""
        return cose_key_of_verifier(self.verifier)

    def sign(self, message: bytes) -> bytes:
        """The bare signature for a note: 64 bytes Ed25519, DER for ECDSA."""
        raw = self._raw(message)
        if self.verifier.type is not KeyType.ECDSA:
            return raw
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def sign_cose(self, message: bytes) -> bytes:
        """The signature for a COSE message; ``key.role`` for a key that only cosigns."""
        refuse_statement(self.role)
        return self._raw(message)

    def close(self) -> None:
        """Gives the session back. The last key of a token that is closed ends the session; again does nothing."""
        shared, self.__shared = self.__shared, None
        if shared is not None:
            release(shared)

    def _raw(self, message: bytes) -> bytes:
        import pkcs11

        if self.__shared is None:
            raise PlimsollError("key.closed", "the key was closed", fix="Open it again.")
        with self.__shared.lock, Coded():
            if self.verifier.type is KeyType.ECDSA:
                digest = hashlib.sha256(message).digest()
                return bytes(self.__private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
            return bytes(self.__private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))

    def __repr__(self) -> str:
        return f"Pkcs11Key({self.verifier.name!r}, id={self.verifier.id.hex()}, role={self.role.value!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise PlimsollError("key.not_copied", "a token's session is not copied", fix="Open it where it is needed.")


def _make(session: Any, label: str, *, edwards: bool) -> None:
    """Makes a key pair in the token, private half sensitive and not extractable."""
    import pkcs11

    kind = pkcs11.KeyType.EC_EDWARDS if edwards else pkcs11.KeyType.EC
    curve = {pkcs11.Attribute.EC_PARAMS: _EDWARDS25519 if edwards else _P256}
    private_only = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    with Coded():
        if list(session.get_objects({pkcs11.Attribute.LABEL: label})):
            raise PlimsollError("key.exists", "the token has a key of that label", fix="Choose another label.")
        session.create_domain_parameters(kind, curve, local=True).generate_keypair(
            store=True, label=label, private_template=private_only
        )


def _token_kind(key_type: KeyType) -> KeyKind:
    kind = kind_of(key_type)
    if kind is KeyKind.ML_DSA_44:
        raise PlimsollError(
            "key.type", "ML-DSA-44 keys in tokens are not supported", fix="Keep this key in a file, see `FileKey`."
        )
    return kind


def _public_bytes(kind: KeyKind, point: bytes) -> bytes:
    """EC_POINT is an octet string in DER; some tokens leave the wrapping out."""
    size = 32 if kind is KeyKind.ED25519 else 65
    raw = point[2:] if len(point) == size + 2 and point[:2] == bytes((4, size)) else point
    if kind is KeyKind.ED25519:
        return raw
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    except ValueError:
        raise PlimsollError("key.type", "the token's key is not on P-256", fix="Use a P-256 key.") from None
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
