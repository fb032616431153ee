"""COSE receipts (RFC 9942, verifiable data structure 1): a log's signature over a root, and the path to it.

A receipt's payload is the root and is always detached, so that nobody can believe a signed root without working it out
from the entry. Each check is one answer: a good signature over a bad path is worth nothing, and the other way round.
A receipt shows what the log says, not what its witnesses say; that is in the ``.tlog-proof``.

What a receipt proves is that the entry is under the signed root, and nothing about its place. RFC 9942 signs the root
alone: another tree size, at times with another index, can lead along the same path to the same root. Whoever decides by
log order takes index and size from a ``.tlog-proof``, whose checkpoint signs the size, or from the log's tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.statements import cose
from plimsoll.ledger.statements.cbor import Cbor, decode_cbor, encode_cbor
from plimsoll.ledger.statements.cose import CoseKey, CoseSigner, Sign1, parse_sign1, sign1, verify_sign1
from plimsoll.ledger.statements.statement import ISS, SUB
from plimsoll.ledger.tree.merkle import leaf_hash
from plimsoll.ledger.tree.proofs import MAX_PATH, root_from_inclusion, verify_consistency

RFC9162_SHA256 = 1
"""The verifiable data structure of these receipts: the tree of RFC 9162 with SHA-256."""
INCLUSION, CONSISTENCY = -1, -2
MAX_RECEIPT = 16_384
"""Bytes of one receipt; a path of 64 hashes and an ML-DSA-44 signature take 4.7 kB."""
MAX_RECEIPTS = 32
"""Receipts that one transparent statement may carry."""
MAX_PROOFS = 8
"""Proofs that one receipt may carry."""


@dataclass(frozen=True, slots=True)
class MerkleProof:
    """One proof inside a receipt. Its numbers are hints even when the receipt holds: see the module's docstring.

    Attributes:
        first: leaf index (inclusion), or the older tree's size (consistency).
        size: the tree's size, or the newer one's.
        path: hashes of 32 bytes.
    """

    first: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CoseReceipt:
    """A receipt as read; nothing is verified yet.

    Attributes:
        iss: the log that issued it.
        sub: what the log says the receipt is about.
        kid: the log's key, if named.
        inclusion: proofs that an entry is in the tree.
        consistency: proofs that an older tree is part of the tree.
        message: the signed message.
    """

    iss: str
    sub: str
    kid: bytes | None
    inclusion: tuple[MerkleProof, ...]
    consistency: tuple[MerkleProof, ...]
    message: Sign1


def inclusion_receipt(
    signer: CoseSigner,
    *,
    iss: str,
    sub: str,
    index: int,
    size: int,
    path: Sequence[bytes],
    root: bytes,
    fully_specified: bool = False,
) -> bytes:
    """The log's word that entry `index` is in its tree of `size` entries with this root.

    Raises:
        PlimsollError: ``receipt.path`` for a tree of one entry, which has no legal receipt (log a first entry that is
            nobody's filing), ``receipt.index``.
    """
    _check_shape(0 <= index < size, path, size)
    return _signed(signer, iss, sub, INCLUSION, (size, index, list(path)), root, fully_specified)


def consistency_receipt(
    signer: CoseSigner,
    *,
    iss: str,
    sub: str,
    old_size: int,
    new_size: int,
    path: Sequence[bytes],
    new_root: bytes,
    fully_specified: bool = False,
) -> bytes:
    """The log's word that its tree of `new_size` entries begins with that of `old_size` entries."""
    _check_shape(0 < old_size < new_size, path, new_size)
    return _signed(signer, iss, sub, CONSISTENCY, (old_size, new_size, list(path)), new_root, fully_specified)


def parse_cose_receipt(data: bytes) -> CoseReceipt:
    """Reads a receipt that somebody sent, and holds it to RFC 9942; nothing is verified.

    Raises:
        PlimsollError: ``cbor.*``, ``cose.*``, ``receipt.malformed``, ``receipt.structure`` (another tree),
            ``receipt.payload_attached``, ``receipt.path``, ``receipt.index``.
    """
    message = parse_sign1(data, max_size=MAX_RECEIPT, any_order=True)
    vds = message.headers.get(cose.VDS)
    if type(vds) is not int or vds != RFC9162_SHA256:
        raise _refused("receipt.structure", f"the receipt is for verifiable data structure {vds!r:.40}, not for 1")
    if message.payload is not None:
        raise _refused("receipt.payload_attached", "the receipt carries the root, which must be worked out instead")
    claims = message.headers.get(cose.CLAIMS)
    iss, sub = (claims.get(ISS), claims.get(SUB)) if isinstance(claims, Mapping) else (None, None)
    if not isinstance(iss, str) or not isinstance(sub, str):
        raise _refused("receipt.malformed", "the receipt does not say which log issued it, or about what")
    proofs = message.unprotected.get(cose.VDP)
    if not isinstance(proofs, Mapping) or not proofs.keys() & {INCLUSION, CONSISTENCY}:
        raise _refused("receipt.malformed", "the receipt carries no proof")
    inclusion = tuple(_proof(size, index, path, 0 <= index < size) for size, index, path in _triples(proofs, INCLUSION))
    consistency = tuple(_proof(new, old, path, 0 < old < new) for old, new, path in _triples(proofs, CONSISTENCY))
    return CoseReceipt(iss, sub, message.kid, inclusion, consistency, message)


def check_inclusion_receipt(data: bytes, entry: bytes, keys: Iterable[CoseKey]) -> CoseReceipt:
    """Returns the receipt if every proof in it leads from `entry` to a root that one of `keys` signed.

    Args:
        data: the receipt.
        entry: the exact bytes of the log entry; of a statement, `leaf_bytes`.
        keys: of the log or logs that the caller trusts for this.

    Raises:
        PlimsollError: the codes of `parse_cose_receipt`, ``proof.*``, ``cose.*``, ``receipt.key_unknown``,
            ``receipt.malformed``.
    """
    return _held(data, entry, keys)[0]


def check_consistency_receipt(data: bytes, old_root: bytes, new_root: bytes, keys: Iterable[CoseKey]) -> CoseReceipt:
    """Returns the receipt if one of `keys` signed `new_root` and every proof leads from `old_root` to it."""
    receipt = parse_cose_receipt(data)
    if not receipt.consistency:
        raise _refused("receipt.malformed", "the receipt carries no proof of consistency")
    for proof in receipt.consistency:
        verify_consistency(proof.first, proof.size, proof.path, old_root, new_root)
    _check_signature(receipt, keys, {new_root})
    return receipt


def verify_inclusion_receipt(data: bytes, entry: bytes, keys: Iterable[CoseKey]) -> bool:
    """Whether `check_inclusion_receipt` holds: one answer for form, path and signature together."""
    try:
        check_inclusion_receipt(data, entry, keys)
    except PlimsollError:
        return False
    return True


def verify_consistency_receipt(data: bytes, old_root: bytes, new_root: bytes, keys: Iterable[CoseKey]) -> bool:
    """Whether `check_consistency_receipt` holds: one answer for form, path and signature together."""
    try:
        check_consistency_receipt(data, old_root, new_root, keys)
    except PlimsollError:
        return False
    return True


def attach(statement: bytes, receipts: Sequence[bytes]) -> bytes:
    """A transparent statement: `statement` with these receipts after those that it carries, most important first.

    Raises:
        PlimsollError: ``receipt.too_many``; ``cbor.*`` or ``cose.*`` if the statement is none.
    """
    message = parse_sign1(statement, any_order=True)
    together = (*_attached(message), *receipts)
    if not receipts or len(together) > MAX_RECEIPTS:
        raise PlimsollError(
            "receipt.too_many",
            f"{len(together)} receipts cannot be attached; 1 to {MAX_RECEIPTS} can",
            fix="Attach the receipts that the reader asked for.",
        )
    return message.with_unprotected({**message.unprotected, cose.RECEIPTS: together}).encode()


def attached_receipts(transparent: bytes) -> tuple[bytes, ...]:
    """The receipts that a statement carries, in its order; empty if it carries none."""
    return _attached(parse_sign1(transparent, any_order=True))


def verify_transparent(
    transparent: bytes, keys: Iterable[CoseKey] | Mapping[str, Iterable[CoseKey]]
) -> tuple[str, ...]:
    """The logs (issuers of receipts) for which an attached receipt holds; receipts by unknown logs are passed over.

    A receipt of a known key that does not hold is passed over too: it takes nothing from the others. Whether the
    statement's own signature is good is `verify_statement`'s matter.

    Args:
        transparent: the statement with its receipts.
        keys: by the name of each log, its keys; no log can then speak under the name of another, and each is in the
            answer once. Where keys are given without names, the names in the answer are what the holders of the keys
            call themselves, and each key counts once.
    """
    named = {name: tuple(each) for name, each in keys.items()} if isinstance(keys, Mapping) else None
    known = () if isinstance(keys, Mapping) else tuple(keys)
    message = parse_sign1(transparent, any_order=True)
    entry = message.bare()
    found: dict[str | bytes, str] = {}
    for data in _attached(message):
        try:
            iss = parse_cose_receipt(data).iss
            _, key = _held(data, entry, known if named is None else named.get(iss, ()))
        except PlimsollError:
            continue
        found.setdefault(key.thumbprint if named is None else iss, iss)
    return tuple(found.values())


def _attached(message: Sign1) -> tuple[bytes, ...]:
    receipts = message.unprotected.get(cose.RECEIPTS, ())
    if not isinstance(receipts, (tuple, list)) or not all(isinstance(each, bytes) for each in receipts):
        raise _refused("receipt.malformed", "label 394 is not a list of receipts")
    if len(receipts) > MAX_RECEIPTS:
        raise _refused("receipt.too_many", f"the statement carries more than {MAX_RECEIPTS} receipts")
    return tuple(receipts)  # type: ignore[arg-type]


def _signed(
    signer: CoseSigner, iss: str, sub: str, label: int, proof: Cbor, root: bytes, fully_specified: bool
) -> bytes:
    protected: dict[int | str, Cbor] = {
        cose.VDS: RFC9162_SHA256,
        cose.CLAIMS: {ISS: iss, SUB: sub},
        cose.KID: signer.cose_key.kid,
    }
    unprotected: dict[int | str, Cbor] = {cose.VDP: {label: [encode_cbor(proof)]}}
    return sign1(
        signer, protected, root, unprotected=unprotected, detached=True, fully_specified=fully_specified
    ).encode()


def _held(data: bytes, entry: bytes, keys: Iterable[CoseKey]) -> tuple[CoseReceipt, CoseKey]:
    """A receipt that holds for `entry`, and the key that signed it."""
    receipt = parse_cose_receipt(data)
    if not receipt.inclusion:
        raise _refused("receipt.malformed", "the receipt carries no proof of inclusion")
    leaf = leaf_hash(entry)
    roots = {root_from_inclusion(proof.first, proof.size, leaf, proof.path) for proof in receipt.inclusion}
    return receipt, _check_signature(receipt, keys, roots)


def _check_signature(receipt: CoseReceipt, keys: Iterable[CoseKey], roots: set[bytes]) -> CoseKey:
    if len(roots) != 1:
        raise _refused("receipt.malformed", "the proofs in the receipt lead to different roots")
    root = next(iter(roots))
    problem = _refused("receipt.key_unknown", "no key that is trusted here is named by the receipt")
    for key in keys:
        if receipt.kid not in (None, key.kid):
            continue
        try:
            verify_sign1(receipt.message, key, root)
        except PlimsollError as refused:
            problem = refused
        else:
            return key
    raise problem


def _triples(proofs: Mapping[int | str, Cbor], label: int) -> list[tuple[int, int, tuple[bytes, ...]]]:
    if label not in proofs:
        return []
    listed = proofs[label]
    if not isinstance(listed, tuple) or not 1 <= len(listed) <= MAX_PROOFS:
        raise _refused("receipt.malformed", f"label {label} is not a list of 1 to {MAX_PROOFS} proofs")
    return [_triple(each) for each in listed]


def _triple(encoded: Cbor) -> tuple[int, int, tuple[bytes, ...]]:
    decoded = decode_cbor(encoded, max_size=MAX_RECEIPT, max_depth=2) if isinstance(encoded, bytes) else None
    match decoded:
        case (first, second, tuple() as path) if type(first) is int and type(second) is int:
            if all(isinstance(each, bytes) for each in path):
                return first, second, path
    raise _refused("receipt.malformed", "a proof is not two numbers and a list of hashes")


def _proof(size: int, first: int, path: tuple[bytes, ...], fits: bool) -> MerkleProof:
    _check_shape(fits, path, size)
    return MerkleProof(first, size, path)


def _check_shape(fits: bool, path: Sequence[bytes], size: int) -> None:
    if not fits or size >= 1 << 64:
        raise _refused("receipt.index", "the receipt is about an entry or a size beyond its tree")
    if not 1 <= len(path) <= MAX_PATH or any(len(each) != 32 for each in path):
        raise _refused("receipt.path", f"the path is not 1 to {MAX_PATH} hashes of 32 bytes")


def _refused(code: str, what: str) -> PlimsollError:
    return PlimsollError(code, what, fix="Ask the log for a new receipt; do not rely on this one.")
