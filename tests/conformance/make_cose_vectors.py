"""Writes vectors of statements, receipts and commitments: `python tests/conformance/make_cose_vectors.py [--check]`.

Keys come from fixed seeds (32 equal bytes); Ed25519 and ECDSA (RFC 6979) signatures are the same on every run.
ML-DSA-44 signatures and HPKE wraps are random by design. They were made once and are kept in `cose_kept.json`, from
where later runs take them. They are vectors for readers; a writer's own output will differ.

`--check` writes nothing and fails if a file would change. All binary values are hexadecimal.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from writing import HERE, VECTORS, Case, accepted, kept_file, refused, vector_file, write

from plimsoll.kernel.canonical import canonical_bytes
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.keys.signers import FileKey, from_seed
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.sealed.commitment import Sealed, Secrets, _seal_with, disclose
from plimsoll.ledger.sealed.recipients import Kem, RecipientKey, Wrap, wrap_for
from plimsoll.ledger.statements.cbor import encode_cbor
from plimsoll.ledger.statements.cose import CoseKey, Sign1, parse_sign1, sign1
from plimsoll.ledger.statements.cose_receipt import attach, consistency_receipt, inclusion_receipt
from plimsoll.ledger.statements.statement import leaf_bytes, sign_statement, statement_id
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.proofs import consistency_path, in_memory, inclusion_path

KEPT = HERE / "cose_kept.json"
COMMAND = "python tests/conformance/make_cose_vectors.py"
SEEDS = "32 equal bytes; see the command's source"
LOG, LAB = "log.example/filings", "https://lab.example"
DIGEST = hashlib.sha256(b"a commitment object").digest()
ENTRIES = [f"entry {number}".encode() for number in range(11)]
GOOD = {4: b"kid", 15: {1: LAB, 2: "case-1"}, 258: -16}


@dataclass
class Kept:
    """What is random by design, by what it was made from."""

    known: dict[str, str]
    used: dict[str, str] = field(default_factory=dict)

    def once(self, parts: tuple[bytes, ...], made: bytes) -> bytes:
        name = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
        self.used[name] = self.known.get(name, made.hex())
        return bytes.fromhex(self.used[name])


@dataclass(frozen=True)
class Signer:
    """A key from a seed of equal bytes."""

    kept: Kept
    key: FileKey

    @property
    def cose_key(self) -> CoseKey:
        return self.key.cose_key

    def sign_cose(self, message: bytes) -> bytes:
        signature = self.key.sign_cose(message)
        if self.key.verifier.type is not KeyType.COSIGN_MLDSA44:
            return signature
        return self.kept.once((b"ml-dsa-44", self.key.verifier.public, message), signature)


class Maker:
    """The keys, and one method per file of vectors."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.filers = {
            name: Signer(kept, from_seed("filer.example", key_type, bytes([number]) * 32, Role.FILER))
            for number, (name, key_type) in enumerate(
                [("Ed25519", KeyType.ED25519), ("P-256", KeyType.ECDSA), ("ML-DSA-44", KeyType.COSIGN_MLDSA44)], 1
            )
        }
        self.filer = self.filers["Ed25519"]
        self.logs = {
            name: Signer(kept, from_seed(LOG, key_type, bytes([number]) * 32, Role.LOG))
            for number, (name, key_type) in enumerate(
                [("Ed25519", KeyType.ED25519), ("P-256", KeyType.ECDSA), ("ML-DSA-44", KeyType.COSIGN_MLDSA44)], 11
            )
        }
        self.log = self.logs["Ed25519"]

    def statement(self) -> list[Case]:
        """RFC 9943 statements as RFC 9995 hash envelopes."""
        cases = []
        for name, signer in self.filers.items():
            for full in (False, True) if name != "ML-DSA-44" else (False,):
                data = sign_statement(
                    signer, iss=LAB, sub="case-1", digest=DIGEST, content_type="application/json", fully_specified=full
                )
                alg = int(parse_sign1(data).alg)
                cases.append(self._good(f"{name}, algorithm {alg}", data, signer))
        plain = sign_statement(self.filer, iss=LAB, sub="case-1", digest=DIGEST)
        dressed = parse_sign1(plain).with_unprotected({33: b"certificate", 394: [b"receipt"]}).encode()
        cases.append(self._good("a filled unprotected header is emptied and nothing else is encoded again", dressed))
        message = parse_sign1(plain)
        head = b"\xd2\x84" + encode_cbor(message.protected)
        tail = encode_cbor(DIGEST) + encode_cbor(message.signature)
        shuffled = head + bytes.fromhex("a2 1901f4 00 05 00") + tail
        cases.append(self._good("the unprotected header may be in any order", shuffled))
        return cases + self._bad_statements(plain)

    def _bad_statements(self, plain: bytes) -> list[Case]:
        message = parse_sign1(plain)
        flipped = plain[:-1] + bytes([plain[-1] ^ 1])
        p256 = self.filers["P-256"]
        confused = Sign1(message.protected, {}, DIGEST, sign1(p256, {}, b"x").signature).encode()
        cases = [
            self._bad("a flipped bit in the signature", flipped, "cose.signature"),
            self._bad("another key", plain, "cose.kid_mismatch", self._stranger()),
            self._bad("an Ed25519 message under a P-256 key", confused, "cose.alg_mismatch", p256.cose_key),
            self._bad("no tag", plain[1:], "cbor.tag"),
            self._bad("a byte after the end", plain + b"\0", "cbor.trailing"),
            self._bad("cut off", plain[:-1], "cbor.malformed"),
        ]
        for name, protected, reason in [
            ("a label twice", "a201270127", "cbor.duplicate_key"),
            ("labels out of order", "a204410101 27", "cbor.not_deterministic"),
            ("a label in a longer form", "a1180127", "cbor.not_deterministic"),
            ("a map of indefinite length", "bf0127ff", "cbor.indefinite"),
            ("an empty map that is not an empty string", "a0", "cbor.not_deterministic"),
            ("an unknown critical label", "a2012702811863", "cose.critical"),
            ("nested too deep", "a10a" + "81" * 20 + "00", "cbor.too_deep"),
        ]:
            body = encode_cbor(bytes.fromhex(protected))
            data = b"\xd2\x84" + body + b"\xa0" + encode_cbor(DIGEST) + encode_cbor(bytes(64))
            cases.append(self._bad(f"protected header: {name}", data, reason))
        headers: list[tuple[str, dict[Any, Any], dict[Any, Any], str]] = [
            ("no claims", {4: b"kid", 258: -16}, {}, "statement.claims"),
            ("no issuer", {**GOOD, 15: {2: "case-1"}}, {}, "statement.claims"),
            ("no subject", {**GOOD, 15: {1: LAB}}, {}, "statement.claims"),
            ("neither key nor certificate", {15: GOOD[15], 258: -16}, {}, "statement.key_unnamed"),
            ("no hash algorithm", {4: b"kid", 15: GOOD[15]}, {}, "statement.hash_envelope"),
            ("hash algorithm unprotected", {4: b"kid", 15: GOOD[15]}, {258: -16}, "statement.hash_envelope"),
            ("label 3 beside 258", {**GOOD, 3: "text/plain"}, {}, "statement.content_type_beside_hash"),
            ("label 3 unprotected beside 258", GOOD, {3: "text/plain"}, "statement.content_type_beside_hash"),
            ("a digest of another size", {**GOOD, 258: -44}, {}, "statement.digest_size"),
            ("one label in both headers", GOOD, {4: b"kid"}, "cose.malformed"),
        ]
        for name, protected, unprotected, reason in headers:
            signed = Sign1(sign1(self.filer, protected, DIGEST).protected, {}, DIGEST, bytes(64))
            body = encode_cbor(signed.protected) + encode_cbor(unprotected) + encode_cbor(DIGEST)
            cases.append(self._bad(name, b"\xd2\x84" + body + encode_cbor(bytes(64)), reason))
        detached = sign1(self.filer, GOOD, DIGEST, detached=True).encode()  # type: ignore[arg-type]
        return [*cases, self._bad("detached", detached, "statement.payload_missing")]

    def _stranger(self) -> CoseKey:
        return from_seed("stranger.example", KeyType.ED25519, bytes([99]) * 32, Role.FILER).cose_key

    def _good(self, name: str, data: bytes, signer: Signer | None = None) -> Case:
        given = {"statement": data.hex(), "key": (signer or self.filer).cose_key.encode().hex()}
        entry = leaf_bytes(data)
        result = {
            "iss": LAB,
            "sub": "case-1",
            "digest": DIGEST.hex(),
            "entry": entry.hex(),
            "id": statement_id(data),
        }
        return accepted(name, "verify-statement", given, result)

    def _bad(self, name: str, data: bytes, reason: str, key: CoseKey | None = None) -> Case:
        given = {"statement": data.hex(), "key": (key or self.filer.cose_key).encode().hex()}
        return refused(name, "verify-statement", given, reason)

    def receipt(self) -> list[Case]:
        """RFC 9942 receipts, verifiable data structure 1."""
        cases = [self._inclusion(f"{name} log", signer, 4, 11) for name, signer in self.logs.items()]
        cases += [self._inclusion(f"entry {index} of {size}", self.log, index, size) for index, size in PLACES]
        one = inclusion(self.log, 4, 11)
        other = parse_sign1(inclusion(self.log, 5, 11))
        moved = parse_sign1(one).with_unprotected(other.unprotected).encode()
        proof = [bytes(32)] * 4
        cases += [
            self._not_included("another entry", one, 5, "cose.signature"),
            self._not_included("the path of another entry", moved, 4, "cose.signature"),
            self._not_included("another log", one, 4, "receipt.key_unknown", self._stranger()),
            self._not_included("an index beyond the tree", self._made((11, 11, proof)), 4, "receipt.index"),
            self._not_included("an empty path", self._made((11, 4, [])), 4, "receipt.path"),
            self._not_included("65 hashes", self._made((11, 4, proof * 17)), 4, "receipt.path"),
            self._not_included("a hash of 31 bytes", self._made((11, 4, [bytes(31)])), 4, "receipt.path"),
            self._not_included("a path that is too long", self._made((11, 4, proof * 2)), 4, "proof.length"),
            self._not_included("data structure 2", self._made((11, 4, proof), vds=2), 4, "receipt.structure"),
            self._not_included(
                "the root attached", self._made((11, 4, proof), detached=False), 4, "receipt.payload_attached"
            ),
            self._not_included("no proof", parse_sign1(one).with_unprotected({}).encode(), 4, "receipt.malformed"),
        ]
        return cases + self._consistency() + self._transparent()

    def _consistency(self) -> list[Case]:
        cases = []
        for old, new in [(1, 2), (3, 7), (8, 11)]:
            given = self._grown(old, new)
            result = {"iss": LOG, "old_size": old, "new_size": new}
            cases.append(accepted(f"from {old} to {new}", "verify-consistency-receipt", given, result))
        wrong = {**self._grown(3, 7), "old_root": root(4).hex()}
        cases.append(refused("from another root", "verify-consistency-receipt", wrong, "proof.consistency"))
        forked = {**self._grown(3, 7), "new_root": root(6).hex()}
        cases.append(refused("to another root", "verify-consistency-receipt", forked, "proof.consistency"))
        given = {**self._grown(3, 7), "receipt": inclusion(self.log, 4, 11).hex()}
        return [*cases, refused("a receipt of inclusion", "verify-consistency-receipt", given, "receipt.malformed")]

    def _transparent(self) -> list[Case]:
        data = sign_statement(self.filer, iss=LAB, sub="case-1", digest=DIGEST)
        entries = [*ENTRIES[:6], leaf_bytes(data)]
        receipts = [inclusion(self.logs[name], 6, 7, entries) for name in ("Ed25519", "P-256")]
        both, keys = attach(data, receipts), [self.logs[name].cose_key for name in ("Ed25519", "P-256")]
        return [
            accepted(
                f"a statement with two receipts, {len(known)} known",
                "verify-transparent",
                {"statement": both.hex(), "keys": [each.encode().hex() for each in known]},
                {"logs": [LOG] * len(known)},
            )
            for known in (keys, keys[1:], [])
        ]

    def _grown(self, old: int, new: int) -> Case:
        leaves = leaf_hashes(ENTRIES[:new])
        path = consistency_path(old, new, in_memory(leaves))
        data = consistency_receipt(
            self.log, iss=LOG, sub="filings", old_size=old, new_size=new, path=path, new_root=root(new)
        )
        keys = [self.log.cose_key.encode().hex()]
        return {"receipt": data.hex(), "old_root": root(old).hex(), "new_root": root(new).hex(), "keys": keys}

    def _inclusion(self, name: str, signer: Signer, index: int, size: int) -> Case:
        given = {
            "receipt": inclusion(signer, index, size).hex(),
            "entry": ENTRIES[index].hex(),
            "keys": [signer.cose_key.encode().hex()],
        }
        result = {"iss": LOG, "index": index, "size": size}
        return accepted(name, "verify-inclusion-receipt", given, result)

    def _not_included(self, name: str, data: bytes, index: int, reason: str, key: CoseKey | None = None) -> Case:
        keys = [(key or self.log.cose_key).encode().hex()]
        given = {"receipt": data.hex(), "entry": ENTRIES[index].hex(), "keys": keys}
        return refused(name, "verify-inclusion-receipt", given, reason)

    def _made(self, proof: object, *, vds: int = 1, detached: bool = True) -> bytes:
        protected: Any = {395: vds, 15: {1: LOG, 2: "filings"}}
        unprotected: Any = {396: {-1: [encode_cbor(proof)]}}  # type: ignore[arg-type]
        return sign1(self.log, protected, root(11), unprotected=unprotected, detached=detached).encode()

    def commitment(self) -> list[Case]:
        """Sealed documents and their figures."""
        payload = canonical_bytes({"compute": {"flop": "3.1e25", "sites": ["A1", "B2"]}, "lab": "Lab"})
        keys = [RecipientKey(Kem.X25519, bytes([21]) * 32), RecipientKey(Kem.MLKEM768_X25519, bytes([22]) * 32)]
        sealed, wraps = self._sealed(payload, 1, keys)
        other, other_wraps = self._sealed(payload, 2, keys)
        cases = [
            accepted(
                f"opened with {key.recipient.kem.value}",
                "open-sealed",
                opening(sealed, wraps, key),
                {"payload": payload.hex()},
            )
            for key in keys
        ]
        stranger = RecipientKey(Kem.X25519, bytes([23]) * 32)
        cases.append(refused("no recipient", "open-sealed", opening(sealed, wraps, stranger), "commitment.wrap"))
        for name, changed, reason in [
            ("wraps of another document", {"wraps": wraps_of(other_wraps)}, "commitment.wrap"),
            ("another ciphertext", {"ciphertext": other.ciphertext.hex()}, "commitment.other_ciphertext"),
            ("another commitment", {"commitment": other.commitment.hex()}, "commitment.other_statement"),
            ("another statement", {"digest": other.leaf_payload.hex()}, "commitment.other_statement"),
        ]:
            cases.append(refused(name, "open-sealed", {**opening(sealed, wraps, keys[0]), **changed}, reason))
        for name, value in [("/compute/flop", "3.1e25"), ("/compute/sites/1", "B2"), ("/lab", "Lab")]:
            opened = disclose(payload, sealed.secrets.salt, name)
            given = {"disclosure": opened, "commitment": sealed.commitment.hex(), "digest": sealed.leaf_payload.hex()}
            cases.append(accepted(f"the figure {name}", "verify-disclosure", given, {"name": name, "value": value}))
            moved = {**given, "commitment": other.commitment.hex(), "digest": other.leaf_payload.hex()}
            cases.append(refused(f"{name} of another document", "verify-disclosure", moved, "commitment.disclosure"))
        forged = disclose(payload.replace(b"3.1e25", b"3.1e24"), sealed.secrets.salt, "/compute/flop")
        given = {"disclosure": forged, "commitment": sealed.commitment.hex(), "digest": sealed.leaf_payload.hex()}
        cases.append(refused("another value", "verify-disclosure", given, "commitment.disclosure"))
        cases.append(
            refused("no disclosure", "verify-disclosure", {**given, "disclosure": "AAAA"}, "commitment.disclosure")
        )
        return cases

    def _sealed(self, payload: bytes, number: int, keys: list[RecipientKey]) -> tuple[Sealed, list[Wrap]]:
        secrets = Secrets(bytes([number]) * 32, bytes([100 + number]) * 32)
        nonce = bytes([number]) * 12
        sealed = _seal_with(secrets, nonce, payload, "application/json", (), "filing/1", "recipients/1", True)
        wraps = []
        for key in keys:
            made = wrap_for(key.recipient, secrets.data_key + secrets.salt, sealed.document)
            kept = self.kept.once((b"wrap", key.recipient.kid, sealed.leaf_payload), made.sealed)
            wraps.append(Wrap(made.kid, made.kem, kept))
        return sealed, wraps


PLACES = [(0, 2), (1, 2), (2, 3), (0, 11), (7, 8), (8, 11), (10, 11)]


def root(size: int) -> bytes:
    return root_of(leaf_hashes(ENTRIES[:size]))


def inclusion(signer: Signer, index: int, size: int, entries: list[bytes] = ENTRIES) -> bytes:
    leaves = leaf_hashes(entries[:size])
    path = inclusion_path(index, size, in_memory(leaves))
    return inclusion_receipt(signer, iss=LOG, sub="filings", index=index, size=size, path=path, root=root_of(leaves))


def opening(sealed: Sealed, wraps: list[Wrap], key: RecipientKey) -> Case:
    return {
        "digest": sealed.leaf_payload.hex(),
        "commitment": sealed.commitment.hex(),
        "ciphertext": sealed.ciphertext.hex(),
        "wraps": wraps_of(wraps),
        "kem": key.recipient.kem.value,
        "private": key.private_bytes().hex(),
    }


def wraps_of(wraps: list[Wrap]) -> list[Case]:
    return [{"kid": each.kid.hex(), "kem": each.kem.value, "sealed": each.sealed.hex()} for each in wraps]


ABOUT = {
    "statement": "RFC 9943 signed statements as RFC 9995 hash envelopes in RFC 9052 COSE_Sign1",
    "receipt": "RFC 9942 COSE receipts of inclusion and consistency, verifiable data structure 1",
    "commitment": "Plimsoll commitments: AES-256-GCM, HPKE wraps (X25519; X25519 with ML-KEM-768), RFC 9901 digests",
}


def files(kept: Kept) -> dict[Path, str]:
    """Every file and its content."""
    maker = Maker(kept)
    made = {
        VECTORS / f"{name}.json": vector_file(about, COMMAND, SEEDS, getattr(maker, name)())
        for name, about in ABOUT.items()
    }
    return {**made, KEPT: kept_file(kept.used)}


def main(arguments: list[str]) -> int:
    """Writes the files, or says which would change."""
    known = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return write(files(Kept(known)), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
