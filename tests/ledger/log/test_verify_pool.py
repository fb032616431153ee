"""Statements verified in worker processes: what comes back is what one process would have said."""

import hashlib

from plimsoll.ledger.keys.signers import generate
from plimsoll.ledger.log.verify_pool import Refused, VerifyPool
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.statement import leaf_bytes, sign_statement


def test_each_statement_gets_its_entry_or_its_refusal_in_order() -> None:
    known, unknown = (generate(f"filer.example/{number}", KeyType.ED25519, "filer") for number in (1, 2))

    def signed(number: int, by: object = known) -> bytes:
        digest = hashlib.sha256(bytes([number])).digest()
        return sign_statement(by, iss="https://filer.example/1", sub=f"case-{number}", digest=digest)  # type: ignore[arg-type]

    statements = [signed(number) for number in range(40)]
    forged = statements[7][:-1] + bytes([statements[7][-1] ^ 1])
    with VerifyPool({known.cose_key.kid: known.cose_key}, 2) as pool:
        found = list(pool.verified([*statements, forged, b"\xff", signed(3, unknown)], portion=9))
    assert found[:40] == [leaf_bytes(each) for each in statements]
    refused = [each.code for each in found[40:] if isinstance(each, Refused)]
    assert len(refused) == 3
    assert refused[0] == "cose.signature"
    assert refused[1].startswith("cbor.")
    assert refused[2] == "statement.key_unknown"
