"""The relying party's question: is this statement on the record, under my policy, and is the evidence fresh enough?"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint_text import Checkpoint, parse_checkpoint
from plimsoll.ledger.notes.notes import parse_note
from plimsoll.ledger.notes.policy import Policy, PolicyResult
from plimsoll.ledger.notes.quorum import NO_QUORUM
from plimsoll.ledger.notes.tlog_proof import Receipt, parse_receipt, quorum_missing, verify_path
from plimsoll.ledger.tree.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a receipt is not accepted: a stable code, and a sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `ok` exactly when there are no problems.

    Attributes:
        origin, size, root: of the checkpoint; the log's word only where `signers` is not empty.
        index: of the entry.
        signers: keys of the log that signed, as name+id.
        cosigners: name and time (POSIX seconds) of every witness that counts.
        quorum: whether these satisfy the policy.
        problems: in the order in which they were looked for.
    """

    origin: str
    size: int
    index: int
    root: bytes
    signers: tuple[str, ...] = ()
    cosigners: tuple[tuple[str, int], ...] = ()
    quorum: bool = False
    problems: tuple[Problem, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict[str, object]:
        """The verdict as plain values; the root hash in hexadecimal."""
        return {
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "index": self.index,
            "root": self.root.hex(),
            "signers": list(self.signers),
            "cosigners": [{"name": name, "time": time} for name, time in self.cosigners],
            "quorum": self.quorum,
            "problems": [{"code": problem.code, "detail": problem.detail} for problem in self.problems],
        }

    def json(self) -> str:
        """`as_dict` as one line of JSON; pure ASCII, so that no terminal is led astray by a name."""
        return json.dumps(self.as_dict())


def verify(
    receipt: bytes | Receipt,
    statement: bytes | None,
    policy: Policy,
    max_age: int | None = None,
    now: int | None = None,
) -> Verdict:
    """Verifies a receipt for a statement, offline.

    Args:
        receipt: a ``.tlog-proof`` file.
        statement: the entry's bytes. A COSE statement may come with receipts attached: what was logged is the same
            statement with its unprotected header emptied, and that is tried too. Without a statement, extra data of 32
            bytes in the receipt is taken for the leaf hash, and the verdict is only that some such leaf is logged.
        policy: the logs and witnesses that are trusted.
        max_age: in seconds. With it the quorum must hold among cosignatures no older than that, and a policy without
            quorum needs a time as fresh from the log itself: an old checkpoint cannot be replayed past its age.
        now: POSIX seconds; needed with `max_age`. With it, cosignatures more than `policy.MAX_CLOCK_SKEW` seconds
            ahead of it do not count.

    Raises:
        PlimsollError: for unusable input only: ``receipt.malformed``, ``note.malformed`` and its like,
            ``checkpoint.malformed``, ``policy.no_clock``. Everything that makes good input invalid is a problem in
            the verdict.
    """
    read = receipt if isinstance(receipt, Receipt) else parse_receipt(receipt)
    claimed = parse_checkpoint(parse_note(read.checkpoint).text)
    if max_age is not None and now is None:
        raise PlimsollError("policy.no_clock", "an age is asked for without a time", fix="Give `now` too.")
    problems: list[Problem] = []
    result = _checked(read, policy, now, max_age, problems)
    _check_inclusion(read, claimed, statement, problems)
    if result is None:
        return Verdict(claimed.origin, claimed.size, read.index, claimed.root, problems=tuple(problems))
    return Verdict(
        claimed.origin,
        claimed.size,
        read.index,
        claimed.root,
        tuple(f"{key.name}+{key.id.hex()}" for key in result.log_signers),
        result.cosigners,
        result.quorum,
        tuple(problems),
    )


def _checked(
    receipt: Receipt, policy: Policy, now: int | None, max_age: int | None, problems: list[Problem]
) -> PolicyResult | None:
    try:
        result = policy.check(receipt.checkpoint, now, max_age)
    except PlimsollError as refusal:
        problems.append(Problem(refusal.code, refusal.what))
        return None
    if not result.quorum:
        missing = quorum_missing(result)
        problems.append(Problem(missing.code, missing.what))
        problems.extend(_aside(name, time, code, now) for name, time, code in result.set_aside)
    elif max_age is not None and policy.quorum == NO_QUORUM and result.log_time is None and not result.cosigners:
        problems.append(
            Problem(
                "freshness.unproven",
                f"nothing that this policy knows shows that the checkpoint is no older than {max_age:,} s",
            )
        )
        problems.extend(_aside(name, time, code, now) for name, time, code in result.set_aside)
    return result


def _aside(name: str, time: int, code: str, now: int | None) -> Problem:
    assert now is not None, "nothing is set aside for its time where no time is known"
    if code == "cosignature.future":
        return Problem(code, f"{name} signed {time - now:,} s in the future")
    return Problem(code, f"{name} signed {now - time:,} s ago, which is too old")


def _check_inclusion(
    receipt: Receipt, checkpoint: Checkpoint, statement: bytes | None, problems: list[Problem]
) -> None:
    leaves = _leaves(receipt, statement)
    if not leaves:
        problems.append(
            Problem("receipt.no_statement", "without the statement this receipt shows nothing about any entry")
        )
        return
    refusals = []
    for leaf in leaves:
        try:
            verify_path(receipt, checkpoint, leaf)
        except PlimsollError as refusal:
            refusals.append(Problem(refusal.code, refusal.what))
        else:
            return
    problems.append(refusals[0])


def _leaves(receipt: Receipt, statement: bytes | None) -> list[bytes]:
    """The leaf hashes that would do, each of which binds the whole of what was asked about."""
    if statement is None:
        return [receipt.extra] if receipt.extra is not None and len(receipt.extra) == 32 else []
    leaves = [leaf_hash(statement)]
    if statement[:1] == b"\xd2":  # CBOR tag 18: a COSE_Sign1
        from plimsoll.ledger.statements.statement import leaf_bytes

        with suppress(PlimsollError):
            leaves.append(leaf_hash(leaf_bytes(statement)))
    return leaves
