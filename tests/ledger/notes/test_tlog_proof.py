"""Receipts: what is read, what is written, and what they prove."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_cases import NOW, MemoryLog, numbered
from note_cases import log_signer, only_coded, witness_signer

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.policy import Policy, PolicyWitness
from plimsoll.ledger.notes.tlog_proof import MAX_RECEIPT_BYTES, Receipt, parse_receipt, verify_receipt

LOG = MemoryLog(numbered(11))
TRUST = Policy.trusting([log_signer().verifier])
HASH = to_base64(bytes(32))


def code_of(data: bytes) -> tuple[str, int | None]:
    with pytest.raises(PlimsollError) as caught:
        parse_receipt(data)
    return caught.value.code, caught.value.where.line


@pytest.mark.parametrize("size", range(1, 12))
def test_every_receipt_of_every_size_verifies_and_comes_back_from_its_bytes(size: int) -> None:
    for index in range(size):
        receipt = LOG.receipt(index, size)
        assert parse_receipt(receipt.encode()) == receipt
        assert verify_receipt(receipt, LOG.entries[index], TRUST).checkpoint.size == size


def test_a_receipt_looks_as_the_specification_says() -> None:
    receipt = replace(LOG.receipt(2, 3), extra=b"more")
    lines = receipt.encode().split(b"\n")

    assert lines[:3] == [b"c2sp.org/tlog-proof@v1", b"extra bW9yZQ==", b"index 2"]
    assert lines[3] == to_base64(receipt.path[0]).encode()
    assert lines[4:7] == [b"", b"log.example/filings", b"3"]


def test_a_receipt_of_another_entry_index_path_or_root_is_refused() -> None:
    receipt = LOG.receipt(4)
    for changed, entry in (
        (receipt, b"entry 5"),
        (replace(receipt, index=5), b"entry 4"),
        (replace(receipt, index=11), b"entry 4"),
        (replace(receipt, index=2**64 - 1), b"entry 4"),
        (replace(receipt, path=receipt.path[:-1]), b"entry 4"),
        (replace(receipt, path=(*receipt.path, bytes(32))), b"entry 4"),
        (replace(receipt, path=(bytes(32),) * 64), b"entry 4"),
        (replace(receipt, checkpoint=LOG.note(10)), b"entry 4"),
    ):
        with pytest.raises(PlimsollError, match=r"proof\."):
            verify_receipt(changed, entry, TRUST)


def test_a_receipt_needs_the_quorum_of_the_policy() -> None:
    witness = witness_signer(1)
    policy = Policy(TRUST.logs, (PolicyWitness("w", witness.verifier),), (), "w")

    with pytest.raises(PlimsollError, match=r"policy\.quorum"):
        verify_receipt(LOG.receipt(4), b"entry 4", policy)
    assert verify_receipt(LOG.receipt(4, None, [(witness, NOW)]), b"entry 4", policy, NOW, 60).quorum


GOOD = LOG.receipt(2).encode()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", None),
        (GOOD.split(b"\n\n")[0], None),
        (GOOD.replace(b"@v1", b"@v2"), 1),
        (b"\n" + GOOD, 1),
        (b"\xef\xbb\xbf" + GOOD, 1),
        (GOOD.replace(b"\n", b"\r\n"), None),
        (GOOD.replace(b"index 2", b"index 02"), 2),
        (GOOD.replace(b"index 2", b"index -2"), 2),
        (GOOD.replace(b"index 2", b"index  2"), 2),
        (GOOD.replace(b"index 2", b"index 18446744073709551616"), 2),
        (GOOD.replace(b"index 2", b"index " + b"9" * 10_000), 2),
        (GOOD.replace(b"index 2", b"Index 2"), 2),
        (GOOD.replace(b"index 2\n", b""), 2),
        (GOOD.replace(b"index 2", b"extra \nindex 2"), 2),
        (GOOD.replace(b"index 2", b"extra !\nindex 2"), 2),
        (GOOD.replace(b"index 2", b"extra AAAA\nextra AAAA\nindex 2"), 3),
        (GOOD.replace(b"index 2", b"extra " + b"A" * 400_000 + b"\nindex 2"), None),
        (GOOD.replace(b"index 2\n", b"index 2\nAAAA\n"), None),
        (GOOD.replace(b"index 2\n", b"index 2\nAAA\n"), 3),
        (GOOD.replace(b"index 2\n", b"index 2\n\xff\n"), 3),
        (GOOD.replace(b"index 2\n", b"index 2\n" + f"{HASH}\n".encode() * 61), None),
        (GOOD.replace(b"index 2\n", b"index 2\n" + f"{HASH}\n".encode() * 20_000), 68),
        (GOOD + b"x" * MAX_RECEIPT_BYTES, None),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_what_is_no_receipt_is_refused(data: bytes, line: int | None) -> None:
    assert code_of(data) == ("receipt.malformed", line)


def test_a_receipt_cannot_be_built_of_parts_that_cannot_be() -> None:
    for index, path, extra in ((-1, (), None), (2**64, (), None), (0, (b"short",), None), (0, (), b"")):
        with pytest.raises(PlimsollError, match=r"receipt\.malformed"):
            Receipt(index, path, b"", extra)


LINES = st.lists(
    st.sampled_from([b"c2sp.org/tlog-proof@v1", b"index 1", b"extra AAAA", HASH.encode(), b"", b"AAA", b"o"])
)


@settings(deadline=None)
@given(st.binary(max_size=200) | LINES.map(b"\n".join))
def test_any_bytes_are_a_receipt_or_a_coded_error(data: bytes) -> None:
    with only_coded("receipt.malformed"):
        assert parse_receipt(data).encode() == data


@settings(deadline=None)
@given(
    st.integers(0, 2**64 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
    st.binary(max_size=80),
    st.none() | st.binary(min_size=1, max_size=80),
)
def test_every_receipt_that_can_be_written_is_read_back(
    index: int, path: list[bytes], checkpoint: bytes, extra: bytes | None
) -> None:
    receipt = Receipt(index, tuple(path), checkpoint, extra)

    assert parse_receipt(receipt.encode()) == receipt
