"""Verifier keys: how they are spelled, and what is no key."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from note_cases import log_signer, log_signer_pq, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey, parse_vkey

EXAMPLE = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def spki(key: object) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]


def code_of(text: str) -> str:
    with pytest.raises(PlimsollError) as caught:
        parse_vkey(text)
    return caught.value.code


def test_the_example_of_the_specification_is_read_and_written_back() -> None:
    key = parse_vkey(EXAMPLE)

    assert (key.name, key.type, key.id.hex(), key.text) == ("example.com/foo", KeyType.ED25519, "530d903a", EXAMPLE)


@pytest.mark.parametrize("signer", [log_signer(), log_signer_pq(), witness_signer(1)], ids=lambda s: s.type.name)
def test_a_key_of_every_raw_type_comes_back_from_its_text(signer: object) -> None:
    key = signer.verifier  # type: ignore[attr-defined]

    assert parse_vkey(key.text) == key


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda c: c.name)
def test_the_id_of_an_ecdsa_key_is_the_hash_of_its_der_whatever_its_name(curve: ec.EllipticCurve) -> None:
    der = spki(ec.derive_private_key(12345, curve))

    key = VerifierKey("rekor.example", KeyType.ECDSA, der)

    assert key.id == VerifierKey("other.example", KeyType.ECDSA, der).id == hashlib.sha256(der).digest()[:4]
    assert parse_vkey(key.text) == key


def test_one_public_key_has_another_id_for_another_type() -> None:
    public = log_signer().verifier.public

    assert VerifierKey("a", KeyType.ED25519, public).id != VerifierKey("a", KeyType.COSIGN_ED25519, public).id


def test_the_id_of_a_tree_head_key_is_made_from_the_log_id() -> None:
    der = spki(ec.derive_private_key(12345, ec.SECP256R1()))
    log_id = hashlib.sha256(der).digest()

    key = VerifierKey("ct.example", KeyType.STH, der)

    assert key.id == hashlib.sha256(b"ct.example\n\x05" + log_id).digest()[:4]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key.malformed"),
        ("no parts", "key.malformed"),
        ("a+b", "key.malformed"),
        (EXAMPLE.replace("530d903a", "530d903b"), "key.malformed"),
        (EXAMPLE.replace("530d903a", "530D903A"), "key.malformed"),
        (EXAMPLE.replace("530d903a", "30d903a"), "key.malformed"),
        (EXAMPLE + "=", "key.malformed"),
        (EXAMPLE + "\n", "key.malformed"),
        (EXAMPLE[:-4], "key.public"),
        (EXAMPLE.replace("example.com/foo", "two words"), "key.name"),
        (EXAMPLE.replace("example.com/foo", ""), "key.name"),
        (EXAMPLE.replace("example.com/foo", "ideographic\u3000space"), "key.name"),
        (EXAMPLE.replace("example.com/foo", "lone\ud800surrogate"), "key.name"),
        ("a+00000000+" + to_base64(b"\x03" + bytes(32)), "key.type"),
        ("a+00000000+" + to_base64(b"\xff" + bytes(32)), "key.type"),
        ("a+00000000+" + to_base64(b"\x06" + bytes(32)), "key.public"),
        ("a+00000000+" + to_base64(b"\x02" + bytes(32)), "key.public"),
        ("a" * 5000, "key.malformed"),
    ],
)
def test_what_is_no_key_is_refused_with_a_code(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "key",
    [ec.derive_private_key(7, ec.SECP256K1()), Ed25519PrivateKey.from_private_bytes(bytes(32))],
    ids=["another curve", "no elliptic curve of that kind"],
)
def test_an_ecdsa_key_is_on_one_of_three_curves(key: object) -> None:
    with pytest.raises(PlimsollError, match=r"key\.public"):
        VerifierKey("a", KeyType.ECDSA, spki(key))


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.COSIGN_ED25519])
@pytest.mark.parametrize("point", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 1 | 1 << 255])
def test_a_key_for_which_anybody_can_sign_is_refused(key_type: KeyType, point: int) -> None:
    with pytest.raises(PlimsollError) as caught:
        VerifierKey("weak.example", key_type, point.to_bytes(32, "little"))
    assert caught.value.code == "key.public"


def test_an_rsa_key_is_no_key_of_a_note() -> None:
    with pytest.raises(PlimsollError, match=r"key\.public"):
        VerifierKey("a", KeyType.ECDSA, spki(rsa.generate_private_key(65537, 2048)))


def test_a_second_spelling_of_an_elliptic_key_is_refused() -> None:
    key = ec.derive_private_key(12345, ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    prefix = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")

    with pytest.raises(PlimsollError, match="canonical"):
        VerifierKey("a", KeyType.ECDSA, prefix + point)


@settings(deadline=None)
@given(st.text(max_size=200) | st.builds("+".join, st.lists(st.text(max_size=40), min_size=3, max_size=3)))
def test_any_text_is_a_key_or_a_coded_error(text: str) -> None:
    with only_coded("key."):
        assert parse_vkey(text).text == text


@settings(deadline=None)
@given(st.integers(0, 255), st.binary(max_size=120))
def test_any_key_content_is_a_key_or_a_coded_error(number: int, content: bytes) -> None:
    text = "a+00000000+" + to_base64(bytes([number]) + content)
    with only_coded("key."):
        parse_vkey(text)
