"""Which key is whose, and from which entry to which: registered and revoked by entries of the log itself.

A clock can be set; the order of a log cannot be changed. So a key is good for entry i if it was registered in an
earlier entry and not revoked in an earlier one: registered < i < revoked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor
from plimsoll.ledger.statements.cose_keys import CoseKey, cose_key_of

MAX_BODY = 8192
"""Bytes of one registration or revocation."""


class RevocationReason(Enum):
    """Why a key ends. All have the same effect; they tell the reader what to think of earlier statements."""

    ROTATED = "rotated"
    COMPROMISED = "compromised"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class KeyRegistered:
    """The body of an entry that gives a key to an issuer.

    Attributes:
        key: public key; its kid is its thumbprint, so that nobody can register a key under another's name.
        iss: who signs with it.
        role: what for.
    """

    key: CoseKey
    iss: str
    role: Role

    def __post_init__(self) -> None:
        if self.key.kid != self.key.thumbprint:
            raise _malformed("the kid of the key is not its thumbprint")
        if not 1 <= len(self.iss.encode()) <= MAX_BODY // 2:
            raise _malformed("the issuer is empty or too long")

    def encode(self) -> bytes:
        """The body as CBOR: {1: COSE_Key, 2: issuer, 3: role}."""
        return encode_cbor(self.value())

    def value(self) -> dict[int | str, Cbor]:
        """The body before encoding, to be put into a policy."""
        return {1: self.key.members(), 2: self.iss, 3: self.role.value}


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """The body of an entry that ends a key."""

    kid: bytes
    reason: RevocationReason

    def encode(self) -> bytes:
        """The body as CBOR: {1: kid, 2: reason}."""
        return encode_cbor({1: self.kid, 2: self.reason.value})


@dataclass(frozen=True, slots=True)
class Holder:
    """A key in the register, with the indices of the entries that began and ended it."""

    key: CoseKey
    iss: str
    role: Role
    registered: int
    revoked: int | None = None
    reason: RevocationReason | None = None

    def valid_at(self, index: int) -> bool:
        """Whether entry `index` may be signed with this key."""
        return self.registered < index and (self.revoked is None or index < self.revoked)


def parse_key_registered(body: bytes) -> KeyRegistered:
    """Reads a registration; ``key_register.malformed``, ``cbor.*``, ``cose_key.*``."""
    return key_registered_of(decode_cbor(body, max_size=MAX_BODY, max_depth=3))


def key_registered_of(value: Cbor) -> KeyRegistered:
    """A registration out of decoded CBOR; see `parse_key_registered`."""
    match value:
        case {1: key, 2: str() as iss, 3: str() as role, **rest} if not rest:
            return KeyRegistered(cose_key_of(key), iss, _role(role))
    raise _malformed("a registration is a key, an issuer and a role")


def parse_key_revoked(body: bytes) -> KeyRevoked:
    """Reads a revocation; ``key_register.malformed``, ``cbor.*``."""
    match decode_cbor(body, max_size=MAX_BODY, max_depth=2):
        case {1: bytes() as kid, 2: str() as reason, **rest} if not rest:
            try:
                return KeyRevoked(kid, RevocationReason(reason))
            except ValueError:
                raise _malformed("the reason for the revocation is not known") from None
    raise _malformed("a revocation is a kid and a reason")


class KeyRegister:
    """The keys of a log, made by reading its entries in order."""

    __slots__ = ("_holders",)

    def __init__(self) -> None:
        self._holders: dict[bytes, Holder] = {}

    def register(self, index: int, entry: KeyRegistered) -> None:
        """Takes the registration in entry `index`; the codes of `check_new`."""
        self.check_new(entry)
        self._holders[entry.key.kid] = Holder(entry.key, entry.iss, entry.role, index)

    def check_new(self, entry: KeyRegistered) -> None:
        """Refuses a key that the register has met.

        A key is registered once. It cannot come back after its revocation, and it cannot have a second role or a
        second issuer.

        Raises:
            PlimsollError: ``key_register.two_roles``, ``key_register.two_issuers``, ``key_register.again``.
        """
        known = self._holders.get(entry.key.kid)
        if known is None:
            return
        if known.role is not entry.role:
            raise _refused("key_register.two_roles", f"the key is registered as a {known.role.value} key already")
        if known.iss != entry.iss:
            raise _refused("key_register.two_issuers", "the key is registered for another issuer already")
        raise _refused("key_register.again", f"the key was registered in entry {known.registered} already")

    def revoke(self, index: int, entry: KeyRevoked) -> None:
        """Takes the revocation in entry `index`; the codes of `check_revocable`."""
        holder = self.check_revocable(entry)
        self._holders[entry.kid] = replace(holder, revoked=index, reason=entry.reason)

    def check_revocable(self, entry: KeyRevoked) -> Holder:
        """The holder of a key that can be revoked; ``key_register.unknown`` or ``key_register.revoked`` otherwise."""
        holder = self._holders.get(entry.kid)
        if holder is None:
            raise _refused("key_register.unknown", "the key that is revoked was never registered")
        if holder.revoked is not None:
            raise _refused("key_register.revoked", f"the key was revoked in entry {holder.revoked} already")
        return holder

    def holder(self, kid: bytes | None) -> Holder | None:
        """Whose key it is and since when; None if it was never registered."""
        return None if kid is None else self._holders.get(kid)

    def valid(self, kid: bytes, index: int) -> bool:
        """Whether the key may sign entry `index`."""
        holder = self._holders.get(kid)
        return holder is not None and holder.valid_at(index)

    def __iter__(self) -> Iterator[Holder]:
        return iter(self._holders.values())

    def __len__(self) -> int:
        return len(self._holders)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise _malformed(f"{text!r:.40} is not a role of a key") from None


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("key_register.malformed", what, fix="Make the entry with `KeyRegistered` or `KeyRevoked`.")


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(code, what, fix="Make a new key and register that one.")
