"""Cosignatures: the bytes they cover, the times they carry, and the keys that may make them."""

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from note_cases import SeedSigner, log_signer, log_signer_pq, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import (
    MAX_TIMESTAMP,
    cosign,
    cosign_subtree,
    cosignature_v1_message,
    subtree_message,
    verify_cosignature,
    verify_subtree_cosignature,
)
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.notes.notes import NoteSignature, SignedNote, add_signatures, open_note, parse_note

NOW = 1_795_000_000
HEAD = Checkpoint("log.example/filings", 5, bytes(range(32)))
ED, PQ = witness_signer(1), witness_signer(1, KeyType.COSIGN_MLDSA44)
BOTH = pytest.mark.parametrize("signer", [ED, PQ], ids=["ed25519", "ml-dsa-44"])


def code_of(function: object, *arguments: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        function(*arguments)  # type: ignore[operator]
    return caught.value.code


@BOTH
def test_a_cosignature_verifies_and_gives_its_time(signer: SeedSigner) -> None:
    assert verify_cosignature(HEAD, cosign(HEAD, signer, NOW), signer.verifier) == NOW


@BOTH
def test_a_note_opens_with_the_cosigners_time(signer: SeedSigner) -> None:
    note = add_signatures(sign_checkpoint(HEAD, [log_signer()], NOW), [cosign(HEAD, signer, NOW - 5)])

    opened = open_note(note.encode(), [log_signer().verifier, signer.verifier])

    assert opened.verified == ((log_signer().verifier, None), (signer.verifier, NOW - 5))


def test_the_message_of_an_ed25519_cosignature_is_that_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    assert cosignature_v1_message(1679315147, text) == b"cosignature/v1\ntime 1679315147\n" + text.encode()


def test_the_example_checkpoint_of_the_specification_parses_with_its_cosigner_unknown() -> None:
    data = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
        "zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nN"
        "o0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()
    note = parse_note(data)

    assert note.encode() == data
    assert struct.unpack(">Q", note.signatures[1].body[:8]) == (1679315147,)


def test_the_message_of_an_ml_dsa_cosignature_is_laid_out_as_the_specification_says() -> None:
    message = subtree_message("w.example", 7, "log.example", 0, 300, bytes(32))

    assert message == (
        b"subtree/v1\n\x00" + b"\x09w.example" + struct.pack(">Q", 7) + b"\x0blog.example"
        + struct.pack(">QQ", 0, 300) + bytes(32)
    )  # fmt: skip


@BOTH
def test_a_changed_checkpoint_time_or_signature_does_not_verify(signer: SeedSigner) -> None:
    good = cosign(HEAD, signer, NOW)
    later = NoteSignature(good.name, good.key_id, struct.pack(">Q", NOW + 1) + good.body[8:])
    bent = NoteSignature(good.name, good.key_id, good.body[:-1] + bytes([good.body[-1] ^ 1]))
    short = NoteSignature(good.name, good.key_id, good.body[:8])
    huge = NoteSignature(good.name, good.key_id, struct.pack(">Q", MAX_TIMESTAMP + 1) + good.body[8:])
    grown = Checkpoint(HEAD.origin, 6, HEAD.root)
    elsewhere = Checkpoint("other.example", 5, HEAD.root)

    for bad in (later, bent, short, huge):
        assert code_of(verify_cosignature, HEAD, bad, signer.verifier) == "note.signature"
    for other in (grown, elsewhere):
        assert code_of(verify_cosignature, other, good, signer.verifier) == "note.signature"


def test_ed25519_covers_extension_lines_and_ml_dsa_does_not() -> None:
    extended = Checkpoint(HEAD.origin, HEAD.size, HEAD.root, ("more",))

    assert code_of(verify_cosignature, extended, cosign(HEAD, ED, NOW), ED.verifier) == "note.signature"
    assert verify_cosignature(extended, cosign(HEAD, PQ, NOW), PQ.verifier) == NOW


def test_ml_dsa_covers_the_cosigners_name_and_ed25519_does_not() -> None:
    for signer, passes in ((ED, True), (PQ, False)):
        renamed = VerifierKey("mirror.example", signer.type, signer.verifier.public)
        moved = NoteSignature(renamed.name, renamed.id, cosign(HEAD, signer, NOW).body)
        if passes:
            assert verify_cosignature(HEAD, moved, renamed) == NOW
        else:
            assert code_of(verify_cosignature, HEAD, moved, renamed) == "note.signature"


def test_only_cosigning_keys_cosign() -> None:
    assert code_of(cosign, HEAD, log_signer(), NOW) == "cosignature.key"
    line = sign_checkpoint(HEAD, [log_signer()], NOW).signatures[0]
    assert code_of(verify_cosignature, HEAD, line, log_signer().verifier) == "cosignature.key"
    assert code_of(verify_cosignature, HEAD, cosign(HEAD, ED, NOW), PQ.verifier) == "cosignature.key"


def test_a_log_signature_is_no_cosignature_of_the_same_public_key() -> None:
    """One key in two roles: the signed bytes differ, so that neither signature stands for the other."""
    as_log = SeedSigner("witness1.example", KeyType.ED25519, "witness 1 4")
    line = sign_checkpoint(HEAD, [as_log], NOW).signatures[0]
    forged = NoteSignature(ED.verifier.name, ED.verifier.id, struct.pack(">Q", NOW) + line.body)

    assert as_log.verifier.public == ED.verifier.public
    assert code_of(verify_cosignature, HEAD, forged, ED.verifier) == "note.signature"


@BOTH
@pytest.mark.parametrize("timestamp", [-1, MAX_TIMESTAMP + 1])
def test_a_time_that_the_format_cannot_carry_is_refused(signer: SeedSigner, timestamp: int) -> None:
    assert code_of(cosign, HEAD, signer, timestamp) == "cosignature.timestamp"


def test_names_beyond_one_length_byte_cannot_be_cosigned_with_ml_dsa() -> None:
    long = Checkpoint("o" * 256, 5, bytes(32))

    assert code_of(cosign, long, PQ, NOW) == "cosignature.subtree"
    assert verify_cosignature(long, cosign(long, ED, NOW), ED.verifier) == NOW
    claimed = NoteSignature(PQ.verifier.name, PQ.verifier.id, bytes(2428))
    assert code_of(verify_cosignature, long, claimed, PQ.verifier) == "note.signature"


def test_a_subtree_is_signed_without_a_time_and_by_ml_dsa_only() -> None:
    line = cosign_subtree(HEAD.origin, 256, 512, bytes(32), PQ)

    assert line.body[:8] == bytes(8)
    assert verify_subtree_cosignature(HEAD.origin, 256, 512, bytes(32), line, PQ.verifier) == 0
    assert code_of(cosign_subtree, HEAD.origin, 0, 4, bytes(32), ED) == "cosignature.key"
    assert code_of(verify_subtree_cosignature, HEAD.origin, 0, 512, bytes(32), line, PQ.verifier) == "note.signature"
    for start, end, root in ((4, 3, bytes(32)), (-1, 3, bytes(32)), (0, 2**64, bytes(32)), (0, 4, bytes(31))):
        assert code_of(cosign_subtree, HEAD.origin, start, end, root, PQ) == "cosignature.subtree"


def test_a_subtree_that_does_not_start_at_zero_has_no_time() -> None:
    timed = NoteSignature(PQ.verifier.name, PQ.verifier.id, struct.pack(">Q", NOW) + bytes(2420))

    assert code_of(subtree_message, "w", NOW, "o", 1, 2, bytes(32)) == "cosignature.timestamp"
    found = code_of(verify_subtree_cosignature, HEAD.origin, 256, 512, bytes(32), timed, PQ.verifier)
    assert found == "cosignature.timestamp"


def test_a_whole_tree_signed_as_a_subtree_counts_as_a_cosignature_without_a_time() -> None:
    line = cosign_subtree(HEAD.origin, 0, HEAD.size, HEAD.root, PQ)

    assert verify_cosignature(HEAD, line, PQ.verifier) == 0


def test_a_tree_head_signature_of_rfc_6962_verifies() -> None:
    """static-ct-api: the time in milliseconds, then hash 4, signature 3, and a length before the ECDSA signature."""
    private = ec.derive_private_key(99, ec.SECP256R1())
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = VerifierKey(HEAD.origin, KeyType.STH, der)
    milliseconds = NOW * 1000 + 999
    head = b"\x00\x01" + struct.pack(">QQ", milliseconds, HEAD.size) + HEAD.root
    signature = private.sign(head, ec.ECDSA(SHA256()))
    body = struct.pack(">Q", milliseconds) + b"\x04\x03" + struct.pack(">H", len(signature)) + signature
    note = SignedNote(HEAD.text, (NoteSignature(key.name, key.id, body),))

    assert open_note(note.encode(), [key]).verified == ((key, NOW),)
    assert open_checkpoint(note.encode(), [key])[0] == HEAD
    extended = SignedNote(HEAD.text + "more\n", note.signatures)
    assert code_of(open_note, extended.encode(), [key]) == "note.signature"
    for bad in (body[:8], body[:11], body[:-1], body[:8] + b"\x04\x01" + body[10:], body + b"x"):
        wrong = SignedNote(HEAD.text, (NoteSignature(key.name, key.id, bad),))
        assert code_of(open_note, wrong.encode(), [key]) == "note.signature"


def test_a_note_with_an_unknown_tree_head_signature_opens() -> None:
    note = add_signatures(
        sign_checkpoint(HEAD, [log_signer(), log_signer_pq()], NOW), [NoteSignature("ct.example", b"1234", bytes(80))]
    )

    assert open_checkpoint(note.encode(), [log_signer().verifier])[0] == HEAD


def test_ml_dsa_signatures_are_randomised_and_ed25519_ones_are_not() -> None:
    assert cosign(HEAD, ED, NOW) == cosign(HEAD, ED, NOW)
    assert cosign(HEAD, PQ, NOW) != cosign(HEAD, PQ, NOW)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_body_is_a_cosignature_or_a_failed_signature(body: bytes) -> None:
    for key in (ED.verifier, PQ.verifier):
        assert code_of(verify_cosignature, HEAD, NoteSignature(key.name, key.id, body), key) == "note.signature"
