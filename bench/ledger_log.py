"""How fast a log takes signed statements: verify, append, integrate, publish, hand out receipts; all with fsync.

    python -m bench.ledger_log                    20 s as fast as it goes, then 20 s at 5,000 a second
    python -m bench.ledger_log --seconds 60

Statements of 512 bytes are made before the clock starts. Four kinds of process work at once, as in service: workers
that verify, the application that appends to the SQLite queue, the sequencer, and one that hands out receipts. In the
same run the bare speed of Ed25519 verification and of SHA-256 over the same statements is measured, and what share of
it the whole reaches per second of CPU. Seconds of CPU are those of all these processes.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.page import Figure, table
from plimsoll.ledger.keys.signers import FileKey, from_seed, generate
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.log.verify_pool import Refused, VerifyPool
from plimsoll.ledger.notes.checkpoint import read_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType, SignerKey
from plimsoll.ledger.statements.cose import CoseKey, parse_sign1, to_be_signed
from plimsoll.ledger.statements.statement import sign_statement

ORIGIN = "log.example/bench"
BYTES = 512
PORTION = 250
TARGET = 5_000
TARGET_P99 = 3.0
_AHEAD = 16  # portions under way: enough to keep the workers busy, few enough to keep the queue short


@dataclass(frozen=True, slots=True)
class Figures:
    """One run. Rates are per second; times are in seconds from handing a statement in to holding its receipt.

    `others` and `idle` are cores: what other programs took of the machine, and what nobody took.
    """

    statements: int
    wall: float
    rate: float
    cpu_each_us: float
    median: float
    p99: float
    worst: float
    others: float
    idle: float


def main() -> None:
    """Reads the command line, runs, prints."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_log", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=int, default=TARGET, help="offered rate of the second part")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="where the logs are made")
    options = parser.parse_args()
    print(table(figures(options.seconds, options.rate, options.workers, options.folder)))


def figures(
    seconds: float = 20.0,
    rate: int = TARGET,
    workers: int = min(2, os.cpu_count() or 1),
    folder: Path = Path("/var/tmp"),
) -> list[Figure]:
    """The table's lines: as fast as it goes, and at an offered rate."""
    issuer = generate("filer.example/1", KeyType.ED25519, "filer")
    base = Path(tempfile.mkdtemp(prefix="plimsoll-bench-", dir=folder))
    try:
        most = made(issuer, int(seconds * 9_000))
        before = bare(issuer, most[:4_000])
        fast = run(base / "fast", issuer.cose_key, most, workers, None, seconds)
        steady = run(base / "steady", issuer.cose_key, most[: int(rate * seconds)], workers, rate, seconds)
        after = bare(issuer, most[:4_000])
    finally:
        shutil.rmtree(base)
    verify, sha = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    per_core = 1e6 / fast.cpu_each_us
    told = (
        f"{fast.rate:,.0f} a second; {per_core:,.0f} per core-second, {per_core / verify:.0%} of bare Ed25519 "
        f"verification and {per_core / sha:.1%} of bare SHA-256; others took {fast.others:.2f} cores"
    )
    paced = f"p99 {steady.p99:.2f} s, median {steady.median:.2f} s; others took {steady.others:.2f} cores"
    return [
        Figure(f"verify and append statements of {BYTES} bytes, fsync on", told, f"{TARGET:,}", fast.rate >= TARGET),
        Figure(f"to receipt, {rate:,} a second offered", paced, f"p99 {TARGET_P99:.0f} s", steady.p99 <= TARGET_P99),
    ]


def made(issuer: FileKey, count: int) -> list[bytes]:
    """Signed statements of `BYTES` bytes."""

    def one(number: int, padding: int) -> bytes:
        digest = hashlib.sha256(number.to_bytes(8, "big")).digest()
        place = "https://filer.example/" + "x" * padding
        return sign_statement(
            issuer, iss="https://filer.example/1", sub=f"case-{number:08}", digest=digest, location=place
        )

    padding = BYTES - (len(one(0, 300)) - 300)
    return [one(number, padding) for number in range(count)]


def bare(issuer: FileKey, statements: list[bytes]) -> tuple[float, float]:
    """Ed25519 verifications and leaf hashes per second of CPU, on one core, by the library alone."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(issuer.verifier.public)
    messages = [parse_sign1(each) for each in statements]
    signed = [(each.signature, to_be_signed(each.protected, each.payload or b"")) for each in messages]
    begun = time.process_time()
    for signature, message in signed:
        key.verify(signature, message)
    verifying = time.process_time() - begun
    leaves = [b"\0" + each for each in statements] * 10
    begun = time.process_time()
    for leaf in leaves:
        hashlib.sha256(leaf).digest()
    return len(signed) / verifying, len(leaves) / (time.process_time() - begun)


def run(
    folder: Path, key: CoseKey, statements: list[bytes], workers: int, offered: int | None, seconds: float
) -> Figures:
    """Takes statements for some seconds, as fast as it goes or at an offered rate, until each has its receipt."""
    signers = _signers()
    Log.create(folder, ORIGIN, signers).close()
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Event()
    sequencer = context.Process(target=_sequence, args=(str(folder), stop, ready))
    sequencer.start()
    log = Log.open(folder, signers)
    ready.wait()
    with VerifyPool({key.kid: key}, workers) as pool:
        for warm in [pool.submit(statements[:1]) for _ in range(workers * 4)]:
            warm.result()
        receipts = _Receipts(folder)
        cpu, (busy, idle) = -_cpu(), _machine()
        begun = time.monotonic()
        count = _feed(log, pool, statements, receipts, offered, begun, seconds)
        times = sorted(receipts.finish())
        wall = time.monotonic() - begun
        cpu += _cpu()
        busy, idle = (after - before for after, before in zip(_machine(), (busy, idle), strict=True))
        receipts.end()
    stop.set()
    sequencer.join()
    log.close()
    return Figures(
        count,
        wall,
        count / wall,
        cpu / count * 1e6,
        statistics.median(times),
        times[int(len(times) * 0.99)],
        times[-1],
        max(0.0, busy - cpu) / wall,
        idle / wall,
    )


def _feed(
    log: Log,
    pool: VerifyPool,
    statements: list[bytes],
    receipts: _Receipts,
    offered: int | None,
    begun: float,
    seconds: float,
) -> int:
    under_way: deque[tuple[float, Future[list[bytes | Refused]]]] = deque()
    taken = 0
    for start in range(0, len(statements), PORTION):
        if offered is not None:
            time.sleep(max(0.0, begun + (start + PORTION) / offered - time.monotonic()))
        elif time.monotonic() - begun > seconds:
            break
        # A statement offered at a rate has waited since its own moment, not since its portion was full.
        arrived = time.monotonic() if offered is None else begun + start / offered
        under_way.append((arrived, pool.submit(statements[start : start + PORTION])))
        while under_way and (under_way[0][1].done() or len(under_way) > _AHEAD):
            taken += _append(log, receipts, *under_way.popleft())
    while under_way:
        taken += _append(log, receipts, *under_way.popleft())
    return taken


def _append(log: Log, receipts: _Receipts, arrived: float, portion: Future[list[bytes | Refused]]) -> int:
    entries = [each for each in portion.result() if isinstance(each, bytes)]
    log.append_many(entries)
    receipts.expect(len(entries), arrived)
    return len(entries)


class _Receipts:
    """A process that hands out the receipt of every entry, in the order of the log, once a checkpoint covers it."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_hand_out, args=(str(folder), theirs))
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def expect(self, count: int, arrived: float) -> None:
        """`count` more entries were appended, which had arrived then."""
        self._pipe.send((count, arrived))

    def finish(self) -> list[float]:
        """Waits for the last receipt; for each entry, the seconds from arrival to receipt."""
        self._pipe.send(None)
        times: list[float] = self._pipe.recv()
        return times

    def end(self) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.join()


def _hand_out(folder: str, pipe: Any) -> None:
    log = Log.open(folder)
    next_ = read_checkpoint(log.checkpoint())[0].size
    times: list[float] = []
    expected: deque[tuple[int, float]] = deque()
    ended = False
    pipe.send("ready")
    while not ended or expected:
        while pipe.poll(0 if expected else 0.01):
            message = pipe.recv()
            if message is None:
                ended = True
                break
            expected.append(message)
        size = min(read_checkpoint(log.checkpoint())[0].size, next_ + sum(count for count, _ in expected))
        if size == next_:
            time.sleep(0.01)
            continue
        for receipt in log.prove_many(next_, size):
            receipt.encode()
        now, left, next_ = time.monotonic(), size - next_, size
        while left:
            count, arrived = expected.popleft()
            part = min(count, left)
            times += [now - arrived] * part
            left -= part
            if count > part:
                expected.appendleft((count - part, arrived))
    pipe.send(times)
    with suppress(EOFError):
        pipe.recv()  # alive until its seconds of CPU were read


def _sequence(folder: str, stop: Any, ready: Any) -> None:
    log = Log.open(folder, _signers())
    ready.set()
    log.run(stop)
    log.close()


def _cpu() -> float:
    """Seconds of CPU that this process and its living children have used."""
    total = 0
    for pid in (os.getpid(), *(child.pid for child in multiprocessing.active_children())):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])  # utime and stime, in ticks
    return total / os.sysconf("SC_CLK_TCK")


def _machine() -> tuple[float, float]:
    """Seconds of CPU that were used and not used on this machine since it started."""
    ticks = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    unused = ticks[3] + ticks[4]
    per_second = os.sysconf("SC_CLK_TCK")
    return (sum(ticks[:8]) - unused) / per_second, unused / per_second


def _signers() -> list[SignerKey]:
    return [
        from_seed(ORIGIN, KeyType.ED25519, b"\1" * 32, "log"),
        from_seed(ORIGIN, KeyType.COSIGN_MLDSA44, b"\2" * 32, "log"),
    ]


if __name__ == "__main__":
    main()
