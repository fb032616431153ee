"""An implementation that is not ours (scitt-cose) reads what we write, and we read what it writes."""

import pytest
from cose_cases import LAB, key, statement
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.cose_receipt import (
    attach,
    attached_receipts,
    inclusion_receipt,
    verify_inclusion_receipt,
)
from plimsoll.ledger.statements.statement import leaf_bytes, verify_statement
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path

scitt_cose = pytest.importorskip("scitt_cose", reason="scitt-cose is not installed; it is a test oracle only")

TYPES = {KeyType.ED25519: "EdDSA", KeyType.ECDSA: "ES256"}


def pems(number: int, key_type: KeyType) -> tuple[bytes, bytes]:
    """Private and public PEM of `cose_cases.key(number, key_type)`."""
    seed = bytes([number]) * 32
    private = (
        derive_private_key(int.from_bytes(seed, "big"), SECP256R1())
        if key_type is KeyType.ECDSA
        else Ed25519PrivateKey.from_private_bytes(seed)
    )
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


@pytest.mark.parametrize("key_type", TYPES)
def test_it_verifies_our_statements(key_type: KeyType) -> None:
    data = statement(key(1, key_type), content_type="application/json")
    read = scitt_cose.parse_signed_statement(data, public_key_pem=pems(1, key_type)[1])
    assert read["signature_verified"] is True
    other = scitt_cose.parse_signed_statement(data, public_key_pem=pems(2, key_type)[1])
    assert other["signature_verified"] is not True


@pytest.mark.parametrize("key_type", TYPES)
@pytest.mark.parametrize("size", [2, 5, 8, 21])
def test_it_verifies_our_receipts(key_type: KeyType, size: int) -> None:
    signer = key(50, key_type, Role.LOG)
    entries = [statement(sub=f"case-{number}") for number in range(size)]
    leaves = leaf_hashes(entries)
    for index in range(size):
        path = inclusion_path(index, size, in_memory(leaves))
        data = inclusion_receipt(signer, iss="log", sub="x", index=index, size=size, path=path, root=root_of(leaves))
        public = pems(50, key_type)[1]
        result = scitt_cose.verify_receipt(data, leaf_entry_hex=entries[index].hex(), log_public_key_pem=public)
        assert result.ok, result.errors
        assert (result.tree_size, result.leaf_index, result.root) == (size, index, root_of(leaves).hex())
        wrong = entries[index - 1].hex()
        assert not scitt_cose.verify_receipt(data, leaf_entry_hex=wrong, log_public_key_pem=public).ok


@pytest.mark.parametrize("key_type", TYPES)
def test_we_verify_its_statements_and_receipts(key_type: KeyType) -> None:
    private = pems(7, key_type)[0].decode()
    signer = key(7, key_type)
    entries = [
        scitt_cose.build_signed_statement(
            f"document {number}".encode(),
            alg=TYPES[key_type],
            private_key_pem=private,
            issuer=LAB,
            subject=f"case-{number}",
            content_type="text/plain",
            kid=signer.cose_key.kid,
        )
        for number in range(9)
    ]
    for index, data in enumerate(entries):
        read = verify_statement(data, signer.cose_key, any_payload=True)
        assert (read.iss, read.sub, read.body) == (LAB, f"case-{index}", f"document {index}".encode())
        receipt = scitt_cose.build_receipt(
            leaf_entry_hex=data.hex(),
            leaf_index=index,
            tree_entries_hex=[each.hex() for each in entries],
            alg=TYPES[key_type],
            log_private_key_pem=private,
            iss="log",
            sub="x",
        )
        assert verify_inclusion_receipt(receipt, data, [signer.cose_key])
        assert not verify_inclusion_receipt(receipt, entries[index - 1], [signer.cose_key])


def test_transparent_statements_are_read_both_ways() -> None:
    data = statement()
    ours = attach(data, [b"first", b"second"])
    assert scitt_cose.extract_receipts(ours) == [b"first", b"second"]
    theirs = scitt_cose.attach_receipts(data, [b"first", b"second"])
    assert attached_receipts(theirs) == (b"first", b"second")
    assert leaf_bytes(theirs) == data
