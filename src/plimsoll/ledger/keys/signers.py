"""Private keys in files: readable by their owner alone, and never shown by a repr, an error or a log line.

One key has one role. A witness key cosigns checkpoints and nothing else, so that nobody can have it sign a statement
whose bytes happen to look like one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.keys.roles import Role, check_role, default_role, kind_of, refuse_statement
from plimsoll.ledger.notes.key_text import (
    PrivateParts,
    make_private,
    parse_key_file,
    private_bytes,
    public_of,
    write_key_file,
)
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.statements.cose_keys import CoseKey, KeyKind

MAX_KEY_FILE = 16_384


class FileKey:
    """A private key that is in this process's memory, and usually in a file.

    Attributes:
        verifier: the public half as notes know it.
        role: what it may be used for.
    """

    __slots__ = ("__private", "role", "verifier")

    def __init__(self, name: str, key_type: KeyType, role: Role, private: PrivateParts) -> None:
        """Takes a private key of the cryptography library; use `generate` or `FileKey.load`."""
        check_role(key_type, role)
        self.verifier = VerifierKey(name, key_type, public_of(private, key_type))
        self.role = role
        self.__private = private

    @classmethod
    def load(cls, path: Path | str, *, name: str | None = None, key_type: KeyType | None = None) -> FileKey:
        """Reads a key file of `save`, or an unencrypted PKCS#8 PEM file.

        Args:
            path: a regular file that only its owner may read.
            name: of the key; a PEM file has none of its own.
            key_type: what a key from a PEM file signs; by default notes for Ed25519 and ECDSA.

        Raises:
            PlimsollError: ``key.unreadable``, ``key.loose_permissions``, ``key.not_private``, ``key.role``,
                ``key.name``. None of them has a byte of the file in it.
        """
        place = Path(path)
        # Refusals are raised here, where no local variable holds the content: a traceback with its variables
        # printed must not show the key.
        result = _read(place, name, key_type)
        if isinstance(result, FileKey):
            return result
        code, what, fix = result
        raise PlimsollError(code, what, fix=fix, where=Where(file=str(place)))

    def save(self, path: Path | str) -> None:
        """Writes the key with mode 0600 and syncs it; ``key.exists`` if something is there already."""
        _write_new(Path(path), lambda: write_key_file(self.verifier, self.role, private_bytes(self.__private)))

    @property
    def cose_key(self) -> CoseKey:
        """The public half as COSE knows it."""
        return cose_key_of_verifier(self.verifier)

    def sign(self, message: bytes) -> bytes:
        """The bare signature for a note: 64 bytes Ed25519, 2,420 bytes ML-DSA-44, DER for ECDSA."""
        return _sign(self.__private, message)

    def sign_cose(self, message: bytes) -> bytes:
        """The signature for a COSE message; ``key.role`` for a key that only cosigns."""
        refuse_statement(self.role)
        signature = _sign(self.__private, message)
        return ecdsa_raw(signature) if self.verifier.type is KeyType.ECDSA else signature

    def __repr__(self) -> str:
        return f"FileKey({self.verifier.name!r}, id={self.verifier.id.hex()}, role={self.role.value!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise PlimsollError(
            "key.not_copied", "a private key is not pickled or copied", fix="Load it where it is needed."
        )


def generate(name: str, key_type: KeyType | int, role: Role | str | None = None) -> FileKey:
    """A new key. `role` is by default ``log`` for note keys and ``witness`` for cosigning keys.

    Raises:
        PlimsollError: ``key.name``, ``key.type``, ``key.role``.
    """
    key_type = KeyType(key_type)
    chosen = default_role(key_type) if role is None else Role(role)
    return FileKey(name, key_type, chosen, make_private(key_type, None))


def from_seed(name: str, key_type: KeyType | int, seed: bytes, role: Role | str | None = None) -> FileKey:
    """The key of a known seed of 32 bytes (of a scalar, for ECDSA). For published test vectors, not for use."""
    key_type = KeyType(key_type)
    chosen = default_role(key_type) if role is None else Role(role)
    return FileKey(name, key_type, chosen, make_private(key_type, seed))


def cose_key_of_verifier(verifier: VerifierKey) -> CoseKey:
    """The same public key as COSE writes it."""
    kind = kind_of(verifier.type)
    if kind is not KeyKind.P256:
        return CoseKey(kind, verifier.public)
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    public = load_der_public_key(verifier.public)
    if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise PlimsollError("key.type", "statements are not signed on this curve", fix="Use a P-256 key.")
    return CoseKey(kind, public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])


def ecdsa_raw(der: bytes) -> bytes:
    """An ECDSA P-256 signature as COSE writes it: r and s, 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _sign(private: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(private, EllipticCurvePrivateKey):
        return private.sign(message, ECDSA(SHA256(), deterministic_signing=True))
    signature: bytes = private.sign(message)
    return signature


_Refusal = tuple[str, str, str]


def _read(path: Path, name: str | None, key_type: KeyType | None) -> FileKey | _Refusal:
    """The key, or code, what and fix of a refusal; raises nothing while the content is in a variable."""
    try:
        # A link is followed only if the owner of the target is checked below; a pipe must not block us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        return "key.unreadable", f"the key file cannot be opened: {problem.strerror}", "Name a file that you may read."
    loose = _why_loose(os.fstat(descriptor))
    if loose:
        os.close(descriptor)
        return "key.loose_permissions", loose, f"Run `chmod 600 {path}` as the owner, and think of it as seen."
    with os.fdopen(descriptor, "rb") as file:
        try:
            content = file.read(MAX_KEY_FILE + 1)
        except OSError:
            return "key.unreadable", "the key file cannot be read", "Look at the disk that it is on."
    parsed = parse_key_file(content[:MAX_KEY_FILE], name, key_type)
    if parsed is None or len(content) > MAX_KEY_FILE:
        return (
            "key.not_private",
            "the file holds no private key that can be used here, or a PEM key without a name",
            "Make one with `generate`, or give an unencrypted PKCS#8 key of type Ed25519, P-256 or ML-DSA-44.",
        )
    try:
        return FileKey(*parsed)
    except PlimsollError as problem:
        return problem.code, problem.what, problem.fix


def _why_loose(status: os.stat_result) -> str | None:
    import stat

    if not stat.S_ISREG(status.st_mode):
        return "the key is not in a regular file"
    if stat.S_IMODE(status.st_mode) & 0o077:
        return f"others than the owner may use the key file: its mode is {stat.S_IMODE(status.st_mode):04o}"
    if status.st_uid not in (0, os.geteuid()):
        return "the key file belongs to another user"
    return None


def _write_new(path: Path, content: Callable[[], bytes]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise PlimsollError(
            "key.exists", "a file is already there", fix="Choose another name.", where=Where(file=str(path))
        ) from None
    except OSError as problem:
        raise PlimsollError(
            "key.unwritable",
            f"the key file cannot be made: {problem.strerror}",
            fix="Name a folder that you may write to.",
            where=Where(file=str(path)),
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        # The mode does not depend on the caller's umask.
        os.fchmod(file.fileno(), 0o600)
        file.write(content())
        file.flush()
        os.fsync(file.fileno())
