"""`plimsoll witness`: it remembers, it refuses, and two of them together catch a log that shows two faces."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from log_world import answer, done, plimsoll, process, server, until

from plimsoll.ledger.notes.policy import parse_policy

ORIGIN = "log.example/filings"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of one entry."""
    folder = tmp_path / "log"
    done("log", "init", folder, "--origin", ORIGIN, "--classic-only")
    return folder


def _witness(folder: Path, log: Path, name: str) -> list[str]:
    """Makes a witness of the log, and gives its lines for a policy."""
    vkeys = json.loads((log / "log.json").read_text())["vkeys"]
    return done("witness", "init", folder, "--name", name, *(f"--log-key={key}" for key in vkeys)).splitlines()


def _policy(file: Path, log: Path, lines: list[str], url: str, quorum: str) -> Path:
    own = (log / "policy").read_text().replace("quorum none\n", "")
    placed = [f"{line} {url}" if line.startswith("witness ") else line for line in lines]
    file.write_text(own + "\n".join([*placed, f"quorum {quorum}", ""]))
    return file


def _append(log: Path, text: str) -> int:
    file = log.parent / "entry"
    file.write_text(text)
    index = answer("log", "append", log, file)[0]["index"]
    assert isinstance(index, int)
    return index


def _seen(url: str) -> str:
    return f"{url}/{hashlib.sha256(ORIGIN.encode()).hexdigest()}"


def test_a_witness_has_two_keys_and_one_vote(log: Path, tmp_path: Path) -> None:
    lines = _witness(tmp_path / "w", log, "witness.example/w")
    policy = parse_policy(
        _policy(tmp_path / "policy", log, lines, "http://w.example", "witness.example/w").read_bytes()
    )

    assert [each.key.name for each in policy.witnesses] == ["witness.example/w"] * 2
    assert {each.url for each in policy.witnesses} == {"http://w.example"}
    assert [policy.judge([each.key]) for each in policy.witnesses] == [True, True]
    for file in (tmp_path / "w" / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_what_is_no_witness_does_not_serve(log: Path, tmp_path: Path) -> None:
    done("witness", "init", tmp_path / "idle", "--name", "witness.example/idle")
    for arguments, code in (
        (("init", tmp_path / "idle", "--name", "witness.example/other"), "witness.exists"),
        (("init", tmp_path / "new", "--name", "two words"), "key.name"),
        (("serve", tmp_path / "nothing"), "witness.absent"),
        (("serve", tmp_path / "idle"), "witness.no_logs"),
    ):
        result = plimsoll("witness", *arguments)
        assert (result.returncode, f"[{code}]" in result.stderr) == (2, True), f"{arguments}: {result.stderr}"


def test_a_witness_that_was_killed_and_started_again_does_not_help_to_roll_a_log_back(
    log: Path, tmp_path: Path
) -> None:
    yesterday, witness = tmp_path / "yesterday", tmp_path / "w"
    lines = _witness(witness, log, "witness.example/w")
    shutil.copytree(log, yesterday)
    _append(log, "one history")
    with server("witness", "serve", witness, "--port", 0, folder=tmp_path / "one", kill=True) as url:
        policy = _policy(tmp_path / "policy", log, lines, url, "witness.example/w")
        with server("log", "serve", log, "--port", 0, "--policy", policy, folder=tmp_path / "s", kill=True) as log_url:
            _append(log, "and on")
            until(lambda: answer("log", "checkpoint", log_url, "--policy", policy)["quorum"], "a cosignature")
    with server("witness", "serve", witness, "--port", 0, folder=tmp_path / "two") as url:
        assert answer("log", "checkpoint", _seen(url))["size"] == 3
        policy = _policy(tmp_path / "policy", log, lines, url, "witness.example/w")
        refused = process("log", "serve", yesterday, "--port", 0, "--policy", policy)
        assert (refused.returncode, "[log.witness_ahead]" in refused.stderr) == (2, True), refused.stderr
        assert answer("log", "checkpoint", _seen(url))["size"] == 3
        # What a mirror holds brings the machine that was put back to where its witnesses are.
        done("log", "mirror", log, tmp_path / "mirror")
        shutil.copytree(tmp_path / "mirror" / "tile", yesterday / "public" / "tile", dirs_exist_ok=True)
        assert "3 entries from the tiles" in done("log", "rebuild", yesterday, "--witnessed", tmp_path / "mirror")
        with server("log", "serve", yesterday, "--port", 0, "--policy", policy, folder=tmp_path / "s2") as log_url:
            until(lambda: answer("log", "checkpoint", log_url, "--policy", policy)["quorum"], "a cosignature")
    # The log that was killed goes on: nothing was lost or doubled.
    assert _append(log, "after the fall") == 3
    assert answer("log", "fsck", log)["ok"] is True


def test_a_split_view_shown_to_two_witnesses_is_caught_and_proved_to_a_third_party(log: Path, tmp_path: Path) -> None:
    other, proof = tmp_path / "other", tmp_path / "proof.json"
    witnesses = [(tmp_path / name, _witness(tmp_path / name, log, f"witness.example/{name}")) for name in ("w1", "w2")]
    shutil.copytree(log, other)
    vkey = f"--log-key={json.loads((log / 'log.json').read_text())['vkeys'][0]}"
    faces = []
    for (folder, lines), face, text in zip(witnesses, (log, other), ("for you", "for them"), strict=True):
        with server("witness", "serve", folder, "--port", 0, folder=tmp_path / f"{folder.name}-s") as url:
            policy = _policy(tmp_path / "policy", log, lines, url, f"witness.example/{folder.name}")
            with server("log", "serve", face, "--port", 0, "--policy", policy, folder=tmp_path / "s") as log_url:
                _append(face, text)
                until(lambda at=log_url, p=policy: answer("log", "checkpoint", at, "--policy", p)["quorum"], "cosigned")
            faces.append(tmp_path / f"{folder.name}.checkpoint")
            faces[-1].write_text(done("log", "checkpoint", _seen(url)))
    # Nobody serves anything any more, and one size needs no tiles.
    assert plimsoll("log", "compare", *faces, vkey, "--proof", proof).returncode == 1
    assert proof.stat().st_size < 10_000
    assert answer("log", "check-misbehaviour", proof, vkey)["kind"] == "roots"


def test_views_of_two_sizes_are_compared_by_the_tiles_of_the_larger_tree(log: Path, tmp_path: Path) -> None:
    vkey = f"--log-key={json.loads((log / 'log.json').read_text())['vkeys'][0]}"
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text(done("log", "checkpoint", log))
    _append(log, "a filing")
    new.write_text(done("log", "checkpoint", log))

    assert answer("log", "compare", old, new, vkey, code=3)["compared"][0]["consistent"] is None
    assert answer("log", "compare", old, new, vkey, "--tiles", log)["ok"] is True
