"""The register on disk: read back the same, whole or not at all, refused when damaged; filings taken in over time."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.assess.input_names import Names
from plimsoll.compute.engine import connect
from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.identify import drawn_graph, identify, known_parties
from plimsoll.parties.register.folder import Register, open_register, save_register
from plimsoll.parties.register.intake import found_in, taken_in
from plimsoll.parties.resolution import features
from plimsoll.parties.resolution.decisions import decide, revoke
from plimsoll.parties.resolution.model import load_model

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def _filing(folder: Path, day: str, *rows: dict[str, object]) -> Path:
    place = folder / "provider=north"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{day}.jsonl").write_text("".join(json.dumps({"filed_on": day, **row}) + "\n" for row in rows))
    return place / f"{day}.jsonl"


def _row(account: str, name: str = "Belamire Robotics GmbH", **more: object) -> dict[str, object]:
    return {"account": account, "legal_name": name, "emails": ["office@belamire.test"], "jurisdiction": "DE", **more}


@pytest.fixture
def months(tmp_path: Path) -> tuple[Path, Path]:
    first = _filing(
        tmp_path, "2026-06-30", _row("1"), _row("2"), _row("3", "Corharune AG", emails=["a@corharune.test"])
    )
    second = _filing(tmp_path, "2026-07-31", _row("3"), _row("4", phones=["+4930123456789"]))
    return first, second


def _register(*paths: Path) -> Register:
    return found_in(list(paths), connect())


def test_a_register_reads_back_as_it_was_written(tmp_path: Path, months: tuple[Path, Path]) -> None:
    made = _register(*months).decided(_decided("1", "4", same=False))
    save_register(made, tmp_path / "register")
    read = open_register(tmp_path / "register")

    assert read.resolution.party_of == made.resolution.party_of
    assert read.resolution.links == made.resolution.links
    assert read.entries == made.entries
    assert read.delivery.records.equals(made.delivery.records)
    assert replace(read.delivery, records=None) == replace(made.delivery, records=None)


def test_the_same_filings_give_the_same_bytes(tmp_path: Path, months: tuple[Path, Path]) -> None:
    for name in ("one", "other"):
        save_register(_register(*months), tmp_path / name)
    one, other = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "other"))

    assert one == other


def test_month_after_month_is_the_same_as_all_at_once(tmp_path: Path, months: tuple[Path, Path]) -> None:
    step, again = taken_in(_register(months[0]), list(months), connect())
    whole = _register(*months)

    assert again == 1
    assert step.resolution.party_of == whole.resolution.party_of
    assert step.resolution.links == whole.resolution.links
    assert step.delivery.problems == whole.delivery.problems
    assert step.delivery.records.to_pylist() == whole.delivery.records.to_pylist()
    assert known_parties(step, drawn_graph(step)).accounts == identify(list(months)).accounts


def test_taking_a_filing_in_reads_only_what_is_new_and_links_by_the_same_bytes(
    tmp_path: Path, months: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_register(_register(months[0]), tmp_path / "step")
    save_register(_register(*months), tmp_path / "whole")
    read: list[str] = []
    real = features.compare
    monkeypatch.setattr(
        features, "compare", lambda batch, model: (read.extend(batch["legal_name"].to_pylist()), real(batch, model))[1]
    )

    step = taken_in(open_register(tmp_path / "step"), [months[1]], connect())[0]
    save_register(step, tmp_path / "step")

    assert len(read) == 2, "one new record and one that was filed again with another name"
    for part in ("features", "links", "compared"):
        [one], [other] = (list((tmp_path / at).glob(f"{part}-*")) for at in ("step", "whole"))
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()


def test_the_weakest_link_between_the_records_of_a_party_is_told_with_what_agrees(months: tuple[Path, Path]) -> None:
    register = _register(*months)
    known = known_parties(register, drawn_graph(register))
    [party] = {record.party for record in known.accounts.values()}
    told = known.weakest_join(party)

    assert told is not None
    ends = [(link.one, link.other) for link in register.resolution.links if link.centibits == told.centibits]
    subjects = register.resolution.known.subjects
    assert (told.one, told.other) in [(subjects[one], subjects[other]) for one, other in ends]
    assert told.centibits == register.model.prior_centibits + sum(step.centibits for step in told.steps)
    assert ("name", "Belamire Robotics GmbH") in [(step.what, step.one_value) for step in told.steps]
    assert known.weakest_join("P-nobody") is None


def test_where_only_an_officer_joined_two_records_his_decision_is_told(months: tuple[Path, Path]) -> None:
    register = _register(months[0])
    same = _decided("1", "3", same=True)
    decided = register.decided(same)
    told = known_parties(decided, drawn_graph(decided)).weakest_join(decided.resolution.party_of[0])

    assert told is not None
    assert told.decision is None, "the model joined 1 and 2, which is less than an officer's word"
    alone = register.decided(_decided("1", "2", same=False))
    assert known_parties(alone, drawn_graph(alone)).weakest_join(alone.resolution.party_of[0]) is None


def test_filings_that_are_known_already_change_nothing(months: tuple[Path, Path]) -> None:
    register = _register(*months)

    assert taken_in(register, list(months), connect()) == (register, 2)


def test_a_register_and_a_newer_filing_are_identified_together(tmp_path: Path, months: tuple[Path, Path]) -> None:
    save_register(_register(months[0]), tmp_path / "register")

    assert identify([tmp_path / "register", months[1]]).accounts == identify(list(months)).accounts


def test_a_new_filing_of_a_day_that_the_register_knows_replaces_what_it_knew(tmp_path: Path) -> None:
    first = _filing(tmp_path, "2026-06-30", _row("1", phones=["+4930123456789"]))
    again = first.with_name("corrected.jsonl")
    again.write_text(json.dumps({"filed_on": "2026-06-30", "account": "1", "legal_name": "Aldebrix AG"}) + "\n")

    assert _register(first, again).delivery.records["legal_name"].to_pylist() == ["Belamire Robotics GmbH"]
    step = taken_in(_register(first), [again], connect())[0]
    assert step.delivery.records["legal_name"].to_pylist() == ["Aldebrix AG"]


def test_a_decision_holds_over_the_next_filing_until_revoked(months: tuple[Path, Path]) -> None:
    apart = _decided("1", "2", same=False)
    decided = _register(months[0]).decided(apart)
    later = taken_in(decided, [months[1]], connect())[0]

    assert later.resolution.party_of[0] != later.resolution.party_of[1]

    ended = later.decided(revoke(later.entries, apart.id, by="B", because="C", at=NOW))
    assert ended.resolution.party_of == _register(*months).resolution.party_of
    assert len(ended.entries) == 2


def test_a_stopped_write_leaves_the_old_register(
    tmp_path: Path, months: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "register"
    save_register(_register(months[0]), folder)
    before = open_register(folder).resolution.party_of
    real = Path.replace

    def full(path: Path, target: Path) -> Path:
        if target.name == "manifest.json":
            raise OSError(28, "No space left on device")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PlimsollError) as refused:
        save_register(_register(*months), folder)
    monkeypatch.undo()

    assert refused.value.code == "register.unwritable"
    assert open_register(folder).resolution.party_of == before
    assert not list(folder.glob(".*.part"))


def test_old_parts_go_when_a_new_register_stands(tmp_path: Path, months: tuple[Path, Path]) -> None:
    folder = tmp_path / "register"
    for paths in ((months[0],), months):
        save_register(_register(*paths), folder)

    assert len(list(folder.iterdir())) == 7


def test_a_damaged_part_is_refused(tmp_path: Path, months: tuple[Path, Path]) -> None:
    folder = tmp_path / "register"
    save_register(_register(*months), folder)
    for part in sorted(folder.iterdir()):
        content = part.read_bytes()
        for wrong in (content[:-1] + bytes((content[-1] ^ 1,)) if content else b"x", b"", None):
            if wrong == content:
                continue
            part.unlink()
            if wrong is not None:
                part.write_bytes(wrong)
            if part.name == "manifest.json" and wrong == content[:-1] + b"\x0b":
                continue
            with pytest.raises(PlimsollError) as refused:
                open_register(folder)
            assert refused.value.code in ("register.damaged", "register.absent")
        part.write_bytes(content)

    assert open_register(folder).delivery.records.num_rows == 4


def test_a_register_of_another_model_is_refused(tmp_path: Path, months: tuple[Path, Path]) -> None:
    save_register(_register(*months), tmp_path / "register")
    with pytest.raises(PlimsollError) as refused:
        open_register(tmp_path / "register", replace(load_model(), version="next", digest="sha256:" + "0" * 64))

    assert refused.value.code == "register.other_model"


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path, months: tuple[Path, Path]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(PlimsollError) as refused:
        save_register(_register(*months), tmp_path / "mine")

    assert refused.value.code == "register.not_empty"
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_no_register_and_several_are_refused(tmp_path: Path, months: tuple[Path, Path]) -> None:
    with pytest.raises(PlimsollError) as absent:
        open_register(tmp_path)
    for name in ("one", "other"):
        save_register(_register(months[0]), tmp_path / name)
    with pytest.raises(PlimsollError) as several:
        identify([tmp_path / "one", tmp_path / "other"])

    assert (absent.value.code, several.value.code) == ("register.absent", "register.several")


def test_what_the_house_asks_of_an_account(tmp_path: Path) -> None:
    owner = {"name": "Ilona Vaskeri", "role": "owner", "share": "60"}
    path = _filing(
        tmp_path,
        "2026-06-30",
        _row("1", payer="Someone Else Ltd", holders=[{"name": "N/A", "role": "owner"}], reseller=True),
        _row("2", payer="BELAMIRE ROBOTICS", holders=[owner], declared_use="training"),
    )
    known = identify(path)
    one, other = known.accounts["north/1"], known.accounts["north/2"]

    assert one.party == other.party
    assert one.group == other.group is not None
    assert (one.owner_known, one.payer_differs, one.reseller, one.downstream) == (False, True, True, None)
    assert (other.owner_known, other.payer_differs, other.declared_use.value) == (True, False, "training")
    assert (one.file, one.row) == (path.as_posix(), 1)


def _decided(one: str, other: str, *, same: bool):
    return decide(f"north/{one}", f"north/{other}", same=same, by="A. Officer", because="seen the deed", at=NOW)


def test_a_register_calls_its_files_alike_wherever_they_lay(tmp_path: Path) -> None:
    made = []
    for machine in ("one", "other"):
        filing = tmp_path / machine / "kyc"
        _filing(filing, "2026-06-30", _row("1"), {"legal_name": "Nobody's"})
        made.append(found_in([filing], connect(), name=Names([filing]).of))
        save_register(made[-1], tmp_path / machine / "register")
    one, other = (
        {each.name: each.read_bytes() for each in (tmp_path / at / "register").iterdir()} for at in ("one", "other")
    )
    name = "kyc/provider=north/2026-06-30.jsonl"

    assert one == other
    assert [each.path for each in made[0].delivery.files] == [name]
    assert [each.file for each in made[0].delivery.rejections] == [name]
    assert known_parties(made[0], drawn_graph(made[0])).accounts["north/1"].file == name
