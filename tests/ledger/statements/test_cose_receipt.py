"""COSE receipts: one answer for form, path and signature, and several logs' receipts on one statement."""

import contextlib

import pytest
from cose_cases import key, statement
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.keys.signers import FileKey
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.cbor import encode_cbor
from plimsoll.ledger.statements.cose import parse_sign1, sign1
from plimsoll.ledger.statements.cose_receipt import (
    attach,
    attached_receipts,
    check_consistency_receipt,
    check_inclusion_receipt,
    consistency_receipt,
    inclusion_receipt,
    parse_cose_receipt,
    verify_consistency_receipt,
    verify_inclusion_receipt,
    verify_transparent,
)
from plimsoll.ledger.statements.statement import leaf_bytes
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.proofs import consistency_path, in_memory, inclusion_path

LOG = "log.example/filings"
ENTRIES = [f"entry {number}".encode() for number in range(40)]


def log_key(number: int = 50, key_type: KeyType = KeyType.ED25519) -> FileKey:
    return key(number, key_type, Role.LOG)


def receipt(index: int, entries: list[bytes], signer: FileKey | None = None) -> bytes:
    leaves = leaf_hashes(entries)
    path = inclusion_path(index, len(leaves), in_memory(leaves))
    return inclusion_receipt(
        signer or log_key(), iss=LOG, sub="filings", index=index, size=len(leaves), path=path, root=root_of(leaves)
    )


def grown(old: int, new: int, signer: FileKey | None = None) -> bytes:
    leaves = leaf_hashes(ENTRIES[:new])
    path = consistency_path(old, new, in_memory(leaves))
    return consistency_receipt(
        signer or log_key(), iss=LOG, sub="filings", old_size=old, new_size=new, path=path, new_root=root_of(leaves)
    )


def root(size: int) -> bytes:
    return root_of(leaf_hashes(ENTRIES[:size]))


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize("size", [2, 3, 7, 8, 33, 40])
def test_every_entry_of_a_tree_has_a_receipt_that_holds_for_it_alone(size: int) -> None:
    keys = [log_key().cose_key]
    for index in range(size):
        data = receipt(index, ENTRIES[:size])
        assert verify_inclusion_receipt(data, ENTRIES[index], keys)
        assert not verify_inclusion_receipt(data, ENTRIES[(index + 1) % size], keys)


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_MLDSA44])
def test_a_receipt_holds_under_the_logs_key_only(key_type: KeyType) -> None:
    data = receipt(3, ENTRIES, log_key(50, key_type))
    assert check_inclusion_receipt(data, ENTRIES[3], [log_key(51).cose_key, log_key(50, key_type).cose_key]).iss == LOG
    assert code_of(check_inclusion_receipt, data, ENTRIES[3], [log_key(51).cose_key]) == "receipt.key_unknown"
    assert code_of(check_inclusion_receipt, data, ENTRIES[3], []) == "receipt.key_unknown"


def test_a_witness_key_signs_no_receipt() -> None:
    witness = key(50, KeyType.COSIGN_ED25519, Role.WITNESS)
    assert code_of(receipt, 3, ENTRIES, witness) == "key.role"


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (8, 33), (39, 40)])
def test_consistency_holds_between_the_two_roots_and_no_others(old: int, new: int) -> None:
    keys = [log_key().cose_key]
    data = grown(old, new)
    assert verify_consistency_receipt(data, root(old), root(new), keys)
    assert not verify_consistency_receipt(data, root(old + 1) if old + 1 < new else root(new), root(new), keys)
    assert not verify_consistency_receipt(data, root(old), root(old), keys)
    assert not verify_consistency_receipt(data, root(old), root(new), [log_key(51).cose_key])


def test_a_receipt_of_one_kind_is_none_of_the_other() -> None:
    keys = [log_key().cose_key]
    assert code_of(check_inclusion_receipt, grown(3, 7), ENTRIES[3], keys) == "receipt.malformed"
    assert code_of(check_consistency_receipt, receipt(3, ENTRIES), root(3), root(40), keys) == "receipt.malformed"


def test_a_good_signature_over_a_bad_path_is_worth_nothing() -> None:
    """The log's real signature over its real root, beside the path of another entry."""
    mine, other = parse_sign1(receipt(3, ENTRIES)), parse_sign1(receipt(4, ENTRIES))
    assert not verify_inclusion_receipt(
        mine.with_unprotected(other.unprotected).encode(), ENTRIES[3], [log_key().cose_key]
    )


def test_a_tree_of_one_entry_has_no_receipt() -> None:
    assert code_of(receipt, 0, ENTRIES[:1]) == "receipt.path"


def made(proof: object, *, label: int = -1, vds: object = 1, detached: bool = True, claims: object = None) -> bytes:
    protected = {395: vds, 15: {1: LOG, 2: "filings"} if claims is None else claims}
    encoded = proof if isinstance(proof, bytes) else encode_cbor(proof)  # type: ignore[arg-type]
    return sign1(log_key(), protected, root(40), unprotected={396: {label: [encoded]}}, detached=detached).encode()  # type: ignore[arg-type]


HASH = bytes(32)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (made((40, 40, [HASH] * 6)), "receipt.index"),
        (made((0, 0, [HASH])), "receipt.index"),
        (made((2**64 - 1, 2**64 - 1, [HASH])), "receipt.index"),
        (made((40, -1, [HASH] * 6)), "receipt.index"),
        (made((40, 3, [])), "receipt.path"),
        (made((40, 3, [HASH] * 65)), "receipt.path"),
        (made((40, 3, [HASH[:-1]])), "receipt.path"),
        (made((40, 3, ["text"])), "receipt.malformed"),
        (made((40, True, [HASH])), "receipt.malformed"),
        (made((40, 3)), "receipt.malformed"),
        (made(b""), "cbor.malformed"),
        (made(b"\x83\x18\x28\x03\x9f\xff"), "cbor.indefinite"),
        (made((40, 3, [HASH] * 6), label=-3), "receipt.malformed"),
        (made((40, 3, [HASH] * 6), vds=2), "receipt.structure"),
        (made((40, 3, [HASH] * 6), vds=True), "receipt.structure"),
        (made((40, 3, [HASH] * 6), vds=None), "receipt.structure"),
        (made((40, 3, [HASH] * 6), detached=False), "receipt.payload_attached"),
        (made((40, 3, [HASH] * 6), claims={1: LOG}), "receipt.malformed"),
        (made((40, 3, [HASH] * 6), claims="x"), "receipt.malformed"),
        (made((0, 40, [HASH]), label=-2), "receipt.index"),
        (made((40, 40, [HASH]), label=-2), "receipt.index"),
        (b"\xd2\x84" + b"\x40" * 20_000, "cbor.too_large"),
    ],
)
def test_a_receipt_outside_the_rules_is_refused(data: bytes, code: str) -> None:
    assert code_of(parse_cose_receipt, data) == code
    assert verify_inclusion_receipt(data, ENTRIES[3], [log_key().cose_key]) is False


def test_all_proofs_of_a_receipt_must_hold() -> None:
    message = parse_sign1(receipt(3, ENTRIES))
    good = message.unprotected[396][-1][0]  # type: ignore[index, call-overload]
    bad = encode_cbor((40, 3, [HASH] * 6))
    assert verify_inclusion_receipt(
        message.with_unprotected({396: {-1: [good, good]}}).encode(), ENTRIES[3], [log_key().cose_key]
    )
    both = message.with_unprotected({396: {-1: [good, bad]}}).encode()
    assert code_of(check_inclusion_receipt, both, ENTRIES[3], [log_key().cose_key]) == "receipt.malformed"
    many = message.with_unprotected({396: {-1: [good] * 9}}).encode()
    assert code_of(parse_cose_receipt, many) == "receipt.malformed"


def test_a_statement_carries_the_receipts_of_several_logs() -> None:
    data = statement()
    entries = [*ENTRIES[:5], leaf_bytes(data)]
    receipts = [receipt(5, entries, log_key(number)) for number in (60, 61)]
    transparent = attach(attach(data, receipts[:1]), receipts[1:])
    assert attached_receipts(transparent) == tuple(receipts)
    assert leaf_bytes(transparent) == data
    assert verify_transparent(transparent, [log_key(61).cose_key]) == (LOG,)
    assert verify_transparent(transparent, [log_key(60).cose_key, log_key(61).cose_key]) == (LOG, LOG)
    assert verify_transparent(transparent, []) == ()
    assert verify_transparent(attach(statement(sub="case-2"), receipts), [log_key(60).cose_key]) == ()


def test_no_log_speaks_under_the_name_of_another_and_none_counts_twice() -> None:
    data = statement()
    entries = [*ENTRIES[:5], leaf_bytes(data)]
    mine, theirs = log_key(60), log_key(61)

    def by(signer: FileKey, iss: str) -> bytes:
        leaves = leaf_hashes(entries)
        path = inclusion_path(5, 6, in_memory(leaves))
        return inclusion_receipt(signer, iss=iss, sub="s", index=5, size=6, path=path, root=root_of(leaves))

    forged = attach(data, [by(mine, "log.one"), by(mine, "log.two"), by(mine, "log.one")])
    logs = {"log.one": [mine.cose_key], "log.two": [theirs.cose_key]}
    assert verify_transparent(forged, logs) == ("log.one",)
    assert verify_transparent(forged, [mine.cose_key]) == ("log.one",)
    honest = attach(data, [by(mine, "log.one"), by(theirs, "log.two")])
    assert verify_transparent(honest, logs) == ("log.one", "log.two")
    assert verify_transparent(honest, {"log.two": [mine.cose_key]}) == ()


def test_receipts_on_a_statement_are_bounded() -> None:
    assert code_of(attach, statement(), []) == "receipt.too_many"
    assert code_of(attach, statement(), [b"r"] * 33) == "receipt.too_many"
    listed = parse_sign1(statement()).with_unprotected({394: [b"r"] * 33}).encode()
    assert code_of(attached_receipts, listed) == "receipt.too_many"
    wrong = parse_sign1(statement()).with_unprotected({394: ["r"]}).encode()
    assert code_of(verify_transparent, wrong, []) == "receipt.malformed"


@given(st.integers(0, 2000), st.integers(1, 255))
def test_no_changed_byte_leaves_a_good_receipt_but_in_the_numbers_that_are_hints(place: int, change: int) -> None:
    original = receipt(3, ENTRIES)
    data = bytearray(original)
    data[place % len(data)] ^= change
    if not verify_inclusion_receipt(bytes(data), ENTRIES[3], [log_key().cose_key]):
        return
    before, after = parse_cose_receipt(original), parse_cose_receipt(bytes(data))
    assert (after.message.protected, after.message.signature) == (before.message.protected, before.message.signature)
    assert [proof.path for proof in after.inclusion] == [proof.path for proof in before.inclusion]


def test_index_and_size_of_a_receipt_are_hints() -> None:
    """RFC 9942 signs the root alone; this is why log order is never read off a COSE receipt."""
    keys = [log_key().cose_key]
    message = parse_sign1(receipt(10, ENTRIES[:11]))
    path = parse_cose_receipt(message.encode()).inclusion[0].path
    elsewhere = message.with_unprotected({396: {-1: [encode_cbor((6, 5, list(path)))]}}).encode()
    assert verify_inclusion_receipt(elsewhere, ENTRIES[10], keys)
    assert not verify_inclusion_receipt(elsewhere, ENTRIES[5], keys)


@given(st.binary(max_size=200), st.integers(-3, 0))
def test_only_coded_errors_come_out_of_foreign_receipts(data: bytes, label: int) -> None:
    for each in (data, made(data), made((40, 3, [HASH] * 6), label=label)):
        with contextlib.suppress(PlimsollError):
            parse_cose_receipt(each)
        with contextlib.suppress(PlimsollError):
            verify_transparent(each, [])
