"""`plimsoll log verify` and `check-proofs` as a relying party meets them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from plimsoll.cli.main import app
from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.signers import from_seed
from plimsoll.ledger.notes.checkpoint import Checkpoint, sign_checkpoint
from plimsoll.ledger.notes.cosignature import cosign
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.notes.notes import add_signatures
from plimsoll.ledger.notes.tlog_proof import Receipt
from plimsoll.ledger.tree.merkle import leaf_hash, node_hash

ORIGIN = "log.example/filings"
NOON = 1_800_000_000
LOG = from_seed(ORIGIN, KeyType.ED25519, bytes(31) + b"\1")
WITNESSES = [from_seed(f"witness.example/{n}", KeyType.COSIGN_ED25519, bytes(31) + bytes([n])) for n in (2, 3)]
AT_NOON = ("--at", "2027-01-15T08:00:00Z")
TWO_OF_TWO = "\n".join(
    [
        f"log {LOG.verifier.text}",
        *(f"witness w{n} {key.verifier.text}" for n, key in enumerate(WITNESSES)),
        "group both all w0 w1",
        "quorum both",
        "",
    ]
)


def _log(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["log", *map(str, arguments)])
    if isinstance(result.exception, PlimsollError):
        raise result.exception
    return result.exit_code, result.stdout


def _json(*arguments: object) -> tuple[int, dict[str, Any]]:
    code, text = _log(*arguments, "--json")
    return code, json.loads(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A receipt of the second of two entries, two hours old for one witness and a minute old for the other."""
    left, right = leaf_hash(b"filing one"), leaf_hash(b"filing two")
    checkpoint = Checkpoint(ORIGIN, 2, node_hash(left, right))
    note = sign_checkpoint(checkpoint, [LOG], NOON)
    times = (NOON - 7_200, NOON - 60)
    note = add_signatures(note, [cosign(checkpoint, key, time) for key, time in zip(WITNESSES, times, strict=True)])
    (tmp_path / "two.tlog-proof").write_bytes(Receipt(1, (left,), note.encode(), right).encode())
    (tmp_path / "two").write_bytes(b"filing two")
    (tmp_path / "policy").write_text(TWO_OF_TWO)
    return tmp_path


def test_a_good_receipt_answers_in_the_form_that_was_promised(folder: Path) -> None:
    question = ("verify", folder / "two.tlog-proof", "--statement", folder / "two", "--policy", folder / "policy")
    code, verdict = _json(*question, *AT_NOON)

    assert code == 0
    assert list(verdict) == ["ok", "origin", "size", "index", "root", "signers", "cosigners", "quorum", "problems"]
    assert (verdict["ok"], verdict["origin"], verdict["size"], verdict["index"]) == (True, ORIGIN, 2, 1)
    assert verdict["signers"] == [f"{ORIGIN}+{LOG.verifier.id.hex()}"]
    assert verdict["cosigners"] == [
        {"name": "witness.example/2", "time": NOON - 7_200},
        {"name": "witness.example/3", "time": NOON - 60},
    ]
    assert (verdict["quorum"], verdict["problems"]) == (True, [])

    code, text = _log(*question, *AT_NOON)
    assert code == 0
    assert text.startswith(f"valid: entry 1 of {ORIGIN}, at size 2\n")
    assert "witness.example/2, 2027-01-15 06:00:00 UTC, 2 h ago" in text


def test_a_stale_receipt_is_refused(folder: Path) -> None:
    question = ("verify", folder / "two.tlog-proof", "--statement", folder / "two", "--policy", folder / "policy")

    assert _json(*question, *AT_NOON, "--max-age", "3h")[0] == 0
    code, verdict = _json(*question, *AT_NOON, "--max-age", "1h")
    assert code == 1
    assert (verdict["ok"], verdict["quorum"]) == (False, False)
    assert [each["code"] for each in verdict["problems"]] == ["policy.quorum", "cosignature.stale"]


def test_another_document_is_not_what_was_logged(folder: Path) -> None:
    (folder / "other").write_bytes(b"filing three")
    code, verdict = _json(
        "verify", folder / "two.tlog-proof", "--statement", folder / "other", "--log-key", LOG.verifier.text
    )

    assert code == 1
    assert [each["code"].split(".")[0] for each in verdict["problems"]] == ["proof"]


def test_without_the_statement_it_says_that_only_the_leaf_is_known(folder: Path) -> None:
    code, text = _log("verify", folder / "two.tlog-proof", "--log-key", LOG.verifier.text)

    assert code == 0
    assert "--statement FILE says whether it is yours" in text


def test_where_nobody_is_trusted_nothing_is_valid(folder: Path) -> None:
    code, text = _log("verify", folder / "two.tlog-proof", "--statement", folder / "two")

    assert code == 1
    assert "NOT VALID" in text
    assert "policy.unknown_log" in text


@pytest.mark.parametrize("place", ["hash", "root", "signature", "cosignature"])
def test_a_flipped_bit_anywhere_in_a_receipt_is_named(folder: Path, place: str) -> None:
    file = folder / "two.tlog-proof"
    lines = file.read_text().split("\n")
    at = {"hash": 3, "root": 7, "signature": 9, "cosignature": 10}[place]
    head, _, word = lines[at].rpartition(" ")
    turned = word[:20] + ("A" if word[20] != "A" else "B") + word[21:]
    lines[at] = f"{head} {turned}" if head else turned
    file.write_text("\n".join(lines))
    code, verdict = _json("verify", file, "--statement", folder / "two", "--policy", folder / "policy", *AT_NOON)

    assert code == 1
    assert [each["code"].split(".")[0] for each in verdict["problems"]] == {
        "hash": ["proof"],
        "root": ["note", "proof"],
        "signature": ["note"],
        "cosignature": ["note"],
    }[place]


def test_what_cannot_be_used_is_refused_with_its_code(folder: Path) -> None:
    receipt = folder / "two.tlog-proof"
    (folder / "nonsense").write_text("nonsense\n")
    (folder / "large").write_bytes(bytes(3 << 20))
    for arguments, code in (
        ((folder / "nonsense",), "receipt.malformed"),
        ((folder / "large",), "log.too_large"),
        ((receipt, "--policy", folder / "nonsense"), "policy.line"),
        ((receipt, "--policy", folder / "policy", "--log-key", LOG.verifier.text), "log.two_policies"),
        ((receipt, "--log-key", folder / "nonsense"), "key.malformed"),
        ((receipt, "--max-age", "soon"), "log.age"),
        ((receipt, "--max-age", "0h"), "log.age"),
        ((receipt, "--at", "2027-01-15T08:00:00"), "log.instant"),
    ):
        with pytest.raises(PlimsollError) as caught:
            _log("verify", *arguments)
        assert caught.value.code == code


SOME_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
INCLUSION = {
    "leafIdx": 1,
    "treeSize": 2,
    "root": SOME_HASH,
    "leafHash": SOME_HASH,
    "proof": None,
    "desc": "no path in a tree of two",
    "wantErr": True,
}


@pytest.mark.real_data
def test_all_public_merkle_vectors_come_out(real_data: Path) -> None:
    code, answer = _json("check-proofs", real_data / "ledger" / "merkle-vectors")

    assert code == 0
    assert answer == {"ok": True, "vectors": 518, "wrong": [], "unusable": []}


def test_a_vector_that_comes_out_otherwise_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(INCLUSION))
    (tmp_path / "wrong.json").write_text(json.dumps({**INCLUSION, "wantErr": False}))

    assert _log("check-proofs", tmp_path / "good.json") == (0, "1 vector (1 inclusion): 1 as they must be, 0 not\n")
    code, text = _log("check-proofs", tmp_path / "good.json", tmp_path / "wrong.json")
    assert code == 1
    assert "wrong.json" in text
    assert "2 vectors (2 inclusion): 1 as they must be, 1 not" in text
    assert _json("check-proofs", tmp_path)[1]["wrong"][0]["must_fail"] is False


def test_a_file_that_is_no_vector_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "b.json").write_text(json.dumps(INCLUSION))
    code, answer = _json("check-proofs", tmp_path)

    assert code == 2
    assert (answer["vectors"], [each["code"] for each in answer["unusable"]]) == (1, ["vector.malformed"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PlimsollError) as caught:
        _log("check-proofs", tmp_path / "empty")
    assert caught.value.code == "vector.none"


TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


@pytest.mark.real_data
def test_a_log_that_another_implementation_wrote_is_checked_mirrored_and_proved(
    real_data: Path, tmp_path: Path
) -> None:
    log, copy, receipt = real_data / "ledger" / "tessera-log", tmp_path / "copy", tmp_path / "r.tlog-proof"
    key = f"--log-key={TESSERA}"
    code, found = _json("fsck", log, key)
    assert (code, found) == (0, {"ok": True, "size": 15, "signed_by_log": True, "problems": []})

    assert _json("mirror", log, copy, key)[1]["new"] == 15
    assert _log("prove", copy, 6, "-o", receipt, "--entry", tmp_path / "entry")[0] == 0
    assert (tmp_path / "entry").read_bytes() == b"seven"
    code, verdict = _json("verify", receipt, "--statement", tmp_path / "entry", key)
    assert (code, verdict["origin"], verdict["index"]) == (0, "example.com/log/testdata", 6)
    assert _json("compare", log / "checkpoint.9", copy, key)[1]["ok"] is True
    # It has no entry that names its keys, so on first contact nobody can be believed.
    with pytest.raises(PlimsollError) as caught:
        _log("mirror", log, tmp_path / "other")
    assert caught.value.code == "log.no_keys"
