"""Strict CBOR: one meaning has one encoding, and every other is refused with a code."""

import math

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=80)
    | st.text(max_size=40)
    | st.floats()
)
_KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=12)
VALUES = st.recursive(_LEAVES, lambda each: st.lists(each, max_size=5) | st.dictionaries(_KEYS, each, max_size=5))


def _plain(value: object) -> object:
    """Lists for tuples, and NaN as a word, so that values compare."""
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dict) or hasattr(value, "items"):
        return {key: _plain(part) for key, part in value.items()}  # type: ignore[attr-defined]
    return value


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(PlimsollError) as caught:
        decode_cbor(data, **limits)  # type: ignore[arg-type]
    return caught.value.code


@given(VALUES)
def test_what_is_encoded_decodes_to_the_same_value_here_and_in_cbor2(value: Cbor) -> None:
    data = encode_cbor(value)
    assert _plain(decode_cbor(data)) == _plain(value)
    assert _plain(cbor2.loads(data)) == _plain(value)


@given(VALUES)
def test_cbor2_writes_the_same_bytes_but_for_the_order_of_keys(value: Cbor) -> None:
    assert sorted(encode_cbor(value)) == sorted(cbor2.dumps(value, canonical=True))


@given(st.binary(max_size=200))
def test_bytes_that_are_accepted_are_the_encoding_of_what_they_mean(data: bytes) -> None:
    try:
        value = decode_cbor(data)
    except PlimsollError:
        return
    assert encode_cbor(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "cbor.malformed"),
        ("19", "cbor.malformed"),
        ("1c", "cbor.malformed"),
        ("f0", "cbor.malformed"),
        ("f7", "cbor.malformed"),
        ("f818", "cbor.malformed"),
        ("61ff", "cbor.malformed"),
        ("5a00010000", "cbor.malformed"),
        ("9b7fffffffffffffff", "cbor.malformed"),
        ("bb7fffffffffffffff", "cbor.malformed"),
        ("0000", "cbor.trailing"),
        ("9fff", "cbor.indefinite"),
        ("bfff", "cbor.indefinite"),
        ("5f4100ff", "cbor.indefinite"),
        ("7f6161ff", "cbor.indefinite"),
        ("ff", "cbor.indefinite"),
        ("1800", "cbor.not_deterministic"),
        ("190018", "cbor.not_deterministic"),
        ("1a0000ffff", "cbor.not_deterministic"),
        ("1b00000000ffffffff", "cbor.not_deterministic"),
        ("580100", "cbor.not_deterministic"),
        ("fb3ff0000000000000", "cbor.not_deterministic"),
        ("fa7fc00000", "cbor.not_deterministic"),
        ("a202000100", "cbor.not_deterministic"),
        ("a201000100", "cbor.duplicate_key"),
        ("a2616100616100", "cbor.duplicate_key"),
        ("a14000", "cbor.key_type"),
        ("a1f500", "cbor.key_type"),
        ("a1800000", "cbor.key_type"),
        ("c000", "cbor.tag"),
        ("d81c80", "cbor.tag"),
    ],
)
def test_a_second_spelling_is_refused(data: str, code: str) -> None:
    assert refused(bytes.fromhex(data)) == code


def test_depth_and_size_are_bounded() -> None:
    assert refused(b"\x81" * 100 + b"\x00") == "cbor.too_deep"
    assert refused(b"\x81" * 100_000 + b"\x00") == "cbor.too_deep"
    assert refused(b"\x40" * 1001, max_size=1000) == "cbor.too_large"
    assert decode_cbor(b"\x81\x81\x00", max_depth=2) == ((0,),)
    assert refused(b"\x81\x81\x81\x00", max_depth=2) == "cbor.too_deep"


def test_items_are_bounded_too_because_they_cost_more_than_their_bytes() -> None:
    assert len(decode_cbor(encode_cbor([0] * 20_000))) == 20_000  # type: ignore[arg-type]
    assert refused(encode_cbor([0] * 20_001)) == "cbor.too_large"
    assert refused(encode_cbor([[0] * 9999] * 3)) == "cbor.too_large"
    assert len(decode_cbor(encode_cbor(dict.fromkeys(range(1024))))) == 1024  # type: ignore[arg-type]
    assert refused(encode_cbor(dict.fromkeys(range(1025)))) == "cbor.too_large"


def test_keys_stand_in_the_order_of_their_bytes() -> None:
    # RFC 8949, 4.2.1: 24 (18 18) stands before -1 (20), which the older rule of shortest first would turn round.
    assert encode_cbor({-1: 0, 24: 0, "a": 0, 1: 0}) == bytes.fromhex("a40100181800200061 6100".replace(" ", ""))


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, {1.5: 0}, {True: 0}, {b"k": 0}, object(), "\ud800"])
def test_what_has_no_plain_form_is_not_written(value: object) -> None:
    with pytest.raises(PlimsollError) as caught:
        encode_cbor(value)  # type: ignore[arg-type]
    assert caught.value.code == "cbor.unsupported"
