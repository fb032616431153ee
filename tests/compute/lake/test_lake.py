"""With a lake and without it the answer has the same bytes, whatever was kept before; what is damaged is noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.compute.conftest import write_focus

from plimsoll.compute.accounting import account
from plimsoll.compute.engine import connect, fetch
from plimsoll.compute.lake import basis
from plimsoll.compute.lake.store import Lake
from plimsoll.compute.usage.read import open_usage
from plimsoll.compute.utilisation import PRIORS
from plimsoll.kernel.errors import PlimsollError

Assessed = Callable[..., str]


def entries(lake: Path) -> list[Path]:
    return sorted(lake.glob("entries/*/*/facts.json"))


def test_the_same_bytes_however_the_files_came(delivery: list[Path], assessed: Assessed, tmp_path: Path) -> None:
    whole = assessed(delivery)
    assert json.loads(whole)["findings"], "the files must give findings, or this test shows nothing"

    assert assessed(delivery, tmp_path / "at-once") == whole
    assert assessed(delivery, tmp_path / "at-once") == whole, "everything known"
    for step in (1, 3):
        lake = tmp_path / f"by-{step}"
        for count in range(step, len(delivery), step):
            assessed(delivery[:count], lake)
        assert assessed(delivery, lake) == whole


def test_what_is_known_is_not_read(
    delivery: list[Path], assessed: Assessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    assessed(delivery[:4], lake)
    staged: list[str] = []
    from plimsoll.compute.usage import read

    original = read.stage_text
    monkeypatch.setattr(
        read, "stage_text", lambda found, *rest: (staged.append(found.path.name), original(found, *rest))[1]
    )

    assessed(delivery, lake)

    assert staged == ["2026-04.csv"]
    assert len(entries(lake)) == len(delivery)


def test_a_file_with_other_bytes_is_read_though_size_and_date_are_the_same(
    delivery: list[Path], assessed: Assessed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    before = assessed(delivery, lake)
    seen = delivery[0].stat()
    delivery[0].write_bytes(delivery[0].read_bytes().replace(b"23.5", b"11.5"))
    os.utime(delivery[0], ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert delivery[0].stat().st_size == seen.st_size

    after = assessed(delivery, lake)

    assert after != before
    assert after == assessed(delivery)


def test_a_file_in_another_providers_folder_is_another_file(
    delivery: list[Path], assessed: Assessed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    assessed(delivery[:1], lake)
    moved = delivery[0].parents[1] / "provider=cirrus" / "2026-01.csv"
    moved.parent.mkdir()
    delivery[0].rename(moved)

    assert assessed([moved], lake) == assessed([moved])


@pytest.mark.parametrize("name", ["facts.json", "cells.parquet"])
def test_a_damaged_entry_is_noticed_and_made_again(
    name: str, delivery: list[Path], assessed: Assessed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    whole = assessed(delivery, lake)
    broken = entries(lake)[0].with_name(name)
    content = bytearray(broken.read_bytes())
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)
    told: list[str] = []

    assert assessed(delivery, lake, told) == whole
    assert len(told) == 1
    assert "damaged" in told[0]
    assert assessed(delivery, lake, told) == whole
    assert len(told) == 1, "it was made again"


def test_other_judgement_means_other_entries(
    delivery: list[Path], assessed: Assessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    assessed(delivery, lake)
    monkeypatch.setattr(basis, "LAYOUT", basis.LAYOUT + 1)
    basis.basis.cache_clear()
    try:
        assessed(delivery, lake)
    finally:
        basis.basis.cache_clear()

    assert len(entries(lake)) == 2 * len(delivery)
    assert len({path.parents[1] for path in entries(lake)}) == 2


def test_the_basis_depends_on_the_priors_and_the_data() -> None:
    names = [name for name, _ in basis._sources()]

    assert basis.basis(PRIORS) != basis.basis(type(PRIORS)(train=5_000))
    assert {"data/skus.csv", "data/chips.csv", "data/figures.csv", "usage/kinds.py", "billing_units.py"} <= set(names)


def test_use_handed_in_twice_is_found_between_an_old_and_a_new_file(
    delivery: list[Path], assessed: Assessed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    assessed(delivery, lake)
    again = delivery[0].with_name("2026-01-again.csv")
    text = delivery[0].read_text(encoding="utf-8").splitlines()
    again.write_text("\n".join([text[0], *reversed(text[1:])]) + "\n", encoding="utf-8")

    with pytest.raises(PlimsollError) as refused:
        assessed([*delivery, again], lake)
    assert refused.value.code == "usage.delivered_twice"


def test_two_files_that_were_never_in_one_run_are_compared(
    delivery: list[Path], assessed: Assessed, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    again = delivery[0].with_name("2026-01-again.csv")
    text = delivery[0].read_text(encoding="utf-8").splitlines()
    again.write_text("\n".join([text[0], *reversed(text[1:])]) + "\n", encoding="utf-8")
    assessed(delivery, lake)
    assessed([again, *delivery[1:]], lake)

    with pytest.raises(PlimsollError) as refused:
        assessed([*delivery, again], lake)
    assert refused.value.code == "usage.delivered_twice"


def test_hours_are_the_same_from_the_lake(delivery: list[Path], tmp_path: Path) -> None:
    tiny = {"BillingAccountId": "acct-tiny", "ConsumedQuantity": "0.000100"}
    path = write_focus(
        delivery[0].with_name("2026-05.csv"),
        [{**tiny, "ChargePeriodStart": "2026-05-01T00:00:00Z", "ChargePeriodEnd": "2026-05-01T01:00:00Z"}],
    )
    subjects = ["aster-cloud/acct-tiny", "aster-cloud/acct-1", "borealis/acct-1"]
    found = []
    for folder in (None, tmp_path / "lake", tmp_path / "lake"):
        engine = connect(threads=2)
        lake = Lake(folder) if folder else None
        with open_usage([*delivery, path], engine, keeper=lake) as opened:
            hours = fetch(engine, account(opened).hours(subjects))
        if lake is not None:
            lake.__exit__()
        found.append(sorted(map(str, hours)))

    assert found[0] == found[1] == found[2]
    assert any("acct-tiny" in row for row in found[0])


def test_a_lake_is_refused_where_it_cannot_be(delivery: list[Path], assessed: Assessed, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PlimsollError) as refused:
        assessed(delivery, full)
    assert refused.value.code == "lake.not_a_lake"

    with pytest.raises(PlimsollError) as refused:
        assessed([delivery[0].parents[1]], delivery[0].parents[1] / "lake")
    assert refused.value.code == "lake.inside_input"

    with Lake(tmp_path / "lake"), pytest.raises(PlimsollError) as refused:
        assessed(delivery, tmp_path / "lake")
    assert refused.value.code == "lake.busy"
