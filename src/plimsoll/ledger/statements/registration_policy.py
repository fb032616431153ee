"""The rules by which a log takes statements, as an entry of that log: so every decision can be judged again later."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import KeyRegistered, key_registered_of
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor
from plimsoll.ledger.statements.cose_keys import Alg

MAX_POLICY = 60_000
"""Bytes of a policy; it must fit into an entry."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """What a log takes from now on.

    Attributes:
        authorities: keys that may register keys and change the policy. They count in the first entry of a log only;
            later authorities are registered like everybody else.
        algs: signature algorithms that are taken.
        issuers: who may file, or None for everybody whose key is registered.
        content_types: media types of documents that are taken, or None for all.
        anchors: DER certificates under which issuers with certificates are accepted; none if empty.
    """

    authorities: tuple[KeyRegistered, ...] = ()
    algs: frozenset[Alg] = frozenset(Alg)
    issuers: frozenset[str] | None = None
    content_types: frozenset[str] | None = None
    anchors: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if any(each.role is not Role.AUTHORITY for each in self.authorities):
            raise _malformed("a key that a policy brings with it is not an authority's")
        if len({each.key.kid for each in self.authorities}) != len(self.authorities):
            raise _malformed("a policy brings one key twice")
        if not self.algs:
            raise _malformed("a policy that takes no algorithm takes nothing")

    def encode(self) -> bytes:
        """The body as CBOR: {0: 1, 1: authorities, 2: algorithms, 3: issuers, 4: content types, 5: anchors}."""
        body: dict[int | str, Cbor] = {
            0: VERSION,
            1: tuple(each.value() for each in self.authorities),
            2: tuple(sorted(map(int, self.algs))),
            3: None if self.issuers is None else tuple(sorted(self.issuers)),
            4: None if self.content_types is None else tuple(sorted(self.content_types)),
            5: self.anchors,
        }
        return encode_cbor(body)


def parse_registration_policy(body: bytes) -> RegistrationPolicy:
    """Reads a policy; ``registration.policy`` if it says anything that this version does not know, ``cbor.*``."""
    match decode_cbor(body, max_size=MAX_POLICY, max_depth=5):
        case {
            0: 1,
            1: tuple() as authorities,
            2: tuple() as algs,
            3: (None | tuple()) as issuers,
            4: (None | tuple()) as content_types,
            5: tuple() as anchors,
            **rest,
        } if not rest:
            return RegistrationPolicy(
                authorities=tuple(key_registered_of(each) for each in authorities),
                algs=frozenset(_alg(each) for each in algs),
                issuers=_texts(issuers),
                content_types=_texts(content_types),
                anchors=tuple(_bytes(each) for each in anchors),
            )
    raise _malformed("the policy does not have the members of version 1")


def _alg(value: Cbor) -> Alg:
    if type(value) is int and value in set(map(int, Alg)):
        return Alg(value)
    raise _malformed(f"{value!r:.40} is no algorithm that can be taken")


def _texts(values: tuple[Cbor, ...] | None) -> frozenset[str] | None:
    if values is None:
        return None
    texts = [each for each in values if isinstance(each, str)]
    if len(texts) != len(values):
        raise _malformed("a list of names holds something else")
    return frozenset(texts)


def _bytes(value: Cbor) -> bytes:
    if not isinstance(value, bytes):
        raise _malformed("a trust anchor is not a certificate")
    return value


def _malformed(what: str) -> PlimsollError:
    return PlimsollError("registration.policy", what, fix="Make the policy with `RegistrationPolicy`.")
