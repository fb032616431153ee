"""What the last-signed store reads: its own text, byte for byte, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.signed_size import Signed, decode

GOOD = Signed("log.example/filings", 1_234, bytes(range(32)))


@given(st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_written_is_read_back(size: int, root: bytes) -> None:
    signed = Signed("log.example/filings", size, root)
    assert decode(signed.encode()) == signed


@given(st.binary(max_size=200), st.integers(0, 120), st.integers(0, 120))
def test_anything_else_is_refused_with_its_code(junk: bytes, start: int, end: int) -> None:
    data = GOOD.encode()
    for each in (junk, data[:start] + junk + data[end:]):
        code = ""
        try:
            assert decode(each).encode() == each
        except PlimsollError as error:
            code = error.code
        assert code in {"", "lock.malformed"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("1234", "01234"), ("1234", "+1234"), ("1234", "-1"), ("1234", "1_234"), ("v1", "v2"), ("\n", "\r\n")],
)
def test_a_second_spelling_is_refused(old: str, new: str) -> None:
    with pytest.raises(PlimsollError) as refusal:
        decode(GOOD.encode().replace(old.encode(), new.encode()))
    assert refusal.value.code == "lock.malformed"
