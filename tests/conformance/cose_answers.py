"""Plimsoll's answers to the operations on statements, receipts and commitments.

| operation | input (binary values in hexadecimal) | result |
|---|---|---|
| verify-statement | statement, key (COSE_Key) | iss, sub, digest, entry (the leaf's bytes), id (the leaf's hash) |
| verify-inclusion-receipt | receipt, entry, keys | iss, index, size |
| verify-consistency-receipt | receipt, old_root, new_root, keys | iss, old_size, new_size |
| verify-transparent | statement, keys | logs: issuers of the receipts that hold |
| open-sealed | digest, commitment, ciphertext, wraps: [{kid, kem, sealed}], kem, private | payload |
| verify-disclosure | disclosure (text), commitment, digest | name, value |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plimsoll.ledger.sealed.commitment import open_sealed, verify_disclosure
from plimsoll.ledger.sealed.recipients import Kem, RecipientKey, Wrap
from plimsoll.ledger.statements.cose import CoseKey
from plimsoll.ledger.statements.cose_keys import parse_cose_key
from plimsoll.ledger.statements.cose_receipt import (
    check_consistency_receipt,
    check_inclusion_receipt,
    verify_transparent,
)
from plimsoll.ledger.statements.statement import leaf_bytes, statement_id, verify_statement

Input = dict[str, Any]
Answer = dict[str, Any]


def keys_of(given: Input) -> list[CoseKey]:
    return [parse_cose_key(bytes.fromhex(each)) for each in given["keys"]]


def verify_a_statement(given: Input) -> Answer:
    data = bytes.fromhex(given["statement"])
    read = verify_statement(data, parse_cose_key(bytes.fromhex(given["key"])))
    return {
        "iss": read.iss,
        "sub": read.sub,
        "digest": read.digest.hex(),
        "entry": leaf_bytes(data).hex(),
        "id": statement_id(data),
    }


def verify_inclusion(given: Input) -> Answer:
    entry = bytes.fromhex(given["entry"])
    receipt = check_inclusion_receipt(bytes.fromhex(given["receipt"]), entry, keys_of(given))
    return {"iss": receipt.iss, "index": receipt.inclusion[0].first, "size": receipt.inclusion[0].size}


def verify_consistency(given: Input) -> Answer:
    data, old, new = (bytes.fromhex(given[name]) for name in ("receipt", "old_root", "new_root"))
    receipt = check_consistency_receipt(data, old, new, keys_of(given))
    return {"iss": receipt.iss, "old_size": receipt.consistency[0].first, "new_size": receipt.consistency[0].size}


def verify_a_transparent_statement(given: Input) -> Answer:
    return {"logs": list(verify_transparent(bytes.fromhex(given["statement"]), keys_of(given)))}


def open_a_document(given: Input) -> Answer:
    parts = [bytes.fromhex(given[name]) for name in ("digest", "commitment", "ciphertext")]
    wraps = [
        Wrap(bytes.fromhex(each["kid"]), Kem(each["kem"]), bytes.fromhex(each["sealed"])) for each in given["wraps"]
    ]
    key = RecipientKey(Kem(given["kem"]), bytes.fromhex(given["private"]))
    return {"payload": open_sealed(parts[0], parts[1], parts[2], wraps, key)[0].hex()}


def verify_a_figure(given: Input) -> Answer:
    commitment, digest = bytes.fromhex(given["commitment"]), bytes.fromhex(given["digest"])
    name, value = verify_disclosure(given["disclosure"], commitment, digest)
    return {"name": name, "value": value}


OPERATIONS: dict[str, Callable[[Input], Answer]] = {
    "verify-statement": verify_a_statement,
    "verify-inclusion-receipt": verify_inclusion,
    "verify-consistency-receipt": verify_consistency,
    "verify-transparent": verify_a_transparent_statement,
    "open-sealed": open_a_document,
    "verify-disclosure": verify_a_figure,
}
