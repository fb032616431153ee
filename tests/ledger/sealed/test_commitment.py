"""Sealed documents: who may read them, what binds the parts together, and one figure opened without the rest."""

import contextlib
import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.canonical import canonical_bytes
from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.sealed.commitment import (
    Sealed,
    check_commitment,
    disclose,
    open_sealed,
    open_with,
    parse_commitment,
    seal,
    verify_disclosure,
)
from plimsoll.ledger.sealed.field_digests import field_digest, field_values, read_disclosure
from plimsoll.ledger.sealed.recipients import Kem, Recipient, RecipientKey, encode_wraps, parse_wraps, wrap_for
from plimsoll.ledger.statements.cbor import encode_cbor

FILING = canonical_bytes({"compute": {"flop": "3.1e25", "sites": ["A1", "B2"]}, "lab": "Lab", "empty": {}})


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def sealed_for(*keys: RecipientKey, payload: bytes = FILING, fields: bool = True) -> Sealed:
    return seal(
        payload, "application/json", [each.recipient for each in keys], "filing/1", "recipients/1", fields=fields
    )


@pytest.mark.parametrize("kem", Kem)
def test_every_recipient_and_nobody_else_opens_a_document(kem: Kem) -> None:
    first, second, stranger = (RecipientKey.generate(kem) for _ in range(3))
    sealed = sealed_for(first, second)
    for key in (first, second):
        payload, secrets = open_sealed(sealed.leaf_payload, sealed.commitment, sealed.ciphertext, sealed.wraps, key)
        assert (payload, secrets) == (FILING, sealed.secrets)
    assert (
        code_of(open_sealed, sealed.leaf_payload, sealed.commitment, sealed.ciphertext, sealed.wraps, stranger)
        == "commitment.wrap"
    )
    stolen = [replace(sealed.wraps[0], kid=stranger.recipient.kid)]
    assert (
        code_of(open_sealed, sealed.leaf_payload, sealed.commitment, sealed.ciphertext, stolen, stranger)
        == "commitment.wrap"
    )


def test_recipients_of_both_kinds_read_one_document() -> None:
    keys = [RecipientKey.generate(kem) for kem in Kem]
    sealed = sealed_for(*keys)
    assert [len(each.sealed) - 64 for each in sealed.wraps] == [48, 1136]
    for key in keys:
        assert open_sealed(sealed.leaf_payload, sealed.commitment, sealed.ciphertext, sealed.wraps, key)[0] == FILING


@pytest.mark.parametrize("kem", Kem)
def test_a_wrap_that_is_moved_to_another_document_does_not_open(kem: Kem) -> None:
    key = RecipientKey.generate(kem)
    one, other = sealed_for(key), sealed_for(key)
    assert code_of(open_sealed, one.leaf_payload, one.commitment, one.ciphertext, other.wraps, key) == "commitment.wrap"
    with pytest.raises(PlimsollError):
        key.unwrap(one.wraps[0], other.document)


@pytest.mark.parametrize("kem", Kem)
def test_a_false_wrap_hides_no_good_one(kem: Kem) -> None:
    own = RecipientKey.generate(kem)
    document = sealed_for(own)
    moved = sealed_for(own).wraps
    short = wrap_for(own.recipient, b"short", document.document)
    empty = wrap_for(own.recipient, bytes(64), document.document)
    wraps = (*moved, replace(document.wraps[0], sealed=b"x"), short, empty, *document.wraps)
    parts = document.leaf_payload, document.commitment, document.ciphertext
    assert open_sealed(*parts, wraps, own)[0] == FILING
    assert code_of(open_sealed, *parts, wraps[:3], own) == "commitment.wrap"
    assert code_of(open_sealed, *parts, wraps[:4], own) == "commitment.not_opened"


def test_no_part_can_be_exchanged() -> None:
    key = RecipientKey.generate(Kem.X25519)
    one, other = sealed_for(key), sealed_for(key)
    wraps = one.wraps
    cases = {
        "commitment.other_statement": (one.leaf_payload, other.commitment, one.ciphertext, wraps, key),
        "commitment.other_ciphertext": (one.leaf_payload, one.commitment, other.ciphertext, wraps, key),
    }
    for code, arguments in cases.items():
        assert code_of(open_sealed, *arguments) == code
    read = parse_commitment(one.commitment, one.leaf_payload)
    assert code_of(open_with, other.secrets, read, one.ciphertext) == "commitment.not_opened"
    assert code_of(check_commitment, read, other.secrets.salt, FILING) == "commitment.mismatch"
    assert code_of(check_commitment, read, one.secrets.salt, FILING + b" ") == "commitment.mismatch"
    plain = replace(read, media_type="text/plain")
    assert code_of(check_commitment, plain, one.secrets.salt, FILING) == "commitment.mismatch"
    lied = replace(read, fields=(bytes(32),))
    assert code_of(check_commitment, lied, one.secrets.salt, FILING) == "commitment.mismatch"


def test_equal_documents_have_unlike_commitments() -> None:
    """Otherwise a guess at a filing could be confirmed by sealing the guess."""
    key = RecipientKey.generate(Kem.X25519)
    one, other = sealed_for(key), sealed_for(key)
    first = parse_commitment(one.commitment, one.leaf_payload)
    second = parse_commitment(other.commitment, other.leaf_payload)
    assert first.commit != second.commit
    assert not set(first.fields) & set(second.fields)
    assert hashlib.sha256(FILING).digest() not in one.commitment


def test_one_figure_is_opened_without_the_rest() -> None:
    sealed = sealed_for(RecipientKey.generate(Kem.X25519))
    opened = disclose(FILING, sealed.secrets.salt, "/compute/flop")
    assert verify_disclosure(opened, sealed.commitment, sealed.leaf_payload) == ("/compute/flop", "3.1e25")
    others = [name for name in field_values(FILING) if name != "/compute/flop"]
    assert others == ["/compute/sites/0", "/compute/sites/1", "/empty", "/lab"]
    shown = opened + sealed.commitment.hex()
    assert "A1" not in shown
    assert sealed.secrets.salt.hex() not in shown
    assert code_of(disclose, FILING, sealed.secrets.salt, "/compute") == "commitment.no_field"


def test_a_figure_of_another_document_or_with_another_value_is_refused() -> None:
    key = RecipientKey.generate(Kem.X25519)
    one, other = sealed_for(key), sealed_for(key)
    opened = disclose(FILING, one.secrets.salt, "/lab")
    assert code_of(verify_disclosure, opened, other.commitment, other.leaf_payload) == "commitment.disclosure"
    changed = FILING.replace(b'"Lab"', b'"Other"')
    forged = disclose(changed, one.secrets.salt, "/lab")
    assert code_of(verify_disclosure, forged, one.commitment, one.leaf_payload) == "commitment.disclosure"
    assert code_of(verify_disclosure, opened, one.commitment, other.leaf_payload) == "commitment.other_statement"


def test_digests_are_those_of_rfc_9901() -> None:
    # The disclosure of RFC 9901, section 4.2.1 ("family_name"), and the digest that the section gives for it.
    opened = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    from base64 import urlsafe_b64encode

    digest = urlsafe_b64encode(field_digest(opened)).rstrip(b"=").decode()
    assert digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        b'{"a": 1}',
        b'{"a":1.5}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b"[" * 5000,
        canonical_bytes([0] * 4097),
    ],
)
def test_figures_are_digested_in_canonical_json_only(payload: bytes) -> None:
    assert code_of(sealed_for, payload=payload) == "commitment.fields"
    assert sealed_for(payload=payload, fields=False).ciphertext


def test_a_document_of_any_kind_is_sealed_without_figures() -> None:
    key = RecipientKey.generate(Kem.X25519)
    sealed = sealed_for(key, payload=b"%PDF-1.7 ...", fields=False)
    assert parse_commitment(sealed.commitment, sealed.leaf_payload).fields == ()
    assert open_sealed(sealed.leaf_payload, sealed.commitment, sealed.ciphertext, sealed.wraps, key)[0][:4] == b"%PDF"


def test_nothing_is_sealed_that_could_not_be_read_back() -> None:
    own = RecipientKey.generate(Kem.X25519)
    assert parse_wraps(encode_wraps(sealed_for(*[own] * 256).wraps))
    assert code_of(sealed_for, *[own] * 257) == "commitment.too_large"
    assert code_of(seal, b"x", "text/plain", [own.recipient], "s" * 200_000, "p") == "commitment.too_large"


def test_a_document_with_figures_has_a_size_at_which_it_is_not_taken_apart() -> None:
    assert code_of(field_values, b'["' + b"a" * (1 << 23) + b'"]') == "commitment.fields"
    assert seal(b"a" * ((1 << 23) + 1), "text/plain", [], "s", "p")


def test_secrets_are_not_printed() -> None:
    sealed = sealed_for(RecipientKey.generate(Kem.X25519))
    for secret in (sealed.secrets.salt, sealed.secrets.data_key):
        assert repr(secret)[2:-1] not in repr(sealed)
        assert secret.hex() not in repr(sealed)


def test_wraps_are_read_back() -> None:
    wraps = sealed_for(*(RecipientKey.generate(kem) for kem in Kem)).wraps
    assert parse_wraps(encode_wraps(wraps)) == wraps


def test_a_key_that_is_none_is_refused() -> None:
    assert code_of(Recipient, Kem.X25519, bytes(31)) == "recipient.malformed"
    assert code_of(RecipientKey, Kem.MLKEM768_X25519, bytes(96)) == "recipient.malformed"
    weak = Recipient(Kem.X25519, bytes(32))
    assert code_of(seal, b"x", "text/plain", [weak], "s", "p") == "recipient.malformed"
    broken = Recipient(Kem.MLKEM768_X25519, b"\xff" * 1216)
    assert code_of(seal, b"x", "text/plain", [broken], "s", "p") == "recipient.malformed"


def test_the_hybrids_private_key_is_the_seed_of_x_wing() -> None:
    # draft-connolly-cfrg-xwing-kem: ML-KEM seed and X25519 key are SHAKE256(seed), 96 bytes; the public key is theirs.
    key = RecipientKey(Kem.MLKEM768_X25519, bytes(range(32)))
    expanded = hashlib.shake_256(bytes(range(32))).digest(96)
    classic = X25519PrivateKey.from_private_bytes(expanded[64:]).public_key().public_bytes_raw()
    quantum = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key().public_bytes_raw()
    assert key.recipient.public == quantum + classic


@given(st.binary(max_size=200))
def test_only_coded_errors_come_out_of_foreign_parts(data: bytes) -> None:
    key = RecipientKey(Kem.X25519, bytes(range(32)))
    digest = hashlib.sha256(data).digest()
    for call in (
        lambda: parse_commitment(data, digest),
        lambda: parse_wraps(data),
        lambda: verify_disclosure(data.decode("latin-1"), data, digest),
        lambda: open_sealed(digest, data, data, [], key),
        lambda: key.unwrap(parse_wraps(encode_cbor([(key.recipient.kid, "x25519", data)]))[0], "00"),
    ):
        with contextlib.suppress(PlimsollError):
            call()


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda each: each.hex()))
def test_only_coded_errors_come_out_of_foreign_disclosures(text: str) -> None:
    with contextlib.suppress(PlimsollError):
        read_disclosure(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=6), each, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_every_figure_of_every_document_can_be_opened_by_itself(document: object) -> None:
    try:
        payload = canonical_bytes(document)  # type: ignore[arg-type]
    except PlimsollError:
        return
    sealed = sealed_for(payload=payload)
    values = field_values(payload)
    for name, value in values.items():
        opened = disclose(payload, sealed.secrets.salt, name)
        assert verify_disclosure(opened, sealed.commitment, sealed.leaf_payload) == (name, value)
    assert json.loads(payload) == document
