"""A log that takes statements from strangers: who may file is decided by entries of the log alone."""

import urllib.error
import urllib.request
from pathlib import Path

from log_world import answer, done, plimsoll, server, until

from plimsoll.ledger.keys.signers import FileKey
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.statements.statement import sign_statement

ORIGIN = "log.example/filings"


def _post(url: str, body: bytes) -> tuple[int, bytes, str]:
    """Status, body and Location of a submission; a redirection is an answer here."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    request = urllib.request.Request(f"{url}/entries", body, {"Content-Type": "application/cose"})
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=10) as given:
            return given.status, given.read(), given.headers.get("Location", "")
    except urllib.error.HTTPError as given:
        with given:
            return given.code, given.read(), given.headers.get("Location", "")


def _receipt(url: str, location: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url + location, timeout=10) as given:
            body: bytes = given.read()
            return body if given.status == 200 else None
    except urllib.error.HTTPError as given:
        given.close()
        return None


def _statement(key: Path, number: int) -> bytes:
    signer = FileKey.load(key)
    return sign_statement(signer, iss=signer.verifier.name, sub=f"case-{number}", digest=bytes([number]) * 32)


def test_who_may_file_is_decided_by_registration_and_revocation_in_the_log(tmp_path: Path) -> None:
    log, authority, filer = tmp_path / "log", tmp_path / "authority.key", tmp_path / "filer.key"
    done("log", "keygen", "authority.example", "-o", authority, "--role", "authority")
    vkey = done("log", "keygen", "filer.example/1", "-o", filer).strip()
    done("log", "init", log, "--origin", ORIGIN, "--authority", authority)
    (tmp_path / "a").write_bytes(_statement(filer, 1))
    (tmp_path / "text").write_text("no statement")

    refused = plimsoll("log", "append", log, tmp_path / "a")
    assert (refused.returncode, "[registration.key_unknown]" in refused.stderr) == (2, True)
    assert "[cbor.tag]" in plimsoll("log", "append", log, tmp_path / "text").stderr
    assert "entry 1: filer.example/1 may sign" in done("log", "register", log, vkey, "--by", authority)
    assert answer("log", "append", log, tmp_path / "a")[0]["index"] == 2

    with server("log", "serve", log, "--port", 0, "--every", 0.1, folder=tmp_path / "s") as url:
        status, _, location = _post(url, _statement(filer, 2))
        assert status in (201, 303)
        assert until(lambda: _receipt(url, location), "a receipt")
        assert _post(url, _statement(filer, 2))[2] == location, "the same statement is the same entry"
        assert _post(url, _statement(authority, 3)[:-1])[0] == 400
        assert "entry 4: the key" in done("log", "revoke", log, vkey, "--by", authority, "--because", "compromised")
        status, problem, _ = _post(url, _statement(filer, 4))
        assert (status, b"registration.key_not_valid" in problem) == (400, True)
    assert answer("log", "fsck", log)["ok"] is True
    opened = Log.open(log)
    assert opened.entry(3) == _statement(filer, 2)
    opened.close()


def test_what_an_authority_signs_for_one_log_is_refused_by_its_next_one(tmp_path: Path) -> None:
    old, new, authority = tmp_path / "old", tmp_path / "new", tmp_path / "authority.key"
    done("log", "keygen", "authority.example", "-o", authority, "--role", "authority")
    vkey = done("log", "keygen", "filer.example/1", "-o", tmp_path / "filer.key").strip()
    for folder, year in ((old, 2025), (new, 2026)):
        done("log", "init", folder, "--origin", f"{ORIGIN}/{year}", "--authority", authority)
    done("log", "register", old, vkey, "--by", authority)
    opened = Log.open(old)
    for index in (0, 1):
        (tmp_path / "record").write_bytes(opened.entry(index))
        assert "[registration.audience]" in plimsoll("log", "append", new, tmp_path / "record").stderr
    opened.close()
    done("log", "register", new, vkey, "--by", authority)
