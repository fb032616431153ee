"""Merkle proof vectors in JSON files, in the form of transparency-dev/merkle: what `plimsoll log check-proofs` runs.

Each file holds one proof of one of four kinds, told apart by its fields, and says whether it must be refused.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.kernel.errors import PlimsollError, Where
from plimsoll.ledger.tree.proofs import (
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)

MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class VectorResult:
    """How one vector came out.

    Attributes:
        path: the file.
        kind: ``inclusion``, ``consistency``, ``subtree-inclusion`` or ``subtree-consistency``.
        description: what the file says of itself.
        must_fail: whether the proof must be refused.
        refusal: the code of our refusal, or None if we accepted the proof.
    """

    path: str
    kind: str
    description: str
    must_fail: bool
    refusal: str | None

    @property
    def ok(self) -> bool:
        """Whether the proof was refused exactly if it must be."""
        return self.must_fail == (self.refusal is not None)


def check_vector(path: Path | str) -> VectorResult:
    """Runs one vector file.

    Raises:
        PlimsollError: ``vector.malformed`` if the file cannot be read or is no vector of a known kind.
    """
    place = Where(file=str(path))
    vector = _read(Path(path), place)
    kind, verify = _kind_of(vector, place)
    try:
        verify(vector)
        refusal = None
    except PlimsollError as error:
        if not error.code.startswith("proof."):
            raise error.at(place) from error
        refusal = error.code
    return VectorResult(str(path), kind, str(vector.get("desc", "")), vector.get("wantErr") is True, refusal)


def _read(path: Path, place: Where) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise _malformed("it has more than a megabyte").at(place)
        vector = json.loads(data)
    except (OSError, ValueError, RecursionError) as error:
        raise _malformed(f"it cannot be read: {error}").at(place) from error
    if not isinstance(vector, dict):
        raise _malformed("it is not a JSON object").at(place)
    return vector


def _kind_of(vector: Mapping[str, Any], place: Where) -> tuple[str, Callable[[Mapping[str, Any]], None]]:
    for kind, (fields, verify) in _KINDS.items():
        if fields <= vector.keys():
            return kind, verify
    raise _malformed("its fields are those of no kind of proof").at(place)


def _inclusion(vector: Mapping[str, Any]) -> None:
    leaf, root = _hash(vector, "leafHash"), _hash(vector, "root")
    verify_inclusion(_number(vector, "leafIdx"), _number(vector, "treeSize"), leaf, _path(vector), root)


def _subtree_inclusion(vector: Mapping[str, Any]) -> None:
    index, start, end = _number(vector, "leafIdx"), _number(vector, "start"), _number(vector, "end")
    verify_subtree_inclusion(index, start, end, _hash(vector, "leafHash"), _path(vector), _hash(vector, "root"))


def _consistency(vector: Mapping[str, Any]) -> None:
    old, new = _number(vector, "size1"), _number(vector, "size2")
    verify_consistency(old, new, _path(vector), _hash(vector, "root1"), _hash(vector, "root2"))


def _subtree_consistency(vector: Mapping[str, Any]) -> None:
    start, end, size = _number(vector, "start"), _number(vector, "end"), _number(vector, "size")
    verify_subtree_consistency(start, end, size, _path(vector), _hash(vector, "root1"), _hash(vector, "root2"))


_KINDS: dict[str, tuple[set[str], Callable[[Mapping[str, Any]], None]]] = {
    "inclusion": ({"leafIdx", "treeSize", "root", "leafHash"}, _inclusion),
    "consistency": ({"size1", "size2", "root1", "root2"}, _consistency),
    "subtree-inclusion": ({"leafIdx", "start", "end", "root", "leafHash"}, _subtree_inclusion),
    "subtree-consistency": ({"start", "end", "size", "root1", "root2"}, _subtree_consistency),
}


def _number(vector: Mapping[str, Any], field: str) -> int:
    value = vector[field]
    if not isinstance(value, int) or isinstance(value, bool):
        raise _malformed(f"{field} is not a whole number")
    return value


def _hash(vector: Mapping[str, Any], field: str) -> bytes:
    return _bytes(vector[field], field)


def _path(vector: Mapping[str, Any]) -> list[bytes]:
    path = vector.get("proof")
    if path is None:
        return []
    if not isinstance(path, list):
        raise _malformed("proof is not a list")
    return [_bytes(each, "proof") for each in path]


def _bytes(value: Any, field: str) -> bytes:
    # Some vectors leave a hash out on purpose; what is not there has no bytes and is refused as a hash.
    if value is None:
        return b""
    if not isinstance(value, str):
        raise _malformed(f"{field} is not text")
    try:
        return b64decode(value, validate=True)
    except ValueError as error:
        raise _malformed(f"{field} is not base64") from error


def _malformed(what: str) -> PlimsollError:
    return PlimsollError(
        "vector.malformed",
        f"this is no Merkle proof vector: {what}",
        fix="Give JSON files like those of transparency-dev/merkle, testdata.",
    )
