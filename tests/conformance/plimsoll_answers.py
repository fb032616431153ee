"""Plimsoll's own side of the conformance runner: answers the operations that `runner.py` lists, line by line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import cose_answers

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.base64_text import from_base64
from plimsoll.ledger.notes.checkpoint import parse_checkpoint
from plimsoll.ledger.notes.cosignature import cosign, subtree_message, verify_cosignature, verify_subtree_cosignature
from plimsoll.ledger.notes.note_keys import KeyType, parse_vkey
from plimsoll.ledger.notes.notes import NoteSignature, open_note, parse_signatures
from plimsoll.ledger.notes.policy import parse_policy
from plimsoll.ledger.notes.tlog_proof import parse_receipt, verify_receipt

Input = dict[str, Any]
Answer = dict[str, Any]


def field(given: Input, name: str) -> bytes:
    """A field's bytes: its text in UTF-8, or what its base64 stands for."""
    if name in given:
        return str(given[name]).encode()
    content = from_base64(given[f"{name}_base64"])
    assert content is not None
    return content


def one_line(given: Input) -> NoteSignature:
    (line,) = parse_signatures(given["line"].encode())
    return line


def open_a_note(given: Input) -> Answer:
    opened = open_note(field(given, "note"), [parse_vkey(key) for key in given["keys"]])
    verified = [{"name": key.name, "id": key.id.hex(), "time": time} for key, time in opened.verified]
    return {"text": opened.note.text, "verified": verified}


def verify_a_cosignature(given: Input) -> Answer:
    checkpoint = parse_checkpoint(given["checkpoint"])
    return {"time": verify_cosignature(checkpoint, one_line(given), parse_vkey(given["key"]))}


def cosign_with_ed25519(given: Input) -> Answer:
    signer = from_seed(given["name"], KeyType.COSIGN_ED25519, bytes.fromhex(given["seed"]))
    line = cosign(parse_checkpoint(given["checkpoint"]), signer, given["time"]).line
    return {"line": line, "vkey": signer.verifier.text}


def mldsa44_key(given: Input) -> Answer:
    key = from_seed(given["name"], KeyType.COSIGN_MLDSA44, bytes.fromhex(given["seed"])).verifier
    return {"vkey": key.text, "id": key.id.hex()}


def message_of_a_subtree(given: Input) -> Answer:
    root = bytes.fromhex(given["hash"])
    message = subtree_message(given["cosigner"], given["time"], given["origin"], given["start"], given["end"], root)
    return {"message": message.hex()}


def verify_a_subtree(given: Input) -> Answer:
    root = bytes.fromhex(given["hash"])
    key = parse_vkey(given["key"])
    time = verify_subtree_cosignature(given["origin"], given["start"], given["end"], root, one_line(given), key)
    return {"time": time}


def parse_a_policy(given: Input) -> Answer:
    parse_policy(field(given, "policy"))
    return {}


def judge_a_policy(given: Input) -> Answer:
    policy = parse_policy(field(given, "policy"))
    return {"quorum": policy.judge({parse_vkey(key) for key in given["cosigned"]})}


def check_a_policy(given: Input) -> Answer:
    policy = parse_policy(field(given, "policy"))
    found = policy.check(given["checkpoint"].encode(), given["now"], given["max_age"])
    return {"origin": found.checkpoint.origin, "size": found.checkpoint.size, "quorum": found.quorum}


def verify_a_receipt(given: Input) -> Answer:
    receipt = parse_receipt(field(given, "receipt"))
    found = verify_receipt(receipt, field(given, "entry"), parse_policy(field(given, "policy"))).checkpoint
    return {"origin": found.origin, "index": receipt.index, "size": found.size, "root": found.root.hex()}


OPERATIONS: dict[str, Callable[[Input], Answer]] = {
    "open-note": open_a_note,
    "verify-cosignature": verify_a_cosignature,
    "cosign-ed25519": cosign_with_ed25519,
    "mldsa44-key": mldsa44_key,
    "subtree-message": message_of_a_subtree,
    "verify-subtree-cosignature": verify_a_subtree,
    "parse-policy": parse_a_policy,
    "judge-policy": judge_a_policy,
    "check-policy": check_a_policy,
    "verify-receipt": verify_a_receipt,
    **cose_answers.OPERATIONS,
}


def answers(lines: Iterable[str]) -> Iterable[str]:
    """One answer per line; the code of a refusal goes along for whoever wants to see it."""
    for line in lines:
        asked = json.loads(line)
        operation = OPERATIONS.get(asked["operation"])
        if operation is None:
            yield json.dumps({"skip": True})
            continue
        try:
            yield json.dumps({"ok": True, "result": operation(asked["input"])})
        except PlimsollError as problem:
            yield json.dumps({"ok": False, "code": problem.code})


if __name__ == "__main__":
    for answer in answers(sys.stdin):
        print(answer)
