"""A monitor reports every new entry once, and stops where the log stops being what it signed."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_cases import NOW, MemoryLog, numbered
from note_cases import log_signer, only_coded
from tile_logs import write_log

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.notes.checkpoint import sign_checkpoint
from plimsoll.ledger.notes.checkpoint_text import Checkpoint
from plimsoll.ledger.notes.note_keys import parse_vkey
from plimsoll.ledger.tree.tile_source import FolderSource
from plimsoll.ledger.tree.tile_store import LocalTiles
from plimsoll.ledger.watch.equivocation import verify_misbehaviour
from plimsoll.ledger.watch.monitor import Entry, ForkError, MonitorState, follow

KEYS = [log_signer().verifier]
START = MonitorState("log.example/filings")


def issuer_of(entry: bytes) -> str:
    word = entry.split(b" ")[0].decode()
    if word == "odd":
        raise PlimsollError("statement.malformed", "nobody can read this", fix="None.")
    return word


def publish(folder: Path, log: MemoryLog, sizes: Sequence[int]) -> FolderSource:
    write_log(LocalTiles(folder), log.entries, sizes)
    (folder / "checkpoint").write_bytes(log.note(sizes[-1]))
    return FolderSource(folder)


def seen(source: FolderSource, state: MonitorState) -> tuple[list[Entry], MonitorState]:
    entries = []
    for step in follow(source, state, KEYS, issuer_of):
        entries += [entry for group in step.by_issuer.values() for entry in group]
        state = step.state
    return sorted(entries, key=lambda entry: entry.index), state


def test_every_new_entry_is_reported_by_issuer(tmp_path: Path) -> None:
    log = MemoryLog([b"alba 0", b"borea 1", b"odd 2", b"alba 3"])

    (step,) = follow(publish(tmp_path, log, [4]), START, KEYS, issuer_of)

    assert step.by_issuer == {
        "alba": (Entry(0, b"alba 0"), Entry(3, b"alba 3")),
        "borea": (Entry(1, b"borea 1"),),
        None: (Entry(2, b"odd 2"),),
    }
    assert step.state == MonitorState("log.example/filings", 4, log.note(4))


def test_a_monitor_that_comes_back_sees_only_what_is_new(tmp_path: Path) -> None:
    log = MemoryLog(numbered(700))
    entries, state = seen(publish(tmp_path, log, [3]), START)
    assert [entry.index for entry in entries] == [0, 1, 2]

    for size in (3, 300, 512, 513, 700):
        before = state.position
        entries, state = seen(publish(tmp_path, log, [size]), MonitorState.parse(state.encode()))
        assert entries == [Entry(index, log.entries[index]) for index in range(before, size)]
        assert state.position == size


def test_whoever_is_interrupted_goes_on_where_the_last_step_ended(tmp_path: Path) -> None:
    log = MemoryLog(numbered(600))
    steps = follow(publish(tmp_path, log, [600]), START, KEYS, issuer_of)
    first = next(steps)
    assert first.state.position == 256

    entries, _ = seen(publish(tmp_path, MemoryLog(numbered(650)), [650]), first.state)

    assert [entry.index for entry in entries] == list(range(256, 650))


def test_another_branch_is_caught_with_a_proof_and_the_state_stays(tmp_path: Path) -> None:
    _, state = seen(publish(tmp_path / "one", MemoryLog(numbered(30)), [30]), START)
    forked = MemoryLog([*numbered(10), *numbered(40, "forged")])

    for size in (20, 30, 50):
        source = publish(tmp_path / str(size), forked, [size])
        with pytest.raises(PlimsollError) as caught:
            list(follow(source, state, KEYS, issuer_of))
        if size < 30:
            # The tiles of the larger tree are gone, so the smaller one cannot be told from an old one.
            assert caught.value.code == "monitor.behind"
        else:
            assert isinstance(caught.value, ForkError)
            assert caught.value.code == "monitor.fork"
            assert verify_misbehaviour(caught.value.proof, KEYS).origin == "log.example/filings"


def test_an_older_checkpoint_is_refused_and_told_from_a_fork_where_tiles_remain(tmp_path: Path) -> None:
    log = MemoryLog(numbered(300))
    source = publish(tmp_path, log, [200, 300])
    _, state = seen(source, START)

    (tmp_path / "checkpoint").write_bytes(log.note(200))
    with pytest.raises(PlimsollError, match="older") as caught:
        list(follow(source, state, KEYS, issuer_of))
    assert caught.value.code == "monitor.behind"
    assert "cannot be told" not in caught.value.what

    (tmp_path / "checkpoint").write_bytes(MemoryLog(numbered(200, "forged")).note())
    with pytest.raises(ForkError) as fork:
        list(follow(source, state, KEYS, issuer_of))
    assert verify_misbehaviour(fork.value.proof, KEYS).first.size == 200


def test_a_changed_entry_or_tile_stops_the_monitor_before_it(tmp_path: Path) -> None:
    log = MemoryLog(numbered(600))
    source = publish(tmp_path, log, [600])
    for path in ("tile/entries/001", "tile/0/001"):
        file = tmp_path / path
        data = file.read_bytes()
        file.chmod(0o644)
        file.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        reached = [0]
        with pytest.raises(PlimsollError):
            reached.extend(step.state.position for step in follow(source, START, KEYS, issuer_of))
        assert reached[-1] <= 256
        file.write_bytes(data)


def test_a_checkpoint_of_another_log_or_of_nobody_is_refused(tmp_path: Path) -> None:
    other = log_signer("other.example", "other")
    source = publish(tmp_path, MemoryLog(numbered(3), other), [3])
    with pytest.raises(PlimsollError, match=r"checkpoint\.origin"):
        list(follow(source, START, [*KEYS, other.verifier], issuer_of))
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(PlimsollError, match=r"monitor\.no_checkpoint"):
        list(follow(source, START, KEYS, issuer_of))


def test_an_empty_log_has_the_root_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(MemoryLog([]).note())
    assert list(follow(FolderSource(tmp_path), START, KEYS, issuer_of)) == []

    head = Checkpoint("log.example/filings", 0, bytes(32))
    (tmp_path / "checkpoint").write_bytes(sign_checkpoint(head, [log_signer()], NOW).encode())
    with pytest.raises(PlimsollError, match=r"checkpoint\.empty_root"):
        list(follow(FolderSource(tmp_path), START, KEYS, issuer_of))


@pytest.mark.real_data
def test_the_public_test_log_is_followed_to_its_end(real_data: Path) -> None:
    key = parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    source = FolderSource(real_data / "ledger" / "tessera-log")

    (step,) = follow(source, MonitorState(key.name), [key], lambda _: "tessera")

    words = b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()
    assert [entry.body for entry in step.by_issuer["tessera"]] == words


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"origin": "o", "position": -1, "checkpoint": null}',
        b'{"origin": "o", "position": 1, "checkpoint": null}',
        b'{"origin": "o", "position": "1", "checkpoint": null}',
        b'{"origin": "o", "position": 0, "checkpoint": "\\ud800"}',
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data)[:40],
)
def test_what_is_no_state_is_refused(data: bytes) -> None:
    with pytest.raises(PlimsollError, match=r"monitor\.state"):
        MonitorState.parse(data)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_state_or_a_coded_error(data: bytes) -> None:
    with only_coded("monitor.state", "note.", "checkpoint."):
        MonitorState.parse(data)
