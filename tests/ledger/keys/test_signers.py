"""Private keys in files: nobody else may read them, and nothing that is printed shows them."""

import contextlib
import copy
import json
import logging
import os
import pickle
import stat
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.keys.signers import FileKey, from_seed, generate
from plimsoll.ledger.notes.base64_text import to_base64
from plimsoll.ledger.notes.key_text import parse_key_file
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.sealed.recipients import Kem, RecipientKey
from plimsoll.ledger.statements.cose import sign1, verify_sign1

MADE = [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_ED25519, KeyType.COSIGN_MLDSA44]
NAME = "log.example/filings"


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(PlimsollError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize("key_type", MADE)
def test_a_key_is_saved_for_its_owner_alone_and_read_back(tmp_path: Path, key_type: KeyType) -> None:
    made = generate(NAME, key_type)
    old = os.umask(0)
    try:
        made.save(tmp_path / "key")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    read = FileKey.load(tmp_path / "key")
    assert (read.verifier, read.role) == (made.verifier, made.role)
    assert read.verifier.verifies(b"note", read.sign(b"note"))
    assert code_of(made.save, tmp_path / "key") == "key.exists"
    assert code_of(made.save, tmp_path / "no folder" / "key") == "key.unwritable"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o700 | 0o001, 0o620])
def test_a_key_that_others_may_touch_is_not_used(tmp_path: Path, mode: int) -> None:
    generate(NAME, KeyType.ED25519).save(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    assert code_of(FileKey.load, tmp_path / "key") == "key.loose_permissions"
    (tmp_path / "key").chmod(0o400)
    FileKey.load(tmp_path / "key")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_key_that_belongs_to_another_user_is_not_used(tmp_path: Path) -> None:
    generate(NAME, KeyType.ED25519).save(tmp_path / "key")
    os.chown(tmp_path / "key", 0, 0)
    FileKey.load(tmp_path / "key")
    os.chown(tmp_path / "key", 12345, 12345)
    assert code_of(FileKey.load, tmp_path / "key") == "key.loose_permissions"


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert code_of(FileKey.load, tmp_path / "pipe") == "key.loose_permissions"
    assert code_of(FileKey.load, tmp_path / "nothing") == "key.unreadable"
    assert code_of(FileKey.load, tmp_path) in {"key.loose_permissions", "key.unreadable"}


def pem(private: object, encryption: KeySerializationEncryption | None = None) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())  # type: ignore[attr-defined, no-any-return]


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("private", "key_type"),
    [
        (Ed25519PrivateKey.generate(), KeyType.ED25519),
        (generate_private_key(SECP256R1()), KeyType.ECDSA),
        (MLDSA44PrivateKey.generate(), KeyType.COSIGN_MLDSA44),
    ],
)
def test_a_pem_file_is_read_when_it_is_given_a_name(tmp_path: Path, private: object, key_type: KeyType) -> None:
    path = write(tmp_path / "key.pem", pem(private))
    read = FileKey.load(path, name=NAME)
    assert read.verifier.type is key_type
    assert read.verifier.verifies(b"note", read.sign(b"note"))
    assert code_of(FileKey.load, path) == "key.not_private"
    other = KeyType.ECDSA if key_type is not KeyType.ECDSA else KeyType.ED25519
    assert code_of(FileKey.load, path, name=NAME, key_type=other) == "key.not_private"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        b'{"format":"plimsoll-key/1"}',
        b'{"format":"plimsoll-key/1","private":5}',
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        pem(X25519PrivateKey.generate()),
        pem(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret")),
        b"\xff" * 20_000,
    ],
)
def test_what_is_no_key_is_refused_with_a_code(tmp_path: Path, content: bytes) -> None:
    assert code_of(FileKey.load, write(tmp_path / "key", content), name=NAME) == "key.not_private"


def test_a_key_on_another_curve_signs_no_statements(tmp_path: Path) -> None:
    read = FileKey.load(write(tmp_path / "key", pem(generate_private_key(SECP384R1()))), name=NAME)
    assert code_of(lambda: read.cose_key) == "key.type"


def test_a_file_whose_halves_do_not_belong_together_is_refused(tmp_path: Path) -> None:
    generate(NAME, KeyType.ED25519).save(tmp_path / "key")
    fields = json.loads((tmp_path / "key").read_bytes())
    fields["private"] = to_base64(bytes(32))
    assert code_of(FileKey.load, write(tmp_path / "other", json.dumps(fields).encode())) == "key.not_private"
    assert code_of(FileKey.load, tmp_path / "key", name="another.example") == "key.not_private"


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda each: b'{"format":' + each))
def test_nothing_comes_out_of_foreign_key_files_but_none(content: bytes) -> None:
    assert parse_key_file(content, NAME, None) is None


def spellings(seed: bytes) -> list[str]:
    return [seed.hex(), to_base64(seed), to_base64(seed).rstrip("="), repr(seed)[2:-1], str(list(seed))[1:-1]]


def everything_printed(key: FileKey, broken: Path) -> str:
    """What a careless program would print about a key: its repr, its attributes, errors with all local variables."""
    shown = [repr(key), str(key), f"{key}", repr([key]), repr(vars(FileKey)), str(key.verifier), repr(key.cose_key)]
    for call in (
        lambda: FileKey.load(broken),
        lambda: pickle.dumps(key),
        lambda: copy.copy(key),
        lambda: copy.deepcopy(key),
        lambda: key.save(broken),
        lambda: key.sign("text"),  # type: ignore[arg-type]
    ):
        try:
            call()
        except Exception as problem:
            shown.append(repr(problem))
            shown.extend(traceback.TracebackException.from_exception(problem, capture_locals=True).format())
    return "\n".join(shown)


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_MLDSA44])
def test_nothing_that_is_printed_shows_the_key(
    tmp_path: Path, key_type: KeyType, caplog: pytest.LogCaptureFixture
) -> None:
    seed = bytes(range(7, 39))
    made = from_seed(NAME, key_type, seed, Role.FILER)
    made.save(tmp_path / "key")
    content = (tmp_path / "key").read_bytes()
    broken = write(tmp_path / "broken", content.replace(b'"vkey"', b'"vkex"'))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("the key is %s %r", made, made)
        printed = everything_printed(made, broken) + caplog.text
        for damaged in (
            content[:-5],
            content.replace(b"plimsoll", b"pl"),
            pem(Ed25519PrivateKey.from_private_bytes(seed))[:-8],
        ):
            with contextlib.suppress(FileNotFoundError):
                (tmp_path / "damaged").unlink()
            printed += everything_printed(made, write(tmp_path / "damaged", damaged))
    assert "key.not_private" in printed
    assert [each for each in spellings(seed) if each in printed] == []


def test_a_recipients_key_is_not_printed_either() -> None:
    content = bytes(range(7, 39))
    key = RecipientKey(Kem.X25519, content)
    shown = repr(key)
    with pytest.raises(PlimsollError) as caught:
        pickle.dumps(key)
    assert [each for each in spellings(content) if each in shown + str(caught.value)] == []


@pytest.mark.parametrize("role", [Role.WITNESS, Role.MIRROR])
def test_a_witness_key_signs_no_statement_and_no_plain_note(role: Role) -> None:
    for key_type in (KeyType.COSIGN_ED25519, KeyType.COSIGN_MLDSA44):
        assert code_of(sign1, generate(NAME, key_type, role), {}, b"x") == "key.role"
    assert code_of(generate, NAME, KeyType.ED25519, role) == "key.role"


def test_an_ed25519_cosigning_key_has_no_other_role() -> None:
    for role in (Role.LOG, Role.AUTHORITY, Role.FILER):
        assert code_of(generate, NAME, KeyType.COSIGN_ED25519, role) == "key.role"


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.ECDSA, KeyType.COSIGN_MLDSA44])
def test_a_filers_key_signs_statements(key_type: KeyType) -> None:
    key = generate(NAME, key_type, "filer")
    verify_sign1(sign1(key, {}, b"x"), key.cose_key)


def test_a_tree_head_key_is_not_made() -> None:
    assert code_of(generate, NAME, KeyType.STH) == "key.type"
