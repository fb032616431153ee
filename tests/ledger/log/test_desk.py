"""The desk of a log: strangers' statements are judged by what the log itself says, whoever wrote it there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cose_cases import first_policy, key, registration, statement
from tests.ledger.sequencer_cases import ORIGIN, SIGNERS

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.log.desk import Desk
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.statements.cose_receipt import check_inclusion_receipt
from plimsoll.ledger.statements.scrapi import PENDING
from plimsoll.ledger.statements.statement import leaf_bytes


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


def test_what_another_desk_took_counts_once_it_is_in_the_tree(log: Log) -> None:
    here, there = Desk(log), Desk(log)
    here.submit(registration(key()))
    assert refusal(there, statement()) == "registration.key_unknown"
    log.integrate()
    there.submit(statement())
    there.submit(registration(key(2), iss="https://other.example"))
    log.integrate()
    here.submit(statement(key(2), iss="https://other.example"))


def test_a_log_without_a_policy_takes_nothing_from_strangers(tmp_path: Path) -> None:
    log = Log.create(tmp_path / "plain", ORIGIN, SIGNERS)
    desk = Desk(log)
    assert not desk.open
    assert refusal(desk, first_policy()) == "log.stopped"
    log.close()


@pytest.mark.parametrize("word", ["", "0" * 63, "G" * 64, "0" * 64])
def test_what_is_no_ticket_of_this_log_has_no_state(log: Log, word: str) -> None:
    assert Desk(log).status(word) is None
