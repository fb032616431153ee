"""Every answer of the witness, the race for one old size, and a split view."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.sequencer_cases import ORIGIN, SIGNERS, VKEYS, in_child
from tests.ledger.witness_cases import Tree, asked, forked, new_witness, witness_keys

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import verify_subtree_cosignature
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.notes import add_signatures, open_note, parse_note, parse_signatures
from plimsoll.ledger.tree.merkle import EMPTY_ROOT
from plimsoll.ledger.tree.proofs import in_memory, range_root, subtree_path
from plimsoll.ledger.watch.equivocation import contradiction, verify_misbehaviour
from plimsoll.ledger.watch.witness import Answer, Seen, Witness, add_checkpoint, sign_subtree
from plimsoll.ledger.watch.witness_store import SUSPECTS, SqliteWitnessStore

TREE = Tree()
NOW = 2_000
KEYS = [signer.verifier for signer in witness_keys()]


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    made = new_witness(tmp_path)
    yield made
    made.state.close()  # type: ignore[attr-defined]


def at_size(witness: Witness, size: int) -> None:
    answer = add_checkpoint(witness, TREE.request(0, size), NOW)
    assert answer.status == 200, answer


def test_a_first_checkpoint_and_one_that_extends_it_are_cosigned_by_every_key(witness: Witness) -> None:
    for old, size in ((0, 7), (7, 7), (7, 20), (20, 21)):
        answer = add_checkpoint(witness, TREE.request(old, size), NOW)
        assert answer.status == 200
        note = add_signatures(parse_note(TREE.note(size)), parse_signatures(answer.body)).encode()
        verified = open_note(note, KEYS).verified
        assert [(key, time) for key, time in verified] == [(key, NOW) for key in KEYS]
        seen = witness.state.latest(ORIGIN)
        assert seen is not None
        assert (seen.size, seen.root) == (size, TREE.root(size))
        assert len(open_note(seen.note, [*KEYS, *VKEYS]).verified) == 4


def test_an_empty_log_is_cosigned_with_its_one_root(witness: Witness) -> None:
    assert add_checkpoint(witness, asked(0, [], TREE.note(0, EMPTY_ROOT)), NOW).status == 200
    assert add_checkpoint(witness, TREE.request(0, 5), NOW).status == 200


UNKNOWN = from_seed("log.example/unknown", KeyType.ED25519, b"\5" * 32, "log")
STRANGER = from_seed(ORIGIN, KeyType.ED25519, b"\6" * 32, "log")


def broken_signature() -> bytes:
    good = TREE.note(8).decode().splitlines(keepends=True)
    other = TREE.note(9).decode().splitlines(keepends=True)
    return "".join([*good[:4], other[4], *good[5:]]).encode()


REFUSALS = {
    "unknown origin": (
        asked(0, [], sign_checkpoint(Checkpoint("log.example/unknown", 8, TREE.root(8)), [UNKNOWN], 1).encode()),
        404,
    ),
    "no signature of a known key": (
        asked(5, TREE.proof(5, 8), sign_checkpoint(Checkpoint(ORIGIN, 8, TREE.root(8)), [STRANGER], 1).encode()),
        403,
    ),
    "a known key's signature fails": (asked(5, TREE.proof(5, 8), broken_signature()), 403),
    "old beyond the checkpoint": (TREE.request(9, 8), 400),
    "old is not stored": (TREE.request(4, 8), 409),
    "old 0 when more is stored": (TREE.request(0, 8), 409),
    "an empty tree with another root": (asked(0, [], TREE.note(0, TREE.root(3))), 409),
    "proof missing": (asked(5, [], TREE.note(8)), 422),
    "proof of another step": (asked(5, TREE.proof(4, 8), TREE.note(8)), 422),
    "proof too long": (asked(5, [*TREE.proof(5, 8), TREE.root(1)], TREE.note(8)), 422),
    "same size with another root": (asked(5, [], TREE.note(5, TREE.root(6))), 422),
    "same size with a proof": (asked(5, [TREE.root(1)], TREE.note(5)), 422),
    "64 lines of proof": (asked(5, [TREE.root(1)] * 64, TREE.note(8)), 400),
    "ten thousand lines of proof": (asked(5, [TREE.root(1)] * 10_000, TREE.note(8)), 400),
    "leading zero": (asked("05", TREE.proof(5, 8), TREE.note(8)), 400),
    "negative": (asked("-5", TREE.proof(5, 8), TREE.note(8)), 400),
    "no number": (asked("", TREE.proof(5, 8), TREE.note(8)), 400),
    "beyond 64 bits": (asked(2**64, TREE.proof(5, 8), TREE.note(8)), 400),
    "a size that no store holds": (asked(5, [], TREE.note(2**63, TREE.root(8))), 400),
    "short hash": (f"old 5\n{to_base64(b'x' * 31)}\n\n".encode() + TREE.note(8), 400),
    "no base64": (b"old 5\n!!!!\n\n" + TREE.note(8), 400),
    "no blank line": (b"old 5\n" + TREE.note(8).replace(b"\n\n", b"\n"), 400),
    "no checkpoint": (b"old 5\n\nhello\n", 400),
    "nothing": (b"", 400),
    "no text": (bytes(range(256)) * 4, 400),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_refusal_has_its_status_and_changes_nothing(witness: Witness, case: str) -> None:
    at_size(witness, 5)
    before = witness.state.latest(ORIGIN)
    body, status = REFUSALS[case]
    answer = add_checkpoint(witness, body, NOW + 1)
    assert answer.status == status, answer
    assert "—".encode() not in answer.body
    assert witness.state.latest(ORIGIN) == before
    if status == 409:
        assert answer == Answer(409, (("Content-Type", "text/x.tlog.size"),), b"5\n")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (asked(0, [], TREE.note(0, TREE.root(3))), "an empty tree with another root"),
        (asked(0, [TREE.root(1)], TREE.note(8)), "a proof from nothing"),
    ],
)
def test_a_first_checkpoint_may_be_refused_too(witness: Witness, body: bytes, why: str) -> None:
    assert add_checkpoint(witness, body, NOW).status == 422, why
    assert witness.state.latest(ORIGIN) is None


@given(st.binary(max_size=300), st.integers(0, 4000), st.integers(0, 4000))
def test_no_body_crashes_a_witness(junk: bytes, start: int, end: int) -> None:
    body = TREE.request(5, 8)
    witness = Witness(witness_keys(), {ORIGIN: VKEYS}, Forgetful())
    for each in (junk, body[:start] + junk + body[end:]):
        assert add_checkpoint(witness, each, NOW).status in {200, 400, 403, 404, 409, 422}
        assert sign_subtree(witness, each).status in {400, 403, 404, 422}


class Forgetful:
    """Holds nothing: for bodies that are refused before the state matters."""

    @contextmanager
    def step(self, origin: str) -> Iterator["Forgetful"]:
        yield self

    def latest(self, origin: str = "") -> Seen | None:
        return Seen(5, TREE.root(5), b"")

    def keep(self, seen: Seen) -> None:
        pass

    def suspect(self, origin: str, note: bytes, now: int) -> None:
        pass


def test_of_two_concurrent_requests_from_one_old_size_one_wins(tmp_path: Path) -> None:
    """The race that would roll a log back: A (8) and B (12) are both checked against 5, B is stored, then A."""
    at_size(new_witness(tmp_path), 5)
    for round_ in range(8):
        target = tmp_path / f"round-{round_}"
        first = new_witness(target)
        at_size(first, 5)
        first.state.close()  # type: ignore[attr-defined]
        said: list[tuple[int, str]] = []
        barrier = threading.Barrier(3)

        def ask(size: int, folder: Path = target, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            said.append(
                in_child(lambda: f"{size} {add_checkpoint(new_witness(folder), TREE.request(5, size), NOW).status}")
            )

        threads = [threading.Thread(target=ask, args=(size,)) for size in (8, 12, 12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = sorted(text.split()[1] for _, text in said)
        assert statuses == ["200", "409", "409"], said
        won = next(int(text.split()[0]) for _, text in said if text.endswith("200"))
        store = SqliteWitnessStore(target / "witness-1.sqlite")
        seen = store.latest(ORIGIN)
        store.close()
        assert seen is not None
        assert seen.size == won


def test_a_witness_killed_after_it_answered_remembers(tmp_path: Path) -> None:
    status, said = in_child(lambda: str(add_checkpoint(new_witness(tmp_path), TREE.request(0, 9), NOW).status))
    assert (status, said) == (0, "200")
    witness = new_witness(tmp_path)
    assert add_checkpoint(witness, TREE.request(0, 8), NOW).status == 409
    witness.state.close()  # type: ignore[attr-defined]


def test_a_split_view_is_caught_and_the_proof_holds_for_somebody_without_access(tmp_path: Path) -> None:
    """One log, two histories that part at 6, each shown to a witness of its own."""
    left, right = new_witness(tmp_path, 1), new_witness(tmp_path, 2)
    other = forked(6)
    for tree, witness in ((TREE, left), (other, right)):
        assert add_checkpoint(witness, tree.request(0, 6), NOW).status == 200
        assert add_checkpoint(witness, tree.request(6, 12), NOW).status == 200
    # Neither can be led over to the other history.
    assert add_checkpoint(left, other.request(12, 20), NOW).status == 422
    (suspect,) = left.state.suspects(ORIGIN)  # type: ignore[attr-defined]
    assert parse_note(suspect).text == parse_note(other.note(20)).text
    seen = [witness.state.latest(ORIGIN) for witness in (left, right)]
    assert seen[0] is not None
    assert seen[1] is not None
    proof = contradiction(seen[0].note, seen[1].note, VKEYS)
    assert proof is not None
    assert len(proof) < 40_000  # fits in an e-mail
    assert verify_misbehaviour(proof, VKEYS).origin == ORIGIN
    for witness in (left, right):
        witness.state.close()  # type: ignore[attr-defined]


def test_refused_checkpoints_are_kept_but_not_without_end(witness: Witness) -> None:
    at_size(witness, 5)
    for size in range(6, 36):
        add_checkpoint(witness, asked(5, [], TREE.note(size)), NOW)
    assert len(witness.state.suspects(ORIGIN)) == SUSPECTS  # type: ignore[attr-defined]


def without(note: bytes, *names: bytes) -> bytes:
    """A note without the lines at these places."""
    return b"".join(line for line in note.splitlines(keepends=True) if not line.startswith(names))


def line_of(key_type: KeyType) -> bytes:
    """How the line of the log's key of a type begins."""
    at = next(at for at, key in enumerate(VKEYS) if key.type is key_type)
    line = TREE.note(5).splitlines()[4 + at]
    return line[: line.index(b" ", 5) + 6]


def test_extension_lines_that_no_signature_covers_are_not_cosigned(witness: Witness) -> None:
    """An ML-DSA-44 line binds origin, size and root alone; our own Ed25519 line would bind the whole text."""
    forged = without(TREE.note(5), line_of(KeyType.ED25519)).replace(b"\n\n", b"\nsite 7 is licensed\n\n", 1)
    assert open_note(forged, VKEYS).verified
    assert add_checkpoint(witness, asked(0, [], forged), NOW).status == 403
    signed = sign_checkpoint(Checkpoint(ORIGIN, 5, TREE.root(5), ("the log's own words",)), SIGNERS, 1).encode()
    assert add_checkpoint(witness, asked(0, [], signed), NOW).status == 200


def test_a_checkpoint_shown_again_with_fewer_lines_takes_none_away(witness: Witness) -> None:
    at_size(witness, 5)
    poorer = without(TREE.note(5), line_of(KeyType.ED25519))
    assert add_checkpoint(witness, asked(5, [], poorer), NOW + 1).status == 200
    seen = witness.state.latest(ORIGIN)
    assert seen is not None
    assert {key for key, _ in open_note(seen.note, VKEYS).verified} == set(VKEYS)
    assert {time for _, time in open_note(seen.note, KEYS).verified} == {NOW + 1}


def test_one_refused_checkpoint_takes_one_place_whatever_lines_are_added_to_it(witness: Witness) -> None:
    at_size(witness, 5)
    refused = TREE.note(6)
    for number in range(2 * SUSPECTS):
        junk = f"— stranger.example {to_base64(bytes([number]) * 40)}\n".encode()
        add_checkpoint(witness, asked(5, [], refused + junk), NOW)
    assert witness.state.suspects(ORIGIN) == [refused]  # type: ignore[attr-defined]


def subtree_request(start: int, end: int, size: int, note: bytes, *, root: bytes | None = None) -> bytes:
    hash_at = in_memory(TREE.leaves)
    hash_ = range_root(start, end, hash_at) if root is None else root
    lines = [f"subtree {start} {end}", *map(to_base64, [hash_, *subtree_path(start, end, size, hash_at)]), "", ""]
    return "\n".join(lines).encode() + note


def test_a_subtree_of_a_cosigned_tree_is_cosigned_without_a_time(witness: Witness) -> None:
    at_size(witness, 21)
    seen = witness.state.latest(ORIGIN)
    assert seen is not None
    answer = sign_subtree(witness, subtree_request(8, 13, 21, seen.note))
    assert answer.status == 200
    (line,) = parse_signatures(answer.body)
    root = range_root(8, 13, in_memory(TREE.leaves))
    assert verify_subtree_cosignature(ORIGIN, 8, 13, root, line, KEYS[1]) == 0
    stranger = sign_checkpoint(Checkpoint("log.example/unknown", 21, TREE.root(21)), [UNKNOWN], 1).encode()
    good = subtree_request(8, 13, 21, seen.note)
    for body, status in (
        (good.replace(b"subtree 8 13", b"subtree 9 13"), 400),
        (good.replace(b"subtree 8 13", b"subtree 8 22"), 400),
        (good.replace(b"subtree 8 13", b"subtree 13 8"), 400),
        (good.replace(b"subtree 8 13", b"subtree 8"), 400),
        (b"subtree 8 13\n\n" + seen.note, 400),
        (subtree_request(8, 13, 21, seen.note, root=TREE.root(1)), 422),
        (subtree_request(8, 13, 21, stranger), 404),
        (subtree_request(8, 13, 21, TREE.note(21)), 403),
    ):
        assert sign_subtree(witness, body).status == status, body[:20]


def test_a_witness_whose_keys_serve_another_role_is_not_made(tmp_path: Path) -> None:
    store = SqliteWitnessStore(tmp_path / "w.sqlite")
    for signers in ([], SIGNERS[:1], [witness_keys(1)[0], witness_keys(2)[1]], [witness_keys()[0]] * 2):
        with pytest.raises(PlimsollError) as refusal:
            Witness(signers, {ORIGIN: VKEYS}, store)
        assert refusal.value.code == "witness.keys"
    store.close()
