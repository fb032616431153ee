"""The drill: a log shows two histories to two witnesses, is caught, and a stranger is convinced by a file and a key."""

import hashlib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.ledger.sequencer_cases import ORIGIN, VKEYS
from tile_logs import serving, write_log
from witness_cases import Tree, forked, new_witness

from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.tree.proofs import HashAt
from plimsoll.ledger.tree.tile_reader import TileReader
from plimsoll.ledger.tree.tile_source import HttpSource
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.watch.equivocation import compare
from plimsoll.ledger.watch.serving import Server
from plimsoll.ledger.watch.witness_app import witness_app

STRANGER = """
import pathlib, sys
from plimsoll.ledger.watch.equivocation import verify_misbehaviour
from plimsoll.ledger.notes.note_keys import parse_vkey
found = verify_misbehaviour(pathlib.Path("proof.json").read_bytes(), [parse_vkey(sys.argv[1])])
print(found.origin, found.first.size, found.second.size, found.how.kind)
"""


@pytest.fixture
def witnesses(tmp_path: Path) -> Iterator[list[str]]:
    with ExitStack() as stack:
        found = []
        for number in (1, 2):
            witness = new_witness(tmp_path / "witnesses", number)
            stack.callback(witness.state.close)  # type: ignore[attr-defined]
            found.append(stack.enter_context(Server(witness_app(witness))).url)
        yield found


def ask(witness: str, body: bytes) -> int:
    request = urllib.request.Request(f"{witness}/add-checkpoint", body)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def held_by(witness: str) -> bytes:
    with HttpSource(f"{witness}/{hashlib.sha256(ORIGIN.encode()).hexdigest()}") as source:
        note = source.get("checkpoint")
    assert note is not None
    return note


def test_a_split_view_shown_to_two_witnesses_is_caught_and_a_stranger_is_convinced(
    tmp_path: Path, witnesses: list[str]
) -> None:
    honest, other = Tree(), forked(10)
    alba, borea = witnesses
    assert ask(alba, honest.request(0, 20)) == 200
    assert ask(borea, other.request(0, 25)) == 200
    # Neither will follow the log to the other's history.
    assert ask(borea, honest.request(25, 40)) == 422
    assert ask(alba, other.request(20, 40)) == 422

    public = tmp_path / "public"
    public.mkdir()
    write_log(LocalTiles(public), [bytes([number]) for number in range(40)], [40])
    (public / "checkpoint").write_bytes(honest.note(40))
    views = {"Alba": held_by(alba), "Borea": held_by(borea), "the log": honest.note(40)}
    with serving(public) as url, HttpSource(url) as source:

        def tree_of(checkpoint: Checkpoint) -> HashAt:
            return TileReader(source, checkpoint.size, checkpoint.root).hash_at

        found = {each.first: each for each in compare(views, VKEYS, tree_of)}

    assert {name: each.consistent for name, each in found.items()} == {"Alba": True, "Borea": False}
    proof = found["Borea"].proof
    assert proof is not None
    assert len(proof) < 12_000

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "proof.json").write_bytes(proof)
    for key in VKEYS:
        told = subprocess.run(
            [sys.executable, "-c", STRANGER, key.text],
            cwd=elsewhere, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert told.stdout.split() == [ORIGIN, "25", "40", "prefix"]


def test_two_witnesses_that_were_shown_one_size_need_no_tile_at_all(witnesses: list[str]) -> None:
    alba, borea = witnesses
    assert ask(alba, Tree().request(0, 20)) == 200
    assert ask(borea, forked(10).request(0, 20)) == 200

    (found,) = compare({"Alba": held_by(alba), "Borea": held_by(borea)}, VKEYS)

    assert found.consistent is False
