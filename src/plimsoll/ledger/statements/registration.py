"""What a log checks before it takes a statement, and what an auditor checks again from the log alone.

Form, issuer, key, rules, signature: every input to the decision is in the statement or in earlier entries. The first
entry of a log is its policy and names the authorities; it is the one entry that vouches for itself.

What was signed once is logged once. Anybody can alter an ECDSA signature into a second good one, and any operator can
log old bytes again; a later entry decides, so either would bring back a policy or a filing that was replaced. What one
log took can be sent to another: a statement that says which log it is for is taken by no other. A log's name is what
its first policy is about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import KeyRegister, parse_key_registered, parse_key_revoked
from plimsoll.ledger.keys.roles import ISSUERS, Role
from plimsoll.ledger.sealed.erasure_order import ErasureOrder, parse_erasure_order
from plimsoll.ledger.statements.cose import CoseKey, KeyKind, to_be_signed, verify_sign1
from plimsoll.ledger.statements.cose_keys import FITTING
from plimsoll.ledger.statements.issuer_certificate import certified_key
from plimsoll.ledger.statements.registration_policy import RegistrationPolicy, parse_registration_policy
from plimsoll.ledger.statements.statement import (
    ERASURE,
    KEY_REGISTERED,
    KEY_REVOKED,
    REGISTRATION_POLICY,
    Statement,
    parse_statement,
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A statement that the log may take as entry `index`; `entry` are the bytes to log."""

    index: int
    statement: Statement
    entry: bytes


class Registrar:
    """Keys, policy and erasures as they stand after the entries that were applied so far.

    Judge a statement, queue it, and apply it before the next one is judged: a key that is registered in one entry is
    good from the next.

    Attributes:
        keys: the key register.
        name: of the log: the subject of its first policy; None before the first entry.
        policy: the policy most recently logged; None before the first entry.
        next_index: the entry that is judged next.
        erasures: entry index and order, by the id of the statement whose document was erased and its digest.
    """

    __slots__ = ("_logged", "_remembers_all", "erasures", "keys", "name", "next_index", "policy")

    def __init__(self, *, remember_all: bool = False) -> None:
        """Before the first entry.

        Args:
            remember_all: whether to notice that any statement is logged again. Without it that is noticed of records
                and of what is signed with ECDSA; the bytes of others cannot be altered, and a queue takes them once.
        """
        self._logged: dict[bytes, int] = {}
        self._remembers_all = remember_all
        self.keys = KeyRegister()
        self.name: str | None = None
        self.policy: RegistrationPolicy | None = None
        self.next_index = 0
        self.erasures: dict[tuple[str, bytes], tuple[int, ErasureOrder]] = {}

    def admit(self, data: bytes, now: int | None = None) -> Admitted:
        """Judges a statement as the next entry and, if it is taken, applies it."""
        admitted = self.judge(data, now)
        self._apply(admitted.statement)
        return admitted

    def judge(self, data: bytes, now: int | None = None) -> Admitted:
        """The statement as the next entry, or the reason why the log does not take it. Changes nothing.

        Args:
            data: a signed statement as it came.
            now: POSIX seconds, needed for issuers with certificates only.

        Raises:
            PlimsollError: what `parse_statement` and `verify_sign1` raise; ``registration.first_entry``,
                ``registration.key_unknown``, ``registration.key_not_valid``, ``registration.issuer``,
                ``registration.role``, ``registration.alg``, ``registration.content_type``,
                ``registration.certificate``, ``registration.again``, ``registration.audience``; ``key_register.*``,
                ``erasure.malformed``, ``registration.policy``.
        """
        statement = parse_statement(data)
        name = statement.sub if self.name is None else self.name
        if statement.aud and name not in statement.aud:
            raise _refused("registration.audience", f"the statement is for another log than {name!r:.100}")
        if self.policy is None:
            key = _first_key(statement, self.next_index)
        else:
            key, role = self._issuer_key(statement, self.policy, now)
            _check_rules(statement, self.policy, role)
            self._check_record(statement, role)
            self._check_new(statement)
        # Last, because it costs more than all the rest together.
        verify_sign1(statement.message, key)
        return Admitted(self.next_index, statement, statement.message.bare())

    def apply(self, entry: bytes) -> bool:
        """Takes over an entry that this log took before, without judging it again; a foreign log is `audit`-ed.

        Entries that are no statements, and records that no log should have taken, have no effect but their place.

        Returns:
            Whether the entry can count for later ones, by more than its place.
        """
        place = self.next_index
        counts = False
        try:
            statement = parse_statement(entry)
            counts = self._remembers(statement)
            self._apply(statement)
        except PlimsollError:
            self.next_index = place + 1
        return counts

    def _issuer_key(self, statement: Statement, policy: RegistrationPolicy, now: int | None) -> tuple[CoseKey, Role]:
        certified = None
        if statement.x5t is not None or statement.chain:
            certified = certified_key(statement, policy.anchors, now)
        # What the log itself says of a key counts for more than a certificate: a revoked key stays revoked.
        holder = self.keys.holder(statement.kid if certified is None else certified.thumbprint)
        if holder is None and certified is not None:
            return certified, Role.FILER
        if holder is None:
            raise _refused("registration.key_unknown", "the statement's key is not registered in this log")
        if not holder.valid_at(self.next_index):
            raise _refused("registration.key_not_valid", f"the statement's key was revoked in entry {holder.revoked}")
        if holder.iss != statement.iss:
            raise _refused("registration.issuer", "the statement's key is registered for another issuer")
        return certified or holder.key, holder.role

    def _check_record(self, statement: Statement, role: Role) -> None:
        """Who may log which record, and whether it fits what is in the log."""
        if statement.body is None:
            return
        if statement.content_type == KEY_REVOKED:
            revoked = self.keys.check_revocable(parse_key_revoked(statement.body))
            if role is not Role.AUTHORITY and revoked.iss != statement.iss:
                raise _refused("registration.role", "a key is revoked by its issuer or by an authority")
            return
        if role is not Role.AUTHORITY:
            raise _refused("registration.role", f"records of type {statement.content_type} are an authority's")
        if statement.content_type == KEY_REGISTERED:
            self.keys.check_new(parse_key_registered(statement.body))
        else:
            _PARSERS[str(statement.content_type)](statement.body)

    def _check_new(self, statement: Statement) -> None:
        index = self._logged.get(_signed_part(statement)) if self._remembers(statement) else None
        if index is not None:
            raise PlimsollError(
                "registration.again",
                f"the same was signed by the same issuer and logged in entry {index}",
                fix="Ask for the receipt of that entry; to say the same again, sign it with another time of issue.",
            )

    def _remembers(self, statement: Statement) -> bool:
        return self._remembers_all or statement.body is not None or statement.alg in FITTING[KeyKind.P256]

    def _apply(self, statement: Statement) -> None:
        index, body = self.next_index, statement.body
        self.next_index += 1
        if self._remembers(statement):
            self._logged.setdefault(_signed_part(statement), index)
        if body is None:
            return
        match statement.content_type:
            case media_type if media_type == REGISTRATION_POLICY:
                self._take_policy(parse_registration_policy(body), statement.sub, index)
            case media_type if media_type == KEY_REGISTERED:
                self.keys.register(index, parse_key_registered(body))
            case media_type if media_type == KEY_REVOKED:
                self.keys.revoke(index, parse_key_revoked(body))
            case media_type if media_type == ERASURE:
                order = parse_erasure_order(body)
                self.erasures.setdefault((order.statement, order.digest), (index, order))

    def _take_policy(self, policy: RegistrationPolicy, about: str, index: int) -> None:
        if self.policy is None:
            if index:
                return  # A log that did not begin with a policy has none, whoever sends it one.
            self.name = about
            for authority in policy.authorities:
                self.keys.register(index, authority)
        self.policy = policy


def audit(entries: Iterable[bytes], now: int | None = None) -> Iterator[tuple[int, PlimsollError]]:
    """Judges every entry of a log again, in order: index and reason of each that should not have been taken."""
    registrar = Registrar(remember_all=True)
    for index, entry in enumerate(entries):
        try:
            admitted = registrar.admit(entry, now)
            if admitted.entry != entry:
                raise _refused("registration.not_bare", "the entry has something in its unprotected header")
        except PlimsollError as problem:
            # What should not have been taken must not decide about what comes after it either.
            registrar.next_index = index + 1
            yield index, problem


def _signed_part(statement: Statement) -> bytes:
    """A hash of what the signature covers: the same for every signature that can be made of it."""
    message = statement.message
    return hashlib.sha256(to_be_signed(message.protected, message.payload or b"")).digest()


def _first_key(statement: Statement, index: int) -> CoseKey:
    """The key that the first entry vouches for itself with."""
    if index:
        raise _refused("registration.first_entry", "this log did not begin with a registration policy and has none")
    if statement.content_type != REGISTRATION_POLICY or statement.body is None:
        raise _refused("registration.first_entry", "the first entry of a log must be its registration policy")
    for authority in parse_registration_policy(statement.body).authorities:
        if authority.key.kid == statement.kid and authority.iss == statement.iss:
            return authority.key
    raise _refused("registration.first_entry", "the first policy is not signed by an authority that it names")


def _check_rules(statement: Statement, policy: RegistrationPolicy, role: Role) -> None:
    if role not in ISSUERS:
        raise _refused("registration.role", f"a {role.value} key signs no statements")
    if statement.alg not in policy.algs:
        raise _refused("registration.alg", f"the policy of this log does not take {statement.alg.name}")
    if statement.body is not None:
        return
    if policy.issuers is not None and statement.iss not in policy.issuers:
        raise _refused("registration.issuer", "the policy of this log does not take statements of this issuer")
    if policy.content_types is not None and statement.content_type not in policy.content_types:
        raise _refused("registration.content_type", "the policy of this log does not take documents of this type")


_PARSERS: dict[str, Callable[[bytes], object]] = {
    REGISTRATION_POLICY: parse_registration_policy,
    ERASURE: parse_erasure_order,
}


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(
        code, what, fix="Read the log's registration policy; an authority can register a key or change it."
    )
