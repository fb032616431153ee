"""Signed statements: the rules of the hash envelope, and the bytes that become a leaf."""

import contextlib

import pytest
from cose_cases import DIGEST, LAB, key, statement
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.cbor import encode_cbor
from plimsoll.ledger.statements.cose import Sign1, parse_sign1, sign1
from plimsoll.ledger.statements.statement import (
    ERASURE,
    SHA512,
    leaf_bytes,
    parse_statement,
    sign_record,
    sign_statement,
    statement_id,
    verify_statement,
)
from plimsoll.ledger.tree.merkle import leaf_hash

CLAIMS = {1: LAB, 2: "case-1"}


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def test_a_statement_says_what_was_put_in() -> None:
    data = statement(content_type="application/json", location="https://lab.example/f/1", issued_at=1_800_000_000)
    read = verify_statement(data, key().cose_key)
    assert (read.iss, read.sub, read.digest, read.hash_alg, read.body) == (LAB, "case-1", DIGEST, -16, None)
    assert (read.content_type, read.location, read.issued_at) == (
        "application/json",
        "https://lab.example/f/1",
        1_800_000_000,
    )
    assert read.kid == key().cose_key.kid


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_MLDSA44])
def test_every_kind_of_key_signs_statements(key_type: KeyType) -> None:
    signer = key(1, key_type)
    verify_statement(statement(signer), signer.cose_key)


def test_the_leaf_is_the_statement_with_an_empty_unprotected_header_and_nothing_else_changed() -> None:
    data = statement()
    assert leaf_bytes(data) == data
    dressed = parse_sign1(data).with_unprotected({394: [b"receipt"], "note": "to be emptied"}).encode()
    assert dressed != data
    assert leaf_bytes(dressed) == data
    assert statement_id(dressed) == statement_id(data) == leaf_hash(data).hex()


def signed(
    protected: dict[int | str, object], payload: bytes = DIGEST, unprotected: dict[int | str, object] | None = None
) -> bytes:
    return sign1(key(), protected, payload, unprotected=unprotected).encode()  # type: ignore[arg-type]


GOOD = {4: b"kid", 15: CLAIMS, 258: -16}


def without(label: int) -> dict[int, object]:
    return {each: value for each, value in GOOD.items() if each != label}


@pytest.mark.parametrize(
    ("protected", "unprotected", "code"),
    [
        (without(15), {}, "statement.claims"),
        (without(15), {15: CLAIMS}, "statement.claims"),
        ({**GOOD, 15: [LAB, "case-1"]}, {}, "statement.claims"),
        ({**GOOD, 15: {1: LAB}}, {}, "statement.claims"),
        ({**GOOD, 15: {2: "case-1"}}, {}, "statement.claims"),
        ({**GOOD, 15: {1: "", 2: "case-1"}}, {}, "statement.claims"),
        ({**GOOD, 15: {1: "x" * 8193, 2: "case-1"}}, {}, "statement.claims"),
        ({**GOOD, 15: {1: b"lab", 2: "case-1"}}, {}, "statement.claims"),
        ({**GOOD, 15: {**CLAIMS, 6: "yesterday"}}, {}, "statement.claims"),
        ({**GOOD, 15: {**CLAIMS, 6: True}}, {}, "statement.claims"),
        (without(4), {}, "statement.key_unnamed"),
        (without(4), {4: b"kid"}, "statement.key_unnamed"),
        (without(4), {33: b"certificate"}, "statement.key_unnamed"),
        ({**GOOD, 4: "kid"}, {}, "cose.malformed"),
        ({**GOOD, 4: b""}, {}, "cose.malformed"),
        ({**GOOD, 33: b"certificate", 15: {1: "a lab", 2: "x"}}, {}, "statement.claims"),
        ({**GOOD, 33: ()}, {}, "statement.certificate"),
        ({**GOOD, 33: [b"c"] * 9}, {}, "statement.certificate"),
        ({**GOOD, 33: ["text"]}, {}, "statement.certificate"),
        ({**GOOD, 34: [-16, b"short"]}, {}, "statement.certificate"),
        ({**GOOD, 34: [-99, DIGEST]}, {}, "statement.certificate"),
        ({**GOOD, 34: DIGEST}, {}, "statement.certificate"),
        (without(258), {}, "statement.hash_envelope"),
        (without(258), {258: -16}, "statement.hash_envelope"),
        ({**without(258), 3: "application/json"}, {}, "statement.hash_envelope"),
        ({**without(258), 259: "application/json"}, {}, "statement.hash_envelope"),
        ({**GOOD, 258: -15}, {}, "statement.hash_envelope"),
        ({**GOOD, 258: "sha256"}, {}, "statement.hash_envelope"),
        (GOOD, {259: "application/json"}, "statement.hash_envelope"),
        (GOOD, {260: "https://lab.example"}, "statement.hash_envelope"),
        ({**GOOD, 259: b"json"}, {}, "statement.hash_envelope"),
        ({**GOOD, 259: -1}, {}, "statement.hash_envelope"),
        ({**GOOD, 260: 5}, {}, "statement.hash_envelope"),
        ({**GOOD, 3: "application/json"}, {}, "statement.content_type_beside_hash"),
        (GOOD, {3: "application/json"}, "statement.content_type_beside_hash"),
        ({**GOOD, 258: -44}, {}, "statement.digest_size"),
    ],
)
def test_a_statement_outside_the_rules_is_refused(
    protected: dict[int | str, object], unprotected: dict[int | str, object], code: str
) -> None:
    parse_statement(signed(GOOD))  # type: ignore[arg-type]
    assert code_of(parse_statement, signed(protected, unprotected=unprotected)) == code


def test_other_hashes_have_digests_of_their_size() -> None:
    data = sign_statement(key(), iss=LAB, sub="s", digest=bytes(64), hash_alg=SHA512)
    assert parse_statement(data).hash_alg == SHA512
    assert (
        code_of(sign_statement, key(), iss=LAB, sub="s", digest=bytes(32), hash_alg=SHA512) == "statement.digest_size"
    )


def test_a_statement_without_its_digest_is_refused() -> None:
    data = sign1(key(), GOOD, DIGEST, detached=True).encode()  # type: ignore[arg-type]
    assert code_of(parse_statement, data) == "statement.payload_missing"


def test_an_entry_has_at_most_65535_bytes() -> None:
    def record(size: int) -> bytes:
        return sign_record(key(), iss=LAB, sub="s", media_type=ERASURE, body=bytes(size))

    overhead = len(record(1000)) - 1000
    assert len(leaf_bytes(record(65_535 - overhead))) == 65_535
    assert code_of(record, 65_536 - overhead) == "statement.too_large"
    whole = sign1(key(), {**GOOD, 3: "x"}, bytes(66_000)).encode()  # type: ignore[arg-type]
    assert code_of(leaf_bytes, whole) == "statement.too_large"
    large_unprotected = parse_sign1(statement()).with_unprotected({33: [bytes(40_000)] * 3}).encode()
    assert len(leaf_bytes(large_unprotected)) < 300


def test_statements_of_other_services_are_read_only_when_asked_for() -> None:
    data = signed({4: b"kid", 15: CLAIMS, 3: "text/plain"}, b"a document")
    assert code_of(parse_statement, data) == "statement.hash_envelope"
    assert parse_statement(data, any_payload=True).body == b"a document"


def written(protected: object, unprotected: object, payload: bytes | None) -> bytes:
    """A message with these headers and no good signature."""
    body = [encode_cbor(protected), unprotected, payload, bytes(64)]  # type: ignore[arg-type]
    return b"\xd2" + encode_cbor(body)  # type: ignore[arg-type]


MESSAGES = st.builds(
    written,
    st.dictionaries(
        st.sampled_from([1, 2, 3, 4, 15, 16, 33, 34, 258, 259, 260, 394, 395, "x"]),
        st.recursive(
            st.none() | st.integers(-260, 300) | st.binary(max_size=40) | st.text(max_size=10) | st.booleans(),
            lambda each: st.lists(each, max_size=3) | st.dictionaries(st.integers(0, 7), each, max_size=3),
            max_leaves=6,
        ),
    ),
    st.dictionaries(st.sampled_from([3, 4, 33, 258, 259, 394, 396]), st.binary(max_size=9) | st.none(), max_size=3),
    st.none() | st.binary(max_size=64),
)


@given(MESSAGES | st.binary(max_size=100))
def test_only_coded_errors_come_out_of_foreign_statements(data: bytes) -> None:
    for parse in (parse_statement, leaf_bytes, lambda each: parse_statement(each, any_payload=True)):
        with contextlib.suppress(PlimsollError):
            parse(data)


@given(MESSAGES)
def test_emptying_twice_is_emptying_once(data: bytes) -> None:
    try:
        leaf = leaf_bytes(data)
    except PlimsollError:
        return
    assert leaf_bytes(leaf) == leaf
    message = parse_sign1(data)
    assert parse_sign1(leaf) == Sign1(message.protected, {}, message.payload, message.signature)
