"""With a lake and without it the answer has the same bytes, whatever was kept before; what is damaged is noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.compute.conftest import write_focus

from plimsoll.compute.accounting import account
from plimsoll.compute.engine import connect, fetch
from plimsoll.compute.lake import basis, store
from plimsoll.compute.lake.entry import file_digest
from plimsoll.compute.lake.store import Lake
from plimsoll.compute.usage.detect import inspect
from plimsoll.compute.usage.read import open_usage
from plimsoll.compute.utilisation import PRIORS
from plimsoll.kernel.errors import PlimsollError

Assessed = Callable[..., str]


def entries(lake: Path) -> list[Path]:
    return sorted(lake.glob("entries/*/*/facts.json"))


def accounted(files: Sequence[Path], lake: Path | None = None) -> list[object]:
    """All that accounting finds in the files."""
    engine = connect(threads=2)
    with ExitStack() as opened:
        keeper = opened.enter_context(Lake(lake)) if lake is not None else None
        delivery = opened.enter_context(open_usage(files, engine, keeper=keeper))
        found = account(delivery)
        tables = [sorted(map(str, fetch(engine, table))) for table in (found.daily, found.unused)]
        return [*tables, found.totals, found.outcomes, found.rejections, found.rejected_in, found.unmapped]


def test_the_same_bytes_however_the_files_came(
    delivery: list[Path], assessed: Assessed, whole: str, at_once: tuple[Path, str], tmp_path: Path
) -> None:
    assert json.loads(whole)["findings"], "the files must give findings, or this test shows nothing"

    lake, text = at_once
    assert text == whole
    assert assessed(delivery, lake) == whole, "everything known"
    accounted(delivery[:3], tmp_path / "step-by-step")
    assert assessed(delivery, tmp_path / "step-by-step") == whole


def test_what_is_known_is_not_read(own: list[Path], known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = {"ChargePeriodStart": "2026-05-01T00:00:00Z", "ChargePeriodEnd": "2026-05-01T01:00:00Z"}
    new = write_focus(own[0].with_name("2026-05.csv"), [hour])
    staged: list[str] = []
    from plimsoll.compute.usage import read

    original = read.stage_text
    monkeypatch.setattr(
        read, "stage_text", lambda found, *rest: (staged.append(found.path.name), original(found, *rest))[1]
    )

    accounted([*own, new], known)

    assert staged == ["2026-05.csv"]
    assert len(entries(known)) == len(own) + 1


def test_other_bytes_of_the_same_size_and_date_and_another_providers_folder_make_another_file(
    own: list[Path], known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_TICK_NS", 0)
    with Lake(known) as lake, open_usage(own, connect(threads=2), keeper=lake) as opened:
        before = {file.sha256 for file in opened.files}
        assert len(opened.known) == len(own)
    assert str(own[0].absolute()) in json.loads((known / "index.json").read_text()), "its digest is remembered"
    seen = own[0].stat()
    own[0].write_bytes(own[0].read_bytes().replace(b"23.5", b"11.5"))
    os.utime(own[0], ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert own[0].stat().st_size == seen.st_size
    moved = own[1].parents[1] / "provider=cirrus" / own[1].name
    moved.parent.mkdir()
    own[1].rename(moved)
    now = [own[0], moved, *own[2:]]

    after = accounted(now, known)

    assert f"sha256:{file_digest(own[0])}" not in before
    assert f"sha256:{file_digest(moved)}" in before
    assert len(entries(known)) == len(own) + 2
    assert "'provider': 'cirrus'" in str(after[0])
    assert after == accounted(now)


def test_a_damaged_entry_is_noticed_and_made_again(
    delivery: list[Path], assessed: Assessed, whole: str, known: Path
) -> None:
    for name, entry in zip(("facts.json", "cells.parquet"), entries(known), strict=False):
        broken = entry.with_name(name)
        content = bytearray(broken.read_bytes())
        content[len(content) // 2] ^= 1
        broken.write_bytes(content)
    told: list[str] = []

    assert assessed(delivery, known, told) == whole
    assert len(told) == 2
    assert all("damaged" in each for each in told)
    with Lake(known, tell=told.append) as lake:
        assert all(lake.known(inspect(path)) for path in delivery)
    assert len(told) == 2, "they were made again"


def test_other_judgement_means_other_entries(
    delivery: list[Path], known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basis, "LAYOUT", basis.LAYOUT + 1)
    basis.basis.cache_clear()
    try:
        accounted(delivery, known)
    finally:
        basis.basis.cache_clear()

    assert len(entries(known)) == 2 * len(delivery)
    assert len({path.parents[1] for path in entries(known)}) == 2


def test_the_basis_depends_on_the_priors_and_the_data() -> None:
    names = [name for name, _ in basis._sources()]

    assert basis.basis(PRIORS) != basis.basis(type(PRIORS)(train=5_000))
    assert {"data/skus.csv", "data/chips.csv", "data/figures.csv", "usage/kinds.py", "billing_units.py"} <= set(names)


def in_other_order(path: Path) -> Path:
    """The same rows in a file of its own."""
    again = path.with_name("2026-01-again.csv")
    text = path.read_text(encoding="utf-8").splitlines()
    again.write_text("\n".join([text[0], *reversed(text[1:])]) + "\n", encoding="utf-8")
    return again


def test_use_handed_in_twice_is_found_between_an_old_and_a_new_file(own: list[Path], known: Path) -> None:
    with pytest.raises(PlimsollError) as refused:
        accounted([*own, in_other_order(own[0])], known)
    assert refused.value.code == "usage.delivered_twice"


def test_two_files_that_were_never_in_one_run_are_compared(own: list[Path], known: Path) -> None:
    again = in_other_order(own[0])
    accounted([again, *own[1:]], known)
    assert len(entries(known)) == len(own) + 1, "both are known"

    with pytest.raises(PlimsollError) as refused:
        accounted([*own, again], known)
    assert refused.value.code == "usage.delivered_twice"


def test_hours_are_the_same_from_the_lake(own: list[Path], known: Path) -> None:
    tiny = {"BillingAccountId": "acct-tiny", "ConsumedQuantity": "0.000100"}
    path = write_focus(
        own[0].with_name("2026-05.csv"),
        [{**tiny, "ChargePeriodStart": "2026-05-01T00:00:00Z", "ChargePeriodEnd": "2026-05-01T01:00:00Z"}],
    )
    subjects = ["aster-cloud/acct-tiny", "aster-cloud/acct-1", "borealis/acct-1"]
    found = []
    for folder in (None, known, known):
        engine = connect(threads=2)
        lake = Lake(folder) if folder else None
        with open_usage([*own, path], engine, keeper=lake) as opened:
            hours = fetch(engine, account(opened).hourly(subjects).hours())
        if lake is not None:
            lake.__exit__()
        found.append(sorted(map(str, hours)))

    assert found[0] == found[1] == found[2]
    assert any("'number': 0" in row for row in found[0]), "the account with next to no use is told too"


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
