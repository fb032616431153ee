"""Keyed hashes compare without being read."""

from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.keyed_hash import is_keyed, keyed, new_key, read_key


def test_equal_values_of_one_kind_and_key_are_equal_hashes_and_no_others() -> None:
    key, other = bytes(32), bytes([1]) * 32
    hashed = keyed(key, "phone", "+442079460958")

    assert is_keyed(hashed)
    assert hashed == keyed(key, "phone", "+442079460958") == keyed(key, "phone", hashed)
    assert len({hashed, keyed(other, "phone", "+442079460958"), keyed(key, "payment", "+442079460958")}) == 3
    assert hashed == "hk1:fc78706ce4823284cbd1cd199e0f8ef4"


def test_a_key_file_holds_64_hexadecimal_digits(tmp_path: Path) -> None:
    file = tmp_path / "key"
    text = new_key()
    file.write_text(text + "\n")

    assert read_key(file) == bytes.fromhex(text)
    for wrong in ("", "abc", text + "00", "z" * 64):
        file.write_text(wrong)
        with pytest.raises(PlimsollError) as caught:
            read_key(file)
        assert caught.value.code == "key.unreadable"
    with pytest.raises(PlimsollError):
        read_key(tmp_path / "missing")
