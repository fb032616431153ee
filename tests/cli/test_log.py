"""`plimsoll log` and `plimsoll witness` as an authority runs them: real commands, real servers, real files."""

import json
import shutil
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from log_world import answer, done, plimsoll, running, server, until

ORIGIN = "log.example/filings"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of four entries: its first one and three filings."""
    folder = tmp_path / "log"
    done("log", "init", folder, "--origin", ORIGIN)
    for number in (1, 2, 3):
        (tmp_path / f"filing-{number}").write_text(f"filing {number}")
    done("log", "append", folder, *sorted(tmp_path.glob("filing-*")))
    return folder


def test_from_a_new_log_to_a_receipt_that_a_rival_verifies_offline(tmp_path: Path) -> None:
    folder, witness = tmp_path / "log", tmp_path / "witness"
    done("log", "init", folder, "--origin", ORIGIN)
    filing = tmp_path / "filing"
    filing.write_text("a filing")
    vkeys = json.loads((folder / "log.json").read_text())["vkeys"]
    lines = done("witness", "init", witness, "--name", "witness.example/w", *(f"--log-key={key}" for key in vkeys))
    with server("witness", "serve", witness, "--port", 0, folder=tmp_path / "w") as witness_url:
        policy = tmp_path / "policy"
        lines = "".join(
            f"{line} {witness_url}\n" if line.startswith("witness ") else f"{line}\n" for line in lines.splitlines()
        )
        own = (folder / "policy").read_text().replace("quorum none\n", "")
        policy.write_text(f"{own}{lines}quorum witness.example/w\n")
        serving = ("log", "serve", folder, "--port", 0, "--every", 0.1, "--policy", policy)
        with server(*serving, folder=tmp_path / "s") as url:
            logged = answer("log", "append", folder, filing)
            assert [each["index"] for each in logged] == [1]

            def witnessed() -> bool:
                return answer("log", "checkpoint", url, "--policy", policy)["quorum"] is True

            assert until(witnessed, "a cosigned checkpoint")
            receipt = tmp_path / "one.tlog-proof"
            assert "entry 1, 1 hash up to the root" in done("log", "prove", url, 1, "-o", receipt)

            copied = done("log", "mirror", url, tmp_path / "mirror", *(f"--log-key={key}" for key in vkeys))
            assert "2 entries of log.example/filings, 2 of them new; all verified" in copied
            assert answer("log", "fsck", url, *(f"--log-key={key}" for key in vkeys))["ok"] is True
    # Every server is gone: what follows is offline.
    verdict = answer("log", "verify", receipt, "--statement", filing, "--policy", policy, "--max-age", "24h")
    assert (verdict["ok"], verdict["origin"], verdict["size"], verdict["index"]) == (True, ORIGIN, 2, 1)
    assert {each["name"] for each in verdict["cosigners"]} == {"witness.example/w"}
    stale = ("--max-age", "1h", "--at", "2100-01-01T00:00:00Z")
    verdict = answer("log", "verify", receipt, "--statement", filing, "--policy", policy, *stale, code=1)
    assert [each["code"] for each in verdict["problems"]][:2] == ["policy.quorum", "cosignature.stale"]
    assert answer("log", "fsck", tmp_path / "mirror") == {"ok": True, "size": 2, "signed_by_log": True, "problems": []}
    done("log", "prove", tmp_path / "mirror", 1, "-o", tmp_path / "again")
    assert answer("log", "verify", tmp_path / "again", "--statement", filing, "--policy", policy)["ok"] is True


def test_the_same_bytes_are_one_entry_and_a_statement_is_signed_where_a_key_is_given(log: Path, tmp_path: Path) -> None:
    filing, key, out = tmp_path / "filing-1", tmp_path / "filer.key", tmp_path / "receipts"
    done("log", "keygen", "filer.example/f", "-o", key)
    assert answer("log", "append", log, filing)[0]["index"] == 1

    assert answer("log", "append", log, filing, "--key", key, "--receipts", out)[0]["index"] == 4
    proof, statement = out / "filing-1.tlog-proof", out / "filing-1.scitt"
    assert answer("log", "verify", proof, "--statement", statement, "--policy", log / "policy")["ok"] is True
    assert answer("log", "append", log, statement)[0]["index"] == 4
    reported = plimsoll("log", "watch", log, "--json").stdout.splitlines()
    assert [json.loads(line)["issuer"] for line in reported] == [None, None, None, None, "filer.example/f"]


def test_a_flipped_bit_a_cut_and_a_lost_file_are_named_by_fsck(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mirror"
    done("log", "mirror", log, copy)
    assert answer("log", "fsck", log)["ok"] is True
    bundle, tile = copy / "tile/entries/000.p/4", copy / "tile/0/000.p/4"

    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    found = answer("log", "fsck", copy, code=1)
    assert [(each["code"], each["path"]) for each in found["problems"]] == [("fsck.entry", "tile/entries/000.p/4")]
    said = plimsoll("log", "fsck", copy)
    assert said.returncode == 1
    assert "tile/entries/000.p/4" in said.stdout
    bundle.write_bytes(whole)

    hashes = tile.read_bytes()
    tile.write_bytes(hashes[:-5])
    assert [each["code"] for each in answer("log", "fsck", copy, code=1)["problems"]] == ["fsck.length"]
    tile.unlink()
    assert [each["code"] for each in answer("log", "fsck", copy, code=1)["problems"]] == ["fsck.missing"]
    tile.write_bytes(hashes)
    assert answer("log", "fsck", copy)["ok"] is True


def test_a_mirror_cosigns_with_a_key_of_its_own_and_goes_on_where_it_was(log: Path, tmp_path: Path) -> None:
    copy, key = tmp_path / "mirror", tmp_path / "mirror.key"
    done("log", "keygen", "mirror.example/m", "-o", key, "--role", "mirror")
    first = plimsoll("log", "mirror", log, copy, "--key", key)
    assert first.returncode == 0
    (tmp_path / "filing-4").write_text("filing 4")
    done("log", "append", log, tmp_path / "filing-4")

    again = answer("log", "mirror", log, copy, "--key", key)
    assert (again["size"], again["new"], again["cosigned"]) == (5, 1, True)
    claimed = answer("log", "checkpoint", copy)["claimed_by"]
    assert [each.split("+")[0] for each in claimed] == [ORIGIN, ORIGIN, "mirror.example/m"]


def test_a_log_that_was_rolled_back_does_not_get_past_a_mirror(log: Path, tmp_path: Path) -> None:
    yesterday, copy = tmp_path / "yesterday", tmp_path / "mirror"
    shutil.copytree(log, yesterday)
    (tmp_path / "filing-4").write_text("filing 4")
    done("log", "append", log, tmp_path / "filing-4")
    done("log", "mirror", log, copy)

    said = plimsoll("log", "mirror", yesterday, copy)
    assert said.returncode == 1
    assert "mirror.rollback" in said.stderr
    (tmp_path / "known").write_text(done("log", "checkpoint", log))
    found = answer("log", "fsck", yesterday, "--known", tmp_path / "known", code=1)
    assert [each["code"] for each in found["problems"]] == ["fsck.rollback"]


def test_a_restored_backup_refuses_to_sign_and_is_rebuilt_from_the_tiles(log: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in log.glob("queue.sqlite*"):
        shutil.copy(file, backup)
    (tmp_path / "filing-4").write_text("filing 4")
    done("log", "append", log, tmp_path / "filing-4")
    for file in log.glob("queue.sqlite*"):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, log)

    (tmp_path / "filing-5").write_text("filing 5")
    refused = plimsoll("log", "append", log, tmp_path / "filing-5")
    assert refused.returncode == 2
    assert "log.backup_restored" in refused.stderr or "log.published_ahead" in refused.stderr
    assert "5 entries from the tiles" in done("log", "rebuild", log)
    assert answer("log", "append", log, tmp_path / "filing-5")[0]["index"] == 5
    assert answer("log", "fsck", log)["ok"] is True


def test_a_folder_that_was_put_back_as_a_whole_finds_the_last_signed_size_where_it_was(tmp_path: Path) -> None:
    log, yesterday = tmp_path / "log", tmp_path / "yesterday"
    done("log", "init", log, "--origin", ORIGIN, "--last-signed", tmp_path / "elsewhere")
    shutil.copytree(log, yesterday)
    for text, folder, code in (("one", log, 0), ("two", yesterday, 2)):
        (tmp_path / text).write_text(text)
        result = plimsoll("log", "append", folder, tmp_path / text)
        assert result.returncode == code, result.stderr
    assert "[log.backup_restored]" in result.stderr
    assert answer("log", "fsck", log)["ok"] is True
    assert [each["code"] for each in answer("log", "fsck", yesterday, code=1)["problems"]] == ["fsck.rollback"]


def test_a_fork_is_reported_with_a_proof_that_a_third_party_checks(log: Path, tmp_path: Path) -> None:
    other, state, proof = tmp_path / "other", tmp_path / "state", tmp_path / "proof.json"
    shutil.copytree(log, other)
    for folder, text in ((log, "one history"), (other, "another history")):
        (tmp_path / "next").write_text(text)
        done("log", "append", folder, tmp_path / "next")
    vkey = f"--log-key={json.loads((log / 'log.json').read_text())['vkeys'][0]}"
    assert "5 of them new" in done("log", "watch", log, vkey, "--state", state)
    assert "0 of them new" in done("log", "watch", log, vkey, "--state", state)

    said = plimsoll("log", "watch", other, vkey, "--state", state, "--proof", proof)
    assert said.returncode == 1
    assert "monitor.fork" in said.stderr
    assert answer("log", "check-misbehaviour", proof, vkey)["proven"] is True

    proof.unlink()
    assert answer("log", "compare", log, other, vkey, "--proof", proof, code=1)["ok"] is False
    assert "PROVEN" in done("log", "check-misbehaviour", proof, vkey)
    assert answer("log", "compare", log, log / "public", vkey)["ok"] is True
    note = json.loads(proof.read_text())
    note["checkpoints"][1] = note["checkpoints"][0]
    proof.write_text(json.dumps(note))
    assert answer("log", "check-misbehaviour", proof, vkey, code=1)["problem"]["code"] == "misbehaviour.unproven"


def test_of_two_sequencers_one_waits_until_the_other_has_ended(log: Path, tmp_path: Path) -> None:
    serving = ("log", "serve", log, "--port", 0, "--every", 0.1)
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(server(*serving, folder=tmp_path / "first"))
        waits = second.enter_context(running(*serving, folder=tmp_path / "second"))
        until(lambda: "waiting for it to end" in waits.err.read_text(), "the second one waiting")
        (tmp_path / "filing-4").write_text("filing 4")
        assert answer("log", "append", log, tmp_path / "filing-4")[0]["index"] == 4
        assert waits.out.read_text() == ""
        first.close()
        assert answer("log", "fsck", waits.url(), "--known", log / "public/checkpoint")["ok"] is True
        (tmp_path / "filing-5").write_text("filing 5")
        assert answer("log", "append", log, tmp_path / "filing-5")[0]["index"] == 5


def test_a_port_that_is_taken_is_refused(log: Path, tmp_path: Path) -> None:
    with server("log", "serve", log, "--port", 0, "--read-only", folder=tmp_path / "s") as url:
        taken = plimsoll("log", "serve", log, "--port", url.rsplit(":", 1)[1], "--read-only")
        assert (taken.returncode, "[serving.address]" in taken.stderr) == (2, True)
        with urllib.request.urlopen(f"{url}/tile/entries/000.p/4", timeout=10) as given:
            assert given.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert given.read() == (log / "public/tile/entries/000.p/4").read_bytes()
        for path in ("log.json", "../keys/1-ed25519.key", "tile/0/000.p/9", ".new"):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{url}/{path}", timeout=10)
            assert caught.value.code == 404
            caught.value.close()


def test_what_cannot_be_done_is_refused_with_its_code(log: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(65_536))
    for arguments, code in (
        (("log", "init", log, "--origin", ORIGIN), "log.exists"),
        (("log", "init", tmp_path / "new", "--origin", "two words"), "key.name"),
        (("log", "append", tmp_path / "nothing", large), "log.absent"),
        (("log", "append", log, large), "entry.too_large"),
        (("log", "append", log, tmp_path / "nothing"), "system.refused"),
        (("log", "prove", log, 9, "-o", tmp_path / "r"), "proof.index"),
        (("log", "checkpoint", tmp_path), "log.unpublished"),
        (("log", "checkpoint", "http://127.0.0.1:9"), "source.unreachable"),
        (("log", "fsck", tmp_path / "nothing"), "log.absent"),
        (("log", "keygen", "a.example", "-o", tmp_path / "k", "--type", "rsa"), "key.type"),
        (("log", "keygen", "a.example", "-o", tmp_path / "k", "--role", "king"), "key.role"),
        (("log", "serve", tmp_path / "nothing"), "log.key"),
    ):
        result = plimsoll(*arguments)
        assert (result.returncode, f"[{code}]" in result.stderr) == (2, True), f"{arguments}: {result.stderr}"
        assert "Fix:" in result.stderr


def test_no_private_key_can_be_read_by_others_or_is_ever_said(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    said = plimsoll("log", "init", folder, "--origin", ORIGIN)
    for file in (folder / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0
        assert json.loads(file.read_text())["private"] not in said.stdout + said.stderr
