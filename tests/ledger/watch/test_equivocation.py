"""A log that shows two faces is caught, and the proof convinces somebody who has nothing but the log's key."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_cases import NOW, MemoryLog, numbered
from note_cases import log_signer, log_signer_pq, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.proofs import HashAt
from plimsoll.ledger.watch.equivocation import (
    compare,
    contradiction,
    contradiction_of_receipts,
    verify_misbehaviour,
)
from plimsoll.ledger.watch.misbehaviour import MAX_PROOF_BYTES, DifferentEntry, DifferentRoots, encode

KEYS = [log_signer().verifier]
ONE = MemoryLog(numbered(40))
"""The log's first face; the second differs from entry 5 on."""
OTHER = MemoryLog([*numbered(5), *numbered(35, "forged")])


def tree(log: MemoryLog) -> HashAt:
    return log.hash_at


def code_of(data: bytes) -> str:
    with pytest.raises(PlimsollError) as caught:
        verify_misbehaviour(data, KEYS)
    return caught.value.code


def test_two_roots_of_one_size_are_a_proof_by_themselves() -> None:
    proof = contradiction(ONE.note(20), OTHER.note(20), KEYS)

    assert proof is not None
    found = verify_misbehaviour(proof, KEYS)
    assert (found.origin, found.how.kind) == ("log.example/filings", "roots")
    assert {found.first.root, found.second.root} == {ONE.head(20).root, OTHER.head(20).root}


def test_every_pair_of_sizes_on_two_branches_makes_a_proof_from_the_larger_tree() -> None:
    for small in range(6, 18):
        for large in range(small + 1, 18):
            proof = contradiction(OTHER.note(large), ONE.note(small), KEYS, lambda _: tree(OTHER))
            assert proof is not None
            found = verify_misbehaviour(proof, KEYS)
            assert (found.how.kind, found.first.size, found.second.size) == ("prefix", small, large)


def test_no_pair_of_sizes_of_an_honest_log_makes_a_proof() -> None:
    for small in range(18):
        for large in range(small, 18):
            assert contradiction(ONE.note(small), ONE.note(large), KEYS, lambda _: tree(ONE)) is None
    # The branches agree up to where they part.
    for small in range(6):
        assert contradiction(ONE.note(small), OTHER.note(30), KEYS, lambda _: tree(OTHER)) is None


def test_a_root_of_nothing_that_is_not_that_of_nothing_contradicts_every_tree() -> None:
    head = Checkpoint("log.example/filings", 0, bytes(32))
    wrong = sign_checkpoint(head, [log_signer()], NOW).encode()

    proof = contradiction(ONE.note(3), wrong, KEYS)

    assert proof is not None
    assert verify_misbehaviour(proof, KEYS).first == head
    content = json.loads(proof)
    assert code_of(json.dumps({**content, "path": ["A" * 43 + "="]}).encode()) == "misbehaviour.unproven"
    honest = [ONE.note(0).decode(), ONE.note(3).decode()]
    assert code_of(json.dumps({**content, "checkpoints": honest}).encode()) == "misbehaviour.unproven"
    assert contradiction(ONE.note(0), ONE.note(3), KEYS) is None


def test_two_receipts_of_different_entries_at_one_index_are_a_proof_without_any_tile() -> None:
    mine = (ONE.receipt(7, 9), leaf_hash(ONE.entries[7]))
    yours = (OTHER.receipt(7, 30), leaf_hash(OTHER.entries[7]))

    proof = contradiction_of_receipts(yours, mine, KEYS)

    assert proof is not None
    assert verify_misbehaviour(proof, KEYS).how.kind == "entry"
    assert contradiction_of_receipts(mine, (ONE.receipt(7, 30), mine[1]), KEYS) is None
    assert contradiction_of_receipts(mine, (ONE.receipt(8), leaf_hash(ONE.entries[8])), KEYS) is None
    with pytest.raises(PlimsollError, match=r"proof\.inclusion"):
        contradiction_of_receipts(mine, (ONE.receipt(7), leaf_hash(b"invented")), KEYS)


def test_sizes_without_a_tree_cannot_be_decided() -> None:
    for tree_of in (None, lambda _: None):
        with pytest.raises(PlimsollError, match=r"equivocation\.undecided"):
            contradiction(ONE.note(7), OTHER.note(9), KEYS, tree_of)


def test_checkpoints_of_two_logs_are_not_compared() -> None:
    other = log_signer("other.example", "other")
    keys = [*KEYS, other.verifier]
    with pytest.raises(PlimsollError, match=r"equivocation\.origins"):
        contradiction(ONE.note(7), MemoryLog(ONE.entries, other).note(7), keys)
    with pytest.raises(PlimsollError, match=r"equivocation\.origins"):
        list(compare({"a": ONE.note(7), "b": MemoryLog(ONE.entries, other).note(7)}, keys))


def test_a_split_view_shown_to_witnesses_is_found_against_the_log_s_own_tree() -> None:
    witness = witness_signer(1)
    views = {
        "Alba": ONE.note(12, [(witness, NOW)]),
        "Borea": OTHER.note(15, [(witness_signer(2), NOW)]),
        "Corva": ONE.note(9),
        "the log": ONE.note(40),
    }

    def served(checkpoint: Checkpoint) -> HashAt | None:
        return tree(ONE) if checkpoint == ONE.head(40) else None

    found = {each.first: each for each in compare(views, KEYS, served)}

    assert {name: each.consistent for name, each in found.items()} == {"Corva": True, "Alba": True, "Borea": False}
    proof = found["Borea"].proof
    assert proof is not None
    assert verify_misbehaviour(proof, KEYS).first == OTHER.head(15)
    # The proof carries the log's own lines and no witness's.
    assert b"witness" not in proof


def test_what_nobody_can_decide_is_reported_as_undecided() -> None:
    assert [each.consistent for each in compare({"a": ONE.note(3), "b": ONE.note(5)}, KEYS)] == [None]


def test_a_proof_fits_in_an_e_mail() -> None:
    long = MemoryLog(numbered(5000))
    forged = MemoryLog([b"forged", *numbered(4999)])
    proof = contradiction(long.note(4097), forged.note(4999), KEYS, lambda _: tree(forged))

    assert proof is not None
    assert proof.isascii()
    assert len(proof) < 2_500
    both = [log_signer(), log_signer_pq()]
    heads = (long.head(), forged.head())
    notes = [sign_checkpoint(head, both, NOW).encode() for head in heads]
    large = contradiction(notes[0], notes[1], [each.verifier for each in both])
    assert large is not None
    assert len(large) < 8_000


def honest_proof(**changes: object) -> bytes:
    proof = contradiction(ONE.note(7), OTHER.note(20), KEYS, lambda _: tree(OTHER))
    assert proof is not None
    return json.dumps({**json.loads(proof), **changes}).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (honest_proof(kind="roots"), "misbehaviour.unproven"),
        (honest_proof(path=[]), "misbehaviour.unproven"),
        (honest_proof(prefix_root="A" * 43 + "="), "misbehaviour.unproven"),
        (honest_proof(checkpoints=[ONE.note(7).decode()] * 2), "misbehaviour.unproven"),
        (honest_proof(checkpoints=[OTHER.note(20).decode(), ONE.note(7).decode()]), "misbehaviour.unproven"),
        (honest_proof(checkpoints=[ONE.note(7).decode().replace("\n7\n", "\n8\n"), OTHER.note(20).decode()]),
         "note.signature"),
        (honest_proof(checkpoints=["x", "y"]), "note.malformed"),
        (honest_proof(checkpoints=["\ud800", "y"]), "misbehaviour.malformed"),
        (honest_proof(checkpoints=[1, 2]), "misbehaviour.malformed"),
        (honest_proof(checkpoints=["x"]), "misbehaviour.malformed"),
        (honest_proof(kind="other"), "misbehaviour.malformed"),
        (honest_proof(kind=["roots"]), "misbehaviour.malformed"),
        (honest_proof(path="x"), "misbehaviour.malformed"),
        (honest_proof(path=["AAAA"]), "misbehaviour.malformed"),
        (honest_proof(path=["A" * 43 + "="] * 129), "misbehaviour.malformed"),
        (honest_proof(prefix_root=None), "misbehaviour.malformed"),
        (honest_proof(format="plimsoll/misbehaviour/v2"), "misbehaviour.malformed"),
        (honest_proof(kind="entry", index=True), "misbehaviour.malformed"),
        (honest_proof(kind="entry", index=2**64), "misbehaviour.malformed"),
        (honest_proof(kind="entry", index=1, leaves=[], paths=[]), "misbehaviour.malformed"),
        (b"[]", "misbehaviour.malformed"),
        (b"\xff", "misbehaviour.malformed"),
        (b'{"format": ' + b"9" * 5000 + b"}", "misbehaviour.malformed"),
        (b"[" * 100_000, "misbehaviour.malformed"),
        (b" " * (MAX_PROOF_BYTES + 1), "misbehaviour.malformed"),
    ],
    ids=lambda part: repr(part)[-40:],
)  # fmt: skip
def test_an_honest_log_cannot_be_accused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_two_receipts_that_agree_cannot_be_made_into_a_proof() -> None:
    proof = contradiction_of_receipts(
        (ONE.receipt(7, 9), leaf_hash(ONE.entries[7])), (OTHER.receipt(7, 30), leaf_hash(OTHER.entries[7])), KEYS
    )
    assert proof is not None
    content = json.loads(proof)
    for changes in (
        {"index": 8},
        {"leaves": [content["leaves"][0]] * 2},
        {"leaves": content["leaves"][::-1]},
        {"paths": [[], []]},
    ):
        assert code_of(json.dumps({**content, **changes}).encode()) == "misbehaviour.unproven"


def test_two_receipts_of_one_entry_cannot_be_made_into_a_proof() -> None:
    leaf = leaf_hash(ONE.entries[3])
    small, large = ONE.receipt(3, 9), ONE.receipt(3, 20)
    proof = encode(DifferentEntry(3, (leaf, leaf), (small.path, large.path)), small.checkpoint, large.checkpoint)

    assert code_of(proof) == "misbehaviour.unproven"


def test_two_honest_logs_cannot_be_made_into_a_proof_against_either() -> None:
    other = log_signer("other.example", "other")
    proof = encode(DifferentRoots(), ONE.note(7), MemoryLog(OTHER.entries, other).note(7))

    with pytest.raises(PlimsollError, match=r"misbehaviour\.unproven"):
        verify_misbehaviour(proof, [*KEYS, other.verifier])


def test_a_proof_against_one_log_says_nothing_to_who_has_another_key() -> None:
    with pytest.raises(PlimsollError, match=r"note\.unsigned"):
        verify_misbehaviour(honest_proof(), [log_signer(label="other").verifier])


def test_a_checkpoint_signed_by_a_stranger_accuses_nobody() -> None:
    forger = replace(OTHER, signer=log_signer(label="stranger"))
    with pytest.raises(PlimsollError, match=r"note\.unsigned"):
        contradiction(ONE.note(20), forger.note(20), KEYS)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["A" * 43 + "=", "entry", "roots"]),
    lambda inner: st.lists(inner, max_size=3),
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["kind", "checkpoints", "path", "prefix_root", "index", "leaves", "paths"]), JSON)
)
def test_any_content_is_unproven_or_a_coded_error(changes: dict[str, object]) -> None:
    with only_coded("misbehaviour.", "note.", "checkpoint."):
        verify_misbehaviour(honest_proof(**changes), KEYS)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_coded_error(data: bytes) -> None:
    assert code_of(data) == "misbehaviour.malformed"
