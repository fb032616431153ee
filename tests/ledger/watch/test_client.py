"""The relying party's verdict: what is valid, what is not and why, and when evidence is too old."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_cases import NOW, MemoryLog, numbered
from note_cases import log_signer, log_signer_pq, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.notes import NoteSignature, add_signatures, parse_note
from plimsoll.ledger.notes.policy import MAX_CLOCK_SKEW, Policy, PolicyGroup, PolicyLog, PolicyWitness
from plimsoll.ledger.statements.statement import leaf_bytes, sign_statement
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.watch.client import verify

DAY = 86_400
LOG = MemoryLog(numbered(11))
TRUST = Policy.trusting([log_signer().verifier])
WITNESSES = [witness_signer(number) for number in range(3)]
TWO_OF_THREE = Policy(
    TRUST.logs,
    tuple(PolicyWitness(f"w{n}", witness.verifier) for n, witness in enumerate(WITNESSES)),
    (PolicyGroup("g", 2, ("w0", "w1", "w2")),),
    "g",
)


def witnessed(*ages: int | None) -> bytes:
    lines = [(witness, NOW - age) for witness, age in zip(WITNESSES, ages, strict=False) if age is not None]
    return LOG.receipt(4, None, lines).encode()


def codes(receipt: bytes, policy: Policy = TWO_OF_THREE, entry: bytes | None = b"entry 4", **times: int) -> list[str]:
    verdict = verify(receipt, entry, policy, **times)
    assert verdict.ok == (not verdict.problems)
    return [problem.code for problem in verdict.problems]


def test_the_json_of_a_verdict_is_exactly_as_promised() -> None:
    verdict = verify(witnessed(10, 20), b"entry 4", TWO_OF_THREE, DAY, NOW)

    assert json.loads(verdict.json()) == {
        "ok": True,
        "origin": "log.example/filings",
        "size": 11,
        "index": 4,
        "root": LOG.head().root.hex(),
        "signers": [f"log.example/filings+{log_signer().verifier.id.hex()}"],
        "cosigners": [
            {"name": "witness0.example", "time": NOW - 10},
            {"name": "witness1.example", "time": NOW - 20},
        ],
        "quorum": True,
        "problems": [],
    }


def test_an_invalid_receipt_has_its_problems_in_the_json() -> None:
    content = json.loads(verify(witnessed(10), b"entry 5", TWO_OF_THREE).json())

    assert content["ok"] is False
    assert content["quorum"] is False
    assert [problem["code"] for problem in content["problems"]] == ["policy.quorum", "proof.inclusion"]
    assert all(set(problem) == {"code", "detail"} and problem["detail"] for problem in content["problems"])


def test_a_receipt_of_another_entry_is_invalid() -> None:
    assert codes(witnessed(1, 1), entry=b"entry 4") == []
    assert codes(witnessed(1, 1), entry=b"entry 5") == ["proof.inclusion"]


def test_may_this_cluster_start_is_refused_on_a_stale_receipt() -> None:
    receipt = witnessed(DAY + 1, 2 * DAY, 10)

    assert codes(receipt) == []
    assert codes(receipt, now=NOW) == []
    found = codes(receipt, max_age=DAY, now=NOW)
    assert found == ["policy.quorum", "cosignature.stale", "cosignature.stale"]
    assert codes(receipt, max_age=2 * DAY, now=NOW) == []


def test_an_old_checkpoint_cannot_be_replayed_past_its_age() -> None:
    receipt = witnessed(0, 0, 0)

    assert codes(receipt, max_age=DAY, now=NOW + DAY) == []
    assert "policy.quorum" in codes(receipt, max_age=DAY, now=NOW + DAY + 1)


def test_a_time_in_the_future_does_not_count_beyond_the_stated_skew() -> None:
    receipt = witnessed(0, 0)

    assert codes(receipt, max_age=DAY, now=NOW - MAX_CLOCK_SKEW) == []
    found = codes(receipt, max_age=DAY, now=NOW - MAX_CLOCK_SKEW - 1)
    assert found == ["policy.quorum", "cosignature.future", "cosignature.future"]


def test_one_witness_with_a_wrong_clock_does_not_stop_a_quorum_of_others() -> None:
    verdict = verify(witnessed(5, -DAY, 5), b"entry 4", TWO_OF_THREE, DAY, NOW)

    assert verdict.ok
    assert [name for name, _ in verdict.cosigners] == ["witness0.example", "witness2.example"]


def test_without_a_quorum_freshness_must_come_from_the_log_itself() -> None:
    pq = log_signer_pq()
    policy = Policy((*TRUST.logs, PolicyLog(pq.verifier)))
    timed = replace(LOG.receipt(4), checkpoint=sign_checkpoint(LOG.head(), [log_signer(), pq], NOW).encode()).encode()

    assert codes(LOG.receipt(4).encode(), policy) == []
    assert codes(LOG.receipt(4).encode(), policy, max_age=DAY, now=NOW) == ["freshness.unproven"]
    assert codes(timed, policy, max_age=DAY, now=NOW + DAY) == []
    assert codes(timed, policy, max_age=DAY, now=NOW + DAY + 1) == ["freshness.unproven", "cosignature.stale"]


def test_a_log_that_is_not_trusted_is_no_signer() -> None:
    verdict = verify(LOG.receipt(4), b"entry 4", Policy.trusting([log_signer(label="other").verifier]))

    assert not verdict.ok
    assert verdict.signers == ()
    assert [problem.code for problem in verdict.problems] == ["note.unsigned"]


def test_a_bad_line_of_a_known_witness_makes_the_receipt_invalid() -> None:
    key = WITNESSES[2].verifier
    receipt = LOG.receipt(4, None, [(WITNESSES[0], NOW), (WITNESSES[1], NOW)])
    note = add_signatures(parse_note(receipt.checkpoint), [NoteSignature(key.name, key.id, bytes(72))])

    assert codes(replace(receipt, checkpoint=note.encode()).encode()) == ["note.signature"]


def test_without_the_statement_only_a_leaf_hash_in_the_receipt_will_do() -> None:
    receipt = LOG.receipt(4)
    leaf = leaf_hash(b"entry 4")

    assert codes(receipt.encode(), TRUST, None) == ["receipt.no_statement"]
    assert codes(replace(receipt, extra=b"entry 4").encode(), TRUST, None) == ["receipt.no_statement"]
    assert codes(replace(receipt, extra=leaf).encode(), TRUST, None) == []
    assert codes(replace(receipt, extra=bytes(32)).encode(), TRUST, None) == ["proof.inclusion"]
    assert codes(replace(receipt, extra=leaf).encode(), TRUST, b"entry 5") == ["proof.inclusion"]


def test_a_statement_with_receipts_attached_is_the_statement_that_was_logged() -> None:
    issuer = from_seed("issuer", KeyType.ED25519, bytes(32))
    signed = sign_statement(issuer, iss="https://lab.example", sub="case 7", digest=bytes(32))
    log = MemoryLog([b"genesis", leaf_bytes(signed)])
    # The unprotected header {394: [h'00']} in place of the empty one, as a receipt would be attached.
    attached = signed.replace(b"\xa0\x58\x20" + bytes(32), b"\xa1\x19\x01\x8a\x81\x41\x00\x58\x20" + bytes(32))

    assert attached != signed
    assert verify(log.receipt(1), signed, TRUST).ok
    assert verify(log.receipt(1), attached, TRUST).ok
    assert not verify(log.receipt(1), attached[:-1] + b"x", TRUST).ok


@pytest.mark.parametrize("data", [b"", b"rubbish", witnessed(1)[:-1], witnessed(1).replace(b"\n11\n", b"\n011\n")])
def test_unusable_input_is_an_error_and_not_a_verdict(data: bytes) -> None:
    with only_coded("receipt.", "note.", "checkpoint."), pytest.raises(PlimsollError) as caught:
        verify(data, b"entry 4", TRUST)
    assert caught.value.code.endswith("malformed")


def test_an_age_without_a_clock_is_unusable() -> None:
    with pytest.raises(PlimsollError, match=r"policy\.no_clock"):
        verify(witnessed(1), b"entry 4", TRUST, DAY)


GOOD = witnessed(1, 1)


@settings(deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_changed_byte_of_a_receipt_passes(place: int, change: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= change
    with only_coded("receipt.", "note.", "checkpoint."):
        verdict = verify(bytes(data), b"entry 4", TWO_OF_THREE, DAY, NOW)
        # A changed name or id makes a line a stranger's: that leaves one witness, and the quorum needs two.
        assert not verdict.ok
