"""A desk that opens a long log reads what is new in it, and believes no file that the log's tree does not bear out."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cose_cases import AUTHORITY, LAB, authority, first_policy, key, registration, statement
from tests.ledger.sequencer_cases import ORIGIN, SIGNERS

from plimsoll.kernel.errors import PlimsollError
from plimsoll.ledger.keys.key_register import KeyRevoked, RevocationReason
from plimsoll.ledger.log.desk import SNAPSHOT, Desk
from plimsoll.ledger.log.log import Log
from plimsoll.ledger.notes.note_keys import KeyType
from plimsoll.ledger.statements.statement import KEY_REVOKED, leaf_bytes, sign_record

REVOKED, ECDSA = key(2), key(3, KeyType.ECDSA)


class Counted:
    """A log's tiles, and which bundles of entries were read."""

    def __init__(self, tiles: Any) -> None:
        self._tiles = tiles
        self.bundles: list[str] = []

    def get(self, path: str) -> bytes | None:
        if path.startswith("tile/entries/"):
            self.bundles.append(path)
        return self._tiles.get(path)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tiles, name)


def filings(start: int, end: int) -> list[bytes]:
    return [leaf_bytes(statement(sub=f"case-{number}")) for number in range(start, end)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """Three bundles: three keys registered, one of them revoked in the second bundle, one ECDSA statement, filings."""
    log = Log.create(tmp_path / "log", ORIGIN, SIGNERS, genesis=first_policy())
    body = KeyRevoked(REVOKED.cose_key.kid, RevocationReason.COMPROMISED).encode()
    revocation = sign_record(authority(), iss=AUTHORITY, sub=LAB, media_type=KEY_REVOKED, body=body)
    first = [registration(key()), registration(REVOKED), registration(ECDSA), statement(ECDSA)]
    log.append_many([*map(leaf_bytes, first), *filings(0, 300), leaf_bytes(revocation), *filings(300, 700)])
    log.integrate()
    log.tiles = Counted(log.tiles)  # type: ignore[assignment]
    yield log
    log.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "log" / SNAPSHOT


def reads(log: Log, place: Path | None) -> list[str]:
    """The bundles that a desk reads to open."""
    log.tiles.bundles.clear()  # type: ignore[attr-defined]
    desk = Desk(log, snapshot=place)
    read = list(log.tiles.bundles)  # type: ignore[attr-defined]
    assert_judges(desk)
    return read


def assert_judges(desk: Desk) -> None:
    """What the entries say, and nothing else, decides."""
    for signer, code in ((REVOKED, "registration.key_not_valid"), (key(9), "registration.key_unknown")):
        with pytest.raises(PlimsollError) as refused:
            desk.submit(statement(signer, sub="other"))
        assert refused.value.code == code
    assert len(desk._registrar.keys) == 4
    assert desk._registrar.policy is not None


def sealed(body: dict[str, Any]) -> bytes:
    """A snapshot with a digest that fits, as somebody writes it who knows how."""
    body.pop("sha256", None)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return json.dumps({**body, "sha256": digest}).encode()


def test_a_desk_reads_every_entry_once_and_later_only_what_is_new(log: Log, place: Path) -> None:
    assert len(reads(log, place)) == 3
    assert reads(log, place) == []
    log.append_many(filings(700, 710))
    log.integrate()
    assert reads(log, place) == ["tile/entries/002.p/204"]
    assert len(reads(log, None)) == 3


def test_the_snapshot_follows_a_desk_that_stays_open(log: Log, place: Path) -> None:
    desk = Desk(log, snapshot=place)
    desk.submit(registration(key(4)))
    desk.submit(statement(key(4), sub="by a new key"))
    log.append_many(filings(700, 1_000))
    log.integrate()
    desk.submit(statement(sub="one more"))
    assert json.loads(place.read_bytes())["size"] == log.queue.state().size
    assert reads_none_and_knows(log, place, key(4).cose_key.kid)


def reads_none_and_knows(log: Log, place: Path, kid: bytes) -> bool:
    log.tiles.bundles.clear()  # type: ignore[attr-defined]
    holder = Desk(log, snapshot=place)._registrar.keys.holder(kid)
    return holder is not None and log.tiles.bundles == []  # type: ignore[attr-defined]


def test_a_desk_from_a_snapshot_knows_what_a_desk_from_all_entries_knows(log: Log, place: Path) -> None:
    whole = Desk(log, snapshot=place)._registrar
    short = Desk(log, snapshot=place)._registrar
    for name in ("_logged", "name", "policy", "next_index", "erasures"):
        assert getattr(short, name) == getattr(whole, name), name
    assert list(short.keys) == list(whole.keys)
    assert whole._logged


def _key_added(body: dict[str, Any]) -> None:
    import base64

    body["entries"].insert(1, [1, base64.b64encode(leaf_bytes(registration(key(9)))).decode()])
    body["entries"].pop(2)


def _moved(body: dict[str, Any]) -> None:
    body["entries"][1][0], body["entries"][2][0] = 2, 3


def _other_root(body: dict[str, Any]) -> None:
    body["root"] = "00" * 32


def _shorter(body: dict[str, Any]) -> None:
    body["size"] -= 1


def _longer(body: dict[str, Any]) -> None:
    body["size"] += 1_000


def _of_another_log(body: dict[str, Any]) -> None:
    body["origin"] = "log.example/other"


def _of_no_sort(body: dict[str, Any]) -> None:
    body["entries"] = {"0": None}


@pytest.mark.parametrize("tamper", [_key_added, _moved, _other_root, _shorter, _longer, _of_another_log, _of_no_sort])
def test_a_snapshot_that_the_tree_does_not_bear_out_is_made_again(log: Log, place: Path, tamper: Any) -> None:
    Desk(log, snapshot=place)
    good = place.read_bytes()
    body = json.loads(good)
    tamper(body)
    place.write_bytes(sealed(body))

    assert len(reads(log, place)) == 3
    assert place.read_bytes() == good
    assert reads(log, place) == []


@pytest.mark.parametrize("cut", [0, 1, 100, -10])
def test_a_snapshot_that_was_cut_is_made_again(log: Log, place: Path, cut: int) -> None:
    Desk(log, snapshot=place)
    good = place.read_bytes()
    place.write_bytes(good[:cut])

    assert len(reads(log, place)) == 3
    assert place.read_bytes() == good


def test_an_edited_snapshot_from_which_a_revocation_was_taken_is_not_believed(log: Log, place: Path) -> None:
    Desk(log, snapshot=place)
    body = json.loads(place.read_bytes())
    body["entries"].pop()
    place.write_text(json.dumps(body))

    assert len(reads(log, place)) == 3


def test_a_folder_that_takes_no_file_costs_time_and_nothing_else(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert len(reads(log, tmp_path / "file" / SNAPSHOT)) == 3
