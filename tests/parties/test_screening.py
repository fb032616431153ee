import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from plimsoll.kernel.errors import PlimsollError
from plimsoll.parties.kyc import CustomerRecord, Holder, Identifier, Role
from plimsoll.parties.records import record_table
from plimsoll.parties.screening.lists import ListFile, listed
from plimsoll.parties.screening.names import SETTING, Entity, nomenklatura
from plimsoll.parties.screening.screen import hits, screen

_LEI = "529900T8BM49AURSDO55"


def entity(number: str, schema: str, name: str, **properties: Sequence[str]) -> str:
    return json.dumps({"id": number, "schema": schema, "properties": {"name": [name], **properties}})


def list_of(tmp_path: Path, *lines: str, name: str = "watched.ftm.json") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


RECORDS = record_table(
    [
        CustomerRecord("p", "1", "Quarrow Systems Ltd", identifiers=(Identifier("lei", _LEI),), jurisdiction="GB"),
        CustomerRecord(
            "p", "2", "Belfane Optics GmbH", jurisdiction="DE",
            holders=(Holder("Ilsabet Korvane", Role.OWNER, born="1970-03-02", country="DE"),),
        ),
        CustomerRecord("p", "3", "Tavermoor Freight SA", identifiers=(Identifier("reg:FR", "552100554"),)),
    ]
)  # fmt: skip
PARTIES = ("P-1", "P-2", "P-3")


class SameWords:
    """Stands for a matcher where none is needed: all words of one name in the other."""

    def score(self, left: Entity, right: Entity) -> int | None:
        def words(one: Entity) -> set[str]:
            properties = one["properties"]
            assert not isinstance(properties, str)
            return {word.casefold() for name in properties["name"] for word in name.split()}

        return 100 if words(right) <= words(left) else 0


def test_a_number_finds_its_bearer_without_any_matcher(tmp_path: Path) -> None:
    path = list_of(
        tmp_path,
        entity("a", "Company", "Another Name", leiCode=[_LEI.lower()]),
        entity("b", "Company", "Tavermoor", registrationNumber=["552 100 554"], jurisdiction=["fr"]),
        entity("c", "Company", "Tavermoor", registrationNumber=["552 100 554"], jurisdiction=["be"]),
    )

    found = hits(PARTIES, RECORDS, [path])

    assert [(hit.party, hit.entity, hit.by) for hit in found] == [("P-1", "a", "number"), ("P-3", "b", "number")]
    assert screen(PARTIES, RECORDS, [path]) == {"P-1": ("watched",), "P-2": (), "P-3": ("watched",)}


def test_a_holder_is_found_by_name(tmp_path: Path) -> None:
    path = list_of(tmp_path, entity("x", "Person", "Korvane Ilsabet"), entity("y", "Person", "Ilsabet Somebody"))

    found = hits(PARTIES, RECORDS, [path], SameWords())

    assert [(hit.party, hit.who, hit.entity, hit.by) for hit in found] == [("P-2", "Ilsabet Korvane", "x", "name")]


def test_two_lists_of_one_name_are_told_apart(tmp_path: Path) -> None:
    line = entity("a", "Company", "Another Name", leiCode=[_LEI])
    (tmp_path / "older").mkdir()
    paths = [list_of(tmp_path, line), list_of(tmp_path / "older", line)]

    assert screen(PARTIES, RECORDS, paths)["P-1"] == ("watched", "watched (2)")


def test_lines_that_are_no_entities_are_counted_and_skipped(tmp_path: Path) -> None:
    path = list_of(
        tmp_path, "not json", "[]", '{"id": 5}', '{"id": "a", "schema": "Person"}', "[" * 5_000, "",
        entity("a", "Address", "a street"), entity("b", "Person", "Kept"),
    )  # fmt: skip
    file = ListFile("watched")

    assert [each.id for each in listed(path, file)] == ["b"]
    assert file.skipped == 5


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as caught:
        screen(PARTIES, RECORDS, [tmp_path / "none.json"])
    assert caught.value.code == "screening.unreadable"


@pytest.mark.parametrize("python", [None, Path("/nowhere/python"), Path(sys.executable), Path("/bin/cat")])
def test_without_nomenklatura_the_message_says_how_to_get_it(
    python: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)

    with pytest.raises(PlimsollError) as caught, nomenklatura(python):
        pass

    assert caught.value.code == "screening.absent"
    assert "uv pip install --python screening nomenklatura" in caught.value.fix


@pytest.mark.slow
def test_the_real_matcher_finds_names_and_never_mixes_two_up(tmp_path: Path) -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not here")
    command = ["uv", "run", "--isolated", "--no-project", "--with", "nomenklatura", "python"]
    if subprocess.run([*command, "-c", "import nomenklatura"], check=False, capture_output=True).returncode:
        pytest.skip("nomenklatura cannot be had here")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {" ".join(command)} "$@"\n')
    python.chmod(0o755)
    path = list_of(
        tmp_path,
        entity("x", "Person", "Korvane, Ilsabet", birthDate=["1970-03-02"], country=["de"]),
        entity("y", "Company", "BELFANE OPTICS GESELLSCHAFT MIT BESCHRÄNKTER HAFTUNG", country=["de"]),
        entity("z", "Company", "Wholly Different Quarrow Mining", country=["br"]),
    )

    with nomenklatura(python) as matcher:
        found = hits(PARTIES, RECORDS, [path], matcher)
        again = hits(PARTIES, RECORDS, [path], matcher)

    assert {(hit.party, hit.entity) for hit in found} == {("P-2", "x"), ("P-2", "y")}
    assert found == again
    assert matcher.failed == 0
