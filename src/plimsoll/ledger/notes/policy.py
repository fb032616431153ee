"""Policies (C2SP tlog-policy): which logs are accepted, and which witnesses must have cosigned.

Groups nest, so "2 of 3 in bloc A and 2 of 4 in bloc B" can be said, and no bloc can vouch alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.notes.checkpoint_text import Checkpoint, parse_checkpoint, parse_decimal
from plimsoll.ledger.notes.note_keys import VerifierKey, parse_vkey
from plimsoll.ledger.notes.notes import parse_note, verify_note
from plimsoll.ledger.notes.quorum import NO_QUORUM, PolicyGroup, PolicyLog, PolicyWitness, Rules, satisfied, shown

MAX_POLICY_BYTES = 1 << 20
"""The largest policy file that is read."""

MAX_CLOCK_SKEW = 300
"""How far ahead of `now`, in seconds, a signature's time may be. Anything later is not counted."""

_FORBIDDEN = re.compile(rb"[^\x09\x0a\x20-\x7e\x80-\xff]")


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What a policy finds in a checkpoint whose known signatures all verify.

    Attributes:
        checkpoint: what the log says.
        log_signers: keys of listed logs that signed it; never empty.
        cosigners: name of the key and time, of every witness that counts; its newest cosignature if it has several.
        quorum: whether those satisfy the quorum.
        set_aside: name, time and reason (``cosignature.stale`` or ``cosignature.future``) of those that do not count.
        log_time: the newest time in a signature of the log that counts, or None.
    """

    checkpoint: Checkpoint
    log_signers: tuple[VerifierKey, ...]
    cosigners: tuple[tuple[str, int], ...]
    quorum: bool
    set_aside: tuple[tuple[str, int, str], ...] = ()
    log_time: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs that are accepted, witnesses that are known, and the quorum among these.

    Raises:
        PlimsollError: with a code under ``policy.`` when it breaks a rule of tlog-policy, or when a key serves as a
            log's and as a witness's.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()
    quorum: str = NO_QUORUM

    def __post_init__(self) -> None:
        rules = Rules()
        for log in self.logs:
            rules.add_log(log)
        for witness in self.witnesses:
            rules.add_witness(witness)
        for group in self.groups:
            rules.add_group(group)
        rules.set_quorum(self.quorum)

    @staticmethod
    def trusting(log_keys: Iterable[VerifierKey]) -> Policy:
        """These logs, and no cosignature needed."""
        return Policy(tuple(PolicyLog(key) for key in log_keys))

    def judge(self, cosigned: Collection[VerifierKey | str]) -> bool:
        """Whether a checkpoint that these keys have cosigned satisfies the quorum. Keys may be given as vkeys.

        Raises:
            PlimsollError: ``key.*`` for text that is no vkey.
        """
        keys = {parse_vkey(key) if isinstance(key, str) else key for key in cosigned}
        return satisfied(self.quorum, self.witnesses, self.groups, keys)

    def check(self, checkpoint_note: bytes, now: int | None = None, max_age: int | None = None) -> PolicyResult:
        """Verifies a checkpoint under this policy.

        Args:
            checkpoint_note: the checkpoint with its signature lines.
            now: POSIX seconds; without it no time is looked at.
            max_age: with it, only cosignatures at most so many seconds older than `now` count.

        Raises:
            PlimsollError: ``note.*`` when it cannot be read or a known key's signature is wrong,
                ``checkpoint.malformed``, ``policy.unknown_log`` when no listed log signed it, ``policy.no_clock`` for
                `max_age` without `now`. A missing quorum is no error: see the result.
        """
        if max_age is not None and now is None:
            raise PlimsollError("policy.no_clock", "an age is asked for without a time", fix="Give `now` too.")
        note = parse_note(checkpoint_note)
        checkpoint = parse_checkpoint(note.text)
        log_keys = {log.key for log in self.logs if log.key.name == checkpoint.origin}
        witness_keys = [witness.key for witness in self.witnesses]
        if not log_keys:
            raise _unknown_log(checkpoint.origin)
        verified = verify_note(note, [*log_keys, *witness_keys]).verified
        log_signers = tuple(dict.fromkeys(key for key, _ in verified if key in log_keys))
        if not log_signers:
            raise _unknown_log(checkpoint.origin)
        timed = [(key, time) for key, time in verified if time is not None]
        counted, set_aside = _by_age(timed, now, max_age)
        cosigned = {key: time for key, time in counted.items() if key not in log_keys}
        return PolicyResult(
            checkpoint,
            log_signers,
            tuple((key.name, time) for key, time in cosigned.items()),
            self.judge(set(cosigned)),
            tuple((key.name, time, why) for key, time, why in set_aside),
            max((time for key, time in counted.items() if key in log_keys), default=None),
        )


def parse_policy(data: bytes) -> Policy:
    """Reads a policy file.

    Raises:
        PlimsollError: with a code under ``policy.`` and the line, counted from 1.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise _malformed("policy.too_large", f"it has {len(data):,} bytes", f"Keep it below {MAX_POLICY_BYTES:,}.")
    bad = _FORBIDDEN.search(data)
    if bad:
        raise _malformed(
            "policy.character",
            f"it has the byte 0x{bad[0][0]:02x}",
            "Remove control characters; end lines with a newline alone.",
            data.count(b"\n", 0, bad.start()) + 1,
        )
    lines = data.split(b"\n")
    if lines.pop():
        raise _malformed("policy.unterminated", "its last line does not end", "Add a newline.", len(lines) + 1)
    rules = Rules()
    for number, line in enumerate(lines, start=1):
        try:
            _read_line(line, rules)
        except PlimsollError as problem:
            raise problem.at(Where(line=number)) from None
    try:
        quorum = rules.finish()
    except PlimsollError as problem:
        raise problem.at(Where(line=max(len(lines), 1))) from None
    return Policy(tuple(rules.logs), tuple(rules.witnesses), tuple(rules.groups), quorum)


def _read_line(line: bytes, rules: Rules) -> None:
    # Names are opaque bytes: this decoding gives different bytes different names and keeps readable ones readable.
    words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line.strip(b" \t"))]
    match words:
        case [""]:
            pass
        case [first, *_] if first.startswith("#"):
            pass
        case ["log", vkey, *url] if len(url) <= 1:
            rules.add_log(PolicyLog(_key(vkey), *url))
        case ["witness", name, vkey, *url] if len(url) <= 1:
            rules.add_witness(PolicyWitness(name, _key(vkey), *url))
        case ["group", name, threshold, *members]:
            rules.add_group(PolicyGroup(name, _threshold(threshold, len(members)), tuple(members)))
        case ["quorum", name]:
            rules.set_quorum(name)
        case _:
            raise _malformed(
                "policy.line",
                f"a line starting with {shown(words[0])} and {len(words) - 1} more words is no line of a policy",
                "Write 'log VKEY [URL]', 'witness NAME VKEY [URL]', 'group NAME all|any|K MEMBER...' or 'quorum NAME'.",
            )


def _key(vkey: str) -> VerifierKey:
    try:
        return parse_vkey(vkey)
    except PlimsollError as problem:
        raise _malformed("policy.key", problem.what, problem.fix) from None


def _threshold(word: str, members: int) -> int:
    if word == "all":
        return members
    if word == "any":
        return 1
    number = parse_decimal(word)
    if number is None:
        raise _malformed(
            "policy.threshold", f"{shown(word)} is no number of members", "Write all, any, or a plain decimal number."
        )
    return number


def _by_age(
    timed: Sequence[tuple[VerifierKey, int]], now: int | None, max_age: int | None
) -> tuple[dict[VerifierKey, int], list[tuple[VerifierKey, int, str]]]:
    """The newest time of every key that counts, and what does not count."""
    counted: dict[VerifierKey, int] = {}
    set_aside = []
    for key, time in timed:
        if now is not None and time > now + MAX_CLOCK_SKEW:
            set_aside.append((key, time, "cosignature.future"))
        elif now is not None and max_age is not None and time < now - max_age:
            set_aside.append((key, time, "cosignature.stale"))
        else:
            counted[key] = max(time, counted.get(key, 0))
    return counted, set_aside


def _unknown_log(origin: str) -> PlimsollError:
    return PlimsollError(
        "policy.unknown_log",
        f"no log of this policy signed this checkpoint of {origin[:200]!r}",
        fix="Add the log's vkey, named by this origin, to the policy if you trust it.",
    )


def _malformed(code: str, what: str, fix: str, line: int | None = None) -> PlimsollError:
    return PlimsollError(code, f"this policy is not valid: {what}", fix=fix, where=Where(line=line))
