"""Speed of the log's tree, mirror and fsck: against pymerkle in the same run, and against SHA-256 itself.

    python -m bench.ledger_merkle [--entries 200000] [--rounds 3]

All times are CPU seconds of one process; ours and theirs take turns. "Of SHA-256" is the share of the time that the
same hashes of the same lengths take when nothing else is done, by the same library in the same round: 100 % is a
program that only hashes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pymerkle

from bench.page import Figure, table
from plimsoll.ledger.keys.signers import generate
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.tree.inclusion_verifier import InclusionVerifier
from plimsoll.ledger.tree.merkle import leaf_hashes
from plimsoll.ledger.tree.path_batches import inclusion_paths
from plimsoll.ledger.tree.proofs import (
    consistency_path,
    in_memory,
    inclusion_path,
    verify_consistency,
    verify_inclusion,
)
from plimsoll.ledger.tree.tile_edge import TileEdge
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import FolderSource
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.tree.tiles import TILE, bundle_path, encode_bundle
from plimsoll.ledger.watch.fsck import check
from plimsoll.ledger.watch.mirror import pull

ENTRY = 512
"""Bytes of an entry, about a signed statement with an Ed25519 signature."""
THEIRS = 20_000
"""Entries that pymerkle is given: it is slow, and its rate per entry does not get better with more."""
PROOFS = 2_000
"""Proofs that are verified: the receipts of one batch, in the middle of those entries."""


@dataclass(slots=True)
class Rates:
    """Operations per CPU second, one number per round."""

    rounds: list[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.rounds)


class Bench:
    """Runs named operations in turns and keeps their rates."""

    def __init__(self) -> None:
        self.rates: dict[str, Rates] = {}

    def measure(self, name: str, operations: int, work: Callable[[], Any]) -> Any:
        """Runs `work`, which does so many operations."""
        started = time.process_time()
        result = work()
        self.rates.setdefault(name, Rates([])).rounds.append(operations / (time.process_time() - started))
        return result

    def rate(self, name: str) -> float:
        """Median operations per CPU second."""
        return self.rates[name].median


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger_merkle", description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(table(figures(options.entries, options.rounds)))


def figures(entries: int = 200_000, rounds: int = 3) -> list[Figure]:
    """The table's lines."""
    bench = Bench()
    data = [number.to_bytes(8, "big") * (ENTRY // 8) for number in range(entries)]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            _raw(bench)
            _integrate(bench, data)
            _prove_and_verify(bench, data)
            _copy_and_check(bench, data, Path(folder) / str(number))
    leaf, node = 1 / bench.rate("raw leaf"), 1 / bench.rate("raw node")
    depth = (THEIRS - 1).bit_length()
    hashing = {
        "integrate": leaf + node,
        "verify inclusion": depth * node,
        "mirror": leaf + node,
        "fsck": leaf + node,
    }
    their_append = max(bench.rate("pymerkle bulk append, memory"), bench.rate("pymerkle bulk append, SQLite"))
    pymerkle_verify = bench.rate("pymerkle verify")
    return [
        _ratio(bench, "integrate", "leaf hashing and integration into tiles, entries", their_append, 3, hashing),
        _ratio(bench, "verify inclusion", "inclusion verification, one by one, proofs", pymerkle_verify, 4, hashing),
        _ratio(
            bench,
            "verify inclusions together",
            "the same, a batch of 2,000 under one root together, proofs",
            pymerkle_verify,
            4,
            {},
        ),
        _floor(bench, "prove all", f"prove every leaf of {entries:,} from memory, proofs", 50_000, {}),
        _floor(bench, "prove all from tiles", "the same from verified tiles, read included, proofs", 50_000, {}),
        _floor(bench, "mirror", "mirror, folder to folder with fsync, entries", 100_000, hashing),
        _floor(bench, "fsck", "fsck, folder, entries", 100_000, hashing),
        _floor(bench, "verify consistency", "consistency verification, proofs", 0, {}),
        _floor(bench, "raw leaf", f"SHA-256 of {ENTRY + 1} bytes by itself", 0, {}),
        _floor(bench, "raw node", "SHA-256 of 65 bytes by itself", 0, {}),
    ]


def _raw(bench: Bench) -> None:
    leaf, node, times = bytes(ENTRY + 1), bytes(65), 200_000
    bench.measure("raw leaf", times, lambda: [sha256(leaf).digest() for _ in range(times)])
    bench.measure("raw node", times, lambda: [sha256(node).digest() for _ in range(times)])


def _integrate(bench: Bench, data: list[bytes]) -> None:
    few = data[:THEIRS]
    theirs = bench.measure(
        "pymerkle bulk append, memory",
        len(few),
        lambda: pymerkle.InmemoryTree.init_from_entries(few, algorithm="sha256").get_root(),
    )
    with tempfile.TemporaryDirectory() as folder:
        tree = pymerkle.SqliteTree(f"{folder}/tree.db", algorithm="sha256")
        bench.measure("pymerkle bulk append, SQLite", len(few), lambda: tree.append_entries(few))
        tree.con.close()

    def ours(entries: list[bytes]) -> bytes:
        edge = TileEdge()
        for start in range(0, len(entries), 2_000):
            edge.extend(leaf_hashes(entries[start : start + 2_000]))
            edge.root()
        return edge.root()

    if ours(few) != theirs:
        raise RuntimeError("pymerkle finds another root")
    bench.measure("integrate", len(data), lambda: ours(data))


def _prove_and_verify(bench: Bench, data: list[bytes]) -> None:
    few = data[:THEIRS]
    their_tree = pymerkle.InmemoryTree.init_from_entries(few, algorithm="sha256")
    leaves = leaf_hashes(few)
    root, hash_at = their_tree.get_root(), in_memory(leaves)
    asked = range(len(few) // 2, len(few) // 2 + PROOFS)
    their_proofs = [(leaves[index], their_tree.prove_inclusion(index + 1, len(few))) for index in asked]
    our_proofs = [(index, inclusion_path(index, len(few), hash_at)) for index in asked]

    def theirs() -> None:
        for leaf, proof in their_proofs:
            pymerkle.verify_inclusion(leaf, root, proof)

    def alone() -> None:
        for index, path in our_proofs:
            verify_inclusion(index, len(few), leaves[index], path, root)

    def together() -> None:
        verifier = InclusionVerifier(len(few), root)
        for index, path in our_proofs:
            verifier.verify(index, leaves[index], path)

    bench.measure("pymerkle verify", PROOFS, theirs)
    bench.measure("verify inclusion", PROOFS, alone)
    bench.measure("verify inclusions together", PROOFS, together)
    old = 12_345
    path, beginning = consistency_path(old, len(few), hash_at), TileEdge()
    beginning.extend(leaves[:old])
    old_root = beginning.root()

    def consistency() -> None:
        for _ in range(PROOFS):
            verify_consistency(old, len(few), path, old_root, root)

    bench.measure("verify consistency", PROOFS, consistency)


def _copy_and_check(bench: Bench, data: list[bytes], folder: Path) -> None:
    origin, size = "bench.example/log", len(data)
    signer, mirror = generate(origin, KeyType.ED25519), generate("mirror.example", KeyType.COSIGN_ED25519)
    store, edge = LocalTiles(folder / "log"), TileEdge()
    leaves = leaf_hashes(data)
    for tile in [*edge.extend(leaves), *edge.partial_tiles()]:
        store.put_if_absent(tile.path, tile.data)
    for start in range(0, size, TILE):
        part = data[start : start + TILE]
        store.put_if_absent(bundle_path(start // TILE, len(part)), encode_bundle(part))
    root = edge.root()
    store.put_checkpoint(sign_checkpoint(Checkpoint(origin, size, root), [signer], 0).encode())
    source = FolderSource(folder / "log")

    def prove_all(lookup: Callable[[int, int], bytes]) -> None:
        for _ in inclusion_paths(0, size, size, lookup):
            pass

    bench.measure("prove all", size, lambda: prove_all(in_memory(leaves)))
    bench.measure("prove all from tiles", size, lambda: prove_all(TileReader(source, size, root).hash_at))
    bench.measure("mirror", size, lambda: pull(source, folder / "copy", [signer.verifier], [mirror], int(time.time())))
    problems = bench.measure("fsck", size, lambda: list(check(FolderSource(folder / "copy"), [signer.verifier])))
    if problems:
        raise RuntimeError(f"the copy has problems: {problems[:3]}")


def _ratio(bench: Bench, name: str, what: str, theirs: float, target: int, hashing: dict[str, float]) -> Figure:
    rate = bench.rate(name)
    ratio = rate / theirs
    measured = f"{rate:,.0f}/s, {ratio:.1f} x pymerkle's {theirs:,.0f}{_share(rate, name, hashing)}"
    return Figure(what, measured, f"at least {target} x", ratio >= target)


def _floor(bench: Bench, name: str, what: str, target: int, hashing: dict[str, float]) -> Figure:
    rate = bench.rate(name)
    return Figure(
        what, f"{rate:,.0f}/s{_share(rate, name, hashing)}", f"at least {target:,}/s" if target else "", rate >= target
    )


def _share(rate: float, name: str, hashing: dict[str, float]) -> str:
    return f", {rate * hashing[name]:.0%} of SHA-256" if name in hashing else ""


if __name__ == "__main__":
    main()
