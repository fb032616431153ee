"""What a policy is made of, the rules it must keep (C2SP tlog-policy), and who must have cosigned to satisfy it.

Every refusal is made here, so that a policy built by code and one read from a file are held to the same rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey

MAX_EACH = 256
"""The most logs, witnesses and groups, each, that a policy may have; the specification asks for 32 at least."""

LOG_TYPES = frozenset({KeyType.ED25519, KeyType.ECDSA, KeyType.STH, KeyType.COSIGN_MLDSA44})
"""Types of key with which a log may sign its checkpoints."""

WITNESS_TYPES = frozenset({KeyType.COSIGN_ED25519, KeyType.COSIGN_MLDSA44})
"""Types of key with which a witness may cosign."""

NO_QUORUM = "none"


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log whose checkpoints are accepted. Its key is named by its origin."""

    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A cosigner that may count. `name` has a meaning in this policy only; the key has a name of its own."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """Satisfied when at least `threshold` of its members are: witnesses, or groups defined before it."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass
class Rules:
    """Takes the lines of a policy one by one and refuses the first that breaks a rule.

    Raises, from each method:
        PlimsollError: with a code under ``policy.``; without a place, which the reader of a file adds.
    """

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    _names: set[str] = field(default_factory=set)
    _members: set[str] = field(default_factory=set)

    def add_log(self, log: PolicyLog) -> None:
        """``policy.role``, ``policy.duplicate_key``, ``policy.key_reuse``, ``policy.too_many``."""
        _check_role(log.key, LOG_TYPES, "log")
        _check_key(log.key, (known.key for known in self.logs), (known.key for known in self.witnesses))
        _check_count(self.logs, "logs")
        self.logs.append(log)

    def add_witness(self, witness: PolicyWitness) -> None:
        """As `add_log`; ``policy.reserved_name``, ``policy.duplicate_name``."""
        _check_role(witness.key, WITNESS_TYPES, "witness")
        _check_key(witness.key, (known.key for known in self.witnesses), (known.key for known in self.logs))
        _check_count(self.witnesses, "witnesses")
        self._define(witness.name)
        self.witnesses.append(witness)

    def add_group(self, group: PolicyGroup) -> None:
        """``policy.threshold``, ``policy.empty_group``, ``policy.unknown_name``, ``policy.member_twice`` and names."""
        if not group.members:
            raise _refusal("policy.empty_group", f"group {shown(group.name)} has no members", "Name one at least.")
        if not 1 <= group.threshold <= len(group.members):
            raise _refusal(
                "policy.threshold",
                f"group {shown(group.name)} asks for {group.threshold} of {len(group.members)} members",
                "Ask for at least 1 and at most all of them.",
            )
        _check_count(self.groups, "groups")
        for member in group.members:
            self._take(member)
        self._define(group.name)
        self.groups.append(group)

    def set_quorum(self, name: str) -> None:
        """``policy.two_quorums``, ``policy.unknown_name``."""
        if self.quorum is not None:
            raise _refusal("policy.two_quorums", "a second quorum is given", "Keep exactly one quorum line.")
        if name != NO_QUORUM:
            self._check_known(name)
        self.quorum = name

    def finish(self) -> str:
        """The quorum; ``policy.no_quorum`` when none was given."""
        if self.quorum is None:
            raise _refusal(
                "policy.no_quorum",
                "no quorum is given",
                "Add a line 'quorum NAME', or 'quorum none' where no cosignature is needed.",
            )
        return self.quorum

    def _define(self, name: str) -> None:
        if name == NO_QUORUM:
            raise _refusal("policy.reserved_name", "'none' cannot be the name of a witness or group", "Rename it.")
        if name in self._names:
            raise _refusal(
                "policy.duplicate_name",
                f"the name {shown(name)} is taken",
                "Witnesses and groups share one set of names: rename one of the two.",
            )
        self._names.add(name)

    def _take(self, member: str) -> None:
        self._check_known(member)
        if member in self._members:
            raise _refusal(
                "policy.member_twice",
                f"{shown(member)} is a member of a group already",
                "A name may be a member once, so that no witness counts twice.",
            )
        self._members.add(member)

    def _check_known(self, name: str) -> None:
        if name == NO_QUORUM:
            raise _refusal("policy.reserved_name", "'none' cannot be a member of a group", "Leave it out.")
        if name not in self._names:
            raise _refusal(
                "policy.unknown_name",
                f"no witness or group named {shown(name)} is defined before this",
                "Define it on an earlier line, or correct the name.",
            )


def satisfied(
    quorum: str, witnesses: Iterable[PolicyWitness], groups: Iterable[PolicyGroup], cosigned: Collection[VerifierKey]
) -> bool:
    """Whether the keys in `cosigned` satisfy the quorum. Linear in the size of the policy."""
    if quorum == NO_QUORUM:
        return True
    held = {witness.name for witness in witnesses if witness.key in cosigned}
    for group in groups:
        if sum(member in held for member in group.members) >= group.threshold:
            held.add(group.name)
    return quorum in held


def shown(name: str) -> str:
    """A name as a message may carry it: names are opaque bytes, and some are not text."""
    return repr(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")[:80])


def _check_role(key: VerifierKey, types: frozenset[KeyType], role: str) -> None:
    if key.type not in types:
        raise _refusal(
            "policy.role",
            f"a key of type 0x{key.type:02x} cannot be a {role}'s",
            f"Give the {role}'s own vkey: of type " + ", ".join(f"0x{each:02x}" for each in sorted(types)) + ".",
        )


def _check_key(key: VerifierKey, same_role: Iterable[VerifierKey], other_role: Iterable[VerifierKey]) -> None:
    # Keys are compared by their public bytes: another name or another type makes another id, not another key.
    if any(key.public == known.public for known in same_role):
        raise _refusal(
            "policy.duplicate_key",
            f"the public key of {key.name} is listed already",
            "List each key once, whatever its name.",
        )
    if any(key.public == known.public for known in other_role):
        raise _refusal(
            "policy.key_reuse",
            f"the public key of {key.name} serves a log and a witness",
            "Give each role a key of its own: a signature made in one role must mean nothing in another.",
        )


def _check_count(so_far: Collection[object], what: str) -> None:
    if len(so_far) >= MAX_EACH:
        raise _refusal("policy.too_many", f"it has more than {MAX_EACH} {what}", f"Keep at most {MAX_EACH}.")


def _refusal(code: str, what: str, fix: str) -> PlimsollError:
    return PlimsollError(code, f"this policy is not valid: {what}", fix=fix)
