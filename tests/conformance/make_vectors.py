"""Writes the conformance vectors of the ledger's text formats: `python tests/conformance/make_vectors.py [--check]`.

Every key comes from a fixed seed, which is SHA-256 of a label that the vectors name. Ed25519 signatures are the same on
every run. ML-DSA-44 signatures are not: the library makes them hedged (FIPS 204, the default), with fresh randomness
each time. They were made once and are kept in `mldsa44_signatures.json`, from where every later run takes them, so
that the files come out byte for byte the same. They are vectors for verifiers; a signer's own output will differ.

`--check` writes nothing and fails if a file would change.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from writing import HERE, VECTORS, Case, accepted, kept_file, refused, vector_file, write

from plimsoll.ledger.notes.base64_text import from_base64, to_base64
from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import cosign, cosign_subtree, subtree_message
from plimsoll.ledger.notes.note_keys import KeyType, VerifierKey
from plimsoll.ledger.notes.notes import NoteSignature, SignedNote, add_signatures
from plimsoll.ledger.notes.tlog_proof import Receipt
from plimsoll.ledger.tree.merkle import leaf_hash, root_of
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path

KEPT = HERE / "mldsa44_signatures.json"
COMMAND = "python tests/conformance/make_vectors.py"
SEEDS = "SHA-256 of a label such as 'conformance log'; see the command's source"
TIME = 1_795_000_000
ORIGIN = "log.example/filings"
ENTRIES = [f"entry {number}".encode() for number in range(7)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
HEAD = Checkpoint(ORIGIN, 7, root_of(LEAVES))


@dataclass
class Kept:
    """ML-DSA-44 signatures by what they sign, so that they are made once."""

    known: dict[str, str]
    used: dict[str, str] = field(default_factory=dict)

    def sign(self, private: MLDSA44PrivateKey, message: bytes, context: bytes | None = None) -> bytes:
        public = private.public_key()
        name = hashlib.sha256(public.public_bytes_raw() + (context or b"") + message).hexdigest()
        signature = from_base64(self.known.get(name, "")) or private.sign(message, context)
        public.verify(signature, message, context)
        self.used[name] = to_base64(signature)
        return signature


@dataclass(frozen=True)
class Signer:
    """A key whose seed is SHA-256 of its label."""

    name: str
    type: KeyType
    label: str
    kept: Kept

    @property
    def seed(self) -> bytes:
        return hashlib.sha256(self.label.encode()).digest()

    @property
    def mldsa(self) -> MLDSA44PrivateKey:
        return MLDSA44PrivateKey.from_seed_bytes(self.seed)

    @property
    def ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> VerifierKey:
        private = self.mldsa if self.type is KeyType.COSIGN_MLDSA44 else self.ed25519
        return VerifierKey(self.name, self.type, private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        return self.verifier.text

    def sign(self, message: bytes) -> bytes:
        if self.type is KeyType.COSIGN_MLDSA44:
            return self.kept.sign(self.mldsa, message)
        return self.ed25519.sign(message)


class Maker:
    """The keys, and one method per file of vectors."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.log = Signer(ORIGIN, KeyType.ED25519, "conformance log", kept)
        self.log_pq = Signer(ORIGIN, KeyType.COSIGN_MLDSA44, "conformance log ml-dsa-44", kept)
        self.stranger = Signer("stranger.example", KeyType.ED25519, "conformance stranger", kept)
        self.witnesses = [
            Signer(f"witness{n}.example", KeyType.COSIGN_ED25519, f"conformance witness {n}", kept) for n in range(7)
        ]
        self.pq = Signer("witness.example/pq", KeyType.COSIGN_MLDSA44, "conformance witness ml-dsa-44", kept)

    def note(self) -> list[Case]:
        """signed-note v1.0.0: reading and opening."""
        text = "This is an example message.\n"
        log, key = self.log, self.log.verifier
        good = SignedNote(text, (_line(log, text),))
        blank = "one\n\ntwo\n\n\nthree\n"
        extra = [
            NoteSignature(self.stranger.name, self.stranger.verifier.id, self.stranger.sign(text.encode())),
            NoteSignature("another.example", key.id, b"not this key"),
            NoteSignature(key.name, b"\x01\x02\x03\x04", b"nor this one"),
            NoteSignature("future.example", b"\xfa\xfb\xfc\xfd", bytes(5000)),
        ]
        sixteen = [Signer(f"k{n}.example", KeyType.ED25519, f"conformance sixteen {n}", self.kept) for n in range(16)]
        full = SignedNote(text, tuple(_line(each, text) for each in sixteen))
        bad = NoteSignature(key.name, key.id, bytes(64))

        def accept(name: str, note: SignedNote, keys: Iterable[Signer]) -> Case:
            verified = [
                {"name": each.name, "id": each.verifier.id.hex(), "time": None}
                for line in note.signatures
                for each in keys
                if (line.name, line.key_id) == (each.name, each.verifier.id)
            ]
            given = {"note": note.encode().decode(), "keys": [each.vkey for each in keys]}
            return accepted(name, "open-note", given, {"text": note.text, "verified": verified})

        def reject(name: str, note: bytes | str, reason: str, keys: Iterable[Signer] = (log,)) -> Case:
            data = note.encode() if isinstance(note, str) else note
            return refused(name, "open-note", {**_bytes("note", data), "keys": [each.vkey for each in keys]}, reason)

        whole = good.encode().decode()
        example_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        example = (
            "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ER"
            "YNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
        )
        return [
            accepted(
                "the example of the specification",
                "open-note",
                {"note": example, "keys": [example_key]},
                {"text": text, "verified": [{"name": "example.com/foo", "id": "530d903a", "time": None}]},
            ),
            accept("one good signature", good, [log]),
            accept("the last blank line separates text and signatures", _signed(blank, log), [log]),
            accept("the text may be one empty line", _signed("\n", log), [log]),
            accept("delete and characters beyond ASCII are allowed", _signed("caf\u00e9 \x7f \u2028\n", log), [log]),
            accept("unknown keys, names, ids and types are ignored", add_signatures(good, extra), [log]),
            accept("sixteen signatures", full, sixteen),
            reject("a known key fails although another known key is good",
                   add_signatures(full, [bad]).encode(), "note.signature", [*sixteen, log]),
            reject("no known key", whole, "note.unsigned", [self.stranger]),
            reject("no keys at all", whole, "note.unsigned", []),
            reject("changed text", whole.replace("example", "exemple", 1), "note.signature"),
            reject("not UTF-8", good.encode().replace(b"example", b"ex\xffmple", 1), "note.malformed"),
            reject("a tab", whole.replace("an example", "an\texample", 1), "note.malformed"),
            reject("carriage returns", whole.replace("\n", "\r\n"), "note.malformed"),
            reject("a zero byte", whole.replace("an ", "an\x00", 1), "note.malformed"),
            reject("no blank line", whole.replace("\n\n", "\n"), "note.malformed"),
            reject("no signature", text + "\n", "note.malformed"),
            reject("no newline at the end", whole[:-1], "note.malformed"),
            reject("a blank line at the end", whole + "\n", "note.malformed"),
            reject("a hyphen for the em dash", whole.replace("—", "-"), "note.malformed"),
            reject("a plus in the name", whole.replace(f"— {ORIGIN}", "— a+b"), "note.malformed"),
            reject("two spaces", whole.replace(f"— {ORIGIN} ", f"— {ORIGIN}  "), "note.malformed"),
            reject("base64 without padding", whole.rstrip("=\n") + "\n", "note.malformed"),
            reject("rubbish after the signatures", whole + "more\n", "note.malformed"),
            reject("an empty file", b"", "note.malformed"),
        ]  # fmt: skip

    def cosignature(self) -> list[Case]:
        """tlog-cosignature, Ed25519."""
        witness = self.witnesses[0]
        good = cosign(HEAD, witness, TIME)
        extended = Checkpoint(HEAD.origin, HEAD.size, HEAD.root, ("an extension line",))
        given = {"seed": witness.seed.hex(), "name": witness.name, "checkpoint": HEAD.text, "time": TIME}
        later = NoteSignature(good.name, good.key_id, struct.pack(">Q", TIME + 1) + good.body[8:])
        huge = 2**63
        message = f"cosignature/v1\ntime {huge}\n{HEAD.text}".encode()
        beyond = NoteSignature(good.name, good.key_id, struct.pack(">Q", huge) + witness.sign(message))
        as_text = NoteSignature(good.name, good.key_id, struct.pack(">Q", TIME) + witness.sign(HEAD.text.encode()))
        renamed = VerifierKey("renamed.example", witness.type, witness.verifier.public)
        moved = NoteSignature(renamed.name, renamed.id, good.body)
        accept, reject = _cosigned(witness.vkey)
        return [
            accepted("made from a seed", "cosign-ed25519", given, {"line": good.line, "vkey": witness.vkey}),
            accept("good", HEAD, good, TIME),
            accept("at time 0", HEAD, cosign(HEAD, witness, 0), 0),
            accept("at the latest time", HEAD, cosign(HEAD, witness, 2**63 - 1), 2**63 - 1),
            accept("with an extension line", extended, cosign(extended, witness, TIME), TIME),
            accepted("the cosigner's name is not signed", "verify-cosignature",
                    {"checkpoint": HEAD.text, "line": moved.line, "key": renamed.text}, {"time": TIME}),
            reject("an extension line added", extended, good),
            reject("another time", HEAD, later),
            reject("a time beyond 2^63 - 1", HEAD, beyond),
            reject("the checkpoint signed as a plain note", HEAD, as_text),
            reject("another size", Checkpoint(ORIGIN, 8, HEAD.root), good),
            reject("another origin", Checkpoint("other.example", 7, HEAD.root), good),
            reject("a flipped bit", HEAD, _flipped(good)),
            reject("cut off after the time", HEAD, NoteSignature(good.name, good.key_id, good.body[:8])),
            reject("shorter than a time", HEAD, NoteSignature(good.name, good.key_id, good.body[:5])),
            reject("one byte more", HEAD, NoteSignature(good.name, good.key_id, good.body + b"\x00")),
        ]  # fmt: skip

    def mldsa44_cosignature(self) -> list[Case]:
        """tlog-cosignature v1.1.0-rc.1, ML-DSA-44: signatures of checkpoints and of subtrees."""
        pq = self.pq
        good = cosign(HEAD, pq, TIME)
        extended = Checkpoint(HEAD.origin, HEAD.size, HEAD.root, ("an extension line",))
        message = subtree_message(pq.name, TIME, ORIGIN, 0, HEAD.size, HEAD.root)
        prefix = struct.pack(">Q", TIME)
        subtree = root_of(LEAVES[4:6])
        part = cosign_subtree(ORIGIN, 4, 6, subtree, pq)
        timed = b"".join(
            [message[:12], bytes([len(pq.name)]), pq.name.encode(), prefix, bytes([len(ORIGIN)]), ORIGIN.encode(),
             struct.pack(">QQ", 4, 6), subtree]
        )  # fmt: skip
        renamed = VerifierKey("renamed.example", pq.type, pq.verifier.public)
        accept, reject = _cosigned(pq.vkey)

        def line(body: bytes) -> NoteSignature:
            return NoteSignature(pq.name, good.key_id, body)

        def piece(signature: NoteSignature, start: int, end: int, root: bytes) -> Case:
            return {"origin": ORIGIN, "start": start, "end": end, "hash": root.hex(), "line": signature.line,
                    "key": pq.vkey}  # fmt: skip

        sub = "verify-subtree-cosignature"
        said = {"cosigner": pq.name, "origin": ORIGIN}
        return [
            accepted("the key from its seed", "mldsa44-key", {"seed": pq.seed.hex(), "name": pq.name},
                    {"vkey": pq.vkey, "id": pq.verifier.id.hex()}),
            accepted("the signed bytes of a checkpoint", "subtree-message",
                    {**said, "time": TIME, "start": 0, "end": HEAD.size, "hash": HEAD.root.hex()},
                    {"message": message.hex()}),
            accepted("the signed bytes of a subtree", "subtree-message",
                    {**said, "time": 0, "start": 4, "end": 6, "hash": subtree.hex()},
                    {"message": subtree_message(pq.name, 0, ORIGIN, 4, 6, subtree).hex()}),
            refused("a subtree with a time has no signed bytes", "subtree-message",
                    {**said, "time": TIME, "start": 4, "end": 6, "hash": subtree.hex()}, "cosignature.timestamp"),
            refused("an empty cosigner name has no signed bytes", "subtree-message",
                    {"cosigner": "", "origin": ORIGIN, "time": 0, "start": 0, "end": 6, "hash": subtree.hex()},
                    "cosignature.subtree"),
            refused("an origin of 256 bytes has no signed bytes", "subtree-message",
                    {"cosigner": pq.name, "origin": "o" * 256, "time": 0, "start": 0, "end": 6, "hash": subtree.hex()},
                    "cosignature.subtree"),
            accept("good", HEAD, good, TIME),
            accept("at time 0", HEAD, cosign(HEAD, pq, 0), 0),
            accept("the empty log", Checkpoint(ORIGIN, 0, root_of([])), cosign(Checkpoint(ORIGIN, 0, root_of([])), pq,
                   TIME), TIME),
            accept("an extension line is not covered", extended, good, TIME),
            reject("another time in front than in the signed bytes", HEAD,
                   line(struct.pack(">Q", TIME + 1) + good.body[8:])),
            reject("another size", Checkpoint(ORIGIN, 8, HEAD.root), good),
            reject("another root", Checkpoint(ORIGIN, 7, bytes(32)), good),
            reject("another origin", Checkpoint("log.example/other", 7, HEAD.root), good),
            reject("a flipped bit", HEAD, _flipped(good)),
            reject("a flipped bit at the front of the signature", HEAD,
                   line(good.body[:8] + bytes([good.body[8] ^ 1]) + good.body[9:])),
            reject("cut off", HEAD, line(good.body[:-1])),
            reject("one byte more", HEAD, line(good.body + b"\x00")),
            reject("nothing but zeros", HEAD, line(prefix + bytes(2420))),
            reject("signed with a context string", HEAD,
                   line(prefix + self.kept.sign(pq.mldsa, message, b"subtree/v1"))),
            reject("the bytes of an Ed25519 cosignature signed", HEAD,
                   line(prefix + self.kept.sign(pq.mldsa, f"cosignature/v1\ntime {TIME}\n{HEAD.text}".encode()))),
            refused("the cosigner's name is signed", "verify-cosignature",
                    {"checkpoint": HEAD.text, "key": renamed.text,
                     "line": NoteSignature(renamed.name, renamed.id, good.body).line}, "note.signature"),
            accepted("a subtree", sub, piece(part, 4, 6, subtree), {"time": 0}),
            accepted("a checkpoint is the subtree from 0", sub, piece(good, 0, 7, HEAD.root), {"time": TIME}),
            refused("another start", sub, piece(part, 5, 6, subtree), "note.signature"),
            refused("another end", sub, piece(part, 4, 7, subtree), "note.signature"),
            refused("another hash", sub, piece(part, 4, 6, bytes(32)), "note.signature"),
            refused("a start other than 0 with a time, signed so", sub,
                    piece(line(prefix + self.kept.sign(pq.mldsa, timed)), 4, 6, subtree), "cosignature.timestamp"),
        ]  # fmt: skip

    def policy(self) -> list[Case]:
        """tlog-policy: files that are valid and what satisfies them, files that are not, and whole checks."""
        keys = [witness.vkey for witness in self.witnesses]
        treaty = "\n".join(
            [
                "# two of three in bloc A and two of four in bloc B",
                f"log {self.log.vkey} https://log.example/filings",
                *(f"witness a{n} {keys[n]}" for n in range(3)),
                *(f"\twitness  b{n}\t{keys[3 + n]} " for n in range(4)),
                "",
                "group a 2 a0 a1 a2",
                "group b 2 b0 b1 b2 b3",
                "group treaty all a b",
                "quorum treaty",
                "",
            ]
        )
        x, y = f"witness x {keys[0]}\n", f"witness y {keys[1]}\n"
        as_log = Signer("w.example", KeyType.ED25519, "conformance witness 0", self.kept).vkey
        renamed = Signer("z.example", KeyType.COSIGN_ED25519, "conformance witness 0", self.kept).vkey

        def judged(name: str, chosen: Iterable[int], quorum: bool) -> Case:
            given = {"policy": treaty, "cosigned": [keys[n] for n in chosen]}
            return accepted(name, "judge-policy", given, {"quorum": quorum})

        def valid(name: str, text: str | bytes) -> Case:
            return accepted(
                name, "parse-policy", _bytes("policy", text if isinstance(text, bytes) else text.encode()), {}
            )

        def broken(name: str, text: str, reason: str) -> Case:
            return refused(name, "parse-policy", {"policy": text}, reason)

        def checked(name: str, chosen: Iterable[int], age: int, quorum: bool) -> Case:
            lines = [cosign(HEAD, self.witnesses[n], TIME) for n in chosen]
            note = add_signatures(sign_checkpoint(HEAD, [self.log], TIME), lines).encode().decode()
            given = {"policy": treaty, "checkpoint": note, "now": TIME + age, "max_age": 86_400}
            return accepted(name, "check-policy", given, {"origin": ORIGIN, "size": HEAD.size, "quorum": quorum})

        stranger = sign_checkpoint(HEAD, [self.stranger], TIME).encode().decode()
        return [
            judged("two in each bloc", (0, 2, 3, 6), True),
            judged("all", range(7), True),
            judged("bloc A alone", (0, 1, 2), False),
            judged("bloc B alone", (3, 4, 5, 6), False),
            judged("one short in bloc A", (0, 3, 4, 5, 6), False),
            judged("nobody", (), False),
            valid("no quorum needed", "quorum none\n"),
            valid("one witness is the quorum", x + "quorum x\n"),
            valid("names are opaque bytes", b"witness \xff\xfe " + keys[0].encode() + b"\nquorum \xff\xfe\n"),
            valid("comments and blank lines", "  # a\n\n\t\n#b\nquorum none\n \n"),
            broken("no quorum line", x, "policy.no_quorum"),
            broken("an empty file", "", "policy.no_quorum"),
            broken("two quorum lines", "quorum none\nquorum none\n", "policy.two_quorums"),
            broken("a quorum defined later", "quorum x\n" + x, "policy.unknown_name"),
            broken("a member defined later", "group g any x\n" + x + "quorum g\n", "policy.unknown_name"),
            broken("a group in itself", x + "group g any x g\nquorum g\n", "policy.unknown_name"),
            broken("none as a member", x + "group g any none\nquorum g\n", "policy.reserved_name"),
            broken("none as a witness", f"witness none {keys[0]}\nquorum none\n", "policy.reserved_name"),
            broken("one name for two", x + f"witness x {keys[1]}\nquorum x\n", "policy.duplicate_name"),
            broken("one name for a witness and a group", x + "group x any x\nquorum x\n", "policy.duplicate_name"),
            broken("a member of two groups", x + "group g any x\ngroup h any x\nquorum g\n", "policy.member_twice"),
            broken("a member twice", x + "group g any x x\nquorum g\n", "policy.member_twice"),
            broken("a group without members", "group g all\nquorum g\n", "policy.empty_group"),
            broken("a threshold of 0", x + "group g 0 x\nquorum g\n", "policy.threshold"),
            broken("a threshold beyond the members", x + y + "group g 3 x y\nquorum g\n", "policy.threshold"),
            broken("a threshold that is no number", x + "group g most x\nquorum g\n", "policy.threshold"),
            broken("a witness key under two names", x + f"witness z {renamed}\nquorum x\n", "policy.duplicate_key"),
            broken("a log listed twice", f"log {self.log.vkey}\nlog {self.log.vkey} u\nquorum none\n",
                   "policy.duplicate_key"),
            broken("a key as log and as witness", x + f"log {as_log}\nquorum x\n", "policy.key_reuse"),
            broken("a witness key as log", f"log {keys[0]}\nquorum none\n", "policy.role"),
            broken("a log key as witness", f"witness x {self.log.vkey}\nquorum x\n", "policy.role"),
            broken("a broken vkey", f"log {self.log.vkey[:-4]}\nquorum none\n", "policy.key"),
            broken("an unknown word", "qourum none\n", "policy.line"),
            broken("a word too many", "quorum none none\n", "policy.line"),
            broken("carriage returns", "quorum none\r\n", "policy.character"),
            broken("no newline at the end", "quorum none", "policy.unterminated"),
            checked("a checkpoint with the quorum", (0, 1, 3, 4), 60, True),
            checked("a checkpoint with the quorum, at its age", (0, 1, 3, 4), 86_400, True),
            checked("a checkpoint with the quorum, past its age", (0, 1, 3, 4), 86_401, False),
            checked("a checkpoint without the quorum", (0, 1, 3), 60, False),
            refused("a checkpoint of a log that is not listed", "check-policy",
                    {"policy": treaty, "checkpoint": stranger, "now": TIME, "max_age": 86_400}, "note.unsigned"),
        ]  # fmt: skip

    def tlog_proof(self) -> list[Case]:
        """tlog-proof v1: receipts that verify and receipts that do not."""
        policy = f"log {self.log.vkey}\nlog {self.log_pq.vkey}\nwitness w {self.witnesses[0].vkey}\nquorum w\n"
        signed = sign_checkpoint(HEAD, [self.log, self.log_pq], TIME)
        note = add_signatures(signed, [cosign(HEAD, self.witnesses[0], TIME)]).encode()

        def receipt(index: int, checkpoint: bytes = note, extra: bytes | None = None) -> Receipt:
            return Receipt(index, tuple(inclusion_path(index, 7, in_memory(LEAVES))), checkpoint, extra)

        def good(name: str, made: Receipt) -> Case:
            expected = {"origin": ORIGIN, "index": made.index, "size": 7, "root": HEAD.root.hex()}
            return accepted(name, "verify-receipt", _receipt(made.encode(), ENTRIES[made.index], policy), expected)

        def bad(name: str, data: bytes, reason: str, entry: bytes = ENTRIES[5]) -> Case:
            return refused(name, "verify-receipt", _receipt(data, entry, policy), reason)

        five = receipt(5)
        data = five.encode()
        first, rest = data.split(b"\n", 2)[:2], data.split(b"\n", 2)[2]
        one = Checkpoint(ORIGIN, 1, LEAVES[0])
        alone = add_signatures(sign_checkpoint(one, [self.log], TIME), [cosign(one, self.witnesses[0], TIME)]).encode()
        single = _receipt(Receipt(0, (), alone).encode(), ENTRIES[0], policy)
        return [
            *(good(f"entry {index} of 7", receipt(index)) for index in range(7)),
            good("with extra data", receipt(5, note, b"whatever")),
            accepted("the only entry: an empty path", "verify-receipt", single,
                    {"origin": ORIGIN, "index": 0, "size": 1, "root": LEAVES[0].hex()}),
            bad("another entry", data, "proof.inclusion", ENTRIES[4]),
            bad("another index", data.replace(b"index 5", b"index 4"), "proof.inclusion"),
            bad("an index beyond the size", data.replace(b"index 5", b"index 7"), "proof.index"),
            bad("a hash too few", b"\n".join([*first, rest.split(b"\n", 1)[1]]), "proof.length"),
            bad("a hash too many", b"\n".join([*first, to_base64(bytes(32)).encode(), rest]), "proof.length"),
            bad("without the quorum", receipt(5, signed.encode()).encode(), "policy.quorum"),
            bad("a log that is not listed", receipt(5, sign_checkpoint(HEAD, [self.stranger], TIME).encode()).encode(),
                "note.unsigned"),
            bad("a leading zero in the index", data.replace(b"index 5", b"index 05"), "receipt.malformed"),
            bad("no index", data.replace(b"index 5\n", b""), "receipt.malformed"),
            bad("another version", data.replace(b"@v1", b"@v2"), "receipt.malformed"),
            bad("extra data after the index", data.replace(b"index 5", b"index 5\nextra AAAA"), "receipt.malformed"),
            bad("empty extra data", data.replace(b"index 5", b"extra \nindex 5"), "receipt.malformed"),
            bad("a hash of 31 bytes", b"\n".join([*first, to_base64(bytes(31)).encode(), rest]), "receipt.malformed"),
            bad("no blank line", data.replace(b"\n\n", b"\n"), "receipt.malformed"),
            bad("no checkpoint", data.split(b"\n\n")[0] + b"\n\n", "note.malformed"),
        ]  # fmt: skip


def _line(signer: Signer, text: str) -> NoteSignature:
    return NoteSignature(signer.name, signer.verifier.id, signer.sign(text.encode()))


def _signed(text: str, signer: Signer) -> SignedNote:
    return SignedNote(text, (_line(signer, text),))


def _flipped(signature: NoteSignature) -> NoteSignature:
    return NoteSignature(signature.name, signature.key_id, signature.body[:-1] + bytes([signature.body[-1] ^ 1]))


def _bytes(name: str, data: bytes) -> Case:
    """A field as text, or as `<name>_base64` where the bytes are no text."""
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": to_base64(data)}


def _receipt(data: bytes, entry: bytes, policy: str) -> Case:
    return {**_bytes("receipt", data), **_bytes("entry", entry), "policy": policy}


def _cosigned(vkey: str) -> tuple[Callable[..., Case], Callable[..., Case]]:
    def given(checkpoint: Checkpoint, line: NoteSignature) -> Case:
        return {"checkpoint": checkpoint.text, "line": line.line, "key": vkey}

    def accept(name: str, checkpoint: Checkpoint, line: NoteSignature, time: int) -> Case:
        return accepted(name, "verify-cosignature", given(checkpoint, line), {"time": time})

    def reject(name: str, checkpoint: Checkpoint, line: NoteSignature) -> Case:
        return refused(name, "verify-cosignature", given(checkpoint, line), "note.signature")

    return accept, reject


ABOUT = {
    "note": "C2SP signed-note v1.0.0: notes, verifier keys and signature lines",
    "cosignature": "C2SP tlog-cosignature v1.0.1: timestamped Ed25519 cosignatures (0x04)",
    "mldsa44-cosignature": "C2SP tlog-cosignature v1.1.0-rc.1: ML-DSA-44 cosignatures (0x06). The signatures are "
    "randomised: verify them, and do not expect to make the same ones",
    "policy": "C2SP tlog-policy: which files are valid, and what satisfies their quorum",
    "tlog-proof": "C2SP tlog-proof v1: offline receipts",
}


def files(kept: Kept) -> dict[Path, str]:
    """Every file and its content."""
    maker = Maker(kept)
    made = {
        VECTORS / f"{name}.json": vector_file(about, COMMAND, SEEDS, getattr(maker, name.replace("-", "_"))())
        for name, about in ABOUT.items()
    }
    return {**made, KEPT: kept_file(kept.used)}


def main(arguments: list[str]) -> int:
    """Writes the files, or says which would change."""
    known = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    return write(files(Kept(known)), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
