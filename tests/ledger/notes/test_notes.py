"""Signed notes: the example of the specification, foreign notes that must parse, and notes that must not pass."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from note_cases import SeedSigner, log_signer, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey, parse_vkey
from plimsoll.ledger.notes.notes import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    SignedNote,
    add_signatures,
    open_note,
    parse_note,
    parse_signatures,
)

EXAMPLE_KEY = parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def signed(text: str, *signers: SeedSigner) -> SignedNote:
    return SignedNote(
        text, tuple(NoteSignature(s.verifier.name, s.verifier.id, s.sign(text.encode())) for s in signers)
    )


def code_of(data: bytes, *keys: VerifierKey) -> str:
    with pytest.raises(PlimsollError) as caught:
        open_note(data, keys)
    return caught.value.code


def test_the_example_of_the_specification_verifies() -> None:
    opened = open_note(EXAMPLE, [EXAMPLE_KEY])

    assert opened.note.text == "This is an example message.\n"
    assert opened.verified == ((EXAMPLE_KEY, None),)
    assert opened.note.encode() == EXAMPLE


def test_the_text_may_have_blank_lines_and_ends_at_the_last_one() -> None:
    note = signed("one\n\ntwo\n\n\nthree\n", log_signer())

    assert open_note(note.encode(), [log_signer().verifier]).note == note


def test_lines_of_unknown_keys_are_passed_over_even_with_a_known_name_or_a_known_id() -> None:
    known, stranger = log_signer().verifier, log_signer(label="stranger")
    note = signed("text\n", log_signer(), stranger)
    odd = NoteSignature("another.example", known.id, b"not a signature")
    unknown_type = NoteSignature("future.example", b"\x01\x02\x03\x04", bytes(4000))

    opened = open_note(add_signatures(note, [odd, unknown_type]).encode(), [known])

    assert opened.verified == ((known, None),)
    assert len(opened.note.signatures) == 4


def test_a_known_key_whose_signature_fails_rejects_the_note_whoever_else_signed() -> None:
    good, other = log_signer(), log_signer("other.example", "other")
    bad = NoteSignature(other.verifier.name, other.verifier.id, bytes(64))
    note = add_signatures(signed("text\n", good), [bad])

    assert code_of(note.encode(), good.verifier, other.verifier) == "note.signature"
    assert open_note(note.encode(), [good.verifier]).verified == ((good.verifier, None),)


def test_a_good_line_does_not_make_up_for_a_bad_second_line_of_the_same_key() -> None:
    key = log_signer().verifier
    note = add_signatures(signed("text\n", log_signer()), [NoteSignature(key.name, key.id, bytes(64))])

    assert code_of(note.encode(), key) == "note.signature"


def test_a_note_without_a_known_signature_is_rejected() -> None:
    assert code_of(EXAMPLE, log_signer().verifier) == "note.unsigned"
    assert code_of(EXAMPLE) == "note.unsigned"


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda c: c.name)
def test_an_ecdsa_signature_on_any_of_the_three_curves_verifies(curve: ec.EllipticCurve) -> None:
    private = ec.derive_private_key(424242, curve)
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = VerifierKey("rekor.example", KeyType.ECDSA, der)
    line = NoteSignature(key.name, key.id, private.sign(b"text\n", ec.ECDSA(SHA256())))

    assert open_note(SignedNote("text\n", (line,)).encode(), [key]).verified == ((key, None),)
    assert code_of(SignedNote("texT\n", (line,)).encode(), key) == "note.signature"


def test_a_cosignature_on_a_text_that_is_no_checkpoint_is_a_failed_signature() -> None:
    key = witness_signer(1).verifier
    note = SignedNote("text\n", (NoteSignature(key.name, key.id, bytes(72)),))

    assert code_of(note.encode(), key) == "note.signature"


def test_sixteen_signatures_are_read_and_so_are_as_many_as_the_stated_number() -> None:
    signers = [log_signer(f"log{number}.example", f"log {number}") for number in range(16)]
    note = signed("text\n", *signers)
    assert len(open_note(note.encode(), [signer.verifier for signer in signers]).verified) == 16

    fill = [NoteSignature(f"n{number}", b"abcd", b"x") for number in range(MAX_SIGNATURES - 16)]
    full = add_signatures(note, fill)
    assert len(parse_note(full.encode()).signatures) == MAX_SIGNATURES

    more = NoteSignature("one.more", b"abcd", b"x")
    assert code_of(SignedNote(full.text, (*full.signatures, more)).encode()) == "note.too_many_signatures"
    with pytest.raises(PlimsollError, match=r"note\.too_many_signatures"):
        add_signatures(full, [more])


def test_a_note_beyond_the_stated_size_is_refused() -> None:
    assert code_of(b"a" * MAX_NOTE_BYTES + b"\n\n") == "note.too_large"


LINE = "— a YWJjZHg=\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        b"\xff\n\n" + LINE.encode(),
        b"\xed\xa0\x80\n\n" + LINE.encode(),
        *(b"te" + bytes([control]) + b"xt\n\n" + LINE.encode() for control in (0, 9, 11, 13, 27, 31)),
        b"text\r\n\r\n" + LINE.encode(),
        b"text\n\n" + LINE.encode()[:-1],
        b"text\n\n" + LINE.encode() + b"\n",
        b"text\n\n" + LINE.replace("— ", "- ").encode(),
        b"text\n\n" + LINE.replace("— ", "—").encode(),
        b"text\n\n" + LINE.replace(" a ", " a  ").encode(),
        b"text\n\n" + LINE.replace(" a ", " ").encode(),
        b"text\n\n" + LINE.replace(" a ", " a+b ").encode(),
        b"text\n\n" + LINE.replace(" a ", " a\u2003b ").encode(),
        b"text\n\n" + LINE.replace("YWJjZHg=", "YWJjZHg").encode(),
        b"text\n\n" + LINE.replace("YWJjZHg=", "YWJjZHh=").encode(),
        b"text\n\n" + LINE.replace("YWJjZHg=", "YWJjZA==").encode(),
        b"text\n\n" + LINE.replace("YWJjZHg=", "YWJj ZHg=").encode(),
        b"text\n\n" + LINE.replace("YWJjZHg=", "").encode(),
        b"text\n\n" + LINE.encode() + b"more\n",
    ],
    ids=lambda content: repr(content)[:30],
)
def test_what_is_no_note_is_refused(content: bytes) -> None:
    assert code_of(content) == "note.malformed"


def test_delete_and_characters_beyond_ascii_are_no_control_characters_of_a_note() -> None:
    note = signed("caf\u00e9 \x7f \u2028 \x85 line\n", log_signer())

    assert open_note(note.encode(), [log_signer().verifier]).note == note


def test_a_malformed_line_is_named_by_its_number() -> None:
    with pytest.raises(PlimsollError) as caught:
        parse_note(("one\n\ntwo\n\n" + LINE + "rubbish\n").encode())

    assert caught.value.where.line == 6


def test_signature_lines_alone_are_read_as_a_witness_answers_them() -> None:
    assert parse_signatures((LINE + LINE).encode()) == (NoteSignature("a", b"abcd", b"x"),) * 2
    with pytest.raises(PlimsollError, match=r"note\.malformed"):
        parse_signatures(b"")


def test_a_line_that_is_there_already_is_not_added_again() -> None:
    note = signed("text\n", log_signer())

    assert add_signatures(note, note.signatures) == note


NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=8).filter(
    lambda name: "+" not in name and not any(c.isspace() for c in name)
)
TEXTS = st.text(st.characters(exclude_characters=[chr(c) for c in range(32) if c != 10], codec="utf-8"), max_size=60)


@settings(deadline=None)
@given(
    TEXTS, st.lists(st.tuples(NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=90)), min_size=1)
)
def test_every_note_that_can_be_written_is_read_back(text: str, lines: list[tuple[str, bytes, bytes]]) -> None:
    note = SignedNote(text + "\n", tuple(NoteSignature(*line) for line in lines)[:MAX_SIGNATURES])

    assert parse_note(note.encode()) == note


@settings(deadline=None)
@given(st.binary(max_size=300) | st.builds(lambda t, s: t.encode() + b"\n\n" + s, TEXTS, st.binary(max_size=80)))
def test_any_bytes_are_a_note_or_a_coded_error(data: bytes) -> None:
    with only_coded("note."):
        assert parse_note(data).encode() == data


@settings(deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.integers(1, 255))
def test_no_changed_byte_of_the_example_passes(place: int, change: int) -> None:
    data = bytearray(EXAMPLE)
    data[place] ^= change

    with pytest.raises(PlimsollError) as caught:
        open_note(bytes(data), [EXAMPLE_KEY])

    assert caught.value.code in ("note.malformed", "note.signature", "note.unsigned")
