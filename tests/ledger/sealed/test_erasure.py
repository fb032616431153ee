"""Erasure: after it nothing that is left on disk opens the document, and its absence is explained by the log."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from cose_cases import AUTHORITY, LAB, authority, first_policy, key, registration
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plimsoll.kernel.canonical import canonical_bytes
from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.sealed import payload_store
from plimsoll.ledger.sealed.commitment import (
    COMMITMENT_TYPE,
    Sealed,
    disclose,
    open_with,
    parse_commitment,
    seal,
    verify_disclosure,
)
from plimsoll.ledger.sealed.erasure import ErasureOrder, Presence, erase, erasure_statement, explain_absence, order_for
from plimsoll.ledger.sealed.payload_store import PayloadStore
from plimsoll.ledger.sealed.recipients import Kem, RecipientKey
from plimsoll.ledger.statements.registration import Registrar
from plimsoll.ledger.statements.statement import sign_statement
from plimsoll.ledger.tree.merkle import leaf_hashes, root_of
from plimsoll.ledger.tree.proofs import in_memory, inclusion_path, verify_inclusion

PAYLOAD = canonical_bytes({"flop": "3.1e25", "lab": "Lab", "site": "B2"})
READER = RecipientKey(Kem.X25519, bytes(range(1, 33)))


def sealed() -> Sealed:
    return seal(PAYLOAD, "application/json", [READER.recipient], "filing/1", "recipients/1", fields=True)


def statement_of(document: Sealed) -> bytes:
    return sign_statement(key(), iss=LAB, sub="case-1", digest=document.leaf_payload, content_type=COMMITMENT_TYPE)


def order(data: bytes) -> ErasureOrder:
    return order_for(data, ordered_by="data protection office", order="DPO-2026-17", basis="GDPR art. 17(1)(d)")


def everything_in(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        yield path.name.encode()
        if path.is_file():
            yield path.read_bytes()


def windows(content: bytes, size: int = 32) -> Iterator[bytes]:
    for start in range(len(content) - size + 1):
        yield content[start : start + size]


def recoverable(candidates: list[bytes], document: Sealed) -> list[str]:
    """What somebody can do with 32-byte strings, who kept a copy of the ciphertext and can guess the document."""
    read = parse_commitment(document.commitment, document.leaf_payload)
    guess = b"plimsoll/commit/v1\0application/json\0" + hashlib.sha256(PAYLOAD).digest()
    found = []
    for each in candidates:
        if hmac.digest(each, guess, "sha256") == read.commit:
            found.append("guess confirmed")
        try:
            AESGCM(each).decrypt(
                document.ciphertext[:12], document.ciphertext[12:], b"plimsoll/payload/v1\0" + read.commit
            )
        except InvalidTag:
            continue
        found.append("opened")
    return found


@pytest.mark.parametrize("keep_secrets", [False, True])
def test_after_erasure_nothing_on_disk_opens_the_document_or_confirms_a_guess(
    tmp_path: Path, keep_secrets: bool
) -> None:
    document, other = sealed(), sealed()
    store = PayloadStore(tmp_path)
    for each in (document, other):
        store.put(each, keep_secrets=keep_secrets)
    before = [each for content in everything_in(tmp_path) for each in windows(content)]
    assert sorted(recoverable(before, document)) == (["guess confirmed", "opened"] if keep_secrets else [])

    erase(store, order(statement_of(document)))
    left = list(everything_in(tmp_path))
    assert recoverable([each for content in left for each in windows(content)], document) == []
    together = b"".join(left)
    for destroyed in (document.secrets.salt, document.secrets.data_key, document.ciphertext, PAYLOAD, b"3.1e25"):
        assert destroyed not in together
    assert document.wraps[0].sealed not in together
    # The reader still has its own key, and nothing to use it on.
    assert (store.wraps(document.document), store.ciphertext(document.document)) == (None, None)
    assert store.secrets(document.document) is None
    # And what is not erased is as it was.
    assert store.ciphertext(other.document) == other.ciphertext


def test_the_verifier_says_under_which_order_and_not_missing(tmp_path: Path) -> None:
    document, lost = sealed(), sealed()
    statement, lost_statement = statement_of(document), statement_of(lost)
    store = PayloadStore(tmp_path)
    store.put(document)
    entries = [first_policy(), registration(key()), statement, lost_statement]
    entries.append(erasure_statement(authority(), order(statement), iss=AUTHORITY))
    registrar = Registrar()
    for entry in entries:
        registrar.admit(entry)

    not_yet = explain_absence(statement, store, registrar.erasures)
    assert (not_yet.presence, not_yet.index) == (Presence.PRESENT, 4)
    erase(store, order(statement))
    answer = explain_absence(statement, store, registrar.erasures)
    assert answer.presence is Presence.ERASED
    assert str(answer) == "erased under order DPO-2026-17 of data protection office (GDPR art. 17(1)(d)), entry 4"
    assert str(explain_absence(lost_statement, store, registrar.erasures)) == "missing"
    # All other proofs hold as before: the log did not change.
    leaves = leaf_hashes(entries)
    for index, leaf in enumerate(leaves):
        path = inclusion_path(index, len(leaves), in_memory(leaves))
        verify_inclusion(index, len(leaves), leaf, path, root_of(leaves))


def test_each_statement_on_one_document_has_the_order_about_it(tmp_path: Path) -> None:
    document = sealed()
    first, second, third = (
        sign_statement(key(), iss=LAB, sub=each, digest=document.leaf_payload) for each in ("a", "b", "c")
    )
    mistaken = ErasureOrder(order(second).statement, bytes(32), "office", "0", "law")
    orders = [order(first), mistaken, order(second)]
    registrar = Registrar()
    for entry in (first_policy(), registration(key()), first, second, third):
        registrar.admit(entry)
    for each in orders:
        registrar.admit(erasure_statement(authority(), each, iss=AUTHORITY))
    store = PayloadStore(tmp_path)
    store.put(document)
    erase(store, order(first))
    found = [explain_absence(each, store, registrar.erasures) for each in (first, second, third)]
    assert [(each.presence, each.index) for each in found] == [
        (Presence.ERASED, 5),
        (Presence.ERASED, 7),
        (Presence.MISSING, None),
    ]


def test_an_order_that_is_not_in_the_log_explains_nothing(tmp_path: Path) -> None:
    document = sealed()
    store = PayloadStore(tmp_path)
    store.put(document)
    erase(store, order(statement_of(document)))
    assert store.erasure(document.document) == order(statement_of(document))
    assert explain_absence(statement_of(document), store, {}).presence is Presence.MISSING


def test_only_an_authority_orders_an_erasure() -> None:
    registrar = Registrar()
    for entry in (first_policy(), registration(key())):
        registrar.admit(entry)
    mine = erasure_statement(key(), order(statement_of(sealed())), iss=LAB)
    with pytest.raises(PlimsollError) as caught:
        registrar.admit(mine)
    assert caught.value.code == "registration.role"
    assert registrar.erasures == {}


class CutOffError(Exception):
    """The machine stops here."""


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("erased.cbor", {"secrets.bin", "wraps.cbor", "ciphertext.bin"}),
        ("secrets.bin", {"wraps.cbor", "ciphertext.bin"}),
        ("wraps.cbor", {"ciphertext.bin"}),
        ("ciphertext.bin", set()),
    ],
)
def test_an_erasure_that_is_cut_off_is_finished_by_the_next(tmp_path: Path, step: str, left: set[str]) -> None:
    document = sealed()
    store = PayloadStore(tmp_path)
    store.put(document, keep_secrets=True)

    def cut_off(at: str) -> None:
        if at == step:
            raise CutOffError

    with pytest.raises(CutOffError):
        store.destroy(document.document, order(statement_of(document)), cut_off)
    kept = {"commitment.cbor", "erased.cbor"}
    assert {path.name for path in (tmp_path / document.document).iterdir()} == left | kept
    erase(store, order(statement_of(document)))
    erase(store, order(statement_of(document)))
    assert {path.name for path in (tmp_path / document.document).iterdir()} == kept


def test_what_was_erased_does_not_come_back(tmp_path: Path) -> None:
    document = sealed()
    store = PayloadStore(tmp_path)
    erase(store, order(statement_of(document)))
    with pytest.raises(PlimsollError) as caught:
        store.put(document)
    assert caught.value.code == "payload.erased"


def test_an_erasure_while_a_document_is_written_is_not_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = sealed()
    store = PayloadStore(tmp_path)
    write, erased = payload_store._write, []

    def slowly(path: Path, content: bytes) -> None:
        if path.name == payload_store.CIPHERTEXT and not erased:
            erased.append(path)
            store.destroy(document.document, order(statement_of(document)))
        write(path, content)

    monkeypatch.setattr(payload_store, "_write", slowly)
    with pytest.raises(PlimsollError) as caught:
        store.put(document, keep_secrets=True)
    assert caught.value.code == "payload.erased"
    assert {path.name for path in (tmp_path / document.document).iterdir()} == {"commitment.cbor", "erased.cbor"}


def test_what_is_written_anew_is_overwritten_too(tmp_path: Path) -> None:
    """Another name for the file shows what is left on the disk under none."""
    document = sealed()
    store = PayloadStore(tmp_path / "store")
    store.put(document, keep_secrets=True)
    kept = tmp_path / "blocks"
    kept.hardlink_to(tmp_path / "store" / document.document / "secrets.bin")
    store.put(document, keep_secrets=True)
    assert store.secrets(document.document) == document.secrets
    assert kept.read_bytes() == bytes(64)


def test_a_figure_that_was_opened_before_stays_opened_and_no_other_can_be(tmp_path: Path) -> None:
    """What somebody was told cannot be taken back; what nobody was told stays closed."""
    document = sealed()
    store = PayloadStore(tmp_path)
    store.put(document)
    told = disclose(PAYLOAD, document.secrets.salt, "/flop")
    erase(store, order(statement_of(document)))
    commitment = store.commitment(document.document)
    assert commitment is not None
    assert verify_disclosure(told, commitment, document.leaf_payload) == ("/flop", "3.1e25")
    guess = disclose(PAYLOAD, bytes(32), "/site")
    with pytest.raises(PlimsollError) as caught:
        verify_disclosure(guess, commitment, document.leaf_payload)
    assert caught.value.code == "commitment.disclosure"


def test_a_document_is_stored_and_read_for_its_holder(tmp_path: Path) -> None:
    document = sealed()
    store = PayloadStore(tmp_path)
    store.put(document, keep_secrets=True)
    secrets, ciphertext = store.secrets(document.document), store.ciphertext(document.document)
    assert secrets is not None
    assert ciphertext is not None
    read = parse_commitment(store.commitment(document.document) or b"", document.leaf_payload)
    assert open_with(secrets, read, ciphertext) == PAYLOAD
    assert store.wraps(document.document) == document.wraps
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


@pytest.mark.parametrize("name", ["", "..", "../x", "A" * 64, "0" * 63, "0" * 129, "g" * 64, "0" * 62 + "/x"])
def test_a_document_cannot_be_named_outside_the_store(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlimsollError) as caught:
        PayloadStore(tmp_path).ciphertext(name)
    assert caught.value.code == "payload.id"
