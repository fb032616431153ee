"""The desk of a log: strangers' statements are judged by what the log itself says, whoever wrote it there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cose_cases import AUTHORITY, authority, first_policy, key, registration, statement
from tests.ledger.sequencer_cases import ORIGIN, SIGNERS

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import KeyRevoked, RevocationReason
from plimsoll.ledger.log import desk as desk_module
from plimsoll.ledger.log.desk import Desk
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.notes.checkpoint import read_checkpoint
from plimsoll.ledger.statements.cose_receipt import check_inclusion_receipt
from plimsoll.ledger.statements.registration import audit
from plimsoll.ledger.statements.scrapi import PENDING
from plimsoll.ledger.statements.statement import KEY_REVOKED, leaf_bytes, sign_record
from plimsoll.ledger.tree.tile_reader import TileReader


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log.create(tmp_path / "log", ORIGIN, SIGNERS, genesis=first_policy())
    yield log
    log.close()


def refusal(desk: Desk, data: bytes) -> str:
    with pytest.raises(PlimsollError) as caught:
        desk.submit(data)
    return caught.value.code


def test_a_statement_waits_and_then_has_its_receipt(log: Log) -> None:
    desk = Desk(log)
    assert desk.open
    desk.submit(registration(key()))
    ticket = desk.submit(statement())
    assert desk.status(ticket) is PENDING
    log.integrate()
    receipt = desk.status(ticket)
    assert isinstance(receipt, bytes)
    check_inclusion_receipt(receipt, leaf_bytes(statement()), list(desk.keys()))


def test_the_same_statement_is_one_entry(log: Log) -> None:
    desk = Desk(log)
    desk.submit(registration(key()))
    assert desk.submit(statement()) == desk.submit(statement())
    log.integrate()
    assert desk.submit(statement()) == Desk(log).submit(statement())
    assert log.integrate() is None


def test_a_refused_statement_is_not_queued(log: Log) -> None:
    desk = Desk(log)
    assert refusal(desk, statement()) == "registration.key_unknown"
    assert log.queue.pending() == 0


def test_what_another_desk_took_counts_at_once(log: Log) -> None:
    here, there = Desk(log), Desk(log)
    here.submit(registration(key()))
    there.submit(statement())
    log.integrate()
    there.submit(registration(key(2), iss="https://other.example"))
    here.submit(statement(key(2), iss="https://other.example"))
    log.integrate()
    for desk in (here, there, Desk(log)):
        assert refusal(desk, registration(key(2), iss="https://other.example", issued_at=1)) == "key_register.again"


def test_a_key_whose_revocation_waits_signs_nothing_at_any_desk(log: Log) -> None:
    here, there = Desk(log), Desk(log)
    here.submit(registration(key()))
    log.integrate()
    there.submit(statement())
    here.submit(
        sign_record(
            authority(),
            iss=AUTHORITY,
            sub="revoked",
            media_type=KEY_REVOKED,
            body=KeyRevoked(key().cose_key.kid, RevocationReason.COMPROMISED).encode(),
        )
    )
    for desk in (there, Desk(log), here):
        assert refusal(desk, statement(sub="late")) == "registration.key_not_valid"
    while log.integrate():
        pass
    checkpoint, _ = read_checkpoint(log.checkpoint())
    entries = TileReader(log.tiles, checkpoint.size, checkpoint.root).entries(0, checkpoint.size)
    assert list(audit(entries)) == []


def test_more_waits_than_is_read_at_once(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "_AT_ONCE", 2)
    first = Desk(log)
    for number in range(1, 8):
        first.submit(registration(key(number), iss=f"https://{number}.example"))
    assert refusal(Desk(log), registration(key(7), issued_at=1)) == "key_register.two_issuers"


def test_a_log_without_a_policy_takes_nothing_from_strangers(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "plain", ORIGIN, SIGNERS)
    desk = Desk(log)
    assert not desk.open
    assert refusal(desk, first_policy()) == "log.stopped"
    log.close()


@pytest.mark.parametrize("word", ["", "0" * 63, "G" * 64, "0" * 64])
def test_what_is_no_ticket_of_this_log_has_no_state(log: Log, word: str) -> None:
    assert Desk(log).status(word) is None
