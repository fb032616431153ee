"""COSE_Sign1: a signature covers the bytes that came, and an algorithm fits its key or is refused."""

import contextlib

import cbor2
import pytest
from cose_cases import key
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.cbor import encode_cbor
from plimsoll.ledger.statements.cose import Alg, Sign1, parse_sign1, sign1, verify_sign1
from plimsoll.ledger.statements.cose_keys import CoseKey, KeyKind, parse_cose_key

TYPES = [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_MLDSA44]


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize("key_type", TYPES)
@pytest.mark.parametrize("fully_specified", [False, True])
def test_a_message_verifies_under_its_key_and_under_no_other(key_type: KeyType, fully_specified: bool) -> None:
    signer = key(1, key_type)
    message = parse_sign1(sign1(signer, {}, b"payload", fully_specified=fully_specified).encode())
    verify_sign1(message, signer.cose_key)
    assert code_of(verify_sign1, message, key(2, key_type).cose_key) == "cose.signature"
    changed = Sign1(message.protected, {}, b"Payload", message.signature)
    assert code_of(verify_sign1, changed, signer.cose_key) == "cose.signature"


def test_the_older_names_of_algorithms_are_written_unless_asked_otherwise() -> None:
    written = [sign1(key(1, each), {}, b"").alg for each in TYPES]
    assert written == [Alg.EDDSA, Alg.ES256, Alg.ML_DSA_44]
    full = [sign1(key(1, each), {}, b"", fully_specified=True).alg for each in TYPES]
    assert full == [Alg.ED25519, Alg.ESP256, Alg.ML_DSA_44]


@pytest.mark.parametrize("key_type", TYPES)
def test_an_algorithm_that_does_not_fit_the_key_is_refused(key_type: KeyType) -> None:
    signer = key(1, key_type)
    own = {sign1(signer, {}, b"").alg, sign1(signer, {}, b"", fully_specified=True).alg}
    for alg in set(Alg) - own:
        confused = Sign1(encode_cbor({1: int(alg)}), {}, b"x", bytes(64))
        assert code_of(verify_sign1, confused, signer.cose_key) == "cose.alg_mismatch"


@pytest.mark.parametrize("alg", [0, 1, 5, -35, -50, -257, "EdDSA", None, True, -8.0, b"\x27", (), {}])
def test_other_algorithms_are_refused(alg: object) -> None:
    message = Sign1(encode_cbor({1: alg}), {}, b"x", bytes(64))  # type: ignore[dict-item]
    assert code_of(verify_sign1, message, key().cose_key) == "cose.alg"


def test_an_algorithm_outside_the_protected_header_counts_for_nothing() -> None:
    assert code_of(verify_sign1, Sign1(b"", {1: -8}, b"x", bytes(64)), key().cose_key) == "cose.alg"


def test_a_protected_header_is_never_encoded_again() -> None:
    signed = sign1(key(), {4: b"k", 99: "an extra"}, b"x", unprotected={500: [1, 2]})
    assert parse_sign1(signed.encode()).protected == signed.protected
    assert parse_sign1(signed.encode()).with_unprotected({}).encode() == parse_sign1(signed.encode()).bare()


def test_a_detached_payload_is_given_once_and_only_once() -> None:
    signer = key()
    detached = sign1(signer, {}, b"x", detached=True)
    verify_sign1(detached, signer.cose_key, b"x")
    assert code_of(verify_sign1, detached, signer.cose_key) == "cose.payload_missing"
    assert code_of(verify_sign1, sign1(signer, {}, b"x"), signer.cose_key, b"x") == "cose.payload_twice"


def test_a_message_that_names_another_key_is_refused() -> None:
    signer = key()
    assert code_of(verify_sign1, sign1(signer, {4: b"other"}, b"x"), signer.cose_key) == "cose.kid_mismatch"


def tagged(protected: bytes, unprotected: bytes = b"\xa0", rest: bytes = b"\x41x\x41s") -> bytes:
    return b"\xd2\x84" + cbor2.dumps(protected) + unprotected + rest


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (tagged(b"")[1:], "cbor.tag"),
        (b"\xd1" + tagged(b"")[1:], "cbor.tag"),
        (b"\xd8\x12" + tagged(b"")[1:], "cbor.not_deterministic"),
        (b"\xd2\x83\x40\xa0\x40", "cbor.malformed"),
        (b"\xd2\x9f\x40\xa0\x40\x40\xff", "cbor.indefinite"),
        (tagged(b"") + b"\0", "cbor.trailing"),
        (tagged(b"\xa0"), "cbor.not_deterministic"),
        (tagged(bytes.fromhex("a2012701 27".replace(" ", ""))), "cbor.duplicate_key"),
        (tagged(bytes.fromhex("a204410101 27".replace(" ", ""))), "cbor.not_deterministic"),
        (tagged(bytes.fromhex("a1180127")), "cbor.not_deterministic"),
        (tagged(bytes.fromhex("bf0127ff")), "cbor.indefinite"),
        (tagged(bytes.fromhex("a1012700")), "cbor.trailing"),
        (tagged(b"\x01"), "cose.malformed"),
        (tagged(bytes.fromhex("a10127"), bytes.fromhex("a2040004 00".replace(" ", ""))), "cbor.duplicate_key"),
        (tagged(bytes.fromhex("a10127"), bytes.fromhex("a10127")), "cose.malformed"),
        (tagged(bytes.fromhex("a10127"), b"\x80"), "cose.malformed"),
        (tagged(bytes.fromhex("a10127"), rest=b"\x61x\x41s"), "cose.malformed"),
        (tagged(bytes.fromhex("a10127"), rest=b"\x41x\xf6"), "cose.malformed"),
        (tagged(bytes.fromhex("a2012702811863")), "cose.critical"),
        (tagged(bytes.fromhex("a20127028104")), "cose.critical"),
        (tagged(bytes.fromhex("a2012702 81a0".replace(" ", ""))), "cose.critical"),
        (tagged(bytes.fromhex("a20127 0280".replace(" ", ""))), "cose.malformed"),
        (tagged(bytes.fromhex("a201270281f5")), "cose.critical"),
        (tagged(bytes.fromhex("a10127"), bytes.fromhex("a102811863")), "cose.malformed"),
    ],
)
def test_a_message_in_another_form_is_refused(data: bytes, code: str) -> None:
    assert code_of(parse_sign1, data) == code


def test_the_unprotected_header_may_be_in_any_order_because_no_signature_covers_it() -> None:
    message = parse_sign1(tagged(bytes.fromhex("a10127"), bytes.fromhex("a219018a8018200 0".replace(" ", ""))))
    assert dict(message.unprotected) == {394: (), 32: 0}


@pytest.mark.parametrize("key_type", TYPES)
def test_a_key_is_read_back_from_its_cose_form(key_type: KeyType) -> None:
    cose_key = key(1, key_type).cose_key
    assert parse_cose_key(cose_key.encode()) == cose_key
    assert cose_key.kid == cose_key.thumbprint


def test_a_key_of_small_order_is_refused() -> None:
    for height in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18):
        for sign in (0, 1 << 255):
            public = (height | sign).to_bytes(32, "little")
            assert code_of(CoseKey, KeyKind.ED25519, public) == "cose_key.weak"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "cose_key.malformed"),
        ({1: 4, -1: b"k" * 32}, "cose_key.unsupported"),
        ({1: True, -1: 6, -2: b"k" * 32}, "cose_key.malformed"),
        ({1: 1, -1: 4, -2: b"k" * 32}, "cose_key.unsupported"),
        ({1: 1, -1: 6, -2: b"k" * 31}, "cose_key.malformed"),
        ({1: 1, -1: 6, -2: b"k" * 32, -4: b"d" * 32}, "cose_key.private"),
        ({1: 1, -1: 6, -2: b"k" * 32, 3: -7}, "cose_key.malformed"),
        ({1: 1, -1: 6, -2: b"k" * 32, 4: [1]}, "cose_key.malformed"),
        ({1: 1, -1: 6, -2: b"k" * 32, 2: "text"}, "cose_key.malformed"),
        ({1: 2, -1: 1, -2: b"k" * 32, -3: b"k" * 32}, "cose_key.malformed"),
        ({1: 2, -1: 2, -2: b"k" * 48, -3: b"k" * 48}, "cose_key.unsupported"),
        ({1: 7, -1: b"k" * 1312}, "cose_key.unsupported"),
        ({1: 7, 3: -48, -1: b"k" * 1312, -2: b"s" * 32}, "cose_key.private"),
    ],
)
def test_a_cose_key_that_cannot_be_used_is_refused(members: dict[int | str, object], code: str) -> None:
    assert code_of(parse_cose_key, encode_cbor(members)) == code  # type: ignore[arg-type]


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_changed_byte_leaves_a_good_signature(place: int, change: int) -> None:
    signer = key()
    data = bytearray(sign1(signer, {4: signer.cose_key.kid}, b"payload").encode())
    data[place % len(data)] ^= change
    with pytest.raises(PlimsollError):
        verify_sign1(parse_sign1(bytes(data)), signer.cose_key)


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda each: b"\xd2\x84" + each))
def test_only_coded_errors_come_out_of_foreign_bytes(data: bytes) -> None:
    for parse in (parse_sign1, parse_cose_key):
        with contextlib.suppress(PlimsollError):
            parse(data)
