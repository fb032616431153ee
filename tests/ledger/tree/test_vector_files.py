"""The 518 public Merkle proof vectors of transparency-dev/merkle, and files that are no vectors."""

import json
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.tree.vector_files import check_vector


@pytest.mark.real_data
def test_all_518_public_vectors_come_out_as_they_say(real_data: Path) -> None:
    results = [check_vector(path) for path in sorted((real_data / "ledger" / "merkle-vectors").rglob("*.json"))]

    assert [result for result in results if not result.ok] == []
    assert Counter(result.kind for result in results) == {
        "inclusion": 98,
        "consistency": 98,
        "subtree-inclusion": 204,
        "subtree-consistency": 118,
    }


def test_a_vector_that_says_the_contrary_is_not_ok(tmp_path: Path) -> None:
    path = tmp_path / "vector.json"
    vector = {"leafIdx": 0, "treeSize": 0, "root": "", "leafHash": "", "proof": None, "desc": "empty", "wantErr": False}
    path.write_text(json.dumps(vector))
    result = check_vector(path)

    assert (result.ok, result.refusal, result.description) == (False, "proof.index", "empty")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"leafIdx": "0", "treeSize": 1, "root": "", "leafHash": ""}',
        b'{"leafIdx": true, "treeSize": 1, "root": "", "leafHash": ""}',
        b'{"leafIdx": 0, "treeSize": 1, "root": "?", "leafHash": ""}',
        b'{"leafIdx": 0, "treeSize": 1, "root": 7, "leafHash": ""}',
        b'{"leafIdx": 0, "treeSize": 1, "root": "", "leafHash": "", "proof": 7}',
        b" " * (1 << 20) + b"{}",
    ],
)
def test_what_is_no_vector_is_refused_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vector.json"
    path.write_bytes(content)

    with pytest.raises(PlimsollError) as caught:
        check_vector(path)
    assert caught.value.code == "vector.malformed"
    assert caught.value.where.file == str(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as caught:
        check_vector(tmp_path / "none.json")
    assert caught.value.code == "vector.malformed"
