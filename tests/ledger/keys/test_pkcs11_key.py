"""Keys in a PKCS#11 token, tried with a real one in software (SoftHSM)."""

import os
import pickle
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.pkcs11_key import Pkcs11Key
from plimsoll.ledger.keys.roles import Role
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.cose import sign1, verify_sign1

PIN, TOKEN, NAME = "8642-plimsoll", "plimsoll-test", "log.example/filings"
MODULES = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The library of a token that was made for these tests."""
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra `hsm`)")
    library = next((each for each in MODULES if Path(each).exists()), None)
    tool = shutil.which("softhsm2-util")
    if library is None or tool is None:
        pytest.skip("SoftHSM is not installed (apt-get install softhsm2), so there is no token to try keys in")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        [tool, "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "1234-officer"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    yield library
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def made(module: str, label: str, key_type: KeyType = KeyType.ED25519, role: Role | None = None) -> Pkcs11Key:
    return Pkcs11Key.generate(module, token=TOKEN, label=label, pin=PIN, name=NAME, key_type=key_type, role=role)


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.COSIGN_ED25519, KeyType.ECDSA])
def test_a_token_signs_notes(module: str, key_type: KeyType) -> None:
    label = f"note {int(key_type)}"
    key = made(module, label, key_type)
    assert key.verifier.verifies(b"a note\n", key.sign(b"a note\n"))
    key.close()
    again = Pkcs11Key.open(module, token=TOKEN, label=label, pin=PIN, name=NAME, key_type=key_type)
    assert again.verifier == key.verifier
    assert again.verifier.verifies(b"a note\n", again.sign(b"a note\n"))
    again.close()


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.ECDSA])
def test_a_token_signs_statements(module: str, key_type: KeyType) -> None:
    key = made(module, f"statement {int(key_type)}", key_type, Role.FILER)
    verify_sign1(sign1(key, {4: key.cose_key.kid}, b"x"), key.cose_key)
    key.close()


def test_a_witness_key_in_a_token_signs_no_statement(module: str) -> None:
    key = made(module, "witness", KeyType.COSIGN_ED25519)
    with pytest.raises(PlimsollError) as caught:
        sign1(key, {}, b"x")
    assert caught.value.code == "key.role"
    key.close()


def test_the_private_half_cannot_be_taken_out(module: str) -> None:
    import pkcs11

    made(module, "stays inside").close()
    session = pkcs11.lib(module).get_token(token_label=TOKEN).open(user_pin=PIN)
    private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.KeyType.EC_EDWARDS, "stays inside")
    assert private[pkcs11.Attribute.EXTRACTABLE] is False
    assert private[pkcs11.Attribute.SENSITIVE] is True
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        private[pkcs11.Attribute.VALUE]
    session.close()


def test_what_a_token_refuses_has_a_code_and_shows_no_pin(module: str, tmp_path: Path) -> None:
    made(module, "twice").close()

    def code(**changed: object) -> str:
        arguments = {"token": TOKEN, "label": "twice", "pin": PIN, "name": NAME, "key_type": KeyType.ED25519}
        library = changed.pop("library", module)
        with pytest.raises(PlimsollError) as caught:
            Pkcs11Key.open(library, **{**arguments, **changed})  # type: ignore[arg-type]
        assert PIN not in str(caught.value)
        assert "wrong-pin" not in str(caught.value)
        return caught.value.code

    assert code(label="not there") == "key.pkcs11"
    assert code(token="not there") == "key.pkcs11"
    assert code(pin="wrong-pin") == "key.pkcs11"
    assert code(library=str(tmp_path / "no.so")) == "key.pkcs11"
    assert code(key_type=KeyType.COSIGN_MLDSA44) == "key.type"
    assert code(key_type=KeyType.ECDSA) == "key.pkcs11"
    with pytest.raises(PlimsollError) as caught:
        made(module, "twice")
    assert caught.value.code == "key.exists"


def test_several_keys_of_one_token_are_used_at_once(module: str) -> None:
    first, second = made(module, "first"), made(module, "second")
    first.close()
    first.close()
    assert second.verifier.verifies(b"note", second.sign(b"note"))
    with pytest.raises(PlimsollError) as caught:
        first.sign(b"note")
    assert caught.value.code == "key.closed"
    with ThreadPoolExecutor(4) as pool:
        signed = list(pool.map(second.sign, [str(number).encode() for number in range(40)]))
    assert all(second.verifier.verifies(str(number).encode(), each) for number, each in enumerate(signed))
    second.close()


def test_neither_pin_nor_session_is_printed_or_copied(module: str) -> None:
    key = made(module, "printed")
    assert PIN not in repr(key)
    with pytest.raises(PlimsollError):
        pickle.dumps(key)
    key.close()
