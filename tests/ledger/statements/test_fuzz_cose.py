"""Mutations of good input, for every parser of statements, receipts, keys, records and sealed documents.

A mutated message gets much deeper into a parser than random bytes do. Only coded errors may come out.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cose_cases import AUTHORITY, LAB, authority, first_policy, key, registration
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import (
    KeyRegistered,
    KeyRevoked,
    RevocationReason,
    parse_key_registered,
    parse_key_revoked,
)
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.sealed.commitment import parse_commitment
from plimsoll.ledger.sealed.erasure_order import ErasureOrder, parse_erasure_order
from plimsoll.ledger.sealed.field_digests import field_values, read_disclosure
from plimsoll.ledger.sealed.recipients import parse_wraps
from plimsoll.ledger.statements.cbor import decode_cbor
from plimsoll.ledger.statements.cose import parse_sign1
from plimsoll.ledger.statements.cose_keys import parse_cose_key
from plimsoll.ledger.statements.cose_receipt import parse_cose_receipt, verify_inclusion_receipt, verify_transparent
from plimsoll.ledger.statements.registration import Registrar, audit
from plimsoll.ledger.statements.registration_policy import RegistrationPolicy, parse_registration_policy
from plimsoll.ledger.statements.statement import leaf_bytes, parse_statement

VECTORS = Path(__file__).resolve().parents[2] / "conformance" / "vectors"


def published(file: str, *fields: str) -> list[bytes]:
    """Inputs of the published vectors, good and bad."""
    cases = json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
    return [bytes.fromhex(case["input"][name]) for case in cases for name in fields if name in case["input"]]


STATEMENTS = [*published("statement", "statement"), first_policy(), registration(key())]
RECEIPTS = published("receipt", "receipt", "statement")
NAMED = KeyRegistered(authority().cose_key, AUTHORITY, Role.AUTHORITY)
RECORDS = [
    RegistrationPolicy((NAMED,), anchors=(b"anchor",)).encode(),
    KeyRegistered(key().cose_key, LAB, Role.FILER).encode(),
    KeyRevoked(b"kid", RevocationReason.CLOSED).encode(),
    ErasureOrder("0" * 64, bytes(32), "office", "1", "law").encode(),
]
KEYS = [key(11, role=Role.LOG).cose_key]
REGISTRAR = Registrar()
for _entry in (first_policy(), registration(key())):
    REGISTRAR.admit(_entry)

TARGETS: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "cbor": (decode_cbor, STATEMENTS + RECEIPTS + RECORDS),
    "sign1": (parse_sign1, STATEMENTS + RECEIPTS),
    "statement": (parse_statement, STATEMENTS),
    "any statement": (lambda data: parse_statement(data, any_payload=True), STATEMENTS),
    "leaf": (leaf_bytes, STATEMENTS),
    "registration": (REGISTRAR.judge, STATEMENTS),
    "audit": (lambda data: list(audit([first_policy(), data])), STATEMENTS),
    "receipt": (parse_cose_receipt, RECEIPTS),
    "receipt of an entry": (lambda data: verify_inclusion_receipt(data, b"entry 4", KEYS), RECEIPTS),
    "transparent": (lambda data: verify_transparent(data, KEYS), RECEIPTS),
    "key": (parse_cose_key, published("statement", "key")),
    "key registered": (parse_key_registered, RECORDS),
    "key revoked": (parse_key_revoked, RECORDS),
    "policy": (parse_registration_policy, RECORDS),
    "erasure order": (parse_erasure_order, RECORDS),
    "commitment": (
        lambda data: parse_commitment(data, hashlib.sha256(data).digest()),
        published("commitment", "commitment"),
    ),
    "wraps": (parse_wraps, [bytes.fromhex("8183416b667832353531394173")]),
    "disclosure": (lambda data: read_disclosure(data.decode("latin-1")), [b"WyJzIiwiL2EiLCJ4Il0"]),
    "figures": (field_values, [b'{"a":{"b":[1,"x",null,{}]}}']),
}

TELLING = [
    b"\xff",
    b"\x1b" + b"\xff" * 8,
    b"\x9f",
    b"\xbf",
    b"\xf9\x7e\x00",
    b"\xd2",
    b"\x81" * 20,
    b"\xa1",
    b"\xf5",
    b"",
]
EDITS = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 12), st.sampled_from(TELLING) | st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=150, deadline=None)
@given(data=st.data(), edits=EDITS)
def test_only_coded_errors_come_out_of_damaged_input(target: str, data: st.DataObject, edits: list) -> None:  # type: ignore[type-arg]
    parse, seeds = TARGETS[target]
    damaged = bytearray(data.draw(st.sampled_from(seeds)))
    for place, removed, put in edits:
        at = place % (len(damaged) + 1)
        damaged[at : at + removed] = put
    with contextlib.suppress(PlimsollError):
        parse(bytes(damaged))
