"""Checkpoints: the public test log's, foreign ones, our own, and what is none."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from note_cases import log_signer, log_signer_pq, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import (
    MAX_SIZE,
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.note_keys import KeyType, parse_vkey
from plimsoll.ledger.notes.notes import NoteSignature, add_signatures

NOW = 1_795_000_000
ORIGIN = "log.example/filings"
HEAD = Checkpoint(ORIGIN, 5, bytes(range(32)))
TESSERA = parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")


def code_of(data: bytes, *keys: object, origin: str | None = None) -> str:
    with pytest.raises(PlimsollError) as caught:
        open_checkpoint(data, keys, origin)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.real_data
def test_all_sixteen_checkpoints_of_the_public_test_log_verify(real_data: Path) -> None:
    folder = real_data / "ledger" / "tessera-log"
    for size in range(16):
        data = (folder / f"checkpoint.{size}").read_bytes()
        checkpoint, note = open_checkpoint(data, [TESSERA])
        assert (checkpoint.origin, checkpoint.size) == (TESSERA.name, size)
        assert note.encode() == data
        assert checkpoint.text == note.text
    assert (folder / "checkpoint").read_bytes() == (folder / "checkpoint.15").read_bytes()


@pytest.mark.real_data
def test_no_changed_byte_of_a_public_checkpoint_passes(real_data: Path) -> None:
    data = (real_data / "ledger" / "tessera-log" / "checkpoint.7").read_bytes()
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert code_of(changed, TESSERA).startswith(("note.", "checkpoint."))


def test_a_log_signs_with_both_of_its_keys_and_either_opens_the_checkpoint() -> None:
    data = sign_checkpoint(HEAD, [log_signer(), log_signer_pq()], NOW).encode()

    for signer in (log_signer(), log_signer_pq()):
        assert open_checkpoint(data, [signer.verifier])[0] == HEAD
    assert len(data) == 3454


def test_a_checkpoint_with_several_known_and_unknown_cosigners_and_unknown_types_opens() -> None:
    note = sign_checkpoint(HEAD, [log_signer()], NOW)
    lines = [cosign(HEAD, witness_signer(n), NOW) for n in range(3)]
    lines += [cosign(HEAD, witness_signer(n, KeyType.COSIGN_MLDSA44), NOW) for n in range(3)]
    lines += [NoteSignature("future.example", b"\xfa\x00\x00\x01", bytes(5000))]
    data = add_signatures(note, lines).encode()

    assert open_checkpoint(data, [log_signer().verifier])[0] == HEAD
    assert open_checkpoint(data, [log_signer().verifier, witness_signer(1).verifier])[0] == HEAD


def test_a_log_cannot_speak_for_another_log() -> None:
    other = log_signer("other.example", "other")
    data = sign_checkpoint(HEAD, [other], NOW).encode()

    assert code_of(data, other.verifier, log_signer().verifier) == "note.unsigned"
    assert open_checkpoint(data, [other.verifier], ORIGIN)[0] == HEAD
    assert code_of(data, other.verifier, origin="third.example") == "checkpoint.origin"


def test_a_checkpoint_needs_a_signer() -> None:
    with pytest.raises(PlimsollError, match=r"checkpoint\.unsigned"):
        sign_checkpoint(HEAD, [], NOW)


def test_extension_lines_are_kept_and_signed() -> None:
    head = Checkpoint(ORIGIN, 5, bytes(32), ("one", "two words"))
    data = sign_checkpoint(head, [log_signer()], NOW).encode()

    assert open_checkpoint(data, [log_signer().verifier])[0].extensions == ("one", "two words")
    assert code_of(data.replace(b"two words", b"two lords"), log_signer().verifier) == "note.signature"


def test_an_origin_may_be_anything_that_is_a_line() -> None:
    assert parse_checkpoint(Checkpoint("Go sum database: tree+1 \u00e9", 0, bytes(32)).text).origin.startswith("Go")


ROOT = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "o\n1\n",
        f"o\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"o\n01\n{ROOT}\n",
        f"o\n+1\n{ROOT}\n",
        f"o\n-1\n{ROOT}\n",
        f"o\n 1\n{ROOT}\n",
        f"o\n1.0\n{ROOT}\n",
        f"o\n\n{ROOT}\n",
        f"o\n\u0661\n{ROOT}\n",
        f"o\n{MAX_SIZE + 1}\n{ROOT}\n",
        f"o\n{'9' * 5000}\n{ROOT}\n",
        "o\n1\n\n",
        "o\n1\nAAAA\n",
        f"o\n1\n{ROOT[:-1]}\n",
        f"o\n1\n{ROOT[:-2]}B=\n",
        f"o\n1\n{ROOT}\n\n",
        f"o\n1\n{ROOT}\next\n\next\n",
        f"o\n1\n{ROOT}\n" + "e" * 70_000 + "\n",
    ],
    ids=lambda text: repr(text)[:20],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(PlimsollError) as caught:
        parse_checkpoint(text)
    assert caught.value.code == "checkpoint.malformed"


def test_the_largest_size_is_read() -> None:
    assert parse_checkpoint(f"o\n{MAX_SIZE}\n{ROOT}\n").size == MAX_SIZE


LINES = st.text(st.characters(min_codepoint=32, codec="utf-8"), min_size=1, max_size=20)


@settings(deadline=None)
@given(LINES, st.integers(0, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=3))
def test_every_checkpoint_that_can_be_written_is_read_back(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))

    assert parse_checkpoint(checkpoint.text) == checkpoint


@settings(deadline=None)
@given(st.text(max_size=120) | st.builds("\n".join, st.lists(st.sampled_from(["o", "1", "007", ROOT, "", "x"]))))
def test_any_text_is_a_checkpoint_or_a_coded_error(text: str) -> None:
    with only_coded("checkpoint.malformed"):
        assert parse_checkpoint(text).text == text


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_signed_checkpoint_or_a_coded_error(data: bytes) -> None:
    with only_coded("checkpoint.", "note."):
        read_checkpoint(data)
