"""Shows a checkpoint to witnesses and collects their cosignatures (C2SP tlog-witness v1.0.0, client side).

All witnesses are asked at once, each in a thread of its own. The answer is there as soon as the policy's quorum holds,
or all have answered, or the time is up: a checkpoint that is published late helps nobody, and a cosignature that comes
too late goes onto the next one. A witness that did not answer in time is left alone for a while, so that a dead one
cannot slow down every batch.

Nothing that a witness says is believed but a cosignature that verifies. In particular a size in its 409 answer only
says what to try next: no witness can stop a log by naming a size that the log never had.
"""

from __future__ import annotations

import hashlib
import http.client
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint, parse_decimal, read_checkpoint
from plimsoll.ledger.notes.cosignature import verify_cosignature
from plimsoll.ledger.notes.note_keys import VerifierKey
from plimsoll.ledger.notes.notes import MAX_SIGNATURES, NoteSignature, add_signatures, parse_signatures
from plimsoll.ledger.notes.policy import Policy

SIZE_TYPE = "text/x.tlog.size"
_MOST_ANSWER = 1 << 18
_TRIES = 3

Proof = Callable[[int], list[bytes]]
"""The consistency proof from an older size, above 0, to the checkpoint's."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness takes submissions and shows checkpoints (URL prefixes), and the keys by which it is known.

    Without a monitoring prefix it is the one for submissions.
    """

    url: str
    keys: tuple[VerifierKey, ...]
    monitoring: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """The checkpoint with the cosignatures that came.

    Attributes:
        note: the signed note.
        quorum: whether the policy's quorum holds; without a policy, whether every witness cosigned.
        problems: for each witness that did not cosign, its URL and why.
        contradicted: whether one of them says that it has seen another history, or more of this one. It may lie.
    """

    note: bytes
    quorum: bool
    problems: tuple[tuple[str, str], ...] = ()
    contradicted: bool = False


@dataclass(slots=True)
class WitnessClient:
    """The witnesses of a log.

    Attributes:
        witnesses: whom to ask.
        policy: when there are enough; without one, all are waited for.
        timeout: seconds for all of them together.
        rest: seconds for which a witness that did not answer in time is not asked again.
    """

    witnesses: Sequence[WitnessAddress]
    policy: Policy | None = None
    timeout: float = 10.0
    rest: int = 60
    _sizes: dict[str, int] = field(default_factory=dict)
    _resting: dict[str, int] = field(default_factory=dict)

    def cosign(self, note: bytes, now: int, proof: Proof) -> Collected:
        """Shows the signed checkpoint `note` to the witnesses.

        Args:
            note: as the log signed it.
            now: POSIX seconds; decides who is resting.
            proof: makes consistency proofs; called from several threads, one at a time.
        """
        checkpoint, signed = read_checkpoint(note)
        # A rest that ends later than it can comes from a clock that has been put back since: it is over.
        asked = [each for each in self.witnesses if not now < self._resting.get(each.url, 0) <= now + self.rest]
        problems = {each.url: "it did not answer lately" for each in self.witnesses if each not in asked}
        answers: queue.SimpleQueue[tuple[WitnessAddress, list[NoteSignature] | Exception]] = queue.SimpleQueue()
        alone = threading.Lock()
        deadline = time.monotonic() + self.timeout
        for each in asked:
            job = _Job(each, note, checkpoint, proof, alone, deadline, self._sizes)
            threading.Thread(target=_answer, args=(job, answers), daemon=True).start()
        found: list[NoteSignature] = []
        cosigned: set[VerifierKey] = set()
        waiting = {each.url for each in asked}
        contradicted = False
        enough = self._enough(cosigned, problems)
        while waiting and not enough:
            try:
                witness, answer = answers.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                break
            waiting.discard(witness.url)
            if isinstance(answer, Exception):
                problems[witness.url] = str(answer)
                contradicted |= isinstance(answer, PlimsollError) and answer.code == "witness.contradicts"
                if isinstance(answer, TimeoutError):
                    self._resting[witness.url] = now + self.rest
                continue
            found += answer
            names = {(line.name, line.key_id) for line in answer}
            cosigned |= {key for key in witness.keys if (key.name, key.id) in names}
            enough = self._enough(cosigned, problems)
        if not enough:
            for url in waiting:
                self._resting[url] = now + self.rest
                problems[url] = f"no answer within {self.timeout:g} seconds"
        room = MAX_SIGNATURES - len(signed.signatures)
        complete = add_signatures(signed, found[:room]).encode() if found else note
        return Collected(complete, self._enough(cosigned, problems), tuple(sorted(problems.items())), contradicted)

    def newest(self, origin: str, log_keys: Sequence[VerifierKey]) -> Checkpoint | None:
        """The largest checkpoint, signed by the log, that the witnesses' monitoring endpoints show; they may lag.

        Whoever does not answer, or answers anything else, is passed over.
        """
        answers: queue.SimpleQueue[Checkpoint | None] = queue.SimpleQueue()
        deadline = time.monotonic() + self.timeout
        path = f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"

        def ask(url: str) -> None:
            try:
                status, _, data = _exchange("GET", (url.rstrip("/")) + path, None, deadline)
                answers.put(open_checkpoint(data, log_keys, origin)[0] if status == 200 else None)
            except Exception:  # a foreign server may do anything
                answers.put(None)

        for each in self.witnesses:
            threading.Thread(target=ask, args=(each.monitoring or each.url,), daemon=True).start()
        found: list[Checkpoint | None] = []
        with suppress(queue.Empty):
            for _ in self.witnesses:
                found.append(answers.get(timeout=max(deadline - time.monotonic(), 0)))
        return max((each for each in found if each is not None), key=lambda each: each.size, default=None)

    def _enough(self, cosigned: set[VerifierKey], problems: dict[str, str]) -> bool:
        if self.policy is not None:
            return self.policy.judge(cosigned)
        return not problems and all(not cosigned.isdisjoint(each.keys) for each in self.witnesses)


@dataclass(frozen=True, slots=True)
class _Job:
    witness: WitnessAddress
    note: bytes
    checkpoint: Checkpoint
    proof: Proof
    alone: threading.Lock
    deadline: float
    sizes: dict[str, int]


def _answer(job: _Job, answers: queue.SimpleQueue[tuple[WitnessAddress, list[NoteSignature] | Exception]]) -> None:
    try:
        answers.put((job.witness, _ask(job)))
    except Exception as error:  # whatever a foreign server does must not end with a thread that says nothing
        answers.put((job.witness, error))


def _ask(job: _Job) -> list[NoteSignature]:
    url = job.witness.url
    old = min(job.sizes.get(url, 0), job.checkpoint.size)
    for _ in range(_TRIES):
        status, kind, body = _exchange("POST", f"{url.rstrip('/')}/add-checkpoint", _body(job, old), job.deadline)
        if status == 200:
            job.sizes[url] = job.checkpoint.size
            return _cosignatures(job, body)
        if status == 422:
            raise _contradicts("it answered 422: what it has seen is not shown to be the beginning of this tree")
        stored = parse_decimal(body[:32].decode("ascii", "replace").removesuffix("\n")) if status == 409 else None
        if stored is None or kind != SIZE_TYPE:
            raise _refused(f"it answered {status}")
        if stored > job.checkpoint.size:
            raise _contradicts(f"it says that it has seen size {stored:,}, beyond {job.checkpoint.size:,}")
        job.sizes[url] = old = stored
    raise _refused("its size changes while it is asked")


def _body(job: _Job, old: int) -> bytes:
    path: list[bytes] = []
    if 0 < old < job.checkpoint.size:
        with job.alone:
            path = job.proof(old)
    return "\n".join([f"old {old}", *(to_base64(each) for each in path), "", ""]).encode() + job.note


def _cosignatures(job: _Job, body: bytes) -> list[NoteSignature]:
    good: dict[VerifierKey, NoteSignature] = {}
    for line in parse_signatures(body):
        for key in job.witness.keys:
            if (line.name, line.key_id) == (key.name, key.id):
                verify_cosignature(job.checkpoint, line, key)
                # One line of each key: as many as it likes to sign would make a note that nobody reads.
                good[key] = line
    if not good:
        raise _refused("none of its lines is by a key that it is known by")
    return list(good.values())


def _exchange(method: str, url: str, body: bytes | None, deadline: float) -> tuple[int, str, bytes]:
    """Status, media type and a bounded body; everything within the deadline, however slowly bytes come."""
    parts = urlsplit(url)
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}.get(parts.scheme)
    left = deadline - time.monotonic()
    if kind is None or not parts.hostname:
        raise _refused("its address is no http or https URL")
    if left <= 0:
        raise TimeoutError("no time was left to ask it")
    connection = kind(parts.hostname, parts.port, timeout=left)
    connection.connect()
    # The connection lets go of its socket at the head of an answer that ends it, while the body is still to come.
    sock, late = connection.sock, threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):  # the plain shutdown, also under TLS, wakes whoever waits for bytes
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    watch = threading.Timer(max(deadline - time.monotonic(), 0), cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, parts.path, body, {"Content-Type": "text/plain; charset=utf-8"} if body else {})
        with connection.getresponse() as answer:
            data = answer.read(_MOST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        if late.is_set():
            raise TimeoutError("it did not answer in time") from error
        raise
    finally:
        watch.cancel()
        connection.close()
    if late.is_set():
        raise TimeoutError("it did not answer in time")
    if len(data) > _MOST_ANSWER:
        raise _refused("its answer is too long")
    return answer.status, (answer.getheader("Content-Type") or "").split(";")[0].strip(), data


def _refused(why: str) -> PlimsollError:
    return PlimsollError(
        "witness.refused", f"The witness did not cosign: {why}.", fix="Ask its operator; compare checkpoints with it."
    )


def _contradicts(why: str) -> PlimsollError:
    return PlimsollError(
        "witness.contradicts",
        f"The witness did not cosign: {why}.",
        fix="Compare checkpoints with it: either this machine was put back, or the witness is at fault.",
    )
